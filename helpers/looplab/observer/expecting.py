"""Named checks on a `Run`: what failed, what was expected, what happened, one hint.

A test cell announces itself and then says what it expects:

    check("the jobs overlap", points=1)
    run = observe(fetch_all, jobs([2, 1, 4]), 3)
    expect(run).took(4, hint="start all the jobs before you wait for one")

A check that fails raises `CheckFailed`. In a notebook its message stands alone,
without a traceback.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from looplab.diagnosis.finding import ASKS, About, Finding, diagnose
from looplab.observer.announcing import Check, announced, answer
from looplab.observer.sameness import same
from looplab.runs.failures import Failure, plain_text
from looplab.runs.records import Wait
from looplab.runs.run import Run
from looplab.runs.wire import Value

if TYPE_CHECKING:
    from looplab.observer.exploring import Exploration

WIDTH = 92
"""Characters in a line of a message."""

MAX_PRINTED = 5
"""Lines of what a program printed that a message repeats."""

MAX_TEXT = 2_000
"""Characters of what happened that a message tells: a program may have made it long."""


class CheckFailed(AssertionError):
    """A program did not do what a test expects of it.

    Attributes:
        check: the test cell that failed; None outside one.
        expected: what the test expects, in words.
        happened: what happened instead, in words.
        hint: what to try; may be empty.
        run: what the program did.
        about: what kind of thing was checked.
        finding: what went wrong, where the text of the answer is known and something fits.
        same_as: the name of the check that has told it of the same answer; empty where none has.
    """

    def __init__(
        self,
        expected: str,
        happened: str,
        hint: str = "",
        run: Run | None = None,
        about: About = "",
    ):
        self.check = announced()
        self.expected, self.happened = expected[:MAX_TEXT], happened[:MAX_TEXT]
        self.hint, self.run, self.about = hint, run, about
        source = answer()
        found = None if run is None or source is None else diagnose(run, source, about)
        self.finding: Finding | None = found
        self.same_as = _first_told(source, found, self.check)
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The whole message, over several lines."""
        finding = self.finding
        if finding is not None and finding.cause == "not started":
            return f"· {self.check}: not started"
        lines = [f"✗ {self.check or 'a check failed'}"]
        for label, text in self._parts():
            lines += textwrap.wrap(
                text,
                WIDTH,
                initial_indent=f"  {label:<11}",
                subsequent_indent=" " * 13,
                break_on_hyphens=False,
            )
        if finding is not None and finding.quoted and not self.same_as:
            lines.append(f"  line {finding.line} │ {finding.quoted}")
        return "\n".join(lines)

    def _parts(self) -> Iterator[tuple[str, str]]:
        """Yield what the message says, each with its label."""
        finding = self.finding
        if finding is not None and self.same_as:
            yield "as in", f"“{self.same_as}”: {finding.told}"
            return
        yield "expected", self.expected
        if finding is not None:
            # Where it stood when it was ended, the line below says.
            happened = self.happened.partition(" in line ")[0] if finding.quoted else self.happened
            happened = happened.removesuffix(ASKS)
            told = finding.told if finding.alone else f"{happened}: {finding.told}"
            yield "happened", told[:MAX_TEXT]
            return
        yield "happened", self.happened
        yield from self._facts()
        if self.hint:
            yield "hint", self.hint

    def _facts(self) -> Iterator[tuple[str, str]]:
        """Yield what else the run says: where it failed, a warning, what it printed."""
        if self.run is None:
            return
        if self.run.error is not None and self.run.error.line:
            yield "look at", f"line {self.run.error.line} of your code"
        if self.run.warnings:
            yield "warned", self.run.warnings[0][:300]
        printed = self.run.output.splitlines()
        for line in printed[:MAX_PRINTED]:
            yield "printed", line[:200]
        if len(printed) > MAX_PRINTED:
            yield "printed", f"... and {len(printed) - MAX_PRINTED} more lines"

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: the message teaches, a traceback through ours would not.
        return self.message.splitlines()


_ends_as_expected: Run | None = None
"""The run whose error the last check of one has asked for."""

_told: dict[tuple[str, int | None], str] = {}
_told_of: str | None = None
"""The checks that have failed, by what went wrong at which line; and the answer they are of."""


def _first_told(source: str | None, finding: Finding | None, check: Check | None) -> str:
    """Return the name of another check that has told this of the same answer, if one has."""
    global _told_of
    if finding is None or check is None or not finding.quoted:
        return ""
    if source != _told_of:
        _told.clear()
        _told_of = source
    first = _told.setdefault((finding.cause, finding.line), check.name)
    return "" if first == check.name else first


def expect(run: Run | Exploration) -> Expectation:
    """Return what checks `run`; each check returns it again, so that they chain.

    Args:
        run: what `observe` returned; or what `explore` did, and each outcome is checked.

    >>> from looplab import observe
    >>> expect(observe(max, 1, 2)).returned(2).took(0)  # doctest: +ELLIPSIS
    <looplab.observer.expecting.Expectation object at ...>
    """
    return Expectation(run) if isinstance(run, Run) else _InEveryOrder(run)


class Expectation:
    """Checks on one run. Each raises `CheckFailed` where the run is not as expected."""

    def __init__(self, run: Run) -> None:
        if not isinstance(run, Run):
            raise TypeError(f"expect takes what observe returned, not a {type(run).__name__}.")
        self._run, self._calls = run, run.calls
        self._about: About = "expected error" if run is _ends_as_expected else ""

    def returned(self, value: Value, *, hint: str = "") -> Expectation:
        """Check that the program returned `value`, or yielded the items of the list `value`.

        Types must be the same; numbers may differ by 1e-9.
        """
        expected = f"{self._run.call} gives {plain_text(value)}"
        self.finished(expected=expected, hint=hint)
        return self.that(
            same(self._run.result, value),
            expected=expected,
            happened=f"it gave {plain_text(self._run.result)}",
            hint=hint,
        )

    def raised(self, error: type[BaseException], *, hint: str = "") -> Expectation:
        """Check that `error` reached the caller: as itself, or as all that a group holds."""
        name = error.__name__
        self.that(
            self._run.error is not None and _is_a(self._run.error, name),
            expected=f"{name} reaches the caller of {self._run.call}",
            happened=self._ending(),
            hint=hint,
        )
        return self._as_expected()

    def cancelled(self, *, hint: str = "") -> Expectation:
        """Check that the program ended cancelled: `CancelledError` reached its caller."""
        run = self._run
        self._demand(
            run.error is not None and [life.outcome for life in run.lives[:1]] == ["cancelled"],
            f"{run.call} lets CancelledError out",
            self._ending(),
            hint,
            "cancellation",
        )
        return self._as_expected()

    def took(self, seconds: float, *, hint: str = "", blocking: bool = False) -> Expectation:
        """Check how long the program took, and that it did not block the loop meanwhile.

        Args:
            seconds: of virtual time.
            hint: what to try.
            blocking: whether it may hold up the loop, with `time.sleep` for example. The right
                time says little of a program that does: nobody else could run.
        """
        expected = f"{self._run.call} is done after {seconds:g} s"
        if self._about != "expected error":
            self.finished(expected=expected, hint=hint)
        blocked = sum(each.seconds for each in self._run.blocked)
        self._demand(
            blocking or not blocked,
            f"{expected}, and nobody is held up",
            f"it blocked the loop for {blocked:g} s",
            hint,
            "",
        )
        return self._demand(
            same(self._run.duration, seconds),
            expected,
            f"it took {self._run.duration:g} s",
            hint,
            "duration",
        )

    def nothing_left(self, *, hint: str = "") -> Expectation:
        """Check that every task that the program made had ended when it ended."""
        left = "; ".join(_wait_text(wait) for wait in self._run.leftovers)
        return self._demand(
            not self._run.leftovers,
            f"when {self._run.call} ends, every task that it started has ended",
            f"still there: {left}",
            hint,
            "leftovers",
        )

    def jobs_ended(self, *, whole: bool = False, hint: str = "") -> Expectation:
        """Check that each job that was called had ended when the program did, with its clean-up.

        Args:
            whole: whether also no clean-up was cut short by a second cancellation.
            hint: what to try.
        """
        bad = ("pending", "cut short") if whole else ("pending",)
        open_ = [call for call in self._calls if call.outcome in bad]
        told = {"pending": "has not ended", "cut short": "was cancelled in its clean-up"}
        return self.that(
            not open_,
            expected=f"when {self._run.call} ends, each job has ended, with its clean-up",
            happened="; ".join(
                f"job({', '.join(map(plain_text, call.arguments))}) {told[call.outcome]}"
                for call in open_
            ),
            hint=hint,
        )

    def took_items(self, count: int, *, hint: str = "") -> Expectation:
        """Check how many items the program took from the generators that `gens` made."""
        taken = sum(call.method == "next" and call.outcome == "returned" for call in self._calls)
        return self.that(
            taken == count,
            expected=f"{self._run.call} takes {count} of the generators' items",
            happened=f"it took {taken}",
            hint=hint,
        )

    def closed_generators(self, *, hint: str = "") -> Expectation:
        """Check that each generator of `gens` that was started has ended or was closed."""
        started = [call.service for call in self._calls if call.method == "next"]
        over = {
            call.service
            for call in self._calls
            if call.method == "close" or call.outcome in ("exhausted", "raised")
        }
        open_ = [name for name in dict.fromkeys(started) if name not in over]
        return self.that(
            not open_,
            expected=f"{self._run.call} leaves no generator open that it has started",
            happened=f"not closed: {', '.join(open_)}",
            hint=hint,
        )

    def ran_at_most(self, steps: int, *, hint: str = "") -> Expectation:
        """Check that the program did not poll: it ran no more often than it was woken.

        Args:
            steps: how many turns all its tasks and its callbacks may take together. Callbacks
                count that are its own: what it hands to `call_soon` or `call_later`, for example.
            hint: what to try.
        """
        run = self._run
        by_callbacks = f" and its callbacks {_times(run.callbacks)}" if run.callbacks else ""
        return self.that(
            run.steps + run.callbacks <= steps,
            expected=f"{run.call} runs only when there is something to do",
            happened=f"its tasks ran {_times(run.steps)}{by_callbacks}",
            hint=hint,
        )

    def without_threads(self, *, hint: str = "await instead of starting a thread") -> Expectation:
        """Check that the program started no thread."""
        return self.that(
            not self._run.threads,
            expected=f"{self._run.call} runs in one thread",
            happened=f"threads that it started: {self._run.threads}",
            hint=hint,
        )

    def finished(self, *, expected: str = "", hint: str = "") -> Expectation:
        """Check that the program returned, whatever it returned."""
        return self.that(
            self._run.error is None,
            expected=expected or f"{self._run.call} ends without an error",
            happened=self._ending(),
            hint=hint,
        )

    def that(self, condition: bool, *, expected: str, happened: str, hint: str = "") -> Expectation:
        """Check anything else.

        Args:
            condition: whether the run is as expected.
            expected: what is expected, in words.
            happened: what happened instead, in words.
            hint: what to try.
        """
        return self._demand(condition, expected, happened, hint, self._about)

    def _demand(
        self, condition: bool, expected: str, happened: str, hint: str, about: About
    ) -> Expectation:
        if not condition:
            raise CheckFailed(expected, happened, hint, self._run, about)
        return self

    def _as_expected(self) -> Expectation:
        """Note that the run's error was asked for: no other check of it names that as the cause."""
        global _ends_as_expected
        _ends_as_expected, self._about = self._run, "expected error"
        return self

    def _ipython_display_(self) -> None:
        """Show nothing: nbgrader takes a value that a test cell shows for points."""

    def _ending(self) -> str:
        run = self._run
        if run.deadlock:
            return "nothing can ever run again: " + "; ".join(map(_wait_text, run.deadlock))
        if run.error is None:
            return f"it returned {plain_text(run.result)}"
        if run.error.type == "TooMuch":
            return run.error.message
        if run.error.type == "WireError":  # ours, not the program's
            return f"its result cannot be read: {run.error.message}"
        return f"it raised {run.error}" + _inside(run.error)


class _InEveryOrder(Expectation):
    """The same checks, on each outcome of an exploration."""

    def __init__(self, found: Exploration) -> None:
        if not hasattr(found, "outcomes"):
            raise TypeError(f"expect takes what observe returned, not a {type(found).__name__}.")
        self._found = found

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        return partial(self._check, name)

    def _check(self, name: str, *args: Any, **kwargs: Any) -> Expectation:
        failed = []
        for outcome in self._found.outcomes:
            try:
                getattr(Expectation(outcome.run), name)(*args, **kwargs)
            except CheckFailed as error:
                failed.append((outcome, error))
        if failed:
            outcome, first = failed[0]
            count = sum(each.count for each, _ in failed)
            where = f"in {count:,} of {self._found.schedules:,} orders of the services' answers"
            if count == self._found.schedules:
                where = "in every order"
            told = f"{where}: {first.happened}"
            raise CheckFailed(first.expected, told, first.hint, outcome.run, first.about)
        return self


def _inside(error: Failure) -> str:
    """Return what a group of exceptions holds, in words; nothing for any other."""
    return f": {'; '.join(map(str, error.leaves[:3]))}" if error.leaves else ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _wait_text(wait: Wait) -> str:
    line = f" (line {wait.line})" if wait.line else ""
    return f"{wait.task} waits for {wait.reason}{line}"


def _is_a(error: Failure, name: str) -> bool:
    if error.leaves:
        return all(name in leaf.bases for leaf in error.leaves)
    return name in error.bases
