# A callback starts the tasks, and a future of threads is filled by hand.
import asyncio
from concurrent.futures import Future


def fetch_from_thread(loop, job, n):
    answer = Future()

    async def run_all():
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(job(i)) for i in range(n)]
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result([task.result() for task in tasks])

    running = []
    loop.call_soon_threadsafe(lambda: running.append(loop.create_task(run_all())))
    return answer.result()
