# %% [markdown]
# # 07 · Callbacks and results
#
# A result that is not there yet has a place where it will be: you will watch that place while it
# is empty, see who is told when it is filled, and turn functions that call back into functions
# that you can `await`.
#
# **You will be able to**
#
# - say what a future is, what a task adds to it, and which states both can be in;
# - read a result without an accident: `result()` gives it and never waits for it;
# - say when a done callback runs, and where an error in it goes;
# - write an awaitable function around an API that calls back, from this thread or from another.
#
# **Before:** [06 · Tasks](06_tasks.ipynb) ·
# **Next:** [08 · Many at once](08_many_at_once.ipynb)

# %%
import asyncio
import threading
import time

from looplab import SEED, check, compare, enable, expect, jobs, observe, predict

enable()


async def do_some_work(x):
    print("Waiting:", x)
    await asyncio.sleep(x)
    return f"done {x}"


# %% [markdown]
# ## 1. A future is a place for a result
#
# `loop.create_future()` makes a *future*: an object with room for one result, and nothing in it.
# Somebody may `await` it. Somebody else fills it with `set_result`.
#
# **Predict.** At 2 s `main` fills the future for which `waiter` waits. Which line is printed
# first, `main goes on` or `waiter has hello`?

# %%
predict(
    "",
    A="waiter has hello: set_result resumes waiter",
    B="main goes on: set_result only makes waiter ready",
    C="either of them, as the loop likes",
    right="B",
)


# %%
async def waiter(future):
    print("waiter waits")
    print("waiter has", await future)


async def main():
    future = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(waiter(future), name="waiter")
    await asyncio.sleep(2)
    print("done before:", future.done())
    future.set_result("hello")
    print("done after: ", future.done())
    print("main goes on")
    await waiting


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** `set_result` did two things. It put `"hello"` into the future, and it told
# the event loop that `waiter` is ready. It did not run `waiter`: `main` was running, and it went on
# until it reached an `await`. Then `waiter` had its turn.
#
# The future itself did nothing in all that time. No code belongs to it, so it has no lane: it is
# only the reason why `waiter` waits. You may read that a future and a task are much the same. They
# share the place for the result. But a *task* has a coroutine, runs it step by step, and fills its
# own place when the coroutine returns or raises. A future runs nothing. If nobody fills it, whoever
# waits for it waits for ever.
#
# In Python's words: `Task` is a subclass of `Future`. So nearly all that follows holds for both.
#
# ## 2. Four states, and what you may ask in each
#
# The cell makes a future in each state that there is, and asks each the same questions.
#
# **Predict.** `result()` on a future that is still pending: does it wait, does it give `None`, or
# does it raise an error?

# %%
predict(
    "",
    A="it waits until there is a result",
    B="it gives None",
    C="it raises an error",
    right="C",
)


# %%
def ask(question):
    try:
        return repr(question())
    except (Exception, asyncio.CancelledError) as error:
        return f"raises {type(error).__name__}"


async def main():
    loop = asyncio.get_running_loop()
    pending, filled, failed, cancelled = [loop.create_future() for _ in range(4)]
    filled.set_result("hello")
    failed.set_exception(ValueError("no world"))
    cancelled.cancel()
    for name in ("done", "cancelled", "result", "exception"):
        print(f"{name + '()':<12}", end="")
        for future in (pending, filled, failed, cancelled):
            print(f"{ask(getattr(future, name)):<28}", end="")
        print()
    print("The task class is a future class:", issubclass(asyncio.Task, asyncio.Future))


run = observe(main)

# %% [markdown]
# **What happened.** The columns are the four states: *pending*, finished with a *result*, finished
# with an *exception*, and *cancelled*. The last three are *done*, and done is final.
#
# `result()` never waits. You may read that `task.result()` fetches the result "synchronously". On a
# task that is done it gives the result, or raises the exception that is there. On a pending one it
# raises `InvalidStateError`. What waits is `await`. When that has ended, `await` gives you what
# `result()` would.
#
# `exception()` gives the exception *as a value*, without raising it, or `None` if there is a result.
# On a cancelled future it raises `CancelledError`, so ask `cancelled()` first.
#
# A task can be asked the same. It differs in two ways: it refuses `set_result`, as you see below,
# and `cancel()`, which makes a plain future cancelled at once, is only a request to a task
# (lesson 11).
#
# ## 3. A done callback is called after the task has ended
#
# `task.add_done_callback(callback)` asks the loop to call `callback(task)` once the task is done.
# Below it is asked twice: while the task works, and after it has ended.
#
# **Predict.** `callback` prints two lines. Where do they stand among the lines of `main`?

# %%
predict(
    "",
    A="before await gives, and right before main goes on",
    B="before await gives, and between main goes on and main ends",
    C="after await gives, and between main goes on and main ends",
    D="both after main ends",
    right="B",
)


# %%
def callback(future):
    print("    Callback:", future.result())


async def main():
    task = asyncio.create_task(do_some_work(2), name="work")
    task.add_done_callback(callback)
    print("await gives", await task)
    task.add_done_callback(callback)
    print("main goes on")
    await asyncio.sleep(0)
    print("main ends")


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The first call came at 2 s, before `main` went on. A task that ends hands its
# callbacks to the loop in the order in which they were added. `callback` was there first. The
# `await` in `main` came second: to wait for a task is also to leave a callback with it, one that
# makes `main` ready.
#
# The second callback was added to a task that was done. It was not called on the spot. It went to
# the end of the ready queue, and ran when `main` gave control away. So a done callback always runs
# later, and always in the loop's thread. It gets one argument, the future, which is done: there
# `future.result()` cannot be too early.
#
# A callback is a plain function. It cannot `await`, it holds up the loop while it runs, and
# nobody gets what it returns.
#
# ## 4. From callbacks to `await`
#
# Many libraries are older than `await`, or are written for other loops. Their functions return at
# once and call you back: `on_done(value)` when it went well, `on_error(exception)` when not. Here
# is one that says something after some seconds. (`loop.call_later(2, f, x)` calls `f(x)` in 2 s.)
#
# First, how you use it as it is: what comes after the first answer has to be inside its callback.
# Then `say_after` puts a future between. It hands out `future.set_result` and
# `future.set_exception` as the two callbacks, and awaits the future.
#
# **Predict.** `main` runs `callbacks()`, waits for it, and then awaits `say_after` three times. The
# last time nothing can be said. Where is that error caught?

# %%
predict(
    "",
    A="in main, by the try around the await",
    B="nowhere: it happens in a callback of the loop",
    C="in say_later, which makes it",
    right="A",
)


# %%
def say_later(delay, what, on_done, on_error):
    loop = asyncio.get_running_loop()
    if what:
        loop.call_later(delay, on_done, what)
    else:
        loop.call_later(delay, on_error, ValueError("nothing to say"))


def callbacks():
    def after_hello(what):
        print("callback:", what)
        say_later(1, "world", after_world, print)

    def after_world(what):
        print("callback:", what)

    say_later(2, "hello", after_hello, print)


async def say_after(delay, what):
    future = asyncio.get_running_loop().create_future()
    say_later(delay, what, future.set_result, future.set_exception)
    return await future


async def main():
    callbacks()
    await asyncio.sleep(3)
    try:
        print("await:", await say_after(2, "hello"))
        print("await:", await say_after(1, "world"))
        print("await:", await say_after(1, ""))
    except ValueError as error:
        print("main catches:", error)


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** Both halves say `hello` after 2 s and `world` 1 s later. In the first half the
# order of the lines is not the order of events, and each function names what comes next. A `try`
# around `callbacks()` would catch nothing: it returned at 0 s, before anything could fail.
#
# In the second half the answer comes back to the line that asked. `main` reads from top to bottom,
# and an ordinary `try` catches the error, because `await future` raises what `set_exception` put in.
# This is all there is between a callback API and `await`: **make a future, let the callbacks fill
# it, await it.** The timeline shows `main` waiting for *a future*, three times.
#
# `say_after` is as short as it can be. A second call back would fail, and so would one that comes
# after `say_after` was cancelled. *What breaks* shows how, and your first exercise mends it.
#
# ## 5. A callback from another thread
#
# Some libraries work in a thread of their own, and call back *from there*. asyncio's objects are
# not *thread-safe*: only the thread of their loop may use them, and `future.set_result` belongs
# there. The one method of a loop that another thread may call is `loop.call_soon_threadsafe(f, x)`.
# It puts the call `f(x)` into the ready queue, and wakes the loop if it sleeps.
#
# **Predict.** `on_done` and `fill` both say where they run. Which of them runs in the loop's thread?

# %%
predict(
    "",
    A="on_done alone",
    B="fill alone",
    C="both: asyncio has one thread",
    D="neither: the library has its own thread",
    right="B",
)


# %%
def say_from_a_thread(what, on_done, on_error):
    def work():
        on_done(what)

    threading.Thread(target=work, name="the library's thread").start()


async def say(what):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(value):
        in_loop = threading.current_thread() is home
        print("    filled in the loop's thread:", in_loop)
        future.set_result(value)

    def on_done(value):
        in_loop = threading.current_thread() is home
        print("    called back in the loop's thread:", in_loop)
        loop.call_soon_threadsafe(fill, value)

    home = threading.current_thread()
    say_from_a_thread(what, on_done, print)
    return await future


async def main():
    print("await:", await say("hello"))
    await asyncio.sleep(1)  # until the thread has ended too


run = observe(main)
run.timeline(axis="steps")

# %% [markdown]
# **What happened.** Only `fill`. The thread has a lane of its own, with a thin mark: a thread takes
# no step of the loop, and this axis counts steps. It called `on_done`, which left a message for the
# loop. The loop called `fill` in its own thread, and there `set_result` is safe. The arrow from the
# thread's lane shows who woke `main`.
#
# Which thread calls `on_done` is the library's choice, and its documentation may not say.
# `call_soon_threadsafe` is right from every thread, the loop's own too. Lesson 12 is about threads.
#
# ## Then and now
#
# ### Then: the loop, and a callback
#
# Before Python 3.7 a program took a loop, made a task, left a callback, and ran the loop until the
# task was done. After that `task.result()` is right: `run_until_complete` has waited. (Old programs
# get the loop with `asyncio.get_event_loop()`. From Python 3.12 on that warns where there is no
# current loop, and from 3.14 on it raises `RuntimeError`.)


# %%
def then():
    loop = asyncio.new_event_loop()
    task = asyncio.ensure_future(do_some_work(2), loop=loop)
    task.add_done_callback(callback)
    loop.run_until_complete(task)
    print("result:", task.result())
    loop.close()


run_then = observe(then)

# %% [markdown]
# ### Now: `await`


# %%
async def now():
    print("result:", await do_some_work(2))


run_now = observe(now)
compare(run_then, run_now, names=["then", "now"])

# %% [markdown]
# Both take 2 s, and the second has one lane instead of two: to get a result you need neither a
# callback nor a task. A task is for work that goes on *beside* you.
#
# | what | then | now |
# |---|---|---|
# | get the result | `task.result()` after `run_until_complete(task)` | `await` |
# | do something with it | in a callback | in the next line |
# | its error | `result()` raises it in the callback | `await` raises it where you wait |
# | done callbacks are for | program logic | book-keeping: forget the task, count it, log it |
#
# ## What breaks
#
# ### `result()` too early
#
# The message `Result is not set.` means: you asked before the task was done. `await` it.


# %% role="breaks"
async def main():
    task = asyncio.create_task(do_some_work(2))
    print(task.result())


asyncio.run(main())

# %% [markdown]
# ### The callback of a task that failed
#
# `callback` calls `future.result()`, and here the task has failed. So `result()` raises the task's
# error inside the callback. Who gets it? Not `main`: a callback has no caller that waits. The loop
# gives it to its *exception handler*. The usual one writes `Exception in callback callback(...)`
# and a traceback to the log, and the program goes on. The cell below sets a handler that prints.
#
# `main` awaits the task too. Does it get the error, the handler, or both?


# %%
async def broken_work(x):
    await asyncio.sleep(x)
    raise ValueError("no world")


def handler(loop, context):
    print("handler:", context["message"].partition("(")[0], "with", repr(context["exception"]))


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    task = asyncio.create_task(broken_work(2), name="broken work")
    task.add_done_callback(callback)
    try:
        await task
    except ValueError as error:
        print("main catches:", error)


run = observe(main)
run.timeline()

# %% [markdown]
# Both, because both asked. Without the `await` in `main`, the handler's line would be all: no part
# of the program could react. In a callback, ask `future.cancelled()` and then `future.exception()`
# before you ask for the result.
#
# ### A second answer
#
# Done is final. The second `set_result` raises `InvalidStateError`. The same happens when the future
# was cancelled meanwhile, as it is when somebody cancels a task that awaits it. So ask
# `future.done()` before you fill a future.


# %% role="breaks"
async def main():
    future = asyncio.get_running_loop().create_future()
    future.set_result("hello")
    future.set_result("world")


asyncio.run(main())

# %% [markdown]
# ### Filling a task
#
# A task fills itself: its result is what its coroutine returns.


# %% role="breaks"
async def main():
    task = asyncio.create_task(do_some_work(1))
    task.set_result("done sooner")


asyncio.run(main())

# %% [markdown]
# ### A callback with `async def`
#
# The loop calls the callback and does nothing with what it returns. An `async def` function
# returns a coroutine object, which nobody awaits: no line of it runs. Python says
# `RuntimeWarning: coroutine 'async_callback' was never awaited`, and the Run keeps it.


# %%
async def async_callback(future):
    print("never printed:", future.result())


async def main():
    task = asyncio.create_task(do_some_work(2), name="work")
    task.add_done_callback(async_callback)
    await task


run = observe(main)
print("lost:", [(lost.kind, lost.name) for lost in run.lost])

# %% [markdown]
# ### `set_result` from another thread
#
# `set_result` fills the future and puts `answered` into the ready queue, but from a foreign thread
# it does not wake a loop that sleeps. So the answer lies there until something else wakes the loop.
# Here that is the other task's timer, after a second; without one it would be never. This cell runs
# in real time.


# %% tags=["varies"]
async def answered(threadsafe):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    ticking = asyncio.create_task(asyncio.sleep(1))
    begin = loop.time()

    def work():
        time.sleep(0.1)
        if threadsafe:
            loop.call_soon_threadsafe(future.set_result, "hello")
        else:
            future.set_result("hello")

    threading.Thread(target=work).start()
    await future
    late = loop.time() - begin > 0.7
    await ticking
    return "with the next timer, about 0.9 s late" if late else "at once"


print("call_soon_threadsafe: hello arrives", asyncio.run(answered(threadsafe=True)))
print("set_result alone:     hello arrives", asyncio.run(answered(threadsafe=False)))

# %% [markdown]
# This mistake hides: in a busy program something wakes the loop all the time. In *debug mode*,
# `asyncio.run(main(), debug=True)`, the loop finds it. Then the wrong line raises
# `RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one`. It
# raises in the *thread*, after the future got its value and before the loop was told to wake the
# one who waits. That one waits for ever. Not even `asyncio.timeout` ends it: a future that is done
# cannot be cancelled. `await asyncio.wait([future], timeout=...)` comes back, and in debug mode that
# is the way to wait for what a thread should fill.

# %% [markdown]
# ## Your turn
#
# In the tests of this lesson a function whose name ends in `_` is a small program of the test,
# which uses yours. Seconds are virtual. A test judges what you ran last. When your work is graded,
# each test also tries other inputs, and rarer cases of what the task says.

# %% [markdown]
# ### Exercise 1: `call_back`
#
# Write `call_back(api, *args)`, a coroutine function that makes any callback API awaitable. It calls
# `api(*args, on_done, on_error)` once, and ignores what that returns. Then it waits for an answer: it
# returns what `on_done(value)` got, or raises what `on_error(exception)` got.
#
# - `api` takes the two callbacks by their places; it may call these parameters what it likes.
# - The callbacks may come at once, before `api` has returned, or later. The value may be anything.
# - What `api` itself raises reaches your caller.
# - Only the first callback counts. Those that follow are ignored without an error.
# - If `call_back` is cancelled, `CancelledError` comes out of it, and a callback that comes after
#   that is ignored without an error.
# - The callbacks may come from another thread.
#
# Wait at something that wakes you, as long as it takes: polling, time limits and threads of your own,
# and blocking the loop are not accepted. `api` does not both call back and raise, and callbacks come
# while the loop runs.

# %% [markdown]
# <details><summary>Hint 1: the frame</summary>
#
# Round 4 has nearly all of it: make a future, hand out two callbacks that fill it, await it.
# `*args` before the two callbacks passes on whatever you were given.
#
# </details>
#
# <details><summary>Hint 2: only the first counts</summary>
#
# Write a small function `fill(set, value)` that calls `set(value)` if the future is not done. A
# future is done as well when the task that awaits it was cancelled.
#
# </details>
#
# <details><summary>Hint 3: from another thread</summary>
#
# Let `on_done` do nothing but `loop.call_soon_threadsafe(fill, future.set_result, value)`. Get
# `loop` with `asyncio.get_running_loop()` before you call `api`: in another thread there is no
# running loop to get. It is right from the loop's thread too.
#
# </details>

# %% exercise="call_back" role="answer"
import asyncio


async def call_back(api, *args):
    """Return what api's on_done gets, or raise what its on_error gets."""
    ### BEGIN SOLUTION
    # Why: `call_soon_threadsafe` is right from every thread: a future that another thread fills
    # does not wake the loop. Whether the future is done is asked in the loop, where nothing comes
    # in between; so a second callback, or one after a cancellation, does no harm.
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def fill(set, value):
        if not future.done():
            set(value)

    def on_done(value):
        loop.call_soon_threadsafe(fill, future.set_result, value)

    def on_error(exception):
        loop.call_soon_threadsafe(fill, future.set_exception, exception)

    api(*args, on_done, on_error)
    return await future
    ### END SOLUTION


# %% exercise="call_back" role="test" id="value" points=1 name="returns what on_done gets"
import asyncio


def add_(delay, one, two, on_done, on_error):
    if delay is None:
        on_done(one + two)
    else:
        asyncio.get_running_loop().call_later(delay, on_done, one + two)
    return "ignore this"


hint_ = "fill a future in `on_done`, and return what awaiting the future gives"
run = observe(call_back, add_, 2, "hello ", "world")
expect(run).returned("hello world", hint=hint_).took(2, hint="return as soon as the callback came")
expect(run).without_threads().ran_at_most(10, hint="do not sleep and look again: await a future")
run = observe(call_back, add_, None, 5, 4)
expect(run).returned(9, hint="the callback may come before `api` returns").took(0)
import random

random_ = random.Random(SEED)
for delay_ in (0, 1, 60, 3600.25, 10**10):
    one_, two_ = random_.randrange(10**6), random_.randrange(10**6)
    run = observe(call_back, add_, delay_, one_, two_)
    expect(run).returned(one_ + two_, hint=hint_).took(delay_, hint="wait for the callback")
    expect(run).without_threads().ran_at_most(10, hint="do not poll: await a future")


def answer_(delay, value, on_done, on_error):
    loop = asyncio.get_running_loop()
    loop.call_later(delay, on_done, value)
    return loop.create_future()  # which nobody fills


for value in (None, 0, False, "", []):
    run = observe(call_back, answer_, 1, value)
    expect(run).returned(value, hint="None, 0 and an empty list are answers too")


async def called_once_(delay):
    calls = []

    def api(word, good, bad):
        calls.append(word)
        if delay is None:
            good(f"{word}!")
        else:
            asyncio.get_running_loop().call_later(delay, good, f"{word}!")

    return await call_back(api, "hello"), calls


for delay in (None, 0, 3):
    run = observe(called_once_, delay)
    expect(run).returned(
        ("hello!", ["hello"]), hint="call `api` once, with the callbacks at the end, without names"
    )


async def as_they_are_():
    values = ValueError(), asyncio.get_running_loop().create_future()
    return [await call_back(answer_, 1, value) is value for value in values]


run = observe(as_they_are_)
expect(run).returned(
    [True, True],
    hint="what `on_done` gets is a value, even an exception, or something that can be awaited",
)


async def beats_(delay):
    beats = []

    async def beat():
        while True:
            await asyncio.sleep(1)
            beats.append(1)

    beating = asyncio.create_task(beat())
    both = await asyncio.gather(call_back(answer_, delay, "a"), call_back(answer_, delay, "b"))
    beating.cancel()
    await asyncio.wait([beating])
    return both, len(beats)


run = observe(beats_, 4.5)
expect(run).returned((["a", "b"], 4), hint="others run while you wait: never block the loop")
expect(run).took(4.5, hint="others run while you wait: never block the loop")

# %% exercise="call_back" role="test" id="error" points=1 name="raises what on_error gets, and what api raises"
import asyncio


def fail_(delay, error, on_done, on_error):
    if delay is None:
        on_error(error)
    else:
        asyncio.get_running_loop().call_later(delay, on_error, error)


def refuse_(on_done, on_error):
    raise KeyError("refused")


def refuse_late_(on_done, on_error):
    raise TimeoutError("refused")


def refuse_all_(on_done, on_error):
    raise OSError("refused")


async def failed_(delay, name):

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    class Quit(BaseException):
        """An error that is no Exception."""

    kinds = (ValueError, OSError, LookupError, TimeoutError, FalseError, Quit)
    kinds += (asyncio.InvalidStateError,)
    error = {each.__name__: each for each in kinds}[name]("no")
    try:
        return await call_back(fail_, delay, error)
    except type(error) as caught:
        # Of a TimeoutError in a future of threads Python's `wrap_future` makes another one.
        same = caught is error or name == "TimeoutError"
        return "it came out" if same else "another one came out"


for delay in (2, None):
    run = observe(failed_, delay, "ValueError")
    expect(run).returned("it came out", hint="raise what `on_error` gets: `future.set_exception`")
run = observe(call_back, refuse_)
expect(run).raised(KeyError, hint="do not catch what `api` raises")
run = observe(call_back, refuse_late_)
expect(run).raised(TimeoutError, hint="do not catch what `api` raises")
run = observe(call_back, refuse_all_)
expect(run).raised(OSError, hint="do not catch what `api` raises")
import random

random_ = random.Random(SEED)
for name in (
    "ValueError",
    "OSError",
    "LookupError",
    "FalseError",
    "Quit",
    "InvalidStateError",
    "TimeoutError",
):
    delay_ = random_.randint(1, 99)
    run = observe(failed_, delay_, name)
    expect(run).returned("it came out", hint="whatever its type, raise what `on_error` gets")
    expect(run).took(delay_, hint="raise it as soon as it came").nothing_left()


async def failed_calls_():
    calls = []

    def api(on_done, on_error):
        calls.append("call")
        on_error(OSError("no"))

    try:
        await call_back(api)
    except OSError:
        calls.append("OSError")
    return calls


run = observe(failed_calls_)
expect(run).returned(["call", "OSError"], hint="call `api` once, also when it fails")

# %% exercise="call_back" role="test" id="first" points=1 name="only the first callback counts"
import asyncio


async def calls_(*calls):
    loop, problems = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: problems.append(context["message"]))

    def api(on_done, on_error):
        for delay, kind, value in calls:
            callback, given = (on_done, value) if kind == "done" else (on_error, OSError(value))
            if delay is None:
                callback(given)
            else:
                loop.call_later(delay, callback, given)

    try:
        got = await call_back(api)
    except OSError as error:
        got = f"OSError {error}"
    await asyncio.sleep(100)
    return got, bool(problems)


hint_ = "fill the future only if it is not done: `if not future.done()`"
run = observe(calls_, (1, "done", "first"), (2, "done", "second"))
expect(run).returned(("first", False), hint=hint_)
run = observe(calls_, (None, "done", "first"), (None, "error", "second"))
expect(run).returned(("first", False), hint=hint_)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for first, second in [("done", "error"), ("error", "done"), ("error", "error"), ("done", "done")]:
    one_, two_ = f"{random_.randrange(10**6)}", f"{random_.randrange(10**6)}"
    expected_ = one_ if first == "done" else f"OSError {one_}"
    for times in ((None, None), (None, 0), (1, 1), (0, 3), (2, 5)):
        run = observe(calls_, (times[0], first, one_), (times[1], second, two_))
        expect(run).returned((expected_, False), hint=hint_)
### END HIDDEN TESTS

# %% exercise="call_back" role="test" id="cancelled" points=1 name="after a cancellation callbacks are ignored"
import asyncio
import gc


async def cancelled_(kind, cancel_after, call_after):
    loop, problems = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _, context: problems.append(context["message"]))

    def api(on_done, on_error):
        callback = on_done if kind == "done" else on_error
        loop.call_later(call_after, callback, ValueError("too late"))

    calling = asyncio.create_task(call_back(api))
    await asyncio.sleep(cancel_after)
    calling.cancel()
    await asyncio.wait([calling])
    ended = loop.time()
    cancelled = calling.cancelled()
    if not cancelled:
        calling.result()  # raises what it raised
    del calling
    await asyncio.sleep(call_after)
    gc.collect()  # a future that has failed for nobody says so when it is thrown away
    return cancelled, ended < call_after, bool(problems)


for kind in ("done", "error"):
    run = observe(cancelled_, kind, 1, 2)
    expect(run).returned(
        (True, True, False),
        hint="let CancelledError out at once; a callback that comes later finds the future done "
        "and must not fill it",
    ).nothing_left()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for kind in ("done", "error", "done", "error"):
    cancel_ = random_.randint(1, 9)
    run = observe(cancelled_, kind, cancel_, cancel_ + random_.randint(1, 9))
    expect(run).returned(
        (True, True, False),
        hint="let CancelledError out at once, and ignore what comes later",
    ).nothing_left()
### END HIDDEN TESTS

# %% exercise="call_back" role="test" id="thread" points=1 name="a callback may come from another thread"
import asyncio
import threading
import time


async def from_a_thread_(kind, value):
    loop = asyncio.get_running_loop()
    loop.set_debug(True)  # asyncio refuses what is not thread-safe
    refused, held, go_on = [], threading.Event(), threading.Event()
    loop.set_exception_handler(lambda _, context: refused.append(context["message"]))

    def hold():
        held.set()
        go_on.wait(1)

    def api(on_done, on_error):
        def work():
            time.sleep(0.02)
            loop.call_soon_threadsafe(hold)  # the loop gets both callbacks at once
            held.wait(1)
            try:
                for _ in range(2):
                    on_done(value) if kind == "done" else on_error(OSError(value))
            except RuntimeError as error:
                refused.append(str(error))
                loop.call_soon_threadsafe(calling.cancel)
            go_on.set()

        threading.Thread(target=work).start()

    calling = asyncio.create_task(call_back(api))
    await asyncio.wait([calling])
    await asyncio.sleep(0)
    if refused:
        return f"refused: {refused[0]}"
    try:
        return calling.result()
    except OSError as error:
        return repr(error)


hint_ = (
    "in another thread only `loop.call_soon_threadsafe` is allowed: let it fill the future, if that "
    "is not done by then; get the loop before you call `api`"
)
run = observe(from_a_thread_, "done", "hello")
expect(run).returned("hello", hint=hint_)
run = observe(from_a_thread_, "error", "no world")
expect(run).returned("OSError('no world')", hint=hint_)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for kind in ("done", "error"):
    value_ = f"{random_.randrange(10**6)}"
    run = observe(from_a_thread_, kind, value_)
    expect(run).returned(value_ if kind == "done" else f"OSError('{value_}')", hint=hint_)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `when_done`
#
# Now the other way round: write a plain function `when_done(future, on_done, on_error)` that gives
# a future, or a task, to code that wants callbacks. It returns at once, and does not poll. When the
# future is done, it calls one of the two, once: `on_done(value)` with the result, or
# `on_error(exception)`.
#
# - The future may be done before you are called; the callback comes then too, at once or in a later
#   turn of the loop.
# - A result may be `None`, or an exception object: it goes to `on_done`.
# - If the future was cancelled, `on_error` gets an `asyncio.CancelledError`. All other errors are
#   `Exception`s.
# - If `on_done` itself raises an error, `on_error` is not called for that. If `on_error` raises one,
#   nothing is called again.
# - Several futures may be given to it at the same time, and one future several times: each call has
#   its own callbacks.

# %% [markdown]
# <details><summary>Hint 1: how do you learn that it is done?</summary>
#
# `future.add_done_callback(tell)` calls `tell(future)`, also when the future was done before. Define
# `tell` inside `when_done`, so that it knows the two callbacks.
#
# </details>
#
# <details><summary>Hint 2: which of the two?</summary>
#
# Ask in this order: `future.cancelled()`, then `future.exception()`, then `future.result()`. The
# table of round 2 says why.
#
# </details>


# %% exercise="when_done" role="answer"
import asyncio


def when_done(future, on_done, on_error):
    """Call on_done with the future's result, or on_error with its exception, when it is done."""

    ### BEGIN SOLUTION
    # Why: A done callback also comes for a future that is done already, so nobody has to ask
    # before. `cancelled` is asked first, since `exception` of a cancelled future raises; and no
    # `try` stands around `on_done`, whose own errors are not those of the future.
    def tell(future):
        if future.cancelled():
            on_error(asyncio.CancelledError())
        elif future.exception() is not None:
            on_error(future.exception())
        else:
            on_done(future.result())

    future.add_done_callback(tell)
    ### END SOLUTION


# %% exercise="when_done" role="test" id="result" points=1 name="on_done gets the result, when it is there"
import asyncio


async def told_(delay, value):
    loop, told = asyncio.get_running_loop(), []
    future = loop.create_future()
    if delay is None:
        future.set_result(value)
    returned = when_done(
        future,
        lambda value: told.append(("done", value, loop.time())),
        lambda error: told.append(("error", type(error).__name__, loop.time())),
    )
    if delay is not None:
        loop.call_later(delay, future.set_result, value)
    await asyncio.sleep((delay or 0) + 100)
    return returned, told


hint_ = "`future.add_done_callback` calls you when the future is done: ask for the result there"
run = observe(told_, 2, "hello")
expect(run).returned((None, [("done", "hello", 2)]), hint=hint_)
run = observe(told_, None, "world")
expect(run).returned((None, [("done", "world", 0)]), hint=hint_)
import random

random_ = random.Random(SEED)
for value in (None, 0, "", random_.randrange(10**6)):
    for delay in (None, random_.randint(1, 50), 10**9):
        run = observe(told_, delay, value)
        expect(run).returned((None, [("done", value, delay or 0)]), hint=hint_)
        expect(run).ran_at_most(20, hint="do not look again and again: `add_done_callback`")


async def as_they_are_():
    loop, told = asyncio.get_running_loop(), []
    results = [ValueError(), loop.create_future()]
    for result in results:
        future = loop.create_future()
        future.set_result(result)
        when_done(future, told.append, lambda _: told.append("error"))
        await asyncio.sleep(1)
    return [one is result for one, result in zip(told, results, strict=True)]


run = observe(as_they_are_)
expect(run).returned(
    [True, True],
    hint="ask `future.exception()`; a result may be an exception object, or another future",
)


async def cancelled_error_as_a_result_():
    future, told = asyncio.get_running_loop().create_future(), []
    future.set_result(asyncio.CancelledError())
    when_done(future, lambda _: told.append("done"), lambda _: told.append("error"))
    await asyncio.sleep(1)
    return told


run = observe(cancelled_error_as_a_result_)
expect(run).returned(["done"], hint="ask `future.cancelled()`: a CancelledError may be a result")
### BEGIN HIDDEN TESTS


async def told_of_job_(job):
    future, told = asyncio.ensure_future(job(0)), []
    when_done(future, told.append, lambda _: told.append("error"))
    await asyncio.wait([future])
    await asyncio.sleep(1)
    return told


result_ = random_.randrange(10**9)
run = observe(told_of_job_, jobs([5], results=[result_]))
expect(run).returned([result_], hint=hint_).took(6).jobs_ended()
### END HIDDEN TESTS

# %% exercise="when_done" role="test" id="error" points=1 name="on_error gets the exception"
import asyncio
import concurrent.futures


async def told_of_a_task_(delay, name):

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    told, kinds = [], (ValueError, OSError, LookupError, TypeError, TimeoutError, FalseError)
    more = concurrent.futures.CancelledError, asyncio.InvalidStateError
    error = {each.__name__: each for each in (*kinds, *more)}[name]("no world")

    async def fail():
        await asyncio.sleep(delay)
        raise error

    def on_error(given):
        told.append((type(given).__name__, str(given)))
        if given is not error:
            told.append("it is another object")

    task = asyncio.create_task(fail())
    when_done(task, lambda value: told.append(("done", value)), on_error)
    await asyncio.sleep(100)
    return told


run = observe(told_of_a_task_, 2, "ValueError")
expect(run).returned(
    [("ValueError", "no world")], hint="`future.exception()` gives the exception without raising it"
)
import random

random_ = random.Random(SEED)
names_ = ["OSError", "ValueError", "LookupError", "TypeError", "TimeoutError"]
for name in (*names_, "FalseError", "CancelledError", "InvalidStateError"):
    run = observe(told_of_a_task_, random_.randint(0, 50), name)
    expect(run).returned(
        [(name, "no world")], hint="any exception goes to `on_error`, itself, and once"
    )

# %% exercise="when_done" role="test" id="cancelled" points=1 name="a cancelled future is an error too"
import asyncio


async def told_of_a_cancelled_one_(before):
    future, told = asyncio.get_running_loop().create_future(), []
    if before:
        future.cancel()
    when_done(
        future,
        lambda value: told.append(("done", value)),
        lambda error: told.append(type(error).__name__),
    )
    await asyncio.sleep(1)
    future.cancel()
    await asyncio.sleep(1)
    return told


hint_ = "ask `future.cancelled()` first: on a cancelled future `exception()` raises CancelledError"
run = observe(told_of_a_cancelled_one_, False)
expect(run).returned(["CancelledError"], hint=hint_)
run = observe(told_of_a_cancelled_one_, True)
expect(run).returned(["CancelledError"], hint=hint_)

# %% exercise="when_done" role="test" id="one" points=1 name="one of the two is called, once, even if on_done fails"
import asyncio


async def on_done_fails_(name):
    loop, told = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda *_: None)
    kinds = ValueError, KeyError, asyncio.CancelledError
    error = {each.__name__: each for each in kinds}[name]

    def on_done(value):
        told.append(value)
        raise error("in on_done")

    future = loop.create_future()
    when_done(future, on_done, lambda error: told.append("on_error"))
    await asyncio.sleep(1)
    future.set_result("hello")
    await asyncio.sleep(1)
    return told


run = observe(on_done_fails_, "ValueError")
expect(run).returned(
    ["hello"], hint="do not call `on_done` inside the `try` whose `except` calls `on_error`"
)
for name in ("KeyError", "CancelledError"):
    run = observe(on_done_fails_, name)
    expect(run).returned(["hello"], hint="an error of `on_done` is not the future's error")


async def on_error_fails_(cancelled):
    loop, told = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda *_: None)

    def on_error(error):
        told.append("on_error")
        raise OSError("in on_error")

    future = loop.create_future()
    when_done(future, lambda value: told.append("on_done"), on_error)
    await asyncio.sleep(1)
    if cancelled:
        future.cancel()
    else:
        future.set_exception(ValueError("no world"))
    await asyncio.sleep(1)
    return told


for cancelled in (False, True):
    run = observe(on_error_fails_, cancelled)
    expect(run).returned(
        ["on_error"], hint="do not call `on_error` inside a `try` whose `except` calls it again"
    )


async def several_(results):
    loop, told = asyncio.get_running_loop(), []
    futures = [loop.create_future() for _ in results]
    for number, future in enumerate(futures):
        when_done(future, lambda value, n=number: told.append((n, value)), print)
    for future, result in zip(futures, results, strict=True):
        future.set_result(result)
        await asyncio.sleep(1)
    return told


run = observe(several_, ["a", "b", "c"])
expect(run).returned(
    [(0, "a"), (1, "b"), (2, "c")], hint="each future has callbacks of its own: keep them local"
)


async def one_future_twice_():
    future, told = asyncio.get_running_loop().create_future(), []
    for name in ("first", "second"):
        when_done(future, lambda value, name=name: told.append((name, value)), print)

    def same(value):
        told.append(("same", value))

    for _ in range(2):
        when_done(future, same, print)
    future.set_result("hello")
    await asyncio.sleep(1)
    when_done(future, lambda value: told.append(("third", value)), print)
    await asyncio.sleep(1)
    return told


run = observe(one_future_twice_)
expect(run).returned(
    [(name, "hello") for name in ("first", "second", "same", "same", "third")],
    hint="one future may be given to you several times: each call has its own callbacks",
)

# %% [markdown]
# ### Exercise 3: `outcome`
#
# Write a plain function `outcome(future)` that says how a future or a task stands, without waiting
# and without raising anything. It returns a pair:
#
# - `("pending", None)` if it is not done;
# - `("result", value)` if it has a result;
# - `("exception", error)` if it has failed, where `error` is the exception itself;
# - `("cancelled", None)` if it was cancelled.

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# The table of round 2 has a column for each of the four lines. Which question tells the first column
# from the other three, without an error?
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `done()` first, then `cancelled()`, then `exception()`. Compare with `is not None`.
#
# </details>


# %% exercise="outcome" role="answer"
def outcome(future):
    """Return ("pending", None), ("result", value), ("exception", error) or ("cancelled", None)."""
    ### BEGIN SOLUTION
    # Why: The order of the questions is the answer: `result` and `exception` raise on a future that
    # is pending or cancelled, so these two come first. `exception` is compared with `None`, and
    # nothing is raised to be caught again.
    if not future.done():
        return "pending", None
    if future.cancelled():
        return "cancelled", None
    if future.exception() is not None:
        return "exception", future.exception()
    return "result", future.result()
    ### END SOLUTION


# %% exercise="outcome" role="test" id="pending" points=1 name="a task is pending, then it has a result"
import asyncio


def plain_(pair):
    """A named tuple is a pair too."""
    return tuple(pair) if isinstance(pair, tuple) else pair


async def before_and_after_(delay, value):
    task = asyncio.create_task(asyncio.sleep(delay, value))
    answers = [outcome(task)]
    await asyncio.sleep(delay / 2)
    answers.append(outcome(task))
    await asyncio.wait([task])
    return [plain_(each) for each in (*answers, outcome(task))]


run = observe(before_and_after_, 2, "hello")
expect(run).returned(
    [("pending", None), ("pending", None), ("result", "hello")],
    hint="ask `done()` first: `result()` on a pending task raises InvalidStateError",
).took(2)
import random

random_ = random.Random(SEED)
for value in (None, 0, "", random_.randrange(10**6)):
    run = observe(before_and_after_, random_.randint(1, 50), value)
    expect(run).returned(
        [("pending", None), ("pending", None), ("result", value)],
        hint="None and 0 are results too",
    )


async def of_a_plain_future_(value):
    future = asyncio.get_running_loop().create_future()
    answers = [outcome(future)]
    future.set_result(value)
    return [plain_(each) for each in (*answers, outcome(future), outcome(future))]


run = observe(of_a_plain_future_, None)
expect(run).returned(
    [("pending", None), ("result", None), ("result", None)], hint="a plain future has no task"
)
### BEGIN HIDDEN TESTS


async def of_a_job_(job):
    task = asyncio.create_task(job(0))
    await asyncio.sleep(1)
    early = outcome(task)
    await asyncio.wait([task])
    return [plain_(early), plain_(outcome(task))]


result_ = random_.randrange(10**9)
run = observe(of_a_job_, jobs([5], results=[result_]))
expect(run).returned(
    [("pending", None), ("result", result_)], hint="ask `done()`, and then for the result"
).took(5)
### END HIDDEN TESTS

# %% exercise="outcome" role="test" id="exception" points=1 name="a failed one gives its exception, and raises nothing"
import asyncio
import concurrent.futures


async def failed_(name):

    class FalseError(Exception):
        """Says of itself that it is false, as a container that is empty does."""

        def __bool__(self):
            return False

    class NoException(BaseException):
        """Not even an Exception."""

    kinds = (ValueError, OSError, TypeError, LookupError, TimeoutError, FalseError, NoException)
    more = concurrent.futures.CancelledError, asyncio.InvalidStateError
    error = {each.__name__: each for each in (*kinds, *more)}[name]("no")
    future = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    word, given = outcome(future)
    return word, given is error


run = observe(failed_, "ValueError")
expect(run).returned(
    ("exception", True), hint="`exception()` gives it as a value, `result()` raises it"
)
names_ = ["OSError", "TypeError", "LookupError", "TimeoutError"]
for name in (*names_, "FalseError", "CancelledError", "InvalidStateError", "NoException"):
    run = observe(failed_, name)
    expect(run).returned(("exception", True), hint="whatever its type, give the exception itself")


async def of_a_task_that_failed_():
    async def fail():
        raise error

    error = OSError("no")
    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    word, given = outcome(task)
    return word, given is error


run = observe(of_a_task_that_failed_)
expect(run).returned(("exception", True), hint="a task fails as a future does")


async def an_exception_for_a_result_(name):
    loop = asyncio.get_running_loop()
    kinds = ValueError, asyncio.CancelledError, loop.create_future
    result = {each.__name__: each for each in kinds}[name]()
    future = loop.create_future()
    future.set_result(result)
    word, given = outcome(future)
    return word, given is result


for name in ("ValueError", "CancelledError", "create_future"):
    run = observe(an_exception_for_a_result_, name)
    expect(run).returned(
        ("result", True),
        hint="a result may be an exception object, or another future: ask `exception()`",
    )

# %% exercise="outcome" role="test" id="cancelled" points=1 name="a cancelled one is neither result nor exception"
import asyncio


def plain_(pair):
    """A named tuple is a pair too."""
    return tuple(pair) if isinstance(pair, tuple) else pair


async def cancelled_(turns):
    task = asyncio.create_task(asyncio.sleep(9))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    asked = outcome(task)
    await asyncio.wait([task])
    return plain_(asked), plain_(outcome(task))


run = observe(cancelled_, 1)
expect(run).returned(
    (("pending", None), ("cancelled", None)),
    hint="a task is pending until it has ended; on a cancelled one `exception()` raises "
    "CancelledError, so ask `cancelled()` before",
)


async def goes_on_():
    async def work():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            await asyncio.sleep(1)

    task = asyncio.create_task(work())
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    return plain_(outcome(task))


run = observe(goes_on_)
expect(run).returned(
    ("result", None), hint="a task may return although somebody has asked it to end"
)
### BEGIN HIDDEN TESTS
for turns in (0, 2):
    run = observe(cancelled_, turns)
    expect(run).returned(
        (("pending", None), ("cancelled", None)), hint="ask `done()`, then `cancelled()`"
    )


async def a_plain_one_():
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    return plain_(outcome(future))


run = observe(a_plain_one_)
expect(run).returned(("cancelled", None), hint="a plain future may be cancelled too")
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
# - [Futures](https://docs.python.org/3/library/asyncio-future.html): every method of a future, and
#   the example of a future that one task fills and another awaits.
# - [Task object](https://docs.python.org/3/library/asyncio-task.html#task-object): what a task adds,
#   and what it refuses.
# - [Concurrency and multithreading](https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading):
#   what another thread may call, and debug mode.
#
# **Next:** [08 · Many at once](08_many_at_once.ipynb)
