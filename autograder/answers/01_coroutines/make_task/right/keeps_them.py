# keeps what has not ended
tasks = set()
def make_task(x):
    task = asyncio.create_task(do_some_work(x), name=f"work-{x!r}")
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
