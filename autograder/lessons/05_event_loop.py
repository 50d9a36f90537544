# %% [markdown]
# # 05 · The event loop
#
# The event loop is a queue, a list of timers and a `while`: you will see what it does in one turn,
# what ends it, why a notebook already has one, and then you build one.
#
# **You will be able to**
#
# - say in which order functions and tasks run that were given to `call_soon`, `call_later` and
#   `create_task`;
# - say when `run_forever`, `run_until_complete` and `asyncio.run` end, and what each leaves behind;
# - explain why `asyncio.run` is refused in a bare notebook, and what `enable()` changes;
# - write a small event loop of your own.
#
# **Before:** [04 · async and await](04_async_await.ipynb) ·
# **Next:** [06 · Tasks](06_tasks.ipynb)

# %%
import asyncio
import gc
import threading
from collections import deque

from looplab import SEED, check, compare, disable, enable, expect, gens, jobs, observe, predict

enable(legacy=True)  # also runs what newer Pythons have removed


async def say_after(delay, what):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(what, "is cancelled")
        raise
    print(what)


# %% [markdown]
# ## 1. The ready queue
#
# `loop.call_soon(function, ...)` puts a call of a plain function at the end of the *ready queue* of
# the loop. `create_task` does the same: the call that it puts there runs the task up to its next
# wait.
#
# The function `new_turn` puts itself into the queue again each time it is called. It was the first
# one in, so it stays the first of each *turn* of the loop. In one turn the loop makes the calls
# that stand in the queue at its beginning. What is added meanwhile waits for the next turn.
#
# **Predict.** Which lines stand between `turn 1` and `turn 2`, and in which order? In which turn
# does `main` go on?

# %%
predict(
    "",
    A="Ann 1, the plain function, Bob 1; main goes on in turn 3",
    B="Ann 1, the plain function, Bob 1; main goes on in turn 2",
    C="the plain function, Ann 1, Bob 1; main goes on in turn 3",
    D="Ann 1, Ann 2, the plain function, Bob 1, Bob 2; main goes on in turn 2",
    right="A",
)


# %%
def new_turn(loop, number):
    print("turn", number)
    if number < 3:
        loop.call_soon(new_turn, loop, number + 1)


async def work(name):
    print("   ", name, "step 1")
    await asyncio.sleep(0)
    print("   ", name, "step 2")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(new_turn, loop, 1)
    ann = asyncio.create_task(work("Ann"), name="Ann")
    loop.call_soon(print, "    a plain function")
    bob = asyncio.create_task(work("Bob"), name="Bob")
    print("main waits for Bob")
    await bob
    print("    main goes on, Ann has ended:", ann.done())


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** First in, first out, whether it is a task or a function: Ann, the plain
# function, Bob. In each turn the loop counts what is in the queue and makes that many calls. So
# Ann, who puts herself in again with `sleep(0)` in turn 1, has her second step in turn 2, after
# Bob's first one.
#
# Bob ends in turn 2. The end of a task does not run whoever waits for it. It puts them into the
# queue, and so `main` goes on in turn 3.
#
# The picture draws a lane for each task. Plain functions have none: the loop calls them and forgets
# them. The lane *event loop* has a mark for each, between the steps, with its name, and a box for
# each turn. `call_soon` gives a *handle*, and `handle.cancel()` takes the
# call back while it has not run.

# %% [markdown]
# ## 2. Timers
#
# `loop.call_later(delay, function, ...)` makes a *timer*: a call that is put into the ready queue
# when `delay` seconds have passed. `loop.call_at(when, ...)` does so at a time of the loop's clock,
# `loop.time()`. A wait can be made of a timer and a future, as `sleep_by_timer` shows:
# `loop.create_future()` makes an empty future, `future.set_result(value)` marks it as done, and
# whoever awaits it is resumed. `asyncio.sleep` is built in this way, and also takes its timer back
# when it is cancelled.
#
# **Predict.** In which order are the lines printed? Which one is missing?

# %%
predict(
    "",
    A="timer of 0 s, soon, world, hello; timer of 3 s is missing",
    B="soon, timer of 0 s, world, hello; timer of 3 s is missing",
    C="soon, timer of 0 s, hello, world; timer of 3 s is missing",
    D="soon, world, hello, timer of 3 s; timer of 0 s is missing",
    right="B",
)


# %%
async def sleep_by_timer(delay):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(delay, future.set_result, None)
    await future


async def say_by_timer(delay, what):
    await sleep_by_timer(delay)
    print(what)


async def main():
    loop = asyncio.get_running_loop()
    late = loop.call_later(3, print, "timer of 3 s")
    loop.call_later(0, print, "timer of 0 s")
    loop.call_soon(print, "soon")
    hello = asyncio.create_task(say_by_timer(2, "hello"), name="hello")
    world = asyncio.create_task(say_by_timer(1, "world"), name="world")
    await hello
    late.cancel()
    await world


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** `soon` comes before the timer of 0 s, which was made earlier. A timer has to be
# found due before it is put into the ready queue, and then it stands at the end. `late` was
# cancelled at 2 s, so its line is missing.
#
# Now you know all that one turn of the loop does:
#
# 1. Ask the operating system which connections have data, and put the calls for these into the
#    ready queue. If the queue is empty, wait for that, but only until the first timer is due; if
#    not, only look.
# 2. Put the call of each timer that is due into the ready queue, the earliest first.
# 3. Make as many calls as are in the queue now, one after the other.
#
# ```mermaid
# flowchart LR
#     accTitle: The event loop
#     accDescr: Calls are made from the front of the ready queue. A call may put others at its end, make timers, and wait for connections. Timers that are due and connections that have news put their calls at the end of the ready queue.
#     queue["ready queue"] -->|"the first one"| step["a call:<br>a step of a task,<br>or a callback"]
#     step -->|"call_soon, create_task"| queue
#     step -->|"call_later, sleep"| timers["timers,<br>the earliest first"]
#     step -->|"reads and writes"| system["operating system:<br>connections"]
#     timers -->|"due"| queue
#     system -->|"news"| queue
# ```
#
# A timer says *not before*. Nothing is interrupted for it: if somebody keeps the loop when it is
# due, it runs later, as the heart of lesson 04 did. And if two timers are due at exactly the same
# time, asyncio does not say which of them is first.

# %% [markdown]
# ## 3. A loop in nine lines
#
# Below is the third point of the list by itself, a queue and a `while`. `run_turns` resumes each
# thing in its queue, and puts it at the end again if it has not ended. (A `deque` is a list that is
# quick at both ends; `popleft()` takes out the first.) It uses `send(None)`, which resumes a
# generator and also, as you saw in lesson 03, a coroutine object.
#
# **Predict.** `main` runs two generators, and then two coroutines that wait with
# `asyncio.sleep(0)`. No event loop of asyncio runs. Does the second part work?

# %%
predict(
    "",
    A="yes: sleep(0) is a bare yield",
    B="no: a coroutine object has no send",
    C="no: only a loop of asyncio can run a coroutine",
    right="A",
)


# %%
def run_turns(*things):
    ready = deque(things)
    while ready:
        thing = ready.popleft()
        try:
            thing.send(None)
        except StopIteration:
            continue  # it has ended
        ready.append(thing)


def hello():
    for part in ("hel", "lo"):
        print(part)
        yield


def world():
    for part in ("wo", "rl", "d"):
        print(part)
        yield


def main():
    run_turns(hello(), world())
    run_turns(work("Ann"), work("Bob"))


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** It works. `sleep(0)` is a bare `yield` at the bottom of the chain of awaits,
# and `run_turns` takes it as asyncio does: *put me at the end of the queue*. (The picture shows the
# generators. The coroutines ran as part of `main`.)
#
# What an event loop adds to this is the waiting: a list of timers, and a question to the operating
# system about connections. asyncio has one thing more in between. Its queue holds calls of
# functions, and a task is an object that puts a call of its own next step there. In exercise 1 you
# add the timers.

# %% [markdown]
# ## 4. When does the loop end?
#
# `main` starts a task, `world`, that takes 4 s, and then waits for 2 s itself. It is run in three
# ways. Watch what is still there when the loop comes back.
#
# - `loop.run_until_complete(...)` takes a coroutine object, a future, or anything else that may stand
#   after `await`.
# - `loop.run_forever()` takes nothing. Here a timer calls `loop.stop` after 6 s.
# - `asyncio.run(...)` takes a coroutine object; from Python 3.14 on, anything that can be awaited.
#
# **Predict.** At which second does each of them come back (in `until_complete`, from the first
# call)? In which of the three programs is `world` printed?

# %%
predict(
    "",
    A="4 s, 6 s and 4 s; printed in all three",
    B="2 s, 6 s and 2 s; printed in the first two",
    C="2 s, 4 s and 2 s; printed in the second alone",
    D="2 s, 6 s and 4 s; printed in all three",
    right="B",
)


# %%
async def main():
    world = asyncio.create_task(say_after(4, "world"), name="world")
    await asyncio.sleep(2)
    print("main has ended, world has ended:", world.done())


def until_complete():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(main())
    print("left:", [task.get_name() for task in asyncio.all_tasks(loop)])
    loop.run_until_complete(asyncio.sleep(4))  # the same loop, 4 s more
    loop.close()


def forever():
    loop = asyncio.new_event_loop()
    loop.create_task(main(), name="main")
    loop.call_later(6, loop.stop)
    loop.run_forever()
    loop.close()


def with_run():
    asyncio.run(main())


runs = [observe(program) for program in (until_complete, forever, with_run)]
compare(*runs, names=["run_until_complete", "run_forever", "asyncio.run"])

# %% [markdown]
# **What happened.** You may read that the loop goes on until the asynchronous tasks have ended.
# None of the three does that.
#
# - `run_until_complete` came back at 2 s, with the end of *its own* future. It did not wait for
#   `world` and did not cancel it. A loop that does not run is like a generator that nobody asks:
#   all it has to do stays where it is. When the loop ran again, `world` went on.
# - `run_forever` came back at 6 s. All tasks had ended at 4 s, and it waited on. It ends by `stop`,
#   or by Ctrl+C, and not because there is nothing left to do.
# - `asyncio.run` came back at 2 s, and `world` was cancelled. It makes a new loop, runs `main` on
#   it as `run_until_complete` does, then cancels the tasks that are left *and waits until they have
#   ended*, and closes the loop.
#
# All three rest on `run_forever`. `run_until_complete` gives its future a *callback*, a function
# that is called when the future is done: this one calls `stop`. Then it calls `run_forever`. `stop`
# lets the loop finish the turn in which it is. If it is called before the loop runs, `run_forever`
# makes one turn and comes back.
#
# ### A coroutine becomes a task, a future does not
#
# A coroutine object can do nothing by itself, so `run_until_complete` wraps it in a task. A future
# is used as it is: there is nothing to wrap. Either way the loop runs until it is done, and you get
# its result. The cell counts the tasks.


# %%
async def hello_later():
    await asyncio.sleep(1)
    return "hello"


def run_a_coroutine():
    loop = asyncio.new_event_loop()
    print("gives", loop.run_until_complete(hello_later()))
    loop.close()


def run_a_future():
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    loop.call_later(1, future.set_result, "hello")
    print("gives", loop.run_until_complete(future))
    loop.close()


for program in (run_a_coroutine, run_a_future):
    run = observe(program)
    print(program.__name__, "took", run.duration, "s and had", len(run.tasks), "tasks")

# %% [markdown]
# ## 5. A notebook has a loop already
#
# A thread runs one event loop at a time. The kernel of a notebook is an asyncio program: its loop
# waits for your cells, and each cell runs inside one of its tasks. So in a bare notebook you may
# `await` in a cell, and Python refuses to run another loop there. `enable()` hides the kernel's
# loop while a cell runs a loop of its own, and puts it back afterwards. A script has no loop around
# it, so such a cell behaves as a script does.
#
# Below, a task of the kernel's loop ticks every tenth of a second. The cell awaits for half a
# second, and then runs a loop of its own for half a second. (These are real seconds.)
#
# **Predict.** Does it tick while the cell awaits? And while `asyncio.run` runs?

# %%
predict(
    "",
    A="it ticks in both: it is in the background",
    B="it ticks beside asyncio.run, and not while the cell awaits",
    C="it ticks while the cell awaits, and not beside asyncio.run",
    D="it ticks in neither: a cell keeps the kernel",
    right="C",
)


# %%
async def tick(ticks):
    while True:
        ticks.append("tick")
        await asyncio.sleep(0.1)


ticks = []
ticking = asyncio.create_task(tick(ticks), name="tick")  # on the kernel's loop

await asyncio.sleep(0.5)
before = len(ticks)
print("it ticked while the cell awaited:", before > 1)

asyncio.run(asyncio.sleep(0.5))
ticking.cancel()
print("it ticked while asyncio.run ran:", len(ticks) > before)

# %% [markdown]
# **What happened.** `await` gives control to the kernel's loop, and that runs the ticking task too.
# `asyncio.run` runs a fresh loop in the same thread. The kernel's loop stands still meanwhile, with
# all that waits on it. A task that you have left on it goes on when the cell has ended.
#
# | in a cell | which loop? | the kernel's other tasks |
# |---|---|---|
# | `await main()` | the kernel's | go on |
# | `asyncio.run(main())`, with `enable()` | a fresh one, closed at the end | stand still |
# | `asyncio.run(main())`, without | - | `RuntimeError` |
# | `run_until_complete` of the kernel's own loop, with `enable()` | the kernel's, inside itself | go on |
# | `observe(main)` | a fresh one, with a virtual clock | stand still |
#
# A cell that stops the kernel's loop would end the kernel. After `enable()` its `stop` and `close`
# only warn. And `await` outside of a function is for notebooks, IPython and `python -m asyncio`: in
# a script, and in the ordinary console, it is a `SyntaxError`.

# %% [markdown]
# ## Then and now
#
# The old form gets a loop, runs it, and closes it. Today's form is one call. (`run_then.warnings`
# holds what Python or LoopLab said of the old form.)


# %%
async def main():
    print("Hello ...")
    await asyncio.sleep(1)
    print("... World!")


def then():
    loop = asyncio.get_event_loop()
    loop.run_until_complete(main())
    loop.close()


def now():
    asyncio.run(main())


run_then, run_now = observe(then), observe(now)
for warning in run_then.warnings:
    print(warning)
compare(run_then, run_now, names=["then", "now"])

# %% [markdown]
# **What happened.** The same, up to the end of `main`. There `asyncio.run` runs its loop a few times
# more, to clean up. That takes no time, so the picture does not show it. With the old form the
# clean-up is up to you.
#
# You may read that `get_event_loop` is how Python 3.7 does it, and `asyncio.run` is for later ones.
# But `asyncio.run` came *with* Python 3.7. The loop by hand is the form of 3.4 to 3.6.
#
# | what | then, before 3.7 | now |
# |---|---|---|
# | a program | `loop.run_until_complete(main())` | `asyncio.run(main())` |
# | several `main`s on one loop | `loop.run_until_complete` again | `with asyncio.Runner() as runner:`, from 3.11 on |
# | tasks that are left at the end | nobody looks after them | cancelled, and waited for |
# | another kind of loop | `asyncio.set_event_loop(loop)` | `asyncio.run(main(), loop_factory=...)`, from 3.12 on |
# | the loop, inside a coroutine | `asyncio.get_event_loop()` | `asyncio.get_running_loop()` |
# | `get_event_loop()` with no loop there | makes one | warns from 3.12 on, `RuntimeError` from 3.14 on |

# %% [markdown]
# ## What breaks
#
# ### A loop inside a loop
#
# The cell takes `enable()` back for a moment, and so shows what a bare notebook says. A script says
# the same where a coroutine calls `asyncio.run`. Inside of a coroutine, and in a bare notebook,
# write `await`. In old programs you meet the first message, in newer ones the second.

# %% role="breaks"
disable()
waiting = say_after(1, "hello")
try:
    asyncio.get_running_loop().run_until_complete(waiting)
except RuntimeError as error:
    print("RuntimeError:", error)
try:
    asyncio.run(waiting)
finally:
    waiting.close()  # or Python warns that it was never awaited
    enable(legacy=True)

# %% [markdown]
# ### Closed, or stopped in the middle
#
# A loop can be run many times, but not after `close`. In old programs `loop.close()` stands at the end of
# the file. Where the file became a function that is called twice, or a cell that is run twice, the
# second call finds a closed loop.
#
# `stop` ends the turns, and not the tasks. `stops` still waits when the loop comes back, and so
# `run_until_complete`, which `asyncio.run` uses, has no result to give. To end a coroutine, use
# `return`.


# %%
def closed():
    loop = asyncio.new_event_loop()
    loop.close()
    waiting = say_after(1, "hello")
    try:
        loop.run_until_complete(waiting)
    finally:
        waiting.close()


async def stops():
    asyncio.get_running_loop().stop()
    await asyncio.sleep(1)


def stopped():
    asyncio.run(stops())


for program in (closed, stopped):
    try:
        program()
    except RuntimeError as error:
        print(f"{program.__name__}: RuntimeError: {error}")

# %% [markdown]
# ### Closed, with a task that waits
#
# `run_until_complete` leaves `world` waiting, and then the loop is closed. Nobody can wake the task
# any more. When Python clears it away, at some later moment, the loop's *exception handler* is
# told, the function that gets the errors which no caller can get. (Here `gc.collect()` makes Python
# do it at once, and the handler prints the message. Usually it stands in your log. In the picture
# the lane ends with *destroyed*: the task never came to its end.) Use `asyncio.run`, or cancel
# what is left and wait for it.


# %%
async def main():
    asyncio.create_task(say_after(4, "world"), name="world")
    await asyncio.sleep(1)


def leaves_a_task():
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda loop, context: print(context["message"]))
    loop.run_until_complete(main())
    loop.close()
    gc.collect()


run = observe(leaves_a_task)
run.timeline()

# %% [markdown]
# ### No loop there
#
# `get_event_loop()` makes a loop in the main thread alone, and only in Pythons before 3.14. In any
# other thread it has always raised this error, and in the main thread after an `asyncio.run`. (With
# `enable(legacy=True)`, for old programs, it gives a loop in the main thread there too.) From
# Python 3.14 on it raises it wherever no loop is set, in programs that ran for years. The cure is
# `asyncio.run(main())`, and `get_running_loop()` inside. (`threading.Thread(target=f)` makes a
# second flow of control that calls `f()`. `start()` starts it, and `join()` waits for its end.)


# %%
def ask_for_a_loop():
    try:
        asyncio.get_event_loop()
    except RuntimeError as error:
        print("RuntimeError:", error)


thread = threading.Thread(target=ask_for_a_loop, name="helper")
thread.start()
thread.join()

# %% [markdown]
# ## Your turn
#
# ### Exercise 1: `run_all`
#
# Write the plain function `run_all(*gens)`, a small event loop. Each generator is a task. What it
# yields is how many seconds it sleeps, 0 or more. `run_all` runs all of them to their ends, and
# returns `(values, total)`: the list of their return values, in the order of the arguments, and the
# time on its clock when the last one ended.
#
# The clock is `run_all`'s own, a number that starts at 0. Nothing really sleeps, and there are no
# threads: when all of them sleep, the clock jumps to the first who wakes.
#
# - All start at 0, in the order of the arguments.
# - Who wakes earlier runs earlier. Those who wake at the same time run in the order in which they
#   went to sleep. So `yield 0` goes behind all who are due already.
# - If a generator raises an error, no other one gets a turn, all the others are closed, and the
#   error reaches the caller. It may be one that is no `Exception`. In the tests no
#   `close()` fails.
# - `run_all()` gives `([], 0)`.

# %% [markdown]
# <details><summary>Hint 1: one list is enough</summary>
#
# Keep a list of all who sleep, each with the time at which it wakes. At the start all wake at 0.
# Take the one who wakes first out of the list, set the clock to its time, resume it, and put it
# back with its new time. Repeat until the list is empty.
#
# </details>
#
# <details><summary>Hint 2: the same time</summary>
#
# Of what is equal `min` gives the first, and `sort` keeps the order, if they compare the times
# alone: use `key=`. You need no heap. If you use `heapq` all the same: it does not keep the order,
# and it compares generators where times are equal, which is a `TypeError`. Give each entry a number
# that counts up: `(wakes, number, gen)`.
#
# </details>
#
# <details><summary>Hint 3: the return value</summary>
#
# When a generator returns, `next` raises `StopIteration`, and the value is in the exception:
# `except StopIteration as end: values[place] = end.value`.
#
# </details>


# %% exercise="run_all" role="answer"
def run_all(*gens):
    """Run generators that yield how long they sleep; return their values and the time."""
    ### BEGIN SOLUTION
    # Why: The list is in the order of falling asleep, and `min` gives the first of those who wake
    # soonest: so equal times keep their order. The clock jumps and nobody sleeps really. The
    # `finally` closes all generators, also after an error.
    now, values = 0, [None] * len(gens)
    sleeping = [(0, place) for place in range(len(gens))]  # in the order of falling asleep
    try:
        while sleeping:
            first = min(sleeping, key=lambda entry: entry[0])
            sleeping.remove(first)
            now, place = first
            try:
                delay = next(gens[place])
            except StopIteration as end:
                values[place] = end.value
            else:
                sleeping.append((now + delay, place))
    finally:
        for gen in gens:
            gen.close()
    return values, now
    ### END SOLUTION


# %% exercise="run_all" role="test" id="result" points=1 name="gives the values in the order of the arguments, and the time"
def sleeper_(delays, value):
    for delay in delays:
        yield delay
    return value


def results_(*plans):
    pair = run_all(*[sleeper_(delays, value) for delays, value in plans])
    return tuple(pair) if isinstance(pair, tuple) else pair  # a named tuple is a pair too


run = observe(results_, ([2], "hello"), ([1], "world"))
expect(run).returned(
    (["hello", "world"], 2), hint="keep the place of each generator; they sleep at the same time"
)
run = observe(results_, ([1, 2], "a"), ([2], "b"), ([], None))
expect(run).returned((["a", "b", None], 3), hint="the clock ends with the one who ends last")
run = observe(results_)
expect(run).returned(([], 0), hint="without generators there is nothing to do")
import random

random_ = random.Random(SEED)
for count in (1, 2, 3, 6, 9):
    plans_ = []
    for number in range(count):
        delays_ = [random_.randint(0, 40) / 4 for _ in range(random_.randint(0, 5))]
        plans_.append((delays_, random_.choice((None, 0, [number], f"value {number}"))))
    run = observe(results_, *plans_)
    expect(run).returned(
        ([value for _, value in plans_], max(sum(delays) for delays, _ in plans_)),
        hint="each one takes as long as all its sleeps together, beside the others",
    )
run = observe(results_, ([0.5, 0.25], 0), ([0.5], ""))
expect(run).returned(([0, ""], 0.75), hint="seconds may be fractions, and 0 is a value too")
run = observe(results_, ([1 / 3], "third"), ([1e-4, 1e-5], "short"))
expect(run).returned((["third", "short"], 1 / 3), hint="seconds may be any fractions: do not round")
run = observe(results_, *[([11 - place, 10**9], place) for place in range(12)])
expect(run).returned(
    (list(range(12)), 10**9 + 11), hint="the clock jumps to the first who wakes, however far it is"
)


def errors_as_values_():
    values = [ValueError("returned"), StopIteration("returned"), None]
    returned, _ = run_all(*[sleeper_([1], value) for value in values])
    return [one is other for one, other in zip(returned, values, strict=True)]


run = observe(errors_as_values_)
expect(run).returned(
    [True] * 3, hint="an error that a generator returns is a value: nobody raised it"
)


# %% exercise="run_all" role="test" id="order" points=2 name="who wakes first runs first, and of equals who slept first"
def noted_(log, name, delays):
    log.append((name, 0))
    for number, delay in enumerate(delays, 1):
        yield delay
        log.append((name, number))


def order_(*plans):
    """Say who took which step, in the order in which they did."""
    log = []
    run_all(*[noted_(log, name, delays) for name, delays in enumerate(plans)])
    return log


run = observe(order_, [2], [1])
expect(run).returned(
    [(0, 0), (1, 0), (1, 1), (0, 1)], hint="all start at 0; then the one who wakes first"
)
run = observe(order_, [2, 1], [1, 1], [1])
expect(run).returned(
    [(0, 0), (1, 0), (2, 0), (1, 1), (2, 1), (0, 1), (1, 2), (0, 2)],
    hint="at 2 both 0 and 1 wake, and 0 went to sleep earlier",
)
run = observe(order_, [0], [], [0])
expect(run).returned(
    [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1)], hint="`yield 0` goes behind those who are due"
)
import random


def expected_order_(plans):
    asleep_ = [(0, number, name, 0) for number, name in enumerate(range(len(plans)))]
    steps_, number_ = [], len(plans)
    while asleep_:
        asleep_.sort()
        wakes_, _, name_, step_ = asleep_.pop(0)
        steps_.append((name_, step_))
        if step_ < len(plans[name_]):
            asleep_.append((wakes_ + plans[name_][step_], number_, name_, step_ + 1))
            number_ += 1
    return steps_


random_ = random.Random(SEED)
for count, longest in [(2, 3), (4, 1), (5, 2), (8, 2), (12, 1), (6, 30)]:
    plans_ = [
        [random_.randint(0, longest) for _ in range(random_.randint(0, 6))] for _ in range(count)
    ]
    run = observe(order_, *plans_)
    expect(run).returned(
        expected_order_(plans_),
        hint="the earliest first; of those who wake at the same time, who went to sleep first",
    )
run = observe(order_, [3, 0], [1, 1, 1], [2, 1], [0, 3])
expect(run).returned(
    expected_order_([[3, 0], [1, 1, 1], [2, 1], [0, 3]]),
    hint="at 3 all four wake; the order is that of falling asleep",
)
run = observe(order_, [0.5, 0.25], [0.75], [0.25, 0.5])
expect(run).returned(
    expected_order_([[0.5, 0.25], [0.75], [0.25, 0.5]]), hint="seconds may be fractions"
)


# %% exercise="run_all" role="test" id="clock" points=1 name="nothing really sleeps, and two loops share nothing"
def loops_in_loops_(*delays):
    def sleeper(delay):
        yield delay
        return delay

    def in_a_loop(delay):
        yield 1
        inner = run_all(sleeper(delay), sleeper(1))
        yield 1
        return tuple(inner)

    return [tuple(run_all(sleeper(3), in_a_loop(delay))) for delay in delays]


run = observe(loops_in_loops_, 3600, 5)
expect(run).took(0, hint="the clock is a variable of yours: set it, do not sleep")
expect(run).returned(
    [([3, ([3600, 1], 3600)], 3), ([3, ([5, 1], 5)], 3)],
    hint="keep the clock and the list in local variables: each call starts at 0",
).without_threads()
### BEGIN HIDDEN TESTS
import random

delays_ = random.Random(SEED).sample(range(100, 9000), 3)
run = observe(loops_in_loops_, *delays_)
expect(run).took(0, hint="nothing really sleeps, however long it is")
expect(run).returned(
    [([3, ([delay, 1], delay)], 3) for delay in delays_], hint="each loop has a clock of its own"
).without_threads()


def pair_(*generators):
    return tuple(run_all(*generators))


run = observe(pair_, *gens([1, 0, 2], [3], [], [2, 2]))
expect(run).returned(([None] * 4, 4), hint="each runs to its end").took_items(6).took(0)
### END HIDDEN TESTS

# %% exercise="run_all" role="test" id="error" points=1 name="the first error comes out, and the others are closed"
import asyncio
import inspect


def fails_(plans, bad, name="ValueError"):
    """Run plans, of which number `bad` raises after its sleeps; say what was run and is open."""
    log = []
    error = {each.__name__: each for each in (ValueError, OSError, RuntimeError)}[name](bad)

    def gen(name, delays):
        log.append(name)
        for delay in delays:
            yield delay
            log.append(name)
        if name == bad:
            raise error

    generators = [gen(name, delays) for name, delays in enumerate(plans)]
    try:
        outcome = run_all(*generators)
    except type(error) as caught:
        outcome = caught.args
    left = [
        n for n, each in enumerate(generators) if inspect.getgeneratorstate(each) != "GEN_CLOSED"
    ]
    return outcome, log, left


run = observe(fails_, [[4], [1], [2, 9]], 1)
expect(run).returned(
    ((1,), [0, 1, 2, 1], []),
    hint="let the error out at once, without another step; close the others before",
)
run = observe(fails_, [[2], [], [1]], 1)
expect(run).returned(((1,), [0, 1], []), hint="close those too that have not begun")
import random

random_ = random.Random(SEED)
for count in (1, 2, 4, 7):
    # Who fails does so at a time at which nobody else does anything.
    plans_ = [[random_.randint(0, 9) * 2 for _ in range(3)] for _ in range(count)]
    bad_ = random_.randrange(count)
    plans_[bad_] = [2 * random_.randint(0, 6) + 1]
    at_ = plans_[bad_][0]
    steps_ = 1 + sum(
        sum(plan[: n + 1]) < at_ for i, plan in enumerate(plans_) if i != bad_ for n in range(3)
    )
    run = observe(fails_, plans_, bad_)
    expect(run).finished(hint="the error comes out as it is")
    outcome_, log_, left_ = run.result
    expect(run).that(
        (outcome_, len(log_), log_[-1:], left_) == ((bad_,), count + steps_, [bad_], []),
        expected=f"ValueError of generator {bad_} comes out, its step is the last, none is open",
        happened=f"{outcome_}; {len(log_)} steps, the last of {log_[-1:]}; open: {left_}",
        hint="let the error out when it happens, and close all the others",
    )
for name in ("OSError", "RuntimeError"):
    run = observe(fails_, [[4], [1], [2, 9]], 1, name)
    expect(run).returned(
        ((1,), [0, 1, 2, 1], []), hint="close the others whatever the type of the error"
    )


class FalseError_(Exception):
    def __bool__(self):
        return False


class NoException_(BaseException):
    pass


def fails_with_(name):
    """Say whether that very error comes out, and how the other generator stands then."""
    kinds = (FalseError_, NoException_, asyncio.CancelledError)
    error = {each.__name__: each for each in kinds}[name]("no")

    def gen():
        yield 1
        raise error

    def catches_all():
        while True:
            try:
                yield 2
            except kinds:
                pass

    other = catches_all()
    try:
        run_all(gen(), other)
    except kinds as caught:
        return caught is error, inspect.getgeneratorstate(other)
    return "no error"


run = observe(fails_with_, "FalseError_")
expect(run).returned(
    (True, "GEN_CLOSED"), hint="an error may be false: ask whether it is None, not for truth"
)
for name in ("NoException_", "CancelledError"):
    run = observe(fails_with_, name)
    expect(run).returned(
        (True, "GEN_CLOSED"),
        hint="`finally` closes the others whatever comes, `except Exception` not",
    )
run = observe(run_all, *gens([1, 5], [1, 2], [1], error=KeyError("the third is first")))
expect(run).raised(KeyError, hint="an error of any type reaches the caller").closed_generators()

# %% [markdown]
# ### Exercise 2: `every`
#
# Write the plain function `every(seconds, step)`, which is called while a loop runs. It returns at
# once, and from then on the plain function `step()` is called after `seconds` seconds, after twice,
# after three times as many, and so on. What `every` returns is a plain function `stop()`: after
# `stop()` the step is not called any more.
#
# - `seconds` is more than 0, and `step` does not fail.
# - A call that comes late, because somebody kept the loop, does not move the later ones: they come
#   at their own times. In the tests nobody keeps the loop so long that two calls are late.
# - `step` may call `stop`, and `stop` may be called more than once. What `step` returns is ignored.
# - The same step may be given to `every` twice: each `stop` ends the calls of its own `every`.
# - It uses no threads, and it does not look at the clock again and again: a timer for each call is
#   enough. After `stop()` no chain of timers goes on.
# - The loop may have run for some time when `every` is called, and a plain callback of the loop may call
#   it, as well as a task.

# %% [markdown]
# <details><summary>Hint 1: a timer that makes the next one</summary>
#
# Write a function that makes the timer of the next call and then calls `step`. Round 2 has the
# timers, and the first lines of its `main` have the loop.
#
# </details>
#
# <details><summary>Hint 2: the later ones</summary>
#
# `call_later` counts from now, and now may be late. Remember `loop.time()` when `every` is called,
# count the calls, and use `loop.call_at`.
#
# </details>
#
# <details><summary>Hint 3: stop</summary>
#
# `stop` cancels the timer that is there at that moment, so keep the newest one: in a variable that
# is `nonlocal`, or in a list. Make the next timer *before* you call `step`, or a `stop` inside the
# step cancels the old one.
#
# </details>

# %% exercise="every" role="answer"
import asyncio


def every(seconds, step):
    """Call step() each so many seconds, until the function that this returns is called."""
    ### BEGIN SOLUTION
    # Why: Each call is set with `call_at`, counted from the start: with `call_later` from the last
    # call, one that is late would move all that follow. The next timer is made before `step` runs,
    # so that `step` itself may call `stop`.
    loop = asyncio.get_running_loop()
    started = loop.time()

    def beat(number):
        nonlocal timer
        timer = loop.call_at(started + (number + 1) * seconds, beat, number + 1)
        step()

    def stop():
        timer.cancel()

    timer = loop.call_at(started + seconds, beat, 1)
    return stop
    ### END SOLUTION


# %% exercise="every" role="test" id="times" points=1 name="calls step each so many seconds"
import asyncio


async def times_(seconds, count):
    """Let it call `count` times; return the times of the calls."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(seconds / 4)
    started, times = loop.time(), []
    stop = every(seconds, lambda: times.append(loop.time() - started))
    await asyncio.sleep((count + 0.5) * seconds)
    stop()
    await asyncio.sleep(seconds)
    return times


hint_ = "each call makes a timer for the next one; `every` counts from the time when it is called"
run = observe(times_, 2, 3)
expect(run).returned([2, 4, 6], hint=hint_)
expect(run).took(9.5, hint="`every` returns at once")
expect(run).without_threads().nothing_left().ran_at_most(25, hint="a timer waits: do not poll")
import random

random_ = random.Random(SEED)
for count, seconds_ in [
    (0, random_.randint(1, 500)),
    (1, 2.5),
    (9, 1 / 32),
    (1200, random_.randint(1, 500)),
    (random_.randint(10, 60), random_.randint(1, 99) / 32),
]:
    run = observe(times_, seconds_, count)
    expect(run).returned(
        [seconds_ * number for number in range(1, count + 1)],
        hint="the first call comes after so many seconds, not at once",
    )
    expect(run).took((count + 1.75) * seconds_, hint="`every` returns at once")
    expect(run).without_threads().nothing_left()
    expect(run).ran_at_most(6 * count + 20, hint="a timer waits: do not poll")


async def from_a_callback_(seconds, values):
    """Call `every` in a callback; the step returns one of the values each time."""
    loop, stops, times = asyncio.get_running_loop(), [], []

    def step():
        times.append(loop.time() - 1)
        return values[len(times) % len(values)]

    loop.call_later(1, lambda: stops.append(every(seconds, step)))
    await asyncio.sleep(1 + 6.5 * seconds)
    stops[0]()
    await asyncio.sleep(seconds)
    return times


run = observe(from_a_callback_, 2, [None, False, True, 0, "stop", ()])
expect(run).returned(
    [2, 4, 6, 8, 10, 12],
    hint="`asyncio.get_running_loop()` knows the loop in a callback too, where no task runs; what "
    "step returns is ignored",
)


async def timers_(seconds, count):
    """Return how many calls of step, timers until then, and timers after stop there were."""
    loop = asyncio.get_running_loop()
    calls, timers, call_at = [], [], loop.call_at

    def noted_call_at(when, *args, **keywords):
        timers.append(when)
        return call_at(when, *args, **keywords)

    loop.call_at = noted_call_at
    stop = every(seconds, lambda: calls.append("call"))
    await asyncio.sleep((count + 0.5) * seconds)
    stop()
    before = len(timers)
    await asyncio.sleep(10 * seconds)
    return len(calls), before, len(timers) - before


for count in (1, 9, random_.randint(10, 60)):
    run = observe(timers_, random_.randint(1, 500), count)
    expect(run).finished()
    calls_, before_, after_ = run.result
    expect(run).that(
        calls_ == count and before_ <= 2 * count + 4,
        expected=f"{count} calls, with about one timer for each",
        happened=f"{calls_} calls, and {before_} timers",
        hint="make the timer of the next call, and none to look at the clock",
    ).that(
        after_ <= 3,
        expected="no more timers are made after stop",
        happened=f"in the time of ten more calls {after_} timers were made",
        hint="stop ends the chain of timers: cancel the newest one, or make no further one",
    )
### BEGIN HIDDEN TESTS


async def items_each_(items, seconds, count):
    stop = every(seconds, lambda: next(items))
    await asyncio.sleep((count + 0.5) * seconds)
    stop()
    await asyncio.sleep(seconds)


seconds_, count_ = random_.randint(1, 500), random_.randint(2, 9)
run = observe(items_each_, *gens(range(99)), seconds_, count_)
called_at_ = [call.start for call in run.calls if call.method == "next"]
expect(run).finished().that(
    called_at_ == [seconds_ * number for number in range(1, count_ + 1)],
    expected=f"{count_} calls, each {seconds_} s after the one before",
    happened=f"calls at {called_at_}",
    hint=hint_,
)
### END HIDDEN TESTS

# %% exercise="every" role="test" id="stop" points=1 name="stops when it is told to, also by the step"
import asyncio


async def stopped_by_step_(seconds, count):
    """The step calls stop at its call number `count`; return how often it was called."""
    calls = []

    def step():
        calls.append("call")
        if len(calls) == count:
            stop()

    stop = every(seconds, step)
    await asyncio.sleep((count + 5.5) * seconds)
    stop()
    stop()
    return len(calls)


async def stop_one_of_two_(first, second, until):
    """Stop the first of two; return how often each was called."""
    calls = {"first": 0, "second": 0}

    def count(name):
        calls[name] += 1

    stop_first = every(first, lambda: count("first"))
    stop_second = every(second, lambda: count("second"))
    await asyncio.sleep(until)
    stop_first()
    await asyncio.sleep(until)
    stop_second()
    await asyncio.sleep(until)
    return [calls["first"], calls["second"]]


run = observe(stopped_by_step_, 2, 3)
expect(run).returned(
    3, hint="when the step calls stop, the next timer must be there to be cancelled"
)
expect(run).nothing_left()
run = observe(stop_one_of_two_, 2, 3, 7)
expect(run).returned([3, 4], hint="each has a timer of its own: keep it in local variables")
import random

random_ = random.Random(SEED)
for count in (1, 2, random_.randint(3, 30)):
    run = observe(stopped_by_step_, random_.randint(1, 100), count)
    expect(run).returned(count, hint="after stop the step is not called any more")
    expect(run).nothing_left()
for _ in range(3):
    first_, second_ = random_.sample(range(2, 30), 2)
    until_ = random_.randint(20, 60) + 0.25  # no call comes when stop does
    run = observe(stop_one_of_two_, first_, second_, until_)
    expect(run).returned(
        [int(until_ // first_), int(2 * until_ // second_)],
        hint="stop ends the calls of its own `every`, and of no other",
    )
    expect(run).nothing_left()


async def one_step_twice_(first, second, until):
    """Give one step to two of them, stop the first, then the second; return the times."""
    loop, times = asyncio.get_running_loop(), []

    def step():
        times.append(loop.time())

    stop_first, stop_second = every(first, step), every(second, step)
    for stop in (stop_first, stop_second):
        await asyncio.sleep(until)
        stop()
    await asyncio.sleep(until)
    return times


run = observe(one_step_twice_, 3, 5, 11)
expect(run).returned(
    [3, 5, 6, 9, 10, 15, 20],
    hint="two of them may have one step: keep the timer in local variables of `every`",
)


async def called_after_stop_(seconds, count):
    """Stop at a time at which the step is due; say whether it is called after that."""
    loop = asyncio.get_running_loop()
    stopped, late = [], []

    def stop_it():
        stop()
        stopped.append("stopped")

    stop = every(seconds, lambda: late.extend(stopped))
    loop.call_at(loop.time() + count * seconds, stop_it)
    await asyncio.sleep((count + 2) * seconds)
    return late


for count in (1, 2, 5):
    run = observe(called_after_stop_, random_.choice((4, 8, 16)), count)
    expect(run).returned(
        [], hint="also where both are due at the same time: once stop was called, no call comes"
    )

# %% exercise="every" role="test" id="late" points=1 name="a late call does not move the later ones"
import asyncio
import time


async def late_(seconds, count, kept_at, kept_for):
    """Keep the loop at once, and later, and let each step keep it; return the times of the calls."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(seconds / 2)
    started, times = loop.time(), []

    def step():
        times.append(loop.time() - started)
        time.sleep(seconds / 8)

    stop = every(seconds, step)
    loop.call_later(kept_at, time.sleep, kept_for)
    time.sleep(seconds / 4)
    await asyncio.sleep((count + 0.5) * seconds)
    stop()
    await asyncio.sleep(seconds)
    return times


run = observe(late_, 2, 4, 3, 2.5)
expect(run).returned(
    [2, 5.5, 6, 8],
    hint="one call is late and comes all the same, the others are not: count from the call of "
    "`every`, not from now, and not from the next turn",
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for _ in range(3):
    seconds_, count_ = 8 * random_.randint(1, 20), random_.randint(3, 12)
    late_one_ = random_.randint(2, count_ - 1)
    times_of_calls_ = [seconds_ * number for number in range(1, count_ + 1)]
    times_of_calls_[late_one_ - 1] += seconds_ / 4
    run = observe(late_, seconds_, count_, (late_one_ - 0.5) * seconds_, 0.75 * seconds_)
    expect(run).returned(
        times_of_calls_, hint="call number n is due n times `seconds` after the start"
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `run_tidy`
#
# Write the plain function `run_tidy(job)`. It does for the async function `job`, which has no
# arguments, most of what `asyncio.run(job())` does, and tells what it had to tidy up. (What is left
# out here: `asyncio.run` also ends asynchronous generators and the threads of `to_thread`.) It runs
# `job()` on a new loop until it has ended. Then it cancels the tasks that are left, waits until they
# have ended too, and closes the loop. It returns `(result, left)`: what `job()` returned, and the
# sorted list of the names of the tasks that were left, one name for each task.
#
# - If `job()` raises an error, the tasks are tidied up and the loop is closed all the same. Then
#   the error reaches the caller. It may be one that is no `Exception`, such as `CancelledError`.
# - A task may need time to end when it is cancelled. What it raises then, an `Exception` or
#   `CancelledError`, does not reach the caller.
#   Wait for it: do not look again and again, and set no limit of your own.
# - `job` is called once. No threads are used.

# %% [markdown]
# <details><summary>Hint 1: what is left?</summary>
#
# `asyncio.all_tasks(loop)` is the set of the tasks that have not ended, also while the loop does
# not run. Round 4 uses it.
#
# </details>
#
# <details><summary>Hint 2: cancel, and then?</summary>
#
# `task.cancel()` only asks. The task has to be run to end, so run the loop once more:
# `loop.run_until_complete(asyncio.wait(left))`. `asyncio.wait` raises none of their errors. It
# refuses an empty set.
#
# </details>
#
# <details><summary>Hint 3: errors</summary>
#
# Put the tidying up into a `finally`, and the closing into another one around it.
#
# </details>

# %% exercise="run_tidy" role="answer"
import asyncio


def run_tidy(job):
    """Run job() on a new loop; return its result and the names of the tasks that it left."""
    ### BEGIN SOLUTION
    # Why: The tasks that are left are cancelled and then waited for: `cancel` only asks.
    # `asyncio.wait` raises none of their errors, and the two `finally` see to it that an error of
    # the job comes out only when all is tidy and the loop closed.
    loop = asyncio.new_event_loop()
    try:
        try:
            result = loop.run_until_complete(job())
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
        return result, sorted(task.get_name() for task in left)
    finally:
        loop.close()
    ### END SOLUTION


# %% exercise="run_tidy" role="test" id="result" points=1 name="gives the result, and the names of what was left"
import asyncio


def left_(delays, delay, value):
    """Start a task for each of the delays, and wait for one more."""

    async def main():
        tasks = [asyncio.create_task(asyncio.sleep(d), name=f"sleep {d:g}") for d in delays]
        await asyncio.sleep(delay)
        return value, len(tasks)

    pair = run_tidy(main)
    return tuple(pair) if isinstance(pair, tuple) else pair  # a named tuple is a pair too


run = observe(left_, [4, 1, 2], 1.5, "hello")
expect(run).returned(
    (("hello", 3), ["sleep 2", "sleep 4"]),
    hint="ask `all_tasks(loop)` when `job()` has ended",
)
expect(run).took(1.5, hint="do not let them run to their ends: cancel them")
run = observe(left_, [], 1, None)
expect(run).returned(((None, 0), []), hint="it may have left nothing")
import random

random_ = random.Random(SEED)
for count in (0, 1, 3, 9):
    delays_, delay_ = random_.sample(range(50), count), random_.randrange(50) + 0.5
    delays_ += [60, 60] if count else []  # two tasks that are left may have the same name
    value_ = random_.choice((None, 0, [1], random_.random()))
    run = observe(left_, delays_, delay_, value_)
    expect(run).returned(
        ((value_, len(delays_)), sorted(f"sleep {d}" for d in delays_ if d > delay_)),
        hint="those that have not ended, sorted by their names, one name for each task",
    )
    expect(run).took(delay_, hint="as long as `job()` takes").without_threads()
### BEGIN HIDDEN TESTS


def job_left_(job, count):
    async def main():
        tasks = [asyncio.create_task(job(i), name=f"job {i}") for i in range(1, count)]
        return await job(0), len(tasks)

    pair = run_tidy(main)
    return tuple(pair) if isinstance(pair, tuple) else pair


result_ = random_.randrange(10**9)
run = observe(job_left_, jobs([2, 1, 4], results=[result_, "b", "c"]), 3)
expect(run).returned(((result_, 2), ["job 2"]), hint="those that have not ended when job() has")
expect(run).took(2, hint="as long as `job()` takes").jobs_ended(hint="cancel them, and wait")
### END HIDDEN TESTS

# %% exercise="run_tidy" role="test" id="ended" points=1 name="what was left has ended when it returns"
import asyncio


def cleans_up_(seconds, fails):
    """Leave tasks that need so many seconds to end; return which of them have ended, and how."""
    log, tasks = [], []

    async def work(number):
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            await asyncio.sleep(seconds[number])
            log.append(number)
            if number in fails:
                if number == 3:
                    return "too late"
                raise (ValueError, KeyError, RuntimeError)[number % 3](number) from None
            raise

    async def main():
        for number in range(len(seconds)):
            tasks.append(asyncio.create_task(work(number), name=f"work {number}"))
        await asyncio.sleep(1)

    _, left = run_tidy(main)
    return left, log, [task.done() for task in tasks]


run = observe(cleans_up_, [2, 1], [])
expect(run).returned(
    (["work 0", "work 1"], [1, 0], [True, True]), hint="cancel all of them, then wait for all"
)
expect(run).took(3, hint="they clean up at the same time: cancel all, before you wait")
run = observe(cleans_up_, [1, 2, 3, 4, 5], [0, 1, 2, 3])
expect(run).returned(
    ([f"work {number}" for number in range(5)], [0, 1, 2, 3, 4], [True] * 5),
    hint="an error of a task that you cancelled does not end the tidying up, and does not come out",
)
import random

random_ = random.Random(SEED)
for count in (1, 2, 5):
    seconds_ = random_.sample(range(1, 10**6), count)
    for fails_ in ([], random_.sample(range(count), random_.randint(1, count))):
        run = observe(cleans_up_, seconds_, fails_)
        expect(run).returned(
            (
                [f"work {number}" for number in range(count)],
                sorted(range(count), key=seconds_.__getitem__),
                [True] * count,
            ),
            hint="cancel all, wait until all have ended, and let none of their errors out",
        )
        expect(run).took(1 + max(seconds_), hint="cancel all, before you wait for one")
        expect(run).ran_at_most(12 * count + 20, hint="wait for the tasks, do not look in between")

# %% exercise="run_tidy" role="test" id="error" points=1 name="an error comes out when all is tidied up"
import asyncio


class Stopped_(BaseException):
    pass


class FalseError_(Exception):
    def __bool__(self):
        return False


def fails_after_(delay, cleaning, count, name="KeyError"):
    """Fail after `delay` and leave tasks; return what came out, and whether all has ended."""
    loops, tasks = [], []
    errors = (KeyError, OSError, TypeError, asyncio.CancelledError, Stopped_, FalseError_)
    error = {each.__name__: each for each in errors}[name]("main failed")

    async def work():
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(cleaning)

    async def main():
        loops.append(asyncio.get_running_loop())
        tasks.extend([asyncio.create_task(work()) for _ in range(count)])
        await asyncio.sleep(delay)
        raise error

    try:
        outcome = run_tidy(main)
    except type(error) as caught:
        # A CancelledError may come out as another one.
        outcome = caught.args if isinstance(caught, Exception) else error.args
    return outcome, [task.done() for task in tasks], loops[0].is_closed()


run = observe(fails_after_, 1, 2, 2)
expect(run).returned(
    (("main failed",), [True, True], True),
    hint="tidy up and close the loop in a `finally`, and let the error out",
)
import random

random_ = random.Random(SEED)
for count in (0, 1, 4):
    run = observe(fails_after_, random_.randint(1, 9), random_.randint(1, 9), count)
    expect(run).returned(
        (("main failed",), [True] * count, True),
        hint="also when `job()` fails: cancel, wait, close",
    )
for name in ("OSError", "TypeError", "CancelledError", "Stopped_", "FalseError_"):
    run = observe(fails_after_, 1, 2, 2, name)
    expect(run).returned(
        (("main failed",), [True, True], True),
        hint="tidy up whatever the error is: one that is no Exception, or one that is false",
    )


def returns_an_error_():
    error = ValueError("returned")

    async def main():
        asyncio.create_task(asyncio.sleep(9), name="left")
        await asyncio.sleep(1)
        return error

    result, left = run_tidy(main)
    return result is error, left


run = observe(returns_an_error_)
expect(run).returned(
    (True, ["left"]), hint="an error that `job()` returns is its result: nobody raised it"
)

# %% exercise="run_tidy" role="test" id="loop" points=1 name="each call has a loop of its own, and closes it"
import asyncio
import functools


def loops_(values):
    loops = []

    def result_of(value):
        async def main():
            loops.append(asyncio.get_running_loop())
            await asyncio.sleep(1)
            return value

        result, left = run_tidy(main)
        return result, left

    results = [result_of(value) for value in values]
    different = len({id(loop) for loop in loops})
    return results, different, [loop.is_closed() for loop in loops]


run = observe(loops_, ["hello", "world"])
expect(run).returned(
    ([("hello", []), ("world", [])], 2, [True, True]),
    hint="make a new loop in each call, and close it at the end",
)
import random

values_ = random.Random(SEED).sample(range(10**6), 4)
run = observe(loops_, values_)
expect(run).returned(
    ([(value, []) for value in values_], 4, [True] * 4), hint="four calls, four loops, all closed"
)
expect(run).took(4, hint="as long as the jobs take, one second each")


def calls_():
    calls = []

    async def job():
        await asyncio.sleep(1)
        return len(calls)

    class Called(functools.partial):
        """An async function, as `inspect.iscoroutinefunction` says; it notes each call."""

        def __call__(self):
            calls.append("call")
            return super().__call__()

    result, _ = run_tidy(Called(job))
    return result, calls


run = observe(calls_)
expect(run).returned((1, ["call"]), hint="call `job` once")

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
# - [Event loop](https://docs.python.org/3/library/asyncio-eventloop.html): `call_soon`,
#   `call_later`, `run_forever` and all the rest.
# - [Runners](https://docs.python.org/3/library/asyncio-runner.html): what `asyncio.run` and
#   `asyncio.Runner` do at the end.
# - [A conceptual overview of
#   asyncio](https://docs.python.org/3/howto/a-conceptual-overview-of-asyncio.html): how the loop,
#   tasks and `await` work together.
#
# **Next:** [06 · Tasks](06_tasks.ipynb)
