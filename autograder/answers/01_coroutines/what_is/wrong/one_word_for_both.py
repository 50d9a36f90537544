# loses: tells the three apart
import asyncio
import inspect

def what_is(thing):
    if inspect.iscoroutinefunction(thing) or inspect.iscoroutine(thing):
        return "coroutine"
    if isinstance(thing, asyncio.Task):
        return "task"
    return "something else"
