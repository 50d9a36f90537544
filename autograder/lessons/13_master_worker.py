# %% [markdown]
# # 13 · Master and workers
#
# One task hands out work, a fixed number of others do it: you will see who waits for whom, and how
# all of it ends, also when something goes wrong.
#
# **You will be able to**
#
# - hand work to k workers through a bounded queue, and see in a timeline that the master waits;
# - say what `join` waits for, and end the workers in three ways;
# - say what a failing and a slow worker do to the others, and let no error vanish;
# - say when a worker should be a thread, and what a daemon thread leaves undone.
#
# **Before:** [12 · Threads](12_threads.ipynb) · **Next:** `14_structured_concurrency` (planned)

# %%
import asyncio
import queue
import subprocess
import sys
import threading
import time
import tracemalloc

from looplab import SEED, arrivals, check, compare, enable, expect, jobs, observe, predict

enable()


async def do_some_work(x):
    await asyncio.sleep(x)
    return f"done {x}"


def clock():
    return f"{asyncio.get_running_loop().time():g} s:"


# %% [markdown]
# ## 1. A queue with two places
#
# The master has six jobs, which take 1, 4, 2, 2, 2 and 2 seconds. It starts two workers and puts
# the jobs into an `asyncio.Queue` with room for two. A worker takes a job, does it, and takes the
# next. After the jobs the master puts the marker `END` twice, once for each worker.
#
# **Predict.** At which second does the master put the last job? And when has everything ended?

# %%
predict(
    "",
    A="at 0 s; at 7 s",
    B="at 3 s; at 13 s: the times of all jobs",
    C="at 3 s; at 7 s",
    D="at 5 s; at 7 s",
    right="C",
)


# %%
END = object()


async def worker(todo):
    name = asyncio.current_task().get_name()
    while (x := await todo.get()) is not END:
        print(clock(), name, "takes", x)
        await do_some_work(x)


async def master():
    todo = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        for n in (1, 2):
            group.create_task(worker(todo), name=f"worker-{n}")
        for x in (1, 4, 2, 2, 2, 2):
            await todo.put(x)
            print(clock(), "master has put", x)
        for _ in (1, 2):
            await todo.put(END)


run = observe(master)
run.timeline()

# %% [markdown]
# **What happened.** The last job went in at 3 s, and everything ended at 7 s. At 0 s there was room
# for four jobs: two with the workers and two in the queue. With the fifth in its hand the master
# came to a full queue, and `put` waited: until 1 s, when `worker-1` took the third job and a place
# became free. So the master cannot be further ahead than the queue is long. It is slowed down to
# the pace of its workers, and nobody has to tell it. This is called **backpressure**.
#
# Nobody says which worker does which job. Whoever is free takes the next one: while `worker-2` did
# the job of 4 s, `worker-1` did two and began a third. The workers take the jobs in the order in
# which they were put. They do not finish them in that order.
#
# ## 2. A queue without an end
#
# `asyncio.Queue()` has no limit, and `maxsize=0` says the same. Now there are 100 pages of a
# megabyte each, and each keeps a worker busy for a second. The cell counts the most pages that
# stood in the queue, and the most memory that was in use.
#
# **Predict.** How much memory does each of the two queues need? Which of them is done sooner?

# %%
predict(
    "",
    A="some 5 MB and some 100 MB; both take 50 s",
    B="some 5 MB and some 100 MB; the long one is done sooner",
    C="some 100 MB in both; both take 50 s",
    D="some 2 MB and some 100 MB; the short one is done sooner",
    right="A",
)


# %% tags=["varies"]
async def read_pages(todo):
    while (page := await todo.get()) is not END:
        await do_some_work(1)


async def hand_out(size):
    todo = asyncio.Queue(size)
    longest = 0
    async with asyncio.TaskGroup() as group:
        for n in (1, 2):
            group.create_task(read_pages(todo), name=f"worker-{n}")
        for _ in range(100):
            await todo.put(bytes(1_000_000))
            longest = max(longest, todo.qsize())
        for _ in (1, 2):
            await todo.put(END)
    return longest


for size in (2, 0):
    tracemalloc.start()
    run = observe(hand_out, size)
    memory = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    print(f"maxsize {size}: {run.result:3} pages wait, {memory:3.0f} MB, {run.duration:g} s")

# %% [markdown]
# **What happened.** Both take 50 s: two workers, 100 seconds of work. The short queue never held
# more than two pages. Five existed at the most: two in the queue, one with each worker, and one in
# the hand of the master. The queue without a limit held all 100. A longer queue makes no worker
# faster. It only moves the waiting from the master into memory, and a master that reads from a
# network for a week fills any memory.
#
# There is more. `put` into a queue that is never full never waits, so it gives nobody a turn
# (lesson 04). The master put all 100 pages before a worker had begun.
#
# How long should a queue be? Long enough that a worker finds a job when it comes back: a place or
# two for each worker will do.
#
# ## 3. `join` and `task_done`
#
# How does a master know that the work is *done*, and not only taken? The queue counts: each `put`
# adds one to the unfinished jobs, each `task_done` takes one away, and `join` waits until none is
# left.
#
# These workers know no `END`. They go on for ever, so the master cancels them.
#
# **Predict.** When is the queue empty? When does `join` return? In which state do the workers end?

# %%
predict(
    "",
    A="at 1 s; at 1 s; cancelled",
    B="at 1 s; at 5 s; returned",
    C="at 1 s; at 5 s; cancelled",
    D="at 5 s; at 5 s; returned",
    right="C",
)


# %%
async def tireless(todo):
    name = asyncio.current_task().get_name()
    while True:
        x = await todo.get()
        print(clock(), name, "takes", x, "- in the queue:", todo.qsize())
        await do_some_work(x)
        todo.task_done()


async def join_and_cancel():
    todo = asyncio.Queue(2)
    workers = [asyncio.create_task(tireless(todo), name=f"worker-{n}") for n in (1, 2)]
    for x in (2, 1, 4):
        await todo.put(x)
    await todo.join()
    print(clock(), "all jobs are done")
    for each in workers:
        each.cancel()
    await asyncio.wait(workers)


run = observe(join_and_cancel)
run.timeline()

# %% [markdown]
# **What happened.** The queue was empty at 1 s, and `join` returned at 5 s, when the last job was
# reported as done. It is not interested in whether the queue is empty. An empty queue means only
# that all jobs have been taken.
#
# At 5 s both workers stood in `get`, where they have nothing in their hands. There `cancel` does no
# harm. It only asks: `asyncio.wait` waits until they have ended (lesson 11).
#
# ### The third way: `shutdown`
#
# Python 3.13 brought `Queue.shutdown()`. Nothing can be put any more, what is in the queue is still
# taken, and then `get` raises `QueueShutDown`, in each worker. The cell runs on older Pythons too:
# there it falls back to `END`. (`except ()` catches nothing.)


# %%
QueueShutDown = getattr(asyncio, "QueueShutDown", ())  # from Python 3.13 on


async def until_shutdown(todo):
    name = asyncio.current_task().get_name()
    try:
        while (x := await todo.get()) is not END:
            print(clock(), name, "takes", x)
            await do_some_work(x)
    except QueueShutDown:
        pass
    print(clock(), name, "goes home")


async def shut_down():
    todo = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        for n in (1, 2):
            group.create_task(until_shutdown(todo), name=f"worker-{n}")
        for x in (2, 1, 4):
            await todo.put(x)
        if hasattr(todo, "shutdown"):
            todo.shutdown()
        else:
            for _ in (1, 2):
                await todo.put(END)


run = observe(shut_down)

# %% [markdown]
# | what | `END` for each worker | `join`, then `cancel` | `shutdown` |
# |---|---|---|---|
# | since | always | always | Python 3.13 |
# | who counts | the master: as many `END` as workers | the queue: a `task_done` for each job | nobody |
# | how a worker ends | returns | is cancelled | `get` raises `QueueShutDown`; it catches that |
# | work that makes more work | hard: when is the last `put`? | made for it: `join` waits for that too | hard, as with `END` |
#
# `shutdown(immediate=True)` also throws away what is still in the queue. Without it, a `put` that
# waits at that moment raises `QueueShutDown` as well: let only the master shut down, after its last
# `put`.
#
# ## 4. A worker fails
#
# Now the job of 2 s fails. The workers are those of round 3 with a `ValueError` in them. Three
# programs are compared. The first has the master of round 3. In the second the workers call
# `task_done` in a `finally`. The third runs the workers of the first in a `TaskGroup`.
#
# **Predict.** What does each of them do, and when? Where does the error appear?

# %%
predict(
    "",
    A="waits for ever; ends at 5 s without an error; raises it at 2 s",
    B="raises it at 2 s; ends at 5 s without an error; raises it at 2 s",
    C="waits for ever; waits for ever; raises it at 2 s",
    D="all three raise it at 2 s",
    right="A",
)


# %%
async def do_or_fail(x):
    await do_some_work(x)
    if x == 2:
        raise ValueError("job 2 failed")


async def after_the_work(todo):
    while True:
        await do_or_fail(await todo.get())
        todo.task_done()


async def in_a_finally(todo):
    while True:
        x = await todo.get()
        try:
            await do_or_fail(x)
        finally:
            todo.task_done()


async def join_alone(worker):
    todo = asyncio.Queue(2)
    workers = [asyncio.create_task(worker(todo), name=f"worker-{n}") for n in (1, 2)]
    for x in (4, 2, 1):
        await todo.put(x)
    await todo.join()
    for each in workers:
        each.cancel()
    await asyncio.wait(workers)


async def join_in_a_group(worker):
    todo = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker(todo), name=f"worker-{n}") for n in (1, 2)]
        for x in (4, 2, 1):
            await todo.put(x)
        await todo.join()
        for each in workers:
            each.cancel()


alone = observe(join_alone, after_the_work)
counted = observe(join_alone, in_a_finally)
grouped = observe(join_in_a_group, after_the_work)
for run in (alone, counted, grouped):
    print("error:", run.error, "- lost:", [lost.text for lost in run.lost])
compare(alone, counted, grouped, names=["join", "finally", "TaskGroup"])

# %% [markdown]
# **What happened.** In the first, `worker-2` ended with the error at 2 s. It is a task, so the
# error stayed in it, and nobody asked: `run.lost` lists it. `worker-1` did the rest. But the failed
# job was never reported as done, so `join` waits for one more `task_done`, and `worker-1` for one
# more job. Nothing can ever happen again: a **deadlock**. `observe` notices that and names who
# waits for what. Plain Python says nothing. The program stands still, and only when you stop it
# with Ctrl+C does a traceback point at `join`.
#
# In the second, `join` returns at 5 s, and all looks well. The job is missing, a worker is missing,
# and the error is gone without a trace: `cancel()` on a task that has already failed only switches
# off its message `Task exception was never retrieved`. With `finally` the count is right, and it is
# no more than a count.
#
# In the third, the error ends the group at 2 s: `worker-1` is cancelled, the master is woken out of
# `join`, and the error comes out. A worker that has failed must wake whoever waits for it. A
# `TaskGroup` does, `join` alone does not.
#
# A group has one blind spot. A job can end with `CancelledError` although nobody cancels its
# worker: something that it waits for was cancelled. The worker then ends *cancelled*, and a group
# takes that for the end of a task that somebody wanted to end (lesson 09). It goes on, and `join`
# waits for ever:


# %%
async def its_own_cancellation(todo):
    while True:
        await do_some_work(await todo.get())
        raise asyncio.CancelledError  # nobody has cancelled this worker


run = observe(join_in_a_group, its_own_cancellation)
print("deadlock:", run.deadlock)

# %% [markdown]
# Whose `CancelledError` is it? Lesson 11 has the answer: `asyncio.current_task().cancelling()` is 0
# where nobody has cancelled this task. There a worker raises an error of its own, and the group
# hears it:


# %%
async def asks_whose(todo):
    try:
        await its_own_cancellation(todo)
    except asyncio.CancelledError:
        if asyncio.current_task().cancelling():
            raise  # it is mine
        raise RuntimeError("a job was cancelled, and not by us") from None


async def main():
    try:
        await join_in_a_group(asks_whose)
    except* RuntimeError as group:
        print(clock(), "out came:", group.exceptions)


run = observe(main)

# %% [markdown]
# Where one bad job should not end everything, catch its error *inside* the worker's loop, note it,
# and go on. Exercise 3 does.
#
# ## 5. A slow worker
#
# Six jobs of 1 s, two workers, and everything that `worker-2` does takes five times as long: its
# network is bad. The first program deals the jobs out beforehand, three for each. The second has
# one queue.
#
# **Predict.** How long does each take? How many jobs does `worker-1` do in the second?

# %%
predict(
    "",
    A="15 s and 9 s; three",
    B="15 s and 5 s; five",
    C="15 s and 15 s; five",
    D="9 s and 9 s; three",
    right="B",
)


# %%
async def work_off(todo, pace, done):
    while (x := await todo.get()) is not END:
        done.append(await do_some_work(x * pace))


async def share(queues):
    done = [[], []]
    async with asyncio.TaskGroup() as group:
        for n, pace in enumerate((1, 5)):
            group.create_task(work_off(queues[n], pace, done[n]), name=f"worker-{n + 1}")
        for i in range(6):
            await queues[i % 2].put(1)
        for todo in queues:
            await todo.put(END)
    return [len(each) for each in done]


async def dealt_out():
    return await share([asyncio.Queue(3), asyncio.Queue(3)])


async def one_queue():
    todo = asyncio.Queue(2)
    return await share([todo, todo])


dealt, shared = observe(dealt_out), observe(one_queue)
print("dealt out:", dealt.result, "- one queue:", shared.result)
compare(dealt, shared, names=["dealt out", "one queue"])

# %% [markdown]
# **What happened.** Dealt out, `worker-1` is free at 3 s and has nothing more to do, while two more
# jobs wait for `worker-2`: 15 s. With one queue nobody has a share. While `worker-2` did its one
# job, `worker-1` did the other five: 5 s. A slow worker does not slow down the others. At the end
# it can delay only the one job that it has taken.
#
# A worker that *never* comes back is worse: `join` waits for it, and so does a group. Give each job
# a limit, `async with asyncio.timeout(...)` around the work and not around `get` (lesson 11).
#
# ## Then and now
#
# ### Then: threads, and a queue for threads
#
# `queue.Queue` has the same methods without `await`: its `put`, `get` and `join` hold up their
# thread. It locks, so that threads can share it. `asyncio.Queue` does not: it is for the tasks of
# one loop, and *not* thread-safe. Here both masters have the jobs of round 1, twenty times faster
# and in real time.


# %%
def then():
    todo = queue.Queue(2)

    def worker():
        while (x := todo.get()) is not END:
            time.sleep(x)

    workers = [threading.Thread(target=worker, name=f"worker-{n}", daemon=True) for n in (1, 2)]
    for each in workers:
        each.start()
    for x in (0.05, 0.2, 0.1, 0.1, 0.1, 0.1):
        todo.put(x)
    for _ in workers:
        todo.put(END)
    for each in workers:
        each.join()


async def now():
    todo = asyncio.Queue(2)

    async def worker():
        while (x := await todo.get()) is not END:
            await asyncio.sleep(x)

    async with asyncio.TaskGroup() as group:
        for n in (1, 2):
            group.create_task(worker(), name=f"worker-{n}")
        for x in (0.05, 0.2, 0.1, 0.1, 0.1, 0.1):
            await todo.put(x)
        for _ in (1, 2):
            await todo.put(END)


in_threads, in_tasks = observe(then, clock="real"), observe(now, clock="real")
compare(in_threads, in_tasks, names=["then: threads", "now: tasks"])

# %% [markdown]
# **What happened.** The same, at nearly the same moments. The recorder does not look into threads,
# so their bars are solid also where they wait. The tasks show their waits.
#
# | what | then: threads | now: tasks |
# |---|---|---|
# | the queue | `queue.Queue`, safe for threads | `asyncio.Queue`, for the tasks of one loop |
# | another one may take over | between any two instructions | at an `await` only |
# | a worker may block | yes, it holds up nobody else | no, it holds up everybody |
# | how many | hundreds; each has a stack of its own | thousands |
# | stop one that is at work | you cannot; it has to look for a sign | `cancel()` |
# | an error in one | is printed; the others do not learn of it | a `TaskGroup` ends all, and raises it |
#
# You may read that coroutines suit a single thread, and in the same sentence that a master listens
# in the main thread while child threads do the work. These are two designs. If the workers *wait*,
# for networks, timers or other processes, they are tasks, and master and workers share one thread.
# If a worker has to call something that *blocks*, this one call goes to a thread: `await
# asyncio.to_thread(...)` (lesson 12). The worker stays a task. Threads do not make *computing*
# faster, as long as Python runs one of them at a time: that is what processes are for. (In builds
# without the GIL, which exist from Python 3.13 on, threads can.)
#
# ### The daemon
#
# You may read that the workers should be daemon threads, so that they end when the main thread
# ends. They do end. The cell starts two short programs, as a shell would. In both, a worker is at
# work when the master ends, and has a `finally`.
#
# **Predict.** Which lines does each of them print?

# %%
predict(
    "",
    A="only the task puts things in order",
    B="only the daemon thread puts things in order",
    C="both put things in order: a finally always runs",
    D="neither does: the program is over",
    right="A",
)

# %%
DAEMON = """
import threading, time

def worker():
    try:
        print("worker begins", flush=True)
        begun.set()
        time.sleep(60)
    finally:
        print("worker puts things in order", flush=True)

begun = threading.Event()
threading.Thread(target=worker, daemon=True).start()
begun.wait()
print("master ends", flush=True)
"""
TASK = """
import asyncio

async def worker():
    try:
        print("worker begins", flush=True)
        begun.set()
        await asyncio.sleep(60)
    finally:
        print("worker puts things in order", flush=True)

async def master():
    task = asyncio.create_task(worker())
    await begun.wait()
    print("master ends", flush=True)

begun = asyncio.Event()
asyncio.run(master())
"""
for name, program in (("daemon thread", DAEMON), ("task", TASK)):
    print(f"--- {name}")
    command = [sys.executable, "-c", program]
    print(subprocess.run(command, capture_output=True, text=True, timeout=50).stdout)

# %% [markdown]
# **What happened.** The daemon never came to its `finally`. When the last thread that is no daemon
# has ended, Python ends the process and waits for no daemon. Wherever one stands, it stops there: a
# file is half written, a lock file stays. A daemon is good for work that may be lost at any moment.
# Any other thread is told to stop, with an `Event` or an `END`, and then joined.
#
# The task had its `finally`. `asyncio.run` cancels the tasks that are left when `master` returns,
# and waits for them.
#
# ## What breaks
#
# ### One `END` for two workers
#
# A worker that takes `END` goes home, and the marker is gone. The other waits for ever, and with it
# the group. Put as many as there are workers, or let each worker put it back before it leaves.


# %%
async def main():
    todo = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        for n in (1, 2):
            group.create_task(worker(todo), name=f"worker-{n}")
        for x in (1, 2, END):
            await todo.put(x)


run = observe(main)
run.timeline()

# %% [markdown]
# ### Workers that put into their own queue
#
# Each job here finds two new ones. At 3 s both workers want to put, the queue is full, and the only
# ones who could take something out are waiting to put. **Bounded queues are for work that comes
# from outside.** Where workers make work, the queue has no limit, and something else must have one:
# the number of pages that there are, or a depth.


# %%
async def makes_work(todo):
    while True:
        x = await todo.get()
        await do_some_work(1)
        for more in (2 * x, 2 * x + 1):
            await todo.put(more)
        todo.task_done()


async def main():
    todo = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        for n in (1, 2):
            group.create_task(makes_work(todo), name=f"worker-{n}")
        await todo.put(1)
        await todo.join()


run = observe(main)
run.timeline()

# %% [markdown]
# ### `task_done` once too often
#
# Somebody called it twice for one job, or in a `finally` that also runs when `get` was cancelled.
# As long as other jobs are under way, nobody notices: the count reaches zero too early, and `join`
# returns in silence while somebody still works. Only below zero does the queue refuse:
# `ValueError: task_done() called too many times`. It hits whoever calls next, and that is often a
# worker that has done nothing wrong. Call it once for each `get` that gave you something: an `END`
# was put too, and counts.


# %% role="breaks"
async def main():
    todo = asyncio.Queue()
    await todo.put(1)
    print("got", await todo.get())
    todo.task_done()
    todo.task_done()


asyncio.run(main())

# %% [markdown]
# ## Your turn
#
# `jobs([2, 1, 4])` in a test makes an async function `job(i)`: job 0 takes 2 s, job 1 takes 1 s,
# and job 2 takes 4 s. `arrivals("ab", pause=2)` is a source that gives `"a"` and `"b"`, with 2 s
# before each and before its end. `clean_ups` and `cancel_at` are as in lesson 11. A function whose
# name ends in `_` is a small program of the test, which uses yours. When your work is graded, each
# test also tries other inputs, and rarer cases of what the task says.
#
# Two rules hold for all three exercises: however your function ends, none of its tasks still runs,
# and if it is cancelled, `CancelledError` comes out. A work or a visit may take as long as it likes:
# set no time limit, do not poll, and use no threads. In the tests none ends with `CancelledError`
# before it is cancelled, and none fails in its clean-up.

# %% [markdown]
# ### Exercise 1: `pipeline`
#
# Write `pipeline(source, work, k)`. `source` is an async iterator: `async for item in source` takes
# one item after the other, and may have to wait for the next. `work` is an async function. Await
# `work(item)` once for each item, and return `None`. `k` is at least 1.
#
# - At most k works are under way at once, and fewer only where no item is there. Items begin in the
#   order of the source, and a worker that becomes free takes the next at once.
# - Do not run ahead: at no time are more than 3k + 1 items taken from the source and not finished.
# - If `work` fails, nothing more is taken from the source at any later second, the other works are
#   cancelled and have ended, and the error reaches your caller, alone or in an `ExceptionGroup`, and
#   no other with it. An error of the source reaches your caller too.
# - Any object can be an item, `None` too.

# %% [markdown]
# <details><summary>Hint 1: who waits for whom?</summary>
#
# Round 1 has nearly all of it. How long may the queue be? Count the items: k are with the workers,
# one is in the hand of the master, and the rest of the 3k + 1 stand in the queue.
#
# </details>
#
# <details><summary>Hint 2: an error</summary>
#
# The master may wait for the source, or in `put`, when a worker fails. Who wakes it? See the third
# program of round 4.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# In a `TaskGroup`, start k workers; then `async for item in source: await todo.put(item)`; then put
# an `END` of your own, a fresh `object()`, for each worker.
#
# </details>

# %% exercise="pipeline" role="answer"
import asyncio


async def pipeline(source, work, k):
    """Await work(item) for each item of the async iterator source, with k workers."""
    ### BEGIN SOLUTION
    # Why: The queue of length k slows the reading down to the pace of the workers. Each worker
    # takes one `end`, so there are k of them; and since all is in one group, a worker that fails
    # also wakes whoever waits in `put`.
    end = object()
    todo = asyncio.Queue(k)

    async def worker():
        while (item := await todo.get()) is not end:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for n in range(k):
            group.create_task(worker(), name=f"worker-{n}")
        async for item in source:
            await todo.put(item)
        for _ in range(k):
            await todo.put(end)
    ### END SOLUTION


# %% exercise="pipeline" role="test" id="once" points=1 name="works on every item once, and ends"
# `arrivals` is a source of these items; each call of work takes 1 s, whatever the item is.
run = observe(pipeline, arrivals(["a", "b", "c"]), jobs([1] * 3, in_turn=True), 2)
asked_ = [call.arguments for call in run.calls if call.service == "jobs"]
expect(run).returned(None, hint="return nothing").that(
    asked_ == [("a",), ("b",), ("c",)],
    expected="work is called with 'a', with 'b' and with 'c'",
    happened=f"with {asked_}",
    hint="work(item) once for each",
).jobs_ended(hint="return when the last work is finished").nothing_left(
    hint="the workers must end too: an `END` for each, or cancel and wait"
)
run = observe(pipeline, arrivals([]), jobs([]), 2)
expect(run).returned(None, hint="a source without items ends at once")
import asyncio
import random

random_ = random.Random(SEED)
for count in (1, 2, random_.randint(5, 20)):
    for k in (1, 2, random_.randint(3, 8), 14):
        items_ = random_.sample(range(1000), count)
        run = observe(pipeline, arrivals(items_), jobs([1] * count, in_turn=True), k)
        asked_ = [call.arguments[0] for call in run.calls if call.service == "jobs"]
        expect(run).returned(None).took(-(-count // k), hint="k at once").that(
            asked_ == items_,
            expected=f"work is called with each of {items_}, once and in this order",
            happened=f"with {asked_}",
            hint="every item, in the order of the source",
        ).jobs_ended().nothing_left()
for items_ in ([None, 1, None], [0, False, "", None], ["END", "STOP", -1, "x"]):
    run = observe(pipeline, arrivals(items_), jobs([1] * 4, in_turn=True), 2)
    asked_ = [call.arguments[0] for call in run.calls if call.service == "jobs"]
    expect(run).returned(None).that(
        asked_ == items_,
        expected=f"work is called with each of {items_}",
        happened=f"with {asked_}",
        hint="any object can be an item: make an END of your own",
    ).jobs_ended().nothing_left()


async def strange_items_(k):
    class Equal:
        """Says that it is equal to everything, and cannot be a key."""

        __hash__ = None

        def __eq__(self, other):
            return True

    future = asyncio.get_running_loop().create_future()
    items, begun = [[], Equal(), {}, Equal(), future], []

    async def source():
        for item in items:
            yield item

    async def work(item):
        begun.append(item)

    await pipeline(source(), work, k)
    return [one is other for one, other in zip(begun, items, strict=True)]


run = observe(pipeline, arrivals(range(300)), jobs([1] * 300), 150)
expect(run).took(2, hint="k at once, however large k is")
for k in (1, 3):
    run = observe(pipeline, arrivals(range(2 * k)), jobs([10**6] * 2 * k), k)
    expect(run).took(2 * 10**6, hint="work may take as long as it likes: set no limit of your own")
    run = observe(strange_items_, k)
    expect(run).returned(
        [True] * 5, hint="an item may be equal to your END, or no key: compare with `is`, not `==`"
    )


async def two_at_once_():
    done = []

    async def source(items):
        for item in items:
            yield item

    async def work(item):
        await asyncio.sleep(1)
        done.append(item)

    await asyncio.gather(pipeline(source("abcd"), work, 2), pipeline(source("ef"), work, 1))
    return sorted(done)


run = observe(two_at_once_)
expect(run).returned(
    list("abcdef"), hint="two calls share nothing: keep everything in local variables"
).took(2)


# %% exercise="pipeline" role="test" id="next" points=2 name="k at once, and who is free takes the next"
import heapq


def starts_(delays, k, pause):
    free, found = [0] * k, []
    for i, delay in enumerate(delays):
        begin = max(heapq.heappop(free), pause * (i + 1))
        heapq.heappush(free, begin + delay)
        found.append(begin)
    return found, max([*free, pause * (len(delays) + 1)])


run = observe(pipeline, arrivals(range(4)), jobs([1, 4, 2, 2]), 2)
begun_ = [(call.arguments[0], call.start) for call in run.calls if call.service == "jobs"]
expect(run).finished().that(
    begun_ == [(0, 0), (1, 0), (2, 1), (3, 3)],
    expected="items 0 and 1 begin at 0 s, item 2 at 1 s, item 3 at 3 s",
    happened="; ".join(f"item {i} at {start:g} s" for i, start in begun_),
    hint="k workers and one queue: a worker that is free takes the next item",
).took(5)
expect(run).without_threads()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (1, 3, 8, 20):
    for k in (1, 2, random_.randint(3, 6)):
        # a single worker may ask the source by itself, when it is free
        pause_ = random_.choice((0, 0, 70)) if k > 1 else 0
        delays_ = [random_.randint(1, 60) for _ in range(count)]
        expected_, end_ = starts_(delays_, k, pause_)
        run = observe(pipeline, arrivals(range(count), pause=pause_), jobs(delays_), k)
        begun_ = [(call.arguments[0], call.start) for call in run.calls if call.service == "jobs"]
        expect(run).finished().that(
            begun_ == list(enumerate(expected_)),
            expected=f"with k = {k}, the items begin at {expected_}",
            happened=f"they begin at {begun_}",
            hint="in the order of the source, each as soon as a worker is free",
        ).took(end_).nothing_left()
        expect(run).without_threads().ran_at_most(
            14 * count + 8 * k + 20, hint="do not sleep and look again: wait in get and put"
        )
        if pause_ == 0:
            peak_ = run.peak(of="jobs")
            expect(run).that(
                peak_ == min(k, count),
                expected=f"{min(k, count)} works at once",
                happened=f"at most {peak_}",
                hint="one worker for each of the k",
            )
delays_ = [7, 3, 40, 2, 5]
# The source pauses for 4 s before each item.
run = observe(pipeline, arrivals(range(5), pause=4), jobs(delays_), 3)
begun_ = [call.start for call in run.calls if call.service == "jobs"]
expect(run).finished().that(
    begun_ == [4, 8, 12, 16, 20],
    expected="from a slow source, each item begins when it comes",
    happened=f"they begin at {begun_}",
    hint="do not collect items before you hand them out",
)
### END HIDDEN TESTS


# %% exercise="pipeline" role="test" id="ahead" points=2 name="never has more than 3k + 1 items in hand"
def most_in_hand_(calls):
    """Return how many items were taken and not finished, at the moment when they were most."""
    ended = [call for call in calls if call.outcome == "returned"]
    # Of what happens at one time, works finish first.
    changes = sorted((call.stop, 1 if call.service == "arrivals" else -1) for call in ended)
    in_hand = most = 0
    for _, change in changes:
        in_hand += change
        most = max(most, in_hand)
    return most


run = observe(pipeline, arrivals(range(50)), jobs([1] * 50), 2)
expect(run).finished().that(
    most_in_hand_(run.calls) <= 7,
    expected="with k = 2, at most 7 items are taken and not finished",
    happened=f"it had {most_in_hand_(run.calls)} in hand",
    hint="a bounded queue makes the master wait in put",
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for k in (1, 2, random_.randint(3, 8)):
    count_ = random_.randint(60, 120)
    run = observe(pipeline, arrivals(range(count_)), jobs([random_.randint(1, 9)] * count_), k)
    finished_ = sum(c.service == "jobs" and c.outcome == "returned" for c in run.calls)
    expect(run).finished().nothing_left().that(
        most_in_hand_(run.calls) <= 3 * k + 1 and finished_ == count_,
        expected=f"with k = {k}, at most {3 * k + 1} in hand, and all {count_} finished",
        happened=f"{most_in_hand_(run.calls)} in hand, {finished_} finished",
        hint="give the queue a size that depends on k",
    )
### END HIDDEN TESTS


# %% exercise="pipeline" role="test" id="error" points=2 name="an error of work ends it all"
import asyncio


def late_(run):
    """Return how many items were taken after the moment at which a work failed."""
    failed = [call.stop for call in run.calls if call.outcome == "raised"]
    taken = [call.stop for call in run.calls if call.service == "arrivals" and call.stop]
    return sum(time > failed[0] for time in taken) if failed else 0


# The second work takes 9 s, and 0.5 s more to end where it is cancelled: its clean-up.
run = observe(
    pipeline,
    arrivals(range(10)),
    jobs([2] + [9] * 9, errors={0: OSError("no world")}, clean_ups=[0.5] * 10),
    2,
)
expect(run).raised(OSError, hint="let the error of work out").that(
    late_(run) == 0 and run.duration == 2.5,
    expected="nothing is taken after the error at 2 s, and it comes out at 2.5 s",
    happened=f"taken after it: {late_(run)}; it came out at {run.duration:g} s",
    hint="the error wakes the master; the other works are cancelled, and waited for",
).jobs_ended().nothing_left()
import random

random_ = random.Random(SEED)
for k in (1, 2, random_.randint(3, 6)):
    for pause_ in (0, 1):
        count_ = random_.randint(25, 40)
        delays_ = [random_.uniform(50, 90) for _ in range(count_)]
        bad_ = random_.randrange(k)
        delays_[bad_] = random_.uniform(10, 40)
        tidy_ = random_.randint(1, 5)
        failed_ = delays_[bad_] + pause_ * (bad_ + 1)
        work_ = jobs(delays_, errors={bad_: OSError("no world")}, clean_ups=[tidy_] * count_)
        run = observe(pipeline, arrivals(range(count_), pause=pause_, last=1000), work_, k)
        expect(run).raised(OSError, hint="the error of work comes out, and no other").that(
            late_(run) == 0,
            expected="no item is taken after the error",
            happened=f"taken after it: {late_(run)}",
            hint="stop the master too",
        ).jobs_ended(hint="wait for the works that you cancel").nothing_left().that(
            abs(run.duration - failed_ - (tidy_ if k > 1 else 0)) < 1e-6,
            expected="the other works are cancelled at once, and have as long as they need to end",
            happened=f"it ended {run.duration - failed_:g} s after the error",
            hint="cancel the others; do not wait until they have done their work",
        )
for delays_ in ([1, 5, 5], [5, 5, 1]):
    failing_ = {delays_.index(1): OSError("no world")}
    work_ = jobs(delays_, errors=failing_, clean_ups=[1] * 3)
    run = observe(pipeline, arrivals(range(3), last=1000), work_, 3)
    hint_ = "an error counts too when the source waits for its end"
    expect(run).raised(OSError, hint=hint_).took(2, hint=hint_).jobs_ended()
for k in (2, 3):
    bad_ = random_.randrange(4)
    work_ = jobs([3] * 8, errors={bad_: OSError("no world")}, clean_ups=[1] * 8)
    run = observe(pipeline, arrivals(range(8), pause=10, last=1000), work_, k)
    hint_ = "an error counts at once, also while the master waits for the next item"
    expect(run).raised(OSError, hint=hint_).took(10 * (bad_ + 1) + 3, hint=hint_).nothing_left()


async def times_out_(items, k):
    async def work(item):
        async with asyncio.timeout(1 if item == 4 else None):
            await asyncio.sleep(2)

    told = "no error"
    try:
        await pipeline(items, work, k)
    except* TimeoutError:
        told = "TimeoutError"
    return told


for k in (1, 3):
    run = observe(times_out_, arrivals(range(9)), k)
    expect(run).returned("TimeoutError", hint="a TimeoutError of `work` is an error like others")


async def strange_error_(kind, items, k):
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
            await asyncio.sleep(1 + i)
            if i == 1:
                raise error
        finally:
            working.discard(i)

    try:
        await pipeline(items, job, k)
    except BaseException as caught:
        return holds(caught), sorted(working)
    return "no error"


for kind, k in (("false", 1), ("false", 3), ("no Exception", 3), ("a group", 2)):
    run = observe(strange_error_, kind, arrivals(range(9)), k)
    expect(run).returned(
        (True, []),
        hint="whatever error a work raises: that very one comes out, and the other works have ended",
    ).nothing_left()


for kind_ in (TimeoutError, LookupError, AssertionError, EOFError, StopAsyncIteration):
    run = observe(pipeline, arrivals(range(3)), jobs([1] * 3, errors={1: kind_("no")}), 2)
    expect(run).raised(kind_, hint="whatever its type, the error comes out")


# %% exercise="pipeline" role="test" id="ends" points=1 name="an error of the source and a cancellation come out"
run = observe(pipeline, arrivals(range(3), error=LookupError("no more words")), jobs([1] * 3), 2)
expect(run).raised(LookupError, hint="let the error of the source out")
expect(run).nothing_left(hint="then the workers end too")
# A work that is cancelled needs 1 s to end: its clean-up.
work_ = jobs([4] * 9, clean_ups=[1] * 9)
run = observe(pipeline, arrivals(range(9), pause=1), work_, 2, cancel_at=2.5)
expect(run).cancelled(hint="let CancelledError out, when your workers have ended").jobs_ended(
    hint="wait for the works that you cancel"
).nothing_left()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for k in (1, 3):
    for n in (0, 1, 5 * k):
        source_ = arrivals(range(n), error=LookupError("no more words"))
        run = observe(pipeline, source_, jobs([random_.randint(1, 9)] * n), k)
        expect(run).raised(LookupError, hint="let the error of the source out")
        expect(run).nothing_left(hint="then the workers end too")
    for seconds in (0, 0.5, random_.randint(3, 9) + 0.5):
        work_ = jobs([random_.randint(3, 20)] * 30, clean_ups=[1] * 30)
        source_ = arrivals(range(30), pause=random_.choice((0, 1)))
        run = observe(pipeline, source_, work_, k, cancel_at=seconds)
        expect(run).cancelled(hint="let CancelledError out, when all has ended").jobs_ended(
            hint="wait for the works that you cancel"
        ).nothing_left(hint="when you are cancelled, your workers end too")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `crawl`
#
# Write `crawl(first, visit, k)`, which reads a web of pages. `await visit(page)` takes a while and
# returns the list of the pages to which this one links. Begin with the page `first`, go on with
# every page that you find, and return a dict `{page: its list of links}` of all of them. Anything
# that can be a dict key can be a page, `None` too.
#
# - Each page is visited once, also when many pages link to it, or when it links to itself.
# - At most k visits are under way at once. The pages are visited in the order in which they were
#   found, and whoever is free takes the next one at once.
# - It ends by itself, when there is nothing more to find.
# - If `visit` fails, the other visits are cancelled and have ended, and the error reaches your
#   caller, alone or in an `ExceptionGroup`, and no other with it.
# - However `crawl` ends, none of its tasks still runs.

# %% [markdown]
# <details><summary>Hint 1: when is it over?</summary>
#
# Not when the queue is empty: somebody may be visiting a page that has links. It is over when the
# queue is empty *and* nobody visits. Round 3 has something that counts both.
#
# </details>
#
# <details><summary>Hint 2: the order of three lines</summary>
#
# A worker puts the new pages first and says `task_done` after that. The other way round the count
# is zero in between, and `join` returns too early.
#
# </details>
#
# <details><summary>Hint 3: once</summary>
#
# Note a page in a set when it is *found*, not when it is visited. And see *What breaks* for the
# size of the queue.
#
# </details>

# %% exercise="crawl" role="answer"
import asyncio


async def crawl(first, visit, k):
    """Visit first and every page that is found; return {page: its links}."""
    ### BEGIN SOLUTION
    # Why: `join` counts what is in the queue and what is being visited: an empty queue is not the
    # end. New pages are put before `task_done`, or the count would be zero in between; a page is
    # noted as seen when it is put, so nobody visits it twice.
    todo = asyncio.Queue()
    links, seen = {}, {first}
    todo.put_nowait(first)

    async def worker():
        while True:
            page = await todo.get()
            links[page] = await visit(page)
            for each in links[page]:
                if each not in seen:
                    seen.add(each)
                    todo.put_nowait(each)
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker(), name=f"worker-{n}") for n in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return links
    ### END SOLUTION


# %% exercise="crawl" role="test" id="all" points=2 name="finds every page, and ends by itself"
run = observe(crawl, 0, jobs([1, 4, 1, 1], results=[[1, 2], [], [3], []]), 2)
expect(run).returned(
    {0: [1, 2], 1: [], 2: [3], 3: []}, hint="the links of each page that can be reached from 0"
)
expect(run).nothing_left(hint="when there is nothing more to find, the workers end too")
run = observe(crawl, 0, jobs([2], results=[[]]), 3)
expect(run).returned({0: []}, hint="a page without links is a page too")
import asyncio
import random

random_ = random.Random(SEED)
for count in (1, 2, 8, 25):
    for k in (1, 3, 40):
        web_ = [random_.choices(range(count), k=random_.randint(0, 3)) for _ in range(count)]
        reached_, new_ = set(), [random_.randrange(count)]
        first_ = new_[0]
        while new_:
            page_ = new_.pop()
            if page_ not in reached_:
                reached_.add(page_)
                new_ += web_[page_]
        delays_ = [random_.randint(0, 20) for _ in range(count)]
        run = observe(crawl, first_, jobs(delays_, results=web_), k)
        expect(run).returned(
            {page: web_[page] for page in reached_}, hint="each page that can be reached, no other"
        )
        expect(run).nothing_left().without_threads()
chain_ = [[n + 1] for n in range(30)] + [[]]
run = observe(crawl, 0, jobs([1] * 31, results=chain_), 4)
expect(run).returned(dict(enumerate(chain_)), hint="an empty queue does not mean that it is over")


async def star_(count, k):
    """Read a page that links to all the others; return how many were read."""

    async def visit(page):
        return [0] if page else list(range(1, count))

    return len(await crawl(0, visit, k))


for k in (1, 40):
    run = observe(star_, 1200, k)
    expect(run).returned(1200, hint="a page may have any number of links: a queue without an end")
run = observe(crawl, 0, jobs([10**6] * 3, results=[[1, 2], [0], [1]]), 2)
expect(run).returned({0: [1, 2], 1: [0], 2: [1]}).took(
    2 * 10**6, hint="a visit may take as long as it likes: set no limit of your own"
)


async def strange_pages_(first, k):
    web = {
        "": [None, False, (1, "a")],
        None: ["", (1, "a"), 0],
        False: [None],
        (1, "a"): ["7", 7],
    }

    async def visit(page):
        visited.append(page)
        await asyncio.sleep(1)
        return list(web.get(page, []))

    visited = []
    return await crawl(first, visit, k) == {**web, "7": [], 7: []}, len(visited)


for k in (1, 3):
    run = observe(strange_pages_, "", k)
    expect(run).returned(
        (True, 6),
        hint="None, False and '' can be pages, 7 is not '7', and 0 is False: compare pages as they are",
    )
    expect(run).nothing_left()


async def two_at_once_(job):
    return list(await asyncio.gather(crawl(0, job, 2), crawl(1, job, 1)))


run = observe(two_at_once_, jobs([1, 1, 1], results=[[1], [2], []]))
expect(run).returned(
    [{0: [1], 1: [2], 2: []}, {1: [2], 2: []}],
    hint="two calls share nothing: keep everything in local variables",
).took(3)


# %% exercise="crawl" role="test" id="once" points=1 name="visits each page once"
run = observe(crawl, 0, jobs([1, 2, 3], results=[[1, 2, 0, 1], [2, 0], [1, 1]]), 2)
asked_ = sorted(call.arguments[0] for call in run.calls)
expect(run).finished().that(
    asked_ == [0, 1, 2],
    expected="each of the pages 0, 1 and 2 is visited once",
    happened=f"visited: {asked_}",
    hint="note a page when it is found, before anybody visits it",
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (2, 6, 12):
    web_ = [random_.choices(range(count), k=5) + [(n + 1) % count] for n in range(count)]
    delays_ = [random_.choice((2, 2, 5)) for _ in range(count)]
    run = observe(crawl, 0, jobs(delays_, results=web_), random_.randint(1, 5))
    asked_ = sorted(call.arguments[0] for call in run.calls)
    expect(run).finished().that(
        asked_ == list(range(count)),
        expected=f"each of the {count} pages is visited once",
        happened=f"visited: {asked_}",
        hint="several pages may link to one: note it when it is found for the first time",
    )
### END HIDDEN TESTS


# %% exercise="crawl" role="test" id="k" points=2 name="k at once, and who is free takes the next page"
import heapq


def visits_(web, delays, k):
    """Return [(page, when its visit begins)], and when all is over."""
    waiting, under_way, found, now, begun = [0], [], {0}, 0, []
    while waiting or under_way:
        while waiting and len(under_way) < k:
            page = waiting.pop(0)
            begun.append((page, now))
            heapq.heappush(under_way, (now + delays[page], page))
        now, page = heapq.heappop(under_way)
        new = [each for each in dict.fromkeys(web[page]) if each not in found]
        found.update(new)
        waiting += new
    return begun, now


run = observe(crawl, 0, jobs([1, 4, 2, 2, 2], results=[[1, 2, 3], [], [4], [], []]), 2)
begun_ = [(call.arguments[0], call.start) for call in run.calls]
expect(run).finished().that(
    begun_ == [(0, 0), (1, 1), (2, 1), (3, 3), (4, 5)],
    expected="page 0 at 0 s, pages 1 and 2 at 1 s, page 3 at 3 s, page 4 at 5 s",
    happened="; ".join(f"page {page} at {start:g} s" for page, start in begun_),
    hint="k workers, one queue: first found, first visited",
).took(7)
import random

random_ = random.Random(SEED)
for count in (1, 7, 30):
    for k in (1, 2, random_.randint(3, 6)):
        web_ = [random_.choices(range(count), k=random_.randint(1, 4)) for _ in range(count)]
        # sums that differ: where two visits end at one moment, nobody says which is first
        delays_ = [random_.uniform(1, 9) + page**0.3 / 100 for page in range(count)]
        expected_, end_ = visits_(web_, delays_, k)
        run = observe(crawl, 0, jobs(delays_, results=web_), k)
        begun_ = [(call.arguments[0], call.start) for call in run.calls]
        expect(run).finished().that(
            [page for page, _ in begun_] == [page for page, _ in expected_]
            and all(abs(a - b) < 1e-6 for (_, a), (_, b) in zip(begun_, expected_, strict=True)),
            expected=f"with k = {k}, visits begin at {expected_}",
            happened=f"they begin at {begun_}",
            hint="first found, first visited, and as soon as one of the k is free",
        ).nothing_left()
        expect(run).ran_at_most(14 * count + 8 * k + 20, hint="do not poll: wait in get and join")
        expect(run).without_threads()
k_ = 150
run = observe(
    crawl, 0, jobs([1] * (2 * k_ + 1), results=[list(range(1, 2 * k_ + 1))] + [[]] * 2 * k_), k_
)
expect(run).took(3, hint="k at once, however large k is")


# %% exercise="crawl" role="test" id="error" points=1 name="an error and a cancellation come out"
import asyncio

web_ = [[1, 2], [3], [], []]
run = observe(crawl, 0, jobs([1, 2, 9, 4], results=web_, errors={1: OSError("no page")}), 2)
expect(run).raised(OSError, hint="the error of a worker must wake whoever waits in join")
expect(run).nothing_left(hint="cancel the other workers, and wait until they have ended")
run = observe(crawl, 0, jobs([1, 2, 9, 4], results=web_), 2, cancel_at=2.5)
expect(run).cancelled(hint="let CancelledError out").nothing_left(
    hint="when you are cancelled, your workers end too"
)
import random

random_ = random.Random(SEED)
for k in (1, 2, 5):
    count_ = random_.randint(6, 20)
    web_ = [[2 * n + 1, 2 * n + 2] if 2 * n + 2 < count_ else [] for n in range(count_)]
    delays_ = [random_.randint(2, 9) for _ in range(count_)]
    bad_ = random_.randrange((count_ - 1) // 2)
    run = observe(crawl, 0, jobs(delays_, results=web_, errors={bad_: KeyError("page")}), k)
    expect(run).raised(KeyError, hint="whichever page fails, the error comes out").nothing_left()
    run = observe(crawl, 0, jobs(delays_, results=web_), k, cancel_at=random_.choice((0, 0.5, 3.5)))
    expect(run).cancelled(hint="let CancelledError out").nothing_left()


async def strange_error_(kind, k):
    """The visit of page 1 raises an error of this kind; say whether that comes out, and who works then."""

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

    async def visit(page):
        working.add(page)
        try:
            await asyncio.sleep(page)
            if page == 1:
                raise error
            return [1, 2, 3]
        finally:
            working.discard(page)

    try:
        await crawl(0, visit, k)
    except BaseException as caught:
        return holds(caught), sorted(working)
    return "no error"


for kind, k in (("false", 2), ("no Exception", 2), ("no Exception", 3), ("a group", 2)):
    run = observe(strange_error_, kind, k)
    expect(run).returned(
        (True, []),
        hint="whatever error a visit raises: that very one comes out, and the others have ended",
    )
# A visit that is cancelled needs some time to end: its clean-up.
web_, clean_ups_ = [[1, 2], [], []], [0, 3, 10**5]
failing_ = {1: OSError("no page")}
run = observe(crawl, 0, jobs([0, 1, 100], results=web_, errors=failing_, clean_ups=clean_ups_), 2)
expect(run).raised(OSError).jobs_ended(
    whole=True, hint="a visit may need time to end: wait for it"
).nothing_left()
for kind_ in (TimeoutError, LookupError, AssertionError, EOFError, StopAsyncIteration):
    run = observe(crawl, 0, jobs([1] * 3, results=web_, errors={2: kind_("no")}), 2)
    expect(run).raised(kind_, hint="whatever its type, the error comes out")
run = observe(crawl, 0, jobs([0, 100, 100], results=web_, clean_ups=clean_ups_), 2, cancel_at=2)
expect(run).cancelled().jobs_ended(
    whole=True, hint="a visit may need time to end: wait for all that you cancel"
).nothing_left()

# %% [markdown]
# ### Exercise 3: `work_off`
#
# Write `work_off(items, work, k, tries)`. `items` is a list of different items; k workers await
# `work(item)` for each of them. Networks fail: if `work` raises an `Exception`, the item goes to
# the end of the queue, behind all that wait, and is tried again later, up to `tries` times in all.
# The worker goes on with the next item. Return a dict `{item: what work returned}`. An item that
# has failed `tries` times is left out. The list `items` stays as it is. `k` and `tries` are at
# least 1.
#
# - At most k works are under way at once, and whoever is free takes the next item at once.
# - No error of `work` comes out, and no item is lost because another one failed.
# - However `work_off` ends, none of its tasks still runs.

# %% [markdown]
# <details><summary>Hint 1: an error that stays inside</summary>
#
# `try` and `except Exception` around the one `await work(item)`, inside the loop of the worker.
# `except BaseException` would also catch the `CancelledError` that is to end the worker.
#
# </details>
#
# <details><summary>Hint 2: how many tries has it had?</summary>
#
# Put pairs into the queue: the item, and how many tries are left.
#
# </details>
#
# <details><summary>Hint 3: when is it over?</summary>
#
# Work that may come back is work that makes work. Put first, then `task_done`, and `join` knows.
#
# </details>

# %% exercise="work_off" role="answer"
import asyncio


async def work_off(items, work, k, tries):
    """Return {item: what work(item) returned}; try an item up to tries times."""
    ### BEGIN SOLUTION
    # Why: An error is caught inside the loop of the worker, around the one call: it costs a try and
    # no worker. The item is put again before `task_done`, so `join` cannot return in between;
    # `except Exception` lets the cancellation at the end through.
    todo = asyncio.Queue()
    results = {}
    for item in items:
        todo.put_nowait((item, tries))

    async def worker():
        while True:
            item, left = await todo.get()
            try:
                results[item] = await work(item)
            except Exception:
                if left > 1:
                    todo.put_nowait((item, left - 1))
            todo.task_done()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker(), name=f"worker-{n}") for n in range(k)]
        await todo.join()
        for each in workers:
            each.cancel()
    return results
    ### END SOLUTION


# %% exercise="work_off" role="test" id="results" points=1 name="gives the results of what worked in the end"
import asyncio


async def worked_off_(items, failures, k, tries):
    """Work on each item fails so many times before it succeeds."""
    left = dict(zip(items, failures, strict=True))

    async def work(item):
        await asyncio.sleep(1)
        left[item] -= 1
        if left[item] >= 0:
            raise OSError(f"{item} failed")
        return f"done {item}"

    return await work_off(items, work, k, tries)


run = observe(worked_off_, ["a", "b", "c"], [0, 1, 5], 2, 3)
expect(run).returned(
    {"a": "done a", "b": "done b"}, hint="b works at the second try, c at none of its three"
)
expect(run).nothing_left(hint="when all is done, the workers end too")
run = observe(worked_off_, [], [], 2, 3)
expect(run).returned({}, hint="without items there are no results")
import random

random_ = random.Random(SEED)
for count in (1, 5, 15):
    for k in (1, 3, 20):
        tries_ = random_.randint(1, 4)
        items_ = random_.sample(range(100), count)
        fails_ = [random_.choice((0, 0, tries_ - 1, tries_, 9)) for _ in items_]
        run = observe(worked_off_, items_, fails_, k, tries_)
        expect(run).returned(
            {i: f"done {i}" for i, n in zip(items_, fails_, strict=True) if n < tries_},
            hint=f"an item that fails less than {tries_} times has a result",
        )
        expect(run).nothing_left().without_threads()


async def list_after_(items, failures, k, tries):
    await worked_off_(items, failures, k, tries)
    return items


run = observe(list_after_, ["a", "b", "c"], [0, 1, 5], 2, 3)
expect(run).returned(
    ["a", "b", "c"], hint="the list is the caller's: what comes back goes into a queue of your own"
)
run = observe(worked_off_, [0, None, "", (1, "a"), "0", "None"], [1, 1, 0, 2, 2, 2], 2, 3)
expect(run).returned(
    {i: f"done {i}" for i in (0, None, "", (1, "a"), "0", "None")},
    hint="items can be anything that can be a key, None too",
)


async def takes_long_(seconds):
    async def work(item):
        await asyncio.sleep(seconds)
        return item

    return await work_off([1, 2, 3], work, 2, 2)


run = observe(takes_long_, 10**6)
expect(run).returned({1: 1, 2: 2, 3: 3}).took(
    2 * 10**6, hint="work may take as long as it likes: set no limit of your own"
)
run = observe(work_off, list(range(300)), jobs([1] * 300), 150, 1)
expect(run).took(2, hint="k at once, however large k is")


run = observe(worked_off_, ["a", "b"], [40, 50], 2, 50)
expect(run).returned({"a": "done a"}, hint="as many tries as you are told: no limit of your own")


async def any_error_():
    """Each item fails twice with an error of its own, and item i is tried again as all are."""

    class Unheard(Exception):
        pass

    errors = [OSError(), KeyError(), TypeError(), TimeoutError(), AssertionError(), Unheard()]
    errors.append(ExceptionGroup("two at once", [OSError(), KeyError()]))
    tried = [0] * len(errors)

    async def work(item):
        await asyncio.sleep(1)
        tried[item] += 1
        if tried[item] < 3:
            raise errors[item]
        return item

    return await work_off(list(range(len(errors))), work, 2, 3)


run = observe(any_error_)
expect(run).returned(
    {i: i for i in range(7)}, hint="any Exception of work puts the item back, and comes not out"
)


async def results_of_any_kind_(values, k):
    items, calls = list(range(len(values) + 1)), []
    error = ValueError("a result")

    async def work(item):
        await asyncio.sleep(1)
        calls.append(item)
        return values[item] if item < len(values) else error

    results = await work_off(items, work, k, 3)
    same = results.pop(len(values), None) is error
    return (
        [results[i] for i in sorted(results)],
        same,
        sorted(calls) == items == list(range(len(values) + 1)),
    )


run = observe(results_of_any_kind_, [None, 0, False, ""], 1)
expect(run).returned(
    ([None, 0, False, ""], True, True),
    hint="whatever work returns is a result, None or an exception too; and leave `items` alone",
)


async def two_at_once_(items, failures):
    """Three calls with the same items, in two of which each fails so many times."""
    return await asyncio.gather(
        worked_off_(items, [failures] * len(items), 2, failures + 1),
        worked_off_(items, [failures] * len(items), 2, failures + 1),
        worked_off_(items, [1] * len(items), 2, 1),
    )


run = observe(two_at_once_, ["a", "b"], 2)
expect(run).returned(
    [{"a": "done a", "b": "done b"}, {"a": "done a", "b": "done b"}, {}],
    hint="two calls share nothing: keep everything in local variables",
)


# %% exercise="work_off" role="test" id="order" points=2 name="what failed is tried again behind all others"
import asyncio
import heapq


async def in_turn_(job, n, k, tries):
    """Try number t of item i is job(i * tries + t)."""
    tried = [0] * n

    async def work(item):
        tried[item] += 1
        return await job(item * tries + tried[item] - 1)

    return await work_off(list(range(n)), work, k, tries)


def tries_begin_(n, k, tries, delays, failing):
    """Return [(job, when it begins)], and when all is over."""
    waiting, under_way, now, begun = [i * tries for i in range(n)], [], 0, []
    while waiting or under_way:
        while waiting and len(under_way) < k:
            each = waiting.pop(0)
            begun.append((each, now))
            heapq.heappush(under_way, (now + delays[each], each))
        now, each = heapq.heappop(under_way)
        if each in failing and each % tries < tries - 1:
            waiting.append(each + 1)
    return begun, now


run = observe(in_turn_, jobs([2, 2, 3, 3, 5, 5], errors={0: OSError("once")}), 3, 2, 2)
begun_ = [(call.arguments[0] // 2, call.start) for call in run.calls]
expect(run).finished().that(
    begun_ == [(0, 0), (1, 0), (2, 2), (0, 3)],
    expected="items 0 and 1 begin at 0 s; 0 fails at 2 s, when 2 is next; 0 begins again at 3 s",
    happened="; ".join(f"item {i} at {start:g} s" for i, start in begun_),
    hint="put what failed at the end of the queue, and take the next",
).took(7)
import random

random_ = random.Random(SEED)
for count in (0, 1, 6, 15):
    for k in (1, random_.randint(2, 6), random_.randint(11, 14)):
        tries_ = random_.randint(1, 4)
        # sums that differ: where two tries end at one moment, nobody says which is first
        delays_ = [random_.uniform(1, 9) + each**0.3 / 100 for each in range(count * tries_)]
        failing_ = {each for each in range(count * tries_) if random_.random() < 0.5}
        errors_ = {each: random_.choice((OSError, ValueError, KeyError))() for each in failing_}
        expected_, end_ = tries_begin_(count, k, tries_, delays_, failing_)
        run = observe(in_turn_, jobs(delays_, errors=errors_), count, k, tries_)
        begun_ = [(call.arguments[0], call.start) for call in run.calls]
        expect(run).finished(hint="no error of work comes out").that(
            [each for each, _ in begun_] == [each for each, _ in expected_]
            and all(abs(a - b) < 1e-6 for (_, a), (_, b) in zip(begun_, expected_, strict=True)),
            expected=f"with k = {k} and {tries_} tries, tries begin at {expected_}",
            happened=f"they begin at {begun_}",
            hint="first in, first out; what failed goes to the end",
        ).nothing_left()
        expect(run).ran_at_most(
            14 * len(expected_) + 8 * k + 20, hint="do not poll: wait in get and join"
        )


# %% exercise="work_off" role="test" id="cancelled" points=1 name="a cancellation comes out and leaves nothing"
work_ = jobs([2, 1, 4, 3], errors={1: OSError("never")})
run = observe(work_off, [0, 1, 2, 3], work_, 2, 3, cancel_at=2.5)
expect(run).cancelled(hint="let CancelledError out: it is no Exception").nothing_left(
    hint="when you are cancelled, cancel your workers, and wait for them"
).took(2.5)
import random

random_ = random.Random(SEED)
for k in (1, 2, 5):
    delays_ = [random_.randint(2, 9) for _ in range(8)]
    seconds_ = random_.choice((0, 0.5, 1.5))
    run = observe(work_off, list(range(8)), jobs(delays_), k, 3, cancel_at=seconds_)
    expect(run).cancelled(hint="let CancelledError out: it is no Exception").took(seconds_)
    expect(run).nothing_left(hint="when you are cancelled, your workers end too")
# A work that is cancelled needs up to 3 s to end: its clean-up.
for k in (1, 3):
    work_ = jobs([100] * 5, clean_ups=[3, 1, 2, 3, 3])
    run = observe(work_off, list(range(5)), work_, k, 3, cancel_at=1)
    expect(run).cancelled().jobs_ended(
        whole=True, hint="a work may need time to end: wait for it"
    ).took(4).nothing_left().that(
        len(run.calls) == k,
        expected=f"{k} works are under way when it is cancelled, and no other begins",
        happened=f"{len(run.calls)} calls of work",
        hint="k at once, and none after a cancellation",
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
# - [Queues](https://docs.python.org/3/library/asyncio-queue.html): all methods, and an example with
#   three workers.
# - [Thread objects](https://docs.python.org/3/library/threading.html#thread-objects): what the
#   reference says of daemon threads.
# - [queue](https://docs.python.org/3/library/queue.html): the queue for threads, with the same
#   `join` and `task_done`.
#
# **Next:** `14_structured_concurrency` (planned)
