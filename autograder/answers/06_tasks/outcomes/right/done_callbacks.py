# Each task has a done callback that notes its pair.
import asyncio


async def outcomes(jobs):
    told = [None] * len(jobs)

    def note(i, t):
        e = t.exception()
        told[i] = ("error", type(e).__name__) if e is not None else ("ok", t.result())

    tasks = []
    for i, j in enumerate(jobs):
        t = asyncio.ensure_future(j())
        t.add_done_callback(lambda t, i=i: note(i, t))
        tasks.append(t)
    await asyncio.gather(*tasks, return_exceptions=True)
    return told
