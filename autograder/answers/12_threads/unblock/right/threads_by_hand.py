# A thread for each item, and a future that it fills through the loop.
import asyncio
import threading


async def unblock(blocking, items):
    loop = asyncio.get_running_loop()
    futures = []

    def fill(future, method, what):
        if not future.done():
            getattr(future, method)(what)

    def work(item, future):
        try:
            result = blocking(item)
        except Exception as error:
            loop.call_soon_threadsafe(fill, future, "set_exception", error)
        else:
            loop.call_soon_threadsafe(fill, future, "set_result", result)

    for item in items:
        futures.append(loop.create_future())
        threading.Thread(target=work, args=(item, futures[-1])).start()
    if futures:
        await asyncio.wait(futures)
    errors = [future.exception() for future in futures if future.exception()]
    if errors:
        raise errors[0]
    return [future.result() for future in futures]
