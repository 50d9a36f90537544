# loses: runs do_some_work(x) once, beside others
def make_task(x):
    async def run():
        try:
            return await do_some_work(x)
        except asyncio.CancelledError:
            return None
    return asyncio.create_task(run(), name=f"work-{x}")
