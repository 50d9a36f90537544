# loses: tells the three apart
def what_is(thing):
    if inspect.iscoroutinefunction(thing): return "coroutine function"
    if inspect.iscoroutine(thing) and inspect.getcoroutinestate(thing) == "CORO_CREATED": return "coroutine"
    if isinstance(thing, asyncio.Task): return "task"
    return "something else"
