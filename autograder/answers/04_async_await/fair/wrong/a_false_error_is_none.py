# loses: ends with an error of step
async def fair(n, step):
    error = None
    for i in range(n):
        try:
            step(i)
        except Exception as e:
            error = e
            break
        await asyncio.sleep(0)
    if error:
        raise error
