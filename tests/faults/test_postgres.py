"""The gradebook in PostgreSQL: a real server, which dies in the middle of a write."""

import contextlib
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from machines import LEVEL
from nbgrader.api import Gradebook
from small import LESSON, RIGHT, write_course
from sqlalchemy.orm import object_session

from loopgrade.authoring.build import build
from loopgrade.authoring.settings import undisturbed
from loopgrade.classroom import gradebook
from loopgrade.classroom.batch import GradingError, grade
from loopgrade.doctor import examine_machine

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
OWNER = "postgres"


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Leave nothing to the next test: a connection whose server has died fails once more then."""
    yield
    before, sys.unraisablehook = sys.unraisablehook, lambda _: None
    gc.collect()
    sys.unraisablehook = before


class Server:
    """A PostgreSQL of the test's own, which nobody else can reach by name."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        with contextlib.closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._do("initdb", "-D", str(self.data), "-U", "teacher", "-A", "trust", "-E", "UTF8")
        self.start()

    def _do(self, program: str, *words: str) -> None:
        command = [f"{PROGRAMS}/{program}", *words]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", OWNER, "--", *command]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.data}"
        log = str(self.data / "log")
        self._do("pg_ctl", "start", "-w", "-D", str(self.data), "-o", options, "-l", log)

    def stop(self, how: str) -> None:
        self._do("pg_ctl", "stop", "-w", "-D", str(self.data), "-m", how)

    def is_up(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def url(self, name: str) -> str:
        return f"postgresql+pg8000://teacher@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        self._do("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "teacher", name)
        return self.url(name)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    if os.geteuid() == 0 and not shutil.which("runuser"):
        pytest.skip("this is root, which PostgreSQL refuses, and there is no runuser")
    # Not below pytest's own folder: that is closed to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="looplab-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    made = Server(folder)
    try:
        yield made
    finally:
        if made.is_up():
            made.stop("immediate")
        shutil.rmtree(folder)


def course_in(root: Path, url: str) -> Path:
    write_course(root)
    config = root / "autograder" / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = {url!r}\n")
    return root


@pytest.fixture
def course(server: Server, tmp_path: Path) -> Path:
    url = server.create(f"course_{abs(hash(tmp_path))}")
    root = course_in(tmp_path / "course", url)
    build(root)
    assert not (root / "autograder" / "gradebook.db").exists()
    return root


def hand_in(course: Path, *students: str) -> None:
    for student in students:
        notebook = nbformat.read(course / "notebooks" / f"{LESSON}.ipynb", as_version=4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = RIGHT.get(grade_id, cell.source)
        path = course / "autograder" / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def url_of(course: Path) -> str:
    last = (course / "autograder" / "nbgrader_config.py").read_text().splitlines()[-1]
    return last.partition("= ")[2].strip("'")


def in_the_database(course: Path) -> dict[str, tuple[float, int]]:
    """What each student has there, and how many grades that is."""
    with Gradebook(url_of(course), "looplab") as there:
        return {
            each.student_id: (each.score, sum(len(book.grades) for book in each.notebooks))
            for each in there.find_assignment(LESSON).submissions
        }


def statuses(course: Path, **how: Any) -> dict[str, str]:
    rows = grade(course, LESSON, level=LEVEL, workers=1, **how)
    return {row.student: row.status for row in rows}


FULL = (4.0, 3)


@pytest.mark.slow
def test_a_class_is_graded_in_it(course: Path) -> None:
    hand_in(course, "ada", "bob")
    assert statuses(course) == {"ada": "graded", "bob": "graded"}
    assert in_the_database(course) == {"ada": FULL, "bob": FULL}
    assert statuses(course) == {"ada": "kept", "bob": "kept"}


# pg8000 cannot say goodbye to a dead server, and leaves the socket to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
@pytest.mark.parametrize("how", ["immediate", "fast"])
def test_the_server_dies_in_the_middle_of_a_write(
    course: Path, server: Server, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    hand_in(course, "ada", "bob", "eve")
    last_step = gradebook._enter_penalty
    asked: list[str] = []

    def dying(submission: Any, penalty: Any) -> None:
        last_step(submission, penalty)
        asked.append(submission.student_id)
        if submission.student_id == "bob":
            object_session(submission).flush()  # all is written, and nothing is sure yet
            server.stop(how)

    monkeypatch.setattr(gradebook, "_enter_penalty", dying)
    with pytest.raises(GradingError, match="gradebook cannot be read"):
        statuses(course)
    assert asked == ["ada", "bob"]
    monkeypatch.undo()
    server.start()
    scores = in_the_database(course)
    assert scores["ada"] == FULL
    assert scores.get("bob", (0, 0))[0] == 0
    assert statuses(course) == {"ada": "kept", "bob": "graded", "eve": "graded"}
    assert in_the_database(course) == dict.fromkeys(("ada", "bob", "eve"), FULL)


@pytest.mark.slow
def test_two_graders_of_two_folders_lose_nothing(course: Path, tmp_path: Path) -> None:
    """Two machines, one database: each lesson has one grader, and the other is told so."""
    other = tmp_path / "other machine"
    hand_in(course, *(f"s{n:02}" for n in range(12)))
    shutil.copytree(course, other)
    (other / "autograder" / ".looplab_secret").unlink(missing_ok=True)
    (course / "autograder" / ".looplab_secret").write_text("ab" * 32)
    (other / "autograder" / ".looplab_secret").write_text("ab" * 32)
    found: dict[Path, Any] = {}

    def grade_there(folder: Path) -> None:
        script = (
            "import sys; from pathlib import Path; from loopgrade.classroom.batch import grade;"
            f"rows = grade(Path({str(folder)!r}), {LESSON!r}, level={LEVEL!r}, workers=1);"
            "print(sorted({row.status for row in rows}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        found[folder] = (done.returncode, done.stdout.strip() + done.stderr)

    threads = [threading.Thread(target=grade_there, args=(each,)) for each in (course, other)]
    for thread in threads:
        thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    refused = [told for status, told in found.values() if status]
    assert len(refused) == 1, found
    assert "is being graded from another folder or machine" in refused[0]
    assert in_the_database(course) == {f"s{n:02}": FULL for n in range(12)}


@pytest.mark.slow
def test_two_graders_of_two_lessons_may_enter_the_same_student(course: Path) -> None:
    from loopgrade.classroom.gradebook import Graded, enter

    with (
        undisturbed(),  # as grading is: nbgrader's own queries warn
        Gradebook(url_of(course), "looplab") as one,
        Gradebook(url_of(course), "looplab") as two,
    ):
        ask = one.find_student

        def slowly(student: str) -> Any:
            one.find_student = ask
            two.update_or_create_student(student)  # while the first one looks
            return ask("nobody")

        one.find_student = slowly
        graded = Graded(LESSON, "ada", None, {}, frozenset(), {})
        enter(one, graded, create_student=True, penalty=lambda *_: None)
        assert [each.id for each in two.students] == ["ada"]


@pytest.mark.slow
def test_another_secret_is_refused(course: Path) -> None:
    hand_in(course, "ada")
    statuses(course)
    (course / "autograder" / ".looplab_secret").write_text("another")
    with pytest.raises(GradingError, match="is graded with the secret"):
        statuses(course)
    assert statuses(course, new_secret=True) == {"ada": "graded"}


@pytest.mark.slow
def test_doctor_says_which_database(
    course: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    (found,) = [each for each in examine_machine() if each.what == "gradebook"]
    assert found.works
    assert found.told.startswith("PostgreSQL ")
    assert "(pg8000 " in found.told and "127.0.0.1/course_" in found.told
    server.stop("fast")
    try:
        (found,) = [each for each in examine_machine() if each.what == "gradebook"]
        assert not found.works and "does not answer" in found.told
    finally:
        server.start()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg2://a@b/c", "driver psycopg2 is not installed"),
        ("nonsense", "is no address of a database"),
    ],
)
def test_a_setting_that_is_none_gets_a_sentence(tmp_path: Path, url: str, told: str) -> None:
    from loopgrade.classroom.database import NoDriver

    root = course_in(tmp_path / "course", url)
    with pytest.raises(NoDriver, match=told):
        grade(root, LESSON, level=LEVEL)
