# %% [markdown]
# # 11 · Cancellation and Ctrl+C
#
# To cancel a task is to throw an exception into it, at the place where it waits. A time limit does
# this, and so does Ctrl+C.
#
# **You will be able to**
#
# - say what `cancel()` does, when it does it, and what its `True` means;
# - clean up when a task is cancelled, also with code that has to wait;
# - give a piece of work a time limit, and keep a cancellation away from another;
# - end a program with Ctrl+C so that nothing is left behind.
#
# **Before:** [10 · Lock](10_lock.ipynb) · **Next:** [12 · Threads](12_threads.ipynb)

# %%
import asyncio
import signal
import subprocess
import sys

from looplab import SEED, check, compare, enable, expect, jobs, observe

enable(legacy=True)  # also what old notes wrote


def clock():
    return f"{asyncio.get_running_loop().time():g} s:"


# %% [markdown]
# ## 1. `cancel()` asks
#
# The task `work` runs `outer`, which awaits `inner`, which sleeps for 4 seconds. After 1 second
# `main` cancels the task.
#
# **Predict.** Has the task ended when `cancel()` returns? Which of the two functions learns of it
# first?

# %% [markdown]
# *Your prediction (double-click here and write):*


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
# **What happened.** `cancel()` only arranged it. Its `True` means *requested*, not *done*: no line of
# `work` had run yet. That came when `main` had to wait. Then the event loop resumed the task, and the
# `await` at the very bottom, in `asyncio.sleep`, raised `CancelledError` instead of giving a result.
# From there it travelled upwards as any exception does: through `inner`, through `outer`, out of the
# task. The task was then *cancelled*, and whoever awaits such a task gets a `CancelledError` too.
#
# The second `cancel()` gave `False`: there was nothing left to cancel. A task that is cancelled before
# its first turn runs no line at all, and so no `finally` of its own either.
#
# ## 2. Cleaning up
#
# `say_after` catches every `Exception`. It has something to give back, and that takes 1 second.
#
# **Predict.** Is `caught` printed? At which second has the task ended?

# %% [markdown]
# *Your prediction (double-click here and write):*


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
# `BaseException`, as `KeyboardInterrupt` is: code that deals with errors does not take it for one. (In
# Python 3.7 it was an `Exception`, and this task would have printed `caught`, gone on to its end, and
# not been cancelled. Old programs have an `except asyncio.CancelledError: raise` above for that.)
#
# The clean-up awaited for a second, as code may in a `finally`. One `cancel()` throws one
# `CancelledError`; it does not forbid the task to wait again. So the task ended at 2 s, and not at 1 s.
# **To stop a task is two steps: cancel it, then wait until it has ended.** `asyncio.wait` is good for
# the second. It raises nothing.
#
# ## 3. A time limit
#
# `fetch` takes 4 seconds, and half a second more to clean up where it is cancelled. It gets 2 seconds.
#
# **Predict.** At which second does the `TimeoutError` come out?

# %% [markdown]
# *Your prediction (double-click here and write):*


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
observe(as_a_call)
run.timeline()

# %% [markdown]
# **What happened.** At 2 s the timer of `asyncio.timeout` cancelled the task that runs the block, which
# is the same as in round 1. `fetch` got the `CancelledError`, cleaned up, and let it go on. Where it
# left the block, at 2.5 s, the block turned it into a `TimeoutError`. So the limit says when the work is
# asked to stop. How long it takes to stop is up to the work.
#
# If somebody else cancels the task meanwhile, the block lets the `CancelledError` out as it is: it asks
# the task how many requests there are (`task.cancelling()`), and takes back only its own.
#
# `asyncio.wait_for(fetch(), 2)` did the same in one call. Up to Python 3.11 it runs `fetch()` in a task
# of its own; from 3.12 on it is a `timeout` block inside.
#
# ## 4. `shield`
#
# `caller` waits for the task `save` through `asyncio.shield`, and is cancelled after 1 second.
#
# **Predict.** When does `caller` end? And `save`?

# %% [markdown]
# *Your prediction (double-click here and write):*


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
# **What happened.** `shield` protected the task `save`. It did not protect the `await`: `caller` was
# cancelled at 1 s as ever, and left while `save` still worked. Without `shield` the cancellation would
# have gone through: to cancel a task that awaits another task is to cancel that one.
#
# So `shield` leaves you with a task that runs on. Somebody has to keep it and to wait for it, as the
# last line of `main` does. If nobody does, `asyncio.run` cancels it at the end like any other. Where
# the caller itself must not leave before all is saved, it catches the `CancelledError`, awaits the task
# once more, and raises again.
#
# ## 5. Ctrl+C
#
# Ctrl+C in a terminal sends the signal `SIGINT` to the program. `press_ctrl_c` starts a program in a
# Python of its own, and sends it this signal when it prints `press Ctrl+C`. (It leaves out warnings and
# the inner lines of tracebacks. Windows cannot send this signal to another program, so there these cells
# fail.)
#
# The program below runs three works in a task group. Each has to clean up, and that takes time.
#
# **Predict.** Put these lines into order: `main cleans up`, `work has cleaned up` (three times), `out of
# asyncio.run: KeyboardInterrupt`.

# %% [markdown]
# *Your prediction (double-click here and write):*


# %%
def press_ctrl_c(program):
    as_in_a_terminal = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = [sys.executable, "-u", "-W", "ignore", "-c", as_in_a_terminal + program]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **pipe) as process:
        for line in process.stdout:
            if not line.startswith((" ", "\n", "Traceback", "During", "task: ")):
                print(line, end="")
            if line == "press Ctrl+C\n":
                process.send_signal(signal.SIGINT)


press_ctrl_c("""
import asyncio

async def do_some_work(x):
    print("Waiting:", x)
    try:
        await asyncio.sleep(x)
    finally:
        await asyncio.sleep(0.01)
        print("work has cleaned up")

async def main():
    asyncio.get_running_loop().call_later(0.01, print, "press Ctrl+C")
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
# **What happened.** `KeyboardInterrupt` came last. Since Python 3.11 `asyncio.run` answers `SIGINT` by
# itself: it *cancels the main task*. All that you have seen follows from this. The `CancelledError` came
# out of the `await` of the task group, the group cancelled its tasks and waited for them, and the
# `finally` of `main` ran. When `main` had ended, `asyncio.run` cancelled the tasks that were left,
# waited for them too, closed the loop, and raised `KeyboardInterrupt`. A second Ctrl+C does not wait: it
# raises `KeyboardInterrupt` at once, wherever the program is.
#
# You may read that `except KeyboardInterrupt` is all that a program needs. It is what ends the program
# without a traceback. The work is done before, by a cancellation that everybody lets through.
#
# ### The Stop button
#
# The Stop button of a notebook interrupts the kernel, and that is `SIGINT` again. The cell below
# presses it by itself, after a tenth of a second. In a cell that awaits without `asyncio.run`, the cell
# itself is cancelled.


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
# Before Python 3.11 `KeyboardInterrupt` was raised wherever the program was: in a task, or inside of the
# event loop. A recipe of that time catches it, cancels all tasks and starts the loop again.
#
# **Predict.** At the end `run_forever` returns. Is it because all the tasks have ended?

# %% [markdown]
# *Your prediction (double-click here and write):*

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
loop.call_later(0.01, print, "press Ctrl+C")
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

press_ctrl_c("from looplab import enable; enable(legacy=True)" + recipe)

# %% [markdown]
# **What happened.** You may read that the loop ends here because there are no tasks any more. There were
# four, and one had not ended: `main`. `loop.stop()` was called first, and so `run_forever` took *one*
# turn. One turn was enough for the three works, which had nothing to wait for in their clean-up. The
# news of it would have reached `main` in the next turn. `cancel()` gave `True` all the same: *requested*.
#
# ### The same as a picture
#
# Now the works need half a second to clean up. Under virtual time nobody can press keys, so
# `ctrl_c` does what Python does at the signal: raise `KeyboardInterrupt` in the old program, cancel the
# main task in the new one.
#
# **Predict.** How many of the four tasks have ended when the old program has?

# %% [markdown]
# *Your prediction (double-click here and write):*


# %%
async def do_some_work(x):
    try:
        await asyncio.sleep(x)
    finally:
        await asyncio.sleep(0.5)
        print(clock(), f"work {x} has cleaned up")


async def main(ctrl_c=None):
    if ctrl_c is None:
        ctrl_c = asyncio.current_task().cancel
    asyncio.get_running_loop().call_later(0.5, ctrl_c)
    async with asyncio.TaskGroup() as group:
        for x in (1, 2, 4):
            group.create_task(do_some_work(x), name=f"work {x}")


def then():
    def ctrl_c():
        raise KeyboardInterrupt

    loop = asyncio.new_event_loop()
    task = loop.create_task(main(ctrl_c), name="main")
    try:
        loop.run_until_complete(task)
    except KeyboardInterrupt:
        for each in asyncio.Task.all_tasks(loop):
            each.cancel()
        loop.stop()
        loop.run_forever()
        print("not ended:", len(asyncio.Task.all_tasks(loop)))
    finally:
        loop.close()


def now():
    try:
        asyncio.run(main())
    except asyncio.CancelledError:
        print("main was cancelled")


compare(observe(then), observe(now), names=["then", "now"])

# %% [markdown]
# **What happened.** None. In its one turn each work got its `CancelledError` and came to the `await` of
# its clean-up. There the loop stopped for good, and the picture ends with four tasks that are still
# there. `now` took half a second more, and left nothing. Nobody should stop a loop and hope; wait for
# the tasks.
#
# | | then | now |
# |---|---|---|
# | Ctrl+C | `KeyboardInterrupt`, wherever the program is | the main task is cancelled |
# | who cancels the tasks | you: `gather(*Task.all_tasks()).cancel()` | who started them: a `TaskGroup`, a `finally` |
# | who waits for them | nobody: `stop()` and one turn | the same `TaskGroup`, and at last `asyncio.run` |
# | a list of the tasks | `asyncio.Task.all_tasks()`, until Python 3.8 | `asyncio.all_tasks()` |
# | `CancelledError` | an `Exception`, until Python 3.7 | a `BaseException` |
#
# ### Only your own tasks
#
# The recipe cancels *all* tasks of the loop. `program` below runs one work of its own, and beside it a
# library that it uses has a task. `stop` is once the recipe's way, and once the polite one.
#
# **Predict.** At which second does the library's task end, in the one and in the other?

# %% [markdown]
# *Your prediction (double-click here and write):*


# %%
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
    await asyncio.gather(*mine, return_exceptions=True)


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
# **What happened.** `all_tasks()` gives everybody's tasks: those of libraries, of frameworks, in a
# notebook the kernel's. A library whose heartbeat is gone still looks alive, and fails later. So keep the
# tasks that you start, in a list or in a `TaskGroup`, and stop those.
#
# `gather` with `return_exceptions=True` waits until all have ended, and takes a `CancelledError` for a
# result like any other. From Python 3.15 on a `TaskGroup` has a method `cancel()`, for a group that should
# end early without an error.

# %% [markdown]
# ## What breaks
#
# ### The recipe as it was written
#
# Python 3.9 removed `asyncio.Task.all_tasks`. Without `enable(legacy=True)` the recipe fails in the
# middle of its own rescue. Then the program ends with tasks that wait, and Python complains of each as it
# is destroyed. When you see `Task was destroyed but it is pending!`, look for a task that nobody
# cancelled and waited for before its loop was closed.

# %%
press_ctrl_c(recipe)

# %% [markdown]
# ### Swallowed
#
# `stubborn` catches `CancelledError`, as a retry loop or a bare `except:` would, and tries again. It gets
# a limit of 1 second.


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
        print(clock(), await stubborn())
    print(clock(), "no error")


run = observe(main)
run.timeline()

# %% [markdown]
# The limit is gone, in silence. `timeout` cancelled once, at 1 s; `stubborn` took it for an error of its
# own, and worked on until 5 s. In the same way a swallowed `CancelledError` makes a program that Ctrl+C
# does not end, and a `TaskGroup` that waits although one of its tasks has failed. Catch it only to clean
# up, and end with `raise`; or write `finally`. If you wish to retry, write `except Exception`.
#
# ### Cancelled, and then awaited
#
# `main` does the two steps, cancel and wait. But to await a cancelled task raises `CancelledError`, here
# in `main`. Its message is empty, so look at the line. `asyncio.wait([task])` waits without raising.


# %% role="breaks"
async def main():
    task = asyncio.create_task(do_some_work(4), name="work 4")
    await asyncio.sleep(0.1)
    task.cancel()
    await task
    print("never printed")


asyncio.run(main())

# %% [markdown]
# An `except asyncio.CancelledError: pass` around that `await` is no cure. If somebody cancels *you* while
# you wait there, it looks the same, and you have swallowed your own.
