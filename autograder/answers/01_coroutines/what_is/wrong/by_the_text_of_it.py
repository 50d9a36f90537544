# loses: knows what is something else
def what_is(thing):
    text = repr(thing)
    if "coroutine object" in text and "Task" not in text and "async_gen" not in text:
        return "coroutine"
    if "<Task" in text:
        return "task"
    try:
        return "coroutine function" if thing.__code__.co_flags & 128 else "something else"
    except AttributeError:
        return "something else"
