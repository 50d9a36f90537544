# asyncio.run does the tidying up; a coroutine around the other one looks what is left
import asyncio


def run_tidy(coroutine):
    async def main():
        result = await coroutine
        left = asyncio.all_tasks() - {asyncio.current_task()}
        return result, sorted(task.get_name() for task in left)

    return asyncio.run(main())
