# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    told = []
    for each in asyncio.as_completed([job() for job in jobs]):
        try:
            told.append(("ok", await each))
        except Exception as error:
            told.append(("error", type(error).__name__))
    return told
