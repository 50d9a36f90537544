"""What the test owns: the clock, and services whose delays and failures it decides.

A test hands *specs* to `observe`: `jobs([2, 1, 4])` or `gens([1, 2], [3])`. A `World`
serves them and decides what time it is. The program sees only stand-ins, made by
`stand_in`, that ask the world: how long a job takes and what a generator yields next
is told when it happens and never before.

In a notebook the world lives in the same process. In grading it lives with the
examiner, and the program, in its sandbox, asks over a pipe. So when a job ended, how
many ran at once, and which items were taken, is the examiner's own record.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from typing import Literal

from looplab.runs.records import Call
from looplab.runs.wire import Value, WireError
from looplab.virtual.answers import Answer, TooMuch
from looplab.virtual.services import Ended, Ending, serve
from looplab.virtual.specs import Spec

MAX_CALLS = 20_000
"""A program that asks for more than this is stopped."""


class World:
    """The clock and the services of one observation.

    Args:
        specs: what the program is given, in the order of its arguments.
        choose: left out, each service takes as long as its spec says. Otherwise any time:
            whenever all tasks wait, this chooses what comes next, given how many things can:
            the services' answers in the order in which they were asked, and after them the
            next timer. An answer takes no time.
        shuffle_ready: whether it also chooses who of the ready tasks runs next.

    Attributes:
        held_up: seconds for which the program held up its loop, until it ended.
    """

    def __init__(
        self,
        specs: Sequence[Spec] = (),
        choose: Callable[[int], int] | None = None,
        *,
        shuffle_ready: bool = False,
    ) -> None:
        self._specs, self._shuffles = specs, shuffle_ready
        self.begin(choose)

    def begin(self, choose: Callable[[int], int] | None = None) -> None:
        """Begin from the start, as if it were new.

        Args:
            choose: as for a new one.
        """
        self.let_choose(choose)
        self.now = self.held_up = 0.0
        self.finished: float | None = None
        self._services = [serve(spec, self) for spec in self._specs]
        self._due: list[tuple[float, int, Callable[[], Ending]]] = []
        self._log: list[_Entry] = []
        self._frozen: tuple[Call, ...] | None = None

    def let_choose(self, choose: Callable[[int], int] | None) -> None:
        """Let `choose` choose from now on."""
        self._choose = choose
        self.shuffle = choose if self._shuffles else None

    @property
    def calls(self) -> tuple[Call, ...]:
        """Each use of a service until the program ended."""
        return self._frozen or tuple(entry.call() for entry in self._log)

    @property
    def duration(self) -> float:
        """Seconds until the program ended."""
        return self.now if self.finished is None else self.finished

    def ask(self, service: int, method: str, arguments: Sequence[Value]) -> Answer:
        """Use service number `service`.

        Raises:
            WireError: there is no such service or method.
            TooMuch: it was used more than `MAX_CALLS` times.
        """
        if self.finished is not None:
            return Answer("end")
        if len(self._log) >= MAX_CALLS:
            raise TooMuch(f"it used what it was given more than {MAX_CALLS:,} times")
        if not 0 <= service < len(self._services):
            raise WireError("There is no such service.")
        return self._services[service](method, tuple(arguments))

    def advance(self, deadline: float | None) -> list[tuple[int, Answer]] | None:
        """Let time pass until `deadline`, or until the first service that is due before it.

        Args:
            deadline: when the program's next timer is due, in seconds; None without one.

        Returns:
            The tickets that are due, with their answers; None where nothing will ever happen.
        """
        if self._choose is not None:
            return self._in_any_order(self._choose, deadline)
        due = self._due[0][0] if self._due else None
        times = [time for time in (deadline, due) if time is not None]
        if not times:
            return None
        # Rounded, so that ten sleeps of 0.1 s end at 1.0 s.
        self.now = max(self.now, round(min(times), 9))
        done = []
        while self._due and self._due[0][0] <= self.now:
            done.append(self._done(0))
        return done

    def _done(self, place: int) -> tuple[int, Answer]:
        """Let the service answer that is at this place of those that are due."""
        _, ticket, give = self._due.pop(place)
        answer, outcome = give()
        self._log[ticket].end(self.now, outcome)
        return ticket, answer

    def _in_any_order(
        self, choose: Callable[[int], int], deadline: float | None
    ) -> list[tuple[int, Answer]] | None:
        waiting = len(self._due)
        options = waiting if deadline is None else waiting + 1
        if not options:
            return None
        chosen = choose(options) if options > 1 else 0
        if chosen < waiting:
            return [self._done(chosen)]
        assert deadline is not None
        self.now = max(self.now, round(deadline, 9))
        return []

    def block(self, seconds: float) -> None:
        """Let `seconds` pass while the program holds up its loop."""
        self.now = round(self.now + max(0.0, seconds), 9)
        if self.finished is None:
            self.held_up += max(0.0, seconds)

    def finish(self) -> None:
        """Keep the record as it is now: the program has ended."""
        if self.finished is None:
            self._frozen = self.calls
            self.finished = self.now
            self._due.clear()  # a program that says so too early learns nothing more

    def note(self, service: str, method: str, arguments: tuple[Value, ...]) -> int:
        """Log the start of a call and return its number."""
        self._log.append(_Entry(service, method, arguments, self.now))
        return len(self._log) - 1

    def end(self, number: int, outcome: Ended) -> None:
        """Log that call `number` ended now."""
        self._log[number].end(self.now, outcome)

    def promise(self, number: int, delay: float, give: Callable[[], Ending]) -> Answer:
        """Answer call `number` in `delay` seconds; its number is the ticket to wait for."""
        if self._choose is None:
            insort(self._due, (round(self.now + delay, 9), number, give))
        else:
            # Any may be next: they are kept in the order in which they were asked.
            self._due.append((0.0, number, give))
        return Answer("ticket", number)

    def withdraw(self, number: int, outcome: Ended | None = "cancelled") -> bool:
        """Forget a promise, if it is still kept; see `Ledger.withdraw`."""
        left = [due for due in self._due if due[1] != number]
        kept, self._due = len(left) < len(self._due), left
        if kept and outcome is not None:
            self.end(number, outcome)
        return kept


class _Entry:
    __slots__ = ("arguments", "method", "outcome", "service", "start", "stop")

    def __init__(self, service: str, method: str, arguments: tuple[Value, ...], start: float):
        self.service, self.method, self.arguments, self.start = service, method, arguments, start
        self.stop: float | None = None
        self.outcome: Ended | Literal["pending"] = "pending"

    def end(self, now: float, outcome: Ended) -> None:
        self.stop, self.outcome = now, outcome

    def call(self) -> Call:
        return Call(self.service, self.method, self.arguments, self.start, self.stop, self.outcome)
