# %% [markdown]
# # 08 · Many at once
#
# Jobs of 1, 2 and 4 seconds take 7 seconds one after the other, and 4 together: you will see
# where the 3 seconds go, and three ways to wait for many jobs that differ in order and in errors.
#
# **You will be able to**
#
# - start several jobs before you wait for one, and say how long they take together;
# - choose between `asyncio.wait`, `asyncio.as_completed` and `asyncio.gather`;
# - say what each of them does when one job fails, and what happens to the others;
# - tell concurrency from parallelism, and say which of the two asyncio gives you.
#
# **Before:** [07 · Callbacks and results](07_callbacks_and_results.ipynb) ·
# **Next:** [09 · gather and nesting](09_gather_and_nesting.ipynb)

# %%
import asyncio
import hashlib
import time
from itertools import accumulate

from looplab import SEED, check, compare, enable, expect, jobs, observe, predict

enable()


async def do_some_work(x, fails=False):
    print("Waiting:", x)
    await asyncio.sleep(x)
    if fails:
        raise ValueError(f"work {x} failed")
    return f"done {x}"


# %% [markdown]
# ## 1. Seven seconds or four?
#
# Both programs do the same three jobs. The first awaits each job before it makes the next. The second
# makes three tasks and then awaits them.
#
# **Predict.** How long does each take? In `together`, when is `done 4` printed: before `done 1` or
# after?

# %%
predict(
    "",
    A="7 s and 4 s; after done 1",
    B="7 s and 4 s; before done 1",
    C="7 s and 7 s; after done 1",
    D="7 s and 1 s; after done 1",
    right="A",
)


# %%
async def in_turn():
    for x in (1, 2, 4):
        print(await do_some_work(x))


async def together():
    tasks = [asyncio.create_task(do_some_work(x), name=f"work {x}") for x in (1, 2, 4)]
    for task in tasks:
        print(await task)


one_by_one = observe(in_turn)
print()
at_once = observe(together)
compare(one_by_one, at_once, names=["in turn", "together"])

# %% [markdown]
# **What happened.** One after the other, the waits add up: 1 + 2 + 4 = 7 s. Together, they overlap,
# and the longest decides: 4 s. Nothing became faster. `work 4` waits for 4 s in both pictures. What
# is gone is the time in which the program waited for one job while a later one had not begun.
#
# All three lines `Waiting:` are printed at 0 s, before the first result. `create_task` made three tasks
# that are ready, and the first `await` let them run. `done 4` comes last, because `together`
# awaits in the order of its list. When it comes to `work 2` at 1 s, this one has been under way for a
# second.
#
# The gain comes from waiting. A job that computes for 4 s keeps the loop for 4 s, and in that time
# no other task takes a step. `sleep` stands here for a network that takes its time. For real input
# and output the library has to be written for asyncio: `time.sleep` or a blocking request inside a
# task holds up all.
#
# ## 2. `wait`, `as_completed`, `gather`: three ways to get results
#
# The same three jobs, now started in the order 4, 1, 2. So the order in which they start is not the
# order in which they finish.
#
# - `done, pending = await asyncio.wait(tasks)` gives tasks.
# - `for next_one in asyncio.as_completed(tasks)` gives something to await, again and again.
# - `results = await asyncio.gather(*tasks)` gives results.
#
# **Predict.** In which order does each print its results, and at which second the first of them?

# %%
predict(
    "",
    A="all three at 4 s, in the order of the list",
    B="all three from 1 s on, as they end",
    C="as_completed from 1 s on, as they end; the other two at 4 s",
    D="gather from 1 s on, as they end; the other two at 4 s",
    right="C",
)


# %%
def start(fails=None):
    return [
        asyncio.create_task(do_some_work(x, fails=x == fails), name=f"work {x}") for x in (4, 1, 2)
    ]


def clock():
    return f"{asyncio.get_running_loop().time():g} s:"


async def use_wait(fails=None):
    done, pending = await asyncio.wait(start(fails))
    print(clock(), "done is a", type(done).__name__, "of", len(done), "- pending has", len(pending))
    for task in sorted(done, key=lambda task: task.get_name()):
        print(clock(), task.get_name(), "->", task.exception() or task.result())


async def use_as_completed(fails=None):
    for next_one in asyncio.as_completed(start(fails)):
        result = await next_one
        print(clock(), result)


async def use_gather(fails=None):
    results = await asyncio.gather(*start(fails))
    print(clock(), results)


runs = [observe(program) for program in (use_wait, use_as_completed, use_gather)]
compare(*runs, names=["wait", "as_completed", "gather"])

# %% [markdown]
# **What happened.** All three take 4 s: the tasks run at once, however you wait for them. In the
# figure the lanes of the jobs are the same three times. The difference is in the first lane: who is
# woken, and when.
#
# - **`wait`** wakes its program once, at 4 s, and gives two *sets of tasks*. A set has no order. The cell
#   sorts it by name, so that the lines are the same every time.
# - **`as_completed`** wakes its program at 1, 2 and 4 s: one result each time a job ends, in the *order of
#   completion*. It does not say which job a result is of. If you need that, let the job return it.
# - **`gather`** wakes its program once, at 4 s, and gives a *list of results* in the *order of its
#   arguments*: the job that took longest is first, because it was named first.
#
# You may read that the only difference between `wait` and `gather` is that one takes a list and the
# other takes arguments. That is the smallest difference.
#
# ## 3. One of them fails
#
# The same programs, and `work 2` raises a `ValueError` at 2 s. `report` catches what comes out and then
# looks which jobs still run.
#
# **Predict.** Which of the three raises the error, and when? What becomes of `work 4`?

# %%
predict(
    "",
    A="as_completed and gather, at 2 s; work 4 is cancelled",
    B="as_completed and gather, at 2 s; work 4 runs on",
    C="all three, at 2 s; work 4 runs on",
    D="all three, at 4 s; work 4 has ended",
    right="B",
)


# %%
async def report(program):
    try:
        await program(fails=2)
    except ValueError as error:
        print(clock(), "out came:", error)
    others = [task.get_name() for task in asyncio.all_tasks() if "work" in task.get_name()]
    print(clock(), "still running:", others)
    print()


failing = [observe(report, program) for program in (use_wait, use_as_completed, use_gather)]
compare(*failing, names=["wait", "as_completed", "gather"])

# %% [markdown]
# **What happened.** `wait` raised nothing. A task that fails is *done*, so it is in the first set, and
# the error stays in the task until you ask. If you never ask, Python says `Task exception was never
# retrieved` when the task is destroyed, and your program does not learn of it.
#
# `as_completed` gave `done 1`, and raised the error at 2 s, at the `await` whose turn it was. `gather`
# raised it at 2 s as well: the *first* error that happens comes out at once. The other results are not
# given.
#
# But look at `work 4` in the last two. Nobody cancelled it. At 2 s, when `report` has the error, it is
# *still running*, and nobody waits for it. Here the program ends, so the rest of it is cut off. In a
# program that goes on, `work 4` would go on too, and do its work for nobody. With these three, **to
# stop the others is your job.**
#
# `asyncio.gather(*tasks, return_exceptions=True)` waits for all and puts the errors among the results.
#
# | what | `wait` | `as_completed` | `gather` |
# |---|---|---|---|
# | takes | a list or set of tasks | a list of tasks or coroutines | tasks or coroutines as arguments |
# | gives | `(done, pending)`, sets of tasks | results, one at a time | a list of results |
# | order | none | completion | arguments |
# | a job fails | raises nothing; ask the task | its turn raises; the others go on | raises at once; the others go on |
# | a time limit | `timeout=`: returns, raises nothing | `timeout=`: raises `TimeoutError` | none; `asyncio.timeout` around it |
#
# From Python 3.13 on, `async for task in asyncio.as_completed(tasks)` gives the tasks themselves, and
# so tells you which one has ended.
#
# ## 4. Do not wait for all
#
# `wait` returns early if you say so: after a number of seconds, or when the first job is done.
#
# **Predict.** At which second does each `wait` return? How many tasks are pending then, and what do
# they do after that?

# %%
predict(
    "",
    A="at 1 s, two pending, and at 3 s, one; wait has cancelled them",
    B="at 1 s, two pending, and at 2 s, one; they run on",
    C="at 1 s, two pending, and at 3 s, one; they run on",
    D="at 1 s, two pending; the second raises TimeoutError at 3 s",
    right="C",
)


# %%
async def main():
    tasks = start()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(clock(), "done:", len(done), "pending:", len(pending))
    done, pending = await asyncio.wait(tasks, timeout=2)
    print(clock(), "done:", len(done), "pending:", len(pending))
    for task in pending:
        task.cancel()
    await asyncio.wait(pending)
    print(clock(), "cancelled:", [task.get_name() for task in pending if task.cancelled()])


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The first `wait` returned at 1 s with one task. The second was given the same
# tasks and 2 s more. It returned at 3 s, raised no `TimeoutError`, and *cancelled nothing*. `work 4`
# would have gone on to 4 s.
#
# So a program that has waited long enough does three things: it cancels what is pending, it waits
# until that has ended (a task may have something to clean up), and then it goes on. The third
# `wait` is there for that. `asyncio.wait` refuses an empty set with `ValueError`: where nothing may
# be pending, ask first.
#
# ## 5. Concurrent or parallel?
#
# A cook steams buns. Three baskets need 1, 2 and 4 minutes. The cook puts all of them on and has free
# hands: after 4 minutes all are done. The jobs were *under way* at the same time. That is
# **concurrency**. Then the cook kneads dough, three bowls. Kneading needs hands. However the cook
# switches between the bowls, it takes the time of all three together. Only a second cook makes it
# shorter: now work is *done* at the same time. That is **parallelism**.
#
# You may read that concurrency is one person who does several things in a time, and parallelism is
# several people who do several things in a time. Several people can also take turns at one stove.
# The number of people is not the point. Ask what overlaps: the lifetimes, or the work itself.
#
# The cell measures both. `under way` counts how many jobs had begun and not ended at the busiest moment.
# `work` compares the seconds that the processor worked with the seconds that passed. Only parallel work
# can be more than the time that passed. `knead` computes; this cell runs in real time.
#
# **Predict.** How many jobs are under way at once when three are steamed, and when three are kneaded, in
# three tasks of one loop?

# %%
predict(
    "",
    A="three steamed, three kneaded",
    B="one steamed, one kneaded: a loop has one thread",
    C="three steamed, one kneaded",
    right="C",
)


# %%
def knead():
    hashlib.pbkdf2_hmac("sha256", b"flour", b"water", 200_000)


async def steam_basket(note):
    note(+1)
    await asyncio.sleep(0.3)
    note(-1)


async def knead_bowl(note):
    note(+1)
    knead()
    note(-1)


async def measure(job):
    changes = []
    begin, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*[job(changes.append) for _ in range(3)])
    passed, worked = time.perf_counter() - begin, time.process_time() - worked
    peak = max(accumulate(changes))
    if worked < 0.05:  # seconds
        work = "next to none"
    else:
        work = "no more than the time that passed" if worked < passed * 1.1 else "more"
    print(f"{job.__name__}: under way at once: {peak}, work: {work}")


async def main():
    await measure(steam_basket)
    await measure(knead_bowl)


asyncio.run(main())

# %% [markdown]
# **What happened.** Three baskets were under way at once, and next to no work was done: they
# waited. That is concurrency. The bowls came one after the other, although `gather` started three
# tasks. The loop has one thread and runs one task at a time, and a task that computes does not give
# control away. The work was never more than the time that passed: no second cook. More tasks do not
# change this, and neither do more processors.
#
# A second cook is another processor. To use it you need processes, or threads where the work allows
# it (lesson 12). This work does: while `hashlib` computes, other threads may run. Below, one cook
# kneads three bowls, and then each bowl has a cook of its own.


# %%
async def one_cook():
    for _ in range(3):
        knead()


async def a_cook_for_each():
    await asyncio.gather(*[asyncio.to_thread(knead) for _ in range(3)])


one, each = observe(one_cook, clock="real"), observe(a_cook_for_each, clock="real")
compare(one, each, names=["one cook", "a cook for each bowl"])

# %% [markdown]
# Where the machine has more than one processor, the second way is done sooner: work is done at the
# same time. With one processor all three cooks share it, and nothing is won.
# So asyncio gives you concurrency and no parallelism. It pays for jobs that wait.
#
# ## 6. A network
#
# So far `sleep` has stood for a network. Here is a real one, in real time: a server on this machine
# that needs a tenth of a second for each answer, and three clients that ask it. `start_server` runs
# `serve` for each connection, in a task of its own, with a *stream* to read from and a stream to
# write to. `open_connection` gives a client its two. `await reader.readline()` waits until a whole
# line has come.
#
# **Predict.** How long do three questions take one after the other, and how long at once?

# %%
predict(
    "",
    A="about 0.3 s in both: the server has one thread",
    B="about 0.3 s in turn, little more than 0.1 s at once",
    C="about 0.1 s in both: a network does not wait",
    right="B",
)


# %%
async def serve(reader, writer):
    name = await reader.readline()
    await asyncio.sleep(0.1)  # it is a slow one
    writer.write(b"hello " + name)
    await writer.drain()
    writer.close()


async def ask(port, name):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{name}\n".encode())
    await writer.drain()
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer.decode().strip()


async def ask_in_turn(port):
    return [await ask(port, name) for name in ("sky", "sea", "map")]


async def ask_at_once(port):
    return await asyncio.gather(*[ask(port, name) for name in ("sky", "sea", "map")])


async def main(way):
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        return await way(server.sockets[0].getsockname()[1])


asked = [observe(main, way, clock="real") for way in (ask_in_turn, ask_at_once)]
for run in asked:
    print(run.result)
print("at once is sooner:", asked[1].duration < asked[0].duration)
compare(*asked, names=["in turn", "at once"])

# %% [markdown]
# **What happened.** About 0.3 s in turn, and little more than 0.1 s at once. Nothing is new but the
# names of the waits: `readline` is where `sleep` was. (The lanes whose names begin with `loop.` are
# tasks of asyncio's own: they open the server, and take a connection in.) The server is a program of
# the same kind. At once, it had three clients to wait for, each in a task, and one thread for all.
#
# `write` waits for nothing: it takes the bytes, and they are sent as fast as the network takes them.
# `await drain()` waits where too many have gathered. Who writes and never drains fills the
# memory when the other side is slow. A connection has an end, too: `close()` it, in a `finally` where
# something may fail.
#
# ## Then and now
#
# ### Then: tasks, and a loop that runs until `wait` is done
#
# `ensure_future` made tasks before any loop ran, and `run_until_complete` ran the loop until `wait`
# had what it waited for. (Here the loop is named. Old programs leave it out: then `ensure_future`
# gets it from `get_event_loop()`, which, where no loop is set, warns from Python 3.12 on and raises
# `RuntimeError` from 3.14 on.)


# %%
def then():
    loop = asyncio.new_event_loop()
    tasks = [asyncio.ensure_future(do_some_work(x), loop=loop) for x in (1, 2, 4)]
    loop.run_until_complete(asyncio.wait(tasks))
    for task in tasks:
        print(task.result())
    loop.close()


run_then = observe(then)

# %% [markdown]
# ### Now: a group of tasks
#
# `asyncio.TaskGroup` came with Python 3.11. The block `async with` ends when all its tasks have ended.
# When a job fails, the group cancels the others, waits for them, and raises an `ExceptionGroup` that
# holds all the errors there were: an exception whose attribute `exceptions` is a tuple of others.
#
# In `two_fail` the job of 2 s fails, and the other one fails as it cleans up. There `except*` stands
# in the place of `except`. It takes those errors out of the group that are of its type, and the
# next `except*` gets the rest.
#
# How many of the two `except*` blocks run?


# %%
async def now():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(do_some_work(x), name=f"work {x}") for x in (1, 2, 4)]
    for task in tasks:
        print(task.result())


async def tidies_badly():
    try:
        await do_some_work(4)
    finally:
        raise OSError("no room to save it")


async def two_fail():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(do_some_work(2, fails=True), name="work 2")
            group.create_task(tidies_badly(), name="work 4")
    except* ValueError as group:
        print(clock(), type(group).__name__, "with", group.exceptions)
    except* OSError as group:
        print(clock(), type(group).__name__, "with", group.exceptions)
    print(clock(), "the program goes on")


run_now = observe(now)
print()
run_failing = observe(two_fail)
compare(run_then, run_now, run_failing, names=["then", "now", "now, with errors"])

# %% [markdown]
# Both run, and each gets an `ExceptionGroup` with the errors of its type. (With `except` at most one
# block runs.) What no `except*` takes would go on to the caller, in a group again. An `except* X` that
# finds no X does not run.
#
# In the third picture `work 4` ends at 2 s, with its own error: the group cut its sleep short. The
# program stands at the end of the block, where the group cancels its wait as well, to wake it: so
# the picture says `TaskGroup, cancelled`. Nothing is left. The group gives what you would have to
# write around `gather`.
#
# | what | then | now |
# |---|---|---|
# | start them | `ensure_future`, before a loop runs | `create_task`, in a coroutine |
# | wait for all | `run_until_complete(asyncio.wait(tasks))` | the end of `async with` |
# | the results | `task.result()` of each | the same |
# | one fails | `wait` says nothing, `result()` raises later | the others are cancelled, the error comes out |
# | how long did it take? | `time.time()`, which jumps when the clock is set | `loop.time()`, `time.perf_counter()` |
#
# ## What breaks
#
# ### `wait` with coroutines
#
# In old programs `wait` may get coroutines. It made tasks of them, and the sets then held objects
# that the caller had never seen. Python 3.8 deprecated this use of `wait`, and Python 3.11 refuses
# it. Make tasks first.


# %% role="breaks"
async def main():
    works = [do_some_work(1), do_some_work(2)]
    try:
        await asyncio.wait(works)
    finally:
        for work in works:
            work.close()  # or Python warns that they were never awaited


asyncio.run(main())

# %% [markdown]
# ### A set is not a list
#
# `results = [task.result() for task in done]` looks right and works most of the time. But `done` is a
# set, and its order depends on where the tasks lie in memory. Go over *your* list of tasks:
# `[task.result() for task in tasks]`. The cell asks a set for what only a list has, and Python refuses.


# %% role="breaks"
async def main():
    done, pending = await asyncio.wait(start())
    print("the first result:", done[0].result())


asyncio.run(main())

# %% [markdown]
# ### Started too late
#
# A list of coroutine objects is a list of jobs that have not begun. Here each begins when its
# `await` comes, and the program takes 7 s: this is `in_turn` again, in disguise. `create_task`
# starts a job, and so do `gather` and a `for` over `as_completed` (up to Python 3.12 calling it is
# not enough); a list does not.


# %%
async def main():
    works = [do_some_work(x) for x in (1, 2, 4)]
    print([await work for work in works])


run = observe(main)
run.timeline()

# %% [markdown]
# ### An error that nobody looks at
#
# `wait` does not raise, and this program does not ask. It prints a good result and ends without an
# error. The Run has what was lost; a script says `Task exception was never retrieved` at some time.


# %%
async def main():
    await asyncio.wait(start(fails=2))
    print("all done")


run = observe(main)
print("error:", run.error)
print("lost: ", [(lost.name, lost.text) for lost in run.lost])

# %% [markdown]
# ## Your turn
#
# `jobs([2, 1, 4])` in a test makes an async function `job(i)`: job 0 takes 2 s, job 1 takes 1 s, and
# job 2 takes 4 s. With `errors={1: OSError()}` job 1 raises this when it ends; with
# `clean_ups=[3, 3, 3]` a job that is cancelled needs 3 s to end, its *clean-up*; none fails in it. A
# second cancellation cuts it short: cancel a job once. `cancel_at=1.5` cancels what is observed after
# 1.5 s. A function whose name ends in `_` is a small program of the test, which uses yours. When your
# work is graded, each test also tries other inputs, and rarer cases of what the task says. To wait by
# looking again and again is not accepted, and neither are threads.

# %% [markdown]
# ### Exercise 1: `fetch_all`
#
# Write `fetch_all(job, n)`, a coroutine function that calls `job(i)` once for each i in `range(n)` and
# returns the list of their results, in the order of i. `n` may be 0.
#
# - The jobs run at once: together they take as long as the longest.
# - Without an error every job is finished.
# - If a job fails, the first error reaches your caller, alone or in an `ExceptionGroup`, and no other
#   with it.
# - However `fetch_all` ends, with results, with an error or cancelled, none of its tasks still runs.
#   If it is cancelled, `CancelledError` comes out.

# %% [markdown]
# <details><summary>Hint 1: order</summary>
#
# Keep the tasks in a list. A task remembers its result, so you may collect the results when all are
# done, in the order of the list.
#
# </details>
#
# <details><summary>Hint 2: errors</summary>
#
# After an error, `gather` leaves the others running. Either use what cancels them and waits for them
# by itself (see *Then and now*), or do both in a `finally`.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `async with asyncio.TaskGroup() as group:`, one `group.create_task(job(i))` for each i, and after the
# block the results.
#
# </details>

# %% exercise="fetch_all" role="answer"
import asyncio


async def fetch_all(job, n):
    """Return what job(0), job(1), ... job(n - 1) return, in that order."""
    ### BEGIN SOLUTION
    # Why: A `TaskGroup` starts all jobs at once, cancels the others when one fails, and lets nobody
    # out before all have ended. `gather` raises the first error and leaves the others running.
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [task.result() for task in tasks]
    ### END SOLUTION


# %% exercise="fetch_all" role="test" id="order" points=1 name="the results come in the order of i"
run = observe(fetch_all, jobs([2, 1, 4], results=["a", "b", "c"]), 3)
expect(run).returned(["a", "b", "c"], hint="job 1 ends first: keep the order of the calls")
run = observe(fetch_all, jobs([]), 0)
expect(run).returned([], hint="without jobs there are no results")
import random

random_ = random.Random(SEED)
for count in (1, 2, 5, 9):
    delays_ = random_.sample(range(10**6), count)
    results_ = random_.sample(range(10**9), count)
    run = observe(fetch_all, jobs(delays_, results=results_), count)
    expect(run).returned(results_, hint="a list of the results, by i and not by who ends first")
run = observe(fetch_all, jobs([1, 2, 3], results=["a", "b", "c"]), 2)
expect(run).returned(["a", "b"], hint="as many jobs as `n` says")
for results in ([None, 0], [False, ""]):
    run = observe(fetch_all, jobs([2, 1], results=results), 2)
    expect(run).returned(results, hint="None and 0 are results too")


import asyncio


async def as_they_are_():
    """The results are an error, and a future that is never done."""
    values = [ValueError("a result"), asyncio.get_running_loop().create_future()]

    async def job(i):
        return values[i]

    return [one is value for one, value in zip(await fetch_all(job, 2), values, strict=True)]


run = observe(as_they_are_)
expect(run).returned(
    [True, True],
    hint="an exception that a job returns is a result, and so is what could be awaited",
)


async def two_at_once_(job, n):
    return list(await asyncio.gather(fetch_all(job, n), fetch_all(job, n - 1)))


run = observe(two_at_once_, jobs([2, 1, 4], results=["a", "b", "c"]), 3)
expect(run).returned(
    [["a", "b", "c"], ["a", "b"]],
    hint="two calls share nothing: keep everything in local variables",
).took(4)


# %% exercise="fetch_all" role="test" id="overlap" points=2 name="the jobs overlap"
run = observe(fetch_all, jobs([2, 1, 4]), 3)
expect(run).took(
    4, hint="sequential awaits add up to 7: start all the jobs before you wait for one"
)
expect(run).without_threads()
import random

random_ = random.Random(SEED)
for count in (1, 3, 6, 600):
    delays_ = [random_.randrange(1, 60) for _ in range(count)]
    results_ = random_.sample(range(10**9), count)
    run = observe(fetch_all, jobs(delays_, results=results_), count)
    expect(run).took(max(delays_), hint="together they take as long as the longest")
    expect(run).returned(results_).ran_at_most(
        6 * count + 10, hint="do not sleep and look again: wait for the tasks"
    )
    expect(run).that(
        run.peak(of="jobs") == count,
        expected=f"all {count} jobs are under way at once",
        happened=f"at most {run.peak(of='jobs')} were",
        hint="start them all before you wait for one",
    )

# %% exercise="fetch_all" role="test" id="once" points=1 name="each job is called once and finished"
run = observe(fetch_all, jobs([2, 1, 4]), 3)
asked_ = sorted(call.arguments for call in run.calls if call.outcome == "returned")
expect(run).finished().that(
    asked_ == [(0,), (1,), (2,)],
    expected="job(0), job(1) and job(2) are called once each, and finished",
    happened=f"finished: {asked_}",
    hint="call `job(i)` once for each i, and await what it gives",
).nothing_left()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (0, 1, 7):
    run = observe(fetch_all, jobs([random_.randrange(9) for _ in range(count)]), count)
    asked_ = sorted(call.arguments for call in run.calls)
    expect(run).finished().that(
        asked_ == [(i,) for i in range(count)],
        expected=f"{count} calls, one for each i",
        happened=f"called with {asked_}",
        hint="call `job(i)` once for each i in range(n)",
    ).nothing_left()
### END HIDDEN TESTS

# %% exercise="fetch_all" role="test" id="error" points=2 name="the first error reaches the caller, and nothing is left"
run = observe(fetch_all, jobs([4, 2, 9], errors={1: OSError("no world")}), 3)
expect(run).raised(OSError, hint="do not catch the error and do not put it among the results")
expect(run).nothing_left(hint="cancel the other tasks, and wait until they have ended")
import asyncio
import random

random_ = random.Random(SEED)
for count in (1, 2, 4, 8):
    delays_ = random_.sample(range(1, 10**6), count)
    early_ = min(range(count), key=delays_.__getitem__)
    late_ = max(range(count), key=delays_.__getitem__)
    errors_ = {late_: KeyError("late"), early_: ValueError("early")}
    run = observe(fetch_all, jobs(delays_, errors=errors_), count)
    expect(run).raised(ValueError, hint="the error that happens first is the one that comes out")
    expect(run).nothing_left(hint="cancel the other tasks, and wait until they have ended")
late_first_ = jobs([9, 4, 2], errors={0: KeyError("late"), 2: ValueError("early")})
run = observe(fetch_all, late_first_, 3)
expect(run).raised(ValueError, hint="the error that happens first, whichever job it is of")
for kind_ in (TimeoutError, LookupError, AssertionError, EOFError, StopAsyncIteration):
    run = observe(fetch_all, jobs([3, 1], errors={1: kind_("no")}), 2)
    expect(run).raised(kind_, hint="whatever its type, the error comes out")


# Jobs 0 and 2 need some time to end when they are cancelled: their clean-up.
for clean_ups in ([2, 0, 2], [2, 0, 5], [10**5, 0, 2]):
    slow_to_end_ = jobs([10**6, 1, 10**6], errors={1: OSError("no world")}, clean_ups=clean_ups)
    run = observe(fetch_all, slow_to_end_, 3)
    expect(run).raised(OSError).jobs_ended(
        whole=True, hint="a job may need time to end: wait for all that you cancel"
    ).nothing_left()


async def strange_error_(kind, n):
    """Job 1 raises an error of this kind; say whether that comes out, and who works then."""

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    class Quit(BaseException):
        """An error that is no Exception."""

    group = ExceptionGroup("two at once", [OSError(), KeyError()])
    error = {"false": FalseError(), "no Exception": Quit(), "a group": group}[kind]
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
        await fetch_all(job, n)
    except BaseException as caught:
        return holds(caught), sorted(working)
    return "no error"


for kind in ("false", "no Exception", "a group"):
    run = observe(strange_error_, kind, 3)
    expect(run).returned(
        (True, []),
        hint="whatever error a job raises: that very one comes out, and the other jobs have ended",
    )

# %% exercise="fetch_all" role="test" id="cancelled" points=1 name="a cancellation comes out and leaves nothing"
# The call is cancelled after 1.5 s.
run = observe(fetch_all, jobs([2, 1, 4]), 3, cancel_at=1.5)
expect(run).cancelled(hint="let CancelledError out").took(1.5)
expect(run).nothing_left(hint="when you are cancelled, your tasks end too")
import random

random_ = random.Random(SEED)
for count in (1, 3, 6):
    delays_ = [random_.randrange(5, 60) for _ in range(count)]
    run = observe(fetch_all, jobs(delays_), count, cancel_at=random_.choice((0, 1, 4.5)))
    expect(run).cancelled(hint="let CancelledError out")
    expect(run).nothing_left(hint="when you are cancelled, cancel your tasks and wait for them")
# Each job needs another time to end when it is cancelled: its clean-up.
for clean_ups in ([1, 5, 3], [4, 2], random_.sample(range(1, 60), 4)):
    count_ = len(clean_ups)
    run = observe(fetch_all, jobs([1000] * count_, clean_ups=clean_ups), count_, cancel_at=1)
    expect(run).cancelled(hint="let CancelledError out, when all jobs have ended").jobs_ended(
        hint="a job may need time to end, each another time: wait for all, then let it out"
    ).nothing_left()

# %% [markdown]
# ### Exercise 2: `as_they_come`
#
# Write `as_they_come(job, n)`, a coroutine function that runs `job(0)` to `job(n - 1)` at once and
# returns a list of pairs `(i, result)` in the order in which the jobs finish. `n` may be 0. No two jobs
# finish at the same time.
#
# - Together the jobs take as long as the longest, and each is called once.
# - If a job fails, the first error reaches your caller, alone or in an `ExceptionGroup`, and no other
#   with it.
# - However it ends, none of its tasks still runs. If it is cancelled, `CancelledError` comes out.

# %% [markdown]
# <details><summary>Hint 1: which job is it?</summary>
#
# `as_completed` does not say which job a result is of. Write a small coroutine function that awaits
# `job(i)` and returns `(i, result)`.
#
# </details>
#
# <details><summary>Hint 2: another way</summary>
#
# Or let each task append its pair to a list when it has its result: the list is then in the right order
# by itself. A `TaskGroup` looks after the errors.
#
# </details>

# %% exercise="as_they_come" role="answer"
import asyncio


async def as_they_come(job, n):
    """Return the pairs (i, result) of job(0), ... job(n - 1), in the order of finishing."""
    ### BEGIN SOLUTION
    # Why: Each task puts its own pair into the list when its job is done, so the list is in the
    # order of finishing and each result has its number. `as_completed` gives results without saying
    # whose they are, and cancels nothing when one fails.
    pairs = []

    async def run(i):
        pairs.append((i, await job(i)))

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(run(i))
    return pairs
    ### END SOLUTION


# %% exercise="as_they_come" role="test" id="order" points=2 name="the pairs come in the order of finishing"


async def pairs_(job, n):
    """A named tuple is a pair too."""
    pairs = await as_they_come(job, n)
    if not isinstance(pairs, list):
        return pairs
    return [tuple(pair) if isinstance(pair, tuple) else pair for pair in pairs]


run = observe(pairs_, jobs([4, 1, 2], results=["a", "b", "c"]), 3)
expect(run).returned(
    [(1, "b"), (2, "c"), (0, "a")], hint="append a pair when its job ends, with the job's own i"
)
run = observe(pairs_, jobs([]), 0)
expect(run).returned([], hint="without jobs there are no pairs")
import random

random_ = random.Random(SEED)
for count in (1, 2, 5, 9):
    delays_ = random_.sample(range(10**6), count)
    results_ = random_.sample(range(10**9), count)
    run = observe(pairs_, jobs(delays_, results=results_), count)
    order_ = sorted(range(count), key=delays_.__getitem__)
    expect(run).returned(
        [(i, results_[i]) for i in order_], hint="by the time of finishing; not by i, not by result"
    )
run = observe(pairs_, jobs([4, 1, 3, 2], results=[None, "same", 0, "same"]), 4)
expect(run).returned(
    [(1, "same"), (3, "same"), (2, 0), (0, None)],
    hint="results may be equal, and None is one too: go by i, not by result",
)


import asyncio


async def as_they_are_():
    """The results are an error, and a future that is never done."""
    values = [ValueError("a result"), asyncio.get_running_loop().create_future()]

    async def job(i):
        await asyncio.sleep(i)
        return values[i]

    pairs = await as_they_come(job, 2)
    return [one is value for (_, one), value in zip(pairs, values, strict=True)]


run = observe(as_they_are_)
expect(run).returned(
    [True, True],
    hint="an exception that a job returns is a result, and so is what could be awaited",
)


async def two_at_once_(job, n):
    return list(await asyncio.gather(pairs_(job, n), pairs_(job, n - 1)))


run = observe(two_at_once_, jobs([4, 1, 2], results=["a", "b", "c"]), 3)
expect(run).returned(
    [[(1, "b"), (2, "c"), (0, "a")], [(1, "b"), (0, "a")]],
    hint="two calls share nothing: keep everything in local variables",
).took(4)


# %% exercise="as_they_come" role="test" id="overlap" points=1 name="the jobs overlap, and each is called once"


async def pairs_(job, n):
    """A named tuple is a pair too."""
    pairs = await as_they_come(job, n)
    if not isinstance(pairs, list):
        return pairs
    return [tuple(pair) if isinstance(pair, tuple) else pair for pair in pairs]


run = observe(pairs_, jobs([4, 1, 2]), 3)
expect(run).took(4, hint="start all the jobs before you wait for one").nothing_left()
expect(run).that(
    len(run.calls) == 3, expected="3 calls", happened=f"{len(run.calls)}", hint="call each job once"
)
import random

random_ = random.Random(SEED)
for count in (0, 1, 6, 600):
    delays_ = random_.sample(range(10**6), count)
    results_ = random_.sample(range(10**9), count)
    run = observe(pairs_, jobs(delays_, results=results_), count)
    expect(run).took(max(delays_, default=0), hint="together they take as long as the longest")
    expect(run).without_threads().ran_at_most(8 * count + 10, hint="do not poll").that(
        len(run.calls) == count
        and run.result == [(i, results_[i]) for i in sorted(range(count), key=delays_.__getitem__)],
        expected=f"{count} calls, a pair for each, in the order of finishing",
        happened=f"{len(run.calls)} calls, {len(run.result)} pairs",
        hint="call each job once",
    )

# %% exercise="as_they_come" role="test" id="error" points=1 name="the first error comes out, and nothing is left"
run = observe(as_they_come, jobs([4, 1, 2], errors={2: OSError("no world")}), 3)
expect(run).raised(OSError, hint="let the error out")
expect(run).nothing_left(hint="`as_completed` leaves the others running: cancel them, and wait")
import asyncio
import random

random_ = random.Random(SEED)
for count in (1, 3, 6):
    delays_ = random_.sample(range(1, 10**6), count)
    early_ = min(range(count), key=delays_.__getitem__)
    late_ = max(range(count), key=delays_.__getitem__)
    errors_ = {late_: KeyError("late"), early_: ValueError("early")}
    run = observe(as_they_come, jobs(delays_, errors=errors_), count)
    expect(run).raised(ValueError, hint="the error that happens first is the one that comes out")
    expect(run).nothing_left(hint="after an error, cancel the others and wait for them")
late_first_ = jobs([9, 4, 2], errors={0: KeyError("late"), 2: ValueError("early")})
run = observe(as_they_come, late_first_, 3)
expect(run).raised(ValueError, hint="the error that happens first, whichever job it is of")
for kind_ in (TimeoutError, LookupError, AssertionError, EOFError, StopAsyncIteration):
    run = observe(as_they_come, jobs([3, 1], errors={1: kind_("no")}), 2)
    expect(run).raised(kind_, hint="whatever its type, the error comes out")


# Jobs 0 and 2 need some time to end when they are cancelled: their clean-up.
for clean_ups in ([2, 0, 2], [2, 0, 5], [10**5, 0, 2]):
    slow_to_end_ = jobs([10**6, 1, 10**6], errors={1: OSError("no world")}, clean_ups=clean_ups)
    run = observe(as_they_come, slow_to_end_, 3)
    expect(run).raised(OSError).jobs_ended(
        whole=True, hint="a job may need time to end: wait for all that you cancel"
    ).nothing_left()
    run = observe(as_they_come, jobs([10**6] * 3, clean_ups=clean_ups), 3, cancel_at=1)
    expect(run).cancelled(hint="let CancelledError out, when all jobs have ended").jobs_ended(
        hint="a job may need time to end, each another time: wait for all, then let it out"
    ).nothing_left()


async def strange_error_(kind, n):
    """Job 1 raises an error of this kind; say whether that comes out, and who works then."""

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    class Quit(BaseException):
        """An error that is no Exception."""

    group = ExceptionGroup("two at once", [OSError(), KeyError()])
    error = {"false": FalseError(), "no Exception": Quit(), "a group": group}[kind]
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
        await as_they_come(job, n)
    except BaseException as caught:
        return holds(caught), sorted(working)
    return "no error"


for kind in ("false", "no Exception", "a group"):
    run = observe(strange_error_, kind, 3)
    expect(run).returned(
        (True, []),
        hint="whatever error a job raises: that very one comes out, and the other jobs have ended",
    )
run = observe(as_they_come, jobs([4, 1, 2]), 3, cancel_at=1.5)
expect(run).cancelled(hint="let CancelledError out")
expect(run).nothing_left(hint="when you are cancelled, your tasks end too")

# %% [markdown]
# ### Exercise 3: `within`
#
# Write `within(job, n, seconds)`, a coroutine function that runs `job(0)` to `job(n - 1)` at once and
# gives them `seconds` seconds, more than 0. It returns a dict `{i: result}` of the jobs that have
# finished by then. `n` may be 0. The jobs do not fail, none ends exactly at `seconds`, and none that
# is cancelled returns something after all.
#
# - It returns when all jobs are done or when the time is over, whichever comes first.
# - The jobs that are not done are cancelled, and have ended when you return.
# - If `within` is cancelled before the time is over, `CancelledError` comes out, and none of its
#   tasks still runs.

# %% [markdown]
# <details><summary>Hint 1: how to wait that long</summary>
#
# Round 4: `asyncio.wait(tasks, timeout=seconds)` returns the tasks that are done and those that are
# not. It wants at least one task.
#
# </details>
#
# <details><summary>Hint 2: which result is whose?</summary>
#
# `done` is a set. Go over your own list instead, with `enumerate`, and ask each task whether it is done
# and not cancelled.
#
# </details>
#
# <details><summary>Hint 3: cleaning up</summary>
#
# In a `finally`, so that it also happens when you are cancelled: cancel each task and wait for all.
# `cancel()` on a task that is done does nothing. If you cancel before you collect the results, ask
# `task.cancelled()`.
#
# </details>

# %% exercise="within" role="answer"
import asyncio


async def within(job, n, seconds):
    """Return {i: result} of the jobs that have finished after so many seconds; stop the others."""
    ### BEGIN SOLUTION
    # Why: `asyncio.wait` with a time limit raises nothing and cancels nothing: what is done is
    # taken, and the `finally` cancels the others and waits for them. The results are taken before
    # that, and in the order of the tasks: the set `done` has none.
    tasks = [asyncio.create_task(job(i)) for i in range(n)]
    if not tasks:
        return {}
    try:
        await asyncio.wait(tasks, timeout=seconds)
        return {i: task.result() for i, task in enumerate(tasks) if task.done()}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    ### END SOLUTION


# %% exercise="within" role="test" id="results" points=2 name="gives the results of the jobs that are done in time"
run = observe(within, jobs([4, 1, 2], results=["a", "b", "c"]), 3, 2.5)
expect(run).returned({1: "b", 2: "c"}, hint="a task that is done gives its result; others none")
run = observe(within, jobs([]), 0, 3)
expect(run).returned({}, hint="`asyncio.wait` refuses an empty list: ask before").took(
    0, hint="without jobs all are done at once"
)
import random

random_ = random.Random(SEED)
for count in (1, 2, 5, 9):
    delays_ = random_.sample(range(40), count)
    results_ = random_.sample(range(10**9), count)
    seconds_ = random_.randrange(40) + 0.5
    run = observe(within, jobs(delays_, results=results_), count, seconds_)
    expect(run).returned(
        {i: results_[i] for i in range(count) if delays_[i] < seconds_},
        hint="those that are done in time, each under its own i",
    )
for results in ([None, 0], [False, ""]):
    run = observe(within, jobs([1, 2], results=results), 2, 3)
    expect(run).returned(dict(enumerate(results)), hint="None and 0 are results too")


import asyncio


async def several_at_once_(job, n, *calls):
    async def later(pause, seconds):
        await asyncio.sleep(pause)
        return await within(job, n, seconds)

    return list(await asyncio.gather(*[later(*each) for each in calls]))


job_ = jobs([4, 1, 2], results=["a", "b", "c"])
run = observe(several_at_once_, job_, 3, (0, 2.5), (0, 60), (1, 2.5))
expect(run).returned(
    [{1: "b", 2: "c"}, {0: "a", 1: "b", 2: "c"}, {1: "b", 2: "c"}],
    hint="two calls share nothing: keep everything in local variables",
).took(4)


# %% exercise="within" role="test" id="time" points=1 name="returns when all are done or the time is over"
run = observe(within, jobs([4, 1, 2]), 3, 2.5)
expect(run).finished().took(2.5, hint="when the time is over, do not wait for the job of 4 s")
run = observe(within, jobs([2, 1]), 2, 60)
expect(run).finished().took(2, hint="when all are done, do not wait for the time to be over")
run = observe(within, jobs([3, 10**7] + [5] * 300), 302, 10**6)
expect(run).finished().took(10**6, hint="all at once, and as many seconds as you are given")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (1, 4, 8):
    delays_ = random_.sample(range(1, 60), count)
    for seconds in (0.5, random_.randrange(60) + 0.5, 99.5):
        results_ = random_.sample(range(10**9), count)
        run = observe(within, jobs(delays_, results=results_), count, seconds)
        expect(run).took(min(seconds, max(delays_)), hint="all done, or the time over")
        expect(run).returned({i: r for i, r in enumerate(results_) if delays_[i] < seconds})
        expect(run).without_threads().ran_at_most(8 * count + 12, hint="do not poll")
### END HIDDEN TESTS

# %% exercise="within" role="test" id="left" points=1 name="the others are cancelled and have ended"
import asyncio

run = observe(within, jobs([4, 1, 2]), 3, 2.5)
expect(run).finished().nothing_left(hint="cancel what is not done, and wait until it has ended")
# Each job needs some seconds to end when it is cancelled: its clean-up.
run = observe(within, jobs([10, 10], clean_ups=[1, 1]), 2, 3)
expect(run).returned({}).took(
    4, hint="a task may need time to clean up: cancel it, then wait for it"
).jobs_ended(whole=True)
for clean_ups in ([1, 5, 3], [4, 2], [2, 10**5]):
    count_ = len(clean_ups)
    run = observe(within, jobs([10**6] * count_, clean_ups=clean_ups), count_, 3)
    expect(run).returned({}).jobs_ended(
        hint="one task may need longer to clean up than another: wait for all of them"
    ).nothing_left()


async def as_they_are_():
    """The results are an error, and a future that is never done."""
    values = [ValueError("a result"), asyncio.get_running_loop().create_future()]

    async def job(i):
        return values[i]

    return {i: each is values[i] for i, each in (await within(job, 2, 3)).items()}


run = observe(as_they_are_)
expect(run).returned(
    {0: True, 1: True},
    hint="an exception that a job returns is a result, and so is what could be awaited",
)
run = observe(within, jobs([4, 1, 2]), 3, 60, cancel_at=1.5)
expect(run).cancelled(hint="let CancelledError out")
expect(run).nothing_left(hint="also when you are cancelled, stop your tasks: try ... finally")
run = observe(within, jobs([10, 10], clean_ups=[2, 2]), 2, 60, cancel_at=1)
expect(run).cancelled().jobs_ended(
    whole=True, hint="also then a task may need time to end: wait for it"
).took(3).nothing_left()

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
# - [Running tasks concurrently](https://docs.python.org/3/library/asyncio-task.html#running-tasks-concurrently):
#   `gather`, and what it does with errors and cancellation.
# - [Waiting primitives](https://docs.python.org/3/library/asyncio-task.html#waiting-primitives): `wait`
#   and `as_completed`, with all their arguments.
# - [Task groups](https://docs.python.org/3/library/asyncio-task.html#task-groups): how a group ends, and
#   which errors it raises.
#
# **Next:** [09 · gather and nesting](09_gather_and_nesting.ipynb)
