# loses: takes x seconds
async def do_some_work(x):
    print("Waiting:", x)
    return f"done {x}"
