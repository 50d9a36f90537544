"""What a program says: what it prints, and what Python warns it of."""

from __future__ import annotations

import contextlib
import io
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from looplab.runs.failures import describe_exception, without_addresses

MAX_OUTPUT = 20_000
"""Characters of what it prints that are kept."""

MAX_WARNINGS = 20
"""Warnings that are kept, in the order in which they came."""


class _Tee(io.StringIO):
    def __init__(self, also: Any) -> None:
        super().__init__()
        self._also = also

    def write(self, text: str) -> int:
        if self._also is not None:
            self._also.write(text)
        return super().write(text) if self.tell() < MAX_OUTPUT else len(text)

    def close(self) -> None:
        """Stay open: what was printed is still to be read."""


@contextlib.contextmanager
def listening(told: list[str], echo: bool) -> Iterator[io.StringIO]:
    """Catch what a program prints and what it is warned of, in the with block.

    Args:
        told: gets the warnings, as they come.
        echo: whether what it prints is also printed.

    Yields:
        What it has printed until now.
    """
    output = _Tee(sys.stdout if echo else None)

    def note(
        message: Warning | str, category: type[BaseException], *_: object, **__: object
    ) -> None:
        # A loop that forgets an await warns a million times a second, and has no other end.
        if len(told) < MAX_WARNINGS:
            told.append(f"{category.__name__}: {first_line(message)}")

    def ignored(unraisable: sys.UnraisableHookArgs) -> None:
        closed = isinstance(unraisable.object, _CLOSED)
        if not closed and not (unraisable.err_msg or "").startswith(_CLOSES):
            unraisablehook(unraisable)
            return
        error = unraisable.exc_value or unraisable.exc_type()
        note(f"{describe_exception(error).message} (and nobody can catch it)", type(error))

    unraisablehook = sys.unraisablehook
    with warnings.catch_warnings(), _unraisable(ignored):
        warnings.simplefilter("always")
        warnings.showwarning = note
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            yield output


_CLOSED = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
"""What Python closes by itself when nobody has it any more."""

_CLOSES = "Exception ignored while closing generator"
"""How it tells of an error there from 3.14 on, and of which object only in words."""


@contextlib.contextmanager
def _unraisable(hook: Callable[[sys.UnraisableHookArgs], None]) -> Iterator[None]:
    """Tell a hook of errors that Python cannot raise: of a generator that will not close, e.g."""
    before, sys.unraisablehook = sys.unraisablehook, hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def first_line(message: object) -> str:
    """Return the first line of a message, without memory addresses."""
    return without_addresses(str(message)).partition("\n")[0][:300]
