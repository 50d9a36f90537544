# %% [markdown]
# # 01 · Coroutines
#
# You call an `async def` function: you will see what the call gives, who runs the function's lines,
# and what a task adds to it.
#
# **You will be able to**
#
# - tell a coroutine function, a coroutine object and a task apart;
# - say when the lines of a coroutine run, and who makes them run;
# - read in a task's representation whether it is pending or finished;
# - recognise a coroutine that nobody awaited, and one that was awaited twice.
#
# `observe(main)` runs a program and keeps a record of it, and `run.timeline()` draws the record: a
# lane for each task, from left to right as time passes. The seconds are *virtual*: they are
# counted exactly, and you do not have to wait for them.
#
# **Before:** [00 · Start here](00_start_here.ipynb) ·
# **Next:** [02 · yield and send](02_yield_and_send.ipynb)

# %%
import asyncio
import inspect

from looplab import SEED, check, compare, enable, expect, gens, jobs, observe, predict

enable(legacy=True)  # also runs what newer Pythons have removed

# %% [markdown]
# ## 1. What a call gives
#
# `async def` makes a *coroutine function*, as long as no `yield` stands in it. The one below prints,
# waits for x seconds, and returns a text.
#
# **Predict.** Four lines are printed. In which order? When does `do_some_work` print its one?

# %%
predict(
    "",
    A="as the first line, when do_some_work(2) is called",
    B="as the last line, when the loop is free",
    C="as the third line, when main awaits the object",
    right="C",
)


# %%
async def do_some_work(x):
    print("Waiting:", x)
    await asyncio.sleep(x)
    return f"{x} s later"


async def main():
    work = do_some_work(2)
    print("the call gave a", type(work).__name__)
    print("the function is one:", inspect.iscoroutinefunction(do_some_work))
    print("the result:", await work)


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The call `do_some_work(2)` printed nothing. It made an object that holds the
# function, its argument, and the place where it stands: before its first line. This is a
# *coroutine object*. Nothing was registered anywhere, and no event loop knows of it.
#
# `await work` ran it. From there on it was like an ordinary call: `main` stood still until the
# function returned, and `await` gave what it returned. That is why there is one lane: `main` and
# the function it awaits are one line of execution.
#
# The word *coroutine* is used for both, for the function and for what its call gives. Where it
# matters, say which: a coroutine *function* can be called many times, and a coroutine *object* is
# one call, which runs once at most.

# %% [markdown]
# ## 2. A task: a coroutine that the event loop runs
#
# The *event loop* is what runs an asyncio program: it resumes whoever can go on. `create_task`
# hands it a coroutine object, and gives back a *task*: an object that knows the coroutine's state
# and, later, its result.
#
# A task's representation begins with `<Task`, its state and its name, and goes on with the file
# and line where it stands. The function `state` keeps the beginning, which is the same on every
# machine.
#
# **Predict.** Three states are printed. What does each say: pending or finished? Is
# `Waiting: 2` printed before the first of them?

# %%
predict(
    "",
    A="pending, pending, finished; Waiting comes after the first",
    B="pending, pending, finished; Waiting comes before the first",
    C="pending, finished, finished; Waiting comes after the first",
    right="A",
)


# %%
def state(task):
    return repr(task).partition(" coro=")[0] + " ...>"


async def main():
    task = asyncio.create_task(do_some_work(2), name="work-2")
    print(state(task))
    await asyncio.sleep(1)
    print(state(task))
    print("the result:", await task)
    print(state(task))


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** After `create_task` the task is *pending*, and it has not run: `main` still
# has its turn. The task begins when `main` waits for the first time, at `await asyncio.sleep(1)`.
# Then both wait at once. After one second the task is still pending, because it waits for two. When its
# function has returned it is *finished*, and it keeps the result.
#
# In the timeline the task has a lane of its own. That is the difference from round 1: `await work`
# ran the coroutine inside `main`, and a task runs beside it.
#
# The name in the representation is there since Python 3.8. Older output looks like
# `<Task pending coro=<do_some_work() running ...`.

# %% [markdown]
# ## 3. Waiting is what makes the difference
#
# You may find examples with a function such as `says_it_waits`, below. Two programs start two tasks
# each and await them, the one with this function and the other with `do_some_work`.
#
# **Predict.** How long does each program take? In which order do the tasks end?

# %%
predict(
    "",
    A="0 s and 3 s; in the second program work-2 ends first",
    B="3 s and 3 s; work-2 ends first in both",
    C="0 s and 2 s; in the second program work-1 ends first",
    D="2 s and 2 s; work-1 ends first in both",
    right="C",
)


# %%
async def says_it_waits(x):
    print("Waiting:", x)


async def two_of(work):
    tasks = [asyncio.create_task(work(x), name=f"work-{x}") for x in (2, 1)]
    for task in tasks:
        await task


idle = observe(two_of, says_it_waits)
real = observe(two_of, do_some_work)
compare(idle, real, names=["it says so", "it waits"])

# %% [markdown]
# **What happened.** The first program takes no time. Each task runs from its first line to its
# last in one turn, and they run one after the other. With such an example you can measure what
# you like: it shows nothing about doing several things at once.
#
# In the second program each task comes to an `await` that has to wait. There the event loop takes
# control, and the other task begins. Both wait at the same time, so the program takes 2 seconds
# and not 3, and `work-1` ends first.

# %% [markdown]
# ## 4. Two awaits
#
# **Predict.** `main` awaits one task twice. How often is `Waiting: 1` printed? How many seconds does
# `main` take?

# %%
predict(
    "",
    A="once; 1 second",
    B="twice; 2 seconds",
    C="once; 2 seconds: each await waits for a second",
    right="A",
)


# %%
async def main():
    task = asyncio.create_task(do_some_work(1), name="work-1")
    print("first: ", await task)
    print("second:", await task)


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** A coroutine object is one call, and a call has one run: the function ran once.
# The first `await task` waited until it had ended. The second found a finished task, which keeps
# its result for as long as somebody may ask, and went on at once.
#
# With the coroutine object itself the second `await` fails: see *What breaks*.

# %% [markdown]
# ## Then and now
#
# ### Then: a loop by hand
#
# Notes from before Python 3.7 take an event loop, hand it the task, and run the loop until the task
# is done. `loop.create_task(work)` could also be written `asyncio.ensure_future(work)`: for a
# coroutine object both make the same task. `enable(legacy=True)` lets the old program run.
#
# **Predict.** Is `Waiting: 2` printed before the first state or after it, and why?

# %%
predict(
    "",
    A="before it: create_task runs the first step",
    B="after it: the loop does not run yet",
    C="before it: the call of do_some_work prints it",
    right="B",
)


# %%
def then():
    work = do_some_work(2)
    loop = asyncio.get_event_loop()
    task = loop.create_task(work, name="work-2")
    print(state(task))
    loop.run_until_complete(task)
    print(state(task))
    loop.close()


old = observe(then)
print(*old.warnings, sep="\n")

# %% [markdown]
# **What happened.** `create_task` noted the task on the loop, and the loop did not run yet: the
# task is pending, and nothing of it was printed. `run_until_complete` ran the loop until the task
# was finished.
#
# The program still runs. The warning is LoopLab's, and comes only once. `asyncio.get_event_loop()`
# made a loop when none was set: Python 3.12 and 3.13 warn of that, and Python 3.14 raises a
# `RuntimeError`.
#
# ### Now: `asyncio.run`
#
# `asyncio.run(main())` makes a fresh loop, runs `main` on it, and cleans up: it cancels what is
# left and closes the loop. Inside `main`, `asyncio.create_task` knows which loop to use.
#
# **Predict.** The picture shows both programs. How many tasks does each of them have?

# %%
predict(
    "",
    A="then one, now one",
    B="then two, now two",
    C="then none, now one",
    D="then one, now two",
    right="D",
)


# %%
def now():
    async def main():
        task = asyncio.create_task(do_some_work(2), name="work-2")
        print(state(task))
        await task
        print(state(task))

    asyncio.run(main())


new = observe(now)
compare(old, new, names=["then", "now"])

# %% [markdown]
# **What happened.** Both take 2 seconds. Today's program has one task more: `main` itself.
#
# | what | then | now |
# |---|---|---|
# | who makes the loop | `asyncio.get_event_loop()` | `asyncio.run` |
# | who closes it | `loop.close()`, if you think of it | `asyncio.run` |
# | make a task | `loop.create_task(work)`, `asyncio.ensure_future(work)` | `asyncio.create_task(work)` in a coroutine |
# | what is left over | stays pending | is cancelled, and waited for |

# %% [markdown]
# ## What breaks
#
# ### The `await` that was forgotten
#
# A call without `await` makes a coroutine object and drops it. No line of it runs. Python notices
# when it deletes the object, and warns. In a script the warning stands among other lines, and may
# point at one that has nothing to do with it. The record knows the line where the object was made.


# %%
async def main():
    do_some_work(2)
    print("main has ended, and nobody waited")


run = observe(main)
print(*run.warnings, sep="\n")
for lost in run.lost:
    print("lost:", lost.kind, lost.name, "in line", lost.line)

# %% [markdown]
# ### Awaited twice
#
# The second `await` of a coroutine object fails. So does an `await` of an object that a task has
# begun to run, with the words `coroutine is being awaited already`. If the task has not begun, one
# of the two fails, the task or your `await`. Keep the task, and await that.


# %% role="breaks"
async def main():
    work = do_some_work(1)
    print("first:", await work)
    await work


asyncio.run(main())

# %% [markdown]
# ### The parentheses that were forgotten
#
# `do_some_work` is a function. Only its call gives something to await.

# %% role="breaks"
await do_some_work

# %% [markdown]
# ### `await` in an ordinary function
#
# `await` may stand in an `async def` only: an ordinary function runs to its end before its caller
# goes on. A notebook also allows it at the top level of a cell, and a script does not.


# %% role="breaks"
def main():
    await do_some_work(1)


# %% [markdown]
# ## Your turn
#
# Each exercise has one cell for your answer and some cells that test it. Write your answer in
# place of the line that raises `NotImplementedError`, run the cell, and run the tests below it. A
# test that passes shows a green ✓. One that fails says what it expected, what happened, and a
# hint. When your work is graded, each test also tries other inputs. (You need not read the tests.
# `SEED` chooses some of their numbers, `jobs([1])` makes an async function that takes a second, and
# `gens([1, 2])` a generator, which lesson 02 explains.)

# %% [markdown]
# ### Exercise 1: `do_some_work`
#
# Write `do_some_work(x)`: it waits for `x` seconds and returns the text `done x`, with the number in
# the place of x: `done 2` for 2. It may print.
#
# - While it waits, other tasks run.
# - It waits once: to sleep a little and look again is called *polling*, and is not accepted. Neither
#   are threads.

# %% [markdown]
# <details><summary>Hint 1: which sleep?</summary>
#
# `time.sleep` stops the whole thread, and the event loop with it. `asyncio.sleep(x)` gives a
# coroutine object that waits and lets others run.
#
# </details>
#
# <details><summary>Hint 2: it takes no time at all?</summary>
#
# `asyncio.sleep(x)` alone is a call that runs nothing. Put `await` in front of it.
#
# </details>


# %% exercise="do_some_work" role="answer"
async def do_some_work(x):
    """Wait for x seconds, and return the text "done x"."""
    ### BEGIN SOLUTION
    # Why: The `await` in front of `asyncio.sleep(x)` is what waits. Without it the call only makes
    # a coroutine object, and the text comes at once; `time.sleep` would stop the loop and everybody
    # on it.
    await asyncio.sleep(x)
    return f"done {x}"
    ### END SOLUTION


# %% exercise="do_some_work" role="test" id="value" points=1 name="returns done and the number"
run = observe(do_some_work, 2)
expect(run).returned("done 2", hint='f"done {x}" puts the number into the text')
run = observe(do_some_work, 0)
expect(run).returned("done 0", hint="0 seconds is a time too")
import random

random_ = random.Random(SEED)
for x in [random_.randint(1, 10**6), random_.randint(1, 99) / 4, 7654321, 1 / 3, 1e-7]:
    run = observe(do_some_work, x)
    expect(run).returned(f"done {x}", hint="put the number itself into the text")

# %% exercise="do_some_work" role="test" id="time" points=1 name="takes x seconds"
run = observe(do_some_work, 2)
expect(run).finished().took(2, hint="await asyncio.sleep(x)").without_threads()
import random

random_ = random.Random(SEED)
for x in (0, 1 / 3, random_.randint(100, 1000)):
    run = observe(do_some_work, x)
    expect(run).finished().took(x, hint="it takes as long as it is asked to").without_threads()
    expect(run).ran_at_most(12, hint="wait once, for the whole time, and do not look in between")


async def again_(x):
    return [await do_some_work(x), await do_some_work(x)]


x_ = random_.randint(2, 100)
run = observe(again_, x_)
expect(run).returned([f"done {x_}"] * 2).took(2 * x_, hint="each call waits, the second one too")


# %% exercise="do_some_work" role="test" id="others" points=1 name="lets others run while it waits"
import asyncio


async def two_at_once_(a, b):
    return await asyncio.gather(do_some_work(a), do_some_work(b))


run = observe(two_at_once_, 2, 1)
expect(run).finished().took(2, hint="two that wait at once take as long as the longer one")
import random

random_ = random.Random(SEED)
a_, b_ = random_.sample(range(1, 1000), 2)
run = observe(two_at_once_, a_, b_)
expect(run).returned([f"done {a_}", f"done {b_}"], hint="each returns its own text")
expect(run).took(max(a_, b_), hint="time.sleep holds up the others: await asyncio.sleep")
run = observe(two_at_once_, 0.5, 0.25)
expect(run).took(0.5, hint="a short sleep holds up the others too, if it is time.sleep")


async def each_a_second_later_(x, count):
    async def later(pause):
        await asyncio.sleep(pause)
        return await do_some_work(x)

    return list(await asyncio.gather(*map(later, range(count))))


run = observe(each_a_second_later_, 3, 40)
expect(run).returned(["done 3"] * 40).took(
    42, hint="each call waits for as long as it is asked to, also where another one waits already"
)

# %% [markdown]
# ### Exercise 2: `make_task`
#
# Write the plain function `make_task(x)`, which is called while an event loop runs. It returns a task
# that runs `do_some_work(x)` and is named `work-x`, with the number in the place of x: `work-2`.
#
# - It is a plain `def` and waits for nothing: the task is pending when it returns.
# - The task ends as `do_some_work(x)` does: with its result, or with its error.
# - `do_some_work` is called once. Do not define it in your cell: the tests bring one of their own.

# %% [markdown]
# <details><summary>Hint 1: from a call to a task</summary>
#
# `do_some_work(x)` gives a coroutine object. `asyncio.create_task` makes a task of it.
#
# </details>
#
# <details><summary>Hint 2: the name</summary>
#
# `create_task` takes `name=`. A task also has `set_name`.
#
# </details>


# %% exercise="make_task" role="answer"
def make_task(x):
    """Return a task named work-x that runs do_some_work(x)."""
    ### BEGIN SOLUTION
    # Why: The coroutine object goes to `create_task`, which hands it to the loop and gives the task
    # back at once. Who awaits here instead returns a result, and no task; and a call of
    # `do_some_work` alone begins nothing.
    return asyncio.create_task(do_some_work(x), name=f"work-{x}")
    ### END SOLUTION


# %% exercise="make_task" role="test" id="task" points=1 name="returns a task that is pending"
import asyncio
import sys


async def state_of_(x):
    async def do_some_work(x):
        await asyncio.sleep(x)

    names = vars(sys.modules["__main__"])
    before = names.get("do_some_work")
    names["do_some_work"] = do_some_work
    try:
        task = make_task(x)
        return isinstance(task, asyncio.Task), isinstance(task, asyncio.Task) and task.done()
    finally:
        if before is None:
            del names["do_some_work"]
        else:
            names["do_some_work"] = before
        for left in asyncio.all_tasks() - {asyncio.current_task()}:
            left.cancel()


run = observe(state_of_, 2)
expect(run).returned(
    (True, False), hint="make a task of the coroutine object, and return it without waiting"
)
### BEGIN HIDDEN TESTS
import random

x_ = random.Random(SEED).randint(3, 10**6)
run = observe(state_of_, x_)
expect(run).returned((True, False), hint="make a task, whatever x is").took(0)
### END HIDDEN TESTS


# %% exercise="make_task" role="test" id="name" points=1 name="names it work-x"
import asyncio
import sys


async def name_of_(x):
    async def do_some_work(x):
        await asyncio.sleep(x)

    names = vars(sys.modules["__main__"])
    before = names.get("do_some_work")
    names["do_some_work"] = do_some_work
    try:
        task = make_task(x)
        return task.get_name()
    finally:
        if before is None:
            del names["do_some_work"]
        else:
            names["do_some_work"] = before
        for left in asyncio.all_tasks() - {asyncio.current_task()}:
            left.cancel()


run = observe(name_of_, 2)
expect(run).returned("work-2", hint='create_task takes name=f"work-{x}"')
import random

for x in (random.Random(SEED).randint(3, 10**6), 0, 2.5, 7654321, 1 / 3):
    run = observe(name_of_, x)
    expect(run).returned(f"work-{x}", hint="the name ends in the number that make_task was given")


# %% exercise="make_task" role="test" id="once" points=1 name="runs do_some_work(x) once, beside others"
import asyncio
import sys


async def results_of_(numbers):
    calls = []

    async def work(x):
        await asyncio.sleep(x)
        return ["ours", x]

    def do_some_work(x):
        calls.append(x)  # also a call whose coroutine object is thrown away
        return work(x)

    names = vars(sys.modules["__main__"])
    before = names.get("do_some_work")
    names["do_some_work"] = do_some_work
    try:
        tasks = [make_task(x) for x in numbers]
        results = [await task for task in tasks]
        named = all(task.get_name() == f"work-{x}" for task, x in zip(tasks, numbers, strict=True))
        return results, calls, [task.done() for task in tasks] if named else "wrong names"
    finally:
        if before is None:
            del names["do_some_work"]
        else:
            names["do_some_work"] = before


run = observe(results_of_, [2, 1])
expect(run).returned(
    ([["ours", 2], ["ours", 1]], [2, 1], [True, True]),
    hint="call do_some_work(x) once, and hand what it gives to create_task",
)
expect(run).took(2, hint="two tasks run beside one another").nothing_left()
import random

numbers_ = [*random.Random(SEED).sample(range(1, 1000), 5), 0.5]
run = observe(results_of_, numbers_)
expect(run).returned(
    ([["ours", x] for x in numbers_], numbers_, [True] * len(numbers_)),
    hint="call do_some_work(x) once for each call of make_task",
)
expect(run).took(max(numbers_), hint="all of them wait at once").nothing_left()
run = observe(results_of_, [3, 3])
expect(run).returned(
    ([["ours", 3], ["ours", 3]], [3, 3], [True, True]), hint="make a new task in each call"
)
run = observe(results_of_, [])
expect(run).returned(([], [], []))


async def end_of_(kind):
    """Say how the task ends when do_some_work gives nothing, or fails, or the task is cancelled."""

    class Quit(BaseException):
        """An error that is no Exception."""

    kinds = {"fails": ValueError, "finds nothing": KeyError, "is late": TimeoutError, "quits": Quit}
    error, working = kinds[kind](2) if kind in kinds else None, []

    async def do_some_work(x):
        working.append(x)
        try:
            await asyncio.sleep(1000 * x)
        finally:
            working.pop()
        if error is not None:
            raise error
        return 0

    names = vars(sys.modules["__main__"])
    before = names.get("do_some_work")
    names["do_some_work"] = do_some_work
    try:
        task = make_task(2)
        await asyncio.sleep(1)
        if kind == "is cancelled":
            task.cancel()
        await asyncio.wait([task])
        if task.cancelled():
            return "it is cancelled, and the work runs on" if working else "cancelled"
        if task.exception() is not None:
            return "that very error" if task.exception() is error else "another error"
        return task.result()
    finally:
        if before is None:
            del names["do_some_work"]
        else:
            names["do_some_work"] = before


for kind_, end_ in [
    ("fails", "that very error"),
    ("finds nothing", "that very error"),
    ("is late", "that very error"),
    ("quits", "that very error"),
    ("is cancelled", "cancelled"),
    ("gives 0", 0),
]:
    run = observe(end_of_, kind_)
    expect(run).returned(end_, hint="the task runs do_some_work(x), and ends as that does")
### BEGIN HIDDEN TESTS


async def of_jobs_(job, count):
    names = vars(sys.modules["__main__"])
    before = names.get("do_some_work")
    names["do_some_work"] = job
    try:
        tasks = [make_task(i) for i in range(count)]
        return [await task for task in tasks]
    finally:
        if before is None:
            del names["do_some_work"]
        else:
            names["do_some_work"] = before


results_ = random.Random(SEED).sample(range(10**9), 3)
run = observe(of_jobs_, jobs([2, 1, 4], results=results_), 3)
expect(run).returned(results_, hint="the task runs do_some_work(x), and gives what that gives")
expect(run).took(4, hint="tasks run beside one another").jobs_ended()
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `what_is`
#
# Write `what_is(thing)`. It returns one of four texts: `"coroutine function"`, `"coroutine"` for a
# coroutine object, `"task"`, or `"something else"`.
#
# - It only looks: it calls nothing, awaits nothing and starts nothing. A coroutine object or a task
#   that has ended, however it did, is still one.
# - Anything else is `"something else"`: a plain function, a *generator* (what the call of a function
#   with `yield` gives; lesson 02), a *future* that is no task (a place for a result that is not
#   there yet, of the class `asyncio.Future`; lesson 07).

# %% [markdown]
# <details><summary>Hint 1: who knows?</summary>
#
# The module `inspect` has a function for each of the first two; you used one of them in round 1.
#
# </details>
#
# <details><summary>Hint 2: a task</summary>
#
# A task is an object of the class `asyncio.Task`. `inspect.isawaitable` is true for too much:
# tasks, coroutine objects and futures.
#
# </details>


# %% exercise="what_is" role="answer"
def what_is(thing):
    """Return what thing is: coroutine function, coroutine, task or something else."""
    ### BEGIN SOLUTION
    # Why: The function and what its call gives are two things, and `inspect` has a question for
    # each. The task is asked for by its class: `isawaitable` would also be true of coroutine
    # objects and futures.
    if inspect.iscoroutinefunction(thing):
        return "coroutine function"
    if inspect.iscoroutine(thing):
        return "coroutine"
    if isinstance(thing, asyncio.Task):
        return "task"
    return "something else"
    ### END SOLUTION


# %% exercise="what_is" role="test" id="three" points=1 name="tells the three apart"
import asyncio


async def three_():
    async def work():
        ran.append(True)

    ran = []
    coroutine = work()
    task = asyncio.create_task(asyncio.sleep(1))
    try:
        told = [what_is(work), what_is(coroutine), what_is(task)]
    finally:
        coroutine.close()
    await task
    return told, ran, what_is(task)


run = observe(three_)
expect(run).returned(
    (["coroutine function", "coroutine", "task"], [], "task"),
    hint="inspect knows the first two, and a task is an asyncio.Task, also when it has ended",
)


class Worker_:
    async def work(self):
        return 1


async def methods_():
    worker = Worker_()
    coroutine = worker.work()
    try:
        return what_is(worker.work), what_is(coroutine)
    finally:
        coroutine.close()


run = observe(methods_)
expect(run).returned(
    ("coroutine function", "coroutine"), hint="a method may be a coroutine function too"
)


async def looked_at_():
    async def work():
        await asyncio.sleep(1)
        return "hello"

    coroutine = work()
    told = what_is(coroutine)
    task = asyncio.create_task(coroutine)
    return told, what_is(task), await task


run = observe(looked_at_)
expect(run).returned(
    ("coroutine", "task", "hello"), hint="only look: do not close or cancel what you are given"
)


async def in_every_state_():
    async def fail():
        raise ValueError

    def told():
        return [what_is(thing) for thing in (coroutine, cancelled, failed, failed.get_coro())]

    coroutine = asyncio.sleep(1)
    cancelled = asyncio.create_task(asyncio.sleep(5))
    failed = asyncio.create_task(fail())
    before = told()
    coroutine.send(None)
    coroutine.close()
    await asyncio.sleep(1)
    cancelled.cancel()
    await asyncio.wait([cancelled, failed])
    return before, told(), what_is(cancelled.get_coro()), failed.exception() is not None


run = observe(in_every_state_)
kinds_ = ["coroutine", "task", "task", "coroutine"]
expect(run).returned(
    (kinds_, kinds_, "coroutine", True),
    hint="it does not matter whether it has begun, has ended, was cancelled or has failed",
)
run = observe(what_is, jobs([1]))
expect(run).returned("coroutine function", hint="whoever has made it: ask `inspect`")


# %% exercise="what_is" role="test" id="others" points=1 name="knows what is something else"
import asyncio


def plain_():
    return 1


def generator_():
    yield 1


async def wrongly_told_():
    """Return what is something else, with what it was taken for."""
    things = {
        "a plain function": plain_,
        "a number": 3,
        "a text": "text",
        "a future": asyncio.get_running_loop().create_future(),
        "a generator": generator_(),
    }
    told = {name: what_is(thing) for name, thing in things.items()}
    wrong = {}
    for name, answer in told.items():
        # Not only what says of itself that it is equal.
        if type(answer) is not str or answer != "something else":
            wrong[name] = answer
    return wrong


run = observe(wrongly_told_)
expect(run).returned(
    {}, hint="a future is awaitable and no task; a generator has `send` and is no coroutine"
)


async def calls_nothing_():
    called = []

    def plain():
        called.append("a plain function")

    class Thing:
        def __init__(self):
            called.append("a class")

        def __call__(self):
            called.append("an object")

    thing = Thing()
    return [what_is(each) for each in (plain, Thing, thing)], called


run = observe(calls_nothing_)
expect(run).returned(
    (["something else"] * 3, ["a class"]), hint="only look: a call would do what the function does"
)


async def items_():
    yield 1


class Awaitable_:
    def __await__(self):
        yield


async def more_wrongly_told_():
    class Task:
        def get_name(self):
            return "work"

        get_coro = get_context = get_stack = done = cancel = cancelled = cancelling = get_name
        result = exception = add_done_callback = get_loop = send = throw = close = get_name
        cr_await = cr_code = cr_frame = cr_running = None

        def __bool__(self):
            raise TypeError("nobody may ask")

    things = {
        "a generator function": generator_,
        "an asynchronous generator function": items_,
        "an asynchronous generator": items_(),
        "an awaitable of a class": Awaitable_(),
        "an object with what tasks and coroutines have": Task(),
        "None": None,
        "a list": [],
        "a class": int,
        "a text about a task": "<Task pending>",
        "a text about a coroutine": "<coroutine object work>",
    }
    told = {name: what_is(thing) for name, thing in things.items()}
    wrong = {}
    for name, answer in told.items():
        # Not only what says of itself that it is equal.
        if type(answer) is not str or answer != "something else":
            wrong[name] = answer
    return wrong


run = observe(more_wrongly_told_)
expect(run).returned(
    {}, hint="generators, asynchronous ones too, and objects of other classes are something else"
)
run = observe(what_is, *gens([1, 2]))
expect(run).returned("something else", hint="a generator is no coroutine")

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
# - [Coroutines](https://docs.python.org/3/library/asyncio-task.html#coroutines): the reference, with
#   the words used here.
# - [Awaitables](https://docs.python.org/3/library/asyncio-task.html#awaitables): what else can stand
#   after `await`.
# - [asyncio.run](https://docs.python.org/3/library/asyncio-runner.html#asyncio.run): what it does
#   before and after your program.
#
# **Next:** [02 · yield and send](02_yield_and_send.ipynb)
