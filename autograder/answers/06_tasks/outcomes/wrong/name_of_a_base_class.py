# loses: tells the outcome of each job in order
import asyncio


async def outcomes(jobs):
    async def one(job):
        try:
            return "ok", await job()
        except ValueError:
            return "error", "ValueError"
        except LookupError:
            return "error", "KeyError"
        except OSError:
            return "error", "OSError"

    return list(await asyncio.gather(*map(one, jobs)))
