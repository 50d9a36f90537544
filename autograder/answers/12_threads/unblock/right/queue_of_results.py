# One thread for all, and a queue that it fills through the loop.
import asyncio
import threading


async def unblock(blocking, items):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    def run():
        for item in items:
            try:
                told = (True, blocking(item))
            except Exception as error:
                loop.call_soon_threadsafe(queue.put_nowait, (False, error))
                return
            loop.call_soon_threadsafe(queue.put_nowait, told)

    threading.Thread(target=run, daemon=True).start()
    results = []
    for _ in items:
        good, value = await queue.get()
        if not good:
            raise value
        results.append(value)
    return results
