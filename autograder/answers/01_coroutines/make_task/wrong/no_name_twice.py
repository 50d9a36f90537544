# loses: runs do_some_work(x) once, beside others
import asyncio

_names = set()

def make_task(x):
    name = f"work-{x}"
    while name in _names:
        name += "'"
    _names.add(name)
    return asyncio.create_task(do_some_work(x), name=name)
