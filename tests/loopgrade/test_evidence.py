"""What the points of each test hang on: read in its text, and on a page of the docs."""

from pathlib import Path

import pytest

from loopgrade.authoring.evidence import evidence_page, facts_of, on_evidence_alone, write_evidence
from loopgrade.authoring.lesson import Lesson, read_lesson

ROOT = Path(__file__).parents[2]

SCENARIO = """
async def seen_(job):
    return await fetch_all(job, 3)

run = observe(seen_{given})
expect(run).returned(3).took(4)
"""

OWN = {
    "a result": ("run = observe(twice, 7)\nexpect(run).returned(14)", ("what it returns",)),
    "an error": ("run = observe(twice, 7)\nexpect(run).raised(OSError)", ("how it ends",)),
    "the clock": ("run = observe(wait, 7)\nexpect(run).took(7)", ("the clock",)),
    "calls": ("run = observe(f, jobs([1]))\nexpect(run).jobs_ended()", ("calls of services",)),
    "calls that a test reads": (
        "run = observe(f, jobs([1]))\n"
        "expect(run).that(len(run.calls) == 1, expected='', happened='')",
        ("calls of services",),
    ),
    "orders": (
        "found_ = explore(f, store(1))\nexpect(found_).returned(1)",
        ("what it returns", "orders that are the examiner's"),
    ),
    "a scenario with a service": (
        SCENARIO.format(given=", jobs([4])"),
        ("what it returns", "the clock"),
    ),
    "one by a name": (
        "op_ = jobs([4])" + SCENARIO.format(given=", op_"),
        ("what it returns", "the clock"),
    ),
}


@pytest.mark.parametrize(("source", "own"), OWN.values(), ids=OWN)
def test_what_is_the_examiners_own(source: str, own: tuple[str, ...]) -> None:
    assert facts_of(source).own == own
    assert facts_of(source).evidence == ()


EVIDENCE = {
    "what is left": ("nothing_left()", ("tasks that are left",)),
    "turns": ("ran_at_most(9)", ("turns",)),
    "threads": ("without_threads()", ("threads",)),
    "what is noted": ("that(not run.lost, expected='', happened='')", ("what is noted of it",)),
}


@pytest.mark.parametrize(("expected", "evidence"), EVIDENCE.values(), ids=EVIDENCE)
def test_what_is_evidence(expected: str, evidence: tuple[str, ...]) -> None:
    told = facts_of(f"run = observe(twice, 7)\nexpect(run).{expected}")
    assert told.own == ()
    assert told.evidence == evidence


def test_a_scenario_without_a_service_is_evidence() -> None:
    told = facts_of(SCENARIO.format(given=""))
    assert told.own == ()
    assert told.evidence == ("what a scenario returns", "waits of a scenario")


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return [read_lesson(path) for path in sorted((ROOT / "autograder" / "lessons").glob("*.py"))]


def test_no_exercise_rests_on_evidence_alone(lessons: list[Lesson]) -> None:
    assert sum(len(lesson.exercises) for lesson in lessons) >= 40
    assert on_evidence_alone(lessons) == []


def test_the_page_is_up_to_date(lessons: list[Lesson]) -> None:
    page = ROOT / "docs" / "evidence.md"
    assert page.read_text(encoding="utf-8") == evidence_page(lessons), (
        "run `looplab build --evidence docs`"
    )


def test_it_is_written_where_it_is_asked_for(lessons: list[Lesson], tmp_path: Path) -> None:
    assert write_evidence(lessons[:1], tmp_path / "docs").read_text(
        encoding="utf-8"
    ) == evidence_page(lessons[:1])
