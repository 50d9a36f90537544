"""A notebook as it was handed in, made a valid one of format 4.5: real editors write others.

VS Code and Colab write formats 4.0 to 4.4, without ids; other tools leave out `outputs` or
`metadata`, put a byte order mark before the text, NaN into metadata, or the state of widgets
without its `state`. What grading needs of a notebook is its cells and which is which; so each
cell is made anew of that, without its outputs, which are not the student's to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

_OF_CELLS: Mapping[str, type | tuple[type, ...]] = {
    "collapsed": bool,
    "execution": dict,
    "format": str,
    "jupyter": dict,
    "name": str,
    "nbgrader": dict,
    "scrolled": (bool, str),
}
"""What the format says of a cell's metadata; all else may be anything."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the format says of a cell's id."""


class NoNotebook(ValueError):
    """It is no notebook that can be read; the text goes on after the file's name."""


def read_notebook(path: Path) -> Any:
    """Return a notebook as a valid one of format 4.5.

    Args:
        path: the file, as it was handed in.

    Raises:
        NoNotebook: it is none, or of another version than 4.
    """
    return parsed_notebook(path.read_bytes())


def parsed_notebook(text: bytes) -> Any:
    """Return a notebook as a valid one of format 4.5.

    Args:
        text: the bytes of the file, as it was handed in.

    Raises:
        NoNotebook: it is none, or of another version than 4.
    """
    try:
        data = json.loads(_text(text), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise NoNotebook("is not JSON, so it is no notebook; ask for it again") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise NoNotebook("is JSON but no notebook of version 4; ask for it again")
    if data.get("nbformat") != 4:
        raise NoNotebook("is a notebook of another version than 4; ask for it saved by JupyterLab")
    return mended(data)


def mended(notebook: Mapping[str, Any]) -> Any:
    """Return a notebook of any format 4, whatever is wrong with it, as a valid one of 4.5.

    >>> mended({"cells": [{"cell_type": "code", "source": ["x = 1"]}]}).cells[0].source
    'x = 1'
    """
    told = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": _metadata(notebook.get("metadata")),
        "cells": [_mended_cell(cell) for cell in notebook["cells"] if isinstance(cell, Mapping)],
    }
    made = _node(told)
    give_ids(made.cells)
    return made


def _text(data: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding)
    return data.decode("utf-8")


def _node(value: Any) -> Any:
    """Return JSON as a notebook that any file and any browser holds.

    It has no NaN, and no half of a surrogate pair.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return NotebookNode({_node(str(key)): _node(each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return [_node(each) for each in value]
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return None
    return value


def _mended_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    kind, source = cell.get("cell_type"), _joined(cell.get("source", cell.get("input", "")))
    if kind == "heading":  # of format 3, which old tools leave behind
        kind, source = "markdown", f"# {source}"
    # Not by nbformat's new_code_cell, which validates the empty cell: most of the time went there.
    made = {
        "id": cell.get("id"),
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "metadata": _cell_metadata(cell.get("metadata")),
        "source": source,
    }
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    elif isinstance(pictures := cell.get("attachments"), dict):
        made["attachments"] = {
            name: {media: data for media, data in each.items() if isinstance(data, str)}
            for name, each in pictures.items()
            if isinstance(each, dict)
        }
    return made


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _cell_metadata(metadata: Any) -> dict[str, Any]:
    if not isinstance(metadata, Mapping):
        return {}
    kept = {
        key: value
        for key, value in metadata.items()
        if key not in _OF_CELLS or isinstance(value, _OF_CELLS[key])
    }
    if "tags" in kept and not _is_tags(kept["tags"]):
        del kept["tags"]
    return kept


def _is_tags(tags: Any) -> bool:
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return False
    return len(set(tags)) == len(tags) and not any("," in tag for tag in tags)


def _metadata(metadata: Any) -> dict[str, Any]:
    """Return of a notebook's metadata what a grader and an editor need: kernel and language."""
    found: dict[str, Any] = {}
    for key, needed in (("kernelspec", ("name", "display_name")), ("language_info", ("name",))):
        told = metadata.get(key) if isinstance(metadata, Mapping) else None
        if isinstance(told, Mapping) and all(isinstance(told.get(each), str) for each in needed):
            found[key] = {each: value for each, value in told.items() if isinstance(value, str)}
    return found


def give_ids(cells: Iterable[Any], known: Container[str] = ()) -> None:
    """Give each cell an id that is valid, and no other cell's.

    Args:
        cells: they keep what they have where that is so.
        known: ids that the cells of these names have, and no other may.
    """
    used: set[str] = set()
    for place, cell in enumerate(cells):
        id, count = cell.get("id"), 0
        while not _is_id(id) or id in used or (id in known and not cell.metadata.get("nbgrader")):
            count += 1
            id = f"cell-{place}-{count}"
        used.add(id)
        cell.id = id


def _is_id(id: Any) -> bool:
    return isinstance(id, str) and _ID.fullmatch(id) is not None
