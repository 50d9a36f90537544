"""Rooms use only the rooms below them, and no two files use each other."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"looplab": ROOT / "helpers" / "looplab", "loopgrade": ROOT / "autograder" / "loopgrade"}
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LONGEST = 420
"""Lines of a file that says no reason for more."""


def rooms(package: str) -> list[str]:
    """The rooms from the ground up, as CONTRIBUTING tells them."""
    table = re.search(rf"^\| {package} \|.*\n\|---.*\n((?:\|.*\n)+)", CONTRIBUTING, re.MULTILINE)
    assert table
    return re.findall(r"^\| `(\w+)/`", table[1], re.MULTILINE)


def modules(package: str) -> dict[str, Path]:
    folder = FOLDERS[package]
    found = {}
    for path in folder.rglob("*.py"):
        parts = (package, *path.relative_to(folder).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def arrows(package: str) -> Iterator[tuple[str, str]]:
    """Who imports whom, also inside a function and for types alone."""
    known = modules(package)
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((name, each.name) for each in node.names if each.name in known)
            if isinstance(node, ast.ImportFrom) and node.module in known:
                inner = [f"{node.module}.{each.name}" for each in node.names]
                yield from ((name, each if each in known else node.module) for each in inner)


def room_of(module: str) -> str:
    return module.split(".")[1] if module.count(".") > 1 else ""


@pytest.mark.parametrize("package", FOLDERS)
def test_the_rooms_are_those_that_contributing_tells(package: str) -> None:
    inits = FOLDERS[package].glob("*/__init__.py")
    assert sorted(path.parent.name for path in inits) == sorted(rooms(package))


@pytest.mark.parametrize("package", FOLDERS)
def test_no_arrow_points_up(package: str) -> None:
    order = rooms(package)
    found = [(a, b) for a, b in arrows(package) if room_of(a) and b != package]
    assert found
    up = [
        (one, other)
        for one, other in found
        if not room_of(other) or order.index(room_of(one)) < order.index(room_of(other))
    ]
    assert up == []


@pytest.mark.parametrize("package", FOLDERS)
def test_there_is_no_circle(package: str) -> None:
    graph: dict[str, set[str]] = {}
    for one, other in arrows(package):
        graph.setdefault(one, set()).add(other)
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("package", FOLDERS)
def test_no_file_is_long(package: str) -> None:
    long = {
        name: count
        for name, path in modules(package).items()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}
