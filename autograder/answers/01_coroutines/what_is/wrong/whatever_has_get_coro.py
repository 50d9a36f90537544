# loses: knows what is something else
import asyncio, inspect


def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    if hasattr(thing, "get_coro"):
        return "task"
    return "something else"
