# %% [markdown]
# # 02 · yield and send
#
# A function can stop in the middle, hand a value out, take a value in, and go on where it
# stopped: you will watch this happen, step by step, and compare it with `await`.
#
# **You will be able to**
#
# - say what a generator keeps while it is paused, and which of its lines have run;
# - send a value into a paused generator, throw an exception into it, and close it;
# - read a timeline in which two functions hand control to each other;
# - read a producer and a consumer written with `send`, and write them with `await` and a queue.
#
# **Before:** [01 · Coroutines](01_coroutines.ipynb) ·
# **Next:** [03 · yield from](03_yield_from.ipynb)

# %%
import asyncio
import inspect

from looplab import SEED, check, enable, expect, gens, observe, predict

enable()

# %% [markdown]
# ## 1. A generator keeps its place
#
# The two functions below differ in one word, apart from a `print`: one says `return` where the
# other says `yield`. A function with `yield` in it is a *generator function*. Calling it gives a
# *generator*, and `next(generator)` lets the generator run up to its next `yield`, and gives what
# stands after that `yield`.
#
# `observe(main)` runs `main` and keeps a record of it. `run.timeline()` draws the record: a lane
# for each function, and from left to right the steps in which one of them runs.
#
# **Predict.** What do the lines that start with `plain:` and `generator:` show? Which is printed
# first, `main has a generator` or `countdown begins`?

# %%
predict(
    "",
    A="5 5 5 and 5 4 3; main has a generator comes first",
    B="5 5 5 and 5 4 3; countdown begins comes first",
    C="5 5 5 and 5 5 5; countdown begins comes first",
    D="5 4 3 and 5 4 3; main has a generator comes first",
    right="A",
)


# %%
def plain_countdown(n):
    while n > 0:
        return n
        n -= 1  # never reached


def countdown(n):
    print("countdown begins")
    while n > 0:
        yield n
        n -= 1


def main():
    print("plain:", plain_countdown(5), plain_countdown(5), plain_countdown(5))
    numbers = countdown(5)
    print("main has a generator")
    print("generator:", next(numbers), next(numbers), next(numbers))
    print("countdown keeps", inspect.getgeneratorlocals(numbers))


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** While a function runs, Python keeps a *frame* for the call: the values of its
# local variables, and the line that it has reached. `return` throws the frame away. The next call
# gets a new one and starts at the top, so the plain function gives 5 each time.
#
# `yield` keeps the frame. It hands one value to whoever called `next`, here the number 5, and
# pauses. The next `next` goes on in the same frame, after the same `yield`, with `n` as it was.
# So the generator gives 5, 4, 3. You may read that `yield` "returns the function". It does not:
# what `main` gets is a number, and the function has not returned.
#
# ```mermaid
# flowchart LR
#     accTitle: The kept frame
#     accDescr: Each next goes into the one frame that the generator keeps, with n and the place of its yield. A number comes out, and the frame stays.
#     main["main"] -->|"next"| frame
#     subgraph generator ["generator"]
#         frame["frame of countdown<br>n = 4<br>stands at: yield n"]
#     end
#     frame -->|"4"| main
# ```
#
# The call `countdown(5)` made a generator and ran none of its lines. It began at the first
# `next`. In the timeline the lane of `countdown` starts there, and its light bars say what it handed
# out: `yield 5`, `yield 4`, `yield 3`. It ends with *not finished*:
# nobody asked for a fourth number, so it still stands at its `yield`, and `n` is still 3.
#
# ## 2. `send`: a value goes in
#
# `yield` is also an expression: it has a value of its own. In `word = yield total` the value of
# `total` goes out, and what comes in is assigned to `word`. `counter.send("hello")` resumes the
# generator and sends `"hello"` in.
#
# **Predict.** `main` prints three values, one that `next` gives and two that `send` gives. Which
# are they? And between which of these three lines does the generator print?

# %%
predict(
    "",
    A="0, 5 and 10; it prints before each send has given its value",
    B="0, 0 and 5; it prints after each send has given its value",
    C="None, 5 and 10; it prints before each send has given its value",
    right="A",
)


# %%
def letters():
    total = 0
    while True:
        word = yield total
        print(f"    letters was sent {word!r}")
        total += len(word)


def main():
    counter = letters()
    print("next gives", next(counter))
    print("send gives", counter.send("hello"))
    print("send gives", counter.send("world"))


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The line `word = yield total` runs in two halves, and the pause is between
# them.
#
# 1. The first half hands `total` out. Then the generator pauses, in the middle of the line.
# 2. The second half runs when the generator is resumed: what was sent in becomes the value of
#    the `yield`, and is assigned to `word`.
#
# In the picture a thick arrow is a `send`, and the bar that it leads to says what was sent.
#
# So one `send` does three things, in this order. It finishes the `yield` at which the generator
# stands. It lets the generator run on to the next `yield`. It gives you what *that* `yield` hands
# out: 5 after `"hello"`, and 10 after `"world"`.
#
# `next(counter)` does the same as `counter.send(None)`. The first `next` is special: a new
# generator stands before its first line, and no `yield` waits for a value yet. The first `next`
# takes it to the first `yield`, which hands out 0. This is called *priming* the generator.
#
# ## 3. Two functions take turns
#
# Each worker below has a loop of its own, and a `yield` in it. A `yield` without a value hands
# out `None`; here it is only there to pause.
#
# **Predict.** Which lines are printed, and in which order? When `main` ends, have the workers ended
# too?

# %%
predict(
    "",
    A="Ann and Bob by turns; both have ended",
    B="Ann and Bob by turns; neither has ended",
    C="all of Ann, then all of Bob; both have ended",
    right="B",
)


# %%
def worker(name):
    for step in (1, 2, 3):
        print(name, "does step", step)
        yield
    print(name, "has ended")


def main():
    ann = worker("Ann")
    bob = worker("Bob")
    for turn in range(3):
        next(ann)
        next(bob)


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The lines alternate. (`worker` is Ann's lane, `worker 2` is Bob's.) Look at
# any column: one lane runs, and the others wait or have not begun. Only one function runs at a
# time. But both workers are inside their loops, each with a `name` and a `step` of its own,
# because both frames are kept.
#
# Control changes hands in two ways only. `next` gives it to a worker. A `yield`, or the end of the
# function, gives it back.
# A worker that neither yields nor ends would never let the other one run.
#
# `main` decides whose turn it is. An *event loop* does the same for tasks: it resumes one, waits
# until that one pauses, and resumes another. Generators came first, and asyncio was built on
# them.
#
# Neither worker has ended. Each stands at its third `yield`, and a fourth `next` would be needed
# to take it to its last line.
#
# ## 4. `throw` and `close`: an exception goes in
#
# A value is not all that can be sent in. `throw(error)` resumes a generator with an exception,
# and `close()` asks it to end.
#
# **Predict.** `main` throws a `ValueError` and catches nothing. Does `main` fail? Which line is
# printed last?

# %%
predict(
    "",
    A="main does not fail; checker cleans up is last",
    B="main fails with the ValueError; checker cleans up is last",
    C="main does not fail; main goes on is last",
    right="C",
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


def main():
    items = checker()
    next(items)
    items.send(5)
    items.throw(ValueError("4 is broken"))
    items.send(3)
    items.close()
    print("main goes on")


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** The exception appears *at the `yield`*, as if the `yield` itself had raised
# it. There the generator may catch it, as `checker` does, and go on to its next `yield`; `throw`
# then gives what that `yield` hands out, as `send` does. What it does not catch ends the generator
# and comes out of `throw`, in `main`.
#
# `close()` works in the same way. It raises `GeneratorExit` at the `yield`. `checker` does not
# catch that, so its `finally` runs, and the generator ends. `close()` keeps the `GeneratorExit`
# to itself: `main` goes on. (Dotted arrows are `throw` and `close`, and the bars say which.) The lane
# ends with the word *closed*. A generator that has not begun
# stands at no `yield`: `close()` ends it too, and none of its lines runs.
#
# So a generator can be resumed in three ways: with a value (`next` and `send`), with an exception
# (`throw`), and with the request to end (`close`). A task that waits at an `await` can be asked to
# end too: after `task.cancel()`, the loop raises `CancelledError` at that `await` when the task's
# turn comes. You need this below, and lesson 11 is about it.
#
# ## Then and now: a producer and a consumer
#
# ### Then: `send`
#
# The producer counts down from 5. It sends each item to the consumer, its *sink*: where the items
# go. After 3 the consumer has enough. It says so through its `yield`: as long as it wants more it
# hands out `True`, then `False`. The producer hands this answer on to `main`, whose `for` loop
# calls `next` on the producer.
#
# **Predict.** When `main` resumes the producer, who runs next, and who after that? How many of the
# five items does the producer make?

# %%
predict(
    "",
    A="the consumer, then main; three items",
    B="the consumer, then the producer again; all five items",
    C="the producer alone until it has made all five",
    D="the consumer, then the producer again; three items",
    right="D",
)


# %%
def consumer():
    wants_more = True
    while True:
        item = yield wants_more
        print("consumer got", item)
        if item == 3:
            wants_more = False


def producer(sink):
    for item in range(5, 0, -1):
        yield sink.send(item)


def main():
    sink = consumer()
    next(sink)  # prime it: up to its first yield
    answers = producer(sink)
    for wants_more in answers:
        if not wants_more:
            print("main: that is enough")
            break


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** Follow the arrows from step 2 on. `main` resumes the producer. The producer
# sends to the consumer, which takes the item, comes back to its `yield`, and pauses. Then `send`
# returns, and the producer hands the answer to `main`. After three such rounds the producer has
# made 5, 4 and 3. After that `main` does not ask again: 2 and 1 are never made, and both generators
# stay where they are.
#
# Every hand-over is a line of code that says who is next. The producer must know the consumer.
# The word "enough" has to pass through the producer to reach `main`. And if the producer had to
# wait for a network, all three would wait, because an ordinary call does not give control away.
#
# ### Now: `await` and a queue
#
# `async def` makes a *coroutine function*. Calling it runs none of its lines, as with a generator
# function; it gives a *coroutine object*. `asyncio.create_task` makes a *task* of that: something
# that the event loop resumes when it is ready.
#
# Today producer and consumer are two tasks, and neither knows the other. Between them is an
# `asyncio.Queue`, a line of items in which the first one in is the first one out:
#
# - `await queue.put(item)` adds an item. While the queue is full, it waits.
# - `await queue.get()` takes the oldest item. While the queue is empty, it waits.
# - `asyncio.Queue(maxsize=1)` is full with one item. Without `maxsize` a queue is never full.
#
# **Predict.** `main` cancels the producer when the consumer has ended. Which items has the
# producer put when `main` calls `making.cancel()`? What does it wait for?

# %%
predict(
    "",
    A="5, 4 and 3; it waits until the consumer asks again",
    B="5, 4, 3 and 2; it waits for room, to put 1",
    C="all five; it waits for nothing, it has ended",
    right="B",
)


# %%
async def consumer(queue):
    while True:
        item = await queue.get()
        print("consumer got", item)
        if item == 3:
            return


async def producer(queue):
    for item in range(5, 0, -1):
        await queue.put(item)


async def main():
    queue = asyncio.Queue(maxsize=1)
    making = asyncio.create_task(producer(queue), name="producer")
    taking = asyncio.create_task(consumer(queue), name="consumer")
    try:
        await taking
        print("main: that is enough")
    finally:  # also when main itself is cancelled
        making.cancel()
        await asyncio.wait([making])  # until it has ended


run = observe(main)
run.timeline()

# %% [markdown]
# **What happened.** No line of this program says who is next. The event loop resumes a task that
# is ready. (Hatched: the task is ready, and another one runs.) The arrows show who woke whom. The
# first two come from `create_task`, and the last one to the producer from `cancel()`. In between, a
# `get` makes room in the queue, which wakes the producer, and a `put` brings an item, which wakes
# the consumer.
#
# `put` waits only while the queue is full, so the producer can run ahead of the consumer, here by
# one item. It has put 5, 4, 3 and 2, and it waits to put 1 when `main` cancels it. The item 2 is
# still in the queue.
#
# A generator that nobody asks any more is only an object. Python closes it when nothing refers to
# it; if it holds a file, close it yourself. A task that somebody holds goes on waiting.
# `asyncio.run` cancels what is left when `main` ends; until then you have to. `making.cancel()`
# asks for that: at the producer's next turn the loop raises `CancelledError` at the `await` where
# it stands. `asyncio.wait([making])` waits until the task has ended. (`await making` would wait
# too, and then raise the `CancelledError` in `main`.)
#
# | what | then | now |
# |---|---|---|
# | hand over a value | `sink.send(item)` | `await queue.put(item)` |
# | take a value | `item = yield wants_more` | `item = await queue.get()` |
# | before the first value | `next(sink)` primes it | nothing to do |
# | who is next? | the code says so: `next`, `send`, `yield` | the event loop: who was ready first |
# | "I have enough" | `False`, passed on by the producer | `return`, and `main` cancels the producer |
# | one of them waits for a network | all wait | with `await`, the others go on |
#
# Both columns rest on the same thing: a function that pauses in the middle and keeps its frame.
# Lesson 03 shows how the left one became the right one.
#
# ## What breaks
#
# ### The first `next` is not like the others
#
# You may find code whose comments say that after the first `next`, or `send(None)`, the first
# `yield` *has not been executed yet*. But it has. In the cell below `send(None)` gives `True`: that
# is the value which the first `yield` hands out. What has not run yet is the second half of the
# line, the assignment.
#
# Before the first `next` no `yield` waits for a value. So a new generator refuses every value but
# `None`. The cell below shows both, and ends with the error.


# %% role="breaks"
def listener():
    while True:
        item = yield True
        print("listener got", item)


primed = listener()
print("send(None) gives", primed.send(None))
print("send(5) gives", primed.send(5))

fresh = listener()
fresh.send(5)

# %% [markdown]
# ### A generator gives each item once
#
# A `next` that is only meant to prime takes the first item away: 5 is missing below. And a
# generator does not start again. When its function has ended it is *exhausted*: a loop over it
# does nothing, without any error, and `next` raises `StopIteration`. Call the generator function
# again to get a new generator.

# %% role="breaks"
numbers = countdown(5)
next(numbers)
print("the first list: ", list(numbers))
print("the second list:", list(numbers))
next(numbers)

# %% [markdown]
# ### `next` inside a generator
#
# A `for` loop catches `StopIteration`. A `next` of your own does not, and inside a generator nobody
# else may: Python turns it into a `RuntimeError`, so that the end of one generator is not taken for
# the end of the other. Catch `StopIteration` around the `next`.


# %% role="breaks"
def pairs(left, right):
    while True:
        yield next(left), next(right)


print(list(pairs(countdown(5), countdown(3))))

# %% [markdown]
# ### A generator that will not close
#
# `except:` without a type catches everything, `GeneratorExit` too. If the generator then comes to
# another `yield`, `close()` fails. Name the exceptions that you expect, or write
# `except Exception`: `GeneratorExit` is not an `Exception`, and neither is the `CancelledError`
# that ends a task.


# %% role="breaks"
def stubborn():
    try:
        yield 5
    except:
        print("something went wrong, here is the next one")
    yield 4


items = stubborn()
print(next(items))
items.close()

# %% [markdown]
# ### A producer that is left waiting
#
# Here `main` does not cancel the producer, but awaits it. The queue is full, the consumer has
# left, and nobody will ever make room. So the producer waits for ever, and `main` with it. This
# is a *deadlock*; a script would hang. Leaving out `await making` is no cure: then `main` returns
# before the producer has ended, and `asyncio.run` cancels it wherever it stands.
#
# The consumer has no lane here. It is awaited and is no task, so it runs in the lane of `main`.


# %%
async def main():
    queue = asyncio.Queue(maxsize=1)
    making = asyncio.create_task(producer(queue), name="producer")
    await consumer(queue)
    await making


run = observe(main)
run.timeline()

# %% [markdown]
# ## Your turn
#
# Each exercise has one cell for your answer and some cells that test it. Write your answer in
# place of the line that raises `NotImplementedError`, run the cell, and run the tests below it. A
# test that passes shows a green ✓. One that fails says what it expected, what happened, and a
# hint, and draws what your code did.
#
# Read the tests. `gens([1, 2], [10])` makes two generators that yield these items.
# With `error=` each raises that error after its last item, and with `endless=True` each starts
# again for ever. `take=3` takes three items from *your* generator and then closes it. (The
# parameter `gens` of your function is another thing than this helper.) A function whose name ends
# in `_` is a small program of the test, which uses yours.
#
# A test judges what you ran last. After an error in your cell, or after a restart of the kernel, run
# the first cell of the notebook and your cell again. When your work is graded, each test also tries
# other inputs, and rarer cases of what the task says.

# %% [markdown]
# ### Exercise 1: `round_robin`
#
# Write `round_robin(*gens)`. It yields one item from each generator in turn: the first item of
# each, then the second item of each, and so on, until all have ended. Without generators there is
# nothing to yield.
#
# - A generator that has ended drops out, and the others go on. It may end with `return value`: that
#   value is not an item.
# - Take an item only when *your* caller asks for one, by `next`. A generator may be endless.
# - If a generator raises an error, the error reaches your caller, and you close the others.
# - If you are closed after one or more `next`, you close all that have not ended.
#
# To close a generator is to call its `close()`, even if it has not begun. In the tests no `close()`
# fails.

# %% [markdown]
# <details><summary>Hint 1: whose turn is it?</summary>
#
# Keep the generators that have not ended in a list, and go round it again and again until it is
# empty. Call `next` on one of them, yield what you got, and only then call `next` on the
# following one.
#
# </details>
#
# <details><summary>Hint 2: one of them ends</summary>
#
# `next(gen)` raises `StopIteration` when `gen` has ended. Catch it around the `next` alone, and
# take this generator out of the list. Do not take it out of a list that a `for` loop is going
# over: the loop would skip the one after it. Loop over a copy.
#
# </details>
#
# <details><summary>Hint 3: closing the others</summary>
#
# `close()` raises `GeneratorExit` at *your* `yield`, and an error of a generator comes out of
# *your* `next`. A `finally` around the whole loop runs in both cases. Closing a generator that
# has ended does nothing, so you may close them all.
#
# </details>


# %% exercise="round_robin" role="answer"
def round_robin(*gens):
    """Yield one item from each generator in turn, until all have ended."""
    ### BEGIN SOLUTION
    # Why: The inner loop goes over a copy of the list: who takes something out of a list while
    # going over it skips the next one. The `try` stands around `next` alone, so that an error of
    # the caller is not taken for the end of a generator; the `finally` closes what has not ended.
    going = list(gens)
    try:
        while going:
            for gen in list(going):
                try:
                    item = next(gen)
                except StopIteration:
                    going.remove(gen)
                else:
                    yield item
    finally:
        for gen in going:
            gen.close()
    ### END SOLUTION


# %% exercise="round_robin" role="test" id="turns" points=1 name="takes one item from each in turn"
run = observe(round_robin, *gens([1, 2, 3], [10, 20, 30]))
expect(run).returned(
    [1, 10, 2, 20, 3, 30],
    hint="yield one item of each, then one of each again; `next` raises StopIteration at the end",
)
run = observe(round_robin, *gens(["only", "one"]))
expect(run).returned(["only", "one"], hint="one generator alone has every turn")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for count in (0, 2, 3, 5):
    length_ = random_.randint(1, 6)
    lists_ = [random_.sample(range(10**6), length_) for _ in range(count)]
    run = observe(round_robin, *gens(*lists_))
    expect(run).returned(
        [item for turn in zip(*lists_) for item in turn],
        hint="in each turn every generator gives one item, in the order of the arguments; without "
        "generators nothing is yielded",
    )
### END HIDDEN TESTS

# %% exercise="round_robin" role="test" id="uneven" points=1 name="goes on with the others when one ends"
run = observe(round_robin, *gens([1, 2, 3], [10], [100, 200]))
expect(run).returned(
    [1, 10, 100, 2, 200, 3],
    hint="a generator that has ended loses its turn, the others keep theirs: catch StopIteration "
    "around `next`",
)
run = observe(round_robin, *gens([0, None, False], [None, 1]))
expect(run).returned(
    [0, None, None, 1, False],
    hint="None and 0 are items too: only StopIteration says that a generator has ended",
)
run = observe(round_robin, *gens([], [10], []))
expect(run).returned([10], hint="a generator may end before its first item")
import itertools
import random

random_ = random.Random(SEED)
for count in (1, 2, 3, 4, 5, 6):
    lists_ = [random_.sample(range(10**6), random_.randint(0, 5)) for _ in range(count)]
    run = observe(round_robin, *gens(*lists_))
    expect(run).returned(
        [item for turn in itertools.zip_longest(*lists_) for item in turn if item is not None],
        hint="a generator that has ended loses its turn; nobody else's turn is lost with it",
    )


def one_item_():
    yield 1
    return "the end"


def returning_():
    yield from round_robin(one_item_(), one_item_())


run = observe(returning_)
expect(run).returned(
    [1, 1], hint="`return` ends a generator; the value that it returns is not an item"
)


def all_but_what_came_(length):
    """Yield twice from as many generators as there are items; some are errors, some are false."""
    items = [*range(length), ValueError("an item"), StopIteration("another"), "", [], False]
    turns = round_robin(*[(item for item in [each, each]) for each in items])
    came = list(itertools.islice(turns, 2 * len(items)))
    return [each for each, item in zip(came, items * 2) if each is not item], next(turns, "the end")


for length in (0, 10, random_.randint(20, 60)):
    run = observe(all_but_what_came_, length)
    expect(run).returned(
        ([], "the end"), hint="whatever a generator yields is an item, and there may be many"
    )


def two_of_yours_(left, right):
    yield from (item for pair in zip(round_robin(left), round_robin(right)) for item in pair)


run = observe(two_of_yours_, *gens([1, 2], [10, 20]))
expect(run).returned([1, 10, 2, 20], hint="two of your generators share nothing: use local names")

# %% exercise="round_robin" role="test" id="lazy" points=1 name="takes an item only when asked for one"
for count in (0, 1, 3):
    run = observe(round_robin, *gens([1, 2, 3], [10, 20, 30]), take=count)
    expect(run).finished().took_items(
        count, hint=f"you are asked for {count}: yield each item before you take the next one"
    )
run = observe(round_robin, *gens([1, 2, 3, 4, 5, 6], [10]), take=5)
expect(run).returned([1, 10, 2, 3, 4]).took_items(5, hint="also where only one of them is left")
run = observe(round_robin, *gens([1, 2], [10], endless=True), take=5)
expect(run).returned([1, 10, 2, 10, 1], hint="a generator may be endless: never wait for its end")
### BEGIN HIDDEN TESTS
import itertools
import random

random_ = random.Random(SEED)
for count in range(12):
    size_ = random_.randint(1, 5)
    lists_ = [random_.sample(range(10**6), random_.randint(1, 4)) for _ in range(size_)]
    turns_ = zip(*[itertools.cycle(each) for each in lists_])
    expected_ = list(itertools.islice(itertools.chain.from_iterable(turns_), count))
    run = observe(round_robin, *gens(*lists_, endless=True), take=count)
    expect(run).returned(expected_, hint="one item of each in turn, for ever").took_items(
        count, hint="do not look ahead: call `next` on a generator when its item is asked for"
    )
### END HIDDEN TESTS

# %% exercise="round_robin" role="test" id="error" points=1 name="passes an error on and closes the others"
run = observe(round_robin, *gens([1], [10, 20], error=ValueError("broken")))
expect(run).raised(
    ValueError, hint="the error comes out of `next`: let it pass, catch `StopIteration` alone"
)
expect(run).closed_generators(hint="a `finally` around the loop also runs on an error: close there")
import itertools
import random


def up_to_the_error_(*streams):
    try:
        yield from round_robin(*streams)
    except Exception as error:
        yield type(error).__name__


random_ = random.Random(SEED)
for broken in (KeyError(), ZeroDivisionError(), OSError(), RuntimeError(), ValueError()):
    size_ = random_.randint(1, 6)
    lists_ = [random_.sample(range(10**6), random_.randint(0, 5)) for _ in range(size_)]
    items_ = [item for turn in itertools.zip_longest(*lists_) for item in turn] + [None]
    run = observe(up_to_the_error_, *gens(*lists_, error=broken))
    expect(run).returned(
        [*items_[: items_.index(None)], type(broken).__name__],
        hint="an error, of whatever type, reaches the caller when its generator has its turn",
    ).closed_generators(hint="after an error of one generator, close all others")


class FalseError_(Exception):
    def __bool__(self):
        return False


def false_():
    yield 1
    raise FalseError_("an error that is false")


def what_came_out_():
    other = (item for item in (10, 20))
    came = []
    try:
        for item in round_robin(false_(), other):
            came.append(item)
    except FalseError_:
        came.append("the error")
    return came, list(other)


run = observe(what_came_out_)
expect(run).returned(
    ([1, 10, "the error"], []), hint="an error may be false: ask whether it is None, not for truth"
)


class NoException_(BaseException):
    pass


def left_in_the_other_(name):
    error = {each.__name__: each for each in (ValueError, NoException_)}[name]("broken")

    def broken():
        yield from ()
        raise error

    other = (item for item in (10, 20))
    try:
        list(round_robin(broken(), other))
    except (ValueError, NoException_):
        return list(other)
    return "no error"


run = observe(left_in_the_other_, "ValueError")
expect(run).returned([], hint="after an error, also close the generators that have not begun")
run = observe(left_in_the_other_, "NoException_")
expect(run).returned(
    [], hint="a `finally` closes the others after any error, `except Exception` not"
)

# %% exercise="round_robin" role="test" id="close" points=1 name="closes the generators when it is closed"
for count in (1, 2, 4):
    run = observe(round_robin, *gens([1, 2], [10, 20], [100, 200]), take=count)
    expect(run).finished(hint="`close()` raises GeneratorExit at your `yield`: let it pass")
    expect(run).closed_generators(
        hint="a `finally` around your `yield` also runs when you are closed: close them all there"
    )
### BEGIN HIDDEN TESTS
import itertools
import random

random_ = random.Random(SEED)
for size in (1, 2, 3, 4, 5, 6):
    lists_ = [random_.sample(range(10**6), random_.randint(1, 5)) for _ in range(size)]
    turns_ = itertools.zip_longest(*lists_)
    items_ = [item for turn in turns_ for item in turn if item is not None]
    count_ = random_.randint(1, len(items_))
    run = observe(round_robin, *gens(*lists_), take=count_)
    expect(run).returned(
        items_[:count_], hint="`close()` raises GeneratorExit at your `yield`: let it pass"
    ).closed_generators(hint="when you are closed, close every generator that has not ended")


def closed_early_():
    left, right = (item for item in (1, 2)), (item for item in (10, 20))
    turns = round_robin(left, right)
    first = next(turns)
    turns.close()
    return first, list(left), list(right)


run = observe(closed_early_)
expect(run).returned((1, [], []), hint="also close a generator whose first turn has not come yet")
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: `producer_consumer`
#
# Write the producer and the consumer of this lesson for any numbers, with `await`. `n` is 0 or
# more, and `enough` is any int.
#
# - `produce(queue, n)` puts n, n − 1, ..., 1 into the queue, each with `await queue.put(...)`,
#   because the queue may be full. After the last item it may put one end marker, which must not be
#   an int. It returns `None`.
# - `consume(queue, enough)` takes items up to and including the first one that equals `enough`,
#   and nothing more. It also stops at your end marker. It returns the list of the items that it
#   took, without the marker.
# - `producer_consumer(n, enough)` makes an `asyncio.Queue`, uses both, and returns the consumer's
#   list: `producer_consumer(5, 3)` gives `[5, 4, 3]`. If `enough` never comes, it gives all the
#   items.
#
# Two more things are tested.
#
# - `producer_consumer` takes no time and uses no threads. Wait at the queue: to sleep and look again
#   is called *polling*, and is not accepted.
# - When a function returns, each task that it started has ended. (Lesson 11 asks what becomes of them
#   when somebody cancels it. It is not tested here.)

# %% [markdown]
# <details><summary>Hint 1: how does the consumer learn that nothing more comes?</summary>
#
# `await queue.get()` on an empty queue waits, for ever if need be. So the producer has to say
# that it is done. Let it put something after the last item that cannot be an item, `None` for
# example, and let the consumer stop there too.
#
# </details>
#
# <details><summary>Hint 2: how does the producer end?</summary>
#
# There are several ways. On a queue without `maxsize` `put` never waits, so the producer always
# comes to its end. On a bounded queue it may be waiting when the consumer leaves: then cancel its
# task, and wait until the task has ended.
#
# </details>
#
# %% exercise="producer_consumer" role="answer"
import asyncio


async def produce(queue, n):
    """Put n, n - 1, ..., 1 into the queue, then at most one end marker."""
    ### BEGIN SOLUTION
    # Why: The end marker tells the consumer that nothing more comes; without it `get` waits for
    # ever. The consumer may leave early, while the producer waits for room: so the `finally`
    # cancels the producer, and waits until it has ended.
    for item in range(n, 0, -1):
        await queue.put(item)
    await queue.put(None)
    ### END SOLUTION


async def consume(queue, enough):
    """Return the items taken from the queue, up to and including the one equal to `enough`."""
    ### BEGIN SOLUTION
    taken = []
    while (item := await queue.get()) is not None:
        taken.append(item)
        if item == enough:
            break
    return taken
    ### END SOLUTION


async def producer_consumer(n, enough):
    """Let a producer count down from n, and return what a consumer took of it."""
    ### BEGIN SOLUTION
    queue = asyncio.Queue(maxsize=1)
    producer = asyncio.create_task(produce(queue, n))
    try:
        return await consume(queue, enough)
    finally:
        producer.cancel()
        await asyncio.wait([producer])
    ### END SOLUTION


# %% exercise="producer_consumer" role="test" id="produce" points=1 name="produce puts n down to 1 and waits while the queue is full"
import asyncio


async def result_and_ints_(n, size):
    queue, items = asyncio.Queue(size), []
    producing = asyncio.create_task(produce(queue, n))
    for _ in range(n + 3):
        await asyncio.sleep(60)  # takes no real time
        if not queue.empty():
            items.append(queue.get_nowait())
    return await producing, [item for item in items if isinstance(item, int)]


run = observe(result_and_ints_, 5, 2)
expect(run).returned(
    (None, [5, 4, 3, 2, 1]),
    hint="count down to 1, and await each `put`; an end marker must not be an int",
)
import random

random_ = random.Random(SEED)
for size in (0, 1, 2, 3, 4):
    n_ = random_.randint(1, 12)
    run = observe(result_and_ints_, n_, size)
    expect(run).returned(
        (None, list(range(n_, 0, -1))),
        hint="`await queue.put(...)` waits while a bounded queue is full; produce returns None",
    ).ran_at_most(
        8 * n_ + 30, hint="do not sleep and look again: `await queue.put(...)` waits for room"
    )


async def filled_at_once_(n):
    queue, sizes = asyncio.Queue(1), []
    producing = asyncio.create_task(produce(queue, n))
    for _ in range(n):
        await asyncio.sleep(100.5)
        queue.get_nowait()
        for _ in range(5):  # turns, for a producer that waits at the queue
            await asyncio.sleep(0)
        sizes.append(queue.qsize())
    producing.cancel()
    await asyncio.wait([producing])
    return sizes[:-1]


run = observe(filled_at_once_, 5)
expect(run).returned(
    [1, 1, 1, 1], hint="when there is room, `await queue.put(...)` goes on at once"
)


async def all_put_(n):
    queue = asyncio.Queue()
    await produce(queue, n)
    items = [queue.get_nowait() for _ in range(queue.qsize())]
    return items[:n], len(items[n:]) < 2


for n in (0, 1, 5):
    run = observe(all_put_, n)
    expect(run).returned(
        (list(range(n, 0, -1)), True), hint="first the items, then at most one end marker"
    )

# %% exercise="producer_consumer" role="test" id="consume" points=1 name="consume waits for items and takes none after enough"
import asyncio


async def taken_and_left_(items, enough, seconds):
    queue = asyncio.Queue()
    consuming = asyncio.create_task(consume(queue, enough))
    for item in items:
        await asyncio.sleep(seconds)
        await queue.put(item)
    return await consuming, [queue.get_nowait() for _ in range(queue.qsize())]


run = observe(taken_and_left_, [5, 4, 3, 2, 1], 3, 100.5)
expect(run).returned(
    ([5, 4, 3], [2, 1]), hint="keep every item; when one equals `enough`, return at once"
).ran_at_most(60, hint="do not sleep and look again: `await queue.get()` waits for an item")
import random


async def taken_and_left_of_a_full_queue_(items, enough):
    queue = asyncio.Queue(len(items))
    for item in items:
        queue.put_nowait(item)
    return await consume(queue, enough), [queue.get_nowait() for _ in range(queue.qsize())]


run = observe(taken_and_left_of_a_full_queue_, [3, 0, -1, 2, 1], 2)
expect(run).returned(
    ([3, 0, -1, 2], [1]), hint="0 and -1 are items too: compare with your marker, not with true"
)
random_ = random.Random(SEED)
hint_ = "take items, whichever and whenever they come, up to the one that equals `enough`"
for last in (0, 1, 3, 8):
    items_ = random_.sample(range(-50, 50), 9)
    expected_ = (items_[: last + 1], items_[last + 1 :])
    run = observe(taken_and_left_of_a_full_queue_, items_, items_[last])
    expect(run).returned(expected_, hint=hint_)
    run = observe(taken_and_left_, items_, items_[last], 0)
    expect(run).returned(expected_, hint=hint_)
    run = observe(taken_and_left_, items_[: last + 1], items_[last], 100.5)
    expect(run).returned((items_[: last + 1], []), hint=hint_).took(
        100.5 * (last + 1), hint="return as soon as the item that equals `enough` is there"
    ).ran_at_most(
        12 * last + 32, hint="do not sleep and look again: `await queue.get()` waits for an item"
    )

# %% exercise="producer_consumer" role="test" id="together" points=1 name="the items down to enough go through the queue"
for n, enough in [(5, 3), (4, 4), (6, 1)]:
    run = observe(producer_consumer, n, enough)
    expect(run).finished(
        hint="when the consumer leaves, nobody makes room for the producer: cancel its task, then "
        "`asyncio.wait([task])`; awaiting a cancelled task raises CancelledError in your code"
    )
    expect(run).returned(
        list(range(n, enough - 1, -1)), hint="return what the consumer took, `enough` included"
    ).took(0, hint="there is nothing to sleep for").without_threads()
import asyncio
import random
from unittest.mock import patch


async def taken_and_seen_(n, enough):
    put, get, seen = asyncio.Queue.put_nowait, asyncio.Queue.get_nowait, []

    def noted_get(queue):
        seen.append(get(queue))
        return seen[-1]

    # `put` and `get` call them when there is room, or an item.
    with (
        patch.object(asyncio.Queue, "put_nowait", autospec=True, side_effect=put) as noted_put,
        patch.object(asyncio.Queue, "get_nowait", noted_get),
    ):
        taken = await producer_consumer(n, enough)
    came = [call.args[1] for call in noted_put.call_args_list if call.args[1] in seen]
    return taken, [item for item in taken if item in came]


random_ = random.Random(SEED)
for least, most in ((1, 1), (1, 5), (1, 10), (1, 30), (150, 200)):
    n_ = random_.randint(least, most)
    enough_ = random_.randint(1, max(1, n_ - 120))
    expected_ = list(range(n_, enough_ - 1, -1))
    run = observe(taken_and_seen_, n_, enough_)
    expect(run).returned(
        (expected_, expected_),
        hint="for whatever numbers: make an asyncio.Queue, let produce put every item into it, and "
        "return what consume takes",
    ).took(0, hint="there is nothing to sleep for")

# %% exercise="producer_consumer" role="test" id="never" points=1 name="it ends when enough never comes"
for n, enough in [(5, 0), (3, 9), (0, 3)]:
    run = observe(producer_consumer, n, enough)
    expect(run).returned(
        list(range(n, 0, -1)),
        hint=f"{enough} never comes: let produce say when it is done; an end marker is no item",
    ).took(0, hint="there is nothing to sleep for")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for n in (0, 0, 1, 2, random_.randint(3, 20), random_.randint(3, 20)):
    for enough in (0, n + 1, n + random_.randint(2, 9), -random_.randint(1, 9)):
        run = observe(producer_consumer, n, enough)
        expect(run).returned(
            list(range(n, 0, -1)), hint="when `enough` never comes, return all items and no marker"
        ).took(0, hint="there is nothing to sleep for")
### END HIDDEN TESTS

# %% exercise="producer_consumer" role="test" id="left" points=1 name="nothing is left behind"
import asyncio

run = observe(producer_consumer, 5, 3)
expect(run).finished().nothing_left(
    hint="cancel the producer's task, and wait until it has ended: `asyncio.wait([task])`"
)
### BEGIN HIDDEN TESTS
for n, enough in [(0, 0), (1, 1), (5, 3), (5, 5), (9, 2), (4, 7), (40, 39)]:
    run = observe(producer_consumer, n, enough)
    expect(run).finished().nothing_left(
        hint="let the producer come to its end, or cancel its task and wait until it has ended"
    )


async def alone_(items, enough):
    queue = asyncio.Queue()
    for item in items:
        queue.put_nowait(item)
    taken = await consume(queue, enough)
    await produce(queue, enough)
    return taken


run = observe(alone_, [5, 4, 3, 2], 4)
expect(run).returned([5, 4]).nothing_left(
    hint="a task that `produce` or `consume` starts has ended when it returns"
)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 3: `running_mean`
#
# Write a generator function `running_mean()`. The first `next` primes the generator and gives
# `None`. From then on each `send(number)` gives the mean of all the numbers sent so far: after 5
# and 4 the mean is 4.5.
#
# - Throwing a `ValueError` into it (or one of a class derived from it, such as `UnicodeError`) makes it
#   forget all numbers, and `throw` gives `None`. The next number is the first one again.
# - Any other exception that is thrown in ends it and reaches whoever threw it (a `StopIteration` as a
#   `RuntimeError`, as in every generator). `close()` ends it too.
# - Each generator keeps its own numbers.

# %% [markdown]
# <details><summary>Hint 1: one yield is enough</summary>
#
# The value that a `send` gives is what the *next* `yield` hands out. So keep the answer in a
# variable, `None` at first: `number = yield mean`. Compute the new mean after that line, and
# loop.
#
# </details>
#
# <details><summary>Hint 2: forgetting</summary>
#
# The `ValueError` is raised at the `yield`. Put a `try` around that one line, catch the
# `ValueError`, and set every variable back to what it was at the start, the answer too.
#
# </details>
#
# <details><summary>Hint 3: ending</summary>
#
# You need no code for it. An exception that you do not catch ends the generator, and so does the
# `GeneratorExit` that `close()` raises. Catch `ValueError` and nothing else.
#
# </details>


# %% exercise="running_mean" role="answer"
def running_mean():
    """Take numbers by `send` and hand out the mean of all of them so far."""
    ### BEGIN SOLUTION
    # Why: One `yield` hands out the last mean and takes in the next number, so none is lost between
    # two. The `try` stands around that line alone, since `throw` raises its error there; afterwards
    # all three variables begin anew, the mean too.
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except ValueError:
            total, count, mean = 0, 0, None
        else:
            total, count = total + number, count + 1
            mean = total / count
    ### END SOLUTION


# %% exercise="running_mean" role="test" id="mean" points=1 name="gives None first, then the mean of all numbers"
def answers_to_(*numbers):
    mean = running_mean()
    return [next(mean), *[mean.send(number) for number in numbers]]


run = observe(answers_to_, 5, 4, 3)
expect(run).returned(
    [None, 5, 4.5, 4], hint="take a number in, compute the mean, hand it out at the next `yield`"
)
run = observe(answers_to_, 0, 1)
expect(run).returned([None, 0, 0.5], hint="0 is a number too; divide with `/`, not with `//`")
numbers_ = list(range(300))
run = observe(answers_to_, *numbers_)
expect(run).returned([None, *[n / 2 for n in range(300)]], hint="the mean of *all* numbers so far")
### BEGIN HIDDEN TESTS
import random

random_ = random.Random(SEED)
for length in (0, 1, 2, 7, 20):
    numbers_ = [random_.randint(-400, 400) / random_.choice((1, 4)) for _ in range(length)]
    means_ = [sum(numbers_[:n]) / n for n in range(1, length + 1)]
    run = observe(answers_to_, *numbers_)
    expect(run).returned(
        [None, *means_], hint="the mean is the sum of all numbers so far, divided by how many"
    )


def means_of_(items):
    mean = running_mean()
    return [next(mean), *[mean.send(item) for item in items]]


numbers_ = random_.sample(range(10**6), 8)
run = observe(means_of_, *gens(numbers_))
means_ = [sum(numbers_[:n]) / n for n in range(1, 9)]
expect(run).returned([None, *means_], hint="the mean of all numbers so far").took_items(8)
### END HIDDEN TESTS


# %% exercise="running_mean" role="test" id="forget" points=1 name="a ValueError makes it forget"
def answers_to_(*messages):
    mean = running_mean()
    next(mean)
    return [mean.throw(ValueError()) if m == "forget" else mean.send(m) for m in messages]


run = observe(answers_to_, 5, 4, "forget", "forget", 10, 20)
expect(run).returned(
    [5, 4.5, None, None, 10, 15],
    hint="catch the ValueError at the `yield`, set sum, count and answer back, and go on",
)
import random

run = observe(answers_to_, "forget", 3)
expect(run).returned([None, 3], hint="there may be nothing to forget yet")


class Unreadable_(ValueError):
    def __bool__(self):
        return False

    def __repr__(self):
        return "unreadable"


def forgets_a_derived_one_():
    mean = running_mean()
    return [next(mean), mean.send(5), mean.throw(Unreadable_()), mean.send(3), mean.send(4)]


run = observe(forgets_a_derived_one_)
expect(run).returned(
    [None, 5, None, 3, 3.5], hint="`except ValueError` catches all that are derived from it too"
)

random_ = random.Random(SEED)
for length in (3, 6, 9, 12, 15):
    messages_ = [random_.choice(("forget", *range(-3, 4))) for _ in range(length)]
    known_, expected_ = [], []
    for message in messages_:
        known_ = [] if message == "forget" else [*known_, message]
        expected_.append(sum(known_) / len(known_) if known_ else None)
    run = observe(answers_to_, *messages_)
    expect(run).returned(
        expected_, hint="after a ValueError the generator is as it was after the first `next`"
    )


# %% exercise="running_mean" role="test" id="ends" points=1 name="any other exception ends it, and so does close"
def thrown_in_():
    mean = running_mean()
    next(mean)
    mean.throw(KeyError("thrown in"))


def closed_():
    mean = running_mean()
    next(mean)
    mean.close()
    return next(mean, "it has ended")


run = observe(thrown_in_)
expect(run).raised(KeyError, hint="catch ValueError alone: what you do not catch comes out")
run = observe(closed_)
expect(run).returned("it has ended", hint="close() raises GeneratorExit at the yield: let it pass")
import builtins


class Unheard_(Exception):
    pass


def after_(what, *numbers):
    mean = running_mean()
    answers = [next(mean), *[mean.send(number) for number in numbers]]
    try:
        error = Unheard_ if what == "Unheard_" else getattr(builtins, what, None)
        answers.append(mean.throw(error("thrown in")) if error else mean.close())
    except BaseException as error:
        answers.append(type(error).__name__)
    return answers[-1], next(mean, "it has ended")


others_ = ["TypeError", "KeyError", "ZeroDivisionError", "OSError", "AttributeError"]
for numbers in ([], [5], [0, 1, 2]):
    for name in [*others_, "IndexError", "RuntimeError", "Unheard_"]:
        run = observe(after_, name, *numbers)
        expect(run).returned(
            (name, "it has ended"),
            hint="catch ValueError alone: any other exception comes out and ends the generator",
        )
    run = observe(after_, "KeyboardInterrupt", *numbers)
    expect(run).returned(
        ("KeyboardInterrupt", "it has ended"),
        hint="catch ValueError alone: what is no Exception comes out and ends the generator too",
    )
    run = observe(after_, "close", *numbers)
    expect(run).returned(
        (None, "it has ended"), hint="close() raises GeneratorExit at the yield: let it pass"
    )


def after_a_stop_():
    """Throw a StopIteration in; of a generator a RuntimeError comes out, of a class it may be it."""
    mean, error = running_mean(), StopIteration("thrown in")
    next(mean)
    try:
        mean.throw(error)
    except (RuntimeError, StopIteration) as caught:
        came_out = isinstance(caught, RuntimeError) or caught is error
        return came_out, next(mean, "it has ended")
    return "no error"


run = observe(after_a_stop_)
expect(run).returned(
    (True, "it has ended"), hint="Python makes a RuntimeError of a StopIteration: do not catch it"
)


# %% exercise="running_mean" role="test" id="apart" points=1 name="two generators know nothing of each other"
def two_():
    one, two = running_mean(), running_mean()
    return [next(one), next(two), one.send(10), two.send(1), one.send(20), two.send(3)]


run = observe(two_)
expect(run).returned(
    [None, None, 10, 1, 15, 2],
    hint="keep the numbers in local variables: each generator has a frame of its own",
)
### BEGIN HIDDEN TESTS
import random


def answers_of_two_(turns):
    means = [running_mean(), running_mean()]
    answers = [next(mean) for mean in means]
    for which, message in turns:
        mean = means[which]
        answers.append(mean.throw(ValueError()) if message == "forget" else mean.send(message))
    return answers


random_ = random.Random(SEED)
for length in (4, 7, 10, 15):
    known_, turns_, expected_ = [[], []], [], [None, None]
    for _ in range(length):
        which_, message_ = random_.randrange(2), random_.choice(("forget", *range(-3, 4)))
        turns_.append((which_, message_))
        known_[which_] = [] if message_ == "forget" else [*known_[which_], message_]
        numbers_ = known_[which_]
        expected_.append(sum(numbers_) / len(numbers_) if numbers_ else None)
    run = observe(answers_of_two_, turns_)
    expect(run).returned(
        expected_, hint="keep the numbers in local variables of the generator, not outside of it"
    )
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
# - [Yield expressions](https://docs.python.org/3/reference/expressions.html#yield-expressions)
#   in the language reference: what is kept while a generator is paused, and what the value of
#   a `yield` is.
# - [Generator-iterator methods](https://docs.python.org/3/reference/expressions.html#generator-iterator-methods):
#   `next`, `send`, `throw` and `close`, each in a paragraph.
# - [Queues](https://docs.python.org/3/library/asyncio-queue.html): all that an `asyncio.Queue`
#   can do.
#
# **Next:** [03 · yield from](03_yield_from.ipynb)
