# loses: takes each step once, in order
async def fair(n, step):
    for i in range(n):
        if step(i) is False:
            break
        await asyncio.sleep(0)
