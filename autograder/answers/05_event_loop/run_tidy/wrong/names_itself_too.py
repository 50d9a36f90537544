# loses: gives the result, and the names of what was left
import asyncio


def run_tidy(job):
    async def main():
        result = await job()
        return result, sorted(task.get_name() for task in asyncio.all_tasks())

    return asyncio.run(main())
