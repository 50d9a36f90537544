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

import asyncio
import builtins
import random
from bisect import insort
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple, Protocol

from looplab.run import Call
from looplab.wire import Json, Value, WireError, decode, encode

MAX_CALLS = 20_000
"""A program that asks for more than this is stopped."""


class TooMuch(BaseException):
    """The program went on for ever; it ends here.

    A BaseException, so that `except Exception` in the program does not swallow it.
    """


# What a test writes


@dataclass(frozen=True)
class Jobs:
    """A spec: an async function `job(i)` that the test owns. See `jobs`."""

    delays: tuple[float, ...]
    results: tuple[Value, ...]
    errors: tuple[tuple[int, BaseException], ...] = ()
    kind = "jobs"
    name = "jobs"


@dataclass(frozen=True)
class Gen:
    """A spec: a generator whose items the test owns. See `gens`."""

    name: str
    items: tuple[Value, ...]
    error: BaseException | None
    endless: bool
    kind = "gen"


@dataclass(frozen=True)
class Store:
    """A spec: one value somewhere else, read and written over a network. See `store`."""

    name: str
    value: Value
    delay: float
    errors: tuple[tuple[int, BaseException], ...] = ()
    kind = "store"


Spec = Jobs | Gen | Store


def jobs(
    delays: Iterable[float],
    *,
    results: Sequence[Value] | None = None,
    errors: Mapping[int, BaseException] | None = None,
) -> Jobs:
    """Return a spec of an async function `job(i)`, for `observe`.

    Args:
        delays: how many seconds job 0, job 1, ... takes.
        results: what each returns; left out, a text that cannot be guessed.
        errors: what job `i` raises instead, by `i`: an exception of a builtin type.

    Raises:
        ValueError: a delay is negative, or there are not as many results as delays.

    >>> from looplab import observe
    >>> async def first(job):
    ...     return await job(0)
    >>> observe(first, jobs([3], results=["done"])).duration
    3.0
    """
    times = tuple(delays)
    if any(not delay >= 0 for delay in times):
        raise ValueError("Give each job a delay of 0 seconds or more.")
    if results is None:
        results = [f"result-{random.SystemRandom().randrange(10**9)}" for _ in times]
    if len(results) != len(times):
        raise ValueError(f"Give one result for each of the {len(times)} delays.")
    failing = tuple(sorted((errors or {}).items(), key=lambda item: item[0]))
    for _, error in failing:
        _check_error(error)
    return Jobs(times, tuple(results), failing)


def gens(
    *items: Iterable[Value], error: BaseException | None = None, endless: bool = False
) -> list[Gen]:
    """Return specs of generators, for `observe`: one for each of `items`.

    Inside the program each is a real generator of its own, not yet started.

    Args:
        items: what each yields.
        error: what each raises after its items: an exception of a builtin type.
        endless: whether each starts again after its last item, for ever.

    Raises:
        ValueError: an endless generator has no items.

    >>> from looplab import observe
    >>> observe(list, *gens("ab")).result
    ['a', 'b']
    """
    if error is not None:
        _check_error(error)
    listed = [tuple(each) for each in items]
    if endless and not all(listed):
        raise ValueError("Give an endless generator at least one item.")
    return [Gen(f"gens[{n}]", each, error, endless) for n, each in enumerate(listed)]


def store(
    value: Value = 0,
    *,
    delay: float = 1,
    errors: Mapping[int, BaseException] | None = None,
    name: str = "store",
) -> Store:
    """Return a spec of a value that is kept elsewhere, for `observe` and `explore`.

    The program gets an object with `await store.read()` and `await store.write(value)`. An
    operation takes effect as it ends.

    Args:
        value: what it holds at first.
        delay: how many seconds an operation takes; in `explore`, any time.
        errors: what operation 0, 1, ... raises instead, by its number: an exception of a
            builtin type.
        name: what to call it.

    Raises:
        ValueError: the delay is negative, or an exception is not of a builtin type.

    >>> from looplab import observe
    >>> async def add(store, amount):
    ...     await store.write(await store.read() + amount)
    ...     return await store.read()
    >>> run = observe(add, store(100), 10)
    >>> run.result, run.duration
    (110, 3.0)
    """
    if not delay >= 0:
        raise ValueError("Give a store a delay of 0 seconds or more.")
    failing = tuple(sorted((errors or {}).items(), key=lambda item: item[0]))
    for _, error in failing:
        _check_error(error)
    return Store(name, value, delay, failing)


def _check_error(error: BaseException) -> None:
    if getattr(builtins, type(error).__name__, None) is not type(error):
        raise ValueError(f"Give an exception of a builtin type, not {type(error).__name__}.")


def spec_to_json(spec: Spec, *, whole: bool) -> dict[str, Json]:
    """Return a spec as JSON.

    Args:
        spec: what to tell.
        whole: whether to tell what it will do, and not only its kind and name.
    """
    told: dict[str, Json] = {"kind": spec.kind, "name": spec.name}
    if not whole:
        return told
    facts = {each.name: getattr(spec, each.name) for each in fields(spec)}
    errors = {key: facts.pop(key) for key in ("errors", "error") if key in facts}
    told["facts"] = {key: encode(value) for key, value in facts.items()}
    failing = errors.get("errors", ()) if errors.get("error") is None else [(0, errors["error"])]
    told["errors"] = [[at, type(e).__name__, encode(e.args)] for at, e in failing]
    return told


def spec_from_json(data: dict[str, Json]) -> Spec:
    """Return the spec that `spec_to_json(spec, whole=True)` told."""
    facts = {key: decode(value) for key, value in data["facts"].items()}
    errors = tuple(
        (at, getattr(builtins, name)(*decode(args))) for at, name, args in data["errors"]
    )
    if data["kind"] == "gen":
        return Gen(**facts, error=errors[0][1] if errors else None)
    return Jobs(**facts, errors=errors) if data["kind"] == "jobs" else Store(**facts, errors=errors)


# What the program asks, and what it is told


class Answer(NamedTuple):
    """What a service says: a value, an exception to raise, the end, or a ticket to wait for."""

    kind: Literal["value", "raise", "end", "ticket"]
    value: Value = None

    def to_json(self) -> Json:
        """Return the answer as JSON."""
        if isinstance(self.value, BaseException):
            return [self.kind, [type(self.value).__name__, encode(self.value.args)]]
        return [self.kind, encode(self.value)]

    @classmethod
    def from_json(cls, data: Json) -> Answer:
        """Return the answer that `data` describes; an exception becomes one to raise."""
        kind, body = data
        if kind == "raise":
            name, args = body
            return cls(kind, getattr(builtins, name)(*decode(args)))
        return cls(kind, decode(body))


class Clock(Protocol):
    """What a program's side needs of a world; `World` and the sandbox's remote one have it."""

    @property
    def now(self) -> float:
        """Seconds since the start of the run."""

    @property
    def shuffle(self) -> Callable[[int], int] | None:
        """Chooses who of so many ready ones runs next; None for who was ready first."""

    def ask(self, service: int, method: str, arguments: Sequence[Value]) -> Answer:
        """Use a service."""

    def advance(self, deadline: float | None) -> list[tuple[int, Answer]] | None:
        """Let time pass until `deadline` or until a service is done; None where nothing can be."""

    def block(self, seconds: float) -> None:
        """Let time pass while the program holds up its loop."""

    def finish(self) -> None:
        """Say that the program has ended: what happens from now on does not count."""


class World:
    """The clock and the services of one observation.

    Args:
        specs: what the program is given, in the order of its arguments.
        choose: left out, each service takes as long as its spec says. Otherwise any time:
            whenever all tasks wait, this chooses what comes next, given how many things can:
            the services' answers in the order in which they were asked, and after them the
            next timer. An answer takes no time.
        shuffle_ready: whether it also chooses who of the ready tasks runs next.
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
        self.now = 0.0
        self.finished: float | None = None
        self._services = [_serve(spec, self) for spec in self._specs]
        self._due: list[tuple[float, int, Callable[[], Answer]]] = []
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
        answer = give()
        self._log[ticket].end(self.now, "raised" if answer.kind == "raise" else "returned")
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

    def end(self, number: int, outcome: _Outcome) -> None:
        """Log that call `number` ended now."""
        self._log[number].end(self.now, outcome)

    def promise(self, number: int, delay: float, give: Callable[[], Answer]) -> Answer:
        """Answer call `number` in `delay` seconds; its number is the ticket to wait for."""
        if self._choose is None:
            insort(self._due, (round(self.now + delay, 9), number, give))
        else:
            # Any may be next: they are kept in the order in which they were asked.
            self._due.append((0.0, number, give))
        return Answer("ticket", number)

    def withdraw(self, number: int) -> None:
        """Forget a promise: nobody waits for it any more."""
        left = [due for due in self._due if due[1] != number]
        if len(left) < len(self._due):
            self._due = left
            self.end(number, "cancelled")


_Outcome = Literal["returned", "raised", "exhausted", "cancelled"]


class _Entry:
    __slots__ = ("arguments", "method", "outcome", "service", "start", "stop")

    def __init__(self, service: str, method: str, arguments: tuple[Value, ...], start: float):
        self.service, self.method, self.arguments, self.start = service, method, arguments, start
        self.stop: float | None = None
        self.outcome: _Outcome | Literal["pending"] = "pending"

    def end(self, now: float, outcome: _Outcome) -> None:
        self.stop, self.outcome = now, outcome

    def call(self) -> Call:
        return Call(self.service, self.method, self.arguments, self.start, self.stop, self.outcome)


Service = Callable[[str, tuple[Value, ...]], Answer]


def _serve(spec: Spec, world: World) -> Service:
    if isinstance(spec, Jobs):
        return _JobService(spec, world)
    return _GenService(spec, world) if isinstance(spec, Gen) else _StoreService(spec, world)


class _JobService:
    def __init__(self, spec: Jobs, world: World) -> None:
        self.spec, self.world, self.errors = spec, world, dict(spec.errors)

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method == "cancel" and len(arguments) == 1:
            self.world.withdraw(arguments[0])
            return Answer("value")
        if method != "call":
            raise WireError("A job is called or cancelled.")
        number = self.world.note(self.spec.name, "call", arguments)
        index = arguments[0] if len(arguments) == 1 else None
        if type(index) is not int or not 0 <= index < len(self.spec.delays):
            self.world.end(number, "raised")
            last = len(self.spec.delays) - 1
            return Answer("raise", ValueError(f"job takes one number from 0 to {last}"))
        error = self.errors.get(index)
        answer = Answer("value", self.spec.results[index])
        if error is not None:
            answer = Answer("raise", error)
        return self.world.promise(number, self.spec.delays[index], lambda: answer)


class _StoreService:
    def __init__(self, spec: Store, world: World) -> None:
        self.spec, self.world, self.errors = spec, world, dict(spec.errors)
        self.value, self.uses = spec.value, 0

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method == "cancel" and len(arguments) == 1:
            self.world.withdraw(arguments[0])
            return Answer("value")
        if (method, len(arguments)) not in (("read", 0), ("write", 1)):
            raise WireError("A store is read, or written one value.")
        number = self.world.note(self.spec.name, method, arguments)
        error = self.errors.get(self.uses)
        self.uses += 1

        def give() -> Answer:
            if error is not None:
                return Answer("raise", error)
            if method == "read":
                return Answer("value", self.value)
            [self.value] = arguments
            return Answer("value")

        return self.world.promise(number, self.spec.delay, give)


class _GenService:
    def __init__(self, spec: Gen, world: World) -> None:
        self.spec, self.world, self.taken = spec, world, 0
        self.over = False

    def __call__(self, method: str, arguments: tuple[Value, ...]) -> Answer:
        if method not in ("next", "close") or arguments:
            raise WireError("A generator is asked for its next item or closed.")
        number = self.world.note(self.spec.name, method, arguments)
        answer, outcome = self._answer(method)
        self.world.end(number, outcome)
        return answer

    def _answer(self, method: str) -> tuple[Answer, _Outcome]:
        if method == "close":
            self.over = True
            return Answer("value"), "returned"
        if self.over:
            return Answer("end"), "exhausted"
        items = self.spec.items
        if self.taken < len(items) or self.spec.endless:
            item = items[self.taken % len(items)]
            self.taken += 1
            return Answer("value", item), "returned"
        self.over = True
        if self.spec.error is not None:
            return Answer("raise", self.spec.error), "raised"
        return Answer("end"), "exhausted"


# What the program sees


def stand_in(kind: str, service: int, name: str, world: Clock) -> Any:
    """Return what the program gets for a spec: it knows the world and nothing of the spec.

    Args:
        kind: the spec's kind.
        service: the spec's number in the world.
        name: the spec's name, for pictures.
        world: where to ask.

    Raises:
        WireError: there is no such kind.
    """
    if kind == "jobs":
        return _job(service, world)
    if kind == "gen":
        return _stream(service, name, world)
    if kind == "store":
        return StoreStandIn(service, name, world)
    raise WireError(f"There is no service of the kind {kind!r:.20}.")


def _job(service: int, world: Clock) -> Callable[..., Awaitable[Value]]:
    async def job(*arguments: Value) -> Value:
        return await _ask(world, service, "call", arguments)

    return job


class StoreStandIn:
    """What the program gets for a store."""

    def __init__(self, service: int, name: str, world: Clock) -> None:
        self._service, self._name, self._world = service, name, world

    async def read(self) -> Value:
        """Return what the store holds."""
        return await _ask(self._world, self._service, "read", ())

    async def write(self, value: Value) -> None:
        """Let the store hold `value`."""
        await _ask(self._world, self._service, "write", (value,))


async def _ask(world: Clock, service: int, method: str, arguments: Sequence[Value]) -> Value:
    """Use a service, and wait for its answer."""
    answer = world.ask(service, method, arguments)
    if answer.kind == "ticket":
        loop: Any = asyncio.get_running_loop()
        future = loop.wait_for_ticket(answer.value)
        try:
            answer = await future
        except asyncio.CancelledError:
            world.ask(service, "cancel", [answer.value])
            raise
    if answer.kind == "raise":
        raise answer.value
    return answer.value


def _stream(service: int, name: str, world: Clock) -> Generator[Value, None, None]:
    # `name` is read by the recorder, which names the generator's lane after it.
    ended = False
    try:
        while True:
            answer = world.ask(service, "next", ())
            if answer.kind != "value":
                ended = True
                if answer.kind == "raise":
                    raise answer.value
                return
            yield answer.value
    finally:
        if not ended:
            world.ask(service, "close", ())
