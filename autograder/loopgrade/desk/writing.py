"""A file is there whole, or as it was."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a file to write to, which takes the place of another once all of it is written.

    Args:
        path: the file that is to be; what is there stays where writing fails.

    Raises:
        OSError: it cannot be written.

    Example:
        with whole(Path("report.html")) as draft:
            draft.write_text("all of it", encoding="utf-8")
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
