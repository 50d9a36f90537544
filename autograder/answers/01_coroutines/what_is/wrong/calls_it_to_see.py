# loses: knows what is something else
import asyncio
import inspect

def what_is(thing):
    if isinstance(thing, asyncio.Task):
        return "task"
    if inspect.iscoroutine(thing):
        return "coroutine"
    made = thing()
    if inspect.iscoroutine(made):
        made.close()
        return "coroutine function"
    return "something else"
