# loses: runs do_some_work(x) once, beside others
# looks at a first coroutine object, closes it, and makes the task of a second one
def make_task(x):
    first = do_some_work(x)
    name = f"work-{x}" if asyncio.iscoroutine(first) else "work"
    first.close()
    return asyncio.create_task(do_some_work(x), name=name)
