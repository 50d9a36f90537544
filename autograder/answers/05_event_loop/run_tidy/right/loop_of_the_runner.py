# Runner cancels and waits; before it does, the names are noted.
import asyncio


def run_tidy(job):
    loop = asyncio.new_event_loop()
    names = []
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        try:
            result = runner.run(job())
        finally:
            names = sorted(t.get_name() for t in asyncio.all_tasks(loop))
    return result, names
