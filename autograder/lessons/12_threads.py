# %% [markdown]
# # 12 · Threads
#
# An event loop lives in one thread. You give blocking calls to other threads, and those hand work
# to the loop by two functions that are made for it.
#
# **You will be able to**
#
# - see in a timeline who blocks the loop, and move that call to a thread;
# - run coroutines on a loop from another thread, and get their results and errors;
# - start a loop in a thread of its own, use it, and stop it so that nothing is left;
# - say what is safe between threads and what is not.
#
# **Before:** [11 · Cancellation and Ctrl+C](11_cancellation_and_ctrl_c.ipynb) ·
# **Next:** [13 · Master and workers](13_master_worker.ipynb)

# %%
import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from looplab import SEED, check, compare, enable, expect, gens, jobs, observe, predict

enable()


async def do_some_work(x):
    asyncio.current_task().set_name(f"work {x}")
    if x < 0:
        raise ValueError(f"{x} seconds?")
    await asyncio.sleep(x)
    return f"done {x}"


def more_work(x):
    time.sleep(x)
    return f"more work {x}"


async def heartbeat(beats, pause):
    for _ in range(beats):
        await asyncio.sleep(pause)


# %% [markdown]
# ## 1. Give the blocking call to a thread
#
# `more_work` is a plain function, and it blocks: for as long as it runs, its thread does nothing
# else. Many useful functions are like this. They read a file, ask a database, or use a library
# that knows no `await`.
#
# Both programs below call `more_work(0.25)` while a heart wants to beat every 0.1 s. One calls it
# directly, the other through `asyncio.to_thread`. Threads need real time, so `clock="real"` lets
# the programs really wait.
#
# **Predict.** How often has the heart beaten, in each program, when `more_work` returns?

# %%
predict(
    "",
    A="not at all, and twice",
    B="twice in both",
    C="not at all in both: Python runs one thread at a time",
    D="twice, and not at all",
    right="A",
)


# %%
async def directly():
    heart = asyncio.create_task(heartbeat(4, 0.1), name="heart")
    await asyncio.sleep(0)  # the heart begins
    print(more_work(0.25))
    await heart


async def in_a_thread():
    heart = asyncio.create_task(heartbeat(4, 0.1), name="heart")
    print(await asyncio.to_thread(more_work, 0.25))
    await heart


runs = [observe(program, clock="real") for program in (directly, in_a_thread)]
compare(*runs, names=["directly", "in a thread"])

# %% [markdown]
# **What happened.** Beside the direct call it has not beaten at all. Its first sleep was over
# after 0.1 s, but the only thread of the loop was inside `more_work`, and so nobody noticed. The
# whole program takes longer.
#
# `asyncio.to_thread(f, x)` runs `f(x)` in another thread, and what you await is its result. That
# thread has a lane of its own, `asyncio_0`. Meanwhile the loop's thread is free, and the heart
# beats twice. When the call is done, its thread hands the result to the loop, which resumes
# `in_a_thread`: this is the arrow from the thread's lane. An error of `f` would come out of the
# `await` as well.

# %% [markdown]
# ## 2. How many threads?
#
# `to_thread` takes its threads from the loop's *default executor*, a pool that makes them when they
# are needed and keeps them. It makes at most 4 more than there are processors, and never more than
# 32. A pool of your own has the size that you say, and `loop.run_in_executor(pool, f, x)` runs
# `f(x)` there.
#
# **Predict.** Two threads get three calls, of 0.2, 0.1 and 0.2 s. When does the third call begin,
# and in which order do the results come?

# %%
predict(
    "",
    A="after 0.1 s; the results in the order in which they end",
    B="after 0.2 s; the results in the order of the calls",
    C="at once; the results in the order of the calls",
    D="after 0.1 s; the results in the order of the calls",
    right="D",
)


# %%
async def main():
    loop = asyncio.get_running_loop()
    heart = asyncio.create_task(heartbeat(4, 0.1), name="heart")
    with ThreadPoolExecutor(2, thread_name_prefix="pool") as pool:
        calls = [loop.run_in_executor(pool, more_work, x) for x in (0.2, 0.1, 0.2)]
        print(await asyncio.gather(*calls))
    await heart


run = observe(main, clock="real")
run.timeline()

# %% [markdown]
# **What happened.** Each thread has a lane, with a bar for each call. The third call is ready from
# the start (hatched, below the bar of the call before it), and begins at 0.1 s in the thread that is
# free first. `run_in_executor` returns a future, and `gather` gives the results in
# the order of its arguments, as always.
#
# Two warnings. The end of the `with` waits for the threads, and it *blocks* while it waits. Here
# all the calls are done by then. And threads help where a call waits. In usual Python only one
# thread runs Python code at a time (the one that holds the GIL, the global interpreter lock), so
# two computations in two threads take as long as one after the other. (Some functions written in
# C let others in, such as those of `hashlib` on large data.) For computations give
# `run_in_executor` a `ProcessPoolExecutor`, and a function of a *module*, a file that can be
# imported: the other process has to find it. One that a cell defines is found only where a process
# begins as a copy of this one, and from Python 3.14 on it does so nowhere by itself. Python 3.14
# adds `InterpreterPoolExecutor`. In the free-threaded build, which exists from Python 3.13 on,
# threads do compute at the same time.

# %% [markdown]
# ## 3. From a thread into the loop
#
# Now the other way. A thread has work for the loop: a coroutine that is to run *there*. The
# thread may not call `create_task`, because the loop's objects are not thread-safe. It calls
# `asyncio.run_coroutine_threadsafe(coroutine, loop)` and gets a `concurrent.futures.Future` at
# once. This is a future for threads: its `result()` *waits*, and blocks the thread that calls it.
#
# `client` runs in a thread and hands over three coroutines. The third one raises an error at once.
#
# **Predict.** How long does the program take? What do you see of the error, and when?

# %%
predict(
    "",
    A="6 s; at 0 s Python reports it",
    B="10 s: the thread waits for one after the other; nothing before the last line",
    C="6 s; nothing of it before the last line asks",
    D="0 s: the error ends the program",
    right="C",
)


# %% tags=["varies"]
def client(loop):
    six = asyncio.run_coroutine_threadsafe(do_some_work(6), loop)
    four = asyncio.run_coroutine_threadsafe(do_some_work(4), loop)
    bad = asyncio.run_coroutine_threadsafe(do_some_work(-1), loop)
    print(four.result())
    print(six.result())
    print("asked at last:", repr(bad.exception()))


async def main():
    heart = asyncio.create_task(heartbeat(4, 1), name="heart")
    await asyncio.to_thread(client, asyncio.get_running_loop())
    await heart


coroutines = observe(main)
print("lost:", coroutines.lost)
coroutines.timeline()

# %% [markdown]
# **What happened.** It takes 6 s. The three became three tasks of the loop, and ran at once. The
# thread `asyncio_0` was in `four.result()` for 4 s and in `six.result()` for two more. It was
# blocked, and nobody minded, since it is not the loop's thread: the heart beat. (Its bar is solid
# all the same: the recorder does not look into threads.)
#
# The third task failed at 0 s. Python said nothing. A plain task whose error nobody looks at
# brings the message `Task exception was never retrieved`. This one has handed its error over to
# the future, so for asyncio somebody has it, and the record has nothing under `lost`. Without the
# last line of `client` the error would be gone. The same goes for results. So keep each future,
# and ask it: `result()` returns the result or raises the error, `result(timeout=5)` waits no
# longer than 5 s, and `cancel()` cancels the task.

# %% [markdown]
# ## 4. A callback runs in the loop's thread
#
# `loop.call_soon_threadsafe(f, x)` is the other way in: it calls the plain function `f(x)` soon,
# *in the loop's thread*. You may see blocking functions handed over like that, as if they would
# run in the background.
#
# **Predict.** The heart wants to beat at 1, 2, 3 and 4 s. When does it beat?

# %%
predict(
    "",
    A="at 9, 10, 11 and 12 s",
    B="at 1, 2, 3 and 4 s: the calls have been handed over",
    C="at 6, 7, 8 and 9 s: the two calls overlap",
    D="at 1 s, and then at 9, 10 and 11 s",
    right="A",
)


# %%
def careless_client(loop):
    loop.call_soon_threadsafe(more_work, 6)
    loop.call_soon_threadsafe(more_work, 3)


async def main():
    heart = asyncio.create_task(heartbeat(4, 1), name="heart")
    await asyncio.to_thread(careless_client, asyncio.get_running_loop())
    await heart


callbacks = observe(main)
compare(coroutines, callbacks, names=["coroutines", "callbacks"])

# %% [markdown]
# **What happened.** The heart beats at 9, 10, 11 and 12 s. The two calls ran one after the other, 6
# s and 3 s, in the only thread that could have let the heart beat. `careless_client` itself was
# done at once. A callback has no lane. The picture shows what it did in the lane *event loop*, and
# the lines under its title say which callback blocks.
#
# Above, two coroutines of 6 s and 4 s took 6 s, because `asyncio.sleep` gives the thread back. So
# hand over short functions, that set an event or put something into a queue. And nobody gets what
# the function returns; if it raises, the loop's exception handler reports it. If you need an
# answer, hand over a coroutine. If the function blocks, hand over a coroutine that awaits
# `asyncio.to_thread(more_work, 6)`.

# %% [markdown]
# ## 5. What "threadsafe" means
#
# You may read that with `call_soon_threadsafe` there are no problems with shared variables.
# Below, `add` is called in the loop's thread and in another one. It reads `count`, pauses, and
# writes one more. `meet.wait` is a pause in which each thread waits until both are there.
#
# Then both calls of `add` are handed to the loop.
#
# **Predict.** What is `count` in the end, each time?

# %%
predict(
    "",
    A="1, and then 2",
    B="2, and then 2: call_soon_threadsafe is safe",
    C="1, and then 1",
    D="2, and then 1",
    right="A",
)


# %% tags=["varies"]
def add(pause, *args):
    global count
    seen = count
    pause(*args)
    count = seen + 1


def two_threads(loop):
    meet = threading.Barrier(2)
    loop.call_soon_threadsafe(add, meet.wait)
    add(meet.wait)


def one_thread(loop):
    loop.call_soon_threadsafe(add, time.sleep, 0.1)
    loop.call_soon_threadsafe(add, time.sleep, 0.1)


async def main(client):
    global count
    count = 0
    await asyncio.to_thread(client, asyncio.get_running_loop())
    print(f"{client.__name__}: 2 added, count is {count}")


asyncio.run(main(two_threads))
asyncio.run(main(one_thread))

# %% [markdown]
# **What happened.** In `two_threads` both have read 0 before one of them writes, and so both
# write 1. One of the two is lost: each time here, and by chance, now and then, without `meet`.
# `count += 1` is a read and a write as well. In `one_thread` the loop runs one call to its end before
# it begins the next.
#
# So only the *hand-over* is safe: the call gets into the loop's queue, and the loop wakes up for
# it. What the function does to your data is your business. The simplest rule is that one thread
# owns the data, and others ask it through `call_soon_threadsafe` or `run_coroutine_threadsafe`.
# If several threads must touch it, use a `threading.Lock`. An `asyncio.Lock` is for the tasks of
# one loop and does not help between threads.

# %% [markdown]
# ## Then and now
#
# ### Then: a loop in a thread that never ends
#
# A program that has no loop of its own, a window or an old server, can keep one in a thread. This
# is how old notes do it (with 6 and 4 s instead of 0.2 and 0.1 s). The program is run in a
# process of its own. Five lines are read from it. Then it gets 0.2 s more to end.

# %% tags=["varies"]
OLD_PROGRAM = """
import asyncio, threading

def start_loop(loop):
    asyncio.set_event_loop(loop)
    loop.run_forever()

async def do_some_work(x):
    print("Waiting", x)
    await asyncio.sleep(x)
    print("Do work", x)

new_loop = asyncio.new_event_loop()
thread = threading.Thread(target=start_loop, args=(new_loop,))
thread.start()
print("The thread has started")
asyncio.run_coroutine_threadsafe(do_some_work(0.2), new_loop)
asyncio.run_coroutine_threadsafe(do_some_work(0.1), new_loop)
"""

command = [sys.executable, "-u", "-c", OLD_PROGRAM]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
    for _ in range(5):
        print(process.stdout.readline(), end="")
    try:
        process.wait(timeout=0.2)
        print("It has ended.")
    except subprocess.TimeoutExpired:
        process.kill()
        print("It still runs, and had to be killed.")

# %% [markdown]
# **What happened.** All its work was done, its last line had been run long before, and still it
# did not end. A program ends when its main thread *and all its other threads* have ended (all but
# daemon threads, which lesson 13 shows).
# `run_forever` returns only after `loop.stop()`, and nobody calls that. Nor does anybody ask for
# the two results.
#
# ### Now: start it, use it, stop it
#
# Let `asyncio.run` make the loop in the thread. Its `main` hands out the loop, and waits for an
# event. When the event is set, `main` returns, and `asyncio.run` does what it does at the end of
# every program.
#
# **Predict.** `patient` would sleep for an hour. When does its `finally` run?

# %%
predict(
    "",
    A="never: the thread is gone before",
    B="in an hour: the thread waits for it",
    C="at the end: asyncio.run cancels what is left",
    D="at once: nobody keeps its future",
    right="C",
)


# %% tags=["varies"]
def run_loop(started):
    async def main():
        stop = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()

    asyncio.run(main())


async def patient():
    try:
        await asyncio.sleep(3600)
    finally:
        print("patient tidies up")


started = Future()  # of concurrent.futures: a thread may wait for it
thread = threading.Thread(target=run_loop, args=(started,), name="loop")
thread.start()
loop, stop = started.result()
try:
    futures = [asyncio.run_coroutine_threadsafe(do_some_work(x), loop) for x in (0.2, 0.1)]
    print([future.result() for future in futures])
    asyncio.run_coroutine_threadsafe(patient(), loop)
finally:
    loop.call_soon_threadsafe(stop.set)
    thread.join()
print("thread still there:", thread.is_alive(), "- loop closed:", loop.is_closed())

# %% [markdown]
# **What happened.** `stop.set` was handed over, since an `asyncio.Event` is not thread-safe
# either. Then `asyncio.run` cancelled what was left, `patient`, waited for it, and closed the loop.
# `thread.join()` waited for all that. The `try` makes sure that the thread ends even if one of
# the results is an error.
#
# | what | then | now |
# |---|---|---|
# | the loop of the thread | `new_event_loop()`, `set_event_loop(loop)`, `run_forever()` | `asyncio.run(main())` in the thread |
# | who ends it | nobody | an event, and `thread.join()` |
# | what still runs at the end | there is no end | is cancelled and waited for |
# | results and errors | dropped | `future.result()` |
#
# The `set_event_loop` of the old program is not needed: while a loop runs, `get_running_loop()`
# finds it. `set_event_loop` belongs to the *current loop*, an older idea, and to the event loop
# policies. Python 3.14 deprecates the policies, and Python 3.16 will not have them.
# `set_event_loop` itself is not deprecated.

# %% [markdown]
# ## What breaks
#
# ### `result()` in the loop's own thread
#
# `result()` blocks until the loop has run the coroutine. In the loop's own thread nobody is left
# to run it: the two wait for each other for ever. Here a time limit ends the wait, and only then
# does the coroutine begin. Without the limit this is a program that stands still and says
# nothing. In a coroutine, `await` what you want.


# %% tags=["varies"]
async def say_after(delay, what):
    print("say_after begins")
    await asyncio.sleep(delay)
    return what


async def main():
    loop = asyncio.get_running_loop()
    future = asyncio.run_coroutine_threadsafe(say_after(0, "hello"), loop)
    try:
        print(future.result(timeout=0.1))
    except TimeoutError:
        print("0.1 s later: no result")
    print(await asyncio.wrap_future(future))  # so a future of threads can be awaited


asyncio.run(main())

# %% [markdown]
# ### A thread has no loop
#
# Functions such as `asyncio.create_task`, `asyncio.get_running_loop` and `asyncio.get_event_loop`
# look for the loop of *their own* thread. In a thread that you give work to, there is none, and
# this is the message that you find in many questions. (Others say `no running event loop`.) Get
# the loop in a coroutine, and pass it to the thread, as `client` got it.


# %% role="breaks"
def find_the_loop():
    return asyncio.get_event_loop()


async def main():
    await asyncio.to_thread(find_the_loop)


asyncio.run(main())

# %% [markdown]
# ### A thread cannot be cancelled
#
# A cancelled `await` of `to_thread` ends at once. The call in the thread does not: nothing can stop
# it from outside. `asyncio.run` waits at its end for the threads of the default executor (from
# Python 3.12 on for 5 minutes at most; the program still ends only when they have ended). So a time
# limit on `to_thread` limits your waiting, and not the work.


# %% tags=["varies"]
async def main():
    log = []

    def work():
        more_work(0.2)
        log.append("the thread: I have written the file")

    try:
        async with asyncio.timeout(0.1):
            await asyncio.to_thread(work)
    except TimeoutError:
        log.append("main: it took too long, I give up")
    return log


log = asyncio.run(main())
print(*log, sep="\n")

# %% [markdown]
# ## Your turn
#
# `jobs([2, 1, 4])` in a test makes an async function `job(i)`, as in lesson 11. A function whose name
# ends in `_` is a small program of the test, which uses yours. A test that must wait for threads has
# a time limit of some seconds (`in_time(3, f)` calls `f()` with one of 3 s), so a wrong answer may
# keep a test busy for as long. When your work is graded, each test also tries other inputs.

# %% [markdown]
# ### Exercise 1: `unblock`
#
# Write `unblock(blocking, items)`, a coroutine function that calls the plain function
# `blocking(item)` once for each item of the list `items`, and returns the list of the results, in
# the order of `items`. `blocking` may take long.
#
# - The loop goes on meanwhile: its tasks and callbacks run while a call is under way.
# - The calls may run one after the other, or at once. Wait for them: do not poll, and set no time
#   limit of your own.
# - An error of a call, an `Exception`, reaches your caller, and when it does, no call still runs.
# - If `unblock` is cancelled, `CancelledError` comes out of it, and none of its tasks still runs. A
#   call in a thread may still be under way then.

# %% [markdown]
# <details><summary>Hint 1: one call</summary>
#
# Round 1 has the function that runs `blocking(item)` in another thread, and lets you await the
# result.
#
# </details>
#
# <details><summary>Hint 2: a call still runs after the error</summary>
#
# `gather` and `TaskGroup` cancel or leave what else is under way, and a thread cannot be
# cancelled. Do one call after the other, or wait for all of them before you raise.
#
# </details>

# %% exercise="unblock" role="answer"
import asyncio


async def unblock(blocking, items):
    """Return what blocking(item) returns for each item, and never block the loop."""
    ### BEGIN SOLUTION
    # Why: `to_thread` runs the call elsewhere and leaves the loop free. One call after the other
    # means that none is under way when an error comes out: a thread cannot be cancelled.
    return [await asyncio.to_thread(blocking, item) for item in items]
    ### END SOLUTION


# %% exercise="unblock" role="test" id="results" points=1 name="one call for each item, results in order"
import asyncio
import time


async def results_(items, pauses):
    called = []

    def blocking(item):
        called.append(item)
        time.sleep(pauses[items.index(item)])
        return ["done", item]

    results = await unblock(blocking, items)
    return results, sorted(called)


hint_ = "call `blocking(item)` once for each item, and keep the results in the order of `items`"
run = observe(results_, [3, 1, 2], [0.03, 0, 0.01])
expect(run).returned(([["done", 3], ["done", 1], ["done", 2]], [1, 2, 3]), hint=hint_)
run = observe(results_, [], [])
expect(run).returned(([], []), hint="without items there are no results").nothing_left()
import random

random_ = random.Random(SEED)
for count in (1, 2, 5, 40):
    items_ = random_.sample(range(10**6), count)
    pauses_ = [0.03 if n == 0 and count > 1 else 0 for n in range(count)]
    run = observe(results_, items_, pauses_)
    expect(run).returned(([["done", each] for each in items_], sorted(items_)), hint=hint_)
    expect(run).nothing_left()
run = observe(results_, [[3], [1], [3]], [0, 0.02, 0])
expect(run).returned(
    ([["done", [3]], ["done", [1]], ["done", [3]]], [[1], [3], [3]]),
    hint="items may be equal, and need not be fit for keys: go by place, not by item",
)
run = observe(results_, ["b", "a", "b"], [0, 0.02, 0])
expect(run).returned(
    ([["done", "b"], ["done", "a"], ["done", "b"]], ["a", "b", "b"]),
    hint="call `blocking` once for each item, also where one comes again",
)


async def gives_(values):
    def blocking(n):
        return values[n]

    return await unblock(blocking, list(range(len(values))))


run = observe(gives_, [None, 0, False, ""])
expect(run).returned([None, 0, False, ""], hint="None and 0 are results too")


async def as_they_are_():
    """The results are an error, and a future that is never done."""
    values = [ValueError("a result"), asyncio.get_running_loop().create_future()]

    def blocking(item):
        return values[item]

    return [
        one is value for one, value in zip(await unblock(blocking, [0, 1]), values, strict=True)
    ]


run = observe(as_they_are_)
expect(run).returned(
    [True, True],
    hint="an exception that a call returns is a result, and so is what could be awaited",
)
### BEGIN HIDDEN TESTS


def seven_times_(item):
    return 7 * item


items_ = random_.sample(range(10**6), 6)
run = observe(unblock, seven_times_, items_)
expect(run).returned([7 * item for item in items_], hint=hint_).nothing_left()
### END HIDDEN TESTS


# %% exercise="unblock" role="test" id="beats" points=2 name="the loop goes on while a call is under way"
import asyncio
import threading


async def beats_(items):
    """Say for each item whether the loop ran a callback and a task during its call."""
    loop, home = asyncio.get_running_loop(), threading.current_thread()
    seen = {}

    async def beat(told):
        await asyncio.sleep(0)
        told.set()

    def blocking(item):
        if threading.current_thread() is home:
            seen[item] = "called in the loop's own thread"
        elif any(each != "it went on" for each in list(seen.values())):
            seen[item] = "not tried"
        else:
            told = threading.Event()
            asyncio.run_coroutine_threadsafe(beat(told), loop)
            seen[item] = "it went on" if told.wait(3) else "the loop stood still for 3 s"
        return item

    await unblock(blocking, items)
    return [seen.get(item, "not called") for item in items]


async def slow_(seconds):
    loop, home = asyncio.get_running_loop(), threading.current_thread()
    over = threading.Event()
    loop.call_later(seconds, over.set)

    def blocking(item):
        if threading.current_thread() is not home:
            over.wait()
        return item

    return await unblock(blocking, ["a"])


hint_ = "`blocking` belongs into another thread, and the loop's thread has to `await` the result"
run = observe(beats_, ["a", "b"])
expect(run).returned(["it went on"] * 2, hint=hint_)
run = observe(slow_, 1)
expect(run).ran_at_most(10, hint="do not sleep and look again: await what tells you")
import random
import time
from unittest.mock import patch


async def limits_(items):
    """Return the time limits that are set on the loop, and in threads that begin meanwhile."""
    loop, before, limits = asyncio.get_running_loop(), set(threading.enumerate()), []
    call_at, wait, join = loop.call_at, threading.Condition.wait, threading.Thread.join

    def noted_call_at(when, *args, **keywords):
        limits.append("a timer of the loop")
        return call_at(when, *args, **keywords)

    def noted_wait(self, timeout=None):
        if timeout and threading.current_thread() not in before:
            limits.append("a limit of a thread")
        return wait(self, timeout)

    def noted_join(self, timeout=None):
        if timeout and threading.current_thread() not in before:
            limits.append("a limit of a thread")
        return join(self, timeout)

    def blocking(item):
        time.sleep(0.05)
        return item

    loop.call_at = noted_call_at
    with (
        patch.object(threading.Condition, "wait", noted_wait),
        patch.object(threading.Thread, "join", noted_join),
    ):
        return await unblock(blocking, items), limits


run = observe(limits_, [1, 2, 3])
expect(run).returned(
    ([1, 2, 3], []),
    hint="a call may take as long as it likes: wait without a time limit, and do not look in between",
)

random_ = random.Random(SEED)
for count in (1, random_.randint(3, 12)):
    run = observe(beats_, list(range(count)))
    expect(run).returned(["it went on"] * count, hint=hint_)
    expect(run).nothing_left()


# %% exercise="unblock" role="test" id="error" points=2 name="an error comes out when no call runs any more"
import asyncio
import builtins
import threading
import time


async def fails_(count, bad, seconds):
    """Let call number bad fail, and those after it go on for so many seconds more."""
    loop, home = asyncio.get_running_loop(), threading.current_thread()
    failed, running, stood_still, called = threading.Event(), set(), [], []

    def blocking(number):
        called.append(number)
        if threading.current_thread() is home:
            stood_still.append(number)
        if number == bad:
            failed.set()
            raise ValueError(number)
        if number < bad or stood_still:
            return number
        running.add(number)
        failed.wait(3)
        time.sleep(seconds)
        told = threading.Event()
        loop.call_soon_threadsafe(told.set)
        if not told.wait(3):
            stood_still.append(number)
        running.discard(number)
        return number

    try:
        result = await unblock(blocking, list(range(count)))
    except* ValueError as group:
        result = "ValueError", sorted({error.args[0] for error in group.exceptions})
    still = len(running)
    while running:
        await asyncio.sleep(0.01)
    twice = len(called) > len(set(called))
    return result, f"{still} still running", bool(stood_still), "called twice" if twice else "once"


hint_ = "a thread cannot be cancelled: wait for the calls that are under way, then raise"
run = observe(fails_, 3, 0, 0.2)
expect(run).returned((("ValueError", [0]), "0 still running", False, "once"), hint=hint_)
expect(run).nothing_left()


def raises_(kind):
    raise getattr(builtins, kind)(kind)


for kind in ("OSError", "KeyError", "TimeoutError", "AssertionError", "EOFError"):
    run = observe(unblock, raises_, [kind])
    expect(run).raised(getattr(builtins, kind), hint="whatever its type, the error comes out")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
count_ = random_.randint(2, 4)
bad_ = random_.randrange(count_ - 1)
run = observe(fails_, count_, bad_, 0.2)
expect(run).returned((("ValueError", [bad_]), "0 still running", False, "once"), hint=hint_)
run = observe(fails_, count_, count_ - 1, 0.1)
expect(run).returned(
    (("ValueError", [count_ - 1]), "0 still running", False, "once"),
    hint="the error of the last call comes out too",
)
expect(run).nothing_left()
### END HIDDEN TESTS


# %% exercise="unblock" role="test" id="cancelled" points=1 name="a cancellation comes out"
import asyncio
import threading


async def cancelled_(items):
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()

    def blocking(item):
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(1)
        return item

    unblocking = asyncio.create_task(unblock(blocking, items))
    beginning = asyncio.create_task(begun.wait())
    await asyncio.wait([unblocking, beginning], return_when=asyncio.FIRST_COMPLETED)
    beginning.cancel()
    unblocking.cancel()
    await asyncio.wait([unblocking, beginning])
    go_on.set()
    if not unblocking.cancelled():
        unblocking.result()  # raises what it raised
    return "cancelled" if unblocking.cancelled() else "it returned"


run = observe(cancelled_, ["a"])
expect(run).returned("cancelled", hint="let CancelledError out").nothing_left()
import time

run = observe(cancelled_, ["a", "b", "c"])
expect(run).returned("cancelled", hint="let CancelledError out")
expect(run).nothing_left(hint="when you are cancelled, your tasks end too")


async def call_goes_on_(items):
    """Cancel unblock while its first call is under way; say whether the loop stands still then."""
    loop, home = asyncio.get_running_loop(), threading.current_thread()
    begun, over, cancelled = asyncio.Event(), asyncio.Event(), threading.Event()
    seen = []

    def blocking(item):
        if threading.current_thread() is home or cancelled.is_set():
            return item
        loop.call_soon_threadsafe(begun.set)
        cancelled.wait(3)
        time.sleep(0.1)
        told = threading.Event()
        loop.call_soon_threadsafe(told.set)
        seen.append("it went on" if told.wait(1) else "it stood still for 1 s")
        loop.call_soon_threadsafe(over.set)
        return item

    unblocking = asyncio.create_task(unblock(blocking, items))
    beginning = asyncio.create_task(begun.wait())
    await asyncio.wait([unblocking, beginning], return_when=asyncio.FIRST_COMPLETED)
    beginning.cancel()
    unblocking.cancel()
    cancelled.set()
    await asyncio.wait([unblocking, beginning])
    if begun.is_set():
        await over.wait()
    return unblocking.cancelled(), seen[:1]


run = observe(call_goes_on_, ["a"])
expect(run).returned(
    (True, ["it went on"]),
    hint="do not wait for a thread in the loop's own thread, as a `with` of a pool does",
).nothing_left()

# %% [markdown]
# ### Exercise 2: `fetch_from_thread`
#
# The other direction. Write the plain function `fetch_from_thread(loop, job, n)`. It is called in
# a thread, while `loop` runs in another one. It calls the async function `job(i)` once for each i
# in `range(n)`, lets the jobs run *on the loop*, waits for them, and returns the list of their
# results, in the order of i. `n` may be 0.
#
# - The jobs run at once: together they take as long as the longest. Do not poll, and set no time limit
#   of your own.
# - If a job fails with an `Exception`, the first error reaches the caller, alone or in an
#   `ExceptionGroup`, and no other with it. When it does, the others have ended or are cancelled. No
#   job needs time to tidy up.

# %% [markdown]
# <details><summary>Hint 1: into the loop</summary>
#
# Round 3 has the function that runs a coroutine on the loop of another thread, and the method that
# waits for its result. Start all the jobs before you wait for one.
#
# </details>
#
# <details><summary>Hint 2: errors</summary>
#
# It is easier to hand over *one* coroutine function that runs all the jobs, with what you know
# from lesson 08, and to ask for its result.
#
# </details>

# %% exercise="fetch_from_thread" role="answer"
import asyncio


def fetch_from_thread(loop, job, n):
    """Run job(0), ... job(n - 1) on the loop of another thread, and return their results."""

    ### BEGIN SOLUTION
    # Why: One coroutine with a `TaskGroup` is handed over, so the jobs run at once and an error
    # stops the others, on their own loop. To ask for each result in turn would leave the rest
    # running after an error.
    async def fetch_all():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(i)) for i in range(n)]
        return [task.result() for task in tasks]

    return asyncio.run_coroutine_threadsafe(fetch_all(), loop).result()
    ### END SOLUTION


# %% exercise="fetch_from_thread" role="test" id="results" points=2 name="the jobs run at once on the loop"
import asyncio


async def fetched_(job, n):
    loop = asyncio.get_running_loop()
    loop.set_debug(True)  # asyncio refuses what is not thread-safe
    return await asyncio.to_thread(fetch_from_thread, loop, job, n)


run = observe(fetched_, jobs([2, 1, 4], results=["a", "b", "c"]), 3)
expect(run).returned(["a", "b", "c"], hint="hand the coroutines to the loop, and ask for results")
expect(run).took(4, hint="start all the jobs before you wait for one").nothing_left()
run = observe(fetched_, jobs([]), 0)
expect(run).returned([], hint="without jobs there are no results")
import random
import threading
from unittest.mock import patch

random_ = random.Random(SEED)
for count in (1, 2, 5, 9):
    delays_ = random_.sample(range(1, 60), count)
    results_ = random_.sample(range(10**9), count)
    run = observe(fetched_, jobs(delays_, results=results_), count)
    expect(run).returned(results_, hint="the results come in the order of i")
    expect(run).took(max(delays_), hint="together they take as long as the longest").nothing_left()
    asked_ = sorted(call.arguments for call in run.calls)
    expect(run).that(
        asked_ == [(i,) for i in range(count)],
        expected=f"{count} calls, one for each i",
        happened=f"called with {asked_}",
        hint="call `job(i)` once for each i in range(n)",
    )
for results in ([None, 0], [False, ""]):
    run = observe(fetched_, jobs([2, 1], results=results), 2)
    expect(run).returned(results, hint="None and 0 are results too")
count_ = 300
run = observe(fetched_, jobs([5] * count_), count_)
expect(run).took(5, hint="all at once, however many there are")
run = observe(fetched_, jobs([10**6, 1]), 2)
expect(run).took(10**6, hint="a job may take as long as it likes: set no time limit of your own")
expect(run).ran_at_most(100, hint="wait for the jobs, and do not look in between")


async def limits_(n):
    """Return the time limits that threads set which begin meanwhile."""
    before, limits = set(threading.enumerate()), []
    wait, join = threading.Condition.wait, threading.Thread.join

    def noted_wait(self, timeout=None):
        if timeout and threading.current_thread() not in before:
            limits.append(timeout)
        return wait(self, timeout)

    def noted_join(self, timeout=None):
        if timeout and threading.current_thread() not in before:
            limits.append(timeout)
        return join(self, timeout)

    async def job(i):
        await asyncio.sleep(1)
        return i

    loop = asyncio.get_running_loop()
    with (
        patch.object(threading.Condition, "wait", noted_wait),
        patch.object(threading.Thread, "join", noted_join),
    ):
        return await asyncio.to_thread(fetch_from_thread, loop, job, n), limits


run = observe(limits_, 2)
expect(run).returned(
    ([0, 1], []),
    hint="`result()` without a time limit waits as long as it takes; with one in a loop it polls",
)


async def as_they_are_():
    """The results are an error, and a future that is never done."""
    loop = asyncio.get_running_loop()
    values = [ValueError("a result"), loop.create_future()]

    async def job(i):
        return values[i]

    results = await asyncio.to_thread(fetch_from_thread, loop, job, 2)
    return [one is value for one, value in zip(results, values, strict=True)]


run = observe(as_they_are_)
expect(run).returned(
    [True, True],
    hint="an exception that a job returns is a result, and so is what could be awaited",
)


async def two_threads_(job, n):
    loop = asyncio.get_running_loop()
    calls = [asyncio.to_thread(fetch_from_thread, loop, job, n) for _ in range(2)]
    return list(await asyncio.gather(*calls))


run = observe(two_threads_, jobs([3, 1], results=["a", "b"]), 2)
expect(run).returned([["a", "b"]] * 2).took(
    3, hint="two threads may fetch at the same time: keep everything in local variables"
)


# %% exercise="fetch_from_thread" role="test" id="thread" points=1 name="the jobs run in the loop's thread"
import asyncio
import threading


async def threads_(n):
    home, loop = threading.current_thread(), asyncio.get_running_loop()
    places = []

    async def job(i):
        await asyncio.sleep(i)
        at_home = threading.current_thread() is home and asyncio.get_running_loop() is loop
        places.append("on the loop" if at_home else "elsewhere")
        return i

    results = await asyncio.to_thread(fetch_from_thread, loop, job, n)
    return results, places


run = observe(threads_, 2)
expect(run).returned(
    ([0, 1], ["on the loop"] * 2), hint="run the coroutines on the loop that you are given"
)
### BEGIN HIDDEN TESTS
import random

count_ = random.Random(SEED).randint(3, 8)
run = observe(threads_, count_)
expect(run).returned(
    (list(range(count_)), ["on the loop"] * count_),
    hint="run the coroutines on the loop that you are given",
)
### END HIDDEN TESTS


# %% exercise="fetch_from_thread" role="test" id="error" points=2 name="the first error comes out, and nothing is left"
import asyncio


async def failing_(job, n):
    return await asyncio.to_thread(fetch_from_thread, asyncio.get_running_loop(), job, n)


hint_ = "an error waits in its future until `result()` is asked for: ask, and let it out"
run = observe(failing_, jobs([2, 1, 4], errors={1: OSError("no world")}), 3)
expect(run).raised(OSError, hint=hint_)
expect(run).nothing_left(hint="cancel the other jobs, or wait for them")


async def failing_with_a_group_():
    """Job 1 raises a group of errors; say whether that comes out, and who works then."""
    error = ExceptionGroup("two at once", [OSError(), KeyError()])
    working = set()

    def holds(caught):
        return caught is error or any(map(holds, getattr(caught, "exceptions", ())))

    async def job(i):
        working.add(i)
        try:
            await asyncio.sleep(i)
            if i == 1:
                raise error
        finally:
            working.discard(i)

    try:
        await asyncio.to_thread(fetch_from_thread, asyncio.get_running_loop(), job, 3)
    except BaseException as caught:
        await asyncio.sleep(0.5)  # until those have ended that were cancelled
        return holds(caught), sorted(working)
    return "no error"


run = observe(failing_with_a_group_)
expect(run).returned(
    (True, []), hint="a job may raise an ExceptionGroup: let out all that it holds"
)
for kind_ in (TimeoutError, LookupError, AssertionError, EOFError, StopAsyncIteration):
    run = observe(failing_, jobs([3, 1], errors={1: kind_("no")}), 2)
    expect(run).raised(kind_, hint="whatever its type, the error comes out")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (1, 2, 4, 7):
    delays_ = random_.sample(range(1, 60), count)
    first_ = min(range(count), key=delays_.__getitem__)
    last_ = max(range(count), key=delays_.__getitem__)
    errors_ = {last_: KeyError("late"), first_: ValueError("early")}
    run = observe(failing_, jobs(delays_, errors=errors_), count)
    expect(run).raised(ValueError, hint="the error that happens first is the one that comes out")
    expect(run).nothing_left(hint="cancel the other jobs, or wait for them")
run = observe(failing_, jobs([9, 4, 2], errors={0: KeyError("late"), 2: ValueError("early")}), 3)
expect(run).raised(ValueError, hint="the error that happens first, whichever job it is of")
expect(run).nothing_left(hint="cancel the other jobs, or wait for them")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `LoopThread`
#
# Write the class `LoopThread`: a loop in a thread of its own, for programs that have none.
#
# - `start()` starts the thread, and returns when `submit` may be called.
# - `submit(function, *args)` lets the coroutine `function(*args)` run on that loop, and returns a
#   `concurrent.futures.Future` of its result at once.
# - `stop()` cancels what still runs, waits until it has ended, and closes the loop. When `stop`
#   returns, the thread has ended, and every future that `submit` returned is done.
#
# `start` and `stop` are called once each, from any thread but the loop's own: `stop` waits for that
# one, however long a clean-up takes. `submit` is called between them, from any thread, the loop's
# own too. Whoever waits here waits for what tells it: no time limits, and no polling.

# %% [markdown]
# <details><summary>Hint 1: start</summary>
#
# Look at the last program of *Then and now*. What it keeps in variables, keep in attributes of
# `self`. `start` waits for `started.result()`, so that the loop is there when it returns.
#
# </details>
#
# <details><summary>Hint 2: submit</summary>
#
# One line. If it blocks, you ask for the result: that is the caller's business.
#
# </details>
#
# <details><summary>Hint 3: stop</summary>
#
# Let the `main` of the thread return, through an event that you set with `call_soon_threadsafe`.
# `asyncio.run` cancels and waits for you. Then wait for the thread.
#
# </details>


# %% exercise="LoopThread" role="answer"
import asyncio
import threading
from concurrent.futures import Future


class LoopThread:
    """An event loop in a thread of its own."""

    def start(self):
        """Start the thread and its loop."""
        ### BEGIN SOLUTION
        # Why: `start` waits for the future, so that the loop is there when it returns.
        # `asyncio.run` in the thread cancels and closes at its end; `stop` sets the event through
        # `call_soon_threadsafe`, since an `asyncio.Event` is not for other threads, and then waits
        # for the thread.
        started = Future()
        self.thread = threading.Thread(target=self._run, args=(started,))
        self.thread.start()
        self.loop, self.end = started.result()
        ### END SOLUTION

    def submit(self, function, *args):
        """Run the coroutine function(*args) on the loop; return a future of its result."""
        ### BEGIN SOLUTION
        return asyncio.run_coroutine_threadsafe(function(*args), self.loop)
        ### END SOLUTION

    def stop(self):
        """Cancel what still runs, and end the loop and the thread."""
        ### BEGIN SOLUTION
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()

    def _run(self, started):
        async def main():
            end = asyncio.Event()
            started.set_result((asyncio.get_running_loop(), end))
            await end.wait()

        asyncio.run(main())
        ### END SOLUTION


# %% exercise="LoopThread" role="test" id="results" points=2 name="submit runs coroutines in one other thread"
import asyncio
import contextlib
import threading

from looplab import in_time


def results_(values):
    async def where():
        return threading.current_thread(), asyncio.get_running_loop()

    async def say(value):
        await asyncio.sleep(0)
        return value

    async def strict():
        asyncio.get_running_loop().set_debug(True)  # asyncio refuses what is not thread-safe

    def ask():
        loops.submit(strict).result()
        futures = [loops.submit(say, value) for value in values]
        places = [loops.submit(where) for _ in range(2)]
        return [[future.result() for future in each] for each in (futures, places)]

    here = threading.current_thread()
    loops = LoopThread()
    try:
        in_time(3, loops.start)
        results, [(thread, loop), (other_thread, other_loop)] = in_time(3, ask)
    finally:
        with contextlib.suppress(Exception):
            in_time(1, loops.stop)
    one = thread is other_thread is not here and loop is other_loop
    return results, "in one other thread" if one else "not in one other thread"


hint_ = "`submit` hands the coroutine to the loop of the thread that `start` has started"
run = observe(results_, ["hello", "world"])
expect(run).returned((["hello", "world"], "in one other thread"), hint=hint_)
import random

random_ = random.Random(SEED)
for count in (0, 1, random_.randint(5, 20)):
    values_ = random_.sample(range(10**9), count)
    run = observe(results_, values_)
    expect(run).returned((values_, "in one other thread"), hint=hint_)


def two_(values):
    async def where(value):
        return value, asyncio.get_running_loop()

    def ask():
        for loops in pair:
            loops.start()
        return [pair[n % 2].submit(where, each).result() for n, each in enumerate(values)]

    pair = LoopThread(), LoopThread()
    try:
        answers = in_time(3, ask)
    finally:
        stopped = []
        for loops in pair:
            with contextlib.suppress(Exception):
                in_time(1, loops.stop)
                stopped.append("stopped")
    return [value for value, _ in answers], len({loop for _, loop in answers}), len(stopped)


run = observe(two_, [7, 8, 9])
expect(run).returned(([7, 8, 9], 2, 2), hint="each object has a thread and a loop of its own")
### BEGIN HIDDEN TESTS


def of_items_(items):
    async def say(value):
        await asyncio.sleep(0)
        return value

    values, loops = list(items), LoopThread()
    try:
        in_time(3, loops.start)
        futures = [loops.submit(say, value) for value in values]
        return in_time(3, lambda: [future.result() for future in futures])
    finally:
        with contextlib.suppress(Exception):
            in_time(1, loops.stop)


items_ = random_.sample(range(10**9), 5)
run = observe(of_items_, *gens(items_))
expect(run).returned(items_, hint="the future gives what the coroutine returns").took_items(5)
### END HIDDEN TESTS


# %% exercise="LoopThread" role="test" id="once" points=1 name="submit returns at once, and errors come out of its future"
import asyncio
import contextlib

from looplab import in_time


def together_(value):
    """The first coroutine waits for what the second one does."""
    given = []

    async def make():
        given.append(asyncio.Event())

    async def wait():
        await given[0].wait()
        return "world"

    async def tell():
        given[0].set()
        return "hello"

    async def fail():
        raise ValueError(value)

    class Quit(BaseException):
        """An error that is no Exception."""

    async def quits():
        raise Quit

    def ask():
        loops.submit(make).result()
        first = loops.submit(wait)
        early = first.done()
        second = loops.submit(tell)
        bad, worse = loops.submit(fail), loops.submit(quits)
        errors = repr(bad.exception()), type(worse.exception()).__name__
        return early, second.result(), first.result(), *errors

    loops = LoopThread()
    try:
        in_time(3, loops.start)
        return in_time(3, ask)
    finally:
        with contextlib.suppress(Exception):
            in_time(1, loops.stop)


hint_ = (
    "`submit` waits for nothing and returns the future: who asks it gets the result, or the error"
)
run = observe(together_, 5)
expect(run).returned((False, "hello", "world", "ValueError(5)", "Quit"), hint=hint_)
import random

number_ = random.Random(SEED).randrange(10**9)
run = observe(together_, number_)
expect(run).returned((False, "hello", "world", f"ValueError({number_})", "Quit"), hint=hint_)


def from_the_loop_():
    """A coroutine on the loop submits another one, and waits for it as coroutines do."""

    async def inner():
        return "world"

    async def outer():
        return await asyncio.wrap_future(loops.submit(inner))

    def ask():
        return loops.submit(outer).result()

    loops = LoopThread()
    try:
        in_time(3, loops.start)
        return in_time(3, ask)
    finally:
        with contextlib.suppress(Exception):
            in_time(1, loops.stop)


run = observe(from_the_loop_)
expect(run).returned(
    "world", hint="`submit` may be called in the loop's own thread: there it must not wait"
)


# %% exercise="LoopThread" role="test" id="stop" points=2 name="stop leaves nothing"
import asyncio
import concurrent.futures
import threading

from looplab import in_time


def stopped_(count, seconds, ending):
    """Stop while count coroutines wait that take some seconds to tidy up, and may fail at it."""
    tidied, kept = [], []

    async def patient(number):
        kept.append(asyncio.Event())  # else all of it is garbage that waits for itself
        try:
            await kept[-1].wait()
        finally:
            await asyncio.sleep(seconds * (1 + number % 2))
            tidied.append(number)
            if ending == "fails":
                raise ValueError("could not tidy up")

    async def starts_a_task(number):
        kept.append(asyncio.create_task(patient(number)))

    async def where():
        asyncio.get_running_loop().set_debug(True)  # asyncio refuses what is not thread-safe
        return threading.current_thread(), asyncio.get_running_loop()

    def ask():
        place = loops.submit(where).result()
        function = starts_a_task if ending == "of a task" else patient
        futures = [loops.submit(function, number) for number in range(count)]
        loops.submit(where).result()  # by now all have begun
        return futures, *place

    loops = LoopThread()
    in_time(3, loops.start)
    try:
        futures, thread, loop = in_time(3, ask)
    finally:
        in_time(3, loops.stop)
    return {
        "tidied up": sorted(tidied),
        # Python is asked, and not what a class of your own says of itself.
        "thread alive": any(each is thread for each in threading.enumerate()),
        "loop closed": asyncio.BaseEventLoop.is_closed(loop),
        "futures done": all(concurrent.futures.Future.done(future) for future in futures),
    }


hint_ = "cancel the tasks in the loop's thread, let them end, end the loop, close it, and join"
run = observe(stopped_, 1, 0.1, "is cancelled")
expect(run).returned(
    {"tidied up": [0], "thread alive": False, "loop closed": True, "futures done": True}, hint=hint_
)
import random
import sys
import time
from unittest.mock import patch

random_ = random.Random(SEED)
some_ = random_.randint(2, 9)
cases_ = [(0, 0.1, "is cancelled"), (some_, 0.1, "is cancelled"), (some_, 0.1, "fails")]
for count, seconds, ending in (*cases_, (some_, 0.7, "of a task")):
    run = observe(stopped_, count, seconds, ending)
    expect(run).returned(
        {
            "tidied up": list(range(count)),
            "thread alive": False,
            "loop closed": True,
            "futures done": True,
        },
        hint=hint_,
    )


def stopped_at_once_(count):
    """Stop when the last coroutines have not begun; say whether their futures are done."""
    held, go_on = threading.Event(), threading.Event()

    async def hold():
        held.set()
        go_on.wait(1)

    async def patient():
        await asyncio.sleep(60)

    loops = LoopThread()
    in_time(3, loops.start)
    loops.submit(hold)
    held.wait(1)
    futures = [loops.submit(patient) for _ in range(count)]
    threading.Timer(0.2, go_on.set).start()  # by then stop waits
    in_time(3, loops.stop)
    return [future.done() for future in futures]


run = observe(stopped_at_once_, 3)
expect(run).returned(
    [True] * 3, hint="a coroutine may be cancelled before it has begun: its future is done then too"
)


def waits_():
    """Return how those wait who have to: with a limit, by a timer, by sleeping, by turning."""
    seen, before, home = [], set(threading.enumerate()), asyncio.BaseEventLoop
    real = {"wait": threading.Condition.wait, "join": threading.Thread.join, "sleep": time.sleep}
    call_at, call_soon, run = home.call_at, home.call_soon, threading.Thread.run

    def here():
        return threading.current_thread() not in before

    def wait(self, timeout=None):
        seen.extend(["a time limit"] * bool(timeout and here()))
        return real["wait"](self, timeout)

    def join(self, timeout=None):
        seen.extend(["a time limit"] * bool(timeout and here()))
        return real["join"](self, timeout)

    def sleep(seconds):
        seen.extend(["a time.sleep"] * here())
        real["sleep"](seconds)

    def noted_call_at(self, when, *args, **keywords):
        if here() and when - self.time() < 10**5:  # a longer one waits for ever
            seen.append("a timer")
        return call_at(self, when, *args, **keywords)

    def run_late(self):
        real["sleep"](0.1)
        run(self)

    def noted_call_soon(self, *args, **keywords):
        turns.extend(["turn"] * here())
        return call_soon(self, *args, **keywords)

    async def patient():
        loop, cleaned = asyncio.get_running_loop(), asyncio.Event()
        kept.append(asyncio.Event())  # else all of it is garbage that waits for itself
        try:
            await kept[-1].wait()
        finally:
            threading.Thread(target=clean, args=(loop, cleaned)).start()
            await cleaned.wait()

    def clean(loop, cleaned):
        real["sleep"](0.3)
        loop.call_soon_threadsafe(cleaned.set)

    def work():
        loops.start()
        loops.submit(patient)
        real["sleep"](0.3)
        loops.stop()

    turns, kept = [], []
    names = vars(sys.modules["__main__"])
    sleeps = {name: sleep for name, value in names.items() if value is time.sleep}
    with (
        patch.object(threading.Condition, "wait", wait),
        patch.object(threading.Thread, "join", join),
        patch.object(threading.Thread, "run", run_late),
        patch.object(time, "sleep", sleep),
        patch.object(home, "call_at", noted_call_at),
        patch.object(home, "call_soon", noted_call_soon),
        patch.dict(names, sleeps),
    ):
        loops = LoopThread()
        in_time(6, work)
    return sorted(set(seen)), len(turns) < 300


run = observe(waits_)
expect(run).returned(
    ([], True),
    hint="wait for a future, an event or a thread, without a time limit; do not sleep and look again",
)

# %% [markdown]
# ### Check all
#
# The next cell hands this lesson in to yourself: all tests judge all exercises, also the tests that
# you do not see. It takes some seconds, the square in the toolbar stops it, and nothing leaves this
# machine.

# %%
from looplab import check_all

check_all()

# %% [markdown]
# ## Further reading
#
# - [Running in threads](https://docs.python.org/3/library/asyncio-task.html#running-in-threads)
#   and [Scheduling from other
#   threads](https://docs.python.org/3/library/asyncio-task.html#scheduling-from-other-threads):
#   `to_thread` and `run_coroutine_threadsafe`.
# - [Concurrency and
#   multithreading](https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading):
#   what may be called from where.
# - [concurrent.futures](https://docs.python.org/3/library/concurrent.futures.html): pools of
#   threads and of processes, and their futures.
#
# **Next:** [13 · Master and workers](13_master_worker.ipynb)
