"""What names asyncio and looplab have, and where."""

from __future__ import annotations

import asyncio
import re
import unittest.mock
from functools import cache
from pathlib import Path

import looplab
from loopgrade.examination.telling import ASYNCIOS_OWN, OF_LIBRARIES, USED


@cache
def _sources() -> str:
    folders = (Path(asyncio.__file__).parent, Path(looplab.__file__).parent)
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
    )


@cache
def known_names() -> frozenset[str]:
    """Return every name that stands in the sources of asyncio and looplab, or that they use."""
    theirs = (name for each in USED.values() for name in dir(each))
    more = {*USED, *theirs, *dir(unittest.mock), *dir(unittest.mock.patch)}
    return frozenset(re.findall(r"[A-Za-z_]\w*", _sources())) | more


@cache
def private_names() -> frozenset[str]:
    """Return the private attributes of asyncio's and looplab's."""
    slots = {name for kind in (asyncio.Task, asyncio.Future) for name in dir(kind)}
    found = set(re.findall(r"\b_[a-z]\w*", _sources())) | slots
    return frozenset(name for name in found if is_private(name))


def is_private(name: str) -> bool:
    """Return whether a name is one that its owner keeps to itself."""
    return name.startswith("_") and not name.endswith("__") and name not in OF_LIBRARIES


@cache
def of_tasks() -> frozenset[str]:
    """Return the private attributes of tasks, loops and handles, by which they are bent."""
    kinds = (asyncio.Task, asyncio.BaseEventLoop, asyncio.TimerHandle)
    loop = asyncio.new_event_loop()
    try:
        found = {*vars(loop), *(name for kind in kinds for name in dir(kind))}
    finally:
        loop.close()
    return ASYNCIOS_OWN | {name for name in found if is_private(name)}


@cache
def rooms() -> frozenset[str]:
    """Return the parts of looplab that are not for programs."""
    folder = Path(looplab.__file__).parent
    return frozenset(path.parent.name for path in folder.glob("*/__init__.py"))


def is_there(path: str, name: str) -> bool:
    """Whether an attribute of a watched module is there already: a new one harms nobody."""
    root, *parts = path.split(".")
    found: object = USED.get(root)
    for each in (*parts, name):
        found = vars(found).get(each) if hasattr(found, "__dict__") else None
    return found is not None
