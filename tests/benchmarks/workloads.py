"""One measurement in a process of its own: python workloads.py TOOL WORK SCALE.

Prints one number as JSON: milliseconds of the workload under the tool, or bytes a step.
"""

import asyncio
import gc
import json
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

TASKS, TURNS = 100, 2_000
SLEEPERS, SLEEPS = 1_000, 100


async def sleep0(scale: float) -> None:
    """200,000 steps: 100 tasks that give way 2,000 times."""

    async def one() -> None:
        for _ in range(int(TURNS * scale)):
            await asyncio.sleep(0)

    await asyncio.gather(*(one() for _ in range(TASKS)))


async def queue(scale: float) -> None:
    """200,000 steps: 50 pairs of tasks, each with a queue that has room for one."""
    turns = int(TURNS * scale)

    async def put(channel: asyncio.Queue[int]) -> None:
        for i in range(turns):
            await channel.put(i)

    async def get(channel: asyncio.Queue[int]) -> None:
        for _ in range(turns):
            await channel.get()

    channels: list[asyncio.Queue[int]] = [asyncio.Queue(1) for _ in range(TASKS // 2)]
    await asyncio.gather(*(each(channel) for channel in channels for each in (put, get)))


async def timers(scale: float) -> None:
    """100,000 timers: 1,000 tasks that sleep 100 times, by equal and by random delays."""
    chance = random.Random(1)

    async def one(delays: list[float]) -> None:
        for delay in delays:
            await asyncio.sleep(delay)

    sleeps = int(SLEEPS * scale) or 1
    delays = [
        [chance.choice([0.5, 1, chance.random()]) for _ in range(sleeps)] for _ in range(SLEEPERS)
    ]
    await asyncio.gather(*map(one, delays))


WORKS = {"sleep0": sleep0, "queue": queue, "timers": timers}
Work = Callable[[float], Awaitable[None]]


async def milliseconds(work: Work, scale: float, clock: Callable[[], float]) -> float:
    """Return how long a workload takes."""
    start = clock()
    await work(scale)
    return (clock() - start) * 1e3


def under_tool(tool: str) -> Any:
    """Return the context in which a tool records what runs."""
    if tool == "recording":
        from looplab import recording

        return recording()
    if tool == "viztracer":
        from viztracer import VizTracer

        # It writes its trace when it ends: half a gigabyte.
        trace = str(Path(tempfile.gettempdir()) / "looplab-benchmark.json")
        return VizTracer(log_async=True, tracer_entries=5_000_000, verbose=0, output_file=trace)
    if tool == "yappi":
        import yappi

        yappi.set_clock_type("wall")
        return yappi.run()
    return nullcontext()


def on_virtual_time(tool: str, work: Work, scale: float) -> float:
    """Return how long a workload takes on a virtual clock, in real milliseconds."""
    clock = time.perf_counter
    gc.collect()
    start = clock()
    if tool == "looptime":
        import looptime

        loop = looptime.new_event_loop()
        loop.run_until_complete(work(scale))
        loop.close()
    else:
        from looplab import observe

        run = observe(work, scale)
        assert run.error is None, run.error
    return (clock() - start) * 1e3


def bytes_a_step(work: Work, scale: float) -> float:
    """Return what the recorder holds for each step of a workload."""
    from looplab.recorder.handles import recorded
    from looplab.recorder.recorder import Recorder

    recorder = Recorder(time.perf_counter, "memory")
    tracemalloc.start()
    with recorded(recorder):
        before = 0

        async def main() -> None:
            nonlocal before
            before = tracemalloc.get_traced_memory()[0]
            await work(scale)

        asyncio.run(main())
    gc.collect()
    return (tracemalloc.get_traced_memory()[0] - before) / recorder.steps


def resident_bytes_a_step(tool: str, work: Work, scale: float) -> float:
    """Return by how much the process has grown at most, for each of the workload's steps."""
    asyncio.run(work(min(scale, 0.01)))
    before = resident_bytes()
    with under_tool(tool) if tool != "recorder" else _recorder():
        asyncio.run(work(scale))
        after = resident_bytes()
    return (after - before) / (TASKS * TURNS * scale)


def resident_bytes() -> int:
    """Return how much memory this process has had at the most."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _recorder() -> Any:
    from looplab.recorder.handles import recorded
    from looplab.recorder.recorder import Recorder

    return recorded(Recorder(time.perf_counter, "memory"))


def seconds_of_the_record(work: Work, scale: float) -> float:
    """Return how long it takes to make a Run of what was recorded, in milliseconds."""
    from looplab import recording

    with recording() as run:
        asyncio.run(work(scale))
        start = time.perf_counter()
    assert run.steps
    return (time.perf_counter() - start) * 1e3


async def two_deposits(store: Any) -> Any:
    """A bank with a lost update: six orders in which the store may answer."""

    async def deposit(amount: int) -> None:
        await store.write(await store.read() + amount)

    await asyncio.gather(deposit(10), deposit(5))
    return await store.read()


class Memory:
    """A store whose operations take one turn of the loop."""

    def __init__(self) -> None:
        self.value = 0

    async def read(self) -> int:
        await asyncio.sleep(0)
        return self.value

    async def write(self, value: int) -> None:
        await asyncio.sleep(0)
        self.value = value


def milliseconds_of_orders(tool: str, scale: float) -> float:
    """Return how long 3,000 runs of two deposits take: all orders, again and again."""
    from looplab import explore, store

    times = int(500 * scale) or 1
    explore(two_deposits, store(0))
    start = time.perf_counter()
    for _ in range(times):
        if tool == "explore":
            assert explore(two_deposits, store(0)).schedules == 6
        else:
            for _ in range(6):
                asyncio.run(two_deposits(Memory()))
    return (time.perf_counter() - start) * 1e3


async def crowd(scale: float) -> None:
    """1,000 tasks that sleep 33 times: 100,000 spans, of running, waiting and being ready."""

    async def one() -> None:
        for _ in range(33):
            await asyncio.sleep(0.001)

    await asyncio.gather(*(one() for _ in range(int(1_000 * scale) or 1)))


def trace(tool: str, scale: float) -> float:
    """Return how long it takes to write the crowd as a trace for Perfetto, in milliseconds."""
    path = Path(tempfile.gettempdir()) / "looplab-benchmark.json"
    if tool == "viztracer":
        from viztracer import VizTracer

        tracer = VizTracer(log_async=True, tracer_entries=5_000_000, verbose=0)
        tracer.start()
        asyncio.run(crowd(scale))
        tracer.stop()
        start = time.perf_counter()
        tracer.save(str(path))
    else:
        from looplab import recording

        with recording() as run:
            asyncio.run(crowd(scale))
        start = time.perf_counter()
        run.to_perfetto(path)
    return (time.perf_counter() - start) * 1e3


def figure(name: str, scale: float, memory: bool) -> float:
    """Return how long a picture takes, in milliseconds, or the most MB that its process had."""
    import io

    from looplab import jobs, observe, recording

    async def lesson(job: Any) -> None:
        await asyncio.gather(*(job(number) for number in range(3)))

    first = observe(lesson, jobs([2, 1, 4]))
    first.timeline().savefig(io.BytesIO(), format="png", dpi=208)  # imports and fonts
    if name == "lesson":
        run = first
    else:
        with recording() as run:
            asyncio.run(crowd(scale))
    start = time.perf_counter()
    run.timeline().savefig(io.BytesIO(), format="png", dpi=208)
    if memory:
        return resident_bytes() / 2**20
    return (time.perf_counter() - start) * 1e3


def measure(tool: str, name: str, scale: float) -> float:
    """Return one figure."""
    if name == "orders":
        return milliseconds_of_orders(tool, scale)
    if name == "trace":
        return trace(tool, scale)
    if name.startswith("figure:"):
        return figure(name.removeprefix("figure:"), scale, tool == "memory")
    if name == "import":
        start = time.perf_counter()
        __import__("looplab")
        assert not {"matplotlib", "IPython"} & set(sys.modules)
        return (time.perf_counter() - start) * 1e3
    kind, _, name = name.rpartition(":")
    work = WORKS[name]
    if kind == "bytes":
        return bytes_a_step(work, scale)
    if kind == "resident":
        return resident_bytes_a_step(tool, work, scale)
    if kind == "record":
        return seconds_of_the_record(work, scale)
    if tool in ("looptime", "observe"):
        return on_virtual_time(tool, work, scale)
    with under_tool(tool):
        return asyncio.run(milliseconds(work, scale, time.perf_counter))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], float(sys.argv[3]))))
