# loses: returns done and the number
async def do_some_work(x):
    await asyncio.sleep(x)
    return f"done {round(x, 3)}"
