# loses: tells the three apart
import asyncio, inspect


def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        thing.close()
        return "coroutine"
    if isinstance(thing, asyncio.Task):
        return "task"
    return "something else"
