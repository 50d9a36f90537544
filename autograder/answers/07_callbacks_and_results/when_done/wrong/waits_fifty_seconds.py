# loses: on_done gets the result, when it is there
import asyncio

def when_done(future, on_done, on_error):
    async def wait():
        try:
            value = await asyncio.wait_for(future, 50)
        except BaseException as error:
            on_error(error)
            return
        on_done(value)

    when_done.task = asyncio.ensure_future(wait())
