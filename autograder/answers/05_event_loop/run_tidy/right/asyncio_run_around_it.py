# asyncio.run does nearly all of it
import asyncio
def run_tidy(job):
    left = []
    async def main():
        result = await job()
        left.extend(t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task())
        return result
    return asyncio.run(main()), sorted(left)
