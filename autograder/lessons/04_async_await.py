# %% [markdown]
# # 04 · async and await
#
# At an `await` other tasks may get a turn, and often they get none: you will see when they do, and
# build an object that can be awaited.
#
# **You will be able to**
#
# - say at which `await` other tasks can run, and at which they cannot;
# - follow a chain of awaits down to the one thing that waits;
# - give other tasks a turn in the middle of a long piece of work;
# - say what may stand after `await`, and make a class of your own that may.
#
# **Before:** [03 · yield from](03_yield_from.ipynb) ·
# **Next:** [05 · The event loop](05_event_loop.ipynb)

# %%
import asyncio
import inspect
import time

from looplab import SEED, check, compare, enable, expect, gens, jobs, observe, predict

enable(legacy=True)  # also runs what newer Pythons have removed


async def say(what):
    print(what)


async def say_after(delay, what):
    await asyncio.sleep(delay)
    return what


# %% [markdown]
# ## 1. Three awaits
#
# A task named `other` is ready to run. `main` then awaits three coroutines, none of which has
# to wait for anything.
#
# **Predict.** Five lines are printed. Where among them does `other` stand?

# %%
predict(
    "",
    A="first: main gives control away at its first await",
    B="second: it gets a turn when child 1 has ended",
    C="last: none of the three awaits has to wait",
    right="C",
)


# %%
async def main():
    other = asyncio.create_task(say("other"), name="other")
    for n in (1, 2, 3):
        await say(f"child {n}")
    print("main, after three awaits")
    await other


awaited = observe(main)
awaited.timeline()

# %% [markdown]
# **What happened.** `other` stands last. Three times `main` came to an `await`, and three times the
# child ran at once, to its end, in the lane of `main`, and returned. The event loop took no part in
# it, so it could not give `other` its turn.
#
# You may read that an `await` pauses the function and hands control to the event loop. It does so
# only if what it awaits has to wait. The first such place here is the last line: `other` has not run
# yet, so `main` waits for it.
#
# ### The same children as tasks
#
# Now each child is made a task, and `main` awaits the task.
#
# **Predict.** Where does `other` stand this time?

# %%
predict(
    "",
    A="last, as before: an await runs the child at once",
    B="first: to await a new task is to wait",
    C="second: it gets a turn when child 1 has ended",
    right="B",
)


# %%
async def main():
    other = asyncio.create_task(say("other"), name="other")
    for n in (1, 2, 3):
        await asyncio.create_task(say(f"child {n}"), name=f"child-{n}")
    print("main, after three awaits")
    await other


in_tasks = observe(main)
compare(awaited, in_tasks, names=["awaited", "in tasks"])

# %% [markdown]
# **What happened.** `other` comes first. A new task has not run, so to await it is to wait. At its
# first `await` `main` stops, and the event loop runs whoever is ready, in order: `other`, then
# `child-1`. When the child has ended, `main` is ready again.
#
# The upper picture has three steps, the lower one eight. A task costs turns of the event loop. If
# nothing is to run beside it, await the coroutine itself.

# %% [markdown]
# ## 2. A chain of awaits stands still as one
#
# `outer` awaits `inner`, `inner` awaits `asyncio.sleep`. While they wait, the task `watch` looks at
# them: `task.get_coro()` gives the coroutine object of a task, and a coroutine object that waits
# knows what it awaits, as `cr_await`.
#
# **Predict.** Which names does `watch` print? How many lanes do these functions have together?

# %%
predict(
    "",
    A="outer, inner and sleep; three lanes",
    B="outer and inner; two lanes",
    C="outer alone; one lane",
    D="outer, inner and sleep; one lane",
    right="D",
)


# %%
async def inner():
    await asyncio.sleep(1)
    return "hello"


async def outer():
    return await inner() + ", world"


async def watch(task):
    awaited = task.get_coro()
    while inspect.iscoroutine(awaited):
        print(awaited.__name__, "awaits")
        awaited = awaited.cr_await
    print("a future")


async def main():
    task = asyncio.create_task(outer(), name="outer")
    watching = asyncio.create_task(watch(task), name="watch")
    print(await task)
    await watching


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** Three coroutines wait in one lane, that of `outer` (its bar says
# `inner > sleep(1)`): `outer` for `inner`, `inner` for `sleep`, and `sleep` for a *future*, an object that will be marked as done after a second. The future is the
# only one that has anything to do with the event loop. When it is done, the task is resumed at the
# lowest `await`, and the results return upwards, as those of calls do.
#
# ```mermaid
# flowchart LR
#     accTitle: A chain of awaits
#     accDescr: The event loop resumes the task. The task runs outer, which awaits inner, which awaits sleep, which awaits a future. When the future is done, the loop puts the task into its queue.
#     loop["event loop"] -->|"resumes"| task["task"]
#     subgraph chain ["they stand still as one"]
#         outer -->|"await"| inner -->|"await"| sleep
#     end
#     task --> outer
#     sleep -->|"await"| future["future"]
#     future -->|"is done: the task is ready"| loop
# ```
#
# So an `await` in your own code is never where the waiting begins. Somewhere below it stands one
# thing that waits, or nothing does.

# %% [markdown]
# ## 3. A heart beats beside a job
#
# A heartbeat wants to beat each second. Beside it runs, for three seconds, a job that is an
# `async def` function and is awaited. One version waits with `asyncio.sleep`, the other with
# `time.sleep`, which keeps the thread, as a long computation does.
#
# **Predict.** At which seconds does the heart beat beside the first one? And beside the second?

# %%
predict(
    "",
    A="1, 2 and 3 s; beside the second 3, 4 and 5 s",
    B="1, 2 and 3 s beside both: await gives control away",
    C="1, 2 and 3 s; beside the second three times at 3 s",
    D="1, 2 and 3 s; beside the second never",
    right="A",
)


# %%
async def heartbeat():
    loop = asyncio.get_running_loop()
    started = loop.time()
    for _ in range(3):
        await asyncio.sleep(1)
        print(f"beat at {loop.time() - started:g} s")


async def waits():
    await asyncio.sleep(3)


async def works():
    time.sleep(3)


async def beside(job):
    heart = asyncio.create_task(heartbeat(), name="heart")
    await asyncio.sleep(0)  # the heart begins
    await job()
    print("the job has ended")
    await heart


polite = observe(beside, waits)
rude = observe(beside, works)
compare(polite, rude, names=["waits", "works"])

# %% [markdown]
# **What happened.** Beside `waits` the heart beats at 1, 2 and 3 seconds. Beside `works` its first
# beat comes after 3 seconds, and the last after 5. `async` and `await` are there in both, and in
# the second they give nothing away: nothing below that `await` waits. The event loop has one
# thread, and `works` keeps it. From second 1 on the heart is ready (hatched), and gets no turn.
#
# `await asyncio.sleep(0)` is the smallest wait there is: the task goes to the end of the queue, and
# is resumed as soon as all who were ready have had a turn. A long computation that calls it now and
# then lets others in.

# %% [markdown]
# ## 4. What may stand after `await`
#
# After `await` may stand: a coroutine object, a future or a task, a generator that
# `types.coroutine` has marked, and any object whose class has a method `__await__`. The method
# returns an *iterator*, an object on which `next` can be called. A generator is one, so an
# `__await__` with a `yield` in it returns one. `await` goes through it as `yield from` does: what
# it yields goes to the event loop, and what it returns is the value of the `await`.
#
# **Predict.** `Pause` yields once. When does `other` run?

# %%
predict(
    "",
    A="before both, at the first await of main",
    B="after both, when main awaits it",
    C="between before the yield and after the yield",
    right="C",
)


# %%
class Pause:
    def __init__(self, answer):
        self.answer = answer

    def __await__(self):
        print("before the yield")
        yield
        print("after the yield")
        return self.answer


async def main():
    other = asyncio.create_task(say("other"), name="other")
    print("the pause gave", await Pause("rest"))
    await other


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The bare `yield` travels from `Pause` through `main` to the event loop, and says:
# *resume me in the next turn*. In between `other` ran. `asyncio.sleep(0)` is built like this.
#
# `await future` yields the future itself, and that says: *resume me when it is done*. (A `yield
# future` of your own is refused: in an `__await__` write `yield from future`.) This is how a
# `sleep(1)`, a queue, or a network connection waits. At the bottom of each chain of awaits there is
# such a `yield`, and it is the only place where a task can be left. Between two of them nobody else
# runs.

# %% [markdown]
# ## Then and now
#
# ### Then: a decorator and `yield from`
#
# In lesson 03 `@asyncio.coroutine` made a generator a coroutine. Python 3.5 brought `async def` and
# `await` for it, and Python 3.11 took the decorator away. `enable(legacy=True)` has brought it back
# for this notebook.
#
# **Predict.** Is there a difference between the two pictures?

# %%
predict(
    "",
    A="no, but for the names",
    B="yes: the old one takes more time",
    C="yes: the new one has a lane for compute",
    right="A",
)


# %% tags=["warns"]
@asyncio.coroutine
def old_compute(x, y):
    yield from asyncio.sleep(1)
    return x + y


@asyncio.coroutine
def old_sum(x, y):
    result = yield from old_compute(x, y)
    print(f"{x} + {y} = {result}")


async def compute(x, y):
    await asyncio.sleep(1)
    return x + y


async def new_sum(x, y):
    result = await compute(x, y)
    print(f"{x} + {y} = {result}")


then = observe(old_sum, 1, 2)
now = observe(new_sum, 1, 2)
compare(then, now, names=["then", "now"])

# %% [markdown]
# **What happened.** None but the names: `await` does what `yield from` did. The warning says what to
# write today. What is new is what the words refuse.
#
# | what | then | now |
# |---|---|---|
# | what makes it a coroutine | the decorator, which is easily forgotten | `async def`, two words that belong together |
# | without any `await` or `yield from` in it | a plain function that the decorator has to wrap | a coroutine all the same |
# | what may be waited for | `yield from` takes anything that can be iterated, even a list | `await` takes awaitables, and says so |
# | in a plain function | `yield from` makes it a generator, in silence | `await` is a `SyntaxError` |

# %% [markdown]
# ## What breaks
#
# ### `async` without `def`
#
# `async` is no statement that makes a call asynchronous. It stands before `def`, and, inside
# such a function, before `with` and `for`. (Here it stands in a text, which
# `exec` runs as Python.)

# %% role="breaks"
exec('async say("hello")')

# %% [markdown]
# ### Awaiting the result of a plain function
#
# The call runs first, and gives `None`. Then `await` finds nothing that it could wait for. Look
# whether the function is an `async def`. Python 3.14 says it shorter: `'NoneType' object can't be
# awaited`.


# %% role="breaks"
async def main():
    await print("hello")


asyncio.run(main())

# %% [markdown]
# ### Asking again and again
#
# This loop lets others run at each turn, and still is a mistake. It is ready again at once, so the
# event loop cannot rest: it turns as fast as it can where one wait would do, and one core of the
# computer is busy with nothing. It is called *polling*, and the exercises of this course do not
# accept it.


# %%
async def main():
    task = asyncio.create_task(asyncio.sleep(1), name="work")
    turns = 0
    while not task.done() and turns < 1000:
        await asyncio.sleep(0)
        turns += 1
    print(turns, "turns, and the task has ended:", task.done())
    await task


asyncio.run(main())

# %% [markdown]
# ## Your turn
#
# ### Exercise 1: `fair`
#
# Write `fair(n, step)`. It calls the plain function `step(i)` for each i from 0 to n - 1, in
# order, and returns `None`.
#
# - Between two steps each task that is ready gets a turn.
# - An error of `step` ends it, and reaches the caller as it is. (A `StopIteration` cannot come out of a
#   coroutine: another error reaches the caller in its place.)
# - What `step` returns is ignored. Several calls of `fair` may run at the same time, and their steps
#   alternate: none of them waits until another one has ended.
# - It uses no threads.

# %% [markdown]
# <details><summary>Hint 1: who gets a turn, and when?</summary>
#
# Other tasks run only where an `await` really waits. Round 3 names the smallest wait there is.
#
# </details>
#
# <details><summary>Hint 2: where to put it?</summary>
#
# Inside the loop. After the loop it comes too late: all the steps have been taken by then.
#
# </details>


# %% exercise="fair" role="answer"
async def fair(n, step):
    """Call step(i) for i in range(n), and let others run in between."""
    ### BEGIN SOLUTION
    # Why: `sleep(0)` is the smallest wait: whoever is ready has a turn, and then the loop goes on
    # here. It stands inside the loop; behind the loop all steps have been taken before anybody else
    # runs.
    for i in range(n):
        step(i)
        await asyncio.sleep(0)
    ### END SOLUTION


# %% exercise="fair" role="test" id="steps" points=1 name="takes each step once, in order"
import asyncio
import threading


async def steps_(n):
    taken = []
    home = threading.current_thread()

    def step(i):
        taken.append(i if threading.current_thread() is home else "in a thread")
        return True

    result = await fair(n, step)
    return result, taken


run = observe(steps_, 3)
expect(run).returned((None, [0, 1, 2]), hint="call step(0), step(1), step(2), and return nothing")
expect(run).without_threads().nothing_left()
import random

for n_ in (0, 1, random.Random(SEED).randint(5, 50)):
    run = observe(steps_, n_)
    expect(run).returned((None, list(range(n_))), hint="call step(i) for each i in range(n)")
    expect(run).without_threads().nothing_left()


async def at_once_(sizes):
    taken = [[] for _ in sizes]
    await asyncio.gather(*[fair(n, mine.append) for n, mine in zip(sizes, taken, strict=True)])
    return taken


async def ignored_(values):
    """Each step returns one of the values: some are errors, some are false, one never comes."""
    taken = []

    def step(i):
        taken.append(i)
        return values[i]

    never = asyncio.get_running_loop().create_future()
    values = [*values, ValueError("returned"), StopIteration(), asyncio.sleep, never]
    return await fair(len(values), step), taken


run = observe(ignored_, [None, False, 0, "", 3, True, []])
expect(run).returned(
    (None, list(range(11))), hint="do not look at what a step returns, and do not await it"
)


async def alternating_(n, others):
    """Say for each of several calls whether another one took a step before its last one."""
    taken = []

    def step_of(number):
        return lambda i: taken.append(number)

    await asyncio.gather(*[fair(n, step_of(number)) for number in range(others)])
    return [
        set(taken[: max(at for at, mine in enumerate(taken) if mine == number)]) != {number}
        for number in range(others)
    ]


for others_ in (2, random.Random(SEED).randint(3, 12)):
    run = observe(alternating_, 5, others_)
    expect(run).returned(
        [True] * others_, hint="a call of `fair` does not wait until another one has ended"
    )
sizes_ = random.Random(SEED).sample(range(2, 30), 3)
run = observe(at_once_, sizes_)
expect(run).returned(
    [list(range(n)) for n in sizes_], hint="several may run at once: count in a local variable"
)
### BEGIN HIDDEN TESTS


async def steps_of_(items, n):
    taken = []
    await fair(n, lambda i: taken.append((i, next(items))))
    return taken


items_ = random.Random(SEED).sample(range(10**9), 8)
run = observe(steps_of_, *gens(items_), 8)
expect(run).returned(list(enumerate(items_)), hint="call step(i) once for each i, in order")
expect(run).took_items(8, hint="call step(i) once for each i in range(n)")
### END HIDDEN TESTS


# %% exercise="fair" role="test" id="between" points=2 name="lets every ready task run between two steps"
import asyncio


async def left_out_(n, turns):
    """Say who had no turn between which steps; turns is how many each other task wants."""
    left = dict(enumerate(turns))
    ran = set()
    complaints = []

    async def other(name):
        while left[name] > 0:
            left[name] -= 1
            ran.add(name)
            await asyncio.sleep(0)
        left[name] = -1

    def step(i):
        for name in left:
            if i > 0 and ready[name] and name not in ran:
                complaints.append(f"other {name} had no turn before step {i}")
        ran.clear()
        ready.update({name: number > 0 for name, number in left.items()})
        return i % 3 == 1

    ready = {}
    tasks = [asyncio.create_task(other(name)) for name in left]
    try:
        await fair(n, step)
        return complaints
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


run = observe(left_out_, 4, [10, 10])
expect(run).returned([], hint="an await that really waits, between each two steps")
run = observe(left_out_, 120, [130, 3])
expect(run).returned([], hint="between each two steps, however many they are")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for _ in range(3):
    n_ = random_.randint(3, 20)
    turns_ = [random_.randint(1, 30) for _ in range(random_.randint(1, 5))]
    run = observe(left_out_, n_, turns_)
    expect(run).returned([], hint="everybody who is ready runs once before the next step")
### END HIDDEN TESTS


# %% exercise="fair" role="test" id="error" points=1 name="ends with an error of step"
import asyncio


class NoException_(BaseException):
    pass


async def fails_at_(n, bad, name="ValueError"):
    taken = []
    errors = (ValueError, TypeError, KeyError, RuntimeError, asyncio.CancelledError, NoException_)
    error = {each.__name__: each for each in errors}[name](bad)

    def step(i):
        taken.append(i)
        if i == bad:
            raise error

    try:
        await fair(n, step)
    except type(error) as caught:
        # A CancelledError may come out as another one.
        return taken, error.args if name == "CancelledError" else caught.args
    return taken, "no error"


run = observe(fails_at_, 4, 1)
expect(run).returned(([0, 1], (1,)), hint="let the error pass, and take no further step")
expect(run).nothing_left()
import random

random_ = random.Random(SEED)
n_ = random_.randint(5, 20)
for bad_ in (0, random_.randint(1, n_ - 2), n_ - 1):
    run = observe(fails_at_, n_, bad_)
    expect(run).returned(
        (list(range(bad_ + 1)), (bad_,)), hint="the first error ends it, also at the last step"
    )
    expect(run).nothing_left()
for name in ("TypeError", "KeyError", "RuntimeError", "CancelledError", "NoException_"):
    run = observe(fails_at_, n_, 1, name)
    expect(run).returned(([0, 1], (1,)), hint="let an error pass whatever its type")


async def stopped_(n):
    def step(i):
        raise StopIteration

    try:
        await fair(n, step)
    except (StopIteration, RuntimeError, TypeError):
        return "an error"
    return "no error"


run = observe(stopped_, 3)
expect(run).returned("an error", hint="a StopIteration of a step is an error too: let it out")


class FalseError_(Exception):
    def __bool__(self):
        return False


async def fails_with_a_false_one_():
    error = FalseError_("an error that is false")

    def step(i):
        raise error

    try:
        await fair(3, step)
    except FalseError_ as caught:
        return caught is error
    return "no error"


run = observe(fails_with_a_false_one_)
expect(run).returned(True, hint="let that very error pass; do not ask whether it is true")

# %% [markdown]
# ### Exercise 2: `pipe`
#
# Write `pipe(value, *steps)`. It hands `value` to the first step, what this gives to the second one,
# and so on, and returns what the last step gives; without steps it returns `value`. A step takes one
# argument. It is a plain function, or whatever else can be called, or an `async def` function or method.
#
# - What an `async def` step gives is awaited, once; what a plain one gives is used as it is, `None` too.
#   (In the tests no plain step gives something that could be awaited.)
# - The steps run like calls: where no step has to wait, no other task gets a turn. A step may take as
#   long as it likes, and several calls of `pipe` may run at the same time.
# - An error of a step reaches the caller, and the steps after it are not called.

# %% [markdown]
# <details><summary>Hint 1: what did the call give?</summary>
#
# Call the step first. Then look at what you got: `inspect.isawaitable` says whether it may stand after
# `await`.
#
# </details>
#
# <details><summary>Hint 2: somebody else gets a turn</summary>
#
# A task begins in a later turn of the event loop. Await the coroutine object itself.
#
# </details>


# %% exercise="pipe" role="answer"
async def pipe(value, *steps):
    """Hand value through the steps, plain or async, and return what the last one gives."""
    ### BEGIN SOLUTION
    # Why: Whether a step is async is seen by what its call gives, and not by the function: a plain
    # one may return an awaitable too. It is awaited directly, since a task would give others a turn
    # between the steps.
    for step in steps:
        value = step(value)
        if inspect.isawaitable(value):
            value = await value
    return value
    ### END SOLUTION


# %% exercise="pipe" role="test" id="value" points=1 name="hands the value from step to step"
import asyncio


async def piped_(value, pattern, delay=1):
    """One step for each letter: p adds 1 as a plain function, a doubles as an async one."""

    def plain(number):
        return number + 1

    async def double(number):
        await asyncio.sleep(delay)
        return 2 * number

    return await pipe(value, *[plain if letter == "p" else double for letter in pattern])


run = observe(piped_, 3, "pa")
expect(run).returned(8, hint="3 + 1, and then twice that").took(
    1, hint="await what async steps give"
)
run = observe(piped_, 3, "ap")
expect(run).returned(7, hint="a plain step gets the number that the async one returned")
import random

random_ = random.Random(SEED)
cases_ = ["", "p", "a", "pp", "aa", "".join(random_.choice("pa") for _ in range(12))]
for pattern_ in cases_:
    value_ = expected_ = random_.randint(1, 1000)
    for letter_ in pattern_:
        expected_ = expected_ + 1 if letter_ == "p" else 2 * expected_
    run = observe(piped_, value_, pattern_, 3)
    expect(run).returned(expected_, hint="each step gets what the one before it gave")
    expect(run).took(3 * pattern_.count("a"), hint="the steps come one after the other")
    expect(run).nothing_left()


async def generators_(numbers):
    """A plain step may give a generator: nothing to be awaited, and nothing to be used up."""
    kinds = []

    def squares(given):
        kinds.append(type(given).__name__)
        return (number**2 for number in given)

    return await pipe(numbers, squares, squares, list), kinds


run = observe(generators_, [1, 2, 3])
expect(run).returned(
    ([1, 16, 81], ["list", "generator"]),
    hint="a generator is no awaitable: `inspect.isawaitable` knows",
)


async def swapped_(value, pairs, pattern):
    """Each step gives what stands beside its value in the pairs."""

    def plain(given):
        return next(b for a, b in pairs if a == given and type(a) is type(given))

    async def slow(given):
        await asyncio.sleep(1)
        return plain(given)

    return await pipe(value, *[plain if letter == "p" else slow for letter in pattern])


async def as_they_are_():
    """What a step gives is handed on, be it an error, or what an async step gives: a future."""
    future = asyncio.get_running_loop().create_future()
    items, error, pair = [1, 2], ValueError("given"), (1, 2)
    seen = []

    async def give(value):
        return value

    def take(value):
        seen.append(value)
        return value

    async def future_for(value):
        return future

    await pipe(items, take, give, take)
    await pipe(error, take, give, take, give)
    seen += [await pipe(error, give), await pipe(error, take)]
    seen.append(await pipe(0, future_for))
    await pipe(0, future_for, lambda given: seen.append(given))
    seen.append(await pipe(future))
    future.cancel()
    await pipe(pair, take, give, take)
    values = [items] * 2 + [error] * 5 + [future] * 3 + [pair] * 2
    return [one is other for one, other in zip(seen, values, strict=True)]


run = observe(as_they_are_)
expect(run).finished(
    hint="what an `async def` step gives is awaited once, and nothing else"
).returned(
    [True] * 12, hint="hand on that very object: await what an async step gives once, and no more"
)


class Doubled_:
    def __call__(self, number):
        return 2 * number

    async def slowly(self, number):
        await asyncio.sleep(1)
        return 2 * number


async def callables_():
    doubled = Doubled_()
    return await pipe("-12", int, abs, doubled, doubled.slowly, str, "{}!".format)


run = observe(callables_)
expect(run).returned(
    "48!", hint="built-in functions, classes, objects and methods can be steps too: call them"
)


async def several_at_once_(values, pattern, delay):
    return list(await asyncio.gather(*[piped_(value, pattern, delay) for value in values]))


values_ = random_.sample(range(1000), 12)
run = observe(several_at_once_, values_, "apa", 10**6)
expect(run).returned(
    [4 * value + 2 for value in values_], hint="keep the value in a local variable"
).took(2 * 10**6, hint="several pipes may run at once, each as long as its steps take")
values_ = random_.sample([None, False, "", "hello", [], 7], 6)
pairs_ = list(zip(["begin", *values_], [*values_, "end"], strict=True))
for pattern_ in ("p" * 7, "a" * 7, "papapap"):
    run = observe(swapped_, "begin", pairs_, pattern_)
    expect(run).returned("end", hint="hand on what a step gives, whatever it is: None, False, []")
### BEGIN HIDDEN TESTS


async def through_jobs_(job, n):
    def step_of(i):
        async def step(value):
            return [*value, await job(i)]

        return step

    return await pipe([], *map(step_of, range(n)))


delays_, results_ = random_.sample(range(1, 100), 4), random_.sample(range(10**9), 4)
run = observe(through_jobs_, jobs(delays_, results=results_), 4)
expect(run).returned(results_, hint="await what async steps give, and hand it on")
expect(run).took(sum(delays_), hint="the steps come one after the other").jobs_ended()
### END HIDDEN TESTS


# %% exercise="pipe" role="test" id="call" points=1 name="lets nobody in where no step waits"
import asyncio


async def others_in_between_(pattern):
    turns = []

    async def other():
        turns.append("other")

    def plain(number):
        turns.append(number)
        return number + 1

    async def quick(number):
        turns.append(number)
        return number + 1

    task = asyncio.create_task(other())
    try:
        await pipe(0, *[plain if letter == "p" else quick for letter in pattern])
        return turns.copy()
    finally:
        await task


run = observe(others_in_between_, "aap")
expect(run).returned([0, 1, 2], hint="await the coroutine itself: a task begins in a later turn")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
pattern_ = "a" + "".join(random_.choice("pa") for _ in range(random_.randint(4, 12)))
run = observe(others_in_between_, pattern_)
expect(run).returned(
    list(range(len(pattern_))), hint="no step waits, so nobody else may run in between"
)
### END HIDDEN TESTS


# %% exercise="pipe" role="test" id="error" points=1 name="ends with an error of a step"
import asyncio


async def fails_in_(pattern, bad, name="ValueError"):
    called = []
    errors = (ValueError, TypeError, KeyError, AttributeError, asyncio.CancelledError)
    error = {each.__name__: each for each in errors}[name](bad)

    def plain(number):
        called.append(number)
        if number == bad:
            raise error
        return number + 1

    async def slow(number):
        await asyncio.sleep(1)
        return plain(number)

    try:
        await pipe(0, *[plain if letter == "p" else slow for letter in pattern])
    except type(error) as caught:
        # A CancelledError may come out as another one.
        return called, error.args if name == "CancelledError" else caught.args
    return called, "no error"


run = observe(fails_in_, "pap", 1)
expect(run).returned(([0, 1], (1,)), hint="let the error pass, and call no further step")
import random

random_ = random.Random(SEED)
pattern_ = "".join(random_.choice("pa") for _ in range(8))
bad_ = random_.randint(1, 7)
run = observe(fails_in_, pattern_, bad_)
expect(run).returned(
    (list(range(bad_ + 1)), (bad_,)), hint="the error of any step, plain or async, ends it"
)
expect(run).nothing_left()
for name in ("TypeError", "KeyError", "AttributeError", "CancelledError"):
    for pattern_ in ("ppp", "aaa"):
        run = observe(fails_in_, pattern_, 1, name)
        expect(run).returned(
            ([0, 1], (1,)),
            hint="let an error pass whatever its type: an `except TypeError` around `await` catches "
            "those of the step too",
        )


class FalseError_(Exception):
    def __bool__(self):
        return False


async def fails_with_a_false_one_():
    error = FalseError_("an error that is false")

    def step(value):
        raise error

    try:
        await pipe(3, step)
    except FalseError_ as caught:
        return caught is error
    return "no error"


run = observe(fails_with_a_false_one_)
expect(run).returned(True, hint="let that very error pass; do not ask whether it is true")

# %% [markdown]
# ### Exercise 3: `Once`
#
# Write the class `Once`. `Once(job)` takes an async function without arguments. The first
# `await` of the object calls `job()`, waits for it, and gives what it returned. Each later `await`
# gives the same value again, at once, without a call. (It builds on round 4, and so on
# lessons 02 and 03: if you take those later, come back to it then.)
#
# - Before the first `await` nothing is called. At a later one no other task gets a turn.
# - What `job` returned is given as it is, whatever it is. To wait for it is not to look again and again
#   whether it is there.
# - Each object calls its own `job`, also where two objects have the same one.
# - In the tests `job` does not fail, and nobody awaits the object while another one still waits
#   for it.

# %% [markdown]
# <details><summary>Hint 1: an object for await</summary>
#
# `__await__` returns an iterator, and a generator is one. Round 4 shows such a class.
#
# </details>
#
# <details><summary>Hint 2: waiting inside of __await__</summary>
#
# `__await__` is a plain `def`, so there is no `await` in it. A coroutine object has a method
# `__await__` too: `value = yield from self.job().__await__()` waits for it.
#
# </details>
#
# <details><summary>Hint 3: it is called again?</summary>
#
# Note *that* you know the value, beside the value: `None` may be a value too.
#
# </details>


# %% exercise="Once" role="answer"
class Once:
    """Call job when first awaited, and give its value at each await."""

    def __init__(self, job):
        ### BEGIN SOLUTION
        # Why: `__await__` is a plain generator, so it delegates to the `__await__` of the job's
        # coroutine by `yield from`. `known` says whether the value is there: to compare the value
        # with `None` would run a job again that has returned `None`.
        self.job = job
        self.known = False
        ### END SOLUTION

    def __await__(self):
        ### BEGIN SOLUTION
        if not self.known:
            self.value = yield from self.job().__await__()
            self.known = True
        return self.value
        ### END SOLUTION


# %% exercise="Once" role="test" id="value" points=1 name="gives the value of job, at each await"
import asyncio


async def values_(value, delay, times):
    async def job():
        await asyncio.sleep(delay)
        return value

    once = Once(job)
    return [await once for _ in range(times)]


run = observe(values_, "hello", 2, 2)
expect(run).returned(["hello", "hello"], hint="__await__ returns the value that job returned")
expect(run).took(2, hint="wait for job at the first await, and for nothing at the second")
import random

random_ = random.Random(SEED)
for value_ in (random_.randint(1, 10**6), None, 0, [], "done"):
    delay_ = random_.randint(0, 100)
    run = observe(values_, value_, delay_, 3)
    expect(run).returned([value_] * 3, hint="whatever the value is, each await gives it")
    expect(run).took(delay_, hint="only the first await waits").nothing_left()
    run = observe(values_, value_, delay_ + 10**6, 5)
    expect(run).took(delay_ + 10**6, hint="job may take as long as it likes").ran_at_most(
        30, hint="wait for job; do not look again and again"
    )


async def as_it_is_():
    """The value may be an error, or something that could be awaited: that very object comes."""
    future = asyncio.get_running_loop().create_future()

    class Equal:
        """Says that it is equal to everything."""

        def __eq__(self, other):
            return True

    values = [ValueError("returned"), future, [1, 2], {1}, {}, asyncio.CancelledError(), Equal()]

    def job_of(value):
        async def job():
            calls.append(value)
            return value

        return job

    calls, objects = [], [Once(job_of(value)) for value in values]
    seen = [[await once is value for _ in range(2)] for once, value in zip(objects, values)]
    future.cancel()
    return seen, len(calls)


run = observe(as_it_is_)
expect(run).finished(hint="await what `job()` gives, and not what that returns").returned(
    ([[True, True]] * 7, 7), hint="what job returned is the value, whatever it is"
)


async def others_at_a_later_await_(value):
    turns = []

    async def job():
        await asyncio.sleep(1)
        return value

    async def other():
        turns.append("other")

    async def ask():
        await once
        turns.append("asked")

    once = Once(job)
    await once
    for _ in range(4):
        await asyncio.gather(ask(), other())
    return turns


run = observe(others_at_a_later_await_, "hello")
expect(run).returned(
    ["asked", "other"] * 4, hint="once the value is known, return it without a `yield` before"
)


# %% exercise="Once" role="test" id="calls" points=1 name="calls job once, at the first await"
import asyncio
import functools


async def calls_(value):
    calls = []

    async def job():
        calls.append("job")
        await asyncio.sleep(1)
        return value

    class Called(functools.partial):
        """An async function, as `inspect.iscoroutinefunction` says; it notes each call."""

        def __call__(self):
            calls.append("call")
            return super().__call__()

    once = Once(Called(job))
    await asyncio.sleep(1)
    calls.append("first await")
    await once
    calls.append("second await")
    await once
    return calls


run = observe(calls_, "hello")
expect(run).returned(
    ["first await", "call", "job", "second await"],
    hint="call job in __await__, not in __init__, and remember its value",
)
### BEGIN HIDDEN TESTS
run = observe(calls_, None)
expect(run).returned(
    ["first await", "call", "job", "second await"], hint="None is a value like any other"
)
run = observe(calls_, 0)
expect(run).returned(
    ["first await", "call", "job", "second await"], hint="0 is a value like any other"
)


async def asked_in_tasks_(number):
    calls = []

    async def job():
        calls.append("job")
        return len(calls)

    async def ask():
        return await once

    once = Once(job)
    return [await asyncio.create_task(ask()) for _ in range(number)]


run = observe(asked_in_tasks_, 4)
expect(run).returned([1] * 4, hint="whichever task awaits the object, it is the same value")


async def of_a_job_(job, times):
    async def only():
        return await job(0)

    once = Once(only)
    return [await once for _ in range(times)]


run = observe(of_a_job_, jobs([7], results=["the value"]), 3)
expect(run).returned(["the value"] * 3, hint="each await gives the value").took(7)
expect(run).that(
    len(run.calls) == 1,
    expected="job is called once",
    happened=f"it was called {len(run.calls)} times",
    hint="call it at the first await, and remember its value",
)
### END HIDDEN TESTS


# %% exercise="Once" role="test" id="two" points=1 name="keeps two of them apart"
import asyncio


async def two_(first, second):
    async def say_after(delay, what):
        await asyncio.sleep(delay)
        return what

    async def job_a():
        return await say_after(*first)

    async def job_b():
        return await say_after(*second)

    a, b = Once(job_a), Once(job_b)

    async def ask(once):
        return await once

    return await asyncio.gather(ask(a), ask(b))


run = observe(two_, (2, "hello"), (1, "world"))
expect(run).returned(["hello", "world"], hint="keep the value in the object, not in the class")
expect(run).took(2, hint="two objects can wait at the same time")
import random

random_ = random.Random(SEED)
a_, b_ = random_.sample(range(1, 1000), 2)
run = observe(two_, (a_, f"a{a_}"), (b_, f"b{b_}"))
expect(run).returned([f"a{a_}", f"b{b_}"], hint="each object has a value of its own")
expect(run).took(max(a_, b_), hint="time.sleep and asyncio.run keep the loop: wait below __await__")


async def two_of_one_job_(times):
    calls = []

    async def job():
        calls.append("job")
        await asyncio.sleep(1)
        return len(calls)

    objects = [Once(job) for _ in range(times)]
    return [await once for once in objects], [await once for once in objects]


run = observe(two_of_one_job_, 3)
expect(run).returned(
    ([1, 2, 3], [1, 2, 3]), hint="keep the value in the object: another one may have the same job"
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
# - [A conceptual overview of asyncio](https://docs.python.org/3/howto/a-conceptual-overview-of-asyncio.html):
#   what `await` does with coroutines, and with tasks.
# - [Await expression](https://docs.python.org/3/reference/expressions.html#await-expression): the
#   language reference.
# - [Awaitable objects](https://docs.python.org/3/reference/datamodel.html#awaitable-objects): what
#   `__await__` has to return.
#
# **Next:** [05 · The event loop](05_event_loop.ipynb)
