# loses: knows what is something else
import asyncio, inspect


def what_is(thing):
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    methods = ("get_coro", "get_name", "cancel", "done", "add_done_callback")
    if all(hasattr(thing, each) for each in methods):
        return "task"
    return "something else"
