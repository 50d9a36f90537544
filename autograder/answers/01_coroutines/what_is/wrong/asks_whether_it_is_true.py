# loses: knows what is something else
import asyncio, inspect


def what_is(thing):
    if not thing:
        return "something else"
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    return "task" if isinstance(thing, asyncio.Task) else "something else"
