"""The report says what there is, names mistakes as the answer bank does, and runs nothing."""

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from small import ANSWERS, LESSON, RIGHT, locked_gradebook, submission

from loopgrade.authoring.build import build
from loopgrade.classroom.batch import grade
from loopgrade.cli import main
from loopgrade.desk import mistakes as knowing
from loopgrade.desk.alike import MAX_CHARACTERS, alike, shape
from loopgrade.desk.mistakes import Known, happening, loosened, mistakes, own_names
from loopgrade.desk.report import COLUMNS, ReportError, report
from loopgrade.examination import sandbox
from loopgrade.steps.secret import course_secret
from loopgrade.steps.stamp import secret_id

HandIn = Callable[..., Path]
LEVEL = sandbox.strongest()
SEQUENTIAL = ANSWERS["fetch_all/wrong/sequential.py"]
OWN_SEQUENTIAL = """\
async def fetch_all(job, n):
    found = []
    for number in range(n):
        found.append(await job(number))
    return found"""
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def graded(hand_in: HandIn, small_course: Path) -> Path:
    """The small course with a class, graded."""
    hand_in("right", **RIGHT)
    hand_in("seq1", **{**RIGHT, "fetch_all": SEQUENTIAL})
    hand_in("seq2", **{**RIGHT, "fetch_all": OWN_SEQUENTIAL})
    hand_in("heart", **{**RIGHT, "twice": "def twice(n):\n    return 41"})
    hand_in("crash", **{**RIGHT, "twice": f"def twice(n):\n    raise ValueError('{NASTY}')"})
    submission(small_course, "empty").parent.mkdir(parents=True)
    submission(small_course, "empty").write_bytes(b"")
    hand_in("half", fetch_all=RIGHT["fetch_all"])
    hand_in("stub")
    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        book.add_student("=cmd()", first_name="Ada", last_name=NASTY)
        book.update_or_create_student("right", first_name="@SUM", last_name="Doe")
    grade(small_course, LESSON, level=LEVEL)
    config = small_course / "autograder" / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    return small_course


def told(course: Path, form: Any, **options: Any) -> str:
    return "".join(report(course, LESSON, form, **options))


def test_mistakes_have_the_banks_names(graded: Path) -> None:
    seen: list[str] = []
    (lesson,) = json.loads(told(graded, "json", progress=lambda *each: seen.append(each[2])))
    assert [(each["test"], each["failed"], each["of"]) for each in lesson["failures"]] == [
        ("fetch_all-order", 0, 6),
        ("fetch_all-overlap", 2, 6),
        ("twice-seven", 3, 6),
    ]
    found = {tuple(each["students"]): each for each in lesson["mistakes"]}
    assert found["seq1", "seq2"]["bank"] == ["sequential"]
    assert found["seq1", "seq2"]["exactly"] is True
    assert found["seq1", "seq2"]["tests"] == ["fetch_all-overlap"]
    # 41 is not 42, but it is like it.
    assert (found["heart",]["bank"], found["heart",]["exactly"]) == (["by_heart"], False)
    assert (found["half",]["bank"], found["half",]["happened"]) == ([], "not started")
    assert found["crash",]["bank"] == []
    assert found["crash",]["happened"].startswith("it raised ValueError: ")
    assert sorted(seen) == ["by_heart", "sequential"]
    told(graded, "json", progress=lambda *each: seen.append("again"))
    assert "again" not in seen  # it is remembered
    text = told(graded, "text").splitlines()
    assert "  fetch_all: 2 students: `sequential` (fetch_all-overlap)" in text
    assert "  twice: 1 student: like `by_heart` (twice-seven)" in text


def test_another_secret_is_examined_anew(graded: Path) -> None:
    told(graded, "json")
    (graded / "autograder" / ".looplab_secret").write_text("ab" * 32)
    seen: list[str] = []
    told(graded, "json", progress=lambda *each: seen.append(each[2]))
    assert sorted(seen) == ["by_heart", "sequential"]


def test_a_row_for_each_student_and_exercise(graded: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(told(graded, "csv", with_bank=False))))
    assert tuple(rows[0]) == COLUMNS
    by_key = {(row["student"], row["exercise"]): row for row in rows}
    right = by_key["right", ""]
    assert (right["points"], right["of"], right["final"], right["state"]) == (
        "4.0",
        "4.0",
        "4.0",
        "graded",
    )
    assert right["name"] == "'@SUM Doe"  # no formula
    assert right["isolation"] == LEVEL
    assert right["secret"] == secret_id(course_secret(graded / "autograder"))
    lost = by_key["seq1", "fetch_all"]
    assert (lost["points"], lost["of"]) == ("1.0", "3.0")
    assert lost["reasons"].startswith("✗ the jobs overlap (2 points)")
    assert re.fullmatch(
        r"fetch_all-order=[0-9a-f]{32} fetch_all-overlap=[0-9a-f]{32}", lost["tests"]
    )
    for student, state in (
        ("'=cmd()", "missing"),
        ("empty", "not readable"),
        ("stub", "not attempted"),
    ):
        row = by_key[student, ""]
        assert row["state"] == state
        # What is not graded is empty, and not 0.
        assert {row[name] for name in ("points", "of", "penalty", "final")} == {""}
        assert [key for key in by_key if key[0] == student] == [(student, "")]
    assert by_key["empty", ""]["why"].endswith("ask for it again.")


class Page(HTMLParser):
    """The tags and the attributes of a page, and whether it is well formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_the_page_is_one_file_that_runs_nothing(graded: Path) -> None:
    text = told(graded, "html", with_bank=False)
    page = Page(text)
    assert "script" not in page.tags
    assert ("lang", "en") in page.attributes
    assert {name for name, _ in page.attributes} <= {
        "lang",
        "charset",
        "http-equiv",
        "name",
        "content",
        "scope",
        "class",
    }
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text
    assert NASTY not in text
    assert "Ada &lt;script&gt;" in text
    assert page.tags.count("caption") == page.tags.count("table") >= 3


def test_what_was_changed_is_worth_a_look(hand_in: HandIn, small_course: Path) -> None:
    def cell(notebook: Any, id: str) -> Any:
        return next(
            c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == id
        )

    def edited(notebook: Any) -> None:
        cell(notebook, "twice-seven")["source"] = "pass"

    def spaces(notebook: Any) -> None:
        cell(notebook, "twice-seven")["source"] += "  \n"

    def deleted(notebook: Any) -> None:
        notebook["cells"].remove(cell(notebook, "twice-seven"))
        notebook["cells"].remove(cell(notebook, "twice"))

    def doubled(notebook: Any) -> None:
        notebook["cells"] += [dict(cell(notebook, "twice-seven")), dict(cell(notebook, "twice"))]

    def made_up(notebook: Any) -> None:
        new = json.loads(json.dumps(cell(notebook, "twice-seven")))
        new["metadata"]["nbgrader"]["grade_id"] = "bonus\x1b[31m"
        notebook["cells"].append(new)

    for change in (edited, spaces, deleted, doubled, made_up):
        hand_in(change.__name__, change, **RIGHT)
    (hand_in("beside", **RIGHT).parent / "notes.txt").write_text("mine")
    lines = told(small_course, "text", with_bank=False).splitlines()
    assert lines == [
        LESSON,
        "  nobody is graded",
        "  beside: other files beside it: notes.txt",
        "  deleted: the answer cell twice is missing",
        "  deleted: test twice-seven is missing",
        "  doubled: the answer cell twice is there 2 times",
        "  doubled: test twice-seven is there 2 times",
        "  edited: test twice-seven was edited",
        "  made_up: a cell says that it is bonus [31m, and the lesson has none",
    ]


def test_a_lesson_that_was_mended_accuses_nobody(hand_in: HandIn, small_course: Path) -> None:
    hand_in("ada", **RIGHT)
    lesson = small_course / "autograder" / "lessons" / f"{LESSON}.py"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("observe(twice, 7)", "observe(twice,  7)"), encoding="utf-8")
    build(small_course)
    lines = told(small_course, "text", with_bank=False).splitlines()
    assert lines[2:] == ["  ada: test twice-seven is of another release"]


LONG = """\
async def fetch_all(job, n):
    '''mine'''
    results = [None] * n
    async def one(place):
        results[place] = await job(place)
    tasks = []
    for place in range(n):
        tasks.append(asyncio.ensure_future(one(place)))
    for task in tasks:
        await task
    return results
"""
NEARLY = LONG.replace("    return results", "    print(n)\n    return results")


def test_answers_that_are_alike() -> None:
    copied = (
        LONG.replace("results", "out")
        .replace("one(", "two(")
        .replace("    '''mine'''\n", "  # x\n")
    )
    short = {"a": "def f(x): return 2 * x", "b": "def f(y): return 2 * y"}
    assert list(alike("f", short)) == []
    (same, near) = alike("f", {"ada": LONG, "bob": copied, "cy": NEARLY, "dan": SEQUENTIAL})
    assert (same.students, same.how, same.texts) == (("ada", "bob"), "the same", (LONG, copied))
    assert (near.students, near.how) == (("ada", "cy"), "nearly the same")
    # Who has what the answer bank has copied from nobody.
    assert list(alike("f", {"ada": LONG, "bob": copied}, {shape(LONG)})) == []
    assert [
        each.students for each in alike("f", {"ada": LONG, "cy": NEARLY}, {shape(copied)})
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "def f(",
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "-" * 20_000 + "1",
        "\0",
        "# coding: utf-7\n+AAA-",
        "x = 1\n" * MAX_CHARACTERS,
        "x = " + "9" * 6_000,
        "\ud800",
        "if 1 is 1: '\\d'",
    ],
)
def test_a_hostile_answer_is_only_text(text: str) -> None:
    """Reading must end, and raise nothing; what cannot be read is alike to none."""
    assert isinstance(shape(text), tuple)
    assert own_names(text) <= {"x"}
    assert list(alike("f", {"a": text, "b": text})) == []


def test_what_happened_is_told_apart_and_together() -> None:
    seven = "✗ doubles seven (1 point)\n  expected   14\n  happened   it gave 42\n  hint       add"
    known = [
        Known("twice", "by_heart", *knowing.patterns({"t": seven}, frozenset())),
        Known("twice", "other", *knowing.patterns({"t": "✗ broke"}, frozenset())),
    ]
    losses = {
        "a": {"t": seven},
        "b": {"t": seven.replace("42", "41")},
        "c": {"t": seven.replace("42", "40.5")},
        "d": {"t": "✗ doubles seven: your cell did not run"},
        "e": {"t": seven, "u": seven},
    }
    found = mistakes("twice", losses, {}, known)
    assert found[0].students == ("b", "c")  # the most frequent first
    assert {each.students: (each.named, each.sure) for each in found} == {
        ("b", "c"): (("by_heart",), False),
        ("d",): ((), False),
        ("a",): (("by_heart",), True),
        ("e",): ((), False),
    }
    assert happening(losses["d"]["t"]) == "your cell did not run"
    assert loosened("helper() waits 2.5 s", frozenset({"helper"})) == "NAME() waits N s"


def test_the_command(
    graded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(graded)
    assert main(["report", "all", "--no-bank", "--html", "out.html"]) == 0
    assert capsys.readouterr().out == "out.html\n"
    assert (graded / "out.html").read_text(encoding="utf-8") == told(
        graded, "html", with_bank=False
    )
    assert main(["report", LESSON, "--csv", "--no-bank"]) == 0
    assert capsys.readouterr().out.startswith("lesson,student,name,exercise,state")
    assert main(["report", "99_none", "--csv", "none.csv"]) == 1
    assert "run `looplab build` first" in capsys.readouterr().err
    assert not (graded / "none.csv").exists()
    assert [path.name for path in graded.iterdir() if path.name.startswith(".out")] == []


def test_a_locked_gradebook_is_one_sentence(graded: Path) -> None:
    with (
        locked_gradebook(graded),
        pytest.raises(ReportError, match=r"The gradebook cannot be read .*locked"),
    ):
        told(graded, "text", with_bank=False)
