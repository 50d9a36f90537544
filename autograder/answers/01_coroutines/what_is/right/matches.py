# With a match statement.
import asyncio
import inspect
from types import CoroutineType

def what_is(thing):
    match thing:
        case asyncio.Task():
            return "task"
        case CoroutineType():
            return "coroutine"
        case _ if inspect.iscoroutinefunction(thing):
            return "coroutine function"
    return "something else"
