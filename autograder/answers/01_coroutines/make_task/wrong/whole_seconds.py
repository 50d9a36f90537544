# loses: runs do_some_work(x) once, beside others
def make_task(x):
    return asyncio.create_task(do_some_work(int(x)), name=f"work-{x}")
