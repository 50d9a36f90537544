# By the names of the types, as `type` gives them.
import asyncio
import types

def what_is(thing):
    if isinstance(thing, types.CoroutineType):
        return "coroutine"
    code = getattr(thing, "__code__", None)
    if code is not None and code.co_flags & 0x80:
        return "coroutine function"
    if isinstance(thing, asyncio.Task):
        return "task"
    return "something else"
