# %% [markdown]
# # 11 · Cancellation and Ctrl+C
#
# To cancel a task is to throw an exception into it, at the place where it waits. A time limit
# does this, and so does Ctrl+C.
#
# **You will be able to**
#
# - say what `cancel()` does, when it does it, and what its `True` means;
# - clean up when a task is cancelled, also with code that has to wait;
# - give a piece of work a time limit, and keep a cancellation away from another;
# - tell whose `CancelledError` comes out of an `await`: yours, or that of what you wait for;
# - end a program with Ctrl+C so that nothing is left behind.
#
# **Before:** [10 · Locks](10_lock.ipynb) ·
# **Next:** [12 · Threads](12_threads.ipynb)

# %%
import asyncio
import os
import signal
import subprocess
import sys

from looplab import SEED, check, compare, enable, expect, jobs, observe, predict

enable()


def clock():
    return f"{asyncio.get_running_loop().time():g} s:"


# %% [markdown]
# ## 1. What `cancel()` does
#
# The task `work` runs `outer`, which awaits `inner`, which sleeps for 4 seconds. After 1 second
# `main` cancels the task.
#
# **Predict.** Has the task ended when `cancel()` returns? Which of the two functions learns of it
# first?

# %%
predict(
    "",
    A="no; inner",
    B="no; outer",
    C="yes; inner",
    D="yes; neither of them",
    right="A",
)


# %%
async def inner():
    try:
        await asyncio.sleep(4)
    except asyncio.CancelledError:
        print(clock(), "thrown into inner")
        raise


async def outer():
    try:
        await inner()
        print("never printed")
    finally:
        print(clock(), "passes through outer")


async def main():
    task = asyncio.create_task(outer(), name="work")
    await asyncio.sleep(1)
    print(clock(), "cancel() gives", task.cancel(), "- the task has ended:", task.done())
    try:
        await task
    except asyncio.CancelledError:
        print(clock(), "comes out of `await task` - cancelled:", task.cancelled())
    print(clock(), "cancel() gives", task.cancel())


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** `cancel()` only arranged it. Its `True` means *requested*, not *done*: no
# line of `work` had run yet. That came when `main` had to wait. Then the event loop resumed the
# task, and the `await` at the very bottom, in `asyncio.sleep`, raised `CancelledError` instead of
# giving a result. From there it travelled upwards as any exception does: through `inner`, through
# `outer`, out of the task. The task was then *cancelled*, and whoever awaits such a task gets a
# `CancelledError` too.
#
# The second `cancel()` gave `False`: there was nothing left to cancel. A task that is cancelled
# before its first turn runs no line at all, and so no `finally` of its own either.
#
# ## 2. Cleaning up
#
# `say_after` catches every `Exception`. It has something to give back, and that takes 1 second.
#
# **Predict.** Is `caught` printed? At which second has the task ended?

# %%
predict(
    "",
    A="yes; at 2 s",
    B="no; at 1 s: who is cancelled cannot wait",
    C="no; at 2 s",
    D="yes; at 4 s",
    right="C",
)


# %%
async def say_after(delay, what):
    try:
        await asyncio.sleep(delay)
        print(clock(), what)
    except Exception as error:
        print(clock(), "caught", type(error).__name__)
    finally:
        print(clock(), "begins to clean up")
        await asyncio.sleep(1)
        print(clock(), "has cleaned up")


async def main():
    task = asyncio.create_task(say_after(4, "hello"), name="hello")
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    print(clock(), "cancelled:", task.cancelled())


run = observe(main)
print("CancelledError is a", asyncio.CancelledError.__base__.__name__)
run.timeline()

# %% [markdown]
# **What happened.** `except Exception` let it pass. Since Python 3.8 `CancelledError` is a
# `BaseException`, as `KeyboardInterrupt` is: code that deals with errors does not take it for
# one. (In Python 3.7 it was an `Exception`, and this task would have printed `caught`, gone on to
# its end, and not been cancelled. Old programs have an `except asyncio.CancelledError: raise`
# above for that.)
#
# The clean-up awaited for a second, as code may in a `finally`. One `cancel()` throws one
# `CancelledError`; it does not forbid the task to wait again. So the task ended at 2 s, and not
# at 1 s. **To stop a task is two steps: cancel it, then wait until it has ended.** `asyncio.wait`
# is good for the second. It raises no error of the task.
#
# A function that has started tasks takes both steps also when it is cancelled itself, so they stand in
# a `finally`. Without it, a function that takes from a queue what a task of its own puts there, as in
# lesson 02, is gone at once when it is cancelled, and its producer waits at the full queue for ever.
#
# ## 3. A time limit
#
# `fetch` takes 4 seconds, and half a second more to clean up where it is cancelled. It gets 2
# seconds. `async with asyncio.timeout(2):` gives them to its block, and `asyncio.wait_for` gives
# them to one coroutine. When the time is over, both cancel the work and raise `TimeoutError`.
#
# **Predict.** At which second does the `TimeoutError` come out?

# %%
predict(
    "",
    A="at 2.5 s, after the clean-up of fetch",
    B="at 2 s, when the limit is over",
    C="at 4.5 s, when fetch is through",
    right="A",
)


# %%
async def fetch():
    try:
        await asyncio.sleep(4)
        return "a page"
    finally:
        print(clock(), "fetch cleans up")
        await asyncio.sleep(0.5)


async def in_a_block():
    try:
        async with asyncio.timeout(2):
            print(await fetch())
    except TimeoutError:
        print(clock(), "TimeoutError")


async def as_a_call():
    try:
        print(await asyncio.wait_for(fetch(), 2))
    except TimeoutError:
        print(clock(), "TimeoutError")


run = observe(in_a_block)
print()
observe(as_a_call)
run.timeline()

# %% [markdown]
# **What happened.** At 2 s the timer of `asyncio.timeout` cancelled the task that runs the block,
# which is the same as in round 1. `fetch` got the `CancelledError`, cleaned up, and let it go on.
# Where it left the block, at 2.5 s, the block turned it into a `TimeoutError`. So the limit says
# when the work is asked to stop. How long it takes to stop is up to the work.
#
# If somebody else cancels the task meanwhile, the block lets the `CancelledError` out as it is:
# it asks the task how many requests there are (`task.cancelling()`), and takes back only its own.
#
# `asyncio.wait_for(fetch(), 2)` did the same in one call. Up to Python 3.11 it runs `fetch()` in
# a task of its own; from 3.12 on it is a `timeout` block inside.
#
# ## 4. `shield`
#
# `await asyncio.shield(task)` waits for a task, and keeps a cancellation away from it. Here
# `caller` waits so for the task `save`, and is cancelled after 1 second.
#
# **Predict.** When does `caller` end? And `save`?

# %%
predict(
    "",
    A="both at 2 s: shield keeps the cancellation away",
    B="both at 1 s: to cancel who waits cancels both",
    C="caller at 1 s, save at 2 s",
    right="C",
)


# %%
async def save():
    await asyncio.sleep(2)
    print(clock(), "saved")


async def caller(saving):
    try:
        await asyncio.shield(saving)
    finally:
        print(clock(), "the caller goes; saved:", saving.done())


async def main():
    saving = asyncio.create_task(save(), name="save")
    calling = asyncio.create_task(caller(saving), name="caller")
    await asyncio.sleep(1)
    calling.cancel()
    await asyncio.wait([calling])
    print(clock(), "the caller has ended, cancelled:", calling.cancelled())
    await saving


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** `shield` protected the task `save`. It did not protect the `await`: `caller`
# waits for a future of the shield's own (the bar says `shield(save)`), was cancelled at 1 s as ever, and left while `save` still
# worked. Without `shield` the
# cancellation would have gone through: to cancel a task that awaits another one is to cancel that
# one too.
#
# So `shield` leaves you with a task that runs on. Somebody has to keep it and to wait for it, as
# the last line of `main` does. If nobody does, `asyncio.run` cancels it at the end like any
# other. Where the caller itself must not leave before all is saved, it catches the
# `CancelledError`, awaits the task once more, and raises again.
#
# ## 5. Whose `CancelledError` is it?
#
# `child` waits for the task `inner`. Somebody cancels `inner` after 1 second, and nobody cancels
# `child`. Three programs run `child`: one awaits it, one has it in a `gather` and one in a
# `TaskGroup`, the last two beside a sleep of 2 seconds. `watch` runs one of them, and prints what
# comes out of it.
#
# In the last line it is `watch` itself that is cancelled, after half a second: `cancel_at=0.5`.
#
# **Predict.** Out of which of the programs does a `CancelledError` come, and when?

# %%
predict(
    "",
    A="out of awaits alone, at 1 s",
    B="out of all three, at 1 s",
    C="out of none: nobody cancels child",
    D="out of awaits and gathers, at 1 s",
    right="D",
)


# %%
async def child():
    inner = asyncio.create_task(asyncio.sleep(4), name="inner")
    asyncio.get_running_loop().call_later(1, inner.cancel)
    await inner


async def awaits():
    await child()


async def gathers():
    await asyncio.gather(child(), asyncio.sleep(2))


async def groups():
    async with asyncio.TaskGroup() as group:
        group.create_task(child(), name="child")
        group.create_task(asyncio.sleep(2), name="sleep")


async def watch(program):
    try:
        await program()
        print(clock(), program.__name__, "- no error")
    except asyncio.CancelledError:
        requests = asyncio.current_task().cancelling()
        print(clock(), program.__name__, "- CancelledError, requests to cancel me:", requests)


for program in (awaits, gathers, groups):
    run = observe(watch, program)
observe(watch, awaits, cancel_at=0.5)
run.timeline()

# %% [markdown]
# **What happened.** (The picture is that of `groups`.) To await what ends cancelled raises
# `CancelledError` in you, although nobody wants *you* to end. It is the same exception, out of the same `await`, as when somebody cancels
# you. What differs is `asyncio.current_task().cancelling()`: how many requests to cancel this task
# there have been. 0 means that the `CancelledError` is not meant for you.
#
# `gather` hands it on as it does any first error, and leaves the others running. A `TaskGroup` does
# not: it takes a child that ends cancelled for one that somebody wanted to end, and waits for the
# others. And `join` of a queue (lesson 13) hears nothing of it at all.
#
# | what | not meant for you (`cancelling()` is 0) | meant for you |
# |---|---|---|
# | what it is | an answer: what you wait for was cancelled | an order: end |
# | what to do | treat it as you would an error | clean up, and let it out |
#
# So `except asyncio.CancelledError: pass` around the `await` of a task that you have cancelled is no
# way to stop it: if somebody cancels *you* while you wait there, it looks the same, and you have
# swallowed your own. `asyncio.wait([task])` raises only what is meant for you.
#
# ### A second request
#
# `tidy` needs 2 seconds to clean up. It is cancelled at 1 s, and again at 2 s.
#
# Is `has cleaned up` printed?


# %%
async def tidy():
    me = asyncio.current_task()
    try:
        await asyncio.sleep(4)
    finally:
        print(clock(), "cleans up - requests:", me.cancelling())
        try:
            await asyncio.sleep(2)
            print(clock(), "has cleaned up")
        finally:
            print(clock(), "goes - requests:", me.cancelling())


async def main():
    task = asyncio.create_task(tidy(), name="tidy")
    for _ in (1, 2):
        await asyncio.sleep(1)
        task.cancel()
    await asyncio.wait([task])


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The second request threw a `CancelledError` as well, and it met the task in its
# clean-up, and cut that short. (Two requests before the task has had a turn throw only one.) So who
# stops a task cancels it *once*, and then waits. What must not be cut short goes into a task of its
# own, behind a `shield` (round 4; exercise 2).
#
# A request stays counted, also when its `CancelledError` was caught. `task.uncancel()` takes one
# back, and returns how many are left. `asyncio.timeout` and `TaskGroup` do this with the request
# that they have made *themselves*, to end their block: what is left then belongs to somebody else,
# and has to come out. Your code needs it only where it cancels its own task as they do.
#
# ## 6. Ctrl+C
#
# Ctrl+C in a terminal sends the signal `SIGINT` to the program. `script` runs a program in a Python
# of its own, and leaves out warnings and the inner lines of tracebacks. In the programs
# `press_ctrl_c` sends this signal to the program itself.
#
# The program below runs `work` in three tasks of a task group. Each task has to clean up, and that
# takes time.
#
# **Predict.** Put these lines into order: `main cleans up`, `work has cleaned up` (three times),
# `out of asyncio.run: KeyboardInterrupt`.

# %%
predict(
    "",
    A="work three times, main, KeyboardInterrupt",
    B="KeyboardInterrupt, main, work three times",
    C="main, work three times, KeyboardInterrupt",
    D="main, KeyboardInterrupt; work is never printed",
    right="A",
)


# %%
BEGIN = f"""
import signal, sys
sys.path = {sys.path}
signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal

def press_ctrl_c():
    print("Ctrl+C")
    signal.raise_signal(signal.SIGINT)
"""


def script(program):
    command = [sys.executable, "-W", "ignore", "-c", BEGIN + program]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    for line in subprocess.run(command, env=environment, **streams).stdout.splitlines():
        if line and not line.startswith((" ", "Traceback", "During", "task: ")):
            print(line)


script("""
import asyncio

async def do_some_work(x):
    print("Waiting:", x)
    try:
        await asyncio.sleep(x)
    finally:
        await asyncio.sleep(0.01)
        print("work has cleaned up")

async def main():
    asyncio.get_running_loop().call_later(0.01, press_ctrl_c)
    try:
        async with asyncio.TaskGroup() as group:
            for x in (1, 2, 4):
                group.create_task(do_some_work(x))
    finally:
        print("main cleans up")

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("out of asyncio.run: KeyboardInterrupt")
""")

# %% [markdown]
# **What happened.** `KeyboardInterrupt` came last. Since Python 3.11 `asyncio.run` answers
# `SIGINT` by itself: it *cancels the main task*. All that you have seen follows from this. The
# `CancelledError` came out of the `await` of the task group, the group cancelled its tasks and
# waited for them, and the `finally` of `main` ran. When `main` had ended, `asyncio.run` cancelled
# the tasks that were left, waited for them too, closed the loop, and raised `KeyboardInterrupt`.
# A second Ctrl+C raises `KeyboardInterrupt` at once, wherever the program is; mostly that is in the
# loop, and in no task. It ends the loop's run, and `asyncio.run` cancels every task that is left once
# more, the main task too, and waits for them again. This second cancellation hits tasks that are
# cleaning up, and cuts that short.
#
# You may read that `except KeyboardInterrupt` is all that a program needs. But it only keeps the
# traceback away. The clean-up happens before that: `asyncio.run` cancels the main task, and each
# task lets its `CancelledError` through.
#
# ### The Stop button
#
# The Stop button of a notebook interrupts the kernel, and that is `SIGINT` again. The cell below
# sends it to itself, after a tenth of a second: `main` is cancelled, and the cell ends with
# `KeyboardInterrupt`. In a cell that awaits without `asyncio.run`, the cell itself is the task
# that is cancelled.


# %% role="breaks"
async def main():
    asyncio.get_running_loop().call_later(0.1, signal.raise_signal, signal.SIGINT)
    try:
        await asyncio.sleep(4)
    except asyncio.CancelledError:
        print("main is cancelled")
        raise


asyncio.run(main())

# %% [markdown]
# ## Then and now
#
# ### Then: catch `KeyboardInterrupt`, and turn the loop once more
#
# Under `loop.run_until_complete`, and before Python 3.11 under `asyncio.run` too,
# `KeyboardInterrupt` is raised wherever the program is: in a task, or inside of the event loop. A
# recipe of that time catches it, cancels all tasks and starts the loop again.
#
# **Predict.** At the end `run_forever` returns. Is it because all the tasks have ended?

# %%
predict(
    "",
    A="yes: all of them were cancelled",
    B="no: somebody presses Ctrl+C again",
    C="no: stop lets it take one turn more",
    right="C",
)

# %%
recipe = """
import asyncio

async def do_some_work(x):
    print("Waiting:", x)
    try:
        await asyncio.sleep(x)
    finally:
        print("work has cleaned up")

async def main():
    tasks = [asyncio.ensure_future(do_some_work(x)) for x in (1, 2, 4)]
    return await asyncio.gather(*tasks)

loop = asyncio.new_event_loop()
loop.call_later(0.01, press_ctrl_c)
try:
    loop.run_until_complete(main())
except KeyboardInterrupt:
    print("tasks:", len(asyncio.Task.all_tasks(loop)))
    print("cancel() gives", asyncio.gather(*asyncio.Task.all_tasks(loop)).cancel())
    loop.stop()
    loop.run_forever()
    print("not ended:", [task.get_coro().__name__ for task in asyncio.Task.all_tasks(loop)])
finally:
    loop.close()
"""

script("from looplab import enable; enable(legacy=True)" + recipe)

# %% [markdown]
# **What happened.** You may read that the loop ends here because there are no tasks any more. There
# were four, and one had not ended: `main`. (The old `Task.all_tasks` also gave tasks that had
# ended. The one of `enable(legacy=True)` leaves them out.) `loop.stop()` was called first, and so
# `run_forever` took *one* turn. One turn was enough for the three other tasks, which had nothing to
# wait for in their clean-up. The news of it would have reached the `gather` of `main` in the next
# turn, and `main` in the one after that. `cancel()` gave `True` all the same: *requested*.
# Where the clean-up awaits something, one turn ends none of them, and all four are left. Do not count
# the turns of a loop; wait for the tasks.
#
# | what | then | now |
# |---|---|---|
# | Ctrl+C | `KeyboardInterrupt`, wherever the program is | `asyncio.run` cancels the main task |
# | who cancels the tasks | you: `gather(*Task.all_tasks()).cancel()` | who started them: a `TaskGroup`, a `finally` |
# | who waits for them | nobody: `stop()` and one turn | the same `TaskGroup`, and at last `asyncio.run` |
# | a list of the tasks | `asyncio.Task.all_tasks()`, until Python 3.8, also of those that have ended | `asyncio.all_tasks()`, of those that have not |
# | `CancelledError` | an `Exception`, until Python 3.7 | a `BaseException` |
#
# ### Only your own tasks
#
# The recipe cancels *all* tasks of the loop. `program` below runs one work of its own, and beside
# it a library that it uses has a task. It runs twice: once `stop` cancels all tasks, as the recipe
# does, and once only the program's own tasks.
#
# **Predict.** At which second does the library's task end, in the one and in the other?

# %%
predict(
    "",
    A="at 3 s in both: it is not in the list of mine",
    B="at 1.5 s, and at 3 s",
    C="at 1.5 s in both",
    D="at 2 s, and at 3 s",
    right="B",
)


# %%
async def do_some_work(x):
    try:
        await asyncio.sleep(x)
    finally:
        await asyncio.sleep(0.5)
        print(clock(), "work has cleaned up")


async def heartbeat():
    try:
        while True:
            await asyncio.sleep(1)
    finally:
        print(clock(), "the library's task ends")


async def stop_all_of_them(mine):
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


async def stop_my_own(mine):
    for task in mine:
        task.cancel()
    await asyncio.wait(mine)


async def program(stop):
    library = asyncio.create_task(heartbeat(), name="library")
    mine = [asyncio.create_task(do_some_work(4), name="work 4")]
    await asyncio.sleep(1.5)
    await stop(mine)
    print(clock(), "stopped, and my work has ended:", mine[0].done())
    await asyncio.sleep(1)
    library.cancel()
    await asyncio.wait([library])


bad, good = observe(program, stop_all_of_them), observe(program, stop_my_own)
compare(bad, good, names=["all tasks", "my own"])

# %% [markdown]
# **What happened.** `all_tasks()` gives everybody's tasks: those of libraries, of frameworks, and
# the kernel's in a cell that awaits. A library whose heartbeat is gone still looks alive, and fails
# later. So keep the tasks that you start, in a list or in a `TaskGroup`, and stop those. The first
# way did not wait either: it said `stopped` before `work 4` had begun to clean up.
#
# `asyncio.wait` waits until all have ended, and raises none of their errors. From Python 3.15 on a
# `TaskGroup` has a method `cancel()`, for a group that should end early without an error.
#
# ## What breaks
#
# ### The recipe as it was written
#
# Python 3.9 removed `asyncio.Task.all_tasks`. Without `enable(legacy=True)` the recipe fails inside
# its own `except` block, and the program ends with tasks that wait. Python complains of each of the
# three tasks as it is destroyed (not of `main`: for the task that it makes itself,
# `run_until_complete` switches that message off), and closes its coroutine: only now `finally`
# runs, when no loop is left to await anything. When you see `Task was destroyed but it is
# pending!`, look for a task that nobody cancelled and waited for before its loop was closed.

# %%
script(recipe)

# %% [markdown]
# ### Swallowed
#
# `stubborn` catches `CancelledError`, as a retry loop or a bare `except:` would, and tries again.
# It gets a limit of 1 second.


# %%
async def stubborn():
    for attempt in (1, 2):
        try:
            await asyncio.sleep(4)
            return "a page"
        except asyncio.CancelledError:
            print(clock(), "attempt", attempt, "failed")


async def main():
    async with asyncio.timeout(1):
        page = await stubborn()
    print(clock(), page, "and no error")


run = observe(main)
run.timeline()

# %% [markdown]
# The limit is gone, in silence. `timeout` cancelled once, at 1 s; `stubborn` took it for an error
# of its own, and worked on until 5 s. In the same way a swallowed `CancelledError` makes a
# program that Ctrl+C does not end, and a `TaskGroup` that waits although one of its tasks has
# failed. Catch it only to clean up, and end with `raise`; or write `finally`. If you wish to
# retry, write `except Exception`.
#
# ## Your turn
#
# `jobs([2, 1, 4])` in a test makes an async function `job(i)`: job 0 takes 2 s, job 1 takes 1 s, and
# job 2 takes 4 s. With `in_turn=True` the first call is of job 0, the next one of job 1, and so on.
# With `clean_ups=[1, 1, 1]` a job that is cancelled needs another second to end, and `cancel_at=3`
# cancels what is observed after 3 s. A function whose name ends in `_` is a small program of the
# test, which uses yours. When your work is graded, each test also tries other inputs, and rarer
# cases of what the task says. To wait by looking again and again is not accepted, and neither are
# threads.

# %% [markdown]
# ### Exercise 1: `retry`
#
# Write `retry(op, tries, timeout, base)`, a coroutine function. It awaits `op()`, an async
# function without arguments, and returns what it gives. A try fails when it raises an
# `Exception`, or when it takes more than `timeout` seconds; then it is a `TimeoutError`. There
# are at most `tries` tries (1 or more).
#
# - A try that takes too long is cancelled. What follows waits until it has cleaned up.
# - After failed try `i`, counted from 0, it waits `base * 2**i` seconds, and tries again.
# - After the last one it does not wait. The error of that try reaches the caller.
# - A `CancelledError`, from outside or out of `op`, is no failed try. It reaches the caller without
#   another wait or try. No try is left running: what is cancelled cleans up first.
# - Any other error that is no `Exception` is no failed try either, and comes out in the same way.
#
# `timeout` is more than 0. No try ends exactly at it, swallows its cancellation, or fails in its
# clean-up.

# %% [markdown]
# <details><summary>Hint 1: one try</summary>
#
# Round 3 shows both ways to limit one try. Call `op()` anew for each: a coroutine runs once.
#
# </details>
#
# <details><summary>Hint 2: what to catch</summary>
#
# `TimeoutError` is an `Exception`, and `CancelledError` is none. So one `except Exception`
# catches what you want, and lets through what you must not touch.
#
# </details>
#
# <details><summary>Hint 3: the last try</summary>
#
# In the `except` block ask whether it was the last, `i == tries - 1`. If so, a bare `raise` lets
# the error go on. Else sleep; that may stand after the `except` block.
#
# </details>

# %% exercise="retry" role="answer"
import asyncio


async def retry(op, tries, timeout, base):
    """Return what op() gives; try again when it fails or takes too long, and wait in between."""
    ### BEGIN SOLUTION
    # Why: Each try calls `op` anew, since a coroutine object runs once. `except Exception` catches
    # errors and the time limit, and lets a cancellation out; the last try raises what it got, and
    # no wait follows it.
    for i in range(tries):
        try:
            async with asyncio.timeout(timeout):
                return await op()
        except Exception:
            if i == tries - 1:
                raise
        await asyncio.sleep(base * 2**i)
    ### END SOLUTION


# %% exercise="retry" role="test" id="value" points=1 name="returns what the first good try gives"
# The first call of op is job 0, the next one is job 1: `in_turn`.
run = observe(retry, jobs([2], results=["hello"], in_turn=True), 3, 10, 1)
expect(run).returned("hello", hint="await op() and return what it gives").took(2)
run = observe(retry, jobs([10**6], results=["late"], in_turn=True), 1, 10**7, 1)
expect(run).returned("late", hint="a try has as many seconds as `timeout` says, and no fewer")
failing_ = {0: OSError("busy")}
op_ = jobs([1, 1], results=["", "world"], errors=failing_, in_turn=True)
run = observe(retry, op_, 3, 10, 1)
expect(run).returned("world", hint="after a failed try, call op() again").nothing_left()
import random

random_ = random.Random(SEED)
for value_ in (random_.randint(1, 10**9), None, 0, "", [1]):
    tries_ = random_.randint(1, 5)
    good_ = random_.randrange(tries_)
    errors_ = {i: random_.choice((OSError, ValueError, KeyError))("no") for i in range(good_)}
    op_ = jobs([1] * tries_, results=[value_] * tries_, errors=errors_, in_turn=True)
    run = observe(retry, op_, tries_, 5, 2)
    expect(run).returned(value_, hint="a try that raises nothing is good, whatever it gives")
    expect(run).nothing_left().that(
        len(run.calls) == good_ + 1,
        expected=f"{good_ + 1} calls of op, for the last of them is good",
        happened=f"{len(run.calls)}",
        hint="after a good try there is no other; any Exception fails a try",
    )
for kind_ in (Exception, TimeoutError, AssertionError, StopAsyncIteration):
    op_ = jobs([1, 1], results=["", "world"], errors={0: kind_("no")}, in_turn=True)
    run = observe(retry, op_, 2, 5, 2)
    expect(run).returned("world", hint="any Exception that op raises fails a try").took(4)


async def gives_an_error_():
    given = ValueError("a result")

    async def op():
        return given

    return await retry(op, 3, 5, 2) is given


run = observe(gives_an_error_)
expect(run).returned(True, hint="an exception that op returns is a result: nothing was raised")


# %% exercise="retry" role="test" id="times" points=2 name="waits base * 2**i seconds between the tries"
failing_ = {i: OSError("busy") for i in range(3)}
run = observe(retry, jobs([1, 1, 1, 1], errors=failing_, in_turn=True), 4, 5, 2)
times_ = [call.start for call in run.calls]
expect(run).finished().that(
    times_ == [0, 3, 8, 17],
    expected="op is called at 0, 3, 8 and 17 s: each try takes 1 s, the waits 2, 4 and 8 s",
    happened=f"at {times_}",
    hint="after try i, counted from 0, wait base * 2**i",
)
expect(run).took(18).without_threads().ran_at_most(50, hint="sleep as long as it takes, at once")
errors_ = {i: OSError("busy") for i in range(9)}
run = observe(retry, jobs([0] * 10, errors=errors_, in_turn=True), 10, 5, 10**4)
expect(run).finished().took(
    10**4 * (2**9 - 1), hint="as many tries and as long waits as you are told: no limit of your own"
)


import asyncio


async def two_at_once_():
    def op_of(name, failures):
        tried = []

        async def op():
            tried.append(name)
            await asyncio.sleep(1)
            if len(tried) <= failures:
                raise OSError(name)
            return name, len(tried)

        return op

    return list(await asyncio.gather(retry(op_of("a", 3), 4, 5, 2), retry(op_of("b", 1), 2, 5, 2)))


run = observe(two_at_once_)
expect(run).returned(
    [("a", 4), ("b", 2)], hint="two calls share nothing: keep everything in local variables"
).took(18)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for tries_ in (1, 2, 3, random_.randint(4, 7), 12):
    base_ = random_.choice((0, 1, 3, 0.5, 10))
    delays_ = [random_.randint(0, 9) for _ in range(tries_)]
    failing_ = {i: OSError("busy") for i in range(tries_ - 1)}
    run = observe(retry, jobs(delays_, errors=failing_, in_turn=True), tries_, 9.5, base_)
    due_, expected_ = 0, []
    for i in range(tries_):
        expected_.append(due_)
        due_ += delays_[i] + base_ * 2**i
    times_ = [call.start for call in run.calls]
    expect(run).finished().without_threads().ran_at_most(
        10 * tries_ + 10, hint="do not sleep and look again: sleep as long as it takes"
    ).that(
        times_ == expected_ and not run.blocked,
        expected=f"op is called at {expected_}, and others can run meanwhile",
        happened=f"at {times_}" + (", with the loop held up" if run.blocked else ""),
        hint="after try i, counted from 0, await a sleep of base * 2**i",
    ).nothing_left()
### END HIDDEN TESTS


# %% exercise="retry" role="test" id="timeout" points=2 name="a try that takes too long is cancelled, cleans up, and fails"
# A call of op that is cancelled needs 0.5 s to end: its clean-up.
op_ = jobs([5, 1], results=["a", "b"], clean_ups=[0.5, 0.5], in_turn=True)
run = observe(retry, op_, 3, 2, 4)
expect(run).returned("b", hint="more than timeout seconds fails a try, and there is another")
times_ = [call.start for call in run.calls]
expect(run).that(
    times_ == [0, 6.5],
    expected="op is called at 0 s, and at 6.5 s: 2 s of try, 0.5 s to clean up, 4 s of wait",
    happened=f"at {times_}",
    hint="the wait begins when the try has ended, with its clean-up",
).nothing_left(hint="do not leave a try running: no shield, and wait for what you cancel")
run = observe(retry, jobs([5, 5], clean_ups=[0.5, 0.5], in_turn=True), 2, 2, 4)
expect(run).raised(TimeoutError, hint="the last try took too long: that is a TimeoutError")
expect(run).nothing_left()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for tries_ in (1, 2, 4, 6):
    timeout_, cleanup_ = random_.randint(1, 5) + 0.5, random_.randint(1, 3)
    base_ = random_.choice((0, 1, 3))
    delays_ = [random_.randint(6, 20) for _ in range(tries_)]
    last_ = random_.choice((0, 1, 9))
    delays_[-1] = last_
    op_ = jobs(delays_, clean_ups=[cleanup_] * tries_, in_turn=True)
    run = observe(retry, op_, tries_, timeout_, base_)
    expected_ = [i * (timeout_ + cleanup_) + base_ * (2**i - 1) for i in range(tries_)]
    times_ = [call.start for call in run.calls]
    expect(run).nothing_left().that(
        times_ == expected_,
        expected=f"op is called at {expected_}",
        happened=f"at {times_}",
        hint="each try has its own limit; the wait begins when it has ended, with its clean-up",
    )
    cut_ = [call.outcome for call in run.calls]
    fails_ = last_ > timeout_
    expect(run).that(
        cut_ == ["cancelled"] * (tries_ - 1) + ["cancelled" if fails_ else "returned"],
        expected="every try that takes too long is cancelled, and no other",
        happened=f"the tries ended so: {cut_}",
        hint="a shield, or a wait with a timeout, cancels nothing",
    )
    if fails_:
        expect(run).raised(TimeoutError, hint="a last try that takes too long: TimeoutError")
        expect(run).that(
            run.duration == expected_[-1] + timeout_ + cleanup_,
            expected="the error comes when the last try has cleaned up, and at once then",
            happened=f"it took {run.duration:g} s",
            hint="no wait after the last try",
        )
    else:
        expect(run).finished().took(expected_[-1] + last_)
### END HIDDEN TESTS


# %% exercise="retry" role="test" id="last" points=1 name="the error of the last try comes out at once"
import asyncio

failing_ = {0: OSError("first"), 1: ValueError("last")}
run = observe(retry, jobs([1, 1], errors=failing_, in_turn=True), 2, 9, 4)
expect(run).raised(ValueError, hint="let the error of the last try out").that(
    run.duration == 6,
    expected="the error comes out after 6 s: a try of 1 s, a wait of 4 s, a try of 1 s",
    happened=f"it took {run.duration:g} s",
    hint="after the last try there is nothing to wait for",
).nothing_left()
import random

random_ = random.Random(SEED)
for tries_ in (1, 2, 3, 5):
    kinds_ = [OSError, KeyError, ZeroDivisionError, LookupError, TypeError][:tries_]
    random_.shuffle(kinds_)
    errors_ = {i: kind("no") for i, kind in enumerate(kinds_)}
    base_, each_ = random_.randint(1, 5), random_.randint(0, 3)
    run = observe(retry, jobs([each_] * tries_, errors=errors_, in_turn=True), tries_, 9, base_)
    expect(run).raised(kinds_[-1], hint="the error of the last try, and not another one")
    expect(run).that(
        run.duration == tries_ * each_ + base_ * (2 ** (tries_ - 1) - 1)
        and len(run.calls) == tries_,
        expected=f"{tries_} tries, and waits between them only",
        happened=f"{len(run.calls)} tries in {run.duration:g} s",
        hint="after the last try there is nothing to wait for",
    ).nothing_left()


async def raises_(kind):
    """Let op raise an error of this kind each time; return whether it comes out, and the calls."""

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    class Quit(BaseException):
        """An error that is no Exception."""

    calls = []
    error = {
        "false": FalseError(),
        "a group": ExceptionGroup("two at once", [OSError(), KeyError()]),
        "no Exception": Quit(),
        "a group that is none": BaseExceptionGroup("two at once", [Quit(), KeyError()]),
    }[kind]

    async def op():
        calls.append(kind)
        await asyncio.sleep(1)
        raise error

    def holds(caught):
        return caught is error or any(map(holds, getattr(caught, "exceptions", ())))

    try:
        await retry(op, 3, 9, 1)
    except BaseException as caught:
        return len(calls), holds(caught)
    return len(calls), "no error"


for kind in ("false", "a group"):
    run = observe(raises_, kind)
    expect(run).returned(
        (3, True), hint="an error that is raised counts, whatever it is, and comes out as it is"
    )
hint_ = "what is no Exception is no failed try: catch Exception, and nothing wider"
for kind in ("no Exception", "a group that is none"):
    run = observe(raises_, kind)
    expect(run).returned((1, True), hint=hint_)
failing_ = {0: SystemExit(1), 1: OSError("busy")}
run = observe(retry, jobs([1, 1], errors=failing_, in_turn=True), 2, 9, 1)
expect(run).raised(SystemExit, hint=hint_)


# %% exercise="retry" role="test" id="cancelled" points=2 name="a cancellation passes at once"
import asyncio


async def out_of_op_(tries):
    async def op():
        other = asyncio.create_task(asyncio.sleep(9))
        await asyncio.sleep(1)
        other.cancel()
        await other

    return await retry(op, tries, 5, 1)


run = observe(retry, jobs([4, 4, 4], in_turn=True), 3, 9, 2, cancel_at=1)
expect(run).cancelled(hint="catch Exception, and nothing wider: CancelledError has to pass").took(
    1, hint="a cancelled retry tries no more"
).nothing_left()
# At 2 s the try takes too long; it cleans up until 7 s.
run = observe(retry, jobs([9, 1], clean_ups=[5, 5], in_turn=True), 3, 2, 1, cancel_at=4)
expect(run).cancelled(
    hint="a CancelledError that comes while a try cleans up is meant for you"
).that(
    len(run.calls) == 1,
    expected="no other try begins after the cancellation",
    happened=f"{len(run.calls)} calls of op",
    hint="wait for the try by `asyncio.timeout`, or by `asyncio.wait`, which raises only what is "
    "meant for you",
)
hint_ = "a CancelledError out of op is no failure: let it pass, and do not call op again"
run = observe(out_of_op_, 3)
expect(run).cancelled(hint=hint_).took(1, hint=hint_)
import random

random_ = random.Random(SEED)
for tries_ in (1, 2, 5):
    for in_a_wait_ in (False, True) if tries_ > 1 else (False,):
        at_ = random_.randrange(tries_ - 1) if in_a_wait_ else random_.randrange(tries_)
        failing_ = {i: OSError("busy") for i in range(tries_)}
        # A try takes 3 s and fails, and the waits are 2, 4, 8, ... s.
        begins_ = 3 * at_ + 2 * (2**at_ - 1)
        seconds_ = begins_ + (4 if in_a_wait_ else random_.choice((1, 2)))
        op_ = jobs([3] * tries_, errors=failing_, in_turn=True)
        run = observe(retry, op_, tries_, 9, 2, cancel_at=seconds_)
        expect(run).cancelled(hint="CancelledError has to pass, in a try and in a wait").took(
            seconds_, hint="a cancelled retry tries no more"
        ).nothing_left().that(
            len(run.calls) == at_ + 1,
            expected=f"{at_ + 1} calls of op before the cancellation, and none after it",
            happened=f"{len(run.calls)}",
            hint="a cancelled retry tries no more",
        )
for tries_ in (1, random_.randint(2, 6)):
    run = observe(out_of_op_, tries_)
    expect(run).cancelled(hint=hint_).took(1, hint=hint_).nothing_left()
cleanup_ = random_.randint(1, 5)
op_ = jobs([9], clean_ups=[cleanup_], in_turn=True)
run = observe(retry, op_, 3, 20, 1, cancel_at=1)
expect(run).cancelled().jobs_ended(
    whole=True, hint="a try that you cancel may have to clean up: wait for it"
).took(1 + cleanup_).nothing_left()

# %% [markdown]
# ### Exercise 2: `borrow`
#
# Write `borrow(take, work, give_back)`, a coroutine function that is given three async functions.
# It awaits `thing = await take()`, then `work(thing)`, and returns what `work` gives. What was
# taken is given back: `await give_back(thing)`, once, when `work` has ended, however it ended.
#
# - If `work` raises an error, or a `CancelledError` by itself, this reaches the caller after `thing`
#   is given back.
# - If `borrow` is cancelled while `work` runs, `work` is cancelled, `thing` is given back, and
#   `CancelledError` reaches the caller.
# - If `take` fails or is cancelled, there is nothing to give back.
# - If `borrow` is cancelled while `give_back` runs, this is not cut short. It ends, and then
#   `CancelledError` reaches the caller, also where `work` has failed.
#
# `give_back` does not fail, `work` lets its cancellation out, and `borrow` is cancelled once at most.

# %% [markdown]
# <details><summary>Hint 1: however it ended</summary>
#
# `try ... finally`. Think about which of the three awaits stands before the `try`.
#
# </details>
#
# <details><summary>Hint 2: not cut short</summary>
#
# Make `give_back(thing)` a task. Wait for it in a way that a cancellation does not go through:
# round 4.
#
# </details>
#
# <details><summary>Hint 3: it ends, and then CancelledError comes out</summary>
#
# The `await` of a shield raises `CancelledError` at once. Catch it, await the task itself, and
# `raise`.
#
# </details>

# %% exercise="borrow" role="answer"
import asyncio


async def borrow(take, work, give_back):
    """Take a thing, work with it, and give it back whatever happens; return what work gives."""
    ### BEGIN SOLUTION
    # Why: `take` stands before the `try`: what was not taken is not given back. The giving back is
    # a task behind a `shield`, so that a cancellation does not cut it short; after one it is
    # awaited to its end, and the cancellation goes on.
    thing = await take()
    try:
        return await work(thing)
    finally:
        giving = asyncio.create_task(give_back(thing))
        try:
            await asyncio.shield(giving)
        except asyncio.CancelledError:
            await giving
            raise
    ### END SOLUTION


# %% exercise="borrow" role="test" id="result" points=1 name="takes, works, gives back, and returns the result"
async def borrowed_(job):
    got = []

    async def take():
        return await job(0)

    async def work(thing):
        got.append(thing)
        return await job(1)

    async def give_back(thing):
        got.append(thing)
        await job(2)

    return await borrow(take, work, give_back), got


run = observe(borrowed_, jobs([1, 2, 1], results=["a boat", "a trip", None]))
expect(run).returned(
    ("a trip", ["a boat", "a boat"]), hint="hand what you took to work, and to give_back"
)
expect(run).took(4, hint="one after the other, and wait for give_back too").nothing_left()
run = observe(borrowed_, jobs([10**6] * 3, results=["a boat", "a trip", None]))
expect(run).returned(("a trip", ["a boat"] * 2)).took(
    3 * 10**6, hint="each takes as long as it likes: set no limit of your own"
)
import random

random_ = random.Random(SEED)
for result_ in (random_.randrange(10**9), None, 0):
    for thing_ in (f"thing {random_.randrange(10**9)}", None, 0):
        delays_ = [random_.randint(0, 9) for _ in range(3)]
        run = observe(borrowed_, jobs(delays_, results=[thing_, result_, "back"]))
        expect(run).returned(
            (result_, [thing_, thing_]), hint="return what work gives, whatever was taken"
        )
        expect(run).took(sum(delays_)).nothing_left().ran_at_most(
            20, hint="do not poll"
        ).without_threads()
        asked_ = [call.arguments[0] for call in run.calls]
        expect(run).that(
            asked_ == [0, 1, 2],
            expected="take, work and give_back are called once each, in this order",
            happened=f"by number: {asked_}",
            hint="give back once",
        )


async def gives_an_error_():
    given, got = ValueError("a result"), []

    async def take():
        return "a boat"

    async def work(thing):
        return given

    async def give_back(thing):
        got.append(thing)

    return await borrow(take, work, give_back) is given, got


run = observe(gives_an_error_)
expect(run).returned(
    (True, ["a boat"]), hint="an exception that work returns is a result: nothing was raised"
)


# %% exercise="borrow" role="test" id="error" points=1 name="gives back when work fails, and not when take does"
import asyncio


async def borrowed_(job):
    async def take():
        return await job(0)

    async def work(thing):
        return await job(1)

    async def give_back(thing):
        await job(2)

    return await borrow(take, work, give_back)


run = observe(borrowed_, jobs([1, 2, 1], errors={1: OSError("a leak")}))
asked_ = [call.arguments[0] for call in run.calls if call.outcome != "pending"]
expect(run).raised(OSError, hint="let the error of work out").that(
    asked_ == [0, 1, 2],
    expected="take, work, and then give_back, though work fails",
    happened=f"what ended, by number: {asked_}",
    hint="give back in a finally, and wait for it",
).nothing_left()
run = observe(borrowed_, jobs([1, 2, 1], errors={0: OSError("no boat")}))
expect(run).raised(OSError, hint="let the error of take out").that(
    len(run.calls) == 1,
    expected="nothing but take is called: nothing was taken",
    happened=f"{len(run.calls)} calls",
    hint="take stands before the try",
)
import random

random_ = random.Random(SEED)
for kind_, thing in [(ValueError, 0), (OSError, ""), (TimeoutError, None), (TypeError, False)]:
    delays_ = [random_.randint(0, 9) for _ in range(3)]
    run = observe(borrowed_, jobs(delays_, results=[thing, 1, 2], errors={1: kind_("no")}))
    ends_ = [(call.arguments[0], call.outcome) for call in run.calls]
    expect(run).raised(kind_, hint="let the error of work out").that(
        ends_ == [(0, "returned"), (1, "raised"), (2, "returned")] and run.duration == sum(delays_),
        expected="the thing is given back, once, before the error comes out",
        happened=f"{ends_}, in {run.duration:g} s",
        hint="give back in a finally, and wait for it",
    ).nothing_left()
    run = observe(borrowed_, jobs(delays_, errors={0: kind_("no")}))
    expect(run).raised(kind_, hint="let the error of take out").that(
        len(run.calls) == 1,
        expected="nothing but take is called",
        happened=f"{len(run.calls)} calls",
        hint="take stands before the try",
    ).nothing_left()


async def raises_(kind):
    """Let work raise an error of this kind; return what comes out, and what was given back."""

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    class Quit(BaseException):
        """An error that is no Exception."""

    group = BaseExceptionGroup("two at once", [Quit(), OSError()])
    kinds, back = {"FalseError": FalseError, "Quit": Quit, "BaseExceptionGroup": group}, []

    async def take():
        return "a boat"

    async def work(thing):
        await asyncio.sleep(1)
        raise kinds[kind]

    async def give_back(thing):
        back.append(thing)

    try:
        await borrow(take, work, give_back)
    except BaseException as error:
        return type(error).__name__, back
    return "no error", back


for kind in ("FalseError", "Quit", "BaseExceptionGroup"):
    run = observe(raises_, kind)
    expect(run).returned((kind, ["a boat"]), hint="whatever work raises: give back, and let it out")


async def two_at_a_time_():
    """While one borrow works, another one finds nothing to take."""
    back, loop = [], asyncio.get_running_loop()

    async def take():
        await asyncio.sleep(1)
        return "a boat"

    async def no_take():
        await asyncio.sleep(2)
        raise OSError("no boat")

    async def work(thing):
        await asyncio.sleep(5)

    async def give_back(thing):
        back.append((thing, loop.time()))

    one = asyncio.create_task(borrow(take, work, give_back))
    other = asyncio.create_task(borrow(no_take, work, give_back))
    await asyncio.wait([one, other])
    return back, type(other.exception()).__name__


run = observe(two_at_a_time_)
expect(run).returned(
    ([("a boat", 6.0)], "OSError"),
    hint="keep what was taken in a local variable: two may borrow at once",
)


# %% exercise="borrow" role="test" id="cancelled" points=2 name="gives back when it is cancelled while work runs"
import asyncio


async def borrowed_(job):
    async def take():
        return await job(0)

    async def work(thing):
        return await job(1)

    async def give_back(thing):
        await job(2)

    return await borrow(take, work, give_back)


run = observe(borrowed_, jobs([1, 4, 1]), cancel_at=2)
ends_ = [(call.arguments[0], call.outcome) for call in run.calls]
expect(run).cancelled(hint="CancelledError has to come out in the end").that(
    ends_ == [(0, "returned"), (1, "cancelled"), (2, "returned")],
    expected="work is cancelled, and then the thing is given back",
    happened=f"by number: {ends_}",
    hint="`except Exception` does not catch a CancelledError, `finally` runs always",
).took(3, hint="wait until it is given back").nothing_left()
import random

random_ = random.Random(SEED)
for thing in (0, None, []):
    taking_, working_, giving_ = random_.randint(5, 30), random_.randint(5, 30), 10**6
    seconds_ = taking_ + random_.randint(1, working_ - 1)
    job_ = jobs([taking_, working_, giving_], results=[thing, 1, 2])
    run = observe(borrowed_, job_, cancel_at=seconds_)
    ends_ = [(call.arguments[0], call.outcome) for call in run.calls]
    expect(run).cancelled(hint="CancelledError has to come out in the end").that(
        ends_ == [(0, "returned"), (1, "cancelled"), (2, "returned")],
        expected="work is cancelled, and then the thing is given back",
        happened=f"by number: {ends_}",
        hint="give back in a finally",
    ).took(seconds_ + giving_, hint="wait until it is given back").nothing_left()
    seconds_ = random_.randint(1, taking_ - 1)
    run = observe(borrowed_, jobs([taking_, working_, giving_]), cancel_at=seconds_)
    expect(run).cancelled(hint="cancelled while it takes: CancelledError comes out").that(
        [call.outcome for call in run.calls] == ["cancelled"],
        expected="take is cancelled, and nothing else is called",
        happened=f"{len(run.calls)} calls, the first one {run.calls[0].outcome}",
        hint="what was not taken is not given back",
    ).took(seconds_).nothing_left()
cleanup_, giving_ = random_.randint(1, 9), random_.randint(1, 9)
run = observe(borrowed_, jobs([0, 9, giving_], clean_ups=[0, cleanup_, 0]), cancel_at=1)
times_ = [(call.start, call.stop) for call in run.calls]
expect(run).cancelled().that(
    times_ == [(0, 0), (0, 1 + cleanup_), (1 + cleanup_, 1 + cleanup_ + giving_)],
    expected=f"work cleans up until {1 + cleanup_} s, and then the thing is given back",
    happened=f"take, work and give_back from and to (in seconds): {times_}",
    hint="a cancelled work may have to clean up: give back when it has ended",
).nothing_left()


async def out_of_work_():
    got = []

    async def take():
        return "a boat"

    async def work(thing):
        other = asyncio.create_task(asyncio.sleep(9))
        await asyncio.sleep(1)
        other.cancel()
        await other

    async def give_back(thing):
        await asyncio.sleep(1)
        got.append(thing)

    task = asyncio.create_task(borrow(take, work, give_back))
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()  # raises what it raised
    return task.cancelled(), got


run = observe(out_of_work_)
expect(run).returned((True, ["a boat"]), hint="a CancelledError out of work reaches the caller too")
expect(run).took(2).nothing_left()


# %% exercise="borrow" role="test" id="uncut" points=2 name="a cancellation does not cut give_back short"
import asyncio


async def borrowed_(job):
    async def take():
        return await job(0)

    async def work(thing):
        return await job(1)

    async def give_back(thing):
        await job(2)

    return await borrow(take, work, give_back)


async def cancelled_within_(where):
    """Cancel borrow in the last step of take, or in the first one of give_back."""
    got = []

    async def take():
        await asyncio.sleep(1)
        if where == "take":
            borrowing.cancel()
        return "a boat"

    async def work(thing):
        await asyncio.sleep(1)

    async def give_back(thing):
        if where == "give_back":
            borrowing.cancel()
        await asyncio.sleep(1)
        got.append(thing)

    borrowing = asyncio.create_task(borrow(take, work, give_back))
    await asyncio.wait([borrowing])
    return borrowing.cancelled(), got


run = observe(borrowed_, jobs([1, 1, 4]), cancel_at=3)
back_ = [call.outcome for call in run.calls if call.arguments == (2,)]
expect(run).cancelled(hint="in the end CancelledError has to come out: raise it again").that(
    back_ == ["returned"],
    expected="give_back runs to its end, though the cancellation comes while it runs",
    happened=f"give_back: {back_}",
    hint="make it a task, shield it, and wait for it once more where you are cancelled",
).took(6, hint="leave when it is given back, not before").nothing_left()
expect(run).ran_at_most(20, hint="do not sleep and look again: wait for the task")
run = observe(cancelled_within_, "take")
expect(run).returned(
    (True, ["a boat"]),
    hint="await `take()` itself: a task of its own may have taken something that you never get",
)
run = observe(cancelled_within_, "give_back")
expect(run).returned((True, ["a boat"]), hint="from its first step on nothing cuts give_back short")
import random

random_ = random.Random(SEED)
for _ in range(3):
    delays_ = [random_.randint(1, 9), random_.randint(1, 9), random_.choice((5, 30, 10**6))]
    seconds_ = delays_[0] + delays_[1] + random_.randint(1, 4)
    run = observe(borrowed_, jobs(delays_), cancel_at=seconds_)
    ends_ = [(call.arguments[0], call.outcome) for call in run.calls]
    expect(run).that(
        ends_ == [(0, "returned"), (1, "returned"), (2, "returned")],
        expected="all three run to their ends, give_back once",
        happened=f"by number: {ends_}",
        hint="make give_back a task, shield it, and wait for it once more where you are cancelled",
    )
    expect(run).cancelled(hint="after that CancelledError has to come out").took(
        sum(delays_), hint="leave when it is given back"
    ).nothing_left()
    expect(run).ran_at_most(20, hint="do not sleep and look again: wait for the task")
    run = observe(borrowed_, jobs(delays_, errors={1: OSError("a leak")}), cancel_at=seconds_)
    ends_ = [(call.arguments[0], call.outcome) for call in run.calls]
    expect(run).that(
        ends_ == [(0, "returned"), (1, "raised"), (2, "returned")],
        expected="work fails, and give_back runs to its end, though a cancellation comes meanwhile",
        happened=f"by number: {ends_}",
        hint="give_back is not cut short either where work has failed",
    )
    expect(run).cancelled(hint="cancelled while give_back runs: CancelledError comes out").took(
        sum(delays_), hint="leave when it is given back"
    ).nothing_left()

# %% [markdown]
# ### Exercise 3: `stop`
#
# Write `stop(tasks)`, a coroutine function that is given a list of tasks. It cancels them and
# returns when all have ended. It returns a list, in the order of `tasks`, of the names
# (`task.get_name()`) of those tasks that have ended cancelled.
#
# - All are asked before it waits for any: they clean up at the same time.
# - A task may have ended before, or fail in its clean-up, or return a value. No error of a task
#   reaches your caller.
# - Tasks that are not in the list are not touched. The list may be empty.
# - If `stop` itself is cancelled while it waits, `CancelledError` reaches its caller.

# %% [markdown]
# <details><summary>Hint 1: how to wait</summary>
#
# `asyncio.wait` raises no errors of tasks. It does not take an empty list. `gather` would cancel the
# tasks a second time, in the middle of their clean-up, if `stop` is cancelled while it waits.
#
# </details>
#
# <details><summary>Hint 2: whose CancelledError?</summary>
#
# `await task` in a `try` with `except asyncio.CancelledError: pass` cannot tell the task's
# cancellation from your own. Wait in a way that raises only yours.
#
# </details>
#
# <details><summary>Hint 3: the names</summary>
#
# `cancel()` returns `True` for *requested*. Ask `task.cancelled()` afterwards how the task has
# ended.
#
# </details>

# %% exercise="stop" role="answer"
import asyncio


async def stop(tasks):
    """Cancel the tasks, wait until all have ended, and return the names of those cancelled."""
    ### BEGIN SOLUTION
    # Why: All are cancelled first and waited for after that, so they tidy up at the same time.
    # `asyncio.wait` raises none of their errors, so a `CancelledError` that comes out is one's own;
    # it refuses an empty list.
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    return [task.get_name() for task in tasks if task.cancelled()]
    ### END SOLUTION


# %% exercise="stop" role="test" id="ended" points=2 name="every task has ended, and they clean up at the same time"
import asyncio


async def stopped_(cleanups):
    """Stop a task for each of the cleanups, which take so many seconds; say which have ended."""

    async def work(seconds):
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(seconds)

    tasks = [asyncio.create_task(work(seconds)) for seconds in cleanups]
    await asyncio.sleep(1)
    try:
        await stop(tasks)
        return [task.done() for task in tasks]
    finally:
        await asyncio.wait(tasks)


run = observe(stopped_, [20, 0, 30])
expect(run).returned([True] * 3, hint="cancel, and then wait until all have ended")
expect(run).took(31, hint="cancel all of them before you wait for one").nothing_left()
expect(run).ran_at_most(36, hint="do not sleep and look again: wait for the tasks")
run = observe(stopped_, [5] * 300)
expect(run).took(6, hint="cancel all of them, however many there are, before you wait for one")
import random

random_ = random.Random(SEED)
for count in (1, 2, 5, 12):
    cleanups_ = [random_.randint(0, 50) for _ in range(count)]
    cleanups_[random_.randrange(count)] = 10**6
    run = observe(stopped_, cleanups_)
    expect(run).returned([True] * count, hint="cancel, and then wait until all have ended")
    expect(run).took(1 + max(cleanups_), hint="cancel all of them before you wait for one")
    expect(run).without_threads().nothing_left().ran_at_most(
        8 * count + 12, hint="do not sleep and look again: wait for the tasks"
    )
### BEGIN HIDDEN TESTS


async def jobs_stopped_(job, n):
    tasks = [asyncio.create_task(job(i), name=f"job {i}") for i in range(n)]
    await asyncio.sleep(1)
    return await stop(tasks)


clean_ups_ = random_.sample(range(1, 60), 4)
run = observe(jobs_stopped_, jobs([1000] * 4, clean_ups=clean_ups_), 4)
expect(run).returned([f"job {i}" for i in range(4)])
expect(run).took(1 + max(clean_ups_), hint="cancel all of them before you wait for one")
expect(run).jobs_ended(whole=True, hint="cancel once, and then wait until all have ended")
### END HIDDEN TESTS


# %% exercise="stop" role="test" id="names" points=2 name="returns the names of those that were cancelled"
import asyncio
import concurrent.futures


class Quit_(BaseException):
    """An error that is no Exception."""


async def named_(kinds):
    """Stop tasks of these kinds and return the names; they are called work-0, work-1, ..."""

    async def work(kind):
        if kind == "ends before":
            return "done"
        if kind == "fails before":
            raise OSError("broken")
        if kind == "is cancelled before":
            asyncio.current_task().cancel()
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            await asyncio.sleep(0.5)
            if kind == "fails in its clean-up":
                raise OSError("broken") from None
            if kind == "quits in its clean-up":
                raise Quit_ from None
            if kind == "fails with a namesake":
                raise concurrent.futures.CancelledError from None
            if kind == "returns a value":
                return "enough"
            if kind == "returns a CancelledError":
                return asyncio.CancelledError()
            raise

    tasks = [asyncio.create_task(work(kind), name=f"work-{i}") for i, kind in enumerate(kinds)]
    await asyncio.sleep(1)
    names = await stop(tasks)
    return names, len(tasks)


run = observe(named_, ["is cancelled", "ends before", "is cancelled"])
expect(run).returned((["work-0", "work-2"], 3), hint="ask each task: task.cancelled()")
run = observe(named_, ["fails in its clean-up", "is cancelled"])
expect(run).returned((["work-1"], 2), hint="an error of a task is not yours, and no cancellation")
run = observe(named_, [])
expect(run).returned(([], 0), hint="the list may be empty")
import random

random_ = random.Random(SEED)
all_ = ["is cancelled", "ends before", "fails before", "fails in its clean-up", "returns a value"]
all_ += ["is cancelled before", "returns a CancelledError", "fails with a namesake"]
all_ += ["quits in its clean-up"]
cases_ = [[kind] for kind in all_]
cases_ += [random_.sample(all_ + ["is cancelled"] * 9, 12) for _ in range(3)]
for kinds_ in cases_:
    run = observe(named_, kinds_)
    names_ = [f"work-{i}" for i, kind in enumerate(kinds_) if kind.startswith("is cancelled")]
    expect(run).returned(
        (names_, len(kinds_)),
        hint="in the order of the list, those for which task.cancelled() is true in the end",
    ).nothing_left()


async def same_names_(names):
    tasks = [asyncio.create_task(asyncio.sleep(1000), name=name) for name in names]
    await asyncio.sleep(1)
    return await stop(tasks)


run = observe(same_names_, ["a", "b", "a"])
expect(run).returned(["a", "b", "a"], hint="two tasks may have one name: go by task, not by name")


# %% exercise="stop" role="test" id="others" points=1 name="does not touch other tasks"
import asyncio


async def others_(count, beats):
    """Stop count tasks beside a heartbeat; say how often the heart has beaten in the end."""
    beaten = []

    async def heartbeat():
        for beat in range(beats):
            await asyncio.sleep(1)
            beaten.append(beat)

    heart = asyncio.create_task(heartbeat(), name="work")
    tasks = [asyncio.create_task(asyncio.sleep(1000), name="work") for _ in range(count)]
    await asyncio.sleep(1.5)
    await stop(tasks)
    await asyncio.wait([heart])
    return len(beaten), [task.done() for task in tasks]


run = observe(others_, 2, 4)
expect(run).returned(
    (4, [True, True]),
    hint="`all_tasks()` gives everybody's tasks, and another task may have the name",
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (0, 1, random_.randint(2, 9)):
    beats_ = random_.randint(2, 20)
    run = observe(others_, count, beats_)
    expect(run).returned(
        (beats_, [True] * count), hint="cancel the tasks of the list, and no others"
    )
    expect(run).nothing_left()
### END HIDDEN TESTS


# %% exercise="stop" role="test" id="cancelled" points=1 name="its own cancellation comes out"
import asyncio


async def cancelled_(cleanups, seconds):
    async def work(cleanup):
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(cleanup)

    tasks = [asyncio.create_task(work(cleanup)) for cleanup in cleanups]
    await asyncio.sleep(1)
    stopping = asyncio.create_task(stop(tasks))
    await asyncio.sleep(seconds)
    stopping.cancel()
    await asyncio.wait([stopping, *tasks])
    if not stopping.cancelled():
        stopping.result()  # raises what it raised
    return stopping.cancelled()


run = observe(cancelled_, [5, 5], 2)
expect(run).returned(
    True, hint="do not catch CancelledError around an await: it may be meant for you"
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (1, 2, 6):
    cleanups_ = [random_.randint(10, 20) for _ in range(count)]
    run = observe(cancelled_, cleanups_, random_.randint(1, 9))
    expect(run).returned(True, hint="let your own CancelledError out").nothing_left()
### END HIDDEN TESTS

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
# - [Task cancellation](https://docs.python.org/3/library/asyncio-task.html#task-cancellation):
#   what to do with a `CancelledError`, and why not to swallow it.
# - [Timeouts](https://docs.python.org/3/library/asyncio-task.html#timeouts) and
#   [shielding](https://docs.python.org/3/library/asyncio-task.html#shielding-from-cancellation),
#   with all their arguments.
# - [Handling keyboard
#   interruption](https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption):
#   what `asyncio.run` does at Ctrl+C, step by step.
#
# **Next:** [12 · Threads](12_threads.ipynb)
