# loses: knows what is something else
import asyncio, inspect


def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if hasattr(thing, "cr_frame"):
        return "coroutine"
    return "task" if isinstance(thing, asyncio.Task) else "something else"
