# loses: takes each step once, in order
async def fair(n, step):
    for i in range(n):
        got = step(i)
        if isinstance(got, Exception):
            raise got
        await asyncio.sleep(0)
