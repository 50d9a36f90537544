# loses: tells the three apart
def what_is(thing):
    if isinstance(thing, asyncio.Task): return "something else" if thing.done() and thing.cancelled() else "task"
    if inspect.iscoroutine(thing): return "coroutine"
    if inspect.iscoroutinefunction(thing): return "coroutine function"
    return "something else"
