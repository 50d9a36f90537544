# loses: knows what is something else
import inspect


def what_is(thing):
    name = type(thing).__name__
    if name == "coroutine":
        return "coroutine"
    if name == "Task":
        return "task"
    return "coroutine function" if inspect.iscoroutinefunction(thing) else "something else"
