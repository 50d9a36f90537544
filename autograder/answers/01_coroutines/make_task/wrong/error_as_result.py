# loses: runs do_some_work(x) once, beside others
import asyncio


def make_task(x):
    async def run():
        try:
            return await do_some_work(x)
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException:
            return None

    return asyncio.create_task(run(), name=f"work-{x}")
