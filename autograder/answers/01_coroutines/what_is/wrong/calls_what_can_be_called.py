# loses: knows what is something else
import asyncio, inspect

def what_is(thing):
    if inspect.iscoroutine(thing):
        return "coroutine"
    if isinstance(thing, asyncio.Task):
        return "task"
    if callable(thing):
        try:
            made = thing()
        except TypeError:
            return "something else"
        if inspect.iscoroutine(made):
            made.close()
            return "coroutine function"
    return "something else"
