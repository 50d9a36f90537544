"""Many machines that examine, as workers of a Dask scheduler; none of them writes a grade.

A job goes to one worker, by its address, and two at most wait there: so a worker that is
killed or stands still holds up its own jobs and no others. One that joins late gets jobs from
then on. Before its first, it says whether it has what the grader has; where not, it gets none.
Where the scheduler goes away, all that was with it is given out again when there is one.

Jobs and results are bytes of our own. `distributed` itself pickles what it sends, so whoever can
reach the scheduler must be trusted; its TLS sees to that.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from loopgrade.classroom.workers import HEED_SECONDS, do, reason
from loopgrade.steps.job import Exams, Terms
from looplab.pictures.describing import one_line

AHEAD = 2
"""Jobs that a worker has at once: one to do, and one so that it need not wait for the next."""

LOOK_SECONDS = 1.0
"""How often it is looked who works."""

CONNECT_SECONDS = 10.0
"""Of patience with a scheduler that is to answer for the first time."""

AWAY_SECONDS = 600.0
"""Of patience with a scheduler that has gone away, since it may be started again."""

USELESS_SECONDS = 60.0
"""Of patience where there are workers and each is refused, since another may join."""

FETCH_SECONDS = 5.0
"""Of patience with a worker that is to hand over what it has done."""


class NoCluster(Exception):
    """Nobody there examines; the text says what to do."""


class Cluster:
    """The workers of a Dask scheduler do the jobs.

    Args:
        exams: what the jobs share.
        scheduler: its address, such as `tcp://10.0.0.7:8786`, or a cluster object of Dask's.
        tell: told, in a sentence each, which worker is refused and what is waited for.

    Raises:
        NoCluster: `distributed` is not installed, or no scheduler answers.
    """

    tries = 5

    def __init__(self, exams: bytes, scheduler: Any, tell: Callable[[str], None]) -> None:
        self._exams, self._scheduler, self._tell = exams, scheduler, tell
        self._address = str(getattr(scheduler, "scheduler_address", scheduler))
        self._terms = json.dumps(asdict(Exams.from_bytes(exams).terms))
        self._workers: dict[str, _Worker] = {}
        self._lost: list[str] = []
        self._looked = self._away = self._useless = 0.0
        self._told_to_wait = False
        try:
            self._client = _client(scheduler)
        except ImportError:
            raise NoCluster(
                "Grading on many machines needs Dask's `distributed`: python -m pip install "
                "'looplab[scale]', here and on each of them."
            ) from None
        except (OSError, ValueError) as error:
            raise NoCluster(
                f"No Dask scheduler answers at {self._address} ({reason(error)}); start one with "
                "`dask scheduler`, and give the address that it tells."
            ) from None

    def has_room(self) -> bool:
        """As `Pool.has_room`."""
        self._look()
        return any(worker.has_room for worker in self._workers.values())

    def give(self, student: str, paper: bytes) -> None:
        """As `Pool.give`."""
        fit = (worker for worker in self._workers.values() if worker.has_room)
        worker = min(fit, key=lambda worker: len(worker.jobs))
        worker.jobs[student] = self._submit(worker, do, self._exams, paper)

    def take(self) -> Sequence[tuple[str, bytes | None]]:
        """As `Pool.take`."""
        self._look()
        found: list[tuple[str, bytes | None]] = [(student, None) for student in self._lost]
        self._lost.clear()
        for worker in self._workers.values():
            found += worker.done()
        if not found:
            time.sleep(HEED_SECONDS / 2)
        return found

    def close(self) -> None:
        """As `Pool.close`: what the workers still have is given up."""
        with suppress(Exception):  # it may be gone already
            self._client.close(timeout=2)

    def _submit(self, worker: _Worker, what: Callable[..., Any], *told: Any) -> Any:
        only = {"workers": [worker.address], "allow_other_workers": False}
        return self._client.submit(what, *told, pure=False, **only)

    def _look(self) -> None:
        """See who works now."""
        now = time.monotonic()
        if now < self._looked + LOOK_SECONDS:
            return
        self._looked = now
        if not self._is_there():
            self._forget(list(self._workers))
            return
        there = self._client.scheduler_info(n_workers=-1)["workers"]
        # One that is started again may have the address of the one before, and not its folder.
        told = {f"{address} {each['local_directory']}": each for address, each in there.items()}
        self._forget([name for name in self._workers if name not in told])
        for name, each in told.items():
            if name not in self._workers:
                self._welcome(name, each)
        for worker in self._workers.values():
            if worker.was_refused():
                self._tell(f"{worker.address} gets no jobs: {worker.problem}.")
        self._require_somebody()

    def _is_there(self) -> bool:
        """Return whether the scheduler is; where it has gone, try to find it again."""
        if self._client.status == "running":
            self._away = 0.0
            return True
        if not self._away:
            self._away = time.monotonic()
            self._tell(f"The scheduler at {self._address} has gone away; it is waited for.")
        if self._client.status == "closed":
            with suppress(OSError):
                self._client = _client(self._scheduler)
                return True
        if time.monotonic() > self._away + AWAY_SECONDS:
            raise NoCluster(
                f"The scheduler at {self._address} has been away for {AWAY_SECONDS / 60:g} "
                "minutes; start it, and give the same command again to go on."
            )
        return False

    def _welcome(self, name: str, told: Mapping[str, Any]) -> None:
        worker = self._workers[name] = _Worker(name.partition(" ")[0])
        if told.get("nthreads") != 1:
            worker.problem = (
                f"it has {told.get('nthreads')} threads; start it with --nthreads 1, and as "
                "many workers as there are processors"
            )
        else:
            worker.check = self._submit(worker, problem_of, self._terms)

    def _forget(self, names: Sequence[str]) -> None:
        for name in names:
            self._lost += self._workers.pop(name).jobs

    def _require_somebody(self) -> None:
        if not self._workers and not self._told_to_wait:
            self._told_to_wait = True
            self._tell(
                f"No worker has joined {self._address} yet; start some with `dask worker "
                f"{self._address} --nthreads 1`."
            )
        refused = [each for each in self._workers.values() if each.problem]
        if not refused or len(refused) < len(self._workers):
            self._useless = 0.0
        elif not self._useless:
            self._useless = time.monotonic()
        elif time.monotonic() > self._useless + USELESS_SECONDS:
            raise NoCluster(
                f"No worker of {self._address} can examine as this machine does: "
                f"{refused[0].problem}."
            )


class _Worker:
    """A worker, from here.

    Attributes:
        address: where it is.
        jobs: what comes of the jobs that it has, by whose they are.
        check: what comes of asking it whether it can examine.
        problem: why it cannot; empty where it can, or nobody knows yet.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.jobs: dict[str, Any] = {}
        self.check: Any = None
        self.problem = ""
        self._is_fit = self._is_told = False

    @property
    def has_room(self) -> bool:
        """Whether it can take a job now."""
        return self._is_fit and len(self.jobs) < AHEAD

    def was_refused(self) -> bool:
        """Hear whether it can examine, and return whether it was found just now that it cannot."""
        if self.check is not None and self.check.status != "pending":
            try:
                self.problem = str(self.check.result(timeout=FETCH_SECONDS))
            except TimeoutError:  # it is heard the next time
                return False
            except Exception as error:
                self.problem = f"it cannot run LoopLab ({reason(error)})"
            self.check, self._is_fit = None, not self.problem
        newly = bool(self.problem) and not self._is_told
        self._is_told |= newly
        return newly

    def done(self) -> Iterator[tuple[str, bytes | None]]:
        """Yield what has come of jobs, and forget them."""
        for student, future in list(self.jobs.items()):
            if future.status == "pending":
                continue
            told: bytes | None = None
            try:
                told = bytes(future.result(timeout=FETCH_SECONDS))
            except TimeoutError:  # it stands still; what it has is fetched later
                continue
            except Exception:  # it is lost, with the worker or the scheduler
                logging.getLogger(__name__).debug("lost: %s", student, exc_info=True)
            del self.jobs[student]
            yield student, told


def problem_of(terms: str) -> str:
    """Return why this machine cannot examine for a grader; empty where it can.

    Args:
        terms: the grader's, as JSON.
    """
    return one_line(Terms(**json.loads(terms)).problem_here().rstrip("."), 300)


def _client(scheduler: Any) -> Any:
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is told in our words
    return Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False, name="looplab-grade")
