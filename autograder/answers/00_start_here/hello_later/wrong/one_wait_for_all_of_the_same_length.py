# loses: lets other tasks run meanwhile
tasks = {}
async def hello_later(delay):
    if delay not in tasks:
        tasks[delay] = asyncio.create_task(asyncio.sleep(delay))
    await tasks[delay]
    return "hello"
