"""The files that a platform gives to a teacher, and who handed in each: nothing is unpacked.

Three ways in which they come:

- Moodle's zip has a folder for each student, `Ada Doe_123456_assignsubmission_file`; older ones
  end in `_file_`, or have no folders and such a beginning of each file's name. The number is the
  participant's, another one in each assignment.
- Canvas's zip has files, `doeada_LATE_12345_67890_lesson.ipynb`: the name, the student's number
  and the file's. What was typed in ends in `_text.html`, and a link in `_link.html`.
- All else: a folder for each student, or files whose names begin with the student's.

Of times these zips say nothing that is true: both platforms write when the zip was made.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from looplab.pictures.describing import one_line

MAX_FILES = 20_000
"""A zip or folder of more files than this is not read."""


class BadSource(Exception):
    """What is to be collected cannot be read; the text says what to do."""


@dataclass(frozen=True)
class Item:
    """A file that somebody handed in.

    Attributes:
        parts: its folders and its name, as they are in the source.
        problem: why it is not read, in one sentence; empty where it can be.
        read: return its first bytes, so many at most.
    """

    parts: tuple[str, ...]
    problem: str
    read: Callable[[int], bytes]

    @property
    def name(self) -> str:
        """Its whole name, to be shown."""
        return one_line("/".join(self.parts), 100)

    @property
    def key(self) -> str:
        """What orders the files that one student handed in: Canvas counts them."""
        canvas = _CANVAS.fullmatch(self.parts[-1])
        return f"{canvas['file'] or '' if canvas else '':0>20}{self.name}"


@dataclass(frozen=True)
class Owner:
    """Who handed in a file, as its name says.

    Attributes:
        names: the name; without a platform, each folder's and the file's own.
        platform: `Moodle`, `Canvas`, or empty.
        number: the platform's: Canvas's of the student, Moodle's of who takes part.
        late: whether the platform says that it came too late.
    """

    names: tuple[str, ...]
    platform: str = ""
    number: str = ""
    late: bool = False


_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d{1,20})_assignsubmission_(?P<kind>file|onlinetext)(?:_.*)?",
    re.DOTALL,
)
_CANVAS = re.compile(
    r"(?P<name>[^_].*?)_(?P<late>late_)?(?P<number>\d{1,20})_"
    r"(?:(?P<file>\d{1,20})_.+|text\.html|link\.html)",
    re.IGNORECASE | re.DOTALL,
)
_NOISE = re.compile(r"__MACOSX|\.DS_Store|\._.*|\.ipynb_checkpoints|Thumbs\.db")


def owner_of(parts: tuple[str, ...]) -> Owner:
    """Return who handed in a file.

    What a student may name, below the platform's own folder or behind its own words, says nothing.

    Args:
        parts: its folders and its name.

    >>> owner_of(("Ada Doe_123_assignsubmission_file", "Eve_4_assignsubmission_file", "x.ipynb"))
    Owner(names=('Ada Doe',), platform='Moodle', number='123', late=False)
    >>> owner_of(("doeada_LATE_12_34_x.ipynb",))
    Owner(names=('doeada',), platform='Canvas', number='12', late=True)
    >>> owner_of(("all", "ada", "eve_12_34_x.ipynb"))
    Owner(names=('all', 'ada', 'eve_12_34_x.ipynb'), platform='', number='', late=False)
    """
    if told := _MOODLE.fullmatch(parts[0]):
        return Owner((told["name"],), "Moodle", told["number"])
    if len(parts) == 1 and (told := _CANVAS.fullmatch(parts[0])):
        return Owner((told["name"],), "Canvas", told["number"], bool(told["late"]))
    return Owner(parts)


def wrapper_of(items: Sequence[Item]) -> str:
    """Return the folder that somebody has put all of a platform's files in; empty where none is.

    Args:
        items: the files.
    """
    first = {item.parts[0] for item in items}
    inner = (item.parts[1:] for item in items)
    is_one = len(first) == 1 and not any(map(_MOODLE.fullmatch, first))
    if is_one and all(parts and owner_of(parts).platform for parts in inner):
        return first.pop()
    return ""


@contextmanager
def opened(source: Path) -> Iterator[list[Item]]:
    """Open a zip or a folder, and return its files.

    Args:
        source: what a platform gave, or what a teacher put together.

    Raises:
        BadSource: it is neither, is broken, or holds too many files.

    Example:
        with opened(Path("downloaded.zip")) as items:
            texts = [item.read(1000) for item in items if not item.problem]
    """
    if source.is_dir():
        yield _few_enough(source, _in_folder(source))
        return
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        raise BadSource(f"There is no {source}; give a zip or a folder.") from None
    except (zipfile.BadZipFile, ValueError):
        raise BadSource(f"{source} is no zip that can be read; download it again.") from None
    except OSError as error:
        raise BadSource(f"{source} cannot be read ({error.strerror}); see who owns it.") from None
    with archive:
        infos = (each for each in archive.infolist() if not each.is_dir())
        yield _few_enough(source, (_in_zip(archive, info) for info in infos))


def _few_enough(source: Path, items: Iterator[Item]) -> list[Item]:
    found = []
    for item in items:
        if not any(_NOISE.fullmatch(part) for part in item.parts):
            found.append(item)
        if len(found) > MAX_FILES:
            raise BadSource(f"{source} holds more than {MAX_FILES:,} files; give a part of it.")
    return found


# A zip


def _in_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Item:
    parts = tuple(re.split(r"[/\\]", _true_name(info)))
    name = one_line("/".join(parts), 100)
    problem = ""
    if "" in parts or ".." in parts or parts[0].endswith(":"):
        problem = f"{name} has a path that leads out of the zip; it is left out."
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = f"{name} is a link; ask for the file itself."
    elif info.flag_bits & 1:
        problem = f"{name} is locked with a password; ask for it without one."
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        problem = f"{name} is packed in a way that is not read; pack it again as a plain zip."

    def read(limit: int) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise OSError(0, f"broken: {error}") from None

    return Item(tuple(each for each in parts if each) or ("?",), problem, read)


def _true_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a file in a zip; many platforms do not say that theirs is UTF-8."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name


# A folder


def _in_folder(source: Path) -> Iterator[Item]:
    for where, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names + [each for each in folders if Path(where, each).is_symlink()]):
            path = Path(where, name)
            item = Item(path.relative_to(source).parts, "", _reader(path))
            link = path.is_symlink() or not path.is_file()
            problem = f"{item.name} is a link, or no file; ask for the file itself." if link else ""
            yield Item(item.parts, problem, item.read)


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        with path.open("rb") as file:
            return file.read(limit)

    return read
