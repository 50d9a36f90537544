"""A student's page says what happened, runs nothing, and gives away nothing that is hidden."""

import json
import re
import zipfile
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from small import ANSWERS, LESSON, RIGHT, submission

from loopgrade.classroom.batch import grade
from loopgrade.cli import main
from loopgrade.desk import references as references_module
from loopgrade.desk.feedback import FeedbackError, feedback
from loopgrade.desk.feedback_page import MAX_BYTES, Feedback, feedback_page
from loopgrade.desk.handed_in import BadSource
from loopgrade.desk.judged import REVEALS, Judged, Outcome
from loopgrade.desk.returning import pack
from loopgrade.desk.roster import Roster, Student
from loopgrade.examination import sandbox
from looplab import jobs, observe

HandIn = Callable[..., Path]
LEVEL = sandbox.strongest()
NASTY = "<script>alert('own')</script>"
BY_HEART = (  # right for what students see, and not for what is hidden
    "import asyncio\nasync def fetch_all(job, n):\n"
    "    if n > 3: return [await job(i) for i in range(n)]\n"
    "    return list(await asyncio.gather(*map(job, range(n))))\n"
)


class Page(HTMLParser):
    """A page: its tags with their attributes, its text, and whether it is well formed."""

    VOID = ("meta", "br", "img", "hr", "use", "path", "rect")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[int] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in ("meta", "br", "img", "hr"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ("meta", "br", "img", "hr"):
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_no_page_runs_or_loads_anything(hand_in: HandIn, small_course: Path) -> None:
    def hostile(notebook: Any) -> None:
        new = nbformat.v4
        notebook.cells[0].source = f"# {NASTY}\n\n#### too deep\n\n| | a |\n|-|-|\n| 1 | 2 |"
        notebook.cells += [
            new.new_markdown_cell("<img src=x onerror=alert(1)> <svg onload=alert(1)>"),
            new.new_markdown_cell("[x](javascript:alert(1)) <iframe src='http://a'></iframe>"),
            new.new_markdown_cell("<base href='http://a'><meta http-equiv=refresh content=0>"),
            new.new_markdown_cell("<style>* {display: none}</style></details></main><form>"),
            new.new_code_cell(f"print({NASTY!r})\nraise ValueError({NASTY!r})"),
            new.new_code_cell("### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS"),
        ]

    raises = f'async def fetch_all(job, n):\n    raise ValueError("{NASTY}")'
    hand_in("eve", hostile, fetch_all=raises, twice=f"def twice(n): return '{NASTY}'")
    text = page_of(small_course, "eve")
    page = Page(text)
    assert "script" not in page.tags
    assert {"iframe", "base", "form", "link", "object", "embed"}.isdisjoint(page.tags)
    assert not [each for each in page.attributes if each[1].startswith("on")]
    assert page.tags.count("style") == 1
    for _, name, value in page.attributes:
        if name in ("href", "src"):
            assert value.startswith(("#", "data:image/"))
        if name == "style":
            assert re.fullmatch(r"#[\w-]+", "".join(re.findall(r"url\(([^)]*)\)", value)) or "#a")
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len({*ids})
    policy = [value for _, name, value in page.attributes if "default-src 'none'" in value]
    assert len(policy) == 1
    assert "script-src" not in policy[0]
    assert ("html", "lang", "en") in page.attributes
    assert page.headings[:1] == [1]
    assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert NASTY in unescape(re.sub(r"<[^>]*>", "", text))  # told, as text
    assert '"schema"' not in unescape(text)  # a Run's JSON is for programs


def page_of(course: Path, student: str) -> str:
    """Grade, write the pages, and return one."""
    with (course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    grade(course, LESSON, level=LEVEL)
    (path,) = feedback(course, LESSON).pages[student]
    return path.read_text(encoding="utf-8")


def words(text: str) -> str:
    """What a reader sees."""
    return " ".join(
        unescape(re.sub(r"<style>.*</style>|<[^>]*>", " ", text, flags=re.DOTALL)).split()
    )


def test_the_first_screen_says_why_and_shows_it(hand_in: HandIn, small_course: Path) -> None:
    crash = "def twice(n):\n    m = n\n    return m + 'x'"
    slow = ANSWERS["fetch_all/wrong/sequential.py"]
    hand_in("ada", fetch_all=slow, twice=crash)
    grade(small_course, LESSON, level=LEVEL)
    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        book.update_or_create_student("ada", first_name="Ada", last_name="Doe")
        comment = book.find_comment("twice", LESSON, LESSON, "ada")
        comment.manual_comment = "Look at <7> again.\nTwice."
        given = book.find_grade("twice-seven", LESSON, LESSON, "ada")
        given.manual_score = 0.5
        book.db.commit()
    text = page_of(small_course, "ada")
    first, _, lesson = text.partition('<details class="lesson">')
    told = words(first)
    assert f"{LESSON} Ada Doe 1.5 of 4 points" in told
    assert "fetch_all 1 of 3 ✓ results come in order 1 of 1" in told
    assert "✗ the jobs overlap 0 of 2 expected" in told
    assert "happened" in told
    assert "hint start them all before you wait for one" in told
    assert "twice 0.5 of 1 Your teacher writes: Look at <7> again. Twice." in told
    assert "0.5 of 1, given by hand" in told
    assert "line 3 return m + 'x'" in told
    pictures = re.findall(r'<svg[^>]* role="img"[^>]*>', first)
    assert [*map(bool, pictures)] == [True, True]
    assert all('aria-label="Timeline: ' in each for each in pictures)
    assert "In words" in told
    assert "def twice(n):" in words(lesson)
    assert "observe(twice, 7)" not in words(lesson)  # a test
    assert "\x1b" not in text


@pytest.mark.parametrize("reveal", REVEALS)
def test_of_a_hidden_test_only_what_the_course_reveals(
    hand_in: HandIn, small_course: Path, reveal: str
) -> None:
    hand_in("bob", **{**RIGHT, "fetch_all": BY_HEART})
    config = small_course / "autograder" / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as file:
        file.write("c.FeedbackPage.reveal = 'points'\n")
        file.write(f"c.FeedbackPage.reveal_of = {{'fetch_all-overlap': {reveal!r}}}\n")
    text = page_of(small_course, "bob")
    told = words(text.partition('<details class="lesson">')[0])
    rank = REVEALS.index(reveal)  # type: ignore[arg-type]  # pytest's parameters are plain texts
    assert ("✗ the jobs overlap 0 of 2" in told) == (rank >= 1)
    assert ("✗ a test 0 of 2" in told) == (rank == 0)
    assert ("a hidden test failed" in told) == (rank in (1, 2))
    assert ("however many there are" in told) == (rank >= 2)
    assert ("took" in told) == (rank == 3)
    assert ("<svg" in text) == (rank == 3)
    assert "randrange" not in text


def test_a_flag_is_for_teachers(hand_in: HandIn, small_course: Path) -> None:
    hand_in("eve", **{**RIGHT, "twice": "import asyncio\nasyncio.sleep = None\n" + RIGHT["twice"]})
    assert "For a human" not in page_of(small_course, "eve")


def test_who_began_nothing_is_told_so(hand_in: HandIn, small_course: Path) -> None:
    hand_in("half", fetch_all=RIGHT["fetch_all"])
    text = page_of(small_course, "half")
    assert "✗ doubles seven 0 of 1 happened not started" in words(text)
    assert "<svg" not in text


def test_a_page_stays_small_whatever_was_handed_in() -> None:
    async def many(job: Any, n: int) -> Any:
        return [await job(i) for i in range(n)]

    runs = [json.dumps(observe(many, jobs([1] * n), n).to_json()) for n in range(12, 30)]
    tests = tuple(Outcome(f"test {n}", 0, 1, run=run) for n, run in enumerate(runs))
    cells = [nbformat.v4.new_markdown_cell(f"{n} " + "ä" * 3_000) for n in range(60)]
    cells += [nbformat.v4.new_code_cell("&" * 200_000)]
    page = feedback_page(Feedback("x", "y", [Judged("many", tests)], cells=cells))
    assert len(page.encode()) <= MAX_BYTES
    assert 1 <= page.count("<svg") < len(runs)
    assert page.count("In words") == len(runs)
    assert "The rest is left out here" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len({*ids}) > 0
    for used in re.findall(r'(?:url\(#|href="#)([^")]+)', page):
        assert used in ids


# A class


def test_who_gets_a_page_and_who_does_not(
    hand_in: HandIn,
    small_course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(FeedbackError, match="Nobody is graded; run `looplab grade` first"):
        feedback(small_course, LESSON)
    with pytest.raises(FeedbackError, match="run `looplab build` first"):
        feedback(small_course, "99_none")
    hand_in("ada", **RIGHT)
    hand_in("bob", **{**RIGHT, "fetch_all": BY_HEART})
    hand_in("stub")
    grade(small_course, LESSON, level=LEVEL)
    path = submission(small_course, "bob")
    path.write_text(path.read_text("utf-8").replace("if n > 3", "if n > 4"), "utf-8")
    with (small_course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    monkeypatch.chdir(small_course)
    assert main(["feedback", LESSON]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "bob is stale (the submission changed), and gets no page.",
        "stub is not attempted (no answer was changed.), and gets no page.",
    ]
    assert said[2].endswith(f"feedback/{LESSON}.html: 1 page of 1 students")
    index = (small_course / "autograder" / "feedback" / f"{LESSON}.html").read_text("utf-8")
    (link,) = re.findall('href="([^"]+)"', index)
    assert (small_course / "autograder" / "feedback" / link).is_file()
    assert "script" not in Page(index).tags
    assert main(["feedback", LESSON, "--zip", "canvas"]) == 1
    assert "Say --like FILE too" in capsys.readouterr().err


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return path


ROSTER = Roster(
    [
        Student("s01", "Ada", "Doe", number="101"),
        Student("s02", "Bob", "Roe", number="102"),
        Student("s03", "李", "雷", number="103"),
        Student("s04", "Cy", "Poe", number="104"),
    ]
)


def returned(tmp_path: Path, platform: Any, names: list[str]) -> tuple[dict[str, bytes], list[str]]:
    pages = {}
    for student in ROSTER.students:
        pages[student] = [tmp_path / student / "01.html"]
        pages[student][0].parent.mkdir(exist_ok=True)
        pages[student][0].write_text(student)
    target = tmp_path / "out.zip"
    said = pack(platform, zipped(tmp_path / "in.zip", names), pages, ROSTER, target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}, said


def test_moodle_finds_each_by_the_folder_that_it_has_made(tmp_path: Path) -> None:
    found, said = returned(
        tmp_path,
        "moodle",
        [
            "Ada Doe_11_assignsubmission_file/my_work_1_2_3.ipynb",
            "Ada Doe_11_assignsubmission_onlinetext/onlinetext.html",
            "Bob Roe_12_assignsubmission_file_/loop.json",
            "李 雷_13_assignsubmission_file_x.ipynb",
            "Eve Foe_14_assignsubmission_file/x.ipynb",
        ],
    )
    assert found == {
        "Ada Doe_11_assignsubmission_file/01.html": b"s01",
        "Bob Roe_12_assignsubmission_file_/01.html": b"s02",
        "李 雷_13_assignsubmission_file_01.html": b"s03",
    }
    assert said == [
        "Eve Foe is not in the roster; add them there, or rename the file.",
        "s04 handed in nothing there; send the page by another way.",
    ]


def test_canvas_finds_each_by_a_file_that_they_handed_in(tmp_path: Path) -> None:
    found, said = returned(
        tmp_path,
        "canvas",
        [
            "doeada_101_5001_01_small.ipynb",
            "doeada_101_5002_01_small-1.ipynb",
            "roebob_LATE_102_5003_untitled.ipynb",
            "poecy_104_text.html",
            "雷李_103_5004_x.ipynb",
        ],
    )
    assert found == {
        "doeada_101_5002_01.html": b"s01",
        "roebob_LATE_102_5003_01.html": b"s02",
        "雷李_103_5004_01.html": b"s03",
    }
    assert said == ["s04 handed in nothing there; send the page by another way."]


def test_nobody_gets_what_another_should(tmp_path: Path) -> None:
    names = [f"Ada Doe_{n}_assignsubmission_file/x.ipynb" for n in (11, 12)]
    found, said = returned(tmp_path, "moodle", names)
    assert found == {}
    assert said[0] == "Several are called s01 there (numbers 11, 12); send it to them."
    with pytest.raises(BadSource, match=r"is no zip of Canvas's; give the one that you downloaded"):
        returned(tmp_path, "canvas", names)
    (tmp_path / "out.zip").write_bytes(b"before")
    with pytest.raises(BadSource, match="no zip that can be read"):
        pack("moodle", tmp_path / "out.zip", {}, ROSTER, tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == b"before"


def test_a_zip_of_the_command(
    hand_in: HandIn,
    small_course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hand_in("ada", **RIGHT)
    page_of(small_course, "ada")
    monkeypatch.chdir(small_course)
    zipped(small_course / "in.zip", ["ada_5_assignsubmission_file/x.ipynb"])
    assert main(["feedback", LESSON, "--zip", "moodle", "--like", "in.zip", "--to", "o.zip"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "o.zip"
    with zipfile.ZipFile(small_course / "o.zip") as archive:
        assert archive.namelist() == [f"ada_5_assignsubmission_file/{LESSON}.html"]


SEQUENTIAL = ANSWERS["fetch_all/wrong/sequential.py"]


def test_a_right_answer_stands_beside_what_was_wrong(hand_in: HandIn, small_course: Path) -> None:
    hand_in("eve", fetch_all=SEQUENTIAL, twice=RIGHT["twice"])
    text = unescape(page_of(small_course, "eve"))
    (told,) = re.findall(r"<pre>(yours: .*?)</pre>", text, re.DOTALL)
    yours, right = told.split("a right answer: ")
    assert "took 7 s" in yours and "took 4 s" in right
    assert text.count('class="looplab-timeline"') == 1
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len({*ids})


def test_nothing_stands_beside_what_is_hidden(hand_in: HandIn, small_course: Path) -> None:
    hand_in("bob", fetch_all=BY_HEART, twice=RIGHT["twice"])
    assert "a right answer" not in page_of(small_course, "bob")
    (kept,) = (small_course / "autograder" / ".looplab_references").glob("*.json")
    runs = json.loads(kept.read_text(encoding="utf-8"))["runs"]
    # Each has the one observation that students see; what the hidden part adds is not there.
    assert {test: len(each) for test, each in runs.items()} == {
        "fetch_all-order": 1,
        "fetch_all-overlap": 1,
        "twice-seven": 1,
    }


@pytest.mark.parametrize("reveal", REVEALS)
def test_the_reveal_level_holds_for_it_too(
    hand_in: HandIn, small_course: Path, reveal: str
) -> None:
    hand_in("eve", fetch_all=SEQUENTIAL, twice=RIGHT["twice"])
    with (small_course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"c.FeedbackPage.reveal = {reveal!r}\n")
    text = page_of(small_course, "eve")
    assert ("a right answer" in text) == (reveal in ("hint", "everything"))
    assert "looplab-timeline" in text


def test_the_solutions_are_examined_once(
    hand_in: HandIn, small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("eve", fetch_all=SEQUENTIAL, twice=RIGHT["twice"])
    asked: list[int] = []
    examine = references_module.examine

    def counted(*words: Any, **told: Any) -> Any:
        asked.append(1)
        return examine(*words, **told)

    monkeypatch.setattr(references_module, "examine", counted)
    first = page_of(small_course, "eve")
    feedback(small_course, LESSON)
    assert len(asked) == 1
    (kept,) = (small_course / "autograder" / ".looplab_references").glob("*.json")
    kept.write_text("{ half a fi", encoding="utf-8")
    given = feedback(small_course, LESSON)
    assert len(asked) == 2
    assert given.pages["eve"][0].read_text(encoding="utf-8") == first


def test_what_failed_is_marked_and_not_the_right_answer_below_it() -> None:
    async def fetch(job: Any) -> None:
        await job(1)

    run = json.dumps(observe(fetch, jobs([1, 2])).to_json())
    line = fetch.__code__.co_firstlineno + 1
    said = (("happened", "too slow"), (f"line {line}", "await job(1)"))
    test = Outcome("time", 0, 1, said=said, run=run, reference=run)
    page = feedback_page(Feedback("a", "s", [Judged("fetch", (test,))]))
    assert page.count(">look here<") == 1
    assert page.count(">✓ returned<") == 1  # the right answer's
