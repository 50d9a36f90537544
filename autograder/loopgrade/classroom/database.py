"""The gradebook's database: SQLite as nbgrader has it, or PostgreSQL, by one setting.

    c.CourseDirectory.db_url = "postgresql+pg8000://teacher@server/course"

Beside nbgrader's tables the grader keeps one of its own: which secret the course is graded with.
And where graders on several machines share a database, it keeps them apart, as the lesson's lock
does for those that share a folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata, util

from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, ProgrammingError, SQLAlchemyError

from loopgrade.classroom.lock import Locked

_SECRETS = Table(
    "looplab_secret",
    MetaData(),
    Column("course", String(128), primary_key=True),
    Column("secret", String(64), nullable=False),
)


class NoDriver(Exception):
    """The database cannot be spoken to from here; the text says what to install or to write."""


class AnotherSecret(Exception):
    """The gradebook was filled with another secret; the text says what to do."""


def require_driver(db_url: str) -> None:
    """Make sure that this Python can speak to a database.

    Args:
        db_url: the database's, as SQLAlchemy has it.

    Raises:
        NoDriver: it cannot.

    >>> require_driver("sqlite:///gradebook.db")
    """
    try:
        url = make_url(db_url)
        if url.get_backend_name() != "postgresql":
            return
        driver = url.get_driver_name()
    except (ArgumentError, SQLAlchemyError, ImportError):
        raise NoDriver(
            "c.CourseDirectory.db_url is no address of a database; write "
            "postgresql+pg8000://USER@SERVER/NAME, or leave it out for SQLite."
        ) from None
    if util.find_spec(driver) is None:
        raise NoDriver(
            f"The gradebook is in PostgreSQL, and its driver {driver} is not installed; run "
            "python -m pip install 'looplab[postgres]', and write postgresql+pg8000:// in "
            "c.CourseDirectory.db_url."
        )


def described(db_url: str) -> str:
    """Return which database, by which driver, and where, without its password.

    Args:
        db_url: the database's, as SQLAlchemy has it.

    Raises:
        NoDriver: this Python cannot speak to it.
        SQLAlchemyError: it does not answer.
    """
    require_driver(db_url)
    url = make_url(db_url)
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {url.database}"
    with _connected(db_url) as connection:
        version = ".".join(map(str, connection.dialect.server_version_info or ()))
    driver = url.get_driver_name()
    place = f"{url.host or 'this machine'}/{url.database}"
    return f"PostgreSQL {version} ({driver} {metadata.version(driver)}), {place}"


@contextmanager
def only_grader(db_url: str, course_id: str, lesson: str) -> Iterator[None]:
    """Be the only grader of a lesson in a database that several machines may share.

    PostgreSQL ends the lock with its connection, so also where this process is killed. SQLite's
    file lies in the course's folder, where the lesson's lock is enough.

    Args:
        db_url: the database's, as SQLAlchemy has it.
        course_id: the course's, as nbgrader has it.
        lesson: the name of the assignment.

    Raises:
        Locked: another process grades it.
    """
    if make_url(db_url).get_backend_name() != "postgresql":
        yield
        return
    digest = hashlib.sha256(f"looplab/{course_id}/{lesson}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with _connected(db_url) as connection:
        # Else a day's grading would be one transaction.
        connection.execution_options(isolation_level="AUTOCOMMIT")
        asked = text("SELECT pg_try_advisory_lock(:number)")
        if not connection.scalar(asked, {"number": number}):
            raise Locked(
                f"{lesson} is being graded from another folder or machine, in the same database; "
                "wait until it is done, or stop it and give the same command again."
            )
        yield


def require_secret(db_url: str, course_id: str, secret: str) -> None:
    """Make sure that a gradebook is graded with this secret, or with none yet.

    Args:
        db_url: the database's, as SQLAlchemy has it.
        course_id: the course's, as nbgrader has it.
        secret: the id of the secret that is to be graded with.

    Raises:
        AnotherSecret: the gradebook has another one.
    """
    with _connected(db_url) as connection:
        before = _kept(connection, course_id)
    if before not in (None, secret):
        raise AnotherSecret(
            f"This gradebook is graded with the secret {before}, and .looplab_secret here is "
            f"{secret}; bring back the file that belongs to it, or say --new-secret to "
            "`looplab grade`, and all is graded again with other inputs."
        )


def keep_secret(db_url: str, course_id: str, secret: str) -> None:
    """Keep in a gradebook with which secret it is graded.

    Args:
        db_url: the database's, as SQLAlchemy has it.
        course_id: the course's, as nbgrader has it.
        secret: the secret's id; it takes the place of another.
    """
    mine = _SECRETS.c.course == course_id
    with _connected(db_url) as connection:
        before = _kept(connection, course_id)
        if before is None:
            try:
                _SECRETS.create(connection, checkfirst=True)
                connection.execute(insert(_SECRETS).values(course=course_id, secret=secret))
            except (IntegrityError, ProgrammingError):  # another grader was quicker
                connection.rollback()
        elif before != secret:
            connection.execute(update(_SECRETS).where(mine).values(secret=secret))
        connection.commit()


def forget_deleted(db_url: str) -> None:
    """Leave nothing of what was deleted in a database's file.

    SQLite leaves it in pages that are free, until it writes the whole file anew. PostgreSQL does
    that by itself, in its own time (autovacuum).

    Args:
        db_url: the database's, as SQLAlchemy has it.
    """
    if make_url(db_url).get_backend_name() == "sqlite":
        with _connected(db_url) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM"))


def _kept(connection: Connection, course_id: str) -> str | None:
    if not inspect(connection).has_table(_SECRETS.name):
        return None
    asked = select(_SECRETS.c.secret).where(_SECRETS.c.course == course_id)
    found: str | None = connection.scalar(asked)
    return found


@contextmanager
def _connected(db_url: str) -> Iterator[Connection]:
    engine = create_engine(db_url)
    try:
        connection = engine.connect()
        try:
            yield connection
        finally:
            with suppress(Exception):  # the server has died meanwhile: it has ended all itself
                connection.close()
    finally:
        engine.dispose()
