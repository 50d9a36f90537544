"""`explore` in a test cell: the subject finds the outcomes, the examiner sees each for itself."""

import pytest

from loopgrade.examination import sandbox
from loopgrade.examination.examiner import Examination, StudentCell, examine
from loopgrade.examination.test_cell import TrustedTest, seed_of

SETUP = "import asyncio"

TEST = TrustedTest(
    "account-orders",
    "account",
    """check("right in every order", points=2)
import asyncio

async def three_deposits_(store):
    account = Account(store)
    await asyncio.gather(*(account.deposit(10 ** n) for n in range(3)))
    return await account.balance()

found = explore(three_deposits_, store(0))
expect(found).returned(111, hint="let no other operation come between a read and its write")
### BEGIN HIDDEN TESTS
import random
random_ = random.Random(SEED)
amounts_ = [random_.randrange(1, 100) for _ in range(4)]

async def many_deposits_(store, amounts):
    account = Account(store)
    await asyncio.gather(*(account.deposit(n) for n in amounts))
    return await account.balance()

found = explore(many_deposits_, store(5), amounts_, orders=50, seed=SEED)
expect(found).returned(5 + sum(amounts_), hint="with any amounts").nothing_left()
### END HIDDEN TESTS
""",
)

ACCOUNT = """
class Account:
    def __init__(self, store):
        self.store, self.lock = store, asyncio.Lock()

    async def deposit(self, amount):
        {lock}
            await self.store.write(await self.store.read() + amount)

    async def balance(self):
        return await self.store.read()
"""
LOCKED = ACCOUNT.format(lock="async with self.lock:")
RACING = ACCOUNT.format(lock="if True:")


def look(answer: str, level: sandbox.Level | None = None) -> Examination:
    cells = [StudentCell(0, SETUP), StudentCell(1, answer, "account")]
    seed = seed_of(b"secret", "10", TEST.grade_id)
    return examine(cells, [TEST], level=level or sandbox.strongest(), seed=lambda _: seed)


def test_a_lock_is_right_in_every_order() -> None:
    found = look(LOCKED)
    assert found.verdicts[TEST.grade_id].passed, found.verdicts
    assert not found.flags


def test_a_lost_update_is_found_and_told_with_one_run() -> None:
    verdict = look(RACING).verdicts[TEST.grade_id]
    assert not verdict.passed
    assert not verdict.hidden
    assert "in 84 of 90 orders of the services' answers: it gave 100" in verdict.message
    assert verdict.run is not None
    assert verdict.run.result == 100
    assert [call.method for call in verdict.run.calls].count("write") == 3
    assert look(RACING).verdicts[TEST.grade_id] == verdict


def test_a_missing_name_is_told() -> None:
    verdict = look("Acount = 3").verdicts[TEST.grade_id]
    told = " ".join(verdict.message.split())
    assert "no cell defines `Account`: keep the name that the exercise gives" in told


LIES = {
    "one outcome": """
import looplab.observer.schedules, looplab.subject.requests
from looplab.observer.schedules import Found
looplab.subject.requests.search = lambda *_: Found(90, True, [(90, {choices})])
""",
    "none": "import looplab.subject.requests\nlooplab.subject.requests.search = lambda *_: 3",
}


@pytest.mark.parametrize("choices", ["()", "(0, 1, 0)", "(1, 0, 1, 0)"])
def test_a_subject_that_hides_outcomes_is_not_believed(choices: str) -> None:
    found = look(LIES["one outcome"].format(choices=choices) + RACING)
    assert not found.verdicts[TEST.grade_id].passed
    assert "replaces looplab.subject.requests.search" in found.flags["account"]


def test_a_search_that_is_none_costs_the_exercise() -> None:
    found = look(LIES["none"] + LOCKED)
    assert not found.verdicts[TEST.grade_id].passed
    assert "breaks what watches it" in found.flags["account"]


def test_the_secret_seed_stays_with_the_examiner() -> None:
    tells = "import looplab.subject.requests as s\nasked = []\nreal = s.Requested.__init__\n"
    tells += "def init(self, request, notebook):\n    asked.append(str(request))\n"
    tells += "    real(self, request, notebook)\n"
    tells += "s.Requested.__init__ = init\n"
    answer = RACING.replace("return await self.store.read()", "raise ValueError(asked)")
    message = look(tells + answer).verdicts[TEST.grade_id].message
    assert "explore" in message
    assert seed_of(b"secret", "10", TEST.grade_id) not in message
