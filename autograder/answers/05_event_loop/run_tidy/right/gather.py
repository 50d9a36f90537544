# gather waits, and keeps the errors among its results
import asyncio
import contextlib


def run_tidy(job):
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        main = loop.create_task(job())
        try:
            loop.run_until_complete(main)
        finally:
            left = list(asyncio.all_tasks(loop))
            names = sorted([task.get_name() for task in left])
            for task in left:
                task.cancel()
            loop.run_until_complete(tidy(left))
        return main.result(), names


async def tidy(left):
    await asyncio.gather(*left, return_exceptions=True)
