"""What each lesson covers of the two notes that the course mirrors: docs/coverage says it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.stem for path in (ROOT / "autograder" / "lessons").glob("*.py"))

# Notes A and B, their blocks in order; what is wrong or missing in them, and what Python has
# changed since, by number. Each has its home in one lesson.
COVERED: dict[str, set[str]] = {
    "00_start_here": {"section B: 关键内容纵览"},
    "01_coroutines": {
        "section A: 协程 Coroutine",
        "section B: 协程的定义与使用",
        "block B1",
        *(f"correction {n}" for n in (1, 19, 22, 23)),
        "change 11",
    },
    "02_yield_and_send": {"section A: yield & send", "block A1", "correction 2", "correction 3"},
    "03_yield_from": {
        "section A: @asyncio.coroutine 与 yield from",
        "block A2",
        "change 1",
        "change 5",
    },
    "04_async_await": {
        "section A: async/await",
        *(f"correction {n}" for n in (4, 5, 8)),
    },
    "05_event_loop": {
        "section A: event loop",
        "block A3",
        *(f"correction {n}" for n in (6, 7, 20)),
        "change 3",
        "change 9",
    },
    "06_tasks": {
        "section A: Task",
        "block A4",
        "block A5",
        *(f"correction {n}" for n in (9, 10, 11, 12, 21)),
        "change 4",
    },
    "07_callbacks_and_results": {
        "section B: 回调与执行结果",
        "block B2",
        *(f"correction {n}" for n in (15, 18, 24, 25)),
    },
    "08_many_at_once": {
        "section B: await与协程并发",
        "block B3",
        *(f"correction {n}" for n in (26, 27, 28)),
        "change 6",
    },
    "09_gather_and_nesting": {
        "section A: gather",
        "section B: 协程嵌套",
        "block A6",
        "block B4",
        *(f"correction {n}" for n in (13, 14, 16)),
    },
    "10_lock": {"section A: Lock", "block A7", "correction 17", "change 7"},
    "11_cancellation_and_ctrl_c": {
        "section B: 协程ctrl+c停止",
        "block B5",
        *(f"correction {n}" for n in (29, 30, 31)),
        "change 2",
        "change 10",
    },
    "12_threads": {
        "section B: 线程与协程",
        "block B6",
        *(f"correction {n}" for n in (32, 33, 34)),
        "change 8",
    },
    "13_master_worker": {"section B: master-worker主从模式", "correction 35", "correction 36"},
}


def rows(lesson: str) -> list[tuple[str, str, str]]:
    """Return the rows of a lesson's table: of the notes, in the lesson, shown by."""
    text = (ROOT / "docs" / "coverage" / f"{lesson}.md").read_text(encoding="utf-8")
    found = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in text.split("\n")
        if line.startswith("| ")
    ]
    head, *told = found
    assert head == ("of the notes", "in the lesson", "shown by")
    return told  # type: ignore[return-value]  # each has three cells, or unpacking fails


def test_everything_has_a_home() -> None:
    everything = [each for covered in COVERED.values() for each in covered]
    assert len(everything) == len(set(everything))
    for kind, last in (("correction", 36), ("change", 11)):
        numbers = sorted(int(e.split()[1]) for e in everything if e.startswith(f"{kind} "))
        assert numbers == list(range(1, last + 1))
    blocks = {each for each in everything if each.startswith("block ")}
    assert blocks == {f"block A{n}" for n in range(1, 8)} | {f"block B{n}" for n in range(1, 7)}


def test_lessons_and_tables_belong_together() -> None:
    tables = sorted(path.stem for path in (ROOT / "docs" / "coverage").glob("*.md"))
    assert tables == LESSONS
    assert set(LESSONS) <= COVERED.keys()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_covers_what_it_is_there_for(lesson: str) -> None:
    assert {of for of, _, _ in rows(lesson)} == COVERED[lesson]


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_row_names_a_heading_of_the_lesson(lesson: str) -> None:
    source = (ROOT / "autograder" / "lessons" / f"{lesson}.py").read_text(encoding="utf-8")
    headings = set(re.findall(r"^# #+ (.+)$", source, re.MULTILINE))
    for of, heading, shown in rows(lesson):
        assert heading in headings, of
        assert shown
