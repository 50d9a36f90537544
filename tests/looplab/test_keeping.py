"""Work is kept in one file and put back, into a newer lesson too, and over nothing newer."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import LESSON, RIGHT

from loopgrade.cli import main
from looplab.notebook.answers import Answers
from looplab.notebook.desk import clear, prepare
from looplab.notebook.keeping import KEPT, MAX_BYTES, KeepingError, restore, save
from looplab.notebook.predicting import BEGINS
from looplab.notebook.totals import Totals

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture
def folder(small_course: Path, tmp_path: Path) -> Path:
    """A folder with a copy of the small lesson."""
    folder = tmp_path / "mine ü"
    folder.mkdir()
    fresh(small_course, folder)
    return folder


def fresh(course: Path, folder: Path) -> Path:
    path = folder / f"{LESSON}.ipynb"
    path.write_bytes((course / "notebooks" / f"{LESSON}.ipynb").read_bytes())
    return path


def write(folder: Path, **answers: str) -> None:
    path = folder / f"{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    nbformat.write(notebook, path)


def answers(folder: Path) -> dict[str, str]:
    notebook = nbformat.read(folder / f"{LESSON}.ipynb", as_version=4)
    nbformat.validate(notebook)
    told = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in notebook.cells}
    return {name: told[name] for name in RIGHT}


def test_what_was_written_comes_back_and_a_stub_is_no_work(
    small_course: Path, folder: Path
) -> None:
    stub = answers(folder)["fetch_all"]
    write(folder, twice=RIGHT["twice"])
    file = save(folder).file
    assert file == folder / KEPT
    assert json.loads(file.read_text(encoding="utf-8"))["lessons"] == {
        LESSON: {"twice": RIGHT["twice"]}
    }
    fresh(small_course, folder)
    assert str(restore(folder)).startswith("Cells put back: 1. Already as kept: 0.")
    assert answers(folder) == {"twice": RIGHT["twice"], "fetch_all": stub}
    assert restore(folder).same == [f"{LESSON}/twice"]


def test_what_has_run_since_it_was_saved_is_kept_and_a_notebook_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / f"{LESSON}.ipynb"))
    notebook = nbformat.read(folder / f"{LESSON}.ipynb", as_version=4)
    ids = {c.metadata.get("nbgrader", {}).get("grade_id"): c.id for c in notebook.cells}
    ran = Answers({})
    ran.begin(RIGHT["twice"], ids["twice"])
    ran.end(None)
    prepare({}, ran, Totals())
    try:
        kept = save(folder)
    finally:
        clear()
    told = json.loads(kept.file.read_text(encoding="utf-8"))["lessons"]
    assert told == {LESSON: {"twice": RIGHT["twice"]}}
    assert repr(kept).startswith(f"What you wrote in 1 cell is kept in {KEPT}, as it was saved")
    assert str(kept) == str(folder / KEPT)
    assert "Reload Notebook from Disk" in repr(restore(folder))
    assert "Reload" not in repr(restore(folder))


def test_newer_work_stays_unless_they_say_so(small_course: Path, folder: Path) -> None:
    write(folder, **RIGHT)
    save(folder)
    write(folder, twice="def twice(n):\n    return n * 2  # later")
    done = restore(folder)
    assert done.newer == [f"{LESSON}/twice"]
    assert "looplab restore --replace" in str(done)
    assert "later" in answers(folder)["twice"]
    assert restore(folder, replace=True).written == [f"{LESSON}/twice"]
    assert answers(folder) == RIGHT


def test_predictions_of_the_course_are_kept(tmp_path: Path) -> None:
    name = "00_start_here.ipynb"
    notebook = nbformat.read(LESSONS / name, as_version=4)
    places = [cell for cell in notebook.cells if cell.source.startswith(BEGINS)]
    said = places[1].source = places[1].source.replace('""', '"B"', 1)
    nbformat.write(notebook, tmp_path / name)
    file = save(tmp_path, tmp_path / "kept.json").file
    (tmp_path / name).write_bytes((LESSONS / name).read_bytes())
    assert restore(tmp_path, file).written == [f"00_start_here/{places[1].id}"]
    back = nbformat.read(tmp_path / name, as_version=4)
    assert [c.source for c in back.cells if c.id == places[1].id] == [said]


def test_a_later_version_of_a_lesson(small_course: Path, folder: Path) -> None:
    write(folder, **RIGHT)
    save(folder)
    path = fresh(small_course, folder)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# New"),
        *(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "twice"),
    ]
    nbformat.write(notebook, path)
    done = restore(folder)
    assert done.written == [f"{LESSON}/fetch_all"]
    assert done.lost == [f"{LESSON}/twice"]
    assert "no such cell any more" in str(done)


HOSTILE: list[Any] = [
    {},
    [],
    {"looplab": 2, "lessons": {}},
    {"looplab": 1, "lessons": []},
]


@pytest.mark.parametrize("told", HOSTILE)
def test_what_is_no_kept_work_is_refused(folder: Path, told: Any) -> None:
    (folder / KEPT).write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(KeepingError, match="is no file that"):
        restore(folder)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000])
def test_a_damaged_file_is_refused(folder: Path, content: bytes) -> None:
    (folder / KEPT).write_bytes(content)
    with pytest.raises(KeepingError, match="is no file that"):
        restore(folder)


def test_a_hostile_file_writes_into_answers_alone(folder: Path) -> None:
    before = (folder / f"{LESSON}.ipynb").read_bytes()
    tests = {"twice-seven": "pass", "fetch_all-order": "pass", "twice": ["a", 3]}
    told = {
        "looplab": 1,
        "lessons": {LESSON: tests, "../../outside": {"twice": "x = 1"}, "/etc/passwd": 3},
    }
    (folder / KEPT).write_text(json.dumps(told), encoding="utf-8")
    done = restore(folder, replace=True)
    assert done.written == []
    assert (folder / f"{LESSON}.ipynb").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [f"{LESSON}.ipynb", KEPT]


def test_a_file_too_long_and_none_at_all(folder: Path) -> None:
    with pytest.raises(KeepingError, match="There is no file"):
        restore(folder)
    (folder / KEPT).write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(KeepingError, match="too large"):
        restore(folder)


def test_the_commands(
    small_course: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(folder.parent)
    assert main(["save"]) == 1
    assert "There is no notebook of a lesson here" in capsys.readouterr().err
    monkeypatch.chdir(folder)
    write(folder, **RIGHT)
    assert main(["save", "kept.json"]) == 0
    fresh(small_course, folder)
    assert main(["restore", "kept.json"]) == 0
    assert "Cells put back: 2." in capsys.readouterr().out
    assert answers(folder) == RIGHT
