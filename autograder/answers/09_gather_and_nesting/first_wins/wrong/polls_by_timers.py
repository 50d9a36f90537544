# loses: the first to finish gives the value
import asyncio


class Watch:
    def __init__(self, tasks):
        self.loop = asyncio.get_running_loop()
        self.tasks = tasks
        self.first = self.loop.create_future()

    def look(self):
        done = [task for task in self.tasks if task.done()]
        if self.first.done():
            return
        if done:
            self.first.set_result(done[0])
        else:
            self.loop.call_later(0.03125, self.look)


async def first_wins(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        watch = Watch(tasks)
        watch.look()
        winner = await watch.first
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return winner.result()
