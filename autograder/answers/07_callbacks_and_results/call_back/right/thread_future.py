# A future of threads, wrapped for the loop.
import asyncio
import concurrent.futures
import contextlib


async def call_back(api, *args):
    answer = concurrent.futures.Future()
    waiting = asyncio.wrap_future(answer)

    def fill(method, what):
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            method(what)

    api(
        *args, lambda value: fill(answer.set_result, value), lambda e: fill(answer.set_exception, e)
    )
    return await waiting
