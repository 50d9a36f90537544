# loses: knows what is something else
import asyncio
import inspect

def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    if asyncio.isfuture(thing):
        return "task"
    return "something else"
