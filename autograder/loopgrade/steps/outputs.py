"""Verdicts, flags and outputs, written into the cells of a graded notebook."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from loopgrade.examination.examiner import Examination
from loopgrade.examination.test_cell import Verdict
from loopgrade.steps.cells import grade_id_of
from looplab.pictures.describing import describe
from looplab.subject.protocol import RUN_TYPE, CellOutput

MAX_LINES = 40
MAX_RUN = 100_000
"""Characters of a Run's JSON that a verdict carries, to be drawn in feedback."""

OBSERVATION = "looplab_observation"
"""In the metadata of a Run's output: of which `observe` of its test it is, from 0."""

FLAG = "looplab_flag"
"""In the metadata of an output that only teachers see."""
# fmt: on

Notebook = Any
Resources = Any


def writable(notebook: Any) -> Any:
    """Return a part of a notebook without halves of surrogate pairs, which no file can hold."""
    text = json.dumps(notebook, ensure_ascii=False)
    return nbformat.from_dict(json.loads(text.encode("utf-8", "replace")))


def write_outputs(cells: list[Any], examination: Examination) -> None:
    """Write verdicts and outputs into the notebook's cells."""
    count = 0
    for index, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        verdict = examination.verdicts.get(grade_id_of(cell) or "")
        if verdict is not None:
            cell.outputs = writable(verdict_outputs(verdict, count))
        else:
            told = examination.outputs.get(index, ())
            cell.outputs = writable([notebook_output(each, count) for each in told])


def show_flags(cells: list[Any], examination: Examination) -> None:
    """Write into each flagged answer's cell, for teachers alone, why it is flagged."""
    for cell in cells:
        flags = examination.flags.get(grade_id_of(cell) or "", ())
        if flags:
            text = "\n".join(
                [
                    "For a human to look at; no points hang on it. The code",
                    *(f"- {e}" for e in flags),
                ]
            )
            cell.outputs.append(
                nbformat.v4.new_output(
                    "display_data", data={"text/plain": text}, metadata={FLAG: True}
                )
            )


def verdict_outputs(verdict: Verdict, count: int) -> list[Any]:
    """Return a verdict as the outputs of its cell, as nbgrader reads them.

    Args:
        verdict: what came of the test.
        count: the number of the cell.

    Returns:
        None for all points, a value for a part of them, or an error that says why, and the run.
    """
    if verdict.passed:
        if verdict.partial is None:
            return []
        value = {"text/plain": repr(verdict.partial)}
        return [nbformat.v4.new_output("execute_result", data=value, execution_count=count)]
    lines = verdict.message.splitlines()
    public = "\n".join(public_lines(verdict)) if verdict.hidden else lines[0]
    error = nbformat.v4.new_output(
        "error",
        ename="HiddenCheckFailed" if verdict.hidden else "CheckFailed",
        evalue=public,
        traceback=lines,
    )
    if verdict.run is None or not verdict.run.steps:
        return [error]
    data: dict[str, Any] = {"text/plain": "\n".join(describe(verdict.run).splitlines()[:MAX_LINES])}
    told = verdict.run.to_json()
    if len(json.dumps(told)) <= MAX_RUN:
        data[RUN_TYPE] = told
    place = {} if verdict.number is None else {OBSERVATION: verdict.number}
    return [error, nbformat.v4.new_output("display_data", data=data, metadata=place)]


def public_lines(verdict: Verdict) -> list[str]:
    """Return why a test failed, as the student may know it: of a hidden part only that it did."""
    lines = verdict.message.splitlines()
    if not verdict.hidden:
        return lines
    hint = [f"  hint       {verdict.hint}"] if verdict.hint else []
    return [f"{lines[0]}: a hidden test failed", *hint]


def notebook_output(told: CellOutput, count: int) -> Any:
    """Return what a student's cell showed, as plain text and pictures of runs only."""
    if told.kind == "stream":
        name = "stderr" if told.name == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=told.text)
    if told.kind == "error":
        lines = list(told.traceback) or [f"{told.name}: {told.text}"]
        return nbformat.v4.new_output("error", ename=told.name, evalue=told.text, traceback=lines)
    data: dict[str, Any] = {"text/plain": told.text}
    if told.run is not None:
        data[RUN_TYPE] = told.run.to_json()
    if told.kind == "result":
        return nbformat.v4.new_output("execute_result", data=data, execution_count=count)
    return nbformat.v4.new_output("display_data", data=data)
