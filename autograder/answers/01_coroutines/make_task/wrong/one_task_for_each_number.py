# loses: runs do_some_work(x) once, beside others
import asyncio

tasks = {}


def make_task(x):
    if x not in tasks or tasks[x].done():
        tasks[x] = asyncio.create_task(do_some_work(x), name=f"work-{x}")
    return tasks[x]
