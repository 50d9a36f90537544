"""Typical mistakes in six lessons: a failed check names the true cause, and quotes the line.

Each answer is written as a student would, and judged by the lesson's own visible tests. A comment
`# <-` marks the line that is to be quoted; it is taken out before the answer runs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from answered import MARK, verdicts

import looplab
from looplab import CheckFailed
from looplab.observer import announcing, patience
from looplab.recorder import waiting

# The other way to limit a test has a use of its own for SIGALRM.
pytestmark = pytest.mark.timeout(120, method="thread")

EXERCISES = {
    "hello_later": "00_start_here",
    "producer_consumer": "02_yield_and_send",
    "say_both": "06_tasks",
    "fetch_all": "08_many_at_once",
    "limited": "10_lock",
    "retry": "11_cancellation_and_ctrl_c",
}

# exercise, mistake: (the cause that is named, the answer)
TABLE: dict[tuple[str, str], tuple[str, str]] = {}


def mistake(exercise: str, name: str, cause: str, answer: str) -> None:
    TABLE[exercise, name] = cause, "import asyncio\n\n" + answer.strip("\n") + "\n"


# ---- 00: hello_later(delay) ----

mistake(
    "hello_later",
    "stub",
    "not started",
    '''
async def hello_later(delay):
    """Return "hello" when so many seconds have passed."""
    # TODO: write your code here
    raise NotImplementedError
''',
)
mistake(
    "hello_later",
    "syntax",
    "your cell did not run, so nothing was judged: line 3",
    """
async def hello_later(delay)
    return "hello"
""",
)
mistake(
    "hello_later",
    "name",
    "does not define `hello_later`",
    """
async def hello_latr(delay):
    return "hello"
""",
)
mistake(
    "hello_later",
    "parameters",
    "other parameters",
    """
async def hello_later():  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "raises",
    "raised",
    """
async def hello_later(delay):
    await asyncio.sleep(dealy)  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "in a group",
    "raised",
    """
async def hello_later(delay):
    async def greet():
        await asyncio.sleep(delay)
        return "hello" + delay  # <-

    async with asyncio.TaskGroup() as group:
        task = group.create_task(greet())
    return task.result()
""",
)
mistake(
    "hello_later",
    "forgets await",
    "never awaited",
    """
async def hello_later(delay):
    asyncio.sleep(delay)  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "returns a coroutine",
    "never awaited",
    """
async def hello_later(delay):
    return asyncio.sleep(delay, "hello")  # <-
""",
)
mistake(
    "hello_later",
    "returns a task",
    "never awaited",
    """
async def hello_later(delay):
    return asyncio.create_task(asyncio.sleep(delay, "hello"))  # <-
""",
)
mistake(
    "hello_later",
    "prints",
    "printed",
    """
async def hello_later(delay):
    await asyncio.sleep(delay)
    print("hello")  # <-
""",
)
mistake(
    "hello_later",
    "blocks",
    "blocked",
    """
import time

async def hello_later(delay):
    time.sleep(delay)  # <-
    return "hellO"
""",
)
mistake(
    "hello_later",
    "polls",
    "polls",
    """
async def hello_later(delay):
    loop = asyncio.get_running_loop()
    start = loop.time()
    while loop.time() < start + delay:
        await asyncio.sleep(0.15)  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "busy",
    "never ends",
    """
async def hello_later(delay):
    loop = asyncio.get_running_loop()
    start = loop.time()
    while loop.time() < start + delay: pass  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "busy with sleep(0)",
    "busy",
    """
async def hello_later(delay):
    task = asyncio.create_task(asyncio.sleep(delay))
    while not task.done():
        await asyncio.sleep(0)  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "deadlock",
    "deadlock",
    """
async def hello_later(delay):
    event = asyncio.Event()
    await event.wait()  # <-
    return "hello"
""",
)
mistake(
    "hello_later",
    "leaves running",
    "left running",
    """
async def hello_later(delay):
    asyncio.create_task(asyncio.sleep(delay))  # <-
    return "hello"
""",
)

# ---- 02: producer_consumer(n, enough) ----

PRODUCE = """
async def produce(queue, n):
    for number in range(n, 0, -1):
        await queue.put(number)
    await queue.put(None)

"""
CONSUME = """
async def consume(queue, enough):
    items = []
    while (item := await queue.get()) is not None:
        items.append(item)
        if item == enough:
            break
    return items

"""
TOGETHER = """
async def producer_consumer(n, enough):
    queue = asyncio.Queue(2)
    producing = asyncio.create_task(produce(queue, n))
    try:
        return await consume(queue, enough)
    finally:
        producing.cancel()
        await asyncio.wait([producing])
"""
mistake(
    "producer_consumer",
    "stub",
    "not started",
    """
async def produce(queue, n):
    # TODO: write your code here
    raise NotImplementedError
"""
    + CONSUME
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "syntax",
    "your cell did not run, so nothing was judged: line 3",
    """
async def produce(queue, n:
    pass
""",
)
mistake("producer_consumer", "name", "does not define `produce`", CONSUME + TOGETHER)
mistake(
    "producer_consumer",
    "parameters",
    "other parameters",
    """
async def produce(queue):  # <-
    await queue.put(1)
"""
    + CONSUME
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "raises",
    "raised",
    """
async def produce(queue, n):
    for number in range(n, 0):
        await queue.put(number)
    await queue.push(None)  # <-
"""
    + CONSUME
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "in a group",
    "raised",
    PRODUCE
    + """
async def consume(queue, enough):
    return [await queue.get() for _ in range(enough + None)]  # <-

async def producer_consumer(n, enough):
    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue, n))
        consuming = group.create_task(consume(queue, enough))
    return consuming.result()
""",
)
mistake(
    "producer_consumer",
    "forgets await",
    "never awaited",
    """
async def produce(queue, n):
    for number in range(n, 0, -1):
        queue.put(number)  # <-
"""
    + CONSUME
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "returns a coroutine",
    "never awaited",
    PRODUCE
    + CONSUME
    + """
async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    await produce(queue, n)
    return consume(queue, enough)  # <-
""",
)
mistake(
    "producer_consumer",
    "returns a task",
    "never awaited",
    PRODUCE
    + CONSUME
    + """
async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    await produce(queue, n)
    return asyncio.create_task(consume(queue, enough))  # <-
""",
)
mistake(
    "producer_consumer",
    "prints",
    "printed",
    PRODUCE
    + """
async def consume(queue, enough):
    items = []
    while (item := await queue.get()) is not None:
        items.append(item)
        if item == enough:
            break
    print(items)  # <-
"""
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "blocks",
    "blocked",
    PRODUCE
    + CONSUME
    + """
import time

async def producer_consumer(n, enough):
    queue = asyncio.Queue()
    task = asyncio.create_task(produce(queue, n))
    time.sleep(1)  # <-
    items = await consume(queue, enough)
    await task
    return items
""",
)
mistake(
    "producer_consumer",
    "polls",
    "polls",
    PRODUCE
    + """
async def consume(queue, enough):
    items = []
    while not items or items[-1] != enough:
        while queue.empty():
            await asyncio.sleep(1)  # <-
        items.append(queue.get_nowait())
    return items
"""
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "busy",
    "never ends",
    PRODUCE
    + """
async def consume(queue, enough):
    while queue.empty(): pass  # <-
"""
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "busy with sleep(0)",
    "busy",
    PRODUCE
    + """
async def consume(queue, enough):
    items = []
    while not items or items[-1] != enough:
        while queue.empty():
            await asyncio.sleep(0)  # <-
        items.append(queue.get_nowait())
    return items
"""
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "deadlock",
    "deadlock",
    PRODUCE.replace("    await queue.put(None)\n", "")
    + """
async def consume(queue, enough):
    items = []
    while not items or items[-1] != enough:
        items.append(await queue.get())  # <-
    return items
"""
    + TOGETHER,
)
mistake(
    "producer_consumer",
    "leaves running",
    "left running",
    PRODUCE
    + CONSUME
    + """
async def producer_consumer(n, enough):
    queue = asyncio.Queue(1)
    task = asyncio.create_task(produce(queue, n))  # <-
    return await consume(queue, enough)
""",
)
# ---- 06: say_both(say_after) ----

mistake(
    "say_both",
    "stub",
    "not started",
    """
async def say_both(say_after):
    # TODO: write your code here
    raise NotImplementedError
""",
)
mistake(
    "say_both",
    "syntax",
    "your cell did not run, so nothing was judged: line 4",
    """
async def say_both(say_after):
    return [await say_after(2, "hello"), await say_after(1, "world")
""",
)
mistake(
    "say_both",
    "name",
    "does not define `say_both`",
    """
async def both(say_after):
    return []
""",
)
mistake(
    "say_both",
    "parameters",
    "other parameters",
    """
async def say_both(say_after, hello, world):  # <-
    return []
""",
)
mistake(
    "say_both",
    "raises",
    "raised",
    """
async def say_both(say_after):
    one = asyncio.create_task(say_after(2, "hello"))
    return await one, await two  # <-
""",
)
mistake(
    "say_both",
    "in a group",
    "raised",
    """
async def say_both(say_after):
    async def say(*args):
        return (await say_after(*args)).nothing  # <-

    async with asyncio.TaskGroup() as group:
        one = group.create_task(say(2, "hello"))
        two = group.create_task(say(1, "world"))
    return one.result(), two.result()
""",
)
mistake(
    "say_both",
    "forgets await",
    "never awaited",
    """
async def say_both(say_after):
    one = say_after(2, "hello")  # <-
    two = say_after(1, "world")
    return ["hello", "world"]
""",
)
mistake(
    "say_both",
    "returns a coroutine",
    "never awaited",
    """
async def say_both(say_after):
    one = await say_after(2, "hello")
    return say_after(1, "world")  # <-
""",
)
mistake(
    "say_both",
    "returns a task",
    "never awaited",
    """
async def say_both(say_after):
    one = asyncio.create_task(say_after(2, "hello"))
    two = asyncio.create_task(say_after(1, "world"))
    return one, two  # <-
""",
)
mistake(
    "say_both",
    "prints",
    "printed",
    """
async def say_both(say_after):
    both = await asyncio.gather(say_after(2, "hello"), say_after(1, "world"))
    print(both)  # <-
""",
)
mistake(
    "say_both",
    "blocks",
    "blocked",
    """
import time

async def say_both(say_after):
    one = asyncio.create_task(say_after(2, "hello"))
    two = asyncio.create_task(say_after(1, "world"))
    time.sleep(4)  # <-
    return [await one, await two]
""",
)
mistake(
    "say_both",
    "polls",
    "polls",
    """
async def say_both(say_after):
    tasks = [asyncio.create_task(say_after(2, "hello")), asyncio.create_task(say_after(1, "world"))]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0.15)  # <-
    return [task.result() for task in tasks]
""",
)
mistake(
    "say_both",
    "busy",
    "never ends",
    """
async def say_both(say_after):
    one = asyncio.create_task(say_after(2, "hello"))
    while not one.done(): pass  # <-
""",
)
mistake(
    "say_both",
    "busy with sleep(0)",
    "busy",
    """
async def say_both(say_after):
    one = asyncio.create_task(say_after(2, "hello"))
    while not one.done():
        await asyncio.sleep(0)  # <-
""",
)
mistake(
    "say_both",
    "deadlock",
    "deadlock",
    """
async def say_both(say_after):
    done = asyncio.get_running_loop().create_future()
    await say_after(2, "hello")
    await done  # <-
""",
)
mistake(
    "say_both",
    "leaves running",
    "left running",
    """
async def say_both(say_after):
    one = asyncio.create_task(say_after(2, "hello"))  # <-
    return ["hello after 2", "world after 1"]
""",
)
mistake(
    "say_both",
    "sequential",
    "sequential",
    """
async def say_both(say_after):
    one = await say_after(2, "hello")  # <-
    return [one, await say_after(1, "world")]
""",
)

# ---- 08: fetch_all(job, n) ----

mistake(
    "fetch_all",
    "stub",
    "not started",
    """
async def fetch_all(job, n):
    # TODO: write your code here
    raise NotImplementedError
""",
)
mistake(
    "fetch_all",
    "syntax",
    "your cell did not run, so nothing was judged: line 4",
    """
async def fetch_all(job, n):
    return await asyncio.gather(*[job(i) for i in range(n)]
""",
)
mistake(
    "fetch_all",
    "name",
    "does not define `fetch_all`",
    """
async def fetch_al(job, n):
    return []
""",
)
mistake(
    "fetch_all",
    "parameters",
    "other parameters",
    """
async def fetch_all(job):  # <-
    return []
""",
)
mistake(
    "fetch_all",
    "raises",
    "raised",
    """
async def fetch_all(job, n):
    return await asyncio.gather([job(i) for i in n])  # <-
""",
)
mistake(
    "fetch_all",
    "in a group",
    "raised",
    """
async def fetch_all(job, n):
    results = []

    async def one(i):
        results[i] = await job(i)  # <-

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
    return results
""",
)
mistake(
    "fetch_all",
    "forgets await",
    "never awaited",
    """
async def fetch_all(job, n):
    results = []
    for i in range(n):
        results.append(job(i))  # <-
    return results
""",
)
mistake(
    "fetch_all",
    "returns a coroutine",
    "never awaited",
    """
async def fetch_all(job, n):
    async def work():
        return [await job(i) for i in range(n)]

    return work()  # <-
""",
)
mistake(
    "fetch_all",
    "returns a task",
    "never awaited",
    """
async def fetch_all(job, n):
    return [asyncio.create_task(job(i)) for i in range(n)]  # <-
""",
)
mistake(
    "fetch_all",
    "prints",
    "printed",
    """
async def fetch_all(job, n):
    for result in await asyncio.gather(*[job(i) for i in range(n)]):
        print(result)  # <-
""",
)
mistake(
    "fetch_all",
    "blocks",
    "blocked",
    """
import time

async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    time.sleep(9)  # <-
    return [await task for task in tasks]
""",
)
mistake(
    "fetch_all",
    "polls",
    "polls",
    """
async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0.3)  # <-
    return [task.result() for task in tasks]
""",
)
mistake(
    "fetch_all",
    "busy",
    "never ends",
    """
async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    while not all(task.done() for task in tasks): pass  # <-
""",
)
mistake(
    "fetch_all",
    "busy with sleep(0)",
    "busy",
    """
async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)  # <-
""",
)
mistake(
    "fetch_all",
    "deadlock",
    "deadlock",
    """
async def fetch_all(job, n):
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(job(i))
        return [await queue.get() for _ in range(n)]  # <-
""",
)
mistake(
    "fetch_all",
    "leaves running",
    "left running",
    """
async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]  # <-
    await asyncio.sleep(3)
    return [task.result() for task in tasks if task.done()]
""",
)
mistake(
    "fetch_all",
    "swallows",
    "swallowed",
    """
async def fetch_all(job, n):
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    try:
        return await asyncio.gather(*tasks)
    except asyncio.CancelledError:  # <-
        return []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
""",
)
mistake(
    "fetch_all",
    "unseen error",
    "unseen",
    """
async def fetch_all(job, n):
    results = [None] * n

    async def one(i):
        results[i] = await job(i)

    if n:
        await asyncio.wait([asyncio.create_task(one(i)) for i in range(n)])
    return results
""",
)
mistake(
    "fetch_all",
    "sequential",
    "sequential",
    """
async def fetch_all(job, n):
    return [await job(i) for i in range(n)]  # <-
""",
)

# ---- 10: limited(job, n, k) ----

mistake(
    "limited",
    "stub",
    "not started",
    """
async def limited(job, n, k):
    # TODO: write your code here
    raise NotImplementedError
""",
)
mistake(
    "limited",
    "syntax",
    "your cell did not run, so nothing was judged: line 4",
    """
async def limited(job, n, k):
    places = asyncio.Semaphore(k
    return places
""",
)
mistake(
    "limited",
    "name",
    "does not define `limited`",
    """
async def limit(job, n, k):
    return []
""",
)
mistake(
    "limited",
    "parameters",
    "other parameters",
    """
async def limited(job, n):  # <-
    return []
""",
)
mistake(
    "limited",
    "raises",
    "raised",
    """
async def limited(job, n, k):
    places = asyncio.Semaphor(k)  # <-
    return [await job(i) for i in range(n)]
""",
)
LIMITED = """
async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def one(i):
        async with places:
            return await job(i)

"""
mistake(
    "limited",
    "in a group",
    "raised",
    """
async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def one(i):
        with places:  # <-
            return await job(i)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(i)) for i in range(n)]
    return [task.result() for task in tasks]
""",
)
mistake(
    "limited",
    "forgets await",
    "never awaited",
    LIMITED
    + """
    return [one(i) for i in range(n)]  # <-
""",
)
mistake(
    "limited",
    "returns a coroutine",
    "never awaited",
    LIMITED
    + """
    async def all_of_them():
        return [await one(i) for i in range(n)]

    return all_of_them()  # <-
""",
)
mistake(
    "limited",
    "returns a task",
    "never awaited",
    LIMITED
    + """
    return asyncio.gather(*map(one, range(n)))  # <-
""",
)
mistake(
    "limited",
    "prints",
    "printed",
    LIMITED
    + """
    print(await asyncio.gather(*map(one, range(n))))  # <-
""",
)
mistake(
    "limited",
    "blocks",
    "blocked",
    LIMITED
    + """
    import time

    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    time.sleep(100)  # <-
    return list(await asyncio.gather(*tasks))
""",
)
mistake(
    "limited",
    "polls",
    "polls",
    """
async def limited(job, n, k):
    under_way, results, tasks = 0, {}, []

    async def one(i):
        nonlocal under_way
        results[i] = await job(i)
        under_way -= 1

    for i in range(n):
        while under_way == k:
            await asyncio.sleep(0.5)  # <-
        under_way += 1
        tasks.append(asyncio.create_task(one(i)))
    await asyncio.gather(*tasks)
    return [results[i] for i in range(n)]
""",
)
mistake(
    "limited",
    "busy",
    "never ends",
    LIMITED
    + """
    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    while not all(task.done() for task in tasks): pass  # <-
""",
)
mistake(
    "limited",
    "busy with sleep(0)",
    "busy",
    LIMITED
    + """
    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)  # <-
""",
)
mistake(
    "limited",
    "deadlock",
    "deadlock",
    """
async def limited(job, n, k):
    places = asyncio.Semaphore(k)

    async def one(i):
        await places.acquire()  # <-
        return await job(i)

    return list(await asyncio.gather(*map(one, range(n))))
""",
)
mistake(
    "limited",
    "leaves running",
    "left running",
    LIMITED.replace("return await job(i)", "return await job(i)  # <-")
    + """
    return list(await asyncio.gather(*map(one, range(n))))
""",
)
mistake(
    "limited",
    "swallows",
    "swallowed",
    LIMITED
    + """
    tasks = [asyncio.create_task(one(i)) for i in range(n)]
    try:
        return list(await asyncio.gather(*tasks))
    except asyncio.CancelledError:  # <-
        return []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
""",
)
# ---- 11: retry(op, tries, timeout, base) ----

mistake(
    "retry",
    "stub",
    "not started",
    """
async def retry(op, tries, timeout, base):
    # TODO: write your code here
    raise NotImplementedError
""",
)
mistake(
    "retry",
    "syntax",
    "your cell did not run, so nothing was judged: line 4",
    """
async def retry(op, tries, timeout, base):
    for i in range(tries)
        await op()
""",
)
mistake(
    "retry",
    "name",
    "does not define `retry`",
    """
async def try_again(op, tries, timeout, base):
    return await op()
""",
)
mistake(
    "retry",
    "parameters",
    "other parameters",
    """
async def retry(op, tries):  # <-
    return await op()
""",
)
mistake(
    "retry",
    "raises",
    "raised",
    """
async def retry(op, tries, timeout, base):
    return await asyncio.wait_for(op(), timeout, tries)  # <-
""",
)
mistake(
    "retry",
    "in a group",
    "raised",
    """
async def retry(op, tries, timeout, base):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(one(op))
    return task.result()

async def one(op):
    return (await op()).value  # <-
""",
)
mistake(
    "retry",
    "forgets await",
    "never awaited",
    """
async def retry(op, tries, timeout, base):
    result = op()  # <-
    return "hello"
""",
)
mistake(
    "retry",
    "returns a coroutine",
    "never awaited",
    """
async def retry(op, tries, timeout, base):
    return op()  # <-
""",
)
mistake(
    "retry",
    "returns a task",
    "never awaited",
    """
async def retry(op, tries, timeout, base):
    return asyncio.create_task(op())  # <-
""",
)
mistake(
    "retry",
    "prints",
    "printed",
    """
async def retry(op, tries, timeout, base):
    print(await op())  # <-
""",
)
RETRY = """
import time

async def retry(op, tries, timeout, base):
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception:
            if i == tries - 1:
                raise
            await asyncio.sleep(base * 2**i)
"""
mistake(
    "retry",
    "blocks",
    "blocked",
    RETRY.replace("await asyncio.sleep(base * 2**i)", "time.sleep(base * 2**i + 1)  # <-"),
)
mistake(
    "retry",
    "polls",
    "polls",
    """
async def retry(op, tries, timeout, base):
    task = asyncio.create_task(op())
    while not task.done():
        await asyncio.sleep(0.15)  # <-
    return task.result()
""",
)
mistake(
    "retry",
    "busy",
    "never ends",
    """
async def retry(op, tries, timeout, base):
    task = asyncio.create_task(op())
    while not task.done(): pass  # <-
""",
)
mistake(
    "retry",
    "busy with sleep(0)",
    "busy",
    """
async def retry(op, tries, timeout, base):
    task = asyncio.create_task(op())
    while not task.done():
        await asyncio.sleep(0)  # <-
""",
)
mistake(
    "retry",
    "deadlock",
    "deadlock",
    """
async def retry(op, tries, timeout, base):
    lock = asyncio.Lock()
    async with lock:
        async with lock:  # <-
            return await op()
""",
)
mistake(
    "retry",
    "leaves running",
    "left running",
    """
async def retry(op, tries, timeout, base):
    task = asyncio.create_task(op())  # <-
    await asyncio.sleep(1)
    return "hello"
""",
)
mistake(
    "retry",
    "swallows",
    "swallowed",
    RETRY.replace("except Exception:", "except BaseException:  # <-"),
)

NOT_THERE = {
    ("hello_later", "swallows"): "nobody cancels it",
    ("hello_later", "unseen error"): "it has no errors",
    ("hello_later", "sequential"): "it has one wait",
    ("producer_consumer", "swallows"): "it is cancelled as it is woken, and no record tells that",
    ("producer_consumer", "unseen error"): "it has no errors",
    ("producer_consumer", "sequential"): "it takes no time",
    ("say_both", "swallows"): "nobody cancels it",
    ("say_both", "unseen error"): "it has no errors",
    ("limited", "unseen error"): "an error comes out",
    ("limited", "sequential"): "its checks are about who is under way, and say so",
    ("retry", "unseen error"): "an error comes out",
    ("retry", "sequential"): "one try after the other is what is asked",
}
"""Mistakes that cannot be made in an exercise."""


def test_the_table_is_whole() -> None:
    mistakes = {name for _, name in TABLE}
    assert len(mistakes) >= 18
    cells = {(exercise, name) for exercise in EXERCISES for name in mistakes}
    assert cells == TABLE.keys() | NOT_THERE.keys()
    assert not TABLE.keys() & NOT_THERE.keys()


@pytest.fixture(autouse=True)
def nothing_announced() -> Iterator[None]:
    announcing.forget()
    yield
    announcing.forget()
    waiting._tests.clear()


@pytest.mark.parametrize(("exercise", "name"), TABLE, ids=[" - ".join(each) for each in TABLE])
def test_the_cause_is_named_and_its_line_quoted(
    exercise: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "busy":
        monkeypatch.setattr(patience, "SECONDS", 0.5)
    cause, marked = TABLE[exercise, name]
    source = marked.replace(MARK, "")
    told = list(verdicts(EXERCISES[exercise], exercise, source))
    messages = "\n\n".join(message for _, message in told)
    found = [message for named, message in told if cause in named]
    assert found, f"no check names it:\n{messages}"
    named, _ = told[0] if name != "swallows" else next(each for each in told if cause in each[0])
    assert cause in named, f"the first check names another cause:\n{messages}"
    if MARK in marked:
        number = marked[: marked.index(MARK)].count("\n") + 1
        quoted = f"  line {number} │ {source.splitlines()[number - 1]}"
        assert quoted in found[0].splitlines(), messages
    assert not re.search("looplab|site-packages|0x[0-9a-f]+|hint", found[0])


def test_what_another_check_has_told_is_told_in_one_line() -> None:
    blocks = TABLE["retry", "blocks"][1].replace(MARK, "")
    for _ in range(2):  # the first one tells it again, when it runs again
        told = [message for _, message in verdicts(EXERCISES["retry"], "retry", blocks)]
        assert ["as in" in message for message in told] == [False] + [True] * (len(told) - 1)
        assert len(told) >= 3
        first = told[0].splitlines()[0].removeprefix("✗ ").rpartition(" (")[0]
        head, same = told[1].splitlines()
        assert head.startswith("✗ ") and first not in head
        assert same.startswith(f"  as in      “{first}”: time.sleep(")
        assert same.endswith(" stops all tasks")


def test_without_the_text_of_the_answer_the_hint_is_given() -> None:
    async def waits() -> None:
        await asyncio.Event().wait()

    with pytest.raises(CheckFailed, match=r"hint +set it"):
        looplab.expect(looplab.observe(waits)).took(0, hint="set it")
    announcing.prepare("", "")
    with pytest.raises(CheckFailed, match=r"Event\.wait in line .*, and nobody sets it$"):
        looplab.expect(looplab.observe(waits)).took(0, hint="set it")
