# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    tasks = [asyncio.create_task(j()) for j in jobs]
    told = []
    for t in tasks:
        try:
            told.append(("ok", await asyncio.wait_for(t, 5000)))
        except asyncio.TimeoutError:
            pass
        except Exception as e:
            told.append(("error", type(e).__name__))
    return told
