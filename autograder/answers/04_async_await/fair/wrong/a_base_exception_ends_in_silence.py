# loses: ends with an error of step
import asyncio


async def fair(n, step):
    for i in range(n):
        try:
            step(i)
        except Exception:
            raise
        except BaseException:
            return
        await asyncio.sleep(0)
