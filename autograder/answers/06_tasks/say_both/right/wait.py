# wait gives sets, so the tasks are kept in order.
import asyncio


async def say_both(say_after):
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(say_after(2, "hello")), loop.create_task(say_after(1, "world"))]
    await asyncio.wait(tasks)
    return [task.result() for task in tasks]
