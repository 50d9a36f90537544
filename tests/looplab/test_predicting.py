"""A prediction is said before a program runs, and compared after it; nothing is counted."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from loopgrade.authoring.predictions import PredictionError, sealed_source
from looplab import predict, progress
from looplab.notebook.predicting import after_cell, before_cell, sealed
from looplab.notebook.progress import FILE, note_prediction

CHOICES = {"A": "2 s", "B": "3 <s>", "C": "1 s"}
SEAL = sealed("A", CHOICES)


def cell(said: str, seal: str = SEAL) -> str:
    return f'predict({said!r}, A="2 s", B="3 <s>", C="1 s", right="{seal}")'


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "Not predicted yet: write A, B or C between the quotes, and run this cell again."),
        ("D", "“D” is none of the choices: write A, B or C between the quotes."),
        ("2 s", "“2 S” is none of the choices: write A, B or C between the quotes."),
        (" b", "You say B: 3 <s>. Now run the next cell."),
    ],
)
def test_a_prediction_says_what_to_do_next(said: str, told: str) -> None:
    assert str(predict(said, right=SEAL, **CHOICES)) == told


def test_afterwards_stands_what_was_said_and_what_it_was() -> None:
    wrong, right = (predict(said, right=SEAL, **CHOICES) for said in "BA")
    assert wrong.compared() == "You said B: 3 <s>. It was A: 2 s. Below it says why."
    assert right.compared() == "You said A: 2 s. So it was."
    assert "3 &lt;s&gt;" in wrong._repr_html_()


def test_of_choices_that_somebody_rewrote_nothing_false_is_said() -> None:
    changed = predict("A", right=SEAL, **{**CHOICES, "B": "4 s"})
    assert changed.compared() == "You said A: 2 s. Was it so?"


def run(*cells: str, ran: bool = True) -> list[str]:
    """Run cells as a kernel does, and return what is compared below each."""
    below = []
    for source in cells:
        before_cell()
        if source.startswith("predict"):
            eval(source, {"predict": predict})
        found = after_cell(ran=ran or source.startswith("predict"))
        below.append("" if found is None else found.said)
    return below


@pytest.mark.parametrize(
    ("cells", "below"),
    [
        ([cell("B"), "run"], ["", "B"]),
        ([cell("B"), "run", "run"], ["", "B", ""]),
        ([cell("B"), cell("A"), "run"], ["", "", "A"]),  # they have changed their mind
        ([cell("B"), cell(""), "run"], ["", "", ""]),
        ([cell("X"), "run"], ["", ""]),
        ([cell(""), "run", cell("C"), "run"], ["", "", "", "C"]),
    ],
)
def test_the_next_cell_shows_it(cells: list[str], below: list[str]) -> None:
    assert run(*cells) == below


def test_a_cell_that_did_not_run_shows_nothing_and_the_next_one_does() -> None:
    assert run(cell("B"), "fails", ran=False) == ["", ""]
    assert run("run") == ["B"]


def notebook(folder: Path, *cells: str) -> Any:
    """Return a notebook with these cells, executed as `nbconvert --execute` does."""
    first = "from looplab import check, enable, predict\nenable()"
    made = [new_code_cell(source) for source in (first, *cells)]
    path = folder / "00_start.ipynb"
    test = {"grade": True, "grade_id": "other-one", "points": 1, "solution": False}
    graded = new_code_cell("pass", metadata={"nbgrader": test})
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 00 · Start"), *made, graded]), path)
    executed = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        executed, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    packages = os.pathsep.join(each for each in sys.path if each)
    client.execute(env={**os.environ, "PYTHONPATH": packages, "JPY_SESSION_NAME": str(path)})
    return executed.cells[2:-1]


def texts(cell: Any) -> list[str]:
    return [each.data["text/plain"] for each in cell.outputs if "data" in each]


@pytest.mark.slow
def test_in_a_kernel_it_stands_below_the_program_and_counts_as_predicted(tmp_path: Path) -> None:
    said, misspelt, program, again, judged, raises = notebook(
        tmp_path, cell("B"), "no_such_name", "6 * 7", cell("a"), 'check("it", points=1)', "1 / 0"
    )
    assert texts(said) == ["You say B: 3 <s>. Now run the next cell."]
    assert texts(misspelt) == []  # a NameError: the cells above have not run
    assert texts(program) == ["42", "You said B: 3 <s>. It was A: 2 s. Below it says why."]
    assert texts(again) == ["You say A: 2 s. Now run the next cell."]
    assert "You said" not in str(judged.outputs)
    assert texts(raises) == ["You said A: 2 s. So it was."]  # a demonstration may raise
    [lesson] = progress(tmp_path).lessons
    assert (lesson.predicted, lesson.predictions) == (1, 2)
    assert json.loads((tmp_path / FILE).read_text())["00_start"][f"predicted {SEAL}"] is True


def test_progress_says_how_many_were_predicted(tmp_path: Path) -> None:
    path = tmp_path / "00_start.ipynb"
    test = {"grade": True, "grade_id": "other-one", "points": 1}
    cells = [new_code_cell(cell("")), new_code_cell(cell("", "another"))]
    cells.append(new_code_cell("pass", metadata={"nbgrader": test}))
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 00 · Start"), *cells]), path)
    note_prediction(path, SEAL)
    note_prediction(path, SEAL)
    assert "<td>1 of 2</td>" in progress(tmp_path)._repr_html_()
    for old in ("of older", "versions of", "the lesson"):
        note_prediction(path, old)
    assert "<td>2 of 2</td>" in progress(tmp_path)._repr_html_()


def test_the_build_puts_a_digest_in_the_place_of_the_letter() -> None:
    source = 'predict(\n    "",\n    A="für 2 s",\n    B="3 s", right="B", # ü\n)'
    built = sealed_source(source)
    assert built.splitlines()[:3] == source.splitlines()[:3]
    assert eval(built, {"predict": predict}).right == "B"
    assert 'right="B"' not in built


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('predict("", A="1", B="2")', "says which choice is right"),
        ('predict("", A="1", B="2", right="C")', "says which choice is right"),
        ('predict("", A="1", right="A")', "2 to 4 choices"),
        ('predict("", A="1", C="2", right="A")', "2 to 4 choices"),
        ('predict("", A="1", B=2, right="A")', "each choice of a prediction is a text"),
        ('predict("A", A="1", B="2", right="A")', 'begins with `""`'),
        ('predict("", A="1", B="2", right="A"); 3', "nothing else"),
        ("predict(", "nothing else"),
    ],
)
def test_the_build_refuses_what_is_no_choice(source: str, problem: str) -> None:
    with pytest.raises(PredictionError, match=problem):
        sealed_source(source)
