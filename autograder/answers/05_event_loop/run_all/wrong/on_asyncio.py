# loses: nothing really sleeps, and two loops share nothing
import asyncio


async def run_one(gen):
    while True:
        try:
            delay = next(gen)
        except StopIteration as end:
            return end.value
        await asyncio.sleep(delay)


def run_all(*gens):
    async def main():
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            values = await asyncio.gather(*[run_one(gen) for gen in gens])
        finally:
            for gen in gens:
                gen.close()
        return values, loop.time() - started

    return asyncio.run(main())
