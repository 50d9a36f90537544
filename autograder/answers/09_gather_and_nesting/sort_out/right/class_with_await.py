# A class with __await__, which keeps its job from a cancellation until it passes it on.
import asyncio


class Job:
    def __init__(self, job):
        self.task = asyncio.ensure_future(job())

    def __await__(self):
        try:
            yield from asyncio.shield(asyncio.wait([self.task])).__await__()
        except asyncio.CancelledError:
            self.task.cancel()
            yield from asyncio.wait([self.task]).__await__()
            raise
        return self

    async def run(self):
        return await self


async def sort_out(jobs):
    all_ = [Job(job) for job in jobs]
    async with asyncio.TaskGroup() as group:
        for each in all_:
            group.create_task(each.run())
    results, errors = {}, {}
    for i, each in enumerate(all_):
        try:
            results[i] = each.task.result()
        except BaseException as error:
            errors[i] = error
    return results, errors
