# loses: runs do_some_work(x) once, beside others
import asyncio

_tasks = []

def make_task(x):
    if not _tasks:
        _tasks.append(asyncio.create_task(do_some_work(x), name=f"work-{x}"))
    return _tasks[0]
