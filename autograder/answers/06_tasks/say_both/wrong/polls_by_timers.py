# loses: waits for both at the same time
import asyncio


async def say_both(say_after):
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(say_after(2, "hello")), loop.create_task(say_after(1, "world"))]
    said = loop.create_future()

    def look():
        if all(task.done() for task in tasks):
            said.set_result([task.result() for task in tasks])
        else:
            loop.call_at(loop.time() + 0.03125, look)

    look()
    return await said
