# %% [markdown]
# # 06 · Tasks
#
# A task lets a coroutine run beside you: you will see what that saves, when it really begins, and
# what can get lost on the way.
#
# **You will be able to**
#
# - turn two waits one after the other into two at once, and say what that saves;
# - say when a task begins, and why nothing runs "in the background";
# - ask a task for its name, its state, its result and its error;
# - keep tasks and errors from getting lost.
#
# **Before:** [05 · The event loop](05_event_loop.ipynb) ·
# **Next:** [07 · Callbacks and results](07_callbacks_and_results.ipynb)

# %%
import asyncio
import gc
import subprocess
import sys
import time

from looplab import SEED, check, compare, enable, expect, jobs, observe, predict

enable(legacy=True)  # also runs what newer Pythons have removed


async def say_after(delay, what):
    await asyncio.sleep(delay)
    return what


# %% [markdown]
# ## 1. One after the other
#
# `hello` takes 2 seconds, `world` takes 1. In `observe` the event loop's clock starts at 0, so
# `loop.time()` says how many seconds have passed.
#
# **Predict.** At which second is `hello` printed, at which `world`, and when does `main` end?

# %%
predict(
    "",
    A="world at 1 s, hello at 2 s, the end at 2 s",
    B="hello at 2 s, world at 2 s, the end at 2 s",
    C="hello at 2 s, world at 3 s, the end at 3 s",
    right="C",
)


# %%
async def main():
    loop = asyncio.get_running_loop()
    print(await say_after(2, "hello"), f"at {loop.time():g} s")
    print(await say_after(1, "world"), f"at {loop.time():g} s")


one_by_one = observe(main)
one_by_one.timeline()

# %% [markdown]
# **What happened.** `hello` came after 2 seconds, and `world` 1 second later, at 3. The second
# call of `say_after` was made only when the first had returned. (You may find this program with a
# text that says "wait 1 second, then another 2": in the code it is 2 first, then 1.)
#
# ## 2. Two tasks
#
# `asyncio.create_task` makes a task of a coroutine object and returns at once. The event loop will
# run it as soon as it has control.
#
# **Predict.** When does `main` end now? At which second does the task `world` end, and at which
# second is `world` printed?

# %%
predict(
    "",
    A="main ends at 2 s; world ends at 1 s and is printed at 1 s",
    B="main ends at 2 s; world ends at 1 s and is printed at 2 s",
    C="main ends at 3 s; world ends at 3 s and is printed at 3 s",
    right="B",
)


# %%
async def main():
    loop = asyncio.get_running_loop()
    task1 = asyncio.create_task(say_after(2, "hello"), name="hello")
    task2 = asyncio.create_task(say_after(1, "world"), name="world")
    print(await task1, f"at {loop.time():g} s")
    print(await task2, f"at {loop.time():g} s")


as_tasks = observe(main)
compare(one_by_one, as_tasks, names=["one by one", "as tasks"])

# %% [markdown]
# **What happened.** Both wait at the same time, so it takes as long as the longer one: 2 seconds and
# not 3. The task `world` ended at 1 second. It was *printed* at 2 seconds, because `main` waited for
# `task1` first. When `main` came to `await task2`, the task had long ended, and gave its result
# without a wait. `await task1` holds up the function in which it stands, and nobody else.

# %% [markdown]
# ## 3. When does a task begin?
#
# `create_task` puts the task's first step into the event loop's queue. The step runs when the event
# loop has control, so not before the current task waits. (From Python 3.12 on a program may set
# `asyncio.eager_task_factory`, and from 3.14 on write `create_task(..., eager_start=True)`: then
# the first step runs inside the call.) Here `main` makes a task and then is busy for 2 seconds,
# once with a wait, once with work that keeps the thread.
#
# **Predict.** The task itself needs 1 second. How long does each program take?

# %%
predict(
    "",
    A="2 s and 2 s: the task runs in the background",
    B="3 s and 3 s: a task begins when it is awaited",
    C="2 s and 3 s",
    D="1 s and 3 s",
    right="C",
)


# %%
async def begins(what):
    print(what, f"begins at {asyncio.get_running_loop().time():g} s")
    return await say_after(1, what)


async def waits():
    task = asyncio.create_task(begins("hello"), name="hello")
    await asyncio.sleep(2)
    await task


async def works():
    task = asyncio.create_task(begins("hello"), name="hello")
    time.sleep(2)
    await task


waiting, working = observe(waits), observe(works)
compare(waiting, working, names=["main waits", "main works"])

# %% [markdown]
# **What happened.** In the first program the task began at 0 seconds, and all was done after 2. In the
# second it began at 2 seconds: while `main` worked it stood ready, and nobody gave it a turn. So the
# whole took 3 seconds.
#
# A task is often said to run "in the background". There is no background: there is one thread, and
# whoever runs has it until the next `await` that waits.

# %% [markdown]
# ## 4. What a task knows
#
# A task has a name and a state, and when it has ended it keeps the result, or the error.
#
# ```mermaid
# stateDiagram-v2
#     accTitle: The states of a task
#     accDescr: A task that has not ended is pending: ready, running or waiting. It is ready first. The loop gives it a turn, an await that waits ends the turn, and what it waited for makes it ready again. It ends finished, with a result or an error, or cancelled.
#     direction LR
#     [*] --> pending: create_task
#     state pending {
#         direction LR
#         [*] --> ready
#         ready --> running: its turn
#         running --> waiting: await
#         waiting --> ready: it is done
#     }
#     pending --> finished: a result, or an error
#     pending --> cancelled: a CancelledError
# ```
#
# **Predict.** The task `fails` raises an error at 1 second. `main` awaits it at 3 seconds. When does
# `main` learn of the error: at 1 second or at 3?

# %%
predict(
    "",
    A="at 1 second: the error interrupts its sleep",
    B="at 3 seconds",
    C="never: the error stays in the task",
    right="B",
)


# %%
async def fail_after(delay):
    await asyncio.sleep(delay)
    raise ValueError("no luck")


async def main():
    loop = asyncio.get_running_loop()
    good = asyncio.create_task(say_after(1, "hello"), name="good")
    bad = asyncio.create_task(fail_after(1), name="fails")
    print("done at 0 s:", good.done(), bad.done())
    await asyncio.sleep(3)
    print("done at 3 s:", good.done(), bad.done())
    print(good.get_name(), "has the result", good.result())
    try:
        await bad
    except ValueError as error:
        print(f"{bad.get_name()}: {error}, learnt at {loop.time():g} s")
    print("and it keeps it:", repr(bad.exception()))


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** At 3 seconds. The error ended the task at 1 second, and no one else: it was kept
# in the task until somebody asked. `await`, `result()` and `exception()` are the three ways to ask.
# The first two raise the error, the third returns it.
#
# Only `await` waits for the end: before it, `result()` and `exception()` raise an `InvalidStateError`.

# %% [markdown]
# ## Then and now
#
# ### Then: `ensure_future`
#
# Before Python 3.7 a task was made with `asyncio.ensure_future`, often before any event loop ran.
#
# **Predict.** Of which class is the object that `ensure_future` gives?

# %%
predict(
    "",
    A="Task",
    B="Future",
    C="coroutine",
    right="A",
)


# %%
def then():
    task = asyncio.ensure_future(say_after(2, "hello"))
    print(type(task).__name__)
    loop = asyncio.get_event_loop()
    print(loop.run_until_complete(task))
    loop.close()


old = observe(then)
print(*old.warnings, sep="\n")

# %% [markdown]
# **What happened.** It is a `Task`: given a coroutine object, `ensure_future` calls the loop's
# `create_task`. Outside of a running loop it asks `get_event_loop`. If no loop is set, Python 3.11
# makes one in silence, 3.12 and 3.13 make one with a warning, and 3.14 raises a `RuntimeError`.
# (The warning printed above is LoopLab's.)
#
# `ensure_future` is still there, for code that is given *something awaitable* and needs a future.
# It returns a future or a task unchanged, and puts any other awaitable into a task. `create_task`
# takes coroutine objects, and nothing else. (Up to Python 3.11 it also took a generator.)


# %%
async def main():
    future = asyncio.get_running_loop().create_future()
    print("a future comes back as it is:", asyncio.ensure_future(future) is future)
    task = asyncio.create_task(say_after(1, "hello"))
    print("so does a task:", asyncio.ensure_future(task) is task)
    future.set_result("world")
    print(await task, await future)
    asyncio.create_task(future)


run = observe(main)
print("create_task refuses a future:", run.error.type)

# %% [markdown]
# ### Now: a group that waits
#
# Since Python 3.11 `async with asyncio.TaskGroup()` holds tasks together. At the end of the block
# it waits for all of them. If one fails, it cancels the others, and the block itself if that still
# waits for something: the lines below its `await` are not run. It waits for all that it has
# cancelled, and raises the error in an `ExceptionGroup`. None can get lost. (`async with` is a `with`
# that may wait where its block begins and where it ends. An `ExceptionGroup` is an exception that
# holds others, in its `exceptions`; `except* ValueError as errors:` catches those that are a
# `ValueError`.)
#
# **Predict.** At which second does `main` go on behind the block, and which of the two lines is
# printed first?

# %%
predict(
    "",
    A="at 2 s; the block has come to its end is first",
    B="at 0 s; the block has come to its end is first",
    C="at 2 s; hello world is first",
    D="at 3 s; hello world is first",
    right="A",
)


# %%
async def main():
    async with asyncio.TaskGroup() as group:
        hello = group.create_task(say_after(2, "hello"), name="hello")
        world = group.create_task(say_after(1, "world"), name="world")
        print("the block has come to its end")
    print(hello.result(), world.result())


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The end of the block is reached at 0 seconds, and left at 2: there `main` waits for
# both tasks. Behind the block both have ended, so `result()` has something to give.
#
# | what | then | now |
# |---|---|---|
# | make a task | `asyncio.ensure_future(work)` | `asyncio.create_task(work)` |
# | where | anywhere, with a loop found or made | where an event loop runs |
# | wait for several | `await` each, or `gather` | `async with asyncio.TaskGroup()` |

# %% [markdown]
# ## What breaks
#
# ### An error that nobody looked at
#
# `main` makes a task, does not await it, and ends. The task's error is seen by no one. When Python
# deletes the task it says `Task exception was never retrieved`, to the log, at some later time. In a
# notebook that can be much later, because a variable of a cell may keep the task. The record
# knows it at once.


# %%
async def main():
    asyncio.create_task(fail_after(1), name="fails")
    await asyncio.sleep(2)
    print("all is well, says main")


run = observe(main)
for lost in run.lost:
    print("lost:", lost.kind, "of task", lost.name, "·", lost.text)

# %% [markdown]
# ### A task that nobody holds
#
# The event loop holds what is in its queue and its timers, and its list of all tasks is *weak*:
# being in it keeps no task alive. A task that waits for something that only it knows is held by
# nobody. The *garbage collector*, which deletes objects that nobody can reach, may take it, in the
# middle of its work. (`gc.collect()` runs it at once.) Python then says `Task was destroyed but it
# is pending!`.
#
# Often you do not see it, because a task in `asyncio.sleep` is held by its timer. So it works in
# the test, and fails in the long run.


# %%
async def parked():
    answer = asyncio.get_running_loop().create_future()
    await answer
    print("this line is never reached")


async def main():
    asyncio.create_task(parked(), name="parked")
    await asyncio.sleep(1)
    print("tasks:", len(asyncio.all_tasks()))
    gc.collect()
    print("tasks:", len(asyncio.all_tasks()))


run = observe(main)
for lost in run.lost:
    print("lost:", lost.kind, lost.name, "· waited for", lost.text)

# %% [markdown]
# Keep what `create_task` returns: in a variable for as long as you need the task, in a set, or in a
# `TaskGroup`.
#
# ### What Python says of all this
#
# Without a record you have only what Python prints, some time later. The cell runs a script in a
# Python of its own, and shows its messages. The script makes three mistakes: a coroutine that is not
# awaited (lesson 01), and the two above.


# %% tags=["varies"]
SCRIPT = """
import asyncio, gc

async def say_after(delay, what):
    await asyncio.sleep(delay)
    raise ValueError(f"no {what}")

async def parked():
    await asyncio.get_running_loop().create_future()

async def main():
    say_after(1, "hello")
    asyncio.create_task(say_after(0.01, "world"), name="fails")
    asyncio.create_task(parked(), name="parked")
    await asyncio.sleep(0.05)
    gc.collect()

asyncio.run(main())
"""
told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
for line in told.stderr.splitlines():
    if not line.startswith(" "):  # the inner lines of a traceback
        print(line)

# %% [markdown]
# `coroutine 'say_after' was never awaited`: somebody called it, mostly in the line that is named or a
# little before, and an `await` is missing. `Task exception was never retrieved`: a task has failed, and
# nobody awaited it; its name and the error are below. `Task was destroyed but it is pending!`: a task
# that still waited was lost; nobody kept it, or its loop was closed too early.
#
# ### An `await` too early
#
# Both tasks are there, and still it takes 3 seconds. The second one is made only when the first has
# ended. Make all of them first, and await them then.


# %%
async def main():
    for delay, what in [(2, "hello"), (1, "world")]:
        task = asyncio.create_task(say_after(delay, what), name=what)
        await task


run = observe(main)
run.timeline()

# %% [markdown]
# ## Your turn
#
# ### Exercise 1: `say_both`
#
# Write `say_both(say_after)`. It is given an async function. It runs `say_after(2, "hello")` and
# `say_after(1, "world")` at the same time, and returns the list of what the two returned, the one
# of `hello` first.
#
# - Each is called once. No threads are used.
# - It takes as long as the longer of the two, and both have ended when it returns.
# - In the tests `say_after` does not fail, and takes a time of its own.

# %% [markdown]
# <details><summary>Hint 1: it takes as long as both together?</summary>
#
# `await say_after(...)` runs it to its end before the next line. Make two tasks first.
#
# </details>
#
# <details><summary>Hint 2: the order</summary>
#
# The order in which you await the tasks does not depend on the order in which they end.
#
# </details>


# %% exercise="say_both" role="answer"
async def say_both(say_after):
    """Run say_after(2, "hello") and say_after(1, "world") at once, and return both results."""
    ### BEGIN SOLUTION
    # Why: Both tasks are made before the first `await`, so they wait at the same time. Who awaits
    # the call of the first before making the second waits for three seconds, and not for two.
    first = asyncio.create_task(say_after(2, "hello"))
    second = asyncio.create_task(say_after(1, "world"))
    return [await first, await second]
    ### END SOLUTION


# %% exercise="say_both" role="test" id="results" points=1 name="returns both results in order"
import asyncio


async def results_(hello, world):
    calls = []
    seconds = {"hello": hello, "world": world}

    async def say_after(delay, what):
        calls.append((delay, what))
        await asyncio.sleep(seconds[what])
        return f"{what} after {seconds[what]}"

    return await say_both(say_after), sorted(calls)


calls_ = [(1, "world"), (2, "hello")]
run = observe(results_, 2, 1)
expect(run).returned(
    (["hello after 2", "world after 1"], calls_),
    hint="call it with (2, 'hello') and (1, 'world'), and return what comes back, hello first",
)
import random

random_ = random.Random(SEED)
for _ in range(2):
    a_, b_ = random_.sample(range(1, 1000), 2)
    run = observe(results_, a_, b_)
    expect(run).returned(
        ([f"hello after {a_}", f"world after {b_}"], calls_),
        hint="what say_after returned, whichever ends first",
    )


async def any_results_(hello, world, seconds):
    calls = []

    async def say_after(delay, what):
        calls.append(what)
        await asyncio.sleep(seconds[what])
        return hello if what == "hello" else world

    return await say_both(say_after), sorted(calls)


for hello_, world_ in [("z", "a"), (7, 7), (None, 0), ("world", "hello"), ([], None)]:
    for a_, b_ in ((1, 2), (2, 1), (3, 3)):
        run = observe(any_results_, hello_, world_, {"hello": a_, "world": b_})
        expect(run).returned(
            ([hello_, world_], ["hello", "world"]),
            hint="whatever the two return: keep the place of each, do not sort, and call no more",
        )


async def several_at_once_(numbers):
    def say_after_of(number):
        async def say_after(delay, what):
            await asyncio.sleep(number if what == "hello" else 10 - number)
            return f"{what} {number}"

        return say_after

    return list(await asyncio.gather(*[say_both(say_after_of(number)) for number in numbers]))


numbers_ = [1, 9, 4] * 10
run = observe(several_at_once_, numbers_)
expect(run).returned(
    [[f"hello {number}", f"world {number}"] for number in numbers_],
    hint="several calls may run at once: keep the tasks in local variables",
).took(9, hint="several calls may run at once, and none waits for another")


async def as_they_are_():
    """Return an error, and a future that is never done."""
    error, future = ValueError("returned"), asyncio.get_running_loop().create_future()

    async def say_after(seconds, word):
        await asyncio.sleep(1)
        return error if word == "hello" else future

    hello, world = await say_both(say_after)
    return hello is error, world is future


run = observe(as_they_are_)
expect(run).returned(
    (True, True),
    hint="`say_after(2, 'hello')`, without names; what it returned is the result, whatever it is",
)


# %% exercise="say_both" role="test" id="time" points=1 name="waits for both at the same time"
import asyncio


async def both_(hello, world):
    async def say_after(delay, what):
        await asyncio.sleep(hello if what == "hello" else world)
        return what

    return await say_both(say_after)


run = observe(both_, 2, 1)
expect(run).finished().took(2, hint="make both tasks before you await one").without_threads()
for a_, b_ in [(0.25, 0.5), (0, 0)]:
    run = observe(both_, a_, b_)
    expect(run).finished().took(max(a_, b_), hint="no longer than `say_after` takes, twice at once")
import random

random_ = random.Random(SEED)
for _ in range(2):
    a_, b_ = random_.sample(range(1, 10**6), 2)
    run = observe(both_, a_, b_)
    expect(run).finished().took(max(a_, b_), hint="as long as the longer of the two")
    expect(run).ran_at_most(40, hint="wait for the tasks, and do not look in between")
    expect(run).without_threads()
### BEGIN HIDDEN TESTS


async def both_jobs_(job):
    async def say_after(delay, what):
        return await job(0 if what == "hello" else 1)

    return await say_both(say_after)


results_ = random_.sample(range(10**9), 2)
run = observe(both_jobs_, jobs([a_, b_], results=results_))
expect(run).returned(results_).took(max(a_, b_), hint="as long as the longer of the two").that(
    [call.start for call in run.calls] == [0, 0],
    expected="both begin at once",
    happened=f"they began at {[call.start for call in run.calls]}",
    hint="make both tasks before you await one",
).jobs_ended()
### END HIDDEN TESTS


# %% exercise="say_both" role="test" id="left" points=1 name="leaves nothing behind"
import asyncio


async def ended_(hello, world):
    ended = []

    async def say_after(delay, what):
        await asyncio.sleep(hello if what == "hello" else world)
        ended.append(what)
        return what

    await say_both(say_after)
    return sorted(ended)


run = observe(ended_, 2, 1)
expect(run).returned(["hello", "world"], hint="both have ended when say_both returns")
expect(run).nothing_left()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
a_, b_ = sorted(random_.sample(range(1, 1000), 2))
for first_, second_ in [(a_, b_), (b_, a_)]:
    run = observe(ended_, first_, second_)
    expect(run).returned(["hello", "world"], hint="wait for both, whichever takes longer")
    expect(run).nothing_left()
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `outcomes`
#
# Write `outcomes(jobs)`. `jobs` is a list of async functions without arguments. It runs all of them at
# the same time, waits for all of them, and returns a list with one pair for each job, in the order of
# the list: `("ok", value)` for a job that returned, and `("error", name)` for one that raised, with
# the name of the error's class, such as `"ValueError"`.
#
# - Each job is called once, and an error of one does not stop the others. A function that stands in
#   the list twice is two jobs. No threads are used.
# - In the tests no job returns an exception object. Several calls of `outcomes` may run at the same
#   time.
# - Only `Exception` and its subclasses are errors of jobs here. If `outcomes` itself is cancelled,
#   `CancelledError` comes out of it.

# %% [markdown]
# <details><summary>Hint 1: at the same time</summary>
#
# Make a task for each job, and keep the tasks in a list. Then go through the list.
#
# </details>
#
# <details><summary>Hint 2: an error for each</summary>
#
# `try` and `except` belong into the loop, around the `await` of one task. `type(error).__name__` is the
# name of its class. If you ask `task.exception()` instead, compare it with `is not None`: an error may
# be false, as a container that is empty is.
#
# </details>


# %% exercise="outcomes" role="answer"
async def outcomes(jobs):
    """Run all jobs at once, and return ("ok", value) or ("error", name) for each."""
    ### BEGIN SOLUTION
    # Why: All tasks begin before the first is awaited, and each has a `try` of its own, so that an
    # error of one says nothing about the next. `except Exception` lets a cancellation out: that is
    # not an error of a job.
    tasks = [asyncio.create_task(job()) for job in jobs]
    told = []
    for task in tasks:
        try:
            told.append(("ok", await task))
        except Exception as error:
            told.append(("error", type(error).__name__))
    return told
    ### END SOLUTION


# %% exercise="outcomes" role="test" id="told" points=2 name="tells the outcome of each job in order"
import asyncio


async def told_(cases):
    """Each case: seconds, and a value or the name of an error."""
    calls = []

    def job_of(number, delay, value, error):
        async def job():
            calls.append(number)
            if delay:
                await asyncio.sleep(delay)
            if error:
                raise {"ValueError": ValueError, "KeyError": KeyError, "OSError": OSError}[error]
            return value

        return job

    told = await outcomes([job_of(number, *case) for number, case in enumerate(cases)])
    if isinstance(told, list):  # a named tuple is a pair too
        told = [tuple(pair) if isinstance(pair, tuple) else pair for pair in told]
    return told, sorted(calls)


run = observe(told_, [(2, "hello", ""), (1, "", "ValueError"), (3, "world", "")])
expect(run).returned(
    ([("ok", "hello"), ("error", "ValueError"), ("ok", "world")], [0, 1, 2]),
    hint="one pair for each job, in the order of the list",
)
expect(run).nothing_left()
import random

random_ = random.Random(SEED)
for size_ in (0, 1, 2, random_.randint(4, 12)):
    errors_ = ["", "ValueError", "KeyError", "OSError"]
    cases_ = [
        (random_.randint(0, 50), random_.randint(1, 10**6), random_.choice(errors_))
        for _ in range(size_)
    ]
    run = observe(told_, cases_)
    expected_ = [("error", error) if error else ("ok", value) for _, value, error in cases_]
    expect(run).returned(
        (expected_, list(range(size_))), hint="each job is called once, and has its own pair"
    )
    expect(run).nothing_left()
cases_ = [(1, 0, "KeyError"), (1, None, ""), (0, 0, "OSError"), (5, 0, "KeyError"), (2, [], "")]
run = observe(told_, cases_)
expect(run).returned(
    (
        [
            ("error", "KeyError"),
            ("ok", None),
            ("error", "OSError"),
            ("error", "KeyError"),
            ("ok", []),
        ],
        [0, 1, 2, 3, 4],
    ),
    hint="several may fail, and None and an empty list are values",
)


class Refused_(ValueError):
    pass


async def other_errors_():
    class Unheard(Exception):
        def __bool__(self):
            return False

        def __repr__(self):
            return "nobody hears it"

    async def call():
        raise Unheard

    async def fail_twice():
        raise ExceptionGroup("two at once", [ValueError(), KeyError()])

    async def refuse():
        raise Refused_("no")

    async def find():
        await asyncio.sleep(1)
        raise FileNotFoundError

    async def give_up():
        async with asyncio.timeout(1):
            await asyncio.sleep(2)

    told = await outcomes([refuse, find, give_up, call, fail_twice])
    return [tuple(pair) for pair in told]


run = observe(other_errors_)
names_ = ["Refused_", "FileNotFoundError", "TimeoutError", "Unheard", "ExceptionGroup"]
expect(run).returned(
    [("error", name) for name in names_],
    hint="catch every Exception; `type(error).__name__` is the name of its own class; and an error "
    "may be false: ask whether it `is not None`",
)


async def one_function_(times):
    calls = []

    async def job():
        calls.append("job")
        number = len(calls)
        await asyncio.sleep(10 - number)
        if number % 2:
            raise ValueError(number)
        return number

    return sorted(tuple(pair) for pair in await outcomes([job] * times))


run = observe(one_function_, 4)
expect(run).returned(
    [("error", "ValueError"), ("error", "ValueError"), ("ok", 2), ("ok", 4)],
    hint="one function may stand in the list several times: its place tells the pairs apart",
)


async def cancelled_(times):
    async def job():
        await asyncio.sleep(9)

    telling = asyncio.create_task(outcomes([job] * times))
    await asyncio.sleep(1)
    telling.cancel()
    await asyncio.sleep(20)
    return telling.cancelled()


for times in (1, 3):
    run = observe(cancelled_, times)
    expect(run).returned(
        True, hint="catch Exception, and nothing wider: your own CancelledError has to come out"
    )


async def two_at_once_(one, other):
    both = await asyncio.gather(told_(one), told_(other))
    return [told for told, _ in both]


run = observe(two_at_once_, [(2, "a", ""), (1, 0, "KeyError")], [(1, "b", ""), (3, "c", "")])
expect(run).returned(
    [[("ok", "a"), ("error", "KeyError")], [("ok", "b"), ("ok", "c")]],
    hint="make a new list in each call: several may run at once",
)


# %% exercise="outcomes" role="test" id="time" points=1 name="runs all jobs at the same time"
import asyncio


async def at_once_(delays):
    def job_of(delay, fails):
        async def job():
            await asyncio.sleep(delay)
            if fails:
                raise ValueError
            return delay

        return job

    told = await outcomes([job_of(delay, delay % 2 == 0) for delay in delays])
    return len(told)


run = observe(at_once_, [2, 1, 4])
expect(run).returned(3).took(4, hint="as long as the longest job").without_threads()
import random

random_ = random.Random(SEED)
for size_ in (1, 2, random_.randint(4, 12), 300):
    delays_ = random_.sample(range(1, 10**6), size_)
    run = observe(at_once_, delays_)
    expect(run).returned(size_).took(max(delays_), hint="make all tasks before you await one")
    expect(run).ran_at_most(20 * size_ + 20, hint="wait for the tasks, do not look in between")
    expect(run).without_threads()
### BEGIN HIDDEN TESTS


async def of_jobs_(job, n):
    def job_of(i):
        async def one():
            return await job(i)

        return one

    return [tuple(pair) for pair in await outcomes([job_of(i) for i in range(n)])]


delays_, results_ = random_.sample(range(1, 1000), 4), random_.sample(range(10**9), 4)
run = observe(of_jobs_, jobs(delays_, results=results_, errors={2: KeyError("no")}), 4)
told_ = [("ok", result) for result in results_]
expect(run).returned([*told_[:2], ("error", "KeyError"), told_[3]]).jobs_ended()
expect(run).took(max(delays_), hint="make all tasks before you await one")
### END HIDDEN TESTS


# %% exercise="outcomes" role="test" id="looked" points=1 name="leaves no error that nobody looked at"
import asyncio


async def failing_(delays):
    def job_of(delay):
        async def job():
            await asyncio.sleep(delay)
            raise ValueError(delay)

        return job

    told = await outcomes([job_of(delay) for delay in delays])
    return [tuple(pair) for pair in told]


run = observe(failing_, [2, 1])
expect(run).returned([("error", "ValueError")] * 2, hint="ask every task for its error")
expect(run).nothing_left().that(
    not run.lost,
    expected="somebody asks each task for its error",
    happened=f"errors that nobody looked at: {len(run.lost)}",
    hint="`await`, `result()` and `exception()` ask; to look at its representation does not",
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
delays_ = [random_.randint(0, 20) for _ in range(random_.randint(3, 9))]
run = observe(failing_, delays_)
expect(run).returned([("error", "ValueError")] * len(delays_), hint="ask every task for its error")
expect(run).nothing_left().that(
    not run.lost,
    expected="somebody asks each task for its error",
    happened=f"errors that nobody looked at: {len(run.lost)}",
    hint="ask every task, not only the first that fails",
)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `Background`
#
# Write the class `Background`, for work that goes on while nobody awaits it. `start(coroutine)` makes
# a task of the coroutine object, keeps it, and returns it. `running()` returns how many of
# the started tasks have not ended. `await wait()` gives `None` when all have ended, those too that were
# started while it waited.
#
# - The object keeps its tasks alive, also those that nobody else knows.
# - An error of a task stays in the task, and so does its end when somebody cancels it: `wait` raises
#   neither, and leaves the others alone.
# - `wait()` of an object without tasks returns at once. Several may wait at the same time. When it has
#   returned, more tasks may be started, and waited for. If `wait` is cancelled, `CancelledError`
#   comes out of it.
# - Each object counts its own tasks, and waits for these. Others may run beside them.

# %% [markdown]
# <details><summary>Hint 1: to keep a task</summary>
#
# A set in the object is enough, made in `__init__`. With `task.add_done_callback(tasks.discard)` a task
# leaves the set when it has ended. Otherwise it stays in memory, and its result with it.
#
# </details>
#
# <details><summary>Hint 2: to wait without raising</summary>
#
# `asyncio.wait(tasks)` waits for all of them, and raises no error of theirs. It does not take an empty
# set.
#
# </details>
#
# <details><summary>Hint 3: those that come later</summary>
#
# When the wait has ended, look again whether somebody is running, and if so, wait again.
#
# </details>


# %% exercise="Background" role="answer"
class Background:
    """Tasks that go on while nobody awaits them."""

    def __init__(self):
        ### BEGIN SOLUTION
        # Why: The loop itself holds tasks only weakly, so the set keeps them, and the callback lets
        # go of those that have ended. `wait` looks again, since tasks may be started while it
        # waits; `asyncio.wait` raises no error of a task.
        self.tasks = set()
        ### END SOLUTION

    def start(self, coroutine):
        """Make a task of the coroutine, keep it, and return it."""
        ### BEGIN SOLUTION
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task
        ### END SOLUTION

    def running(self):
        """Return how many tasks have not ended."""
        ### BEGIN SOLUTION
        return sum(not task.done() for task in self.tasks)
        ### END SOLUTION

    async def wait(self):
        """Return when all tasks have ended."""
        ### BEGIN SOLUTION
        while self.running():
            await asyncio.wait(self.tasks)
        ### END SOLUTION


# %% exercise="Background" role="test" id="keeps" points=2 name="keeps its tasks alive"
import asyncio
import gc
import weakref


async def kept_(number):
    async def parked():
        await asyncio.get_running_loop().create_future()

    background = Background()
    tasks = [weakref.ref(background.start(parked())) for _ in range(number)]
    await asyncio.sleep(1)
    gc.collect()
    alive = [task() for task in tasks]
    running = background.running()
    try:
        return [task is not None for task in alive], running
    finally:
        for task in alive:
            if task is not None:
                task.cancel()
        await asyncio.sleep(1)


run = observe(kept_, 1)
expect(run).returned(
    ([True], 1), hint="the event loop holds tasks weakly: put them into a list or a set"
)
### BEGIN HIDDEN TESTS
import random

for number_ in (0, 2, random.Random(SEED).randint(3, 9)):
    run = observe(kept_, number_)
    expect(run).returned(([True] * number_, number_), hint="keep every task, not only the last one")
### END HIDDEN TESTS


# %% exercise="Background" role="test" id="running" points=1 name="counts those that run"
import asyncio


async def counts_(delays):
    async def work(delay):
        await asyncio.sleep(delay)

    background = Background()
    counts = [background.running()]
    tasks = [background.start(work(delay)) for delay in delays]
    counts.append(background.running())
    kinds = [isinstance(task, asyncio.Task) for task in tasks]
    last = 0
    for delay in sorted(delays):
        await asyncio.sleep(delay - last + 0.5)
        last = delay + 0.5
        counts.append(background.running())
    return counts, kinds


run = observe(counts_, [2, 1])
expect(run).returned(
    ([0, 2, 1, 0], [True, True]), hint="start returns the task, and running counts who is not done"
)
import random

delays_ = random.Random(SEED).sample(range(1, 100), 5)
run = observe(counts_, delays_)
expect(run).returned(
    ([0, 5, 4, 3, 2, 1, 0], [True] * 5), hint="a task that has ended does not run any more"
)


async def others_run_too_():
    one, other = Background(), Background()
    alone = asyncio.create_task(asyncio.sleep(3))
    one.start(asyncio.sleep(1))
    for _ in range(2):
        other.start(asyncio.sleep(2))
    counts = [(one.running(), other.running())]
    await one.wait()
    counts.append((one.running(), other.running()))
    await other.wait()
    counts.append((one.running(), other.running()))
    alone.cancel()
    return counts


run = observe(others_run_too_)
expect(run).returned(
    [(1, 2), (0, 2), (0, 0)],
    hint="each object keeps tasks of its own: make the list or set in `__init__`",
)


async def cancelled_at_once_():
    background = Background()
    working = background.start(asyncio.sleep(2))
    coroutine = asyncio.sleep(2)
    background.start(coroutine).cancel()
    await asyncio.sleep(1)
    coroutine.close()  # where it has never begun
    return background.running(), working.done()


run = observe(cancelled_at_once_)
expect(run).returned(
    (1, False), hint="a task that was cancelled before it began has ended too: ask `done()`"
)


# %% exercise="Background" role="test" id="wait" points=2 name="waits for all of them"
import asyncio


async def waited_(delays, later):
    """Start tasks, and one of them starts another one when it ends."""
    ended = []

    async def work(delay):
        await asyncio.sleep(delay)
        ended.append(delay)

    async def starts_another(delay):
        await work(delay)
        background.start(work(later))

    background = Background()
    for delay in delays[:-1]:
        background.start(work(delay))
    for delay in delays[-1:]:
        background.start(starts_another(delay))
    result = await background.wait()
    return result, background.running(), len(ended)


run = observe(waited_, [2, 1], 5)
expect(run).returned((None, 0, 3), hint="when the wait has ended, look whether new ones have come")
expect(run).took(6, hint="a task that was started at 1 s, for 5 s").nothing_left()
run = observe(waited_, [], 5)
expect(run).returned((None, 0, 0), hint="without tasks there is nothing to wait for").took(0)
import random

random_ = random.Random(SEED)
for _ in range(2):
    delays_ = random_.sample(range(1, 1000), random_.randint(1, 6))
    later_ = random_.randint(1, 1000)
    run = observe(waited_, delays_, later_)
    expect(run).returned((None, 0, len(delays_) + 1), hint="wait until nobody runs any more")
    expect(run).took(max(*delays_, delays_[-1] + later_), hint="not longer than the last of them")
    expect(run).ran_at_most(100, hint="wait for the tasks, and do not look again and again")
    expect(run).nothing_left()


async def chain_(length, rounds):
    """Start a task that starts the next one, and so on; wait; and that several times."""
    ended = []

    async def work(left):
        await asyncio.sleep(1)
        if left > 1:
            background.start(work(left - 1))
        ended.append(left)

    background = Background()
    seen = []
    for _ in range(rounds):
        background.start(work(length))
        await background.wait()
        seen.append(len(ended))
    return seen


length_ = random_.randint(30, 40)
run = observe(chain_, length_, 3)
expect(run).returned(
    [length_, 2 * length_, 3 * length_],
    hint="look again after each wait until nobody runs; and the object can be used again",
)
expect(run).took(3 * length_, hint="wait until the last task of the chain has ended").nothing_left()


async def two_wait_(delays):
    background, loop = Background(), asyncio.get_running_loop()
    for delay in delays:
        background.start(asyncio.sleep(delay))

    async def waiter():
        await background.wait()
        return loop.time()

    return list(await asyncio.gather(waiter(), waiter()))


delays_ = random_.sample(range(1, 100), 3)
run = observe(two_wait_, delays_)
expect(run).returned([float(max(delays_))] * 2, hint="several may wait at the same time")


async def cancelled_():
    background = Background()
    background.start(asyncio.sleep(9))
    waiting, other = [asyncio.create_task(background.wait()) for _ in range(2)]
    await asyncio.sleep(1)
    waiting.cancel()
    await asyncio.sleep(20)
    return waiting.cancelled(), other.done() and not other.cancelled() and other.result() is None


run = observe(cancelled_)
expect(run).returned(
    (True, True),
    hint="do not catch CancelledError around an await: it may be meant for you; and who waits "
    "beside you hears nothing of it: a future that several await is cancelled with the first",
)
### BEGIN HIDDEN TESTS


async def waited_for_jobs_(job, n):
    background = Background()
    for i in range(n):
        background.start(job(i))
    await background.wait()
    return background.running()


delays_ = random_.sample(range(1, 1000), 5)
run = observe(waited_for_jobs_, jobs(delays_), 5)
expect(run).returned(0).took(max(delays_), hint="until the last of them has ended").jobs_ended()
### END HIDDEN TESTS


# %% exercise="Background" role="test" id="errors" points=1 name="leaves errors in their tasks"
import asyncio


async def failing_(delays):
    async def fail(delay):
        await asyncio.sleep(delay)
        raise ValueError(delay)

    async def work(delay):
        await asyncio.sleep(delay)

    background = Background()
    bad = [background.start(fail(delay)) for delay in delays]
    good = background.start(work(max(delays) + 1))
    await background.wait()
    return [repr(task.exception()) for task in bad], good.done(), good.cancelled()


run = observe(failing_, [2, 1])
expect(run).returned(
    (["ValueError(2)", "ValueError(1)"], True, False),
    hint="wait for all, whether they fail or not, and raise nothing",
)
import random

delays_ = random.Random(SEED).sample(range(1, 100), 4)
run = observe(failing_, delays_)
expect(run).returned(
    ([f"ValueError({delay})" for delay in delays_], True, False),
    hint="an error ends its own task, and nothing else",
)
expect(run).took(max(delays_) + 1, hint="wait for those too that do not fail").nothing_left()


async def many_ends_():
    class Quit(BaseException):
        """An error that is no Exception."""

    async def fail(error):
        await asyncio.sleep(1)
        raise error

    async def work():
        try:
            await asyncio.sleep(9)
        finally:
            ended.append("ended")

    background, ended = Background(), []
    errors = [OSError("no"), KeyError("no"), asyncio.CancelledError(), Quit()]
    for error in errors:
        background.start(fail(error))
    cancelled = [background.start(work()) for _ in range(2)]
    good = background.start(asyncio.sleep(3, "good"))
    for delay, task in enumerate(cancelled):
        asyncio.get_running_loop().call_later(delay + 0.5, task.cancel)
    await background.wait()
    return good.done() and good.result(), [task.cancelled() for task in cancelled], len(ended)


run = observe(many_ends_)
expect(run).returned(
    ("good", [True, True], 2),
    hint="a task may end by any error, and somebody may cancel it: `wait` raises none of that, and "
    "waits for the others",
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
# - [Creating tasks](https://docs.python.org/3/library/asyncio-task.html#creating-tasks): with the note
#   on keeping a reference.
# - [Task groups](https://docs.python.org/3/library/asyncio-task.html#task-groups): what happens when
#   one of the tasks fails.
# - [Task object](https://docs.python.org/3/library/asyncio-task.html#task-object): all that a task can
#   be asked.
#
# **Next:** [07 · Callbacks and results](07_callbacks_and_results.ipynb)
