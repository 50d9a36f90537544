# %% [markdown]
# # 03 · yield from
#
# `yield from` lets one generator stand in for another. From it came `await`, and you will drive
# both by hand.
#
# **You will be able to**
#
# - say what passes through a `yield from`: items, sent values, exceptions, the return value;
# - follow a chain of generators from the loop that drives it down to the one that pauses;
# - drive a coroutine by hand with `send`, without an event loop;
# - read a program written with `@asyncio.coroutine`, and run it on today's Python.
#
# **Before:** [02 · yield and send](02_yield_and_send.ipynb) ·
# **Next:** [04 · async and await](04_async_await.ipynb)

# %%
import asyncio
import types
from contextlib import closing

from looplab import SEED, check, compare, enable, expect, gens, observe, predict

enable()

# %% [markdown]
# ## 1. A generator stands in for another
#
# `ask` is a generator that hands out one question, is sent the answer, and returns it, with a
# capital letter. `greet` asks two questions. It does not ask them itself: `yield from ask(...)`
# *delegates* to a generator that does.
#
# **Predict.** `main` knows `greet` and nothing of `ask`. To whom does `talk.send("hello")` send the
# word? And how does `main` get what `greet` returns?

# %%
predict(
    "",
    A="to ask; main gets the result out of a StopIteration",
    B="to greet; main gets the result out of a StopIteration",
    C="to ask; send returns the result",
    right="A",
)


# %%
def ask(question):
    answer = yield question
    return answer.capitalize()


def greet():
    first = yield from ask("first word?")
    second = yield from ask("second word?")
    return f"{first}, {second}!"


def main():
    talk = greet()
    print("main is asked:", next(talk))
    print("greet delegates to:", talk.gi_yieldfrom.__name__)
    print("main is asked:", talk.send("hello"))
    try:
        talk.send("world")
    except StopIteration as stop:
        print("greet returned:", stop.value)


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** Until `ask` ends, it is as if `main` held `ask` in its hands. The question goes
# out through `greet` to `main`, and what `main` sends goes in through `greet` to `ask`. In the
# picture these are steps 3 and 5, and 9 and 11 for the second question: `greet` is drawn as running,
# but Python passes through it, and none of its lines runs. `greet` stands at its `yield from`, and
# knows to whom it delegates: `gi_yieldfrom`.
#
# ```mermaid
# flowchart LR
#     accTitle: While greet delegates to ask
#     accDescr: What main sends passes through greet to ask, and what ask yields passes through greet to main. Only what ask returns stays with greet.
#     main["main"] -->|"send, throw, close"| greet["greet<br>stands at: yield from"]
#     greet -->|"passes through"| ask["ask<br>stands at: yield"]
#     ask -->|"returns: for greet"| greet
#     ask -->|"yields: for main"| main
# ```
#
# When `ask` returns, the delegation is over. What `ask` returned is the value of the whole
# expression `yield from ask(...)`, and `greet` runs on to its next line, without coming back to
# `main`.
#
# A `return` in a generator raises `StopIteration` in whoever resumed it, and the value travels in
# it, as `stop.value`. A `for` loop drops this value. `yield from` catches the `StopIteration` of
# `ask` and takes the value out; for the one of `greet` `main` has to do it itself.
#
# `yield from` takes anything that a `for` loop takes: `yield from [5, 4, 3]` hands out three
# numbers.

# %% [markdown]
# ## 2. Exceptions and the end pass too
#
# This is `checker` of lesson 02, with a `desk` in front of it that delegates to it. `checker`
# catches a `ValueError`, and `desk` catches an `OSError`.
#
# **Predict.** `main` throws one of each. Who prints what? And when `main` closes `desk`, who cleans
# up first?

# %%
predict(
    "",
    A="checker takes the ValueError, desk the OSError; desk cleans up first",
    B="checker takes the ValueError, desk the OSError; checker cleans up first",
    C="desk takes both errors, for main holds desk; desk cleans up first",
    right="B",
)


# %%
def checker():
    try:
        while True:
            try:
                item = yield
                print("    checker got", item)
            except ValueError as error:
                print("    checker refuses:", error)
    finally:
        print("    checker cleans up")


def desk():
    try:
        while True:
            try:
                yield from checker()
            except OSError as error:
                print("  desk needs a new checker:", error)
    finally:
        print("  desk cleans up")


def main():
    items = desk()
    next(items)
    items.send(5)
    items.throw(ValueError("4 is broken"))
    items.throw(OSError("no light"))
    items.close()
    print("main goes on")


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** An exception that is thrown into `desk` is raised at the `yield` where
# `checker` stands. What `checker` catches, `desk` never learns of. The `OSError` it does not catch:
# it cleans up and ends with the error. Now the error is raised in `desk`, where its `yield from`
# stands, as an error of a function is raised where the function was called. `desk` catches it there
# and delegates to a new `checker`.
#
# `close()` works from the bottom up as well. First `checker` is closed, then `GeneratorExit` is
# raised at the `yield from` of `desk`. So each cleans up before the one that delegated to it. (In
# the picture the arrows of `throw` and `close` go from `main` straight to the lowest generator. What
# it does not catch goes on from there to `desk`, in steps 12 and 17.)
#
# All of `yield from child`, in one table:
#
# | what happens | what it does |
# |---|---|
# | `child` yields an item | the item goes to your caller |
# | your caller calls `next` or `send` | `child` is resumed with what was sent |
# | your caller throws an exception in | it is raised where `child` stands |
# | your caller calls `close()` | `child` is closed, then you are |
# | `child` raises an error | it is raised at your `yield from` |
# | `child` returns a value | that is the value of your `yield from` |

# %% [markdown]
# ## 3. A loop drives a chain
#
# Now three generators, one below the other: `both` delegates to `say_after`, and `say_after` to
# `pause`. Only `pause` has a plain `yield`. It hands out a number of seconds and means: *resume me
# after so long*. `drive` is an ordinary function with a loop. It takes what is handed out as a
# wish, and keeps a clock; it only counts, and does not really wait.
#
# **Predict.** How often does `drive` call `send`? How long does the program take on its clock?

# %%
predict(
    "",
    A="twice; 3 s",
    B="three times; 2 s: the two waits overlap",
    C="three times; 3 s",
    right="C",
)


# %%
def pause(seconds):
    yield seconds


def say_after(delay, what):
    yield from pause(delay)
    return what


def both():
    first = yield from say_after(2, "hello")
    second = yield from say_after(1, "world")
    return f"{first} {second}"


def drive(program):
    clock = 0
    while True:
        try:
            seconds = program.send(None)
        except StopIteration as stop:
            print(f"{clock} s: it returned {stop.value!r}")
            return
        print(f"{clock} s: it wants to wait {seconds} s")
        clock += seconds


def main():
    drive(both())


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** Three times, and 3 seconds. The first `send` starts the program, and the two
# others end a pause each. `drive` holds `both` and knows nothing of `pause`. (`drive` is a plain
# function, so it runs in the lane of `main`.) Each `send` goes down the chain to the `pause` at its
# bottom, and each wish comes up again. The second `send` ends one `pause` and its `say_after`, and
# starts the next ones, all before it gives `drive` the next wish.
#
# Read `both` alone. It calls `say_after`, gets a result, and calls it again, like any function, and
# there is nothing about clocks in it. But while the `pause` at the bottom waits, all three stand
# still, and `drive` is free. If it had more programs than one, it could resume another. Lesson 05
# builds such a loop.

# %% [markdown]
# ## 4. A coroutine, driven by hand
#
# The same program once more, with `async def` and `await`. At the bottom there is still a
# generator. `await` refuses a plain one; `types.coroutine` marks it as one that may be awaited.
#
# First you drive one coroutine by hand, then the `drive` of round 3 gets `both`.
#
# **Predict.** What does the first `hello.send(None)` give? Does `drive` have to be changed for the
# new `both`, and if so, where?

# %%
predict(
    "",
    A="the number 2; drive has to await both()",
    B="a coroutine object; drive has to await it",
    C="the number 2; nothing has to be changed",
    D="None; drive needs an event loop",
    right="C",
)


# %%
@types.coroutine
def pause(seconds):
    yield seconds


async def say_after(delay, what):
    await pause(delay)
    return what


async def both():
    first = await say_after(2, "hello")
    second = await say_after(1, "world")
    return f"{first} {second}"


hello = say_after(2, "hello")
print("send gives", hello.send(None))
try:
    hello.send(None)
except StopIteration as stop:
    print("it returned", stop.value)

print()
drive(both())

# %% [markdown]
# **What happened.** Nothing has to be changed, and `drive` prints the same lines. A coroutine
# object has `send`, `throw` and `close`, and they do what those of a generator do. It is only no
# iterator: a `for` loop and `next` refuse it. `await` lets through what `yield from` lets through,
# in both directions, and a `return` ends a coroutine with a `StopIteration` too.
#
# No event loop took part. `async def` makes nothing run by itself: somebody has to call `send`. For
# a task the event loop of asyncio does it, once for each turn of the task. It understands other
# wishes than `drive`: what `asyncio.sleep(1)` hands out is no number but a *future*, and means
# *resume me when this is done*.

# %% [markdown]
# ## Then and now
#
# ### Then: a decorator over a generator
#
# When asyncio was new, Python had no `async def`. A coroutine was a generator function with a mark
# on it, `@asyncio.coroutine`, and it waited with `yield from`, as in round 3. Much code on the web
# is written so.
#
# **Predict.** What does today's Python say to it? (The cell has to run before the one below it. To
# run it again later, restart the kernel first.)

# %%
predict(
    "",
    A="nothing: the old form still works",
    B="AttributeError: asyncio has no such name",
    C="a warning, and it works",
    right="B",
)


# %% role="breaks"
@asyncio.coroutine
def compute(x, y):
    yield from asyncio.sleep(1)
    return x + y


# %% [markdown]
# **What happened.** The name is gone. Python 3.8 began to warn of it, and Python 3.11 removed it.
#
# `enable(legacy=True)` brings it back, in this notebook, for programs that you want to read and run
# before you rewrite them. It also brings back what else such a script uses. The script below makes
# two coroutine objects. It hands them to `asyncio.gather`, which makes a task of each, so that they
# run side by side. All this happens before an event loop runs. Then the script runs the loop and
# closes it.
#
# **Predict.** In which order do the four lines come, and how long does it take?

# %%
predict(
    "",
    A="both compute lines, then both sums; 1 s",
    B="both compute lines, then both sums; 2 s",
    C="compute and its sum, then the other two; 2 s",
    right="A",
)


# %% tags=["warns"]
enable(legacy=True)


@asyncio.coroutine
def compute(x, y):
    print(f"compute {x} + {y} ...")
    yield from asyncio.sleep(1)
    return x + y


@asyncio.coroutine
def print_sum(x, y):
    result = yield from compute(x, y)
    print(f"{x} + {y} = {result}")


def script():
    loop = asyncio.get_event_loop()
    sums = [print_sum(1, 2), print_sum(3, 4)]
    loop.run_until_complete(asyncio.gather(*sums))
    loop.close()


then = observe(script)
print("\nOf these it warns:", *then.warnings, sep="\n- ")
then.timeline()

# %% [markdown]
# **What happened.** Both begin, both wait for the same second, and both go on, in the order in
# which they were made. Each `print_sum` is the top of a chain as in round 3: `print_sum` delegates to
# `compute`, and `compute` to `asyncio.sleep`. The event loop resumes the top one.
#
# The warnings say what to write today, each of them once. The one in the list matters most. `gather`
# makes tasks, and a task belongs to an event loop. Where there was none, `get_event_loop` and
# `gather` made one: for long in silence, in Python 3.12 and 3.13 with a `DeprecationWarning`.
# Python 3.14 raises `RuntimeError: There is no current event loop in thread 'MainThread'`.
#
# ### Now: `async def` and `await`
#
# **Predict.** Which words change? What changes in the picture?

# %%
predict(
    "",
    A="the decorator and yield from; the lanes stay the same",
    B="yield from alone; compute gets lanes of its own",
    C="the decorator and yield from; main gets a lane",
    right="C",
)


# %%
async def compute(x, y):
    print(f"compute {x} + {y} ...")
    await asyncio.sleep(1)
    return x + y


async def print_sum(x, y):
    result = await compute(x, y)
    print(f"{x} + {y} = {result}")


async def main():
    await asyncio.gather(print_sum(1, 2), print_sum(3, 4))


now = observe(main)
compare(then, now, names=["then", "now"])

# %% [markdown]
# **What happened.** The two sums have the same lanes as before. What is new is the first one:
# `gather` is called in `main`, and `main` runs in a task of its own, so there is a loop that knows
# what to do with it.
#
# | what | then | now |
# |---|---|---|
# | what makes it a coroutine | `@asyncio.coroutine` over a generator function | `async def` |
# | how it waits | `result = yield from compute(x, y)` | `result = await compute(x, y)` |
# | who calls `gather` | the script, before the loop runs | a coroutine, while the loop runs |
# | who makes the loop | `get_event_loop()` | `asyncio.run(main())` |
# | who closes it | `loop.close()` | `asyncio.run(main())` |
#
# Why new words? A generator that hands out items and a coroutine that waits looked the same, to
# readers and to Python. This is how the one became the other:
#
# | Python | what came |
# |---|---|
# | 3.3, 2012 | `yield from`, and `return` with a value in a generator |
# | 3.4, 2014 | asyncio, with `@asyncio.coroutine` |
# | 3.5, 2015 | `async def` and `await`; `types.coroutine` for generators between the two worlds |
# | 3.7, 2018 | `async` and `await` are reserved words; `asyncio.run` |
# | 3.8, 2019 | `@asyncio.coroutine` begins to warn |
# | 3.11, 2022 | `@asyncio.coroutine` is removed |
# | 3.14, 2025 | `get_event_loop()` and `gather()` make no loop any more |
#
# `yield from` itself stays, for generators. Lesson 04 shows what `await` does in a program with
# many tasks, and what it refuses that `yield from` took.

# %% [markdown]
# ## What breaks
#
# ### A `for` loop is no `yield from`
#
# It hands the items out, so it looks the same. But a `for` loop calls `next`. What is sent in stops
# at the `yield` of `hand_on`, and `ask` is sent `None`. The error names `None`, far from the place
# of the mistake. Look for who resumes the generator, and with what.


# %% role="breaks"
def hand_on(child):
    for item in child:
        yield item


talk = hand_on(ask("first word?"))
print("main is asked:", next(talk))
talk.send("hello")

# %% [markdown]
# ### Half of the program is new
#
# `say_after` is a coroutine by now, and `old_style` is still a plain generator. Python does not let
# a plain generator delegate to a coroutine, although the two work alike. PEP 492 made coroutines a kind
# of their own so that nobody takes one for a generator: a coroutine cannot be iterated over, and only
# what says that it is a coroutine too (`async def`, or a decorator) may wait for one.
# Make the function an `async def`, and the `yield from` an `await`. (`with closing(x) as x:` calls
# `x.close()` when its block ends, however it ends.)


# %% role="breaks"
def old_style(what):
    word = yield from what
    return word


with closing(say_after(1, "hello")) as hello:
    next(old_style(hello))

# %% [markdown]
# ### A wish that the loop does not know
#
# `pause(2)` of round 4 hands out a number. `drive` understands it, and asyncio does not: from the
# bottom of a chain it takes a future that is awaited, or a `yield` without a value. You meet this
# error where somebody wrote `yield asyncio.sleep(1)` for `yield from asyncio.sleep(1)` (with a
# future the message is `yield was used instead of yield from`), or awaits a coroutine that was made
# for another library's loop.


# %% role="breaks"
async def main():
    await pause(2)


asyncio.run(main())

# %% [markdown]
# ## Your turn
#
# The tests are as in lesson 02. `gens([1, 2])` makes a generator that yields 1 and 2. `take=3`
# takes three items from *your* generator and then closes it. A function whose name ends in `_` is a
# small program of the test, which uses yours.
#
# ### Exercise 1: `flatten`
#
# Write the generator function `flatten(nested)`. `nested` is a list or a generator. Its elements
# may be lists, whose elements may be lists, and so on. `flatten` yields everything that is not a
# list, in order, and at the end it *returns* how many items it has yielded. `[1, [2, [3]], 4]`
# gives 1, 2, 3, 4, and returns 4.
#
# - Only lists are taken apart. A text, a tuple or `None` is an item.
# - Take an element of `nested` only when you are asked for an item. `nested` may be endless.
# - No list is changed. An error of `nested` reaches your caller.

# %% [markdown]
# <details><summary>Hint 1: a list in the list</summary>
#
# `isinstance(element, list)` says whether it is one. You have a function that yields all that is in
# a list: the one that you are writing.
#
# </details>
#
# <details><summary>Hint 2: nothing comes of the inner lists</summary>
#
# Calling `flatten(element)` makes a generator and runs none of it. Delegate to it.
#
# </details>
#
# <details><summary>Hint 3: how many were there in the inner list?</summary>
#
# The inner `flatten` returns that. What a generator returns is the value of the `yield from`.
#
# </details>


# %% exercise="flatten" role="answer"
def flatten(nested):
    """Yield what the nested lists hold, and return how many items that were."""
    ### BEGIN SOLUTION
    # Why: `yield from` hands out what the inner generator yields, and its value is what that
    # returned: so the counts add up. A plain call of `flatten` would make a generator and run
    # nothing of it.
    count = 0
    for element in nested:
        if isinstance(element, list):
            count += yield from flatten(element)
        else:
            yield element
            count += 1
    return count
    ### END SOLUTION


# %% exercise="flatten" role="test" id="items" points=1 name="yields all items in order"
run = observe(flatten, [1, [2, 3], 4])
expect(run).returned([1, 2, 3, 4], hint="delegate to flatten(element) where an element is a list")
run = observe(flatten, [[[1], []], [], [[2, [3]]]])
expect(run).returned([1, 2, 3], hint="lists may be empty, and stand at any depth")


class Basket_(list):
    """A list of a class of its own is a list."""


def deep_(depth):
    nested = [5, 4]
    for number in range(depth):
        nested = Basket_([nested]) if number % 2 else [nested]
    return list(flatten(nested))


run = observe(deep_, 120)
expect(run).returned([5, 4], hint="ask `isinstance(element, list)`, however deep it stands")
import random


def nest_(random_, items):
    """Put some of the items into lists, at several depths, with empty lists in between."""
    nested = list(items)
    for _ in range(len(nested) + 1):
        first = random_.randint(0, len(nested))
        last = random_.randint(first, len(nested))
        nested[first:last] = [nested[first:last]]
    return nested


def with_delegation_(nested):
    yield from flatten(nested)


random_ = random.Random(SEED)
for length in (0, 1, 2, 5, 10, 20):
    items_ = random_.sample(range(10**6), length)
    run = observe(flatten, nest_(random_, items_))
    expect(run).returned(items_, hint="every item comes once, in the order in which it is written")
    run = observe(with_delegation_, nest_(random_, items_))
    expect(run).returned(items_, hint="`flatten(...)` gives a generator, which yields the items")


def twice_(items):
    nested = [items, [items], items]
    return list(flatten(nested)), list(flatten(nested))


items_ = random_.sample(range(10**6), 3)
run = observe(twice_, items_)
expect(run).returned(
    (items_ * 3, items_ * 3),
    hint="one list may stand in several places, and may be asked for again: take nothing out of it",
)

# %% exercise="flatten" role="test" id="lists" points=1 name="takes nothing but lists apart"
run = observe(flatten, ["hello", ["world", (1, [2])], None, [0, ""]])
expect(run).returned(
    ["hello", "world", (1, [2]), None, 0, ""],
    hint="ask isinstance(element, list); None, 0 and an empty text are items",
)
import random
from collections import deque

random_ = random.Random(SEED)
kinds_ = ["", "h", "hello", (), (1, 2), ([3],), None, False, 0, {"a": [1]}, 4.5]
for length in (1, 4, 8, 11):
    items_ = random_.sample(kinds_, length)
    cut_ = random_.randint(0, length)
    run = observe(flatten, [*items_[:cut_], [[], items_[cut_:]]])
    expect(run).returned(items_, hint="all that is not a list is an item, as it is")


def taken_apart_():
    """Return the types of the items that do not come out as they are."""
    items = [range(2), b"hello", {1, 2}, deque([1, 2]), iter([1]), flatten([1]), ValueError([1])]
    given = list(flatten([items[0], items[1:]]))
    return [type(item).__name__ for item in items if not any(item is each for each in given)]


run = observe(taken_apart_)
expect(run).returned([], hint="only a list is taken apart: ask isinstance(element, list)")


# %% exercise="flatten" role="test" id="count" points=1 name="returns how many items it has yielded"
def count_(nested):
    items = flatten(nested)
    try:
        while True:
            next(items)
    except StopIteration as stop:
        return stop.value


run = observe(count_, [1, 2, 3])
expect(run).returned(3, hint="count what you yield, and return the number")
run = observe(count_, [1, [2, [3, 4]], []])
expect(run).returned(
    4, hint="the value of `yield from flatten(...)` is the number of the inner ones"
)


def count_of_a_generator_(nested):
    return count_(element for element in nested)


run = observe(count_of_a_generator_, [1, [2, [3, 4]], []])
expect(run).returned(4, hint="`nested` may be a generator: count its items too")
### BEGIN HIDDEN TESTS
import random


def nest_(random_, items):
    nested = list(items)
    for _ in range(len(nested) + 1):
        first = random_.randint(0, len(nested))
        last = random_.randint(first, len(nested))
        nested[first:last] = [nested[first:last]]
    return nested


def counts_(lists):
    return [count_(nested) for nested in lists]


def both_in_turn_(one, other):
    left, right, ended = flatten(one), flatten(other), []
    while len(ended) < 2:
        for items in (left, right):
            try:
                next(items)
            except StopIteration as stop:
                if stop.value is not None:
                    ended.append(stop.value)
    return sorted(ended)


random_ = random.Random(SEED)
sizes_ = [0, 1, *random_.sample(range(2, 30), 4)]
lists_ = [nest_(random_, range(size)) for size in sizes_]
run = observe(counts_, lists_)
expect(run).returned(sizes_, hint="each call counts anew, from 0, and may come to 0")
run = observe(both_in_turn_, nest_(random_, range(5)), nest_(random_, "abc"))
expect(run).returned([3, 5], hint="keep the count in a local variable: two may run at once")
### END HIDDEN TESTS

# %% exercise="flatten" role="test" id="lazy" points=1 name="takes an element only when asked for an item"
run = observe(flatten, *gens([1, [2, 3], 4, 5]), take=3)
expect(run).returned([1, 2, 3]).took_items(
    2, hint="the first two elements hold three items: yield each item before you go on"
)
run = observe(flatten, *gens([1, [2, [3]]], endless=True), take=7)
expect(run).returned([1, 2, 3, 1, 2, 3, 1], hint="never wait for the end of `nested`")
import random

random_ = random.Random(SEED)
for count in (0, 1, 2, 4, 6, 9):
    parts_ = [[random_.randint(1, 99)] * random_.randint(1, 4) for _ in range(10)]
    items_, needed_ = [], 0
    while len(items_) < count:
        items_ += parts_[needed_]
        needed_ += 1
    run = observe(
        flatten, *gens([part if len(part) > 1 else part[0] for part in parts_]), take=count
    )
    expect(run).returned(items_[:count], hint="the items in order").took_items(
        needed_, hint="take an element when all items before it have been taken, and not sooner"
    )


def up_to_the_error_(name):
    kinds = (ValueError, TypeError, KeyError, RuntimeError)
    error = {each.__name__: each for each in kinds}[name]("broken")

    def nested():
        yield 1
        yield [2, [3]]
        raise error

    items = []
    try:
        for item in flatten(nested()):
            items.append(item)
    except type(error) as caught:
        items.append("that very error" if caught is error else "another error")
    return items


for name in ("ValueError", "TypeError", "KeyError", "RuntimeError"):
    run = observe(up_to_the_error_, name)
    expect(run).returned(
        [1, 2, 3, "that very error"], hint="let an error of `nested` pass, whatever its type"
    )

# %% [markdown]
# ### Exercise 2: `delegate`
#
# Write the generator function `delegate(gen)`: it does what `yield from gen` does, and you write it
# by hand. `gen` is a generator that has not begun.
#
# - What `gen` yields, you yield. What is sent to you, `gen` is sent.
# - What is thrown into you is thrown into `gen`: every exception, and that very object.
#   (`GeneratorExit` comes only through `close()`.)
# - When you are closed after the first `next`, you close `gen`.
# - What `gen` returns, you return. What `gen` raises reaches your caller.
# - There is no `yield from` in it: while your generator is paused, its `gi_yieldfrom` is `None`.

# %% [markdown]
# <details><summary>Hint 1: the way in and the way out</summary>
#
# Keep the item of `gen` in a variable. Yield it; what this `yield` gives was sent in; send it to
# `gen`, and what this gives is the next item. `send(None)` is the same as `next`, so you need no
# `next` but the first. Any of these calls can raise `StopIteration`: its `value` is what `gen`
# returned.
#
# </details>
#
# <details><summary>Hint 2: an exception comes in</summary>
#
# It is raised at your `yield`. Catch it there, and there alone. `gen.throw(error)` resumes `gen`,
# as `send` does: it gives the next item, or raises `StopIteration`, or another error.
#
# </details>
#
# <details><summary>Hint 3: which exceptions?</summary>
#
# `KeyboardInterrupt` and `asyncio.CancelledError` are no `Exception`, but a `BaseException`.
# `GeneratorExit` is one too, and says that you are being closed: then call `gen.close()`, and let
# it pass with `raise`.
#
# </details>


# %% exercise="delegate" role="answer"
def delegate(gen):
    """Do what `yield from gen` does, without `yield from`."""
    ### BEGIN SOLUTION
    # Why: What comes in decides how `gen` is resumed: a value by `send`, an error by `throw`, the
    # end by `close`. Only the `yield` stands in the inner `try`: an error that `gen` raises itself
    # must not be thrown into it a second time.
    try:
        item = next(gen)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as error:
                item = gen.throw(error)
            else:
                item = gen.send(sent)
    except StopIteration as stop:
        return stop.value
    ### END SOLUTION


# %% exercise="delegate" role="test" id="items" points=1 name="yields what gen yields, when asked"
for count in (0, 1, 3):
    run = observe(delegate, *gens([5, 4, 3, 2, 1]), take=count)
    expect(run).returned([5, 4, 3][:count], hint="yield each item of gen, in order").took_items(
        count, hint="take an item of gen only when you are asked for one"
    )
run = observe(delegate, *gens([5, None, 0]))
expect(run).returned([5, None, 0], hint="None is an item too: only StopIteration is the end")
import itertools
import random

random_ = random.Random(SEED)
for length in (0, 1, 2, 8, 30):
    items_ = [random_.choice((None, False, "", random_.random())) for _ in range(length)]
    run = observe(delegate, *gens(items_))
    expect(run).returned(items_, hint="go on until gen raises StopIteration")
for count in (1, 5, 12):
    items_ = random_.sample(range(1000), 3)
    run = observe(delegate, *gens(items_, endless=True), take=count)
    expect(run).returned(
        list(itertools.islice(itertools.cycle(items_), count)), hint="gen may be endless"
    ).took_items(count, hint="one item of gen for each that you are asked for")
run = observe(delegate, *gens([1, 2], error=KeyError("broken")))
expect(run).raised(KeyError, hint="catch StopIteration alone: an error of gen reaches your caller")


def errors_as_values_():
    """Errors that nobody raises: gen yields one, is sent one, and returns one."""
    yielded, sent, returned, got = ValueError("yielded"), KeyError("sent"), OSError("returned"), []

    class Equal:
        """Says that it is equal to everything, None too."""

        def __eq__(self, other):
            return True

    equal = Equal()

    def gen():
        got.append((yield yielded))
        got.append((yield equal))
        return returned

    items = delegate(gen())
    got.append(next(items))
    got.append(items.send(sent))
    try:
        items.send(equal)
    except StopIteration as stop:
        got.append(stop.value)
    pairs = zip(got, (yielded, sent, equal, equal, returned), strict=True)
    return [one is other for one, other in pairs]


run = observe(errors_as_values_)
expect(run).returned(
    [True] * 5, hint="an error that nobody raises is a value like any other: pass it on"
)


# %% exercise="delegate" role="test" id="sent" points=1 name="sends to gen what it is sent"
def echo_():
    got = "begin"
    while True:
        got = yield got


def answers_to_(*words):
    echo = delegate(echo_())
    return [next(echo), *[echo.send(word) for word in words]]


run = observe(answers_to_, "hello", "world")
expect(run).returned(
    ["begin", "hello", "world"], hint="`sent = yield item`, and then send `sent` to gen"
)
run = observe(answers_to_, 0, "", None, False)
expect(run).returned(["begin", 0, "", None, False], hint="send on whatever comes, 0 and False too")
import random


def running_sum_(total):
    while True:
        number = yield total
        total += 1000 if number is None else number


def sums_(start, numbers):
    sums = delegate(running_sum_(start))
    answers = [next(sums)]
    for number in numbers:
        answers.append(next(sums) if number is None else sums.send(number))
    return answers


random_ = random.Random(SEED)
for length in (0, 1, 5, 20):
    start_ = random_.randint(0, 1000)
    numbers_ = [random_.choice((None, 0, *range(5))) for _ in range(length)]
    expected_ = [start_]
    for number in numbers_:
        expected_.append(expected_[-1] + (1000 if number is None else number))
    run = observe(sums_, start_, numbers_)
    expect(run).returned(expected_, hint="each `send` and each `next` resumes gen once")


def through_three_(*words):
    echo = delegate(delegate(delegate(echo_())))
    return [next(echo), *[echo.send(word) for word in words]]


run = observe(through_three_, 1, None, 2)
expect(run).returned(["begin", 1, None, 2], hint="one `delegate` may stand in for another")


def two_at_once_():
    one, other = delegate(running_sum_(10)), delegate(running_sum_(100))
    return [next(one), next(other), one.send(1), other.send(2), one.send(3), other.send(4)]


run = observe(two_at_once_)
expect(run).returned([10, 100, 11, 102, 14, 106], hint="keep everything in local variables")


# %% exercise="delegate" role="test" id="returned" points=1 name="returns what gen returns"
def ask_(question):
    answer = yield question
    return answer


def answered_(answer):
    talk = delegate(ask_("which word?"))
    next(talk)
    try:
        return "it yielded", talk.send(answer)
    except StopIteration as stop:
        return "it returned", stop.value


run = observe(answered_, "hello")
expect(run).returned(
    ("it returned", "hello"), hint="catch the StopIteration of gen, and return its `value`"
)
import random


def nothing_to_yield_(value):
    if value == "yield":
        yield
    return value


def at_once_(value):
    answer = yield from delegate(nothing_to_yield_(value))
    yield "it returned"
    yield answer


random_ = random.Random(SEED)
for value in (None, 0, "", [], random_.randint(1, 10**6), random_.random()):
    run = observe(answered_, value)
    expect(run).returned(("it returned", value), hint="return whatever gen returned, None too")
    run = observe(at_once_, value)
    expect(run).returned(
        ["it returned", value], hint="gen may end at the first `next`: return its value there too"
    )


# %% exercise="delegate" role="test" id="thrown" points=1 name="throws into gen what is thrown into it"
def checker_(seen):
    answer = "ready"
    while True:
        try:
            answer = yield answer
        except ValueError as error:
            seen.append(f"caught {error}")
            answer = "sorry"
        except KeyError:
            return "enough"
        except BaseException as error:
            seen.append(f"ends with {type(error).__name__}")
            raise


def thrown_in_():
    seen = []
    items = delegate(checker_(seen))
    answers = [next(items), items.throw(ValueError("4 is broken")), items.send(3)]
    try:
        items.throw(OSError("no light"))
    except OSError as error:
        answers.append(str(error))
    return answers, seen


run = observe(thrown_in_)
expect(run).returned(
    (["ready", "sorry", 3, "no light"], ["caught 4 is broken", "ends with OSError"]),
    hint="catch it at your `yield`: `gen.throw(error)` gives the next item",
)
import asyncio
import random

OTHERS_ = ("TypeError", "RuntimeError", "KeyboardInterrupt", "SystemExit", "CancelledError")


def make_(name, text):
    errors = {"CancelledError": asyncio.CancelledError}
    for each in (KeyError, KeyboardInterrupt, RuntimeError, SystemExit, TypeError, ValueError):
        errors[each.__name__] = each
    return errors[name](text)


def talk_(script):
    """Send and throw as the script says, and note what comes out of it."""
    seen = []
    items = delegate(checker_(seen))
    answers = [next(items)]
    for what, value in script:
        try:
            if what == "send":
                answers.append(items.send(value))
            else:
                error = make_(what, value)
                answers.append(items.throw(error))
        except StopIteration as stop:
            answers.append(f"returned {stop.value}")
        except BaseException as caught:
            answers.append("that very error" if caught is error else "another error")
    return answers, seen


random_ = random.Random(SEED)
for last in (*OTHERS_, "KeyError"):
    script_, answers_, seen_ = [], ["ready"], []
    for n in range(random_.randint(0, 8)):
        if random_.random() < 0.5:
            script_.append(("send", n))
            answers_.append(n)
        else:
            script_.append(("ValueError", f"number {n}"))
            answers_.append("sorry")
            seen_.append(f"caught number {n}")
    script_.append((last, "the last one"))
    if last == "KeyError":
        answers_.append("returned enough")
    else:
        answers_.append("that very error")
        seen_.append(f"ends with {last}")
    run = observe(talk_, script_)
    expect(run).returned(
        (answers_, seen_),
        hint="throw every exception into gen, not only an Exception; gen decides what comes of it: an "
        "item, an error, or the end with a value",
    )


class FalseError_(Exception):
    def __bool__(self):
        return False


class NoException_(BaseException):
    pass


def thrown_then_closed_():
    """Throw errors in which gen catches, and close it then."""
    seen = []

    def gen():
        try:
            try:
                yield 5
            except FalseError_:
                try:
                    yield "caught a false one"
                except NoException_:
                    yield "caught what is no Exception"
        finally:
            seen.append("closed")

    kept = gen()
    items = delegate(kept)
    answers = [next(items), items.throw(FalseError_()), items.throw(NoException_())]
    items.close()
    return answers, seen


run = observe(thrown_then_closed_)
expect(run).returned(
    ([5, "caught a false one", "caught what is no Exception"], ["closed"]),
    hint="every exception is thrown in, also one that is false, and one that is no Exception; and "
    "when you are closed after that, you close gen",
)


def next_in_gen_():
    def gen():
        yield 5
        next(iter(()))  # Python makes a RuntimeError of the StopIteration

    items = delegate(gen())
    try:
        return [next(items), next(items)]
    except RuntimeError:
        return "RuntimeError"
    except StopIteration:
        return "it took that for the end"


run = observe(next_in_gen_)
expect(run).returned("RuntimeError", hint="a RuntimeError of gen is an error like others")


def thrown_ends_():
    seen = []

    def gen():
        try:
            yield 5
        except StopIteration as error:
            seen.append(f"caught {error}")
            yield 4

    items = delegate(gen())
    answers = [next(items)]
    try:
        answers.append(items.throw(StopIteration("not the end")))
    except StopIteration:
        answers.append("it took that for the end")
    return answers, seen


run = observe(thrown_ends_)
expect(run).returned(
    ([5, 4], ["caught not the end"]),
    hint="a StopIteration may be thrown in too: it is the end only where it comes out of gen",
)


# %% exercise="delegate" role="test" id="close" points=1 name="closes gen when it is closed"
def numbers_(seen):
    try:
        yield 5
        yield 4
    except GeneratorExit:
        seen.append("GeneratorExit")
        raise
    finally:
        seen.append("cleaned up")


def closed_after_(count):
    seen = []
    gen = numbers_(seen)
    items = delegate(gen)
    for _ in range(count):
        next(items)
    items.close()
    return seen, next(items, "it has ended"), next(gen, "gen has ended")


run = observe(closed_after_, 1)
expect(run).returned(
    (["GeneratorExit", "cleaned up"], "it has ended", "gen has ended"),
    hint="`close()` raises GeneratorExit at your `yield`: call gen.close(), and let it pass",
)
run = observe(closed_after_, 2)
expect(run).returned(
    (["GeneratorExit", "cleaned up"], "it has ended", "gen has ended"),
    hint="wherever you stand when you are closed, close gen",
)


def closed_by_a_loop_():
    seen = []
    gen = numbers_(seen)

    def stands_in():
        try:
            yield from delegate(gen)
        finally:
            seen.append("the caller cleans up")

    items = stands_in()
    next(items)
    items.close()
    return seen, next(gen, "gen has ended")


run = observe(closed_by_a_loop_)
expect(run).returned(
    (["GeneratorExit", "cleaned up", "the caller cleans up"], "gen has ended"),
    hint="close gen before you end yourself",
)


def fails_to_clean_up_():
    def gen():
        try:
            yield 5
        finally:
            raise OSError("the file is gone")

    items = delegate(gen())
    next(items)
    try:
        items.close()
    except OSError as error:
        return str(error)
    return "no error"


run = observe(fails_to_clean_up_)
expect(run).returned(
    "the file is gone", hint="an error that gen raises while it is closed reaches your caller"
)


# %% exercise="delegate" role="test" id="by_hand" points=1 name="is a generator of its own, written by hand"
import inspect
import sys


def looked_at_():
    between = []

    def numbers():
        frame = sys._getframe(1)
        while frame is not None and frame.f_code is not items.gi_code:
            between.append(bool(frame.f_code.co_flags & inspect.CO_GENERATOR))
            frame = frame.f_back
        yield 5
        yield 4

    gen = numbers()
    items = delegate(gen)
    if not inspect.isgenerator(items):
        return "delegate(gen) is no generator"
    if items is gen:
        return "delegate(gen) is gen itself"
    next(items)
    if items.gi_yieldfrom is not None:
        return "it delegates with yield from"
    if any(between):
        return "it hands gen to another generator"
    return "a generator, written by hand"


run = observe(looked_at_)
expect(run).returned(
    "a generator, written by hand", hint="use `yield`, `send`, `throw` and `close`, in a loop"
)


### BEGIN HIDDEN TESTS
def not_begun_():
    seen = []

    def numbers():
        seen.append("begun")
        yield 5

    items = delegate(numbers())
    before = list(seen)
    return before, next(items), seen


run = observe(not_begun_)
expect(run).returned(
    ([], 5, ["begun"]), hint="a generator runs none of its lines before the first `next`"
)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `interview`
#
# Write the plain function `interview(talk, answer)`, which drives a coroutine by hand. `talk` is a
# coroutine object that has not begun. Each thing that it hands out is a question: call the plain
# function `answer(question)`, and send in what this gives. `interview` returns what the coroutine
# returns.
#
# - If `answer` raises an error, throw it into the coroutine. The coroutine may catch it and hand
#   out another question, or return; then you go on as before.
# - An error that comes out of the coroutine reaches your caller.
# - Questions, answers and results may be anything, 0, `""` and `None` too. There may be no question
#   at all.

# %% [markdown]
# <details><summary>Hint 1: where does the first question come from?</summary>
#
# From `talk.send(None)`: a coroutine that has not begun takes nothing else. Every later question is
# what the `send` of an answer gives.
#
# </details>
#
# <details><summary>Hint 2: the end</summary>
#
# When the coroutine returns, `send` or `throw` raises `StopIteration`, and its `value` is the
# result. Nothing else says that it is the end.
#
# </details>
#
# <details><summary>Hint 3: an error of <code>answer</code></summary>
#
# Put a `try` around `answer(question)` alone. With an error call `talk.throw(error)`, without one
# `talk.send(...)`. Both give the next question.
#
# </details>


# %% exercise="interview" role="answer"
def interview(talk, answer):
    """Drive the coroutine `talk`, answer what it asks, and return what it returns."""
    ### BEGIN SOLUTION
    # Why: The first `send` has to be `None`, and each later one gives the next question. The inner
    # `try` stands around `answer` alone: its errors go into the coroutine, while those of the
    # coroutine itself come out.
    try:
        question = talk.send(None)
        while True:
            try:
                said = answer(question)
            except Exception as error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
    ### END SOLUTION


# %% exercise="interview" role="test" id="answers" points=1 name="sends in the answer to each question"
import types
from contextlib import closing


@types.coroutine
def ask_(question):
    return (yield question)


def drive_(talk, answer):
    with closing(talk):
        return interview(talk, answer)


async def ask_twice_(first, second):
    one = await ask_(first)
    other = await ask_(second)
    return f"{one}, {other}!"


def with_capitals_():
    asked = []

    def answer(question):
        asked.append(question)
        return question.capitalize()

    return drive_(ask_twice_("hello", "world"), answer), asked


run = observe(with_capitals_)
expect(run).returned(
    ("Hello, World!", ["hello", "world"]),
    hint="`question = talk.send(...)` with the answer to the question before; begin with None",
)
import random


async def all_answers_(questions):
    answers = []
    for question in questions:
        answers.append(await ask_(question))
    return answers


async def one_deeper_(questions):
    return ["deeper", *await all_answers_(questions)]


def answered_(questions, answers, deep):
    asked, left = [], list(answers)

    def answer(question):
        asked.append(question)
        return left.pop(0)

    talk = one_deeper_(questions) if deep else all_answers_(questions)
    return drive_(talk, answer), asked, left


random_ = random.Random(SEED)
kinds_ = (0, None, "", False, [], "hello", 4.5, 7, *range(100, 130))
for length in (0, 1, 2, 8, 8, 30):
    few_ = kinds_[:8] if length <= 8 else kinds_  # all of the eight, where there are 8
    questions_, replies_ = random_.sample(few_, length), random_.sample(few_, length)
    run = observe(answered_, questions_, replies_, False)
    expect(run).returned(
        (replies_, questions_, []), hint="ask once for each question; 0 and None are answers too"
    )
    run = observe(answered_, questions_, replies_, True)
    expect(run).returned(
        (["deeper", *replies_], questions_, []),
        hint="a coroutine that awaits others is no different",
    )
questions_ = list(range(200))
run = observe(answered_, questions_, questions_[::-1], False)
expect(run).returned(
    (questions_[::-1], questions_, []),
    hint="go on until the coroutine returns, however much it asks",
)
run = observe(answered_, ["again?", "again?", "again?"], [1, 2, 3], False)
expect(run).returned(
    ([1, 2, 3], ["again?", "again?", "again?"], []),
    hint="the same question may come again: call `answer` for it again",
)


def errors_as_values_():
    """Errors that nobody raises: the question is one, the answer, and the result."""
    asked, said, result = ValueError("asked"), KeyError("said"), OSError("result")
    seen = []

    async def nothing():
        return "nobody awaits it"

    async def talk():
        seen.append(await ask_(asked))
        seen.append(await ask_(other))
        return result

    def answer(question):
        seen.append(question)
        return said if question is asked else question

    with closing(nothing()) as other:
        seen.append(drive_(talk(), answer))
    values = (asked, said, other, other, result)
    return [one is given for one, given in zip(seen, values, strict=True)]


run = observe(errors_as_values_)
expect(run).returned(
    [True] * 5,
    hint="an error that nobody raises is a value like any other, and so is a coroutine object: pass "
    "it on",
)


def asks_others_():
    def answer(question):
        if question == "whom?":
            return drive_(all_answers_(["inner?"]), answer)
        return f"answer to {question}"

    return drive_(all_answers_(["first?", "whom?", "last?"]), answer)


run = observe(asks_others_)
expect(run).returned(
    ["answer to first?", ["answer to inner?"], "answer to last?"],
    hint="`answer` may hold an interview too: keep everything in local variables",
)
### BEGIN HIDDEN TESTS
questions_, replies_ = random_.sample(range(10**6), 6), random_.sample(range(10**6), 6)
run = observe(answered_, *gens(questions_), replies_, False)
expect(run).returned(
    (replies_, questions_, []), hint="ask once for each question, and send the answer in"
).took_items(6)
### END HIDDEN TESTS


# %% exercise="interview" role="test" id="result" points=1 name="returns what the coroutine returns"
import types
from contextlib import closing


@types.coroutine
def ask_(question):
    return (yield question)


def drive_(talk, answer):
    with closing(talk):
        return interview(talk, answer)


async def ask_then_return_(questions, result):
    for question in questions:
        await ask_(question)
    return result


def result_(questions, result):
    return drive_(ask_then_return_(questions, result), str)


run = observe(result_, ["hello", "world"], 42)
expect(run).returned(42, hint="the StopIteration at the end carries it as its value")
run = observe(result_, [], "nothing to ask")
expect(run).returned("nothing to ask", hint="the first send may be the last")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for result in (None, 0, "", [], random_.randint(1, 10**6)):
    for questions in ([], ["hello"], [0, None, "", False, "last"]):
        run = observe(result_, questions, result)
        expect(run).returned(
            result, hint="only StopIteration is the end; return its value, whatever it is"
        )
### END HIDDEN TESTS


# %% exercise="interview" role="test" id="thrown" points=1 name="throws in an error of answer"
import types
from contextlib import closing


@types.coroutine
def ask_(question):
    return (yield question)


def drive_(talk, answer):
    with closing(talk):
        return interview(talk, answer)


async def ask_until_known_(questions):
    refused = []
    for question in questions:
        try:
            return question, await ask_(question), refused
        except LookupError as error:
            refused.append(error.args[0])
    return "nobody knows", None, refused


def asked_(questions, known):
    def answer(question):
        if question in known:
            return known[question]
        raise KeyError(f"no {question}")

    return drive_(ask_until_known_(questions), answer)


run = observe(asked_, ["hello", "world"], {"world": "Welt"})
expect(run).returned(
    ("world", "Welt", ["no hello"]),
    hint="catch the error of `answer`; `talk.throw(error)` gives the next question",
)
run = observe(asked_, ["hello"], {})
expect(run).returned(
    ("nobody knows", None, ["no hello"]), hint="after `throw` the coroutine may return"
)
import random

random_ = random.Random(SEED)
for length in (0, 1, 3, 6, 10):
    questions_ = random_.sample(range(1000), length)
    refused_ = [f"no {question}" for question in questions_]
    run = observe(asked_, questions_, {})
    expect(run).returned(
        ("nobody knows", None, refused_), hint="`answer` may fail many times; throw each error in"
    )
    for at in range(length):
        run = observe(asked_, questions_, {questions_[at]: "found"})
        expect(run).returned(
            (questions_[at], "found", refused_[:at]),
            hint="what `throw` gives is a question like any other",
        )


class Refused_(Exception):
    def __bool__(self):
        return False


def thrown_in_():
    """Fail to answer with errors of several types; return what the coroutine says of each."""
    kinds = (ValueError, OSError, TypeError, RuntimeError, TimeoutError, Refused_)
    errors = [kind("no") for kind in kinds]
    asked = []

    async def see_them():
        seen = []
        for number, error in enumerate(errors):
            try:
                await ask_(number)
            except Exception as thrown:
                same = "that very error" if thrown is error else "another error"
                seen.append(f"{type(thrown).__name__}: {same}")
        return seen

    def answer(number):
        asked.append(number)
        raise errors[number]

    return drive_(see_them(), answer), asked


run = observe(thrown_in_)
names_ = ("ValueError", "OSError", "TypeError", "RuntimeError", "TimeoutError", "Refused_")
expect(run).returned(
    ([f"{name}: that very error" for name in names_], [0, 1, 2, 3, 4, 5]),
    hint="ask once for each question; whatever the error is, false or not, throw in that very one",
)


def answers_run_out_():
    left = iter(["hello"])

    async def ask_twice():
        first = await ask_("first?")
        try:
            return first, await ask_("second?")
        except RuntimeError:  # Python makes it of a StopIteration
            return first, "no answer"

    return drive_(ask_twice(), lambda question: next(left))


run = observe(answers_run_out_)
expect(run).returned(
    ("hello", "no answer"),
    hint="a StopIteration of `answer` is an error like others: it is the end only where it comes "
    "out of `talk`",
)


# %% exercise="interview" role="test" id="errors" points=1 name="lets an error of the coroutine out"
import asyncio
import types
from contextlib import closing


@types.coroutine
def ask_(question):
    return (yield question)


async def fails_after_(count, notes):
    try:
        for number in range(count):
            await ask_(number)
        raise OSError("no light")
    finally:
        notes.append("cleaned up")


def failing_(count, bad):
    notes = []

    def answer(question):
        if question == bad:
            raise ValueError("no answer")
        return question

    with closing(fails_after_(count, notes)) as talk:
        try:
            return interview(talk, answer)
        except (OSError, ValueError) as error:
            return type(error).__name__, str(error), list(notes)


run = observe(failing_, 2, None)
expect(run).returned(
    ("OSError", "no light", ["cleaned up"]), hint="catch StopIteration, and no error of `talk`"
)
run = observe(failing_, 2, 1)
expect(run).returned(
    ("ValueError", "no answer", ["cleaned up"]),
    hint="throw it into the coroutine, which ends with it: then it reaches your caller",
)
import random


async def changes_it_(question):
    try:
        await ask_(question)
    except ValueError as error:
        raise TypeError("changed") from error


def changed_():
    def answer(question):
        raise ValueError("no answer")

    with closing(changes_it_("hello")) as talk:
        try:
            return interview(talk, answer)
        except (TypeError, ValueError) as error:
            return type(error).__name__, str(error)


run = observe(changed_)
expect(run).returned(("TypeError", "changed"), hint="the error that comes out of `throw` counts")


def raised_by_the_talk_(name):
    kinds = (RuntimeError, TypeError, AttributeError, asyncio.CancelledError)
    error = {each.__name__: each for each in kinds}[name]("no")

    async def talk():
        await ask_("hello")
        raise error

    with closing(talk()) as talking:
        try:
            return interview(talking, str)
        except type(error) as caught:
            return "that very error" if caught is error else "another error"


for name in ("RuntimeError", "TypeError", "AttributeError", "CancelledError"):
    run = observe(raised_by_the_talk_, name)
    expect(run).returned("that very error", hint="only a StopIteration that comes out is the end")
random_ = random.Random(SEED)
for count in (0, 1, random_.randint(2, 9)):
    run = observe(failing_, count, None)
    expect(run).returned(
        ("OSError", "no light", ["cleaned up"]), hint="an error of the coroutine passes through you"
    )
    for bad in range(count):
        run = observe(failing_, count, bad)
        expect(run).returned(
            ("ValueError", "no answer", ["cleaned up"]),
            hint="every error of `answer` is thrown in, so that the coroutine can clean up",
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
# - [PEP 380](https://peps.python.org/pep-0380/): `yield from`, with all that it does written out
#   in Python. Read it after exercise 2.
# - [Yield expressions](https://docs.python.org/3/reference/expressions.html#yield-expressions) in
#   the language reference.
# - [types.coroutine](https://docs.python.org/3/library/types.html#types.coroutine), and [coroutine
#   objects](https://docs.python.org/3/reference/datamodel.html#coroutine-objects): `send`, `throw`
#   and `close`.
#
# **Next:** [04 · async and await](04_async_await.ipynb)
