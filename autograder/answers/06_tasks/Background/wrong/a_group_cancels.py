# loses: leaves errors in their tasks
import asyncio


class Background:
    def __init__(self):
        self.tasks = []

    def start(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task

    def running(self):
        return sum(not task.done() for task in self.tasks)

    async def wait(self):
        while self.running():
            done, pending = await asyncio.wait(self.tasks, return_when="FIRST_EXCEPTION")
            if any(not task.cancelled() and task.exception() for task in done):
                for task in pending:
                    task.cancel()
