"""Answers that are alike, told by their trees: names, comments and layout do not count.

Short answers are alike by themselves, and so are those that the answer bank has too.
Nothing is run: an answer is read as text, and one that cannot be read is alike to none.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

MAX_CHARACTERS = 50_000
"""An answer that is longer is not compared."""

MIN_NODES = 40
"""An answer whose tree has fewer nodes is too short to tell anything."""

NEAR = 0.8
"""Of the pieces of two trees so many must be the same."""

PIECE = 6
"""So many nodes, one after the other, are a piece."""

MAX_FORMS = 400
"""Of one exercise not more different answers than this are compared with each other."""


Shape = tuple[str, ...]
"""What a program's tree consists of."""


@dataclass(frozen=True)
class Alike:
    """Answers to one exercise that are alike.

    Attributes:
        exercise: its name.
        students: who gave them.
        how: `the same` but for names, comments and layout, or `nearly the same`.
        texts: two of them, to be shown side by side.
    """

    exercise: str
    students: tuple[str, ...]
    how: str
    texts: tuple[str, str]


def shape(text: str) -> Shape:
    """Return the shape of a program: its nodes, with names numbered as they come.

    Args:
        text: of the answer; of one that cannot be read the shape is empty.

    >>> shape("def f(a): return a") == shape("def f(x):  # mine\\n    return x")
    True
    >>> shape("def f(")
    ()
    """
    if len(text) > MAX_CHARACTERS:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        return tuple(_nodes(tree, {}))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _nodes(tree: ast.AST, names: dict[str, int]) -> Iterator[str]:
    """Yield what a tree consists of, without what says nothing: docstrings and annotations."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        told = type(node).__name__
        for field in ("id", "arg", "name", "attr"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                # What is asked of an object is not a name of the student's.
                told += f" {name if field == 'attr' else names.setdefault(name, len(names))}"
        if isinstance(node, ast.Constant):
            told += f" {node.value!r}"[:50]
        yield told
        below = [
            each
            for field, value in ast.iter_fields(node)
            if field not in ("annotation", "returns", "ctx", "type_comment", "type_params")
            for each in (value if isinstance(value, list) else [value])
            if isinstance(each, ast.AST)
        ]
        waiting.extend(reversed(below))


def alike(
    exercise: str, answers: Mapping[str, str], common: Set[Shape] = frozenset()
) -> Iterator[Alike]:
    """Yield the answers to an exercise that are alike.

    Args:
        exercise: its name.
        answers: by student.
        common: shapes that many find by themselves: the answer bank's.
    """
    forms: dict[Shape, list[str]] = {}
    for student, text in answers.items():
        form = shape(text)
        if len(form) >= MIN_NODES and form not in common:
            forms.setdefault(form, []).append(student)
    for students in forms.values():
        if len(students) > 1:
            one, other = students[:2]
            texts = (answers[one], answers[other])
            yield Alike(exercise, tuple(students), "the same", texts)
    pieces = [(_pieces(form), students[0]) for form, students in list(forms.items())[:MAX_FORMS]]
    pieces.sort(key=lambda each: len(each[0]))
    for place, (mine, student) in enumerate(pieces):
        for others, other in pieces[place + 1 :]:
            if NEAR * len(others) > len(mine):
                break
            if len(mine & others) >= NEAR * len(mine | others):
                texts = (answers[student], answers[other])
                yield Alike(exercise, (student, other), "nearly the same", texts)


def _pieces(form: Sequence[str]) -> frozenset[int]:
    """Return the pieces of a shape; without the numbers of names, which one more name moves."""
    plain = [re.sub(r" \d+$", "", each) for each in form]
    return frozenset(hash(tuple(plain[n : n + PIECE])) for n in range(len(plain) - PIECE + 1))
