"""The answer bank is judged through the same sandbox as a submission."""

import random
from pathlib import Path

import pytest
from small import LESSON, write_course

from loopgrade.authoring.lesson import LessonError
from loopgrade.bank.draws import FIRST, Draw
from loopgrade.bank.mutants import STILL_RIGHT
from loopgrade.bank.verify import ONLY_HIDDEN, Verified, summary, verify
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()

UP_TO_SEVEN = """# fails where a job takes as long as the test lets it take
async def fetch_all(job, n):
    import asyncio
    loop = asyncio.get_running_loop()
    began = loop.time()
    done = await asyncio.gather(*map(job, range(n)))
    return done if loop.time() - began < 8 else []
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


def answer(course: Path, name: str, text: str) -> None:
    path = course / "autograder" / "answers" / LESSON / name
    path.write_text(text, encoding="utf-8")


def problems(found: list[Verified]) -> dict[str, str]:
    told = {}
    for each in found:
        name = f"{each.answer.exercise} {each.answer.name}"
        told[name] = told.get(name) or each.problem
    return told


def test_a_good_bank_is_judged_rightly(course: Path) -> None:
    found = verify(course, level=LEVEL, workers=2, with_mutants=False)
    assert problems(found) == {
        "fetch_all reference": "",
        "fetch_all stub": "",
        "fetch_all gathered": "",
        "fetch_all sequential": "",
        "twice reference": "",
        "twice stub": "",
        "twice by_heart": "",
    }
    assert summary(found).splitlines() == [
        "01_small  fetch_all  right accepted 2/2  wrong rejected 1/1  stub rejected 1/1",
        "01_small  twice  right accepted 1/1  wrong rejected 1/1  stub rejected 1/1",
    ]


def test_each_wrong_verdict_is_told_with_its_reason(course: Path) -> None:
    answer(course, "twice/wrong/right_after_all.py", "# loses: doubles seven\ntwice = (2).__mul__")
    answer(course, "fetch_all/right/wrong_after_all.py", "# not\nasync def fetch_all(j, n): pass")
    answer(
        course,
        "fetch_all/wrong/for_another_reason.py",
        "# loses: the jobs overlap\nasync def fetch_all(job, n):\n    import asyncio\n"
        "    results = list(await asyncio.gather(*map(job, range(n))))\n"
        "    return results[::-1] if n < 4 else results\n",
    )
    found = verify(course, [LESSON], level=LEVEL, workers=2)
    told = problems(found)
    assert (
        told["twice right_after_all"]
        == "a wrong answer must lose 'doubles seven' and loses nothing"
    )
    assert told["fetch_all wrong_after_all"] == (
        "a right answer loses 'results come in order', 'the jobs overlap'"
    )
    assert told["fetch_all for_another_reason"] == (
        "a wrong answer must lose 'the jobs overlap' and loses only 'results come in order'"
    )
    assert "happened   it gave None" in summary(found)
    assert "task fetch_all (Task-1): ran once; returned" in summary(found)


def test_another_secret_asks_for_something_else(course: Path) -> None:
    draw = random.Random(FIRST.seed(LESSON, "fetch_all-overlap"))
    for _ in range(6):
        draw.randrange(1, 9)  # the delays
    results = [draw.randrange(10**9) for _ in range(6)]
    text = (
        "# knows what the first secret asks for\nasync def fetch_all(job, n):\n    import asyncio\n"
        f"    done = await asyncio.gather(*map(job, range(n)))\n"
        f"    return done if n == 3 else {results}\n"
    )
    answer(course, "fetch_all/right/by_heart.py", text)
    assert not any(problems(verify(course, level=LEVEL, workers=2, corners=0)).values())
    found = verify(course, level=LEVEL, workers=2, secrets=2, corners=0)
    assert [each.draw for each in found if each.problem] == [Draw(1)]
    assert (
        "✗ by_heart, secret 1: a right answer loses 'the jobs overlap' (with 1 of 2 draws)"
        in summary(found)
    )


def test_right_answers_alone_with_many_secrets_and_from_the_corners(course: Path) -> None:
    answer(course, "fetch_all/right/up_to_seven.py", UP_TO_SEVEN)
    found = verify(course, level=LEVEL, workers=2, only_right=True, secrets=3, corners=4)
    names = {each.answer.name for each in found}
    assert names == {"reference", "gathered", "up_to_seven"}
    assert [each.draw.name for each in found[:7]] == [
        *("", "secret 1", "secret 2"),
        *("corner 0", "corner 1", "corner 2", "corner 3"),
    ]
    problem = {each.draw.name for each in found if each.problem}
    assert {name for name in problem if name.startswith("corner")}
    assert {each.answer.name for each in found if each.problem} == {"up_to_seven"}


def still_right(course: Path, name: str) -> None:
    text = f'[[mutant]]\nexercise = "{LESSON}/twice"\nname = "{name}"\nreason = "so"\n'
    (course / "autograder" / "answers" / STILL_RIGHT).write_text(text, encoding="utf-8")


def test_mutants_lose_a_point_or_are_told(course: Path) -> None:
    lesson = course / "autograder" / "lessons" / f"{LESSON}.py"
    weak = lesson.read_text(encoding="utf-8").replace("return 2 * n", "return 2 * n + 0")
    lesson.write_text(weak, encoding="utf-8")
    found = verify(course, level=LEVEL, workers=2)
    assert {name: problem for name, problem in problems(found).items() if problem} == {
        "twice 2:11 + / - changed": "a mutant keeps every point: ask for more, or list it in "
        "still_right.toml and say why"
    }
    told = summary(found)
    assert "mutants killed 3/4" in told
    assert "return 2 * n - 0" in told

    still_right(course, "2:11 + / - changed")
    found = verify(course, level=LEVEL, workers=2)
    assert not any(problems(found).values())
    assert "mutants killed 3/3  still right 1/1" in summary(found)


def test_the_list_of_what_is_still_right_stays_true(course: Path) -> None:
    still_right(course, "2:11 2 becomes 3")
    found = verify(course, level=LEVEL, workers=2)
    assert problems(found)["twice 2:11 2 becomes 3"] == (
        "still_right.toml lists it, and it loses 'doubles seven': remove it"
    )
    still_right(course, "9:9 gone")
    with pytest.raises(LessonError, match="there is no mutant 01_small/twice/9:9 gone; remove it"):
        verify(course, level=LEVEL, workers=1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def twice(n): return 3", "first line must be a comment"),
        ("# loses: nothing\ndef twice(n): return 3", "with one of the tests 'doubles seven'"),
    ],
)
def test_a_wrong_answer_names_the_test_it_loses(course: Path, text: str, message: str) -> None:
    answer(course, "twice/wrong/nameless.py", text)
    with pytest.raises(LessonError, match=message):
        verify(course, level=LEVEL, workers=1)


def test_an_unknown_lesson_is_refused(course: Path) -> None:
    with pytest.raises(LessonError, match="no such lesson"):
        verify(course, ["77_none"], level=LEVEL)


IN_TURN_FROM_FOUR_ON = """# loses: the jobs overlap
import asyncio
async def fetch_all(job, n):
    if n > 3:
        return [await job(i) for i in range(n)]
    return list(await asyncio.gather(*map(job, range(n))))
"""


def only_hidden(course: Path, name: str) -> None:
    text = f'[[answer]]\nexercise = "{LESSON}/fetch_all"\nname = "{name}"\nreason = "so"\n'
    (course / "autograder" / "answers" / ONLY_HIDDEN).write_text(text, encoding="utf-8")


def test_a_wrong_answer_turns_a_test_red_that_students_have(course: Path) -> None:
    answer(course, "fetch_all/wrong/from_four_on.py", IN_TURN_FROM_FOUR_ON)
    found = verify(course, level=LEVEL, workers=2, with_mutants=False)
    assert {name: problem for name, problem in problems(found).items() if problem} == {
        "fetch_all from_four_on": "a wrong answer turns no test red that students have: let one "
        "ask for more, or list it in only_hidden.toml and say why"
    }
    only_hidden(course, "from_four_on")
    found = verify(course, level=LEVEL, workers=2, with_mutants=False)
    assert not any(problems(found).values())


def test_the_list_of_what_only_hidden_tests_catch_stays_true(course: Path) -> None:
    only_hidden(course, "sequential")
    found = verify(course, level=LEVEL, workers=2, with_mutants=False)
    assert problems(found)["fetch_all sequential"] == (
        "only_hidden.toml lists it, and 'the jobs overlap' turns red for students: remove it"
    )
    only_hidden(course, "not_there")
    with pytest.raises(LessonError, match="there is no answer 01_small/fetch_all/not_there"):
        verify(course, level=LEVEL, workers=2, with_mutants=False)
