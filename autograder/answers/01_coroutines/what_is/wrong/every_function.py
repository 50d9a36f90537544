# loses: knows what is something else
import asyncio
import inspect

def what_is(thing):
    if callable(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    if isinstance(thing, asyncio.Task):
        return "task"
    return "something else"
