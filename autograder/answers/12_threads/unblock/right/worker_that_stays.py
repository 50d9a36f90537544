# A worker that stays, and waits in a SimpleQueue for the calls of whoever comes next.
import asyncio
import queue
import threading

CALLS = queue.SimpleQueue()
WORKERS = []


def serve():
    while True:
        loop, future, call, item = CALLS.get()
        try:
            told = (call(item), None)
        except Exception as error:
            told = (None, error)
        loop.call_soon_threadsafe(hand_over, future, *told)


def hand_over(future, result, error):
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


async def unblock(blocking, items):
    if not WORKERS:
        WORKERS.append(threading.Thread(target=serve, daemon=True))
        WORKERS[0].start()
    loop, results = asyncio.get_running_loop(), []
    for item in items:
        future = loop.create_future()
        CALLS.put((loop, future, blocking, item))
        results.append(await future)
    return results
