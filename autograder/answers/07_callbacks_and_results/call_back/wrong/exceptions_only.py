# loses: raises what on_error gets, and what api raises
import asyncio


async def call_back(api, *args):
    loop, answers = asyncio.get_running_loop(), asyncio.Queue()

    def put(kind):
        return lambda value: loop.call_soon_threadsafe(answers.put_nowait, (kind, value))

    api(*args, put("done"), put("error"))
    kind, value = await answers.get()
    if kind == "error" and isinstance(value, Exception):
        raise value
    return value
