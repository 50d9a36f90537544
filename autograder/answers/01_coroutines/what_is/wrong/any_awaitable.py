# loses: knows what is something else
import asyncio
import inspect

def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if isinstance(thing, asyncio.Task):
        return "task"
    if inspect.isawaitable(thing):
        return "coroutine"
    return "something else"
