"""What a test writes: jobs, sources and stores, with their delays, results and errors."""

from __future__ import annotations

import builtins
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from looplab.runs.wire import Json, Value, decode, encode

# What a test writes


@dataclass(frozen=True)
class Jobs:
    """A spec: an async function `job(i)` that the test owns. See `jobs`."""

    delays: tuple[float, ...]
    results: tuple[Value, ...]
    errors: tuple[tuple[int, BaseException], ...] = ()
    clean_ups: tuple[float, ...] = ()
    in_turn: bool = False
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
class Arrivals:
    """A spec: an async iterator whose items the test owns. See `arrivals`."""

    items: tuple[Value, ...]
    pause: float
    last: float
    error: BaseException | None
    kind = "arrivals"
    name = "arrivals"


@dataclass(frozen=True)
class Store:
    """A spec: one value somewhere else, read and written over a network. See `store`."""

    name: str
    value: Value
    delay: float
    errors: tuple[tuple[int, BaseException], ...] = ()
    kind = "store"


Spec = Jobs | Gen | Arrivals | Store


def jobs(
    delays: Iterable[float],
    *,
    results: Sequence[Value] | None = None,
    errors: Mapping[int, BaseException] | None = None,
    clean_ups: Iterable[float] | None = None,
    in_turn: bool = False,
) -> Jobs:
    """Return a spec of an async function `job(i)`, for `observe`.

    Args:
        delays: how many seconds job 0, job 1, ... takes.
        results: what each returns; left out, a text that cannot be guessed.
        errors: what job `i` raises instead, by `i`: an exception of a builtin type.
        clean_ups: how many seconds each needs to end when it is cancelled; left out, none.
        in_turn: whether the first call is of job 0, the next of job 1, and so on, whatever
            the arguments are.

    Raises:
        ValueError: a delay is negative, or there are not as many results or clean-ups as delays.

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
    ends = (0,) * len(times) if clean_ups is None else tuple(clean_ups)
    if len(ends) != len(times) or any(not seconds >= 0 for seconds in ends):
        raise ValueError(
            f"Give one clean-up of 0 seconds or more for each of the {len(times)} delays."
        )
    failing = tuple(sorted((errors or {}).items(), key=lambda item: item[0]))
    for _, error in failing:
        _check_error(error)
    return Jobs(times, tuple(results), failing, ends, in_turn)


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


def arrivals(
    items: Iterable[Value],
    *,
    pause: float = 0,
    last: float | None = None,
    error: BaseException | None = None,
) -> Arrivals:
    """Return a spec of an async iterator, for `observe`: a source that pauses.

    Args:
        items: what it gives, for `async for`.
        pause: how many seconds before each item, and before the end.
        last: how many seconds before the end; left out, as many as before an item.
        error: what it raises instead of ending: an exception of a builtin type.

    Raises:
        ValueError: a pause is negative, or the exception is not of a builtin type.

    >>> from looplab import observe
    >>> async def read(items):
    ...     return [item async for item in items]
    >>> run = observe(read, arrivals("ab", pause=2))
    >>> run.result, run.duration
    (['a', 'b'], 6.0)
    """
    last = pause if last is None else last
    if not (pause >= 0 and last >= 0):
        raise ValueError("Give a source a pause of 0 seconds or more.")
    if error is not None:
        _check_error(error)
    return Arrivals(tuple(items), pause, last, error)


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
    if data["kind"] in ("gen", "arrivals"):
        kind = Gen if data["kind"] == "gen" else Arrivals
        return kind(**facts, error=errors[0][1] if errors else None)
    return Jobs(**facts, errors=errors) if data["kind"] == "jobs" else Store(**facts, errors=errors)
