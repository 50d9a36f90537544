"""What new students did with lessons 00, 02 and 08, and what the desk said of it.

Written as in `test_diagnosis`: `# <-` marks the line that the first failed check quotes.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from answered import MARK, verdicts

from looplab import observe
from looplab.diagnosis.answer import SharedText
from looplab.diagnosis.finding import diagnose
from looplab.observer import announcing, patience
from looplab.recorder import waiting

pytestmark = pytest.mark.timeout(120, method="thread")

LATER = "async def hello_later(delay):\n    "
ROBIN = "def round_robin(*gens):\n    "
FIRST, SECOND, EIGHTH = "00_start_here", "02_yield_and_send", "08_many_at_once"
LESSON_OF = {
    "hello_later": FIRST,
    "round_robin": SECOND,
    "producer_consumer": SECOND,
    "running_mean": SECOND,
    "fetch_all": EIGHTH,
    "as_they_come": EIGHTH,
}
ALL = "async def fetch_all(job, n):\n    "
PRODUCE = """async def produce(queue, n):
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)


"""
CONSUME = """async def consume(queue, enough):
    items = []
    while enough not in items and (item := await queue.get()) is not None:
        items.append(item)
    return items


"""

# exercise, what the check says, the answer
TRIED = [
    (
        "hello_later",
        "a line of the exercise is still there, and ends your function: take it out",
        LATER
        + "await asyncio.sleep(delay)\n    print('hello')\n    raise NotImplementedError  # <-",
    ),
    (
        "hello_later",
        "a line of the exercise is still there, and ends your function: take it out",
        LATER
        + "raise NotImplementedError  # <-\n    await asyncio.sleep(delay)\n    return 'hello'",
    ),
    (
        "hello_later",
        ": neither `break` nor `return` leaves this loop",
        LATER + "while True:  # <-\n        await asyncio.sleep(delay)\n    return 'hello'",
    ),
    (
        "hello_later",
        ": neither `break` nor `return` leaves this loop",
        LATER + "while 1:  # <-\n        pass\n    return 'hello'",
    ),
    (
        "hello_later",
        "it took 0 s: no run comes to this line: line 4 leaves before it",
        LATER + "return 'hello'\n    await asyncio.sleep(delay)  # <-",
    ),
    (
        "hello_later",
        "it returned None: hello_later has no line with `return`",
        LATER + "await asyncio.sleep(delay, 'hello')  # <-",
    ),
    (
        "hello_later",
        "`async def` with a `yield` in it gives an asynchronous generator",
        LATER + "await asyncio.sleep(delay)\n    yield 'hello'  # <-",
    ),
    (
        "hello_later",
        "it calls itself again and again",
        LATER + "if delay < 0:\n        return 'hello'\n    return await hello_later(delay)  # <-",
    ),
    (
        "round_robin",
        "`async def` with a `yield` in it gives an asynchronous generator",
        "async " + ROBIN + "for gen in gens:\n        yield next(gen)  # <-",
    ),
    (
        "round_robin",
        "it raised RuntimeError: generator raised StopIteration",
        ROBIN + "while True:\n        for gen in gens:\n            yield next(gen)  # <-",
    ),
    (
        "round_robin",
        "this takes the GeneratorExit",
        ROBIN + "gens = list(gens)\n    while gens:\n        for gen in gens[:]:\n"
        "            try:\n                yield next(gen)\n"
        "            except:  # <-\n                gens.remove(gen)",
    ),
    (
        "round_robin",
        "not closed: ",
        ROBIN + "gens = list(gens)\n    while gens:\n        for gen in gens[:]:\n"
        "            try:\n                item = next(gen)\n"
        "            except StopIteration:\n                gens.remove(gen)\n"
        "            else:\n                yield item",
    ),
    (
        "producer_consumer",
        "`queue.get()` is never awaited",
        PRODUCE
        + "async def consume(queue, enough):\n    items = []\n    while True:\n"
        + "        item = queue.get()  # <-\n        items.append(item)\n"
        + "        if item == enough:\n            return items\n",
    ),
    (
        "producer_consumer",
        "produce was cancelled, and who awaits it gets that",
        PRODUCE
        + CONSUME
        + "async def producer_consumer(n, enough):\n    queue = asyncio.Queue(1)\n"
        + "    task = asyncio.create_task(produce(queue, n))\n"
        + "    items = await consume(queue, enough)\n"
        + "    task.cancel()\n    await task  # <-\n    return items",
    ),
    (
        "fetch_all",
        "it ends while job still waits for job(0)",
        ALL + "return list(await asyncio.gather(*[job(i) for i in range(n)]))  # <-",
    ),
    (
        "fetch_all",
        "it raised ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception): ValueError",
        ALL + "async with asyncio.TaskGroup() as group:\n"
        "        tasks = [group.create_task(job(i + 1)) for i in range(n)]\n"
        "    return [task.result() for task in tasks]",
    ),
    (
        "fetch_all",
        "it gave a Future and not what that gives: await it",
        ALL + "return asyncio.gather(*[job(i) for i in range(n)])  # <-",
    ),
    (
        "fetch_all",
        "it raised TypeError: a coroutine was expected, got <function job>",
        ALL + "return [await asyncio.create_task(job) for i in range(n)]  # <-",
    ),
    (
        "as_they_come",
        "`async def` with a `yield` in it gives an asynchronous generator",
        "async def as_they_come(job, n):\n    for i in range(n):\n        yield i, 0  # <-",
    ),
    (
        "running_mean",
        "warned RuntimeError: generator ignored GeneratorExit (and nobody can catch it)",
        "def running_mean():\n    numbers, mean = [], None\n    while True:\n        try:\n"
        "            number = yield mean\n        except:\n            numbers, mean = [], None\n"
        "        else:\n            numbers.append(number)\n"
        "            mean = sum(numbers) / len(numbers)",
    ),
]


@pytest.mark.parametrize(("exercise", "told", "marked"), TRIED)
def test_the_first_check_that_fails_tells_the_cause(
    exercise: str, told: str, marked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    source = "import asyncio\n\n" + marked.replace(MARK, "") + "\n"
    try:
        said = [message for _, message in verdicts(LESSON_OF[exercise], exercise, source)]
    finally:
        announcing.forget()
        waiting._tests.clear()
    first = " ".join(said[0].split())
    assert told in first, said
    if MARK in marked:
        number = marked[: marked.index(MARK)].count("\n") + 3
        quoted = f"  line {number} │ {source.splitlines()[number - 1]}"
        assert quoted in said[0].splitlines(), said
    assert not re.search("looplab|site-packages|0x[0-9a-f]+", first)


@pytest.mark.parametrize(
    ("helper", "told", "quoted"),
    [
        ("async def help_me():\n    pass", "`help_me()` is never awaited", "    return help_me()"),
        ("def help_me():\n    return 1 / 0", "it raised ZeroDivisionError", ""),
    ],
)
def test_a_line_is_quoted_where_it_is_the_answers_own_for_sure(
    helper: str, told: str, quoted: str
) -> None:
    names: dict[str, Any] = {}
    answer = "async def hello():\n    return help_me()"
    for cell, text in {"<another cell>": helper, "<the answer>": answer}.items():
        exec(compile(text, cell, "exec"), names)
    found = diagnose(observe(names["hello"]), SharedText(answer))
    assert found is not None
    assert (told in found.told, found.quoted) == (True, quoted)
