# loses: knows what is something else
import asyncio, inspect


def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing) or inspect.isgenerator(thing):
        return "coroutine"
    if isinstance(thing, asyncio.Task):
        return "task"
    return "something else"
