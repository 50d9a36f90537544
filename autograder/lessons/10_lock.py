# %% [markdown]
# # 10 · Locks
#
# Two tasks that share something can spoil it only where one of them awaits in the middle: you will
# find such a place with a program that tries every order, watch it go wrong, and lock it.
#
# **You will be able to**
#
# - say which lines of a coroutine need a lock, and which need none;
# - find a lost update with `explore`, look at the order that loses it, and show that it is gone;
# - place a lock: around enough, not around too much, and two locks in one order;
# - choose between a lock, an event, a semaphore and a condition.
#
# **Before:** [09 · gather and nesting](09_gather_and_nesting.ipynb) ·
# **Next:** [11 · Cancellation and Ctrl+C](11_cancellation_and_ctrl_c.ipynb)

# %%
import asyncio
import threading

from looplab import SEED, check, compare, enable, expect, explore, jobs, observe, predict, store

enable()


def clock():
    return f"{asyncio.get_running_loop().time():g} s:"


# %% [markdown]
# ## 1. A race needs an `await`
#
# A hundred tasks share one number, and each adds 1 to it, in one of four ways. `add_up` starts them
# and returns the number.
#
# `async with lock:` lets one task at a time into its block. A task that comes while another one is
# inside waits until that one has left.
#
# **Predict.** Which number does each of the four ways give?

# %%
predict(
    "",
    A="100, 1, 100 and 100: one line is one step",
    B="100, 1, 1 and 100",
    C="100, 99, 99 and 100: one addition is lost",
    D="100 in all four: there is one thread",
    right="B",
)


# %%
async def one():
    await asyncio.sleep(0)
    return 1


async def no_await(box, lock):
    seen = box["n"]
    box["n"] = seen + 1


async def await_inside(box, lock):
    seen = box["n"]
    await asyncio.sleep(0)
    box["n"] = seen + 1


async def in_one_line(box, lock):
    box["n"] += await one()


async def locked(box, lock):
    async with lock:
        seen = box["n"]
        await asyncio.sleep(0)
        box["n"] = seen + 1


async def add_up(way, tasks):
    box, lock = {"n": 0}, asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        for n in range(tasks):
            group.create_task(way(box, lock), name=f"add-{n}")
    return box["n"]


for way in (no_await, await_inside, in_one_line, locked):
    print(f"{way.__name__:13}", observe(add_up, way, 100).result)
three = [observe(add_up, way, 3) for way in (no_await, await_inside, locked)]
compare(*three, names=["no await gives 3", "await inside gives 1", "locked gives 3"])

# %% [markdown]
# **What happened.** 100, 1, 1 and 100. The figure shows the same with three tasks.
#
# - **No `await`.** Control leaves a task only where it waits (lesson 04). Between reading and
#   writing there is no such place, so nobody else can run there. Each task runs once, and no lock
#   is needed.
# - **`await` inside.** Each task reads 0, then waits. When the last one has read, the first one
#   writes 1, and so do all the others. Ninety-nine additions are lost: this is a *race*, and a
#   *lost update*.
# - **In one line.** It is the same: `+=` reads the number first, then awaits, then writes. One line
#   is not one step if an `await` stands in it.
# - **Locked.** There is an `await` between reading and writing, and others do run there. But they
#   cannot come into the block. They wait for the lock, and get it in the order in which they asked
#   for it. (`first held by` in a picture names who had the lock when the wait began, where another
#   had it later.)
#
# So look for shared data that is read before an `await` and written after it. The lines from the
# first to the last of these belong together, and need a lock. Two *writes* that belong together are
# no better: who takes 10 from one account, awaits, and gives 10 to the other, shows 90 of 100 to
# anybody who reads in between. Then readers need the lock too. What stands between two awaits needs
# none.

# %% [markdown]
# ## 2. Find the lost update
#
# A race shows only in some orders of events. Here an account lies in a *store*, somewhere else:
# `await store.read()` asks for its balance, `await store.write(balance)` sets it, and nobody knows
# how long an answer takes. `explore(program, store(100))` runs the program in *every* order in
# which the answers may come, and counts how it ends.
#
# Two deposits, 10 and 5, make two reads and two writes. That is six orders in which each deposit's
# read comes before its write.
#
# **Predict.** In how many of the six is the balance 115? What is it in the others?

# %%
predict(
    "",
    A="in five; 105",
    B="in three; 100",
    C="in all six",
    D="in two; 105 or 110",
    right="D",
)


# %%
async def deposit(store, amount, lock):
    balance = await store.read()
    await store.write(balance + amount)


async def two_deposits(store, way):
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(way(store, 10, lock), name="ten")
        group.create_task(way(store, 5, lock), name="five")
    return await store.read()


found = explore(two_deposits, store(100), deposit)
print(found)
lost = found.failing(lambda run: run.result == 115)
print(
    "a deposit is lost in", sum(outcome.count for outcome in lost), "orders; in the first of them"
)
print("the store was asked for", [(call.method, *call.arguments) for call in lost[0].run.calls])
lost[0].run.timeline()

# %% [markdown]
# **What happened.** The balance is right in two of six orders: those in which one deposit is over
# before the other one reads. In the other four both have read 100 before the first has written, and
# the second to write wins.
#
# `found.outcomes` holds each different end with the number of its orders and one *run*, to look at.
# `failing` gives those that a check refuses. In the first of these, which the picture shows, `ten`
# and `five` both read 100, then `ten` writes 110, and `five` writes 105. (Here an answer takes no
# time, so the axis counts steps. The light bars of `ten` and `five` are their waits for the store:
# first to read, then to write. The dark bar after a read says what it got.)
#
# `observe` gives each answer one second, so it sees one order of these six, always the same one. A
# test on your computer is much like that. A race may wait until the day when the network is slow.
#
# ### With a lock
#
# `locked_deposit` does the same with the lock around it.
#
# **Predict.** How many orders are there now?

# %%
predict(
    "",
    A="two: either of them may be first",
    B="one",
    C="six, as before, but all end with 115",
    right="B",
)


# %%
async def locked_deposit(store, amount, lock):
    async with lock:
        await deposit(store, amount, lock)


safe = explore(two_deposits, store(100), locked_deposit)
print(safe)
expect(safe).returned(115)  # in every order, or it raises
compare(lost[0].run, safe.outcomes[0].run, names=["without a lock", "with the lock"])

# %% [markdown]
# **What happened.** One. Now `five` asks the store for nothing before `ten` is through, so at no
# time are two answers awaited, and nothing is left to chance. In the lower picture `five` waits for
# `Lock.acquire`, and the arrow from `ten` shows who lets it in.
#
# Three things make it work. There is *one* lock, and both tasks have the same one. *Everybody* who
# changes the account takes it: a lock stops no one who does not ask for it. And the block holds the
# read *and* the write. `async with` gives the lock back however the block ends, also by an error or
# a cancellation.

# %% [markdown]
# ## 3. A lock that is held too long
#
# Three customers deposit something, which takes 2 seconds: a read and a write. Then each is sent a
# receipt, which takes 4 seconds and has nothing to do with the others. One version holds the lock
# for all of it, the other one for the deposit alone.
#
# **Predict.** How long does each take for three customers?

# %%
predict(
    "",
    A="19 s and 11 s",
    B="19 s and 19 s: each needs 6 s",
    C="7 s and 7 s: the customers overlap",
    D="19 s and 7 s: no customer waits for another",
    right="A",
)


# %%
async def send_receipt():
    await asyncio.sleep(4)


async def lock_for_all(store, lock):
    async with lock:
        await deposit(store, 10, lock)
        await send_receipt()


async def lock_for_deposit(store, lock):
    async with lock:
        await deposit(store, 10, lock)
    await send_receipt()


async def three_customers(store, customer):
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        for n in range(3):
            group.create_task(customer(store, lock), name=f"customer-{n}")
    return await store.read()


slow = observe(three_customers, store(100, delay=1), lock_for_all)
quick = observe(three_customers, store(100, delay=1), lock_for_deposit)
print("balances:", slow.result, quick.result)
compare(slow, quick, names=["lock for all", "lock for the deposit"])

# %% [markdown]
# **What happened.** Both are right: 130. With the lock around all, one customer after the other
# takes 2 + 4 = 6 seconds. With the lock around the deposit, only the deposits come one after the
# other, and the receipts overlap: the last one begins at 6 s. (The last second of each picture is
# the read at the end.)
#
# A lock takes away what asyncio gave you. Hold it around what belongs together, from the first read
# to the last write, and do nothing else there: no receipt, no pause, no question to another server.
#
# ## 4. Two locks in two orders
#
# Money goes from account A to account B and from B to A. Each transfer waits for its order to come
# in (the first `job`), takes the lock of the account that loses the money, asks about that account
# (the second `job`), and takes the lock of the other account. (`jobs([...])` makes `job`, as in the
# tests: transfer `n` awaits `job(n)` and later `job(n + 2)`. `explore` ignores the seconds and
# tries every order in which jobs may end; `observe` uses them.) So one transfer takes lock A first,
# and the other one lock B. With `sort=True` both take lock A first.
#
# **Predict.** Without `sort` there are six orders of answers again. What becomes of the transfers?

# %%
predict(
    "",
    A="in all six both are done: each lock is given back",
    B="in two orders both are done; in four they wait for ever",
    C="in all six they wait for ever",
    D="in four a lock raises an error, since it is taken",
    right="B",
)


# %%
async def transfer(job, n, first, second):
    await job(n)
    async with first:
        await job(n + 2)
        async with second:
            pass  # moves the money


async def bank(job, sort):
    a, b = asyncio.Lock(), asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(transfer(job, 0, a, b), name="A to B")
        first, second = (a, b) if sort else (b, a)
        group.create_task(transfer(job, 1, first, second), name="B to A")
    return "both done"


print(explore(bank, jobs([1, 2, 4, 4]), False))
print(explore(bank, jobs([1, 2, 4, 4]), True))
stuck = observe(bank, jobs([1, 2, 4, 4]), False)
for wait in stuck.deadlock:
    if wait.held_by:
        print(f"{wait.task} waits for {wait.reason}, held by {wait.held_by}")
stuck.timeline()

# %% [markdown]
# **What happened.** In two orders one transfer is over before the other has a lock, and all is
# well. In four each has one lock and waits for the other's, for ever. That is a **deadlock**. With
# `sort` no order ends in a deadlock: a transfer that waits for lock A holds no lock, so it cannot
# keep another one from lock B.
#
# The title and `Run.deadlock` name who waits for what, and who holds it. They can, because under
# virtual time it is known that no timer and no answer is left. asyncio itself says nothing: a real
# program stands still, without an error. So decide on one order for all locks, and keep to it
# everywhere.
#
# One lock is enough for a deadlock, if a task asks for a lock that it holds itself. It waits for
# itself; an `asyncio.Lock` does not know who has it. You will see it under *What breaks*.
#
# ## 5. Event, Semaphore, Condition
#
# Not every wait is for a lock. Three more objects let a task wait for another one:
#
# - an **Event** is a yes or no. `await event.wait()` waits until somebody has called `event.set()`;
# - a **Semaphore** is a number of free places. `async with places:` takes one, and waits if none is
#   free;
# - a **Condition** is a lock with a waiting room: `await condition.wait_for(test)` waits until
#   `test()` is true, and who has changed something calls `condition.notify_all()`.
#
# The same three jobs, of 4, 2 and 1 seconds, once wait for an event that is set at 1 s, and once
# for two places.
#
# **Predict.** When does each job begin and end in the first program, and in the second?

# %%
predict(
    "",
    A="all begin at 1 s; then two at 0 s, work 1 at 4 s",
    B="one after the other from 1 s on; then two at 0 s, work 1 at 2 s",
    C="all begin at 0 s; then two at 0 s, work 1 at 2 s",
    D="all begin at 1 s; then two at 0 s, work 1 at 2 s",
    right="D",
)


# %%
async def do_some_work(x):
    print(clock(), "begin work", x)
    await asyncio.sleep(x)


async def after_event(event, x):
    await event.wait()
    await do_some_work(x)


async def in_a_place(places, x):
    async with places:
        await do_some_work(x)


async def start_signal():
    event = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for x in (4, 2, 1):
            group.create_task(after_event(event, x), name=f"work {x}")
        await asyncio.sleep(1)
        event.set()


async def two_places():
    places = asyncio.Semaphore(2)
    async with asyncio.TaskGroup() as group:
        for x in (4, 2, 1):
            group.create_task(in_a_place(places, x), name=f"work {x}")


print("an event, set at 1 s")
event_run = observe(start_signal)
print("a semaphore with two places")
places_run = observe(two_places)
compare(event_run, places_run, names=["event", "semaphore"])

# %% [markdown]
# **What happened.** The event let all three begin at 1 s. It stays set: who comes later does not
# wait at all, until somebody calls `event.clear()`. The semaphore let two begin at once, and the
# third at 2 s, when `work 2` left its place. A `Semaphore(1)` is much like a lock.
#
# ### A condition
#
# `main` goes on as soon as two of three jobs are done, whichever they are.
#
# **Predict.** How often does `main` look at the list before it goes on?

# %%
predict(
    "",
    A="once, when there is enough",
    B="three times",
    C="twice, once for each job that is done",
    D="at each turn of the loop",
    right="B",
)


# %%
async def worker(x, done, changed):
    await asyncio.sleep(x)
    async with changed:
        done.append(x)
        changed.notify_all()


async def main():
    done, changed = [], asyncio.Condition()

    def enough():
        print(clock(), "is it enough?", done)
        return len(done) >= 2

    async with asyncio.TaskGroup() as group:
        for x in (4, 2, 1):
            group.create_task(worker(x, done, changed), name=f"work {x}")
        async with changed:
            await changed.wait_for(enough)
            print(clock(), "go on with", done)


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** Three times: at once, at 1 s and at 2 s. `wait_for` looks while it holds the
# lock of the condition. If the answer is no, it gives the lock back, waits to be notified, takes
# the lock again, and looks again. The workers change the list under the same lock, so it does not
# change between the look and the next line.
#
# `notify_all` wakes all who wait, and each looks for itself. `notify()` wakes one: it is right only
# where any one of them will do. Nobody looks unless notified: a change without a `notify` is not
# noticed.
#
# | you wait | use |
# |---|---|
# | until nobody else is in a piece of code | `Lock` |
# | until something has happened, once for all | `Event` |
# | for one of k places | `Semaphore(k)`; `BoundedSemaphore(k)` also raises an error if more places are given back than were taken |
# | until what you share is as you need it | `Condition` |
# | until n tasks are at the same point | `Barrier(n)`, from Python 3.11 on |
# | for the next item | `Queue` (lessons 02 and 13) |
#
# ## Then and now
#
# ### Then: a lock outside a function
#
# You may read a lock explained by a few lines: make it, `async with lock:`, and a comment for what
# it guards. Here Python reads them as a script would be read, first as they are, then with a
# statement in the block.

# %%
head = "lock = asyncio.Lock()\nasync with lock:\n"
for body in ("    # access shared state\n", "    count += 1\n"):
    try:
        compile(head + body, "script.py", "exec")
    except SyntaxError as error:
        print(f"{type(error).__name__}: {error.msg}")

# %% [markdown]
# A comment is no statement, so the block is empty. And `async with` may wait, so it has to stand in
# an `async def` function, whose task can wait. (A notebook cell may have it at the top, because
# Jupyter runs the cell as a coroutine.) The first line is all right where it stands. That was not
# always so.
#
# ### Now: a lock made before the loop
#
# Up to Python 3.9 a lock belonged to the loop that `get_event_loop()` gave when the lock was
# *made*. `asyncio.run` makes another loop, so a lock at the top of a script failed as soon as a
# task had to wait for it: `got Future <Future pending> attached to a different loop`. From Python
# 3.10 on a lock belongs to no loop until a task *has to wait* for it. Then it belongs to that
# task's loop, for ever.
#
# **Predict.** The lock is made here, before any loop. Three programs use it one after the other,
# each in a loop of its own. Which of them fail?

# %%
predict(
    "",
    A="the third alone",
    B="the second and the third: the lock belongs to the first loop",
    C="all three: there was no loop when the lock was made",
    D="none: a lock belongs to no loop",
    right="A",
)


# %%
lock = asyncio.Lock()


async def say_after(delay, what):
    async with lock:
        await asyncio.sleep(delay)
        return what


async def both():
    return await asyncio.gather(say_after(1, "hello"), say_after(2, "world"))


for program, *args in ([both], [say_after, 1, "hello"], [both]):
    run = observe(program, *args)
    if run.error is None:
        print(f"{run.call}:", run.result)
    else:  # without the lock's address
        print(f"{run.call}:", run.error.type, "...", run.error.message.partition("> ")[2])

# %% [markdown]
# **What happened.** The last. In the first loop `world` has to wait for the lock, and from then on
# the lock belongs to that loop. In the second nobody has to wait, and nothing is noticed. In the
# third `world` has to wait again, and there is the error. You meet it where each test has a loop of
# its own, or where a program calls `asyncio.run` twice. Make a lock in `main`, or in the object
# that it guards, and it does not come up.
#
# | what | then | now |
# |---|---|---|
# | take it and give it back | `yield from lock.acquire()`, then `try:` and `finally: lock.release()` | `async with lock:` does these three |
# | another old form | `with (yield from lock):`, gone since Python 3.9 | `with lock:` raises `TypeError`; write `async with` |
# | whose loop? | that of `get_event_loop()` when it was made, or `Lock(loop=loop)` | that of the first task that waits; no `loop=` since Python 3.10 |
#
# Python 3.14 adds to that `TypeError` the question `Did you mean to use 'async with'?`
#
# ## What breaks
#
# ### Two wrong uses of a lock
#
# Both deposits below have an `async with`, and both are wrong. Before you run the cell, say why.


# %%
async def lock_per_call(store, amount, lock):
    async with asyncio.Lock():
        await deposit(store, amount, lock)


async def locked_twice(store, amount, lock):
    async with lock:
        await locked_deposit(store, amount, lock)


print(explore(two_deposits, store(100), lock_per_call))
print(explore(two_deposits, store(100), locked_twice))

# %% [markdown]
# A lock that is made for each call is asked for by one task alone, so it is always free: four of
# six orders lose a deposit, as before. The second holds the lock and awaits something that takes it
# again. It waits for itself. This happens when one method of a class with a lock calls another.
# Give the inner work a function of its own without the lock, and call that from both.
#
# ### A lock and a thread
#
# asyncio's locks are for tasks of one loop. They are not thread-safe, and they keep no threads
# apart: that is what `threading.Lock` is for. Here a thread gives the lock back after 0.1 s.
# The loop has something else to do after 0.6 s. This cell runs in real time.


# %%
async def given_back(in_loop):
    loop, lock = asyncio.get_running_loop(), asyncio.Lock()
    await lock.acquire()
    begin = loop.time()
    ticking = asyncio.create_task(asyncio.sleep(0.6))

    def give_back():
        if in_loop:
            loop.call_soon_threadsafe(lock.release)
        else:
            lock.release()

    threading.Timer(0.1, give_back).start()
    async with lock:
        late = loop.time() - begin >= 0.6
    await ticking
    return "with the next timer" if late else "at once"


print("lock.release in the thread: the lock is taken", asyncio.run(given_back(in_loop=False)))
print("call_soon_threadsafe:       the lock is taken", asyncio.run(given_back(in_loop=True)))

# %% [markdown]
# `release` in the thread made the waiting task ready, but did not wake the loop, which slept until
# its own timer (lesson 07 has the same with `set_result`). Without the timer it would have slept
# for ever.
#
# Nor does the other lock fit: a task that waits for a `threading.Lock` stops the thread, and with
# it the loop, and the task that has the lock can never go on to give it back.
#
# ## Your turn
#
# `store(100)` in a test is a store that holds 100, and each answer takes one second, or as long as
# the test says. `jobs`, with `errors`, `clean_ups` and `cancel_at`, is as in lesson 08. A function
# whose name ends in `_` is a small program of the test, which uses your code. Where a test says
# `explore`, your code has to be right in every order of the answers. When your work is graded, each
# test also tries other inputs, and rarer cases of what the task says. To wait by looking again and
# again is not accepted, and neither are threads.

# %% [markdown]
# ### Exercise 1: `Account`
#
# Write the class `Account`: `Account(store)` is an account whose balance lies in a store of its
# own. `await store.read()` gives the balance, `await store.write(balance)` sets it, and you may not
# keep it anywhere else. An account is used by many tasks of one loop.
#
# - `await account.deposit(amount)` adds an amount: one read, one write.
# - `await account.withdraw(amount)` takes an amount off: one read, one write. If the balance is
#   less than the amount, it raises `ValueError` and writes nothing.
# - `await account.balance()` returns the balance: one read.
# - Nothing is lost, in whatever order the store's answers come. Amounts are ints above 0.
# - Two accounts do not wait for each other.
# - If the store raises an error, the error comes out of the operation that met it. If an operation
#   is cancelled, `CancelledError` comes out; it may or may not have written. In both cases the
#   account can be used afterwards.

# %% [markdown]
# <details><summary>Hint 1: what needs the lock?</summary>
#
# In `deposit` and `withdraw` the balance is read, and then something is written that depends on it.
# No other deposit or withdrawal of this account may come in between. `balance` reads alone.
#
# </details>
#
# <details><summary>Hint 2: where does the lock live?</summary>
#
# One for each account: make it in `__init__`, as `self.lock`. A lock that is made in the method is
# another one for each call, and one that is made in the class is the same for all accounts.
#
# </details>
#
# <details><summary>Hint 3: after an error</summary>
#
# `async with self.lock:` gives the lock back however the block ends. If you call `acquire` and
# `release` yourself: `await self.lock.acquire()` stands *before* the `try`, so that a task that did
# not get the lock does not give it back.
#
# </details>

# %% exercise="account" role="answer"
import asyncio


class Account:
    """An account whose balance lies in a store."""

    def __init__(self, store):
        ### BEGIN SOLUTION
        # Why: Between reading and writing the balance there is an `await`: the lock keeps others
        # out from the one to the other, also while it is checked whether there is enough. It
        # belongs to the account; a lock made in the method is another one each time and stops
        # nobody.
        self.store = store
        self.lock = asyncio.Lock()
        ### END SOLUTION

    async def deposit(self, amount):
        """Add an amount."""
        ### BEGIN SOLUTION
        async with self.lock:
            await self.store.write(await self.store.read() + amount)
        ### END SOLUTION

    async def withdraw(self, amount):
        """Take an amount off, or raise ValueError if there is less."""
        ### BEGIN SOLUTION
        async with self.lock:
            balance = await self.store.read()
            if balance < amount:
                raise ValueError(f"there is {balance}, not {amount}")
            await self.store.write(balance - amount)
        ### END SOLUTION

    async def balance(self):
        """Return the balance."""
        ### BEGIN SOLUTION
        return await self.store.read()
        ### END SOLUTION


# %% exercise="account" role="test" id="deposits" points=2 name="no deposit is lost, in any order of the answers"
import asyncio


async def deposits_(store, amounts):
    account = Account(store)
    await asyncio.gather(*[account.deposit(amount) for amount in amounts])
    return await account.balance()


run = observe(deposits_, store(100, delay=10), [10, 5])
expect(run).ran_at_most(30, hint="do not look again and again whether it is your turn: wait")
found_ = explore(deposits_, store(100), [10, 5])
expect(found_).returned(115, hint="hold one lock from the read to the write, the same in each call")
import random

random_ = random.Random(SEED)
begin_ = random_.randrange(10**6)
amounts_ = [random_.randrange(1, 10**6) for _ in range(120)]
for count in (0, 1, 8, 120):
    run = observe(deposits_, store(begin_), amounts_[:count])
    expect(run).returned(begin_ + sum(amounts_[:count]), hint="add the amounts to what is there")


async def late_deposits_(store, amounts):
    account, tasks = Account(store), []
    for amount in amounts:
        tasks.append(asyncio.create_task(account.deposit(amount)))
        await asyncio.sleep(1)
    await asyncio.gather(*tasks)
    return await account.balance()


# With three, each may begin before, while or after another is under way.
found_ = explore(late_deposits_, store(begin_), amounts_[:3])
expect(found_).returned(
    begin_ + sum(amounts_[:3]), hint="one lock, from the read to the write, the same in each call"
)

# %% exercise="account" role="test" id="withdraw" points=2 name="withdraws what is there, and nothing when it is short"
import asyncio


def told_(end):
    while isinstance(end, BaseExceptionGroup):
        end = end.exceptions[0]
    return type(end).__name__ if isinstance(end, BaseException) else "done"


async def withdrawals_(store, amounts):
    account = Account(store)
    works = [account.withdraw(amount) for amount in amounts]
    ends = await asyncio.gather(*works, return_exceptions=True)
    return sorted(map(told_, ends)), await account.balance()


run = observe(withdrawals_, store(100), [100])
expect(run).returned((["done"], 0), hint="all that is there may be withdrawn")
run = observe(withdrawals_, store(100), [101])
expect(run).returned(
    (["ValueError"], 100), hint="with less than the amount, raise ValueError"
).that(
    "write" not in [call.method for call in run.calls],
    expected="nothing is written when the balance is too small",
    happened="the store was written",
    hint="look at the balance before you write",
)
run = observe(withdrawals_, store(100, delay=10), [80, 80])
expect(run).ran_at_most(30, hint="do not look again and again whether it is your turn: wait")
found_ = explore(withdrawals_, store(100), [80, 80])
expect(found_).returned(
    (["ValueError", "done"], 20), hint="look and write under the same lock: one of two gets the 80"
)
import random

random_ = random.Random(SEED)
amount_ = random_.randrange(2, 10**6)
rest_ = random_.randrange(amount_)
run = observe(withdrawals_, store(2 * amount_ + rest_), [amount_] * 3)
expect(run).returned((["ValueError", "done", "done"], rest_), hint="two of three are paid")
run = observe(withdrawals_, store(amount_ - 1), [amount_])
expect(run).returned((["ValueError"], amount_ - 1), hint="one less is too little")
run = observe(withdrawals_, store(amount_), [amount_])
expect(run).returned((["done"], 0), hint="exactly as much is enough")


async def mixed_(store, amount):
    account = Account(store)
    works = [account.deposit(amount), account.withdraw(3 * amount), account.withdraw(amount)]
    ends = await asyncio.gather(*works, return_exceptions=True)
    return [told_(end) for end in ends], await account.balance()


found_ = explore(mixed_, store(2 * amount_), amount_)
for outcome in found_.outcomes:
    expect(outcome.run).finished().that(
        outcome.run.result
        in [
            (["done", "done", "ValueError"], 0),
            (["done", "ValueError", "done"], 2 * amount_),
        ],
        expected=f"of {2 * amount_}, with a deposit of {amount_} and withdrawals of {3 * amount_}"
        f" and {amount_}, what one order of the three gives",
        happened=f"it gave {outcome.run.result}",
        hint="deposits and withdrawals of one account share one lock",
    )

# %% exercise="account" role="test" id="calls" points=1 name="asks the store each time, and not more than that"
import asyncio


async def in_turn_(store):
    account = Account(store)
    seen = [await account.balance()]
    await account.deposit(10)
    seen.append(await account.balance())
    await account.withdraw(30)
    seen.append(await account.balance())
    return seen


run = observe(in_turn_, store(100))
expect(run).returned([100, 110, 80], hint="balance returns what the store holds")
asked_ = [call.method for call in run.calls]
expect(run).that(
    asked_ == ["read", "read", "write", "read", "read", "write", "read"],
    expected="a deposit and a withdrawal read once and write once, and balance reads once",
    happened=f"the store was asked for: {', '.join(asked_)}",
    hint="do not keep the balance: read it each time",
)
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)


async def elsewhere_(store, balance):
    account = Account(store)
    seen = [await account.balance()]
    await store.write(balance)
    seen.append(await account.balance())
    await account.deposit(1)
    seen.append(await account.balance())
    return seen


begin_, balance_ = random_.sample(range(1000), 2)
run = observe(elsewhere_, store(begin_), balance_)
expect(run).returned([begin_, balance_, balance_ + 1], hint="the store knows the balance, not you")
run = observe(in_turn_, store(begin_ + 100))
expect(run).returned([begin_ + 100, begin_ + 110, begin_ + 80]).took(7)
### END HIDDEN TESTS

# %% exercise="account" role="test" id="apart" points=2 name="two accounts do not wait for each other"
import asyncio


async def apart_(one, other):
    mine, yours = Account(one), Account(other)
    await asyncio.gather(mine.deposit(10), yours.withdraw(10))
    return [await one.read(), await other.read()]


run = observe(apart_, store(100), store(50))
expect(run).returned([110, 40], hint="each account has a store of its own")
expect(run).took(4, hint="two seconds for both at once, then two reads: one lock for each account")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)


async def quick_beside_slow_(slow, quick, times):
    mine, yours = Account(slow), Account(quick)
    task = asyncio.create_task(mine.deposit(1))
    await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await asyncio.gather(*[yours.deposit(1) for _ in range(times)])
    seconds = loop.time() - begin
    await task
    return seconds


times_, delay_ = random_.randint(1, 5), random_.randint(50, 99)
run = observe(quick_beside_slow_, store(0, delay=delay_), store(0), times_)
expect(run).returned(2 * times_, hint="a slow store holds up its own account alone")
expect(run).took(2 * delay_).without_threads()
expect(run).ran_at_most(12 * times_ + 30, hint="do not look again and again: wait for a lock")
### END HIDDEN TESTS

# %% exercise="account" role="test" id="usable" points=2 name="can be used after an error or a cancellation"
import asyncio


def told_(end):
    while isinstance(end, BaseExceptionGroup):
        end = end.exceptions[0]
    return type(end).__name__ if isinstance(end, BaseException) else "done"


async def after_an_error_(store, begin):
    account, amounts = Account(store), [1, 10]
    works = [account.deposit(amount) for amount in amounts]
    ends = [told_(end) for end in await asyncio.gather(*works, return_exceptions=True)]
    await account.deposit(100)
    added = sum(amount for amount, end in zip(amounts, ends) if end == "done")
    return sorted(ends), await account.balance() - begin - added


async def after_a_cancellation_(store, begin, which):
    account, amounts = Account(store), [1, 10, 100, 1000]
    tasks = [asyncio.create_task(account.deposit(amount)) for amount in amounts]
    await asyncio.sleep(1.5)
    too_late = not tasks[which].cancel()
    ends = [told_(end) for end in await asyncio.gather(*tasks, return_exceptions=True)]
    await account.withdraw(begin)
    others = sum(amounts) - amounts[which]
    right = await account.balance() in (others, others + amounts[which])
    return ends, too_late, right


errors_ = {0: OSError("no answer")}
run = observe(after_an_error_, store(50, delay=10, errors=errors_), 50)
expect(run).ran_at_most(40, hint="do not look again and again: wait").returned(
    (["OSError", "done"], 100), hint="the error comes out, and the lock is given back all the same"
)
run = observe(after_a_cancellation_, store(50), 50, 1)
expect(run).returned(
    (["done", "CancelledError", "done", "done"], False, True),
    hint="the second waits for the lock when it is cancelled, so it has none to give back",
)
import random

random_ = random.Random(SEED)
begin_ = random_.randrange(1, 1000)
for number in range(4):
    errors_ = {number: OSError("no")}
    run = observe(after_an_error_, store(begin_, errors=errors_), begin_)
    expect(run).returned((["OSError", "done"], 100), hint="give the lock back after an error")
run = observe(after_a_cancellation_, store(begin_), begin_, 0)
expect(run).returned(
    (["CancelledError", "done", "done", "done"], False, True),
    hint="the first has the lock when it is cancelled, and gives it back",
)
# The second may wait for the lock, have it, or be done, when it is cancelled.
found_ = explore(after_a_cancellation_, store(begin_), begin_, 1)
for outcome in found_.outcomes:
    expect(outcome.run).finished().that(
        outcome.run.result
        in [
            (["done", "CancelledError", "done", "done"], False, True),
            (["done"] * 4, True, True),
        ],
        expected="whenever it is cancelled, the others are done, and nothing of theirs is lost",
        happened=f"it gave {outcome.run.result}",
        hint="who did not get the lock does not give it back",
    )


async def one_fails_(store, kind, seconds):
    """An operation meets an error, or is cancelled after so many seconds; then all are used."""
    account = Account(store)
    works = {"deposit": account.deposit, "withdraw": account.withdraw, "balance": account.balance}
    first = asyncio.create_task(works[kind](*[1] * (kind != "balance")))
    if seconds is not None:
        await asyncio.sleep(seconds)
        first.cancel()
    [end] = await asyncio.gather(first, return_exceptions=True)
    await account.deposit(20)
    await account.withdraw(10)
    return told_(end), await account.balance()


for kind, number, error in (
    ("withdraw", 0, LookupError),
    ("withdraw", 1, TimeoutError),
    ("balance", 0, OSError),
    ("deposit", 1, TimeoutError),
):
    run = observe(one_fails_, store(begin_, errors={number: error("no")}), kind, None)
    expect(run).returned(
        (error.__name__, begin_ + 10),
        hint=f"an error of the store comes out of {kind}, and the account is usable afterwards",
    )
for kind, seconds in (("withdraw", 5), ("withdraw", 15), ("balance", 5)):
    run = observe(one_fails_, store(begin_, delay=10), kind, seconds)
    expect(run).finished(hint="give the lock back however it ends").that(
        run.result in [("CancelledError", begin_ + 10), ("CancelledError", begin_ + 9)],
        expected=f"{kind} ends with CancelledError, and the account is usable afterwards",
        happened=f"it gave {run.result}",
        hint="let CancelledError out, and give the lock back",
    )


async def cancelled_when_it_is_its_turn_(store, begin):
    account = Account(store)

    async def first():
        await account.deposit(1)
        second.cancel()  # which had to wait for this

    one, second = asyncio.create_task(first()), asyncio.create_task(account.deposit(10))
    await asyncio.wait([one, second])
    await account.deposit(100)
    return await account.balance() - begin in (101, 111)


run = observe(cancelled_when_it_is_its_turn_, store(begin_), begin_)
expect(run).returned(
    True, hint="who is cancelled in the moment when the lock is free leaves it to others"
)


class FalseError_(Exception):
    def __bool__(self):
        return False


async def false_one_(kind):
    """The first read fails with an error that is false; then the account is used."""
    error, held = FalseError_("an error that is false"), [50]

    class Store:
        errors = [error]

        async def read(self):
            await asyncio.sleep(1)
            if self.errors:
                raise self.errors.pop()
            return held[0]

        async def write(self, balance):
            await asyncio.sleep(1)
            held[0] = balance

    account = Account(Store())
    works = {"deposit": account.deposit, "withdraw": account.withdraw, "balance": account.balance}
    [end] = await asyncio.gather(works[kind](*[1] * (kind != "balance")), return_exceptions=True)
    await account.deposit(20)
    while isinstance(end, BaseExceptionGroup):
        end = end.exceptions[0]
    return end is error, held[0]


for kind in ("deposit", "withdraw", "balance"):
    run = observe(false_one_, kind)
    expect(run).returned(
        (True, 70),
        hint=f"whatever error the store raises comes out of {kind}: do not ask whether it is true",
    )


async def short_then_used_(store):
    account = Account(store)
    ends = await asyncio.gather(
        account.withdraw(10**9), account.withdraw(1), return_exceptions=True
    )
    return [told_(end) for end in ends], await account.balance()


run = observe(short_then_used_, store(begin_))
expect(run).returned(
    (["ValueError", "done"], begin_ - 1), hint="ValueError too leaves the account usable"
)

# %% [markdown]
# ### Exercise 2: `limited`
#
# Write `limited(job, n, k)`, a coroutine function like `fetch_all` of lesson 08, with a limit: it
# calls `job(i)` once for each i in `range(n)`, at most `k` of them are under way at once, and it
# returns the list of their results, in the order of i. `n` may be 0, and `k` is at least 1.
#
# - The jobs start in the order of i. As long as jobs are left, k are under way: when one ends, the
#   next begins at once.
# - If a job fails, the first error reaches your caller, alone or in an `ExceptionGroup`, and no other
#   with it.
# - However it ends, with results, with an error or cancelled, none of its tasks still runs. If it
#   is cancelled, `CancelledError` comes out.

# %% [markdown]
# <details><summary>Hint 1: k places</summary>
#
# Round 5: a semaphore with k places. All tasks share one, and each calls `job(i)` when it has a
# place.
#
# </details>
#
# <details><summary>Hint 2: another way</summary>
#
# Or k workers, each a task. They share one iterator, `iter(range(n))`. Each takes the next i from
# it in a `for` loop, and writes the result into its place in a list. No lock is needed: there is no
# `await` in the middle of taking.
#
# </details>
#
# <details><summary>Hint 3: errors</summary>
#
# A `TaskGroup` cancels the other tasks after an error, and waits for them.
#
# </details>

# %% exercise="limited" role="answer"
import asyncio


async def limited(job, n, k):
    """Return what job(0), ... job(n - 1) return, with at most k of them under way at once."""
    ### BEGIN SOLUTION
    # Why: All tasks are made at once and share one semaphore, so a place that becomes free is taken
    # at once. To run the jobs in portions of k would let the quick ones wait for the slowest of
    # their portion.
    places = asyncio.Semaphore(k)

    async def in_a_place(i):
        async with places:
            return await job(i)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(in_a_place(i)) for i in range(n)]
    return [task.result() for task in tasks]
    ### END SOLUTION


# %% exercise="limited" role="test" id="results" points=1 name="returns the results, in the order of i"
run = observe(limited, jobs([40, 10, 20], results=["a", "b", "c"]), 3, 2)
expect(run).returned(["a", "b", "c"], hint="in the order of i, not of who ends first")
expect(run).ran_at_most(40, hint="do not look again and again: wait for a place")
run = observe(limited, jobs([]), 0, 3)
expect(run).returned([], hint="without jobs there are no results")
import random

random_ = random.Random(SEED)
for count, limit in ((1, 1), (5, 2), (9, 4), (3, 8)):
    results_ = random_.sample(range(10**9), count)
    delays_ = [random_.randrange(30) for _ in range(count)]
    run = observe(limited, jobs(delays_, results=results_), count, limit)
    expect(run).returned(results_, hint="each result in the place of its i").nothing_left()
    expect(run).that(
        sorted(call.arguments for call in run.calls) == [(i,) for i in range(count)],
        expected=f"{count} calls, one for each i",
        happened=f"called with {[call.arguments for call in run.calls]}",
        hint="call job(i) once for each i",
    )
for results in ([None, 0], [False, ""]):
    run = observe(limited, jobs([1, 2], results=results), 2, 1)
    expect(run).returned(results, hint="None and 0 are results too")
results_ = random_.sample(range(10**9), 4)
found_ = explore(limited, jobs([1] * 4, results=results_), 4, 2)
expect(found_).returned(results_, hint="whichever job ends first").nothing_left()

# %% exercise="limited" role="test" id="limit" points=2 name="k jobs are under way, and never more"
import asyncio


async def busiest_(job, n, k):
    under_way, most, started = [], [0], []

    async def watched(i):
        under_way.append(i)
        started.append(i)
        most.append(len(under_way))
        try:
            return await job(i)
        finally:
            under_way.remove(i)

    await limited(watched, n, k)
    return max(most), started


run = observe(busiest_, jobs([40, 10, 20, 10, 30]), 5, 2)
expect(run).returned((2, [0, 1, 2, 3, 4]), hint="all tasks share one semaphore with k places")
expect(run).ran_at_most(60, hint="do not look again and again: wait for a place")
run = observe(limited, jobs([4, 1, 2]), 3, 8)
expect(run).took(4, hint="with more places than jobs all run at once")
import random

random_ = random.Random(SEED)
for count, limit in ((1, 1), (4, 1), (6, 2), (12, 5), (5, 20), (40, 17), (300, 200)):
    delays_ = [random_.randrange(1, 10**6) for _ in range(count)]
    run = observe(limited, jobs(delays_), count, limit)
    expect(run).finished().that(
        run.peak(of="jobs") == min(count, limit),
        expected=f"{min(count, limit)} of {count} jobs under way at the busiest moment",
        happened=f"{run.peak(of='jobs')} were",
        hint="no more than k, and no fewer as long as there are jobs",
    )
for count, limit in ((4, 2), (4, 3)):
    found_ = explore(busiest_, jobs([1] * count), count, limit)
    expect(found_).returned(
        (limit, list(range(count))), hint="whichever job ends first: k at once, in the order of i"
    )


async def two_at_once_(job, n):
    return list(await asyncio.gather(limited(job, n, 2), limited(job, n - 1, 1)))


run = observe(two_at_once_, jobs([2] * 3, results=["a", "b", "c"]), 3)
expect(run).returned(
    [["a", "b", "c"], ["a", "b"]],
    hint="two calls share nothing: keep everything in local variables",
).took(4)


# %% exercise="limited" role="test" id="start" points=2 name="they start in order, and a free place is taken at once"
run = observe(limited, jobs([4, 1, 2, 1]), 4, 2)
starts_ = [(call.arguments[0], call.start) for call in run.calls]
expect(run).finished().that(
    starts_ == [(0, 0), (1, 0), (2, 1), (3, 3)],
    expected="of 4, 1, 2 and 1 seconds, two at once: they start at 0, 0, 1 and 3 s",
    happened=f"(i, second): {starts_}",
    hint="do not wait until all k are done: when one ends, the next begins",
).took(4)
### BEGIN HIDDEN TESTS
import heapq
import random

random_ = random.Random(SEED)


def schedule_(delays, limit):
    free, starts = [0] * limit, []
    for delay in delays:
        start = heapq.heappop(free)
        starts.append(start)
        heapq.heappush(free, start + delay)
    return starts, max((s + d for s, d in zip(starts, delays)), default=0)


for count, limit in ((0, 2), (3, 1), (7, 2), (15, 4)):
    delays_ = [random_.randrange(40) for _ in range(count)]
    expected_, end_ = schedule_(delays_, limit)
    run = observe(limited, jobs(delays_), count, limit)
    starts_ = [(call.arguments[0], call.start) for call in run.calls]
    expect(run).finished().that(
        starts_ == list(enumerate(expected_)),
        expected=f"jobs of {delays_} s, {limit} at once, start at {expected_}",
        happened=f"(i, second): {starts_}",
        hint="in the order of i, and as soon as a place is free",
    ).took(end_)
    expect(run).without_threads().ran_at_most(
        8 * count + 6 * limit + 20, hint="do not look again and again: wait for a place"
    )
### END HIDDEN TESTS

# %% exercise="limited" role="test" id="error" points=1 name="an error comes out, and nothing is left"
run = observe(limited, jobs([4, 2, 9, 9], errors={1: OSError("no world")}), 4, 2)
expect(run).raised(OSError, hint="do not catch the error and do not put it among the results")
expect(run).nothing_left(hint="cancel the other tasks, and wait until they have ended")
import asyncio
import random

random_ = random.Random(SEED)
for count, limit in ((1, 1), (5, 1), (5, 2), (9, 4), (4, 9)):
    delays_ = [random_.randrange(1, 60) for _ in range(count)]
    failing_ = random_.randrange(count)
    run = observe(limited, jobs(delays_, errors={failing_: KeyError("no")}), count, limit)
    expect(run).raised(KeyError, hint="whichever job fails, its error comes out")
    expect(run).nothing_left(hint="after an error, cancel the others and wait for them")
run = observe(
    limited, jobs([5, 1, 1, 9], errors={0: KeyError("late"), 2: ValueError("early")}), 4, 2
)
expect(run).raised(ValueError, hint="the error that happens first, whichever job it is of")
for kind_ in (TimeoutError, LookupError, AssertionError, EOFError, StopAsyncIteration):
    run = observe(limited, jobs([3, 1, 1], errors={1: kind_("no")}), 3, 2)
    expect(run).raised(kind_, hint="whatever its type, the error comes out")
# Each job needs 2 s or more to end when it is cancelled: its clean-up.
for count, limit in ((2, 2), (6, 3), (4, 9)):
    bad_ = random_.randrange(2)
    delays_ = [1 if i == bad_ else 10 for i in range(count)]
    clean_ups_ = random_.choice(([2] * count, [2, 5] * count, [10**5, 2] * count))[:count]
    job_ = jobs(delays_, errors={bad_: OSError("no world")}, clean_ups=clean_ups_)
    run = observe(limited, job_, count, limit)
    expect(run).raised(OSError).jobs_ended(
        whole=True, hint="a job may need time to end: wait for all that you cancel"
    ).nothing_left()


async def strange_error_(kind, n, k):
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
        await limited(job, n, k)
    except BaseException as caught:
        return holds(caught), sorted(working)
    return "no error"


async def as_they_are_(n, k):
    """The results are errors, and a future that is never done."""
    values = [ValueError("a result"), asyncio.get_running_loop().create_future()] * (n // 2)

    async def job(i):
        return values[i]

    return [one is value for one, value in zip(await limited(job, n, k), values, strict=True)]


for kind, limit in (("false", 1), ("false", 3), ("no Exception", 2), ("a group", 2)):
    run = observe(strange_error_, kind, 4, limit)
    expect(run).returned(
        (True, []),
        hint="whatever error a job raises: that very one comes out, and the other jobs have ended",
    )
for limit in (1, 3):
    run = observe(as_they_are_, 4, limit)
    expect(run).returned(
        [True] * 4,
        hint="an exception that a job returns is a result, and so is what could be awaited",
    )

# %% exercise="limited" role="test" id="cancelled" points=1 name="a cancellation comes out and leaves nothing"
# The call is cancelled after 1.5 s.
run = observe(limited, jobs([2, 1, 4]), 3, 2, cancel_at=1.5)
expect(run).cancelled(hint="let CancelledError out").took(1.5)
expect(run).nothing_left(hint="when you are cancelled, your tasks end too")
# Each job needs another time to end when it is cancelled: its clean-up.
for limit in (1, 3):
    run = observe(limited, jobs([100] * 4, clean_ups=[3, 1, 7, 2]), 4, limit, cancel_at=1)
    expect(run).cancelled(hint="let CancelledError out, when all jobs have ended").jobs_ended(
        hint="a job may need time to end, each another time: wait for all, then let it out"
    ).nothing_left()
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count, limit in ((1, 2), (3, 1), (6, 2), (6, 9)):
    delays_ = [random_.randrange(5, 60) for _ in range(count)]
    seconds_ = random_.choice((1, 2.5, 4.5))
    run = observe(limited, jobs(delays_), count, limit, cancel_at=seconds_)
    expect(run).cancelled(hint="let CancelledError out")
    expect(run).nothing_left(hint="when you are cancelled, cancel your tasks and wait for them")
    expect(run).that(
        all(call.start <= seconds_ for call in run.calls),
        expected="no job begins after the cancellation",
        happened="one did",
        hint="cancel those too that wait for a place",
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `Shelf`
#
# The cook of lesson 08 puts buns on a shelf, and customers take them. Write the class `Shelf`; a
# new one is empty. It is used by many tasks of one loop, and `n` is an int above 0.
#
# - `await shelf.put(n)` puts n buns there. It does not wait for a customer.
# - `await shelf.take(n)` takes n buns, all at once. It waits as long as there are fewer than n, and
#   no longer. Until then it holds none.
# - So a customer who wants many does not keep those waiting who want few. Where there are enough
#   buns for some of those who wait and not for all, any of them may be served.
# - A `take` that is cancelled raises `CancelledError` and has taken nothing.

# %% [markdown]
# <details><summary>Hint 1: what do you wait for?</summary>
#
# Until what you share is as you need it: at least n buns. Look at the table after round 5.
#
# </details>
#
# <details><summary>Hint 2: who is woken?</summary>
#
# `notify()` wakes one, and that may be the one who wants more than there is. The others sleep on.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# A condition and a number. `put` adds to the number and calls `notify_all()`. `take` calls
# `wait_for(lambda: self.buns >= n)` and subtracts. Each does so inside `async with` of the
# condition.
#
# </details>

# %% exercise="shelf" role="answer"
import asyncio


class Shelf:
    """Buns that are put there and taken, n at a time."""

    def __init__(self):
        ### BEGIN SOLUTION
        # Why: A condition waits until what is shared is as it is needed, and looks again each time.
        # `notify_all` wakes all who wait: `notify` could wake one who needs more than there is,
        # while another could go on.
        self.buns = 0
        self.changed = asyncio.Condition()
        ### END SOLUTION

    async def put(self, n):
        """Put n buns there."""
        ### BEGIN SOLUTION
        async with self.changed:
            self.buns += n
            self.changed.notify_all()
        ### END SOLUTION

    async def take(self, n):
        """Wait until there are n buns, and take them."""
        ### BEGIN SOLUTION
        async with self.changed:
            await self.changed.wait_for(lambda: self.buns >= n)
            self.buns -= n
        ### END SOLUTION


# %% exercise="shelf" role="test" id="waits" points=2 name="take waits until there is enough, and no longer"
import asyncio


async def served_(puts, takes):
    loop, shelf, served = asyncio.get_running_loop(), Shelf(), []

    async def customer(n):
        await shelf.take(n)
        served.append((n, loop.time()))

    async with asyncio.TaskGroup() as group:
        for n in takes:
            group.create_task(customer(n), name=f"wants {n}")
        for n in puts:
            await asyncio.sleep(1)
            await shelf.put(n)
    return served


run = observe(served_, [2, 1, 3], [3, 3])
expect(run).returned([(3, 2), (3, 3)], hint="three buns are there at 2 s, three more at 3 s")
expect(run).ran_at_most(30, hint="do not look again and again: wait to be told")
run = observe(served_, [1, 4], [4, 1])
expect(run).returned([(1, 1), (4, 2)], hint="one bun is enough for who wants one: wake them all")
import random
from itertools import accumulate

random_ = random.Random(SEED)
for count in (1, 4):
    wants_ = [random_.randint(1, 9) for _ in range(count)]
    run = observe(served_, [1] * sum(wants_), wants_)
    few_first_ = sorted(wants_)
    expect(run).returned(
        list(zip(few_first_, accumulate(few_first_))),
        hint="with one bun a second, who wants few is served first, as soon as there are enough",
    )
    expect(run).without_threads().nothing_left().ran_at_most(
        (count + 3) * (sum(wants_) + 3) * 4, hint="do not look again and again: wait to be told"
    )


async def at_once_(n, takes):
    loop, shelf = asyncio.get_running_loop(), Shelf()
    for half in (n - n // 2, n // 2):
        await shelf.put(half)
    for each in takes:
        await shelf.take(each)
    return loop.time()


run = observe(at_once_, 5000, [1, 4999])
expect(run).returned(0, hint="a shelf has no end: `put` does not wait, however many there are")
run = observe(at_once_, sum(wants_), wants_)
expect(run).returned(0, hint="what is there can be taken at once")
run = observe(served_, [sum(wants_)], wants_)
expect(run).that(
    run.result is not None
    and sorted(n for n, _ in run.result) == sorted(wants_)
    and {time for _, time in run.result} == {1},
    expected="one put that is enough for all serves all of them",
    happened=f"(wants, second): {run.result}",
    hint="who is served may leave enough for others: all have to look",
)
run = observe(served_, [3, 5], [5, 3])
expect(run).returned([(3, 1), (5, 2)], hint="who wants few is not kept waiting")
run = observe(served_, [20], [1] * 20)
expect(run).returned([(1, 1)] * 20, hint="one put may be enough for many: wake them all")
run = observe(served_, [1, 12 * 9], [9] * 12 + [1])
expect(run).returned(
    [(1, 1)] + [(9, 2)] * 12, hint="all have to look, however many wait: who wants few may be last"
)
run = observe(served_, [1000, 1000], [1500, 500])
expect(run).returned([(500, 1), (1500, 2)], hint="there may be many buns on the shelf")


async def comes_later_(there, many, few):
    loop, shelf = asyncio.get_running_loop(), Shelf()
    await shelf.put(there)
    waiting = asyncio.create_task(shelf.take(many))
    await asyncio.sleep(1)
    late = asyncio.create_task(shelf.take(few))
    await asyncio.wait([late], timeout=5)
    served = late.done(), loop.time()
    for _ in range(2):
        await shelf.put(many + few)
    await asyncio.gather(waiting, late)
    return served


few_ = random_.randint(1, 9)
run = observe(comes_later_, few_, few_ + random_.randint(1, 9), few_)
expect(run).returned(
    (True, 1), hint="there is enough for who comes later, though another one waits for more"
)

# %% exercise="shelf" role="test" id="count" points=2 name="no bun is taken twice, none is lost"
import asyncio


async def who_gets_(n, takes):
    shelf, served = Shelf(), []

    async def customer(n):
        await shelf.take(n)
        served.append(n)

    tasks = [asyncio.create_task(customer(each)) for each in takes]
    await asyncio.sleep(1)
    await shelf.put(n)
    await asyncio.sleep(1)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return sorted(served)


async def cooks_and_customers_(job, puts, takes):
    shelf = Shelf()

    async def cook(i):
        await job(i)
        await shelf.put(puts[i])

    await asyncio.gather(*map(cook, range(len(puts))), *map(shelf.take, takes))
    return "all served"


run = observe(who_gets_, 3, [2, 2])
expect(run).returned([2], hint="when a customer has been served, the others have to look again")
run = observe(cooks_and_customers_, jobs([10, 20, 30]), [1, 2, 3], [4, 2])
expect(run).ran_at_most(40, hint="do not look again and again: wait to be told")
found_ = explore(cooks_and_customers_, jobs([1, 1, 1]), [1, 2, 3], [4, 2])
expect(found_).returned("all served", hint="in every order of the cooks").nothing_left()
import random

random_ = random.Random(SEED)
for count in (2, 5, 9):
    each_ = random_.randint(1, 9)
    paid_ = random_.randint(0, count)
    total_ = each_ * paid_ + random_.randrange(each_) or each_
    run = observe(who_gets_, total_, [each_] * count)
    expect(run).returned(
        [each_] * (total_ // each_), hint="as many are served as there are buns for, and no more"
    )
for _ in range(2):
    puts_ = [random_.randint(1, 9) for _ in range(4)]
    total_, takes_ = sum(puts_), []
    while total_:
        takes_.append(random_.randint(1, min(total_, 9)))
        total_ -= takes_[-1]
    found_ = explore(cooks_and_customers_, jobs([1] * 4), puts_, takes_)
    expect(found_).returned("all served", hint="in every order of the cooks").nothing_left()


async def two_shelves_():
    one, other = Shelf(), Shelf()
    await one.put(3)
    task = asyncio.create_task(other.take(1))
    await asyncio.sleep(1)
    waits = not task.done()
    await other.put(1)
    await task
    return waits


async def comes_at_the_same_moment_(n, waiting):
    """Who comes in the moment of put may get the buns, or who has waited: one of them."""
    shelf = Shelf()
    tasks = [asyncio.create_task(shelf.take(n)) for _ in range(waiting)]
    await asyncio.sleep(1)
    await shelf.put(n)
    try:
        async with asyncio.timeout(1):
            await shelf.take(n)
        served = 1
    except TimeoutError:
        served = 0
    await asyncio.sleep(1)
    served += sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return served


for waiting in (1, 3):
    run = observe(comes_at_the_same_moment_, random_.randint(1, 9), waiting)
    expect(run).returned(
        1, hint="who was woken has to look again: another one may have been faster"
    )
run = observe(two_shelves_)
expect(run).returned(True, hint="each shelf has its own buns")

# %% exercise="shelf" role="test" id="cancelled" points=2 name="a take that is cancelled has taken nothing"
import asyncio


async def cancelled_(n, others, seconds):
    loop, shelf, served = asyncio.get_running_loop(), Shelf(), []

    async def customer(n):
        await shelf.take(n)
        served.append((n, loop.time()))

    gone = asyncio.create_task(shelf.take(n))
    tasks = [asyncio.create_task(customer(each)) for each in others]
    await shelf.put(n - 1)
    await asyncio.sleep(seconds)
    gone.cancel()
    await asyncio.wait([gone])
    await shelf.put(sum(others) - (n - 1))
    await asyncio.gather(*tasks)
    return gone.cancelled(), served


run = observe(cancelled_, 3, [5], 2)
expect(run).returned(
    (True, [(5, 2)]), hint="CancelledError comes out, and the two buns are still there"
)
import random

random_ = random.Random(SEED)
for _ in range(3):
    n_ = random_.randint(2, 9)
    other_ = random_.randint(n_, 20)
    run = observe(cancelled_, n_, [other_], 3)
    expect(run).returned((True, [(other_, 3)]), hint="who is cancelled leaves all buns there")
    expect(run).nothing_left()


async def at_the_same_moment_(n, waiting):
    shelf = Shelf()
    gone = asyncio.create_task(shelf.take(n))
    await asyncio.sleep(1)
    others = [asyncio.create_task(shelf.take(n)) for _ in range(waiting)]
    await asyncio.sleep(1)
    await shelf.put(n)
    gone.cancel()
    await asyncio.wait([gone])
    left = 0 if not gone.cancelled() else 1
    await asyncio.sleep(1)
    served = sum(task.done() for task in others)
    if waiting == 0 and left:
        await shelf.take(n)
        served = 1
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)
    await shelf.put(1)
    await shelf.take(1)
    one_more = asyncio.create_task(shelf.take(1))
    await asyncio.sleep(1)
    empty = not one_more.done()
    one_more.cancel()
    await asyncio.wait([one_more])
    return served == left and empty


for waiting in (0, 1, 2):
    run = observe(at_the_same_moment_, random_.randint(1, 9), waiting)
    expect(run).returned(
        True, hint="cancelled in the moment when there are enough: then they are for somebody else"
    )


async def cancelled_after_turns_(n, turns):
    """Cancel a take after so many turns of the loop; say whether it holds what it should."""
    shelf = Shelf()
    await shelf.put(n)
    taking = asyncio.create_task(shelf.take(n))
    for _ in range(turns):
        await asyncio.sleep(0)
    taking.cancel()
    await asyncio.wait([taking])
    again = asyncio.create_task(shelf.take(n))
    await asyncio.wait([again], timeout=1)
    all_there = again.done()
    again.cancel()
    await asyncio.wait([again])
    return all_there == taking.cancelled()


for turns in (1, 2, 3):
    run = observe(cancelled_after_turns_, random_.randint(1, 9), turns)
    expect(run).returned(
        True, hint="when the buns are taken, there is nothing more to wait for: no `await` after it"
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
# - [Synchronization primitives](https://docs.python.org/3/library/asyncio-sync.html): all of them,
#   and what each promises.
# - [Concurrency and
#   multithreading](https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading):
#   what asyncio and threads may do with each other.
#
# **Next:** [11 · Cancellation and Ctrl+C](11_cancellation_and_ctrl_c.ipynb)
