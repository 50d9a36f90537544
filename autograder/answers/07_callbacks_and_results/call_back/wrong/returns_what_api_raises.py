# loses: raises what on_error gets, and what api raises
import asyncio

async def call_back(api, *args):
    loop = asyncio.get_running_loop()
    answer = loop.create_future()

    def fill(set_it, what):
        if not answer.done():
            set_it(what)

    try:
        api(
            *args,
            lambda v: loop.call_soon_threadsafe(fill, answer.set_result, v),
            lambda e: loop.call_soon_threadsafe(fill, answer.set_exception, e),
        )
    except OSError as error:
        return error
    return await answer
