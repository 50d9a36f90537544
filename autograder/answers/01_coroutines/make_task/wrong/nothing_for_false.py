# loses: runs do_some_work(x) once, beside others
import asyncio


def make_task(x):
    async def run():
        result = await do_some_work(x)
        if result:
            return result

    return asyncio.create_task(run(), name=f"work-{x}")
