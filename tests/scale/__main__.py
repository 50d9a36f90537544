"""Many machines, for real, on loopback: python tests/scale [COUNT].

A class is graded by one machine, and once more by workers of a Dask scheduler, while a worker
joins late, one is killed, one is stopped for a minute, the scheduler is killed and started again,
and so is the grader. In the end each submission must be in the gradebook once, and each graded
notebook must be, byte for byte, what one machine has made of it.
"""

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from machines import Machines, entered, graded, start_grading, until  # in the folder above
from small import LESSON, RIGHT, submission, write_course

from loopgrade.authoring.build import build
from loopgrade.bank.demo import Student, hand_in
from loopgrade.steps.secret import course_secret

SECONDS = 1.0
"""That each submission takes of real time, so that there is time for what happens."""

STOPPED_SECONDS = 60.0


def make_class(root: Path, count: int) -> None:
    """Build the small course, and hand in: every third answer is wrong."""
    [built] = build(write_course(root))
    wait = f"import select\nselect.select([], [], [], {SECONDS})\n"
    for number in range(count):
        result = "n + n" if number % 3 else "42"
        answers = {**RIGHT, "twice": f"{wait}def twice(n):\n    return {result}"}
        student = Student(f"s{number:03}", answers, bool(number % 3))
        hand_in(built.release, root / "autograder" / "submitted", LESSON, student)
    assert submission(root, "s000").exists()


def say(since: float, text: str) -> None:
    print(f"{time.monotonic() - since:6.1f} s  {text}", flush=True)


def trial(course: Path, count: int) -> None:
    """Grade the class, and let everything happen to those who do."""
    since = time.monotonic()

    def graded_are(share: float) -> None:
        until(lambda: len(entered(course)) >= share * count, 600)
        say(since, f"{len(entered(course))} of {count} are in the gradebook")

    with Machines() as machines:
        killed, stopped = machines.join(), machines.join()
        grader = machines.grade(course)
        graded_are(0.1)
        machines.join()
        say(since, "a worker joins late")
        graded_are(0.2)
        killed.kill()
        say(since, "a worker is killed")
        stopped.send_signal(signal.SIGSTOP)
        since_stopped = time.monotonic()
        say(since, "another is stopped")
        graded_are(0.4)
        machines.scheduler.kill()
        machines.scheduler.wait()
        say(since, "the scheduler is killed")
        time.sleep(5)
        machines.start_scheduler()
        machines.join()
        machines.join()
        say(since, "it is started again, with two workers")
        graded_are(0.6)
        grader.kill()
        grader.wait()
        before = entered(course)
        say(since, f"the grader is killed; {len(before)} are in the gradebook")
        grader = machines.grade(course)
        until(lambda: time.monotonic() > since_stopped + STOPPED_SECONDS)
        stopped.send_signal(signal.SIGCONT)
        say(since, "who was stopped goes on")
        out, err = grader.communicate(timeout=900)
        say(since, f"the second grader ends with {grader.returncode}")
        print(err)
        assert grader.returncode == 0, out
        assert all(entered(course)[name] == points for name, points in before.items())


def main() -> None:
    """Say what happened, and fail where it is not as one machine has it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder:
        alone, many = Path(folder, "alone"), Path(folder, "many")
        make_class(alone, count)
        course_secret(alone / "autograder")  # one for both
        shutil.copytree(alone, many)
        start = time.monotonic()
        one = start_grading(alone, "--workers", "2")
        out, err = one.communicate(timeout=1200)
        assert one.returncode == 0, out + err
        print(f"one machine: {count} submissions in {time.monotonic() - start:.0f} s")
        trial(many, count)
        assert len(entered(many)) == count
        assert entered(many) == entered(alone)
        assert graded(many) == graded(alone)
        left = list((many / "autograder" / ".grading").glob("*~*"))
        assert not left, left
    print(f"{count} submissions, each once in the gradebook, byte for byte as one machine has them")


if __name__ == "__main__":
    main()
