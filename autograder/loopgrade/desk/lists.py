"""A list as another program writes it: CSV with commas, semicolons or tabs, in any encoding.

Spreadsheets and learning platforms write lists that differ in all of this. A list that is
written back is as it was, but for the cells that were changed.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 10 * 2**20
"""A list of more bytes than this is not read."""


class BadList(Exception):
    """A list cannot be read; the text says why, and what to do."""


@dataclass
class Listed:
    """A list with a line of column names.

    Attributes:
        columns: their names, as they are written.
        rows: a text for each column.
        delimiter: what stands between two cells.
        encoding: of the file.
        newline: what ends a line.
    """

    columns: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"

    def column(self, *names: str) -> int | None:
        """Return the place of the first of these columns that there is; None where none is.

        Args:
            names: in small letters; letters' case, spaces and underscores do not count.

        >>> Listed(["Student ID", "Name"], []).column("id", "student_id")
        0
        """
        known = [_plain(each) for each in self.columns]
        return next((known.index(_plain(name)) for name in names if _plain(name) in known), None)


def read_list(path: Path) -> Listed:
    """Return a list that another program has written.

    Args:
        path: the file.

    Raises:
        BadList: it cannot be read, or there is nothing in it.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadList(f"{path} has more than {MAX_BYTES >> 20} MiB; give a list of students.")
        data = path.read_bytes()
    except OSError as error:
        raise BadList(f"{path} cannot be read ({error.strerror}); give a CSV file.") from None
    text, encoding = _text(data)
    if "\0" in text:
        raise BadList(f"{path} is no text; save the list as CSV.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        delimiter = max(",;\t", key=lambda sign: len(next(csv.reader([first], delimiter=sign))))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadList(f"{path} is no CSV ({error}); save the list as CSV.") from None
    if not rows:
        raise BadList(f"{path} is empty; its first line must name the columns.")
    columns, *rest = rows
    filled = [row + [""] * (len(columns) - len(row)) for row in rest]
    newline = "\r\n" if "\r\n" in text else "\n"
    return Listed([each.strip() for each in columns], filled, delimiter, encoding, newline)


def written(listed: Listed) -> bytes:
    """Return a list as the bytes of a file, in the encoding and with the signs it had.

    >>> written(Listed(["id", "name"], [["a1", "Doe, Ada"]], delimiter=";"))
    b'id;name\\na1;Doe, Ada\\n'
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=listed.delimiter, lineterminator=listed.newline)
    writer.writerows([listed.columns, *listed.rows])
    return out.getvalue().encode(listed.encoding)


def _text(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:  # what spreadsheets of the West still write
        return data.decode("cp1252", "replace"), "cp1252"


def _plain(name: str) -> str:
    return "".join(name.casefold().replace("_", " ").replace("-", " ").split())
