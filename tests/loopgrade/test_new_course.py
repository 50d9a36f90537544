"""A course of one's own has the lessons that were chosen, and no link that leads nowhere."""

import re
from pathlib import Path

import pytest
from small import LESSON, write_course

from loopgrade.authoring.build import build
from loopgrade.authoring.lesson import read_lesson
from loopgrade.authoring.links import mended_links
from loopgrade.authoring.settings import read_settings
from loopgrade.cli import main
from loopgrade.desk.new_course import NoNewCourse, new_course

ROOT = Path(__file__).parents[2]
NAMES = [path.stem for path in sorted((ROOT / "autograder" / "lessons").glob("*.py"))]


@pytest.mark.parametrize("chosen", [["00", "02", "06"], ["13_master_worker"], ["00"], None])
def test_every_link_leads_to_a_lesson_of_the_course(
    tmp_path: Path, chosen: list[str] | None
) -> None:
    made = new_course(ROOT, tmp_path / "my course", chosen)
    assert made == [n for n in NAMES if chosen is None or n in chosen or n[:2] in chosen]
    folder = tmp_path / "my course" / "autograder"
    assert sorted(path.stem for path in (folder / "lessons").iterdir()) == made
    for name in made:
        path = folder / "lessons" / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        links = re.findall(r"\((\w+)\.ipynb\)", text)
        assert set(links) <= set(made)
        here = made.index(name)
        for word, place in (("Before", here - 1), ("Next", here + 1)):
            asked = set(re.findall(rf"\*\*{word}:\*\* \[[^\]]*\]\((\w+)", text))
            there = {made[place]} if 0 <= place < len(made) else set()
            assert asked <= there
        # No dot is left over where a link has gone.
        assert not re.search(r"^# +·|·\s*\n(?!# \*\*Next)", text, re.MULTILINE)
        old = read_lesson(ROOT / "autograder" / "lessons" / f"{name}.py")
        new = read_lesson(path)
        assert [c.source for c in new.cells if c.kind == "code"] == [
            c.source for c in old.cells if c.kind == "code"
        ]
        assert all(cell.source.strip() for cell in new.cells)
        assert (folder / "answers" / name).is_dir()
    if chosen is None:
        for name in made:
            lesson = f"autograder/lessons/{name}.py"
            assert (tmp_path / "my course" / lesson).read_bytes() == (ROOT / lesson).read_bytes()


def test_a_new_course_is_built_and_has_a_secret_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_course(tmp_path / "theirs")
    monkeypatch.chdir(source)
    assert main(["course", "new", "../Größe 1", "--lessons", "01"]) == 0
    assert capsys.readouterr().out == f"../Größe 1: {LESSON}; go there, and run `looplab build`.\n"
    course = tmp_path / "Größe 1"
    assert read_settings(course / "autograder").config.CourseDirectory.course_id == "Gr_e_1"
    secret = (course / "autograder" / ".looplab_secret").read_bytes()
    new_course(source, tmp_path / "other")
    assert secret != (tmp_path / "other" / "autograder" / ".looplab_secret").read_bytes()
    build(course)
    assert (course / "notebooks" / f"{LESSON}.ipynb").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Größe 1", "other", "theirs"]


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    source = write_course(tmp_path / "theirs")
    with pytest.raises(NoNewCourse, match=f"There is no lesson 7; there are {LESSON}"):
        new_course(source, tmp_path / "mine", ["7"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(NoNewCourse, match="is there already"):
        new_course(source, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_links_that_are_mended() -> None:
    names = {"a": "A", "b": "B", "c": "C", "d": "D"}
    text = "# **Before:** [A](a.ipynb) ·\n# **Next:** [C](c.ipynb)\n"
    assert mended_links(text, "b", ["a", "b", "c"], names) == text
    assert mended_links(text, "b", ["b", "d"], names) == "# **Next:** [D](d.ipynb)\n"
    assert mended_links(text, "b", ["a", "b"], names) == "# **Before:** [A](a.ipynb)\n"
    planned = "# **Before:** [A](a.ipynb) · **Next:** `x` (planned)\n"
    assert mended_links(planned, "b", ["b"], names) == "# **Next:** `x` (planned)\n"
    assert mended_links(planned, "b", ["a", "b"], names) == planned
    table = "# | [A](a.ipynb) | x |\n# | [C](c.ipynb#part) | y |\n"
    assert mended_links(table, "b", ["b", "c"], names) == "# | [C](c.ipynb#part) | y |\n"
