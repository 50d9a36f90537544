# run_forever, and a stop when the main task has ended
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    main = loop.create_task(job())
    main.add_done_callback(lambda task: loop.stop())
    loop.run_forever()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
        task.add_done_callback(lambda task: asyncio.all_tasks(loop) or loop.stop())
    if left:
        loop.run_forever()
    loop.close()
    return main.result(), sorted(task.get_name() for task in left)
