"""Notebooks as real editors write them: each is read, graded, and valid when it comes back."""

import codecs
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import ANSWERS, LESSON

from loopgrade.classroom.batch import grade
from loopgrade.examination import sandbox
from loopgrade.steps.reading import NoNotebook, mended, read_notebook

Notebook = dict[str, Any]


def without_ids(minor: int) -> Callable[[Notebook], object]:
    def change(notebook: Notebook) -> None:
        notebook["nbformat_minor"] = minor
        for cell in notebook["cells"]:
            del cell["id"]

    return change


def each_cell(**told: object) -> Callable[[Notebook], object]:
    return lambda notebook: [cell.update(told) for cell in notebook["cells"]]


def without(*keys: str) -> Callable[[Notebook], object]:
    return lambda notebook: [cell.pop(key, 0) for cell in notebook["cells"] for key in keys]


def old_outputs(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "pyout", "prompt_number": 1, "text": ["3"], "metadata": {}},
                {"output_type": "pyerr", "ename": "x", "evalue": "y", "traceback": []},
            ]


def widgets(state: object) -> Callable[[Notebook], object]:
    return lambda notebook: notebook["metadata"].update(widgets=state)


FORMS: dict[str, Callable[[Notebook], object]] = {
    "4.0, as Colab writes it": without_ids(0),
    "4.2, as VS Code wrote it": without_ids(2),
    "4.4 without ids": without_ids(4),
    "4.4 with ids": lambda notebook: notebook.update(nbformat_minor=4),
    "4.5 without ids": without_ids(5),
    "a later format": lambda notebook: notebook.update(nbformat_minor=9),
    "no outputs": without("outputs", "execution_count"),
    "outputs of format 3": old_outputs,
    "cells without metadata but the graded ones": lambda notebook: [
        cell.pop("metadata") for cell in notebook["cells"] if "nbgrader" not in cell["metadata"]
    ],
    "no metadata": lambda notebook: notebook.pop("metadata"),
    "widgets without a state": widgets({"application/vnd.jupyter.widget-state+json": {"a": {}}}),
    "widgets that are none": widgets(None),
    "NaN and infinity": lambda notebook: [
        notebook["metadata"].update(x=float("nan")),
        notebook["cells"][0]["metadata"].update(y=[float("inf"), -float("inf")]),
    ],
    "a number larger than any float": lambda notebook: notebook["metadata"].update(x=10**400),
    "half of a surrogate pair": lambda notebook: notebook["cells"].append(
        {"cell_type": "markdown", "source": "\ud83d", "metadata": {"x": "\udc00"}}
    ),
    "one id for all": each_cell(id="same"),
    "ids that are none": each_cell(id="an id é"),
    "ids that are no text": each_cell(id=3),
    "the id of a graded cell on another": lambda notebook: notebook["cells"].append(
        {"cell_type": "code", "source": "1", "metadata": {}, "id": "twice", "outputs": []}
    ),
    "more than the format allows": each_cell(hidden=True),
    "counts that are no whole numbers": each_cell(execution_count=1.0),
    "tags that are none": lambda notebook: [
        cell["metadata"].update(tags=None, collapsed="yes", jupyter=[])
        for cell in notebook["cells"]
    ],
    "cells of other kinds": lambda notebook: notebook["cells"].extend(
        [
            {"cell_type": "heading", "level": 1, "source": "x"},
            {"cell_type": "raw", "source": "x"},
            {"cell_type": "nobody knows"},
            "no cell at all",
            {"cell_type": "markdown", "source": ["a", 1, "b"], "attachments": {"a.png": "x"}},
        ]
    ),
    "lines": lambda notebook: [
        cell.update(source=cell["source"].splitlines(True)) for cell in notebook["cells"]
    ],
}

ENCODINGS = {
    "a byte order mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "two bytes a sign": lambda text: text.encode("utf-16"),
    "two bytes, the other way": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
}


@pytest.fixture(scope="module")
def handed_in(built_course: Path) -> Notebook:
    """The small lesson with right answers."""
    path = built_course / "notebooks" / f"{LESSON}.ipynb"
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id == "fetch_all":
            cell["source"] = ANSWERS["fetch_all/right/gathered.py"]
        elif grade_id == "twice":
            cell["source"] = "def twice(n):\n    return n + n\n"
    return notebook


def strictly_valid(text: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"no browser reads {constant}")

    notebook = json.loads(text, parse_constant=refuse)
    nbformat.validate(notebook)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("form", FORMS)
def test_any_form_becomes_a_valid_notebook(form: str, handed_in: Notebook) -> None:
    notebook = copy.deepcopy(handed_in)
    FORMS[form](notebook)
    made = mended(json.loads(json.dumps(notebook)))
    strictly_valid(nbformat.writes(made))
    sources = [cell.source for cell in made.cells]
    assert [cell["source"] for cell in handed_in["cells"]] == sources[: len(handed_in["cells"])]


@pytest.mark.slow
def test_all_are_graded_and_come_back_valid(small_course: Path, handed_in: Notebook) -> None:
    folder = small_course / "autograder"
    texts = {}
    for form, change in FORMS.items():
        notebook = copy.deepcopy(handed_in)
        change(notebook)
        texts[form] = json.dumps(notebook).encode()
    for name, encode in ENCODINGS.items():
        texts[name] = encode(json.dumps(handed_in))
    for number, text in enumerate(texts.values()):
        path = folder / "submitted" / f"s{number:02}" / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
    rows = grade(small_course, LESSON, level=sandbox.strongest())
    wrong = {
        form: row.why
        for form, row in zip(texts, rows, strict=True)
        if not row.fresh or row.points != row.of or not row.of
    }
    assert wrong == {}
    for row in rows:
        path = folder / "autograded" / row.student / LESSON / f"{LESSON}.ipynb"
        strictly_valid(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[1",
        b"\xff\xfeab\x00",
        b"3",
        b"[]",
        b'{"cells": 3}',
        b'{"nbformat": 4}',
        b"[" * 10_000,
    ],
)
def test_what_is_no_notebook_is_told(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    with pytest.raises(NoNotebook, match=r"; ask for it again"):
        read_notebook(path)


def test_another_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"nbformat": 3, "cells": []}')
    with pytest.raises(NoNotebook, match="saved by JupyterLab"):
        read_notebook(path)
