"""What cannot cross a border as it is, in words: exceptions, and values with addresses."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """An exception as plain data.

    Attributes:
        type: the name of its class.
        bases: the names of its class and all base classes, nearest first.
        message: its text.
        leaves: the exceptions inside an exception group, flattened; else empty.
        line: the line of the student's code that raised it, where known.
    """

    type: str
    bases: tuple[str, ...]
    message: str
    leaves: tuple[Failure, ...] = ()
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type

    def __repr__(self) -> str:
        # A message shows it where a program gave an exception as a value.
        return f"<{self}>"


def describe_exception(
    error: BaseException,
    line: int | None = None,
    line_of: Callable[[BaseException], int | None] = lambda _: None,
) -> Failure:
    """Return `error` as a `Failure`; the text of a hostile exception cannot raise.

    Args:
        error: the exception.
        line: the line of the student's code that raised it, where known.
        line_of: gives that line of what a group holds.

    >>> describe_exception(KeyError("x")).bases
    ('KeyError', 'LookupError', 'Exception', 'BaseException', 'object')
    """
    kind = type(error)
    try:
        message = without_addresses(str(error)[:1_000])[:500]
    except BaseException:
        message = ""
    leaves: tuple[Failure, ...] = ()
    if isinstance(error, BaseExceptionGroup):
        leaves = tuple(describe_exception(leaf, line_of(leaf)) for leaf in _leaves(error)[:100])
    names = tuple(_class_name(base) for base in kind.__mro__)[:50]
    return Failure(_class_name(kind), names, message, leaves, line)


def _class_name(kind: type) -> str:
    """Return a class's name; with its module where it only bears the name of a builtin."""
    name = str(kind.__name__)
    return name if getattr(builtins, name, kind) is kind else f"{kind.__module__}.{name}"


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    todo: list[BaseException] = list(group.exceptions)
    while todo:
        error = todo.pop(0)
        if isinstance(error, BaseExceptionGroup):
            todo[:0] = error.exceptions
        else:
            found.append(error)
    return found


def plain_text(value: object, limit: int = 200) -> str:
    """Return the repr of `value` without memory addresses, at most `limit` characters.

    >>> plain_text(object())
    '<object object>'
    """
    try:
        text = repr(value)
    except BaseException as error:
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    text = without_addresses(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def without_addresses(text: str) -> str:
    """Return `text` without memory addresses, which differ from run to run.

    >>> without_addresses("<Future at 0x7f3a pending>")
    '<Future pending>'
    """
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)
