# loses: runs do_some_work(x) once, beside others
import asyncio

async def _run(x):
    try:
        return await do_some_work(x)
    except LookupError:
        return None

def make_task(x):
    return asyncio.create_task(_run(x), name=f"work-{x}")
