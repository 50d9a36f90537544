# %% [markdown]
# # 00 · Start here
#
# In this course you watch asyncio programs run: you say what will happen, run the program, and see in
# a picture what every part of it did, and when.
#
# **You will be able to**
#
# - work with these notebooks, and save what you wrote;
# - read a timeline, and the verdict of a check;
# - say what event loop, coroutine, task, future and async/await mean;
# - work out what is gained when several waits overlap, and when nothing is.
#
# You need to know Python's functions (also with `*args`), lists, classes, `with`, and `try` with
# `except` and `finally`. **Next:** [01 · Coroutines](01_coroutines.ipynb)
#
# ## How a notebook works
#
# A notebook is made of cells. Click on one and press Shift+Enter to run it: what it prints
# stands below it. Run the cells from top to bottom, because each uses what the ones before it made.
# The square in the toolbar stops a cell that goes on too long.
#
# The rhythm is always the same. **Predict**: choose what you expect. Write its letter between the
# quotes of the cell that begins with `predict`, as in `"B"`, and run that cell. (Its last line keeps
# the right letter, and hides it from you.) It counts for nothing, and a guess that turns out wrong
# teaches most. **Run** the next cell: it also tells you what it was. **Watch** the timeline. **Explain**
# it to yourself, then click *What happened*, which unfolds. *Your turn* at the end has exercises, with
# hints that unfold too.
#
# The first code cell of each lesson imports what the lesson needs. `enable()` lets a cell behave like a
# script: a notebook already runs an event loop of its own, and lesson 05 says what that changes.

# %%
import asyncio
import time

from looplab import SEED, check, compare, enable, expect, observe, predict

enable(legacy=True)  # also runs what newer Pythons have removed


async def say_after(delay, what):
    await asyncio.sleep(delay)
    return what


# %% [markdown]
# ## 1. A program that waits
#
# `observe` runs a program, records what it does, and returns a record, a *Run*. Its clock is a
# virtual one: where the program waits for an hour, you do not, and the record counts the hour
# exactly. `observe` is given the function itself, without parentheses, and behind it the arguments,
# if it takes any. `async def` and `await` are explained in round 2; here `await asyncio.sleep(1)`
# waits for 1 second.
#
# **Predict.** `main` prints a word, waits 1 second, and prints another. What will take up most of the
# picture?

# %%
predict(
    "",
    A="the two prints",
    B="nothing: on a virtual clock no time passes",
    C="the wait of 1 second",
    right="C",
)


# %%
async def main():
    print("Hello ...")
    await asyncio.sleep(1)
    print("... World!")


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The bar says that `main` waited for a second, and what for. Its two
# steps, before the wait and after it, took no time that counts, so they are thin marks at its
# ends. Most programs that use a network look like this: a little work, and much waiting.
#
# This is how you read a timeline:
#
# - time goes from left to right, in seconds;
# - each task has a *lane*, with its name on the left and how it ended on the right;
# - a bar says what the task did: **running**, **ready** to run but without a turn, or **waiting**,
#   with the reason;
# - a coroutine that is awaited directly has no lane: the bar of whoever awaits it names it, as in
#   `say_after > sleep(2)`;
# - an arrow leads from whoever started or woke a task (there is a dot) to the task; of several
#   arrows at one moment, the left one came first;
# - the lane *event loop* shows when any task runs; *idle* means that all of them wait;
# - where no time passes in the whole picture, the axis counts steps in the place of seconds.
#
# The same in words, for a terminal or a screen reader:

# %%
print(run.describe())

# %% [markdown]
# ## 2. Five words
#
# | word | what it is |
# |---|---|
# | **event loop** | runs the tasks, one step of one task at a time, and wakes those that wait |
# | **coroutine** | what a call of an `async def` function makes: work that begins when it is awaited, or when a task runs it |
# | **task** | a coroutine that the event loop runs, with a name and a state |
# | **future** | a place for a result that is not there yet; a task is one too |
# | **async/await** | `async def` makes such a function, `await` waits in it for a result |
#
# `asyncio.get_running_loop()` gives the event loop that runs the task which asks, and its method
# `time()` gives the loop's own time in seconds. Under `observe` it begins at 0.
#
# **Predict.** Two of the objects in the next cell are made by calling `say_after`. At which line of
# `main` does each begin to run, and how long does the program take?

# %%
predict(
    "",
    A="both in the line of the two awaits; it takes 2 s",
    B="each in the line that makes it; it takes 2 s",
    C="the task where it is made, the coroutine at its await; it takes 3 s",
    right="A",
)


# %%
async def main():
    loop = asyncio.get_running_loop()
    coroutine = say_after(2, "hello")
    task = asyncio.create_task(say_after(1, "world"), name="world")
    print("loop.time() says", loop.time())
    print("coroutine is a", type(coroutine).__name__)
    print("task is a", type(task).__name__, "and a future:", isinstance(task, asyncio.Future))
    print(await coroutine, await task, "at", loop.time())


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The coroutine began only at its `await`, and `main` waited in it: it has no
# lane of its own, and the bar says `say_after > sleep(2)`. The task has one. It began as soon as `main` waited, at the same line, and was
# done after 1 second. So both waits overlapped, and the program took 2 seconds. The line above the
# picture says how much that has saved: *waits add up to 3 s, the program took 2 s*.
#
# That is all that asyncio is for. The next round shows what it is worth.

# %% [markdown]
# ## 3. A chess exhibition
#
# A chess master plays against many guests. She thinks 5 seconds for a move, a guest thinks 55. She
# can play one game after the other, or walk from board to board while the guests think.
#
# In the program `time.sleep(5)` stands for *her* thinking: it keeps the *thread*, the one flow of
# control that this program has, and nobody else runs meanwhile. `await asyncio.sleep(55)` stands
# for a guest's thinking: she is free to go. In `walking`, `group.create_task(...)` makes a task for
# each board, and the end of the `async with` block waits until all have ended. Lesson 06 explains
# both. `compare` draws two runs, one above the other.
#
# **Predict.** There are 3 boards and 4 moves at each. How long does she need one by one, and how
# long when she walks?

# %%
predict(
    "",
    A="720 s one by one, 60 s walking: all moves overlap",
    B="720 s one by one, 240 s walking: her thinking overlaps too",
    C="720 s one by one, 250 s walking",
    D="720 s in both: there is only one master",
    right="C",
)


# %%
async def game(moves):
    for _ in range(moves):
        time.sleep(5)  # the master thinks
        await asyncio.sleep(55)  # the guest thinks


async def one_by_one(boards, moves):
    for _ in range(boards):
        await game(moves)


async def walking(boards, moves):
    async with asyncio.TaskGroup() as group:
        for n in range(boards):
            group.create_task(game(moves), name=f"board {n + 1}")


compare(observe(one_by_one, 3, 4), observe(walking, 3, 4), names=["one by one", "walking"])

# %% [markdown]
# **What happened.** One by one each move costs 60 seconds: 3 × 4 × 60 = 720. When she walks, the
# guests' thinking overlaps. One tour of the boards costs her 15 seconds, and the first guest needs
# 55: she waits for *him*. The whole takes 4 × 60 seconds, and 10 more because board 3 begins 10
# seconds after board 1.
#
# Her own thinking does not overlap. The bars *blocks everybody* show where a task keeps the thread,
# and no two of them stand above each other.
# Boards 2 and 3 are *ready* at the start: she has not come to them yet. With more boards, guests
# who have moved wait for her too, and she becomes the bottleneck. (The exhibition as a picture of
# asyncio is Miguel Grinberg's, from PyCon 2017.)

# %%
for boards in (3, 12, 24, 48):
    took = observe(walking, boards, 30).duration
    print(f"{boards} boards, 30 moves: {took / 3600:.2f} h walking, {boards * 0.5:g} h one by one")

# %% [markdown]
# Up to 12 boards another guest costs her nearly nothing: she would have waited anyway. From then on
# she never waits, and each board costs what her own thinking costs. So ask of a program: *what does
# it wait for?* Waits can overlap. Work of one thread cannot.

# %% [markdown]
# ## Then and now
#
# You will find programs on the web that look different. asyncio came with Python 3.4 in 2014, the
# words `async` and `await` with Python 3.5 in 2015. Most lessons have a part that shows how things
# were written *then* and how they are written *now*, and runs both.
#
# Here is the program of round 1 in both spellings. The old one still runs in these notebooks, with
# a warning that says what it is called today. Lesson 03 explains it. (The line with `@` is a
# *decorator*: Python hands it the function below, and what it gives back takes that function's
# name.)


# %% tags=["warns"]
@asyncio.coroutine
def old_main():
    print("Hello ...")
    yield from asyncio.sleep(1)
    print("... World!")


async def new_main():
    print("Hello ...")
    await asyncio.sleep(1)
    print("... World!")


compare(observe(old_main), observe(new_main), names=["then", "now"])

# %% [markdown]
# ## What breaks
#
# Mistakes are a part of each lesson: you see them made, with the message that Python gives. Here are
# those that you will meet first.
#
# ### A cell was not run
#
# `NameError` in a notebook mostly means that a cell further up was not run, or that the *kernel*,
# the Python process that runs your cells, was started again. Choose *Run > Run All Above Selected
# Cell*.

# %% role="breaks"
print(result_of_a_cell_that_was_not_run)

# %% [markdown]
# ### A check that fails
#
# An exercise has cells below it that check your answer. A check (later lessons also call it a
# *test*) runs your function, and says what it expects. Here somebody forgot that `say_after` has to
# be awaited.


# %%
async def hello():
    return say_after(2, "hello")


# %% role="breaks"
check("hello comes after 2 seconds", points=1)
run = observe(hello)
expect(run).returned("hello", hint="an async function's result comes from an await").took(2)

# %% [markdown]
# It is read from top to bottom: which check it was and what it is worth; what was *expected*; what
# *happened* instead; and the *line* of yours that did it. Where no line shows it there is a *hint*
# instead. Other checks also say what was *warned* of and what was *printed*. What *is never awaited*,
# or a `coroutine` in the place of a result, is the sign of a forgotten `await`. A check of an answer
# that you have not begun says *not started*.
#
# A check that you pass says so with a green tick. When your notebook is graded, more checks run,
# which you do not see here. They use other numbers, so an answer that fits only the numbers that
# you see does not pass. Unless its exercise asks for it, an answer starts no threads, does not look
# again and again whether something is done, and leaves no task running when it has returned.

# %% [markdown]
# ## The map
#
# | lesson | what it gives you |
# |---|---|
# | [01 · Coroutines](01_coroutines.ipynb) | tell function, coroutine and task apart |
# | [02 · yield and send](02_yield_and_send.ipynb) | functions that pause: what all this is built on |
# | [03 · yield from](03_yield_from.ipynb) | how generators became coroutines |
# | [04 · async and await](04_async_await.ipynb) | at which `await` others get a turn, and at which not |
# | [05 · The event loop](05_event_loop.ipynb) | what runs your tasks; you build a small one |
# | [06 · Tasks](06_tasks.ipynb) | let work run beside you, and lose none of it |
# | [07 · Callbacks and results](07_callbacks_and_results.ipynb) | futures, and code that calls back |
# | [08 · Many at once](08_many_at_once.ipynb) | wait for many jobs, in three ways |
# | [09 · gather and nesting](09_gather_and_nesting.ipynb) | tasks that make tasks, and what happens on an error |
# | [10 · Locks](10_lock.ipynb) | find a race, see it, and end it |
# | [11 · Cancellation and Ctrl+C](11_cancellation_and_ctrl_c.ipynb) | stop what runs, and clean up |
# | [12 · Threads](12_threads.ipynb) | code that blocks, beside a loop that does not |
# | [13 · Master and workers](13_master_worker.ipynb) | a queue, a few workers, and an orderly end |
#
# This lesson takes about 40 minutes, each of the others an hour to an hour and 40 minutes with its
# exercises. There are two ways through them:
#
# - **in the order of the numbers**: each lesson uses what the ones before it taught;
# - **programs first**: 01, 04, 06, 08, 09, 10 and 11 teach you to write programs. Then 02, 03, 05
#   and 07 show how all this is built. 12 and 13 use both. Where a lesson names something from one that
#   you have left out, go on: it comes.
#
# ## The words, in English and in Chinese
#
# The Chinese words are those of Python's official documentation.
#
# | English | 中文 | what it is |
# |---|---|---|
# | event loop | 事件循环 | runs tasks and callbacks, one at a time |
# | coroutine function | 协程函数 | what `async def` makes |
# | coroutine | 协程 | what its call gives; also used for the function |
# | awaitable | 可等待对象 | what may stand after `await` |
# | task | 任务 | a coroutine that the loop runs |
# | task group | 任务组 | tasks that are waited for together |
# | future | Future | a place for a result to come |
# | callback | 回调 | a function that is called when something has happened |
# | generator | 生成器 | a function with `yield`, and what its call gives |
# | concurrent | 并发 | under way during the same time |
# | parallel | 并行 | working at the same instant |
# | to block | 阻塞 | to keep the thread, so that nobody else runs |
# | to cancel | 取消 | to ask a task to end early |
# | to shield | 屏蔽 | to keep a cancellation away |
# | lock | 锁 | lets one task in at a time |
# | semaphore | 信号量 | lets so many tasks in at a time |
# | event | 事件 | lets tasks wait until it is set |
# | condition | 条件 | lets tasks wait until something has changed |
# | queue | 队列 | hands items from one task to another |
# | thread | 线程 | another flow of control in the same process |
# | executor | 执行器 | runs functions in threads or processes |
#
# ## Save your work
#
# **On Binder** the machine, with all you wrote on it, is deleted after about 10 minutes without
# activity. Before each break save the notebooks, run `looplab.save()` in a cell that you add (behind
# `import looplab`), and download the one file that it writes, `my-work.looplab.json`: right-click it in
# the list of files on the left. Next time drag it back there, run `looplab.restore()`, and choose
# *File > Reload Notebook from Disk*.
#
# **On your own machine** start the course with `looplab lab`. It opens copies of the notebooks in the
# folder `my-work`, and never overwrites what is in there. JupyterLab saves every two minutes, and
# when you press Ctrl+S.
#
# To begin one exercise again, write `import looplab; looplab.reset()` into the first line of its cell
# and run it: what you had is kept. To start a whole lesson again, keep your file under another name,
# and download the lesson anew.
#
# When you have the points of an exercise, or have tried three answers, `looplab.solution("hello_later")`
# shows a solution, and how it runs beside yours.

# %% [markdown]
# ## Your turn
#
# ### Exercise: `hello_later`
#
# Write `hello_later(delay)`. It waits for `delay` seconds and then returns the text `"hello"`. Other
# tasks can run meanwhile. It starts no thread, and does not ask again and again whether the time is over.
#
# Replace the line that raises `NotImplementedError`, run the cell, and then the check cells below it.

# %% [markdown]
# <details><summary>Hint 1: what waits?</summary>
#
# `say_after`, in the first code cell, does nearly this.
#
# </details>
#
# <details><summary>Hint 2: others do not run?</summary>
#
# `time.sleep` keeps the thread. `asyncio.sleep` gives it away, if you `await` it.
#
# </details>


# %% exercise="hello_later" role="answer"
async def hello_later(delay):
    """Return "hello" when so many seconds have passed."""
    ### BEGIN SOLUTION
    # Why: `await` gives the loop away for so many seconds, and then the function goes on.
    # `time.sleep` takes as long and lets nobody else run; `asyncio.sleep` without `await` makes a
    # coroutine object that never runs.
    await asyncio.sleep(delay)
    return "hello"
    ### END SOLUTION


# %% exercise="hello_later" role="test" id="value" points=1 name="returns hello"
run = observe(hello_later, 2)
expect(run).returned("hello", hint='return the text "hello", in small letters')
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for delay in (0, random_.randint(3, 1000), random_.random()):
    run = observe(hello_later, delay)
    expect(run).returned("hello", hint="return it, do not print it").nothing_left()
### END HIDDEN TESTS

# %% exercise="hello_later" role="test" id="time" points=1 name="waits for so many seconds"
run = observe(hello_later, 2)
expect(run).took(2, hint="await asyncio.sleep(delay)")
import random

random_ = random.Random(SEED)
for delay in (0, 1 / 3, random_.randint(3, 1000), random_.randint(10**5, 10**6)):
    run = observe(hello_later, delay)
    expect(run).took(delay, hint="wait for `delay` seconds, not for a fixed number")
    expect(run).ran_at_most(20, hint="wait once, and do not look again and again")

# %% exercise="hello_later" role="test" id="others" points=1 name="lets other tasks run meanwhile"
import asyncio


async def beside_(delay):
    """Return when a heart beat while hello_later waited."""
    loop = asyncio.get_running_loop()
    start, beats = loop.time(), []

    async def heart():
        while True:
            await asyncio.sleep(1)
            beats.append(loop.time() - start)

    beating = asyncio.create_task(heart(), name="heart")
    try:
        await hello_later(delay)
        return beats
    finally:
        beating.cancel()
        await asyncio.wait([beating])


run = observe(beside_, 3.5)
expect(run).returned(
    [1, 2, 3], hint="let others run for all of the time: await `asyncio.sleep`, not `time.sleep`"
)
expect(run).without_threads()
import random

seconds_ = random.Random(SEED).randint(2, 20)
run = observe(beside_, seconds_ + 0.5)
expect(run).returned(
    list(range(1, seconds_ + 1)), hint="the heart must beat each second, to the end"
)
expect(run).without_threads().nothing_left()


async def many_at_once_(delay, count):
    """Call it so many times, each a second after the one before; return how long each took."""
    loop = asyncio.get_running_loop()

    async def done_after(pause):
        await asyncio.sleep(pause)
        start = loop.time()
        await hello_later(delay)
        return loop.time() - start

    return list(await asyncio.gather(*map(done_after, range(count))))


seconds_ += 0.5
run = observe(many_at_once_, seconds_, 40)
expect(run).returned(
    [seconds_] * 40, hint="each call waits on its own, and several may wait at the same time"
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
# - [asyncio](https://docs.python.org/3/library/asyncio.html): the documentation's first page.
# - [A conceptual overview of asyncio](https://docs.python.org/3/howto/a-conceptual-overview-of-asyncio.html):
#   the ideas behind it, from Python's own HOWTOs.
#
# **Next:** [01 · Coroutines](01_coroutines.ipynb)
