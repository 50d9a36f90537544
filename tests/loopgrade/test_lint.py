"""The rules for test cells: what the linter lets pass, and what it refuses, and where."""

from __future__ import annotations

from textwrap import dedent

import pytest

from loopgrade.authoring.lint import Problem, lint_test_cell

STUDENTS_NAMES = frozenset({"fetch_all", "retry", "Account", "Short"})

GOOD = {
    "a student's name as program": """
        run = observe(fetch_all, jobs([2, 1, 4]), 3)
        expect(run).took(4, hint="start them all").returned([1, 2, 3])
        """,
    "a student's name as argument, also inside a list": """
        async def call_(first, rest):
            return await first(*rest)
        run = observe(call_, fetch_all, [retry, Account])
        expect(run).returned(None)
        """,
    "specs, starred, with keywords": """
        run = observe(retry, *gens([1, 2], [3]), take=2)
        expect(run).returned([1, 3])
        """,
    "a scenario that records inside itself": """
        import asyncio

        async def two_deposits_(amounts):
            seen = []
            account = Account(seen.append)
            await asyncio.gather(*(account.deposit(amount) for amount in amounts))
            return seen

        run = observe(two_deposits_, [5, 7])
        expect(run).returned([5, 7])
        """,
    "a scenario with inner functions that close over it": """
        async def case_(tries):
            calls = 0
            async def op():
                nonlocal calls
                calls += 1
                if calls < tries:
                    raise OSError
                return calls
            return await retry(op, tries)
        run = observe(case_, 3)
        expect(run).returned(3)
        """,
    "a scenario passed as argument, using another and a constant": """
        LIMIT_ = 2 * 3600
        PAIR_ = (LIMIT_, float("inf"))
        def limit_():
            return PAIR_[0]
        async def op_():
            return limit_()
        run = observe(retry, op_, 5)
        expect(run).returned(7200)
        """,
    "a class that scenarios use": """
        class Store_:
            def __init__(self):
                self.value = 0
            async def read(self):
                return self.value
        async def case_():
            store = Store_()
            store.value = 3
            return await Account(store).balance()
        run = observe(case_)
        expect(run).returned(3)
        """,
    "a student's exception caught in a scenario": """
        def case_():
            try:
                Account(None).withdraw(3)
            except Short as error:
                return str(error)
        run = observe(case_)
        expect(run).returned("3")
        """,
    "hidden tests with SEED, loops and a helper that stays in the examiner": """
        import random
        def delays_(rng):
            return [rng.randint(1, 9) for _ in range(rng.randint(0, 5))]
        for delays in ([1, 2], []):
            run = observe(fetch_all, jobs(delays), len(delays))
            expect(run).took(max(delays, default=0))
        ### BEGIN HIDDEN TESTS
        rng_ = random.Random(SEED)
        for _ in range(5):
            delays = delays_(rng_)
            run = observe(fetch_all, jobs(delays), len(delays))
            expect(run).took(max(delays, default=0))
        ### END HIDDEN TESTS
        """,
    "lambdas and comprehensions that stay in the examiner": """
        run = observe(fetch_all, sorted([3, 1], key=lambda number: -number))
        assert all(life.outcome == "returned" for life in run.tasks), run.describe()
        """,
    "the result of one run given to the next": """
        first_ = observe(fetch_all, 1)
        run = observe(retry, first_.result, first_.duration)
        expect(run).returned(1)
        """,
    "data of runs, however they are kept": """
        runs_ = [observe(fetch_all, n) for n in (1, 2)]
        best_ = max(runs_, key=lambda each: each.duration)
        life_ = best_.life("main")
        best_ = best_
        run = observe(retry, runs_[0].result, best_.result, life_.outcome, SEED)
        expect(run).returned(1)
        """,
    "a local name that is also a student's": """
        def case_(retry):
            fetch_all = retry + 1
            return [fetch_all for Account in range(3)]
        run = observe(case_, 3)
        expect(run).returned([4, 4, 4])
        """,
    "names bound by except, with and match": """
        import contextlib
        with contextlib.suppress(LookupError) as gone_:
            run = observe(fetch_all, 1)
        match run.result:
            case [one_, *rest_]:
                expect(run).that(one_ > 0, hint=f"{one_} {rest_}")
        """,
    "explore is an observer too": """
        async def case_():
            return Account(0)
        for outcome in explore(case_, runs=20):
            expect(outcome).returned(0)
        """,
    "an ending with an assert": """
        run = observe(fetch_all, 0)
        assert run.result == []
        """,
}

OUTSIDE = "is the student's: use it inside"
PROGRAM = "takes one of the student's names, or a function that is defined with def"
SENT = "cannot be sent to another process"
TRAVELS = "does not travel with"
UNDERSCORE = "may meet a name of the student's"

BAD = {
    # the names of a cell
    "a name without the underscore": ("result = observe(fetch_all, 1)", 1, UNDERSCORE),
    "a scenario without the underscore": (
        """
        async def case(): return await fetch_all()
        run = observe(case)
        """,
        1,
        UNDERSCORE,
    ),
    "a name bound by with": (
        """
        run = observe(fetch_all)
        with open(run.output) as file:
            assert file
        """,
        2,
        UNDERSCORE,
    ),
    "a name bound by an assignment expression": (
        "assert (outcome := observe(fetch_all)).result == 1, outcome",
        1,
        UNDERSCORE,
    ),
    "a student's name assigned": ("fetch_all = 3", 1, "hides the student's `fetch_all`"),
    "a student's name as loop variable": (
        """
        for retry in (1, 2):
            run = observe(fetch_all, retry)
        """,
        1,
        "hides the student's `retry`",
    ),
    "a student's name imported": (
        "from elsewhere import retry",
        1,
        "hides the student's `retry`",
    ),
    "a test's own name assigned": (
        """
        for jobs in ([1], [2]):
            run = observe(fetch_all, jobs)
        """,
        1,
        "hides the test's own `jobs`",
    ),
    "observe imported": ("from looplab import observe", 1, "hides the test's own `observe`"),
    "looplab imported": (
        "import looplab.observer.observing as looplab_",
        1,
        "is not the examiner's",
    ),
    "a builtin hidden": (
        """
        for max in (1, 2):
            run = observe(fetch_all, max)
        """,
        1,
        "hides Python's `max`",
    ),
    "asyncio without an import": (
        """
        async def case_():
            await asyncio.sleep(1)
            return await fetch_all()
        run = observe(case_)
        """,
        2,
        "`asyncio` is not defined",
    ),
    "a typing mistake": ("run = observe(fetch_all)\nexpct(run).returned(1)", 2, "`expct` is not"),
    "a helper of another exercise": ("run = observe(first_wins)", 1, "`first_wins` is not"),
    "what only a session has": ("display(observe(fetch_all).result)", 1, "`display` is not"),
    "an import of everything": ("from math import *", 1, "name what you import"),
    "an import from the future": ("from __future__ import annotations", 1, "must come first"),
    "the generated line": ('check("all", points=1)\nassert 1', 1, "the build writes the line"),
    # what is given to observe
    "a lambda as program": ("run = observe(lambda: 3)", 1, PROGRAM),
    "a builtin as program": ("run = observe(sorted, [2, 1])", 1, PROGRAM),
    "a method as program": ("run = observe(Account.deposit, 3)", 1, PROGRAM),
    "a call as program": (
        """
        def make_():
            def op():
                return fetch_all()
            return op
        run = observe(make_())
        """,
        5,
        PROGRAM,
    ),
    "a variable as program": (
        """
        for program in (fetch_all, retry):
            run = observe(program, 1)
        """,
        2,
        PROGRAM,
    ),
    "a parameter as program": (
        """
        def judge_(fetch_all):
            return observe(fetch_all).result
        assert judge_(3) == 3
        """,
        2,
        PROGRAM,
    ),
    "an observation of nothing": ("run = observe()", 1, PROGRAM),
    "an unpacked program": ("run = observe(*[fetch_all, 1])", 1, PROGRAM),
    "observe by another name": ("look_ = observe\nrun = look_(3)", 1, "call it directly"),
    "ready tasks shuffled": (
        "found = explore(retry, shuffle_ready=True)",
        1,
        "asyncio runs ready tasks in order, and answers may rely on it: leave out",
    ),
    "a real clock": (
        'run = observe(retry, clock="real")',
        1,
        "a test is judged on virtual time: leave out `clock`",
    ),
    "a lambda as argument": ("run = observe(retry, lambda: 3)", 1, "a lambda " + SENT),
    "a lambda in a list": ("run = observe(retry, [1, (lambda: 3,)])", 1, "a lambda " + SENT),
    "a lambda by name": ("op_ = lambda: 3\nrun = observe(retry, op_)", 2, "a lambda " + SENT),
    "a generator expression": ("run = observe(retry, (n for n in [1]))", 1, "expression " + SENT),
    "an iterator": ("run = observe(retry, range(3))", 1, "`range` returns " + SENT),
    "a partial": (
        "from functools import partial\nrun = observe(retry, partial(print, 1))",
        2,
        "a partial " + SENT,
    ),
    "a closure": (
        """
        def make_(number):
            async def op():
                return number
            return op
        run = observe(retry, make_(4), 3)
        """,
        5,
        "what `make_` returns " + SENT,
    ),
    "a closure by name": (
        """
        def make_(number):
            return [lambda: number]
        op_ = make_(4)
        run = observe(retry, op_)
        """,
        4,
        "what `make_` returns " + SENT,
    ),
    "a generator of the cell's own": (
        """
        def items_():
            yield 1
        run = observe(retry, items_())
        """,
        3,
        "what `items_` returns " + SENT,
    ),
    "a coroutine of the cell's own": (
        """
        async def op_():
            return 1
        run = observe(retry, op_())
        """,
        3,
        "what `op_` returns " + SENT,
    ),
    "a builtin": ("run = observe(retry, print)", 1, "`print` " + SENT),
    "what is imported": (
        "from asyncio import sleep\nrun = observe(retry, sleep, 1)",
        2,
        "`sleep` " + SENT,
    ),
    "a function of a module": (
        "import asyncio\nrun = observe(retry, asyncio.sleep, 1)",
        2,
        "attribute of a module or of one's own object, " + SENT,
    ),
    "builtins in a loop": (
        "for error in (OSError, KeyError):\n    run = observe(retry, error)",
        2,
        "`OSError` " + SENT,
    ),
    "a method of a list": (
        "seen_ = []\nrun = observe(retry, seen_.append)",
        2,
        "a method, or an attribute",
    ),
    "a method of a text": ('run = observe(retry, "".join)', 1, "a method, or an attribute"),
    "a method of an imported class's object": (
        "import random\nrng_ = random.Random(SEED)\nrun = observe(retry, rng_.random)",
        3,
        "a method, or an attribute",
    ),
    "a bound method": (
        """
        class Flaky_:
            async def op(self):
                return 1
        flaky_ = Flaky_()
        run = observe(retry, flaky_.op)
        """,
        5,
        "a method, or an attribute of a module or of one's own object, " + SENT,
    ),
    "an object": (
        """
        class Store_:
            pass
        run = observe(retry, Store_())
        """,
        3,
        "an object of a class of this cell " + SENT,
    ),
    # the student's names
    "a student's function called": ("assert fetch_all(1) == 1", 1, OUTSIDE),
    "a student's function in a spec": ("run = observe(retry, jobs(fetch_all))", 1, OUTSIDE),
    "a student's error expected": (
        "run = observe(fetch_all)\nexpect(run).raised(Short)",
        2,
        OUTSIDE,
    ),
    "a student's name in a message": (
        'run = observe(retry)\nassert run.result == 1, f"{retry} is wrong"',
        2,
        OUTSIDE,
    ),
    "a student's name as decorator": (
        """
        @retry
        async def case_():
            return 1
        run = observe(case_)
        """,
        1,
        OUTSIDE,
    ),
    "a student's name as default": (
        """
        def case_(program=retry):
            return program(1)
        run = observe(case_)
        """,
        1,
        OUTSIDE,
    ),
    "a student's class as base": (
        """
        class Mine_(Account):
            pass
        def case_():
            return Mine_().balance
        run = observe(case_)
        """,
        1,
        OUTSIDE,
    ),
    "a student's name in a function that is not observed": (
        """
        def wanted_(number):
            return fetch_all(number)
        run = observe(retry, 1)
        assert run.result == wanted_(1)
        """,
        2,
        OUTSIDE,
    ),
    # scenarios
    "a function in a loop": (
        """
        for n in (1, 2):
            async def op_():
                return 1
            run = observe(retry, op_)
        """,
        2,
        "is defined inside a loop",
    ),
    "a function under an if": (
        """
        if len("ab") == 2:
            def op_():
                return 1
        run = observe(retry, op_)
        """,
        2,
        "is defined inside a loop",
    ),
    "a function defined twice": (
        """
        def op_():
            return 1
        run = observe(retry, op_)
        def op_():
            return 2
        run = observe(retry, op_)
        """,
        4,
        "`op_` is defined twice",
    ),
    "a list of the cell": (
        """
        calls_ = []
        async def op_():
            calls_.append(1)
        run = observe(retry, op_, 5)
        assert len(calls_) == 3
        """,
        3,
        "`calls_` " + TRAVELS,
    ),
    "a loop variable in a scenario": (
        """
        async def op_():
            return n
        for n in (1, 2):
            run = observe(retry, op_)
        """,
        2,
        "`n` " + TRAVELS,
    ),
    "a run in a scenario": (
        """
        run = observe(fetch_all)
        def case_():
            return retry(run.result)
        run = observe(case_)
        """,
        3,
        "`run` " + TRAVELS,
    ),
    "a constant that changes": (
        """
        LIMIT_ = 2
        async def op_():
            return LIMIT_
        run = observe(retry, op_)
        LIMIT_ = 5
        run = observe(retry, op_)
        """,
        3,
        "`LIMIT_` " + TRAVELS,
    ),
    "what a scenario uses at second hand": (
        """
        seen_ = {}
        def note_():
            seen_[1] = 2
        async def case_():
            note_()
            return await retry(1)
        run = observe(case_)
        """,
        3,
        "`seen_` " + TRAVELS,
    ),
    "global": (
        """
        k_ = 0
        async def op_():
            global k_
            k_ += 1
        run = observe(retry, op_)
        """,
        3,
        "no `global`",
    ),
    "SEED in a scenario": (
        """
        import random
        def case_():
            return fetch_all(random.Random(SEED).random())
        run = observe(case_)
        """,
        3,
        "`SEED` is not there where `case_` runs",
    ),
    "a spec in a scenario": (
        """
        async def case_():
            return await fetch_all(jobs([1, 2]), 2)
        run = observe(case_)
        """,
        2,
        "`jobs` is not there",
    ),
    "an expectation in a scenario": (
        """
        async def case_():
            expect(await fetch_all()).returned(1)
        run = observe(case_)
        """,
        2,
        "`expect` is not there",
    ),
    "an observation in a scenario": (
        """
        def case_():
            return observe(fetch_all).result
        run = observe(case_)
        """,
        2,
        "`observe` is not there",
    ),
    "state on a function": (
        """
        async def op_():
            op_.calls += 1
        op_.calls = 0
        run = observe(retry, op_)
        """,
        2,
        "a change of `op_` is not seen",
    ),
    "state on a class": (
        """
        class Log_:
            size = 0
        def case_():
            Log_.size += 1
            return retry(1)
        run = observe(case_)
        """,
        4,
        "a change of `Log_` is not seen",
    ),
    "a list on a class": (
        """
        class Log_:
            seen = []
        def case_():
            return retry(Log_().seen)
        run = observe(case_)
        """,
        2,
        "`Log_.seen` is shared",
    ),
    "a default that changes": (
        """
        def case_(*, seen=[]):
            return retry(seen)
        run = observe(case_)
        """,
        1,
        "a default of `case_`",
    ),
    "a class used in the examiner": (
        """
        class Boom_(Exception):
            pass
        async def case_():
            raise Boom_
        run = observe(case_)
        expect(run).raised(Boom_)
        """,
        6,
        "`Boom_` is used outside",
    ),
    "a class that nothing uses": (
        "class Boom_(Exception): pass\nrun = observe(retry)",
        1,
        "no function that observe is given uses `Boom_`",
    ),
    # the cell as a whole
    "await at the top": (
        "import asyncio\nawait asyncio.sleep(1)\nassert 1",
        2,
        "the examiner awaits nothing",
    ),
    "async with at the top": (
        "import asyncio\nasync with asyncio.timeout(1):\n    run = observe(retry)",
        2,
        "the examiner awaits nothing",
    ),
    "an async comprehension at the top": (
        "run = observe(retry)\nn_ = [x async for x in run.result]",
        2,
        "the examiner awaits nothing",
    ),
    "a value at the end": ("run = observe(retry)\nrun.result", 2, "takes the value"),
    "a bare expect at the end": ("run = observe(retry)\nexpect(run)", 2, "takes the value"),
    "a print at the end": ("run = observe(retry)\nprint(run)", 2, "takes the value"),
    "a value at the end of what students get": (
        """
        run = observe(retry)
        len(run.tasks)
        ### BEGIN HIDDEN TESTS
        expect(run).returned(1)
        ### END HIDDEN TESTS
        """,
        2,
        "without the hidden tests: nbgrader takes the value",
    ),
    "a name that only hidden tests define": (
        """
        ### BEGIN HIDDEN TESTS
        import random
        ### END HIDDEN TESTS
        run = observe(retry, random.random())
        """,
        4,
        "without the hidden tests: `random` is not defined",
    ),
    "nothing left without the hidden tests": (
        """
        for n in (1, 2):
            ### BEGIN HIDDEN TESTS
            run = observe(retry, n)
            ### END HIDDEN TESTS
        """,
        3,
        "without the hidden tests: this is not Python",
    ),
    "not Python": ("run = observe(retry)\nexpect(run).returned(1", 2, "this is not Python"),
    "a magic": ("%timeit 3", 1, "this is not Python"),
    "return at the top": ("run = observe(retry)\nreturn run", 2, "this is not Python"),
    "an assert that cannot fail": (
        'run = observe(retry)\nassert (run.result == 1, "wrong")',
        2,
        "Python warns here: assertion is always true",
    ),
    "an empty test": ("# TODO", 1, "the test is empty"),
    "a marker without its end": ("### BEGIN HIDDEN TESTS\nrun = observe(retry)", 1, "never ends"),
}


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD.keys())
def test_allowed(source: str) -> None:
    assert lint_test_cell(dedent(source).strip(), STUDENTS_NAMES) == []


@pytest.mark.parametrize(("source", "line", "message"), BAD.values(), ids=BAD.keys())
def test_refused(source: str, line: int, message: str) -> None:
    problems = lint_test_cell(dedent(source).strip(), STUDENTS_NAMES)

    matching = [problem for problem in problems if message in problem.message]
    assert [problem.line for problem in matching][:1] == [line], problems


def test_problems_come_in_the_order_of_lines_and_each_once() -> None:
    problems = lint_test_cell("x = retry(1)\ny = 2\ny = 3\nx", {"retry"})

    assert [problem.line for problem in problems] == [1, 1, 2, 4]
    assert len(set(problems)) == 4


def test_a_problem_in_hidden_tests_is_told_once_and_as_it_is() -> None:
    source = "### BEGIN HIDDEN TESTS\nretry(1)\n### END HIDDEN TESTS\nassert 1"

    (problem,) = lint_test_cell(source, {"retry"})

    assert problem == Problem(2, problem.message)
    assert problem.message.startswith("`retry` is the student's")
