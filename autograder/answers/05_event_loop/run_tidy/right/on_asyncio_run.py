# asyncio.run does the tidying up; a coroutine around job() looks what is left
import asyncio


def run_tidy(job):
    async def main():
        result = await job()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        return result, sorted(task.get_name() for task in left)

    return asyncio.run(main())
