# loses: names it work-x
def make_task(x):
    return asyncio.create_task(do_some_work(x), name=f"work-{x:g}")
