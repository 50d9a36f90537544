"""Small programs, and what their Runs must say."""

import asyncio
import itertools
import json
import linecache
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

import looplab
from looplab import Run, arrivals, gens, jobs, observe
from looplab.observer.listening import MAX_WARNINGS
from looplab.recorder.losing import MAX_COROUTINES

# Programs


async def returns_after(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


async def raises_after(seconds: float) -> None:
    await asyncio.sleep(seconds)
    raise KeyError("lost")


async def one_after_the_other() -> list[str]:
    return [await returns_after(2), await returns_after(1)]


async def gathered() -> list[str]:
    return list(await asyncio.gather(returns_after(2), returns_after(1)))


async def in_a_group() -> float:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(3))
        group.create_task(asyncio.sleep(1))
    return asyncio.get_running_loop().time()


async def times_out() -> None:
    async with asyncio.timeout(5):
        await asyncio.sleep(10)


async def waits_too_long() -> None:
    await asyncio.wait_for(asyncio.Event().wait(), 2.5)


async def ten_tenths() -> float:
    for _ in range(10):
        await asyncio.sleep(0.1)
    return asyncio.get_running_loop().time()


async def one_turn() -> None:
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))


async def ten_days() -> None:
    await asyncio.sleep(10 * 86_400)


async def waits_for_ever() -> None:
    await asyncio.Queue().get()


async def locked_twice() -> None:
    lock = asyncio.Lock()
    async with lock, lock:
        pass


async def crossed_locks() -> None:
    a, b = asyncio.Lock(), asyncio.Lock()

    async def take(first: asyncio.Lock, second: asyncio.Lock) -> None:
        async with first:
            await asyncio.sleep(1)
            async with second:
                pass

    async with asyncio.TaskGroup() as group:
        group.create_task(take(a, b), name="ab")
        group.create_task(take(b, a), name="ba")


async def polls_for_ever() -> None:
    for _ in itertools.count():
        await asyncio.sleep(0)


async def sleeps_for_ever() -> None:
    for _ in itertools.count():
        await asyncio.sleep(1)


async def leaves_a_task() -> None:
    global kept
    kept = asyncio.create_task(asyncio.sleep(10), name="left")
    await asyncio.sleep(1)


async def cancels_and_does_not_wait() -> None:
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(1)
    task.cancel()


async def cancels_and_waits() -> None:
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])


async def blocks() -> None:
    await asyncio.gather(asyncio.sleep(1), blocking())


async def blocking() -> None:
    sleep(2)  # noqa: ASYNC251  # blocking is what it shows


async def reads_clocks() -> list[float]:
    before = [time.monotonic(), time.perf_counter(), time.time(), monotonic()]
    await asyncio.sleep(7)
    after = [time.monotonic(), time.perf_counter(), time.time(), monotonic()]
    return [b - a for a, b in zip(before, after, strict=True)]


async def in_a_thread() -> list[str]:
    order: list[str] = []

    async def thread() -> None:
        await asyncio.to_thread(time.sleep, 0.05)
        order.append("thread")

    async def long() -> None:
        await asyncio.sleep(10)
        order.append("sleep")

    await asyncio.gather(long(), thread())
    return order


async def forgets_to_await() -> None:
    returns_after(1)  # type: ignore[unused-coroutine]  # what is tested


async def exits() -> None:
    sys.exit(3)


def runs_its_own_loop() -> str:
    return asyncio.run(returns_after(4))


def runs_two_loops() -> list[str]:
    with asyncio.Runner() as runner:
        return [runner.run(returns_after(4)), runner.run(returns_after(1))]


def plain(x: int) -> int:
    return x + 1


def counts() -> Iterator[int]:
    n = 0
    while True:
        yield n
        n += 1


def gives_a_coroutine() -> Any:
    return returns_after(2)


def _says(**expected: Any) -> Callable[[Run], None]:
    def check(run: Run) -> None:
        found = {
            "result": run.result,
            "error": run.error.type if run.error else None,
            "duration": run.duration,
            "leftovers": [wait.task for wait in run.leftovers],
            "deadlock": [(wait.task, wait.reason) for wait in run.deadlock],
        }
        usual = {"result": None, "error": None, "duration": 0, "leftovers": [], "deadlock": []}
        assert found == {**usual, **expected}

    return check


@pytest.mark.parametrize(
    ("program", "args", "check"),
    [
        (returns_after, [3600], _says(result="done", duration=3600)),
        (raises_after, [2], _says(error="KeyError", duration=2)),
        (one_after_the_other, [], _says(result=["done", "done"], duration=3)),
        (gathered, [], _says(result=["done", "done"], duration=2)),
        (in_a_group, [], _says(result=3.0, duration=3)),
        (times_out, [], _says(error="TimeoutError", duration=5)),
        (waits_too_long, [], _says(error="TimeoutError", duration=2.5)),
        (ten_tenths, [], _says(result=1.0, duration=1)),
        (ten_days, [], _says(duration=864_000)),
        (returns_after, [1e12], _says(result="done", duration=1e12)),
        (waits_for_ever, [], _says(error="Deadlock", deadlock=[("waits_for_ever", "Queue.get")])),
        (locked_twice, [], _says(error="Deadlock", deadlock=[("locked_twice", "Lock.acquire")])),
        (
            crossed_locks,
            [],
            _says(
                error="Deadlock",
                duration=1,
                deadlock=[
                    ("crossed_locks", "TaskGroup"),
                    ("ab", "Lock.acquire"),
                    ("ba", "Lock.acquire"),
                ],
            ),
        ),
        (polls_for_ever, [], _says(error="TooMuch")),
        (leaves_a_task, [], _says(duration=1, leftovers=["left"])),
        (cancels_and_does_not_wait, [], _says(duration=1, leftovers=["sleep"])),
        (cancels_and_waits, [], _says(duration=1)),
        (blocks, [], _says(duration=2)),
        (reads_clocks, [], _says(result=[7.0] * 4, duration=7)),
        (in_a_thread, [], _says(result=["thread", "sleep"], duration=10)),
        (forgets_to_await, [], _says()),
        (exits, [], _says(error="SystemExit")),
        (runs_its_own_loop, [], _says(result="done", duration=4)),
        (runs_two_loops, [], _says(result=["done", "done"], duration=5)),
        (plain, [41], _says(result=42)),
        (gives_a_coroutine, [], _says(result="done", duration=2)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_run_says_what_the_program_did(
    program: Callable[..., Any], args: list[Any], check: Callable[[Run], None]
) -> None:
    run = observe(program, *args)
    check(run)
    assert Run.from_json(json.loads(json.dumps(run.to_json()))) == run


def test_blocking_is_reported_with_its_line() -> None:
    (blocked,) = observe(blocks).blocked
    assert (blocked.task, blocked.seconds) == ("blocking", 2.0)
    assert blocked.line is not None
    assert "sleep(2)" in Path(__file__).read_text().splitlines()[blocked.line - 1]


def test_a_coroutine_that_is_never_awaited_is_told() -> None:
    (warning,) = observe(forgets_to_await).warnings
    assert warning == "RuntimeWarning: coroutine 'returns_after' was never awaited"


def test_real_time_does_not_pass() -> None:
    start = time.perf_counter()
    observe(ten_days)
    assert time.perf_counter() - start < 5  # ten days would be more


def test_real_time_passes_where_it_is_asked_for() -> None:
    async def freeze() -> None:
        time.sleep(0.15)  # noqa: ASYNC251  # it blocks on purpose

    async def main() -> str:
        left = asyncio.create_task(asyncio.sleep(3600), name="left")
        await asyncio.gather(freeze(), asyncio.sleep(0.01), asyncio.to_thread(time.sleep, 0.01))
        assert not left.done()
        return "done"

    run = observe(main, clock="real")
    assert (run.clock, run.result, run.threads) == ("real", "done", 1)
    assert 0.16 <= run.duration < 3
    assert [each.task for each in run.blocked] == [freeze.__qualname__]
    assert [each.reason for each in run.leftovers] == ["sleep(3600)"]
    assert Run.from_json(json.loads(json.dumps(run.to_json()))) == run


def test_a_plain_program_may_take_real_time() -> None:
    run = observe(lambda: asyncio.run(asyncio.sleep(0.02, "done")), clock="real")
    assert run.result == "done"
    assert run.duration >= 0.02


def test_a_plain_program_holds_up_no_loop() -> None:
    run = observe(lambda: time.sleep(0.15), clock="real")
    assert run.duration >= 0.15
    assert run.blocked == ()


def test_jobs_have_no_real_time() -> None:
    with pytest.raises(TypeError, match="jobs is a service on virtual time: leave out clock"):
        observe(sorted, jobs(delays=[1]), clock="real")


def test_what_a_program_prints_is_kept_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def greet() -> None:
        print("hello")

    assert observe(greet).output == "hello\n"
    assert capsys.readouterr().out == "hello\n"


def test_the_clocks_are_real_again_afterwards() -> None:
    observe(reads_clocks)
    assert time.sleep is sleep
    assert time.monotonic is monotonic
    loop = asyncio.new_event_loop()
    loop.close()
    assert type(loop).__name__ != "VirtualLoop"


def test_observe_works_inside_a_running_loop() -> None:
    async def outer() -> tuple[Run, bool]:
        loop = asyncio.get_running_loop()
        run = observe(gathered)
        return run, loop is asyncio.get_running_loop()

    run, same = asyncio.run(outer())
    assert run.duration == 2
    assert same


def test_the_loop_around_is_hidden_whoever_asks_for_it() -> None:
    """As in a notebook's cell, whose kernel runs on a loop that is set as the current one."""

    def main() -> bool:
        policy = asyncio.get_event_loop_policy()
        try:
            loop = policy.get_event_loop()
        except RuntimeError:  # since Python 3.14 it makes none
            loop = policy.new_event_loop()
        loop.run_until_complete(asyncio.sleep(3))
        loop.close()
        return loop is around[0]

    around: list[asyncio.AbstractEventLoop] = []

    async def cell() -> tuple[Run, bool]:
        around.append(asyncio.get_running_loop())
        asyncio.set_event_loop(around[0])
        run = observe(main)
        return run, asyncio.get_event_loop_policy().get_event_loop() is around[0]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        run, is_back = asyncio.run(cell())
    assert (run.result, run.duration, run.error) == (False, 3, None)
    assert is_back


def test_a_program_that_never_stops_is_stopped() -> None:
    run = observe(sleeps_for_ever)
    assert run.error is not None
    assert run.error.message == "the loop turned 200,000 times: does it ever stop?"
    assert len(run.to_json()["lives"][0]["spans"]) < 10_000


def test_equal_programs_give_equal_runs() -> None:
    asyncio.run(one_turn())  # moves asyncio's own count of tasks
    first = observe(gathered).to_json()
    asyncio.run(one_turn())
    assert observe(gathered).to_json() == first


def test_a_run_holds_no_address() -> None:
    def main() -> object:
        print(thing := object(), main)
        return thing

    run = observe(main)
    assert "<object object" in run.output
    assert "0x" not in f"{run.output}{run.result}"


def test_arguments_are_copies() -> None:
    def grow(items: list[int]) -> list[int]:
        items.append(1)
        return items

    items: list[int] = []
    assert observe(grow, items).result == [1]
    assert items == []


def test_what_cannot_be_handed_over_is_said() -> None:
    with pytest.raises(TypeError, match="a Lock to the program"):
        observe(plain, asyncio.Lock())


# Iterators and generators


def test_the_items_of_an_iterator_are_the_result() -> None:
    assert observe(counts, take=3).result == [0, 1, 2]
    assert observe(counts, take=0).result == []
    assert observe(counts).error.type == "TooMuch"  # type: ignore[union-attr]  # an error is there, or the test fails


def test_an_iterator_need_not_be_a_generator() -> None:
    closed = []

    class Once:
        def __init__(self) -> None:
            self.items = [1, 2, 3]

        def __iter__(self) -> "Once":
            return self

        def __next__(self) -> int:
            if not self.items:
                raise StopIteration
            return self.items.pop(0)

        def close(self) -> None:
            closed.append(True)

    assert observe(Once).result == [1, 2, 3]
    assert closed == []
    assert observe(Once, take=1).result == [1]
    assert closed == [True]


def both(*sources: Iterator[Any]) -> Iterator[Any]:
    for each in sources:
        yield from each


def test_the_test_owns_the_generators_it_hands_over() -> None:
    run = observe(both, *gens("ab", "c"))
    assert run.result == ["a", "b", "c"]
    assert [(c.service, c.method, c.outcome) for c in run.calls] == [
        ("gens[0]", "next", "returned"),
        ("gens[0]", "next", "returned"),
        ("gens[0]", "next", "exhausted"),
        ("gens[1]", "next", "returned"),
        ("gens[1]", "next", "exhausted"),
    ]


def test_closing_reaches_the_generators_that_were_started() -> None:
    run = observe(both, *gens("ab", "c", endless=True), take=1)
    assert [(c.service, c.method) for c in run.calls] == [("gens[0]", "next"), ("gens[0]", "close")]


def test_what_python_closes_after_the_run_is_not_counted() -> None:
    def forgets(source: Iterator[Any]) -> Any:
        return next(source)

    run = observe(forgets, *gens("ab"))
    assert [call.method for call in run.calls] == ["next"]


def test_the_error_of_a_generator_reaches_the_program() -> None:
    run = observe(both, *gens("a", error=ZeroDivisionError("no")))
    assert run.error is not None
    assert (run.error.type, run.error.message) == ("ZeroDivisionError", "no")


def consumer() -> Iterator[Any]:
    status = True
    while True:
        item = yield status
        status = item != 3


def producer(sink: Any, n: int) -> Iterator[bool]:
    while n:
        yield sink.send(n)
        n -= 1


def conversation() -> None:
    sink = consumer()
    next(sink)
    for status in producer(sink, 5):
        if not status:
            return


def test_generators_have_lanes_of_their_own() -> None:
    run = observe(conversation)
    assert [(life.kind, life.name) for life in run.lives] == [
        ("program", "conversation"),
        ("generator", "consumer"),
        ("generator", "producer"),
    ]
    running = sorted(
        (span.first, life.name)
        for life in run.lives
        for span in life.spans
        if span.state == "running"
    )
    assert [name for _, name in running] == [
        *("conversation", "consumer", "conversation"),
        *("producer", "consumer", "producer", "conversation") * 3,
    ]
    assert [step for step, _ in running] == list(range(run.steps))


@pytest.mark.parametrize("ending", ["close", "throw", "finally", "return"])
def test_how_a_generator_ended(ending: str) -> None:
    def tidy() -> Iterator[int]:
        try:
            yield 1
        finally:
            sys.intern("tidy")

    def plain_one() -> Iterator[int]:
        yield 1

    def drive() -> None:
        gen: Any = tidy() if ending == "finally" else plain_one()
        next(gen)
        if ending == "throw":
            with pytest.raises(ValueError, match="out"):
                gen.throw(ValueError("out"))
        elif ending == "return":
            assert list(gen) == []
        else:
            gen.close()

    expected = {"close": "closed", "finally": "closed", "throw": "raised", "return": "returned"}
    assert observe(drive).lives[1].outcome == expected[ending]


# Tasks


def test_spans_follow_one_another_without_gaps() -> None:
    for program in (gathered, crossed_locks, times_out, conversation):
        for life in observe(program).lives:
            for one, two in zip(life.spans, life.spans[1:], strict=False):
                assert (one.stop, one.last) == (two.start, two.first)


def test_a_task_says_what_it_waited_for_and_who_woke_it() -> None:
    async def getter(queue: asyncio.Queue[int]) -> int:
        return await queue.get()

    async def main() -> int:
        queue: asyncio.Queue[int] = asyncio.Queue()
        task = asyncio.create_task(getter(queue), name="getter")
        await asyncio.sleep(1)
        await queue.put(7)
        return await task

    run = observe(main)
    assert run.result == 7
    life = run.life("getter")
    (waiting,) = [span for span in life.spans if span.state == "waiting"]
    assert (waiting.reason, waiting.start, waiting.stop) == ("Queue.get", 0.0, 1.0)
    woken = [span.woken_by for span in life.spans if span.state == "ready"]
    assert woken == [0, 0]  # created, and woken, by main
    assert (life.created_by, life.outcome) == (0, "returned")


def test_jobs_take_as_long_as_the_test_says() -> None:
    async def both_jobs(job: Any) -> Any:
        return await asyncio.gather(job(0), job(1))

    run = observe(both_jobs, jobs([2, 1], results=["a", "b"]))
    assert (run.result, run.duration) == (["a", "b"], 2)
    assert [(c.arguments, c.start, c.stop, c.outcome) for c in run.calls] == [
        ((0,), 0.0, 2.0, "returned"),
        ((1,), 0.0, 1.0, "returned"),
    ]


def test_a_job_may_fail_or_be_cancelled() -> None:
    async def group(job: Any) -> None:
        async with asyncio.TaskGroup() as tasks:
            for i in range(3):
                tasks.create_task(job(i))

    run = observe(group, jobs([3, 1, 2], errors={1: OSError("broken")}))
    assert [call.outcome for call in run.calls] == ["cancelled", "raised", "cancelled"]
    assert run.error is not None
    assert [leaf.type for leaf in run.error.leaves] == ["OSError"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: jobs([-1]), "0 seconds or more"),
        (lambda: jobs([float("nan")]), "0 seconds or more"),
        (lambda: jobs([1, 2], results=[1]), "one result for each"),
        (lambda: jobs([1, 2], clean_ups=[1]), "one clean-up"),
        (lambda: jobs([1], clean_ups=[-1]), "one clean-up"),
        (lambda: arrivals([], pause=-1), "0 seconds or more"),
        (lambda: arrivals([], error=json.JSONDecodeError("x", "y", 0)), "builtin type"),
        (lambda: gens([], endless=True), "at least one item"),
        (lambda: gens([], error=json.JSONDecodeError("x", "y", 0)), "builtin type"),
    ],
)
def test_specs_are_checked_when_they_are_made(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_importing_looplab_is_light() -> None:
    code = (
        "import sys, looplab; "
        "print([m for m in ('matplotlib', 'IPython', 'nbgrader', 'loopgrade') if m in sys.modules])"
    )
    path = str(Path(looplab.__file__).parent.parent)
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": path},
    )
    assert found.stdout.strip() == "[]"


def test_a_callback_that_blocks_is_no_idle_time() -> None:
    async def heart() -> None:
        await asyncio.sleep(1)

    async def main() -> None:
        asyncio.get_running_loop().call_soon(time.sleep, 3)
        await asyncio.create_task(heart())
        await asyncio.sleep(2)

    run = observe(main)
    assert [each.task for each in run.blocked] == ["a callback"]
    turns = [(turn.state, turn.start, turn.stop) for turn in run.loop()]
    assert [turn for turn in turns if turn[2] > turn[1]] == [
        ("blocked", 0, 3),
        ("idle", 3, 4),
        ("idle", 4, 6),
    ]


def test_what_is_dropped_without_end_takes_no_memory() -> None:
    """A loop that forgets its await had a gigabyte a minute of warnings."""

    async def nothing() -> None:
        pass

    async def main() -> None:
        for _ in range(5_000):
            nothing()

    run = observe(main)
    assert len(run.lost) == MAX_COROUTINES
    assert len(run.warnings) <= MAX_WARNINGS
    assert "was never awaited" in run.warnings[0]


async def made() -> None:
    raise NotImplementedError


async def returns_it() -> Any:
    return {"one": made()}  # here


async def forgets_it_in_a_circle() -> None:
    circle: list[Any] = [made()]  # here
    circle.append(circle)


async def makes_anothers() -> None:
    asyncio.sleep(1)  # type: ignore[unused-coroutine]  # here


@pytest.mark.parametrize("program", [returns_it, forgets_it_in_a_circle, makes_anothers])
def test_what_nobody_awaited_is_told_at_once_with_the_line_that_made_it(
    program: Callable[..., Any],
) -> None:
    run = observe(program)
    [lost] = run.lost
    assert lost.kind == "coroutine"
    assert lost.line is not None
    assert linecache.getline(__file__, lost.line).rstrip().endswith("# here")
    assert [each.partition(" was ")[2] for each in run.warnings] == ["never awaited"]
    assert sys.get_coroutine_origin_tracking_depth() == 0
