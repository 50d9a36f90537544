"""How far somebody has come: kept in one file, whatever happens to it."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from looplab import progress
from looplab.notebook.progress import FILE, MAX_BYTES, note, notebook_of
from looplab.notebook.totals import Totals


def write_lesson(folder: Path, name: str, title: str, tests: dict[str, float]) -> Path:
    cells = [new_markdown_cell(f"# {title}\n\nWelcome.")]
    for test, points in tests.items():
        cell = new_code_cell(f'check("the \\"{test}\\"", points={points})\nexpect(...)')
        cell.metadata["nbgrader"] = {"grade": True, "grade_id": test, "points": points}
        cells.append(cell)
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    write_lesson(tmp_path, "01_more", "01 · More <b>", {"twice-seven": 0.5})
    tests = {"fetch-order": 1, "fetch-time": 2, "other-one": 1}
    return write_lesson(tmp_path, "00_start", "00 · Start", tests)


def test_nothing_is_done_at_first(lesson: Path) -> None:
    assert str(progress(lesson.parent)) == "00 · Start  0/4\n01 · More <b>  0/0.5\nin all  0/4.5"
    assert "<code>fetch</code> not tried" in progress(lesson.parent)._repr_html_()
    assert not (lesson.parent / FILE).exists()


def test_the_last_verdict_of_each_check_counts(lesson: Path) -> None:
    note(lesson, "fetch-order", passed=True)
    note(lesson, "fetch-time", passed=False)
    note(lesson, "other-one", passed=True)
    note(lesson.with_name("01_more.ipynb"), "twice-seven", passed=True)
    told = progress(lesson.parent)
    assert str(told) == "00 · Start  2/4\n01 · More <b>  ✓ 0.5/0.5\nin all  2.5/4.5"
    note(lesson, "fetch-order", passed=False)
    note(lesson, "fetch-time", passed=True)
    start, _ = progress(lesson.parent).lessons
    assert [(e.name, e.points, e.of, e.tried) for e in start.exercises] == [
        ("fetch", 2, 3, True),
        ("other", 1, 1, True),
    ]


def test_the_table_is_safe_and_leads_to_the_lessons(lesson: Path) -> None:
    note(lesson, "other-one", passed=True)
    table = progress(lesson.parent)._repr_html_()
    assert '<a href="00_start.ipynb">00 · Start</a>' in table
    assert "01 · More &lt;b&gt;" in table
    assert "<code>other</code> ✓ 1/1" in table


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[1, 2]",
        '"text"',
        '{"00_start": 3}',
        "[" * 100_000,
        '{"00_start": {"fetch-order": "yes"}}',
    ],
)
def test_a_damaged_file_is_as_good_as_none_and_is_mended(lesson: Path, damaged: str) -> None:
    file = lesson.with_name(FILE)
    file.write_text(damaged, encoding="utf-8")
    assert progress(lesson.parent).lessons[0].points == 0
    note(lesson, "other-one", passed=True)
    assert json.loads(file.read_text(encoding="utf-8"))["00_start"] == {"other-one": True}


def test_bytes_that_are_no_text_and_files_too_long(lesson: Path) -> None:
    for content in (b"\xff\xfe\x00", b" " * MAX_BYTES + b"{}"):
        lesson.with_name(FILE).write_bytes(content)
        assert progress(lesson.parent).lessons[0].points == 0


def test_what_is_no_lesson_is_left_out(lesson: Path) -> None:
    (lesson.parent / "02_mine.ipynb").write_text("{", encoding="utf-8")
    (lesson.parent / "03_mine.ipynb").write_text('{"cells": [1]}', encoding="utf-8")
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), lesson.parent / "04_mine.ipynb")
    assert [each.name for each in progress(lesson.parent).lessons] == ["00_start", "01_more"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_that_cannot_be_written_to_is_no_error(lesson: Path) -> None:
    lesson.parent.chmod(0o500)
    try:
        note(lesson, "other-one", passed=True)
    finally:
        lesson.parent.chmod(0o700)


def test_nothing_is_left_of_a_write_that_fails(lesson: Path) -> None:
    lesson.with_name(FILE).mkdir()  # it cannot be replaced by a file
    note(lesson, "other-one", passed=True)
    assert sorted(path.name for path in lesson.parent.iterdir()) == sorted(
        [FILE, "00_start.ipynb", "01_more.ipynb"]
    )


def test_which_notebook_it_is(lesson: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert notebook_of({}) is None
    assert notebook_of({"__vsc_ipynb_file__": str(lesson)}) == lesson
    monkeypatch.setenv("JPY_SESSION_NAME", str(lesson))
    assert notebook_of({}) == lesson
    monkeypatch.setenv("JPY_SESSION_NAME", "a-session-of-its-own")
    assert notebook_of({}) is None


# Below the last check of an exercise


def test_a_total_is_told_below_the_last_check(lesson: Path) -> None:
    totals, answer = Totals(), object()
    totals.note("fetch-order", answer, passed=True)
    assert totals.told(lesson, "fetch-order") == ""
    totals.note("fetch-time", answer, passed=True)
    assert totals.told(lesson, "fetch-time") == "fetch: ✓ 3/3 points. Next: other."
    totals.note("other-one", answer, passed=True)
    told = totals.told(lesson, "other-one")
    assert told.startswith("other: ✓ 1/1 points. That was the last exercise.")
    assert "`looplab.check_all()`" in told


def test_a_total_says_what_to_look_at(lesson: Path) -> None:
    totals, answer = Totals(), object()
    totals.note("fetch-order", answer, passed=False)
    totals.note("fetch-time", answer, passed=True)
    assert totals.told(lesson, "fetch-time") == (
        'fetch: 2/3 points. Look first at “the "fetch-order"”.'
    )


def test_a_total_forgets_what_judged_an_older_answer(lesson: Path) -> None:
    totals = Totals()
    totals.note("fetch-order", "the first answer", passed=True)
    totals.note("fetch-time", "another answer", passed=True)
    assert totals.told(lesson, "fetch-time") == (
        "fetch: 2/3 points. 1 check has not judged this answer yet: run all checks of the exercise."
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cells": [{}]}', '{"cells": 3}'])
def test_a_notebook_that_is_none_has_no_totals(lesson: Path, text: str) -> None:
    totals = Totals()
    totals.note("fetch-order", None, passed=True)
    lesson.write_text(text, encoding="utf-8")
    assert totals.told(lesson, "fetch-order") == ""
