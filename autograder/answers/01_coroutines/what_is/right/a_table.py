# The first question that is answered with yes.
import asyncio
import inspect

QUESTIONS = {
    "task": lambda thing: isinstance(thing, asyncio.Task),
    "coroutine": inspect.iscoroutine,
    "coroutine function": inspect.iscoroutinefunction,
    "something else": lambda thing: True,
}

def what_is(thing):
    return next(name for name, asks in QUESTIONS.items() if asks(thing))
