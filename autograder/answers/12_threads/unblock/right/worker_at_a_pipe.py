# A worker that stays, started below `threading`, and that reads from a pipe when to go on.
import _thread
import asyncio
import collections
import os

CALLS = collections.deque()
WAKE = []


def serve(out):
    while os.read(out, 1):
        loop, future, call, item = CALLS.popleft()
        try:
            result = call(item)
        except Exception as error:
            loop.call_soon_threadsafe(fill, future, future.set_exception, error)
        else:
            loop.call_soon_threadsafe(fill, future, future.set_result, result)


def fill(future, fill_it, what):
    if not future.done():
        fill_it(what)


async def unblock(blocking, items):
    if not WAKE:
        out, into = os.pipe()
        _thread.start_new_thread(serve, (out,))
        WAKE.append(into)
    results = []
    for item in items:
        future = asyncio.get_running_loop().create_future()
        CALLS.append((asyncio.get_running_loop(), future, blocking, item))
        os.write(WAKE[0], b"!")
        results.append(await future)
    return results
