# loses: tells the three apart
import asyncio
import inspect

def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    if thing in asyncio.all_tasks():
        return "task"
    return "something else"
