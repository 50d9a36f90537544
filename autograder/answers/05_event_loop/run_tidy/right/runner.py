# a Runner: the loop can be asked before it is closed
import asyncio


def run_tidy(job):
    with asyncio.Runner() as runner:
        result = runner.run(job())
        left = asyncio.all_tasks(runner.get_loop())
        return result, sorted(task.get_name() for task in left)
