# loses: knows what is something else
import asyncio
import inspect

def what_is(thing):
    if isinstance(thing, asyncio.Task):
        return "task"
    if hasattr(thing, "send"):
        return "coroutine"
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    return "something else"
