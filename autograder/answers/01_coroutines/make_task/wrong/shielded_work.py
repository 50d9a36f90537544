# loses: runs do_some_work(x) once, beside others
import asyncio


def make_task(x):
    async def run():
        return await asyncio.shield(asyncio.ensure_future(do_some_work(x)))

    return asyncio.create_task(run(), name=f"work-{x}")
