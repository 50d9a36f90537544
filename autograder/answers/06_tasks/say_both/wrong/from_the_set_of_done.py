# loses: returns both results in order
import asyncio


async def say_both(say_after):
    tasks = [asyncio.create_task(say_after(2, "hello")), asyncio.create_task(say_after(1, "world"))]
    done, _ = await asyncio.wait(tasks)
    return [task.result() for task in done]
