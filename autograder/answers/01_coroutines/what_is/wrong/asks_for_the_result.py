# loses: tells the three apart
def what_is(thing):
    if isinstance(thing, asyncio.Task):
        if thing.done(): thing.result()
        return "task"
    if inspect.iscoroutine(thing): return "coroutine"
    if inspect.iscoroutinefunction(thing): return "coroutine function"
    return "something else"
