# gather can return errors instead of raising them.
import asyncio


async def outcomes(jobs):
    ends = await asyncio.gather(*[job() for job in jobs], return_exceptions=True)
    return [
        ("error", type(end).__name__) if isinstance(end, Exception) else ("ok", end) for end in ends
    ]
