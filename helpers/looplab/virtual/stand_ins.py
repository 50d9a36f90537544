"""What a program gets for a spec: it asks the world, and knows nothing of the spec."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any

from looplab.recorder import remarks
from looplab.runs.wire import Value, WireError
from looplab.virtual.answers import Answer, Clock

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
    if kind == "arrivals":
        return ArrivalsStandIn(service, world)
    if kind == "store":
        return StoreStandIn(service, name, world)
    raise WireError(f"There is no service of the kind {kind!r:.20}.")


def _job(service: int, world: Clock) -> Callable[..., Awaitable[Value]]:
    async def job(*arguments: Value) -> Value:
        return await _ask(world, service, "call", arguments)

    job.__qualname__ = job.__name__  # as a student knows it
    return job


class ArrivalsStandIn:
    """What the program gets for a source: an async iterator."""

    def __init__(self, service: int, world: Clock) -> None:
        self._service, self._world = service, world

    def __aiter__(self) -> ArrivalsStandIn:
        """Return itself."""
        return self

    async def __anext__(self) -> Value:
        """Return the next item, after a pause."""
        answer = await _answer(self._world, self._service, "next", ())
        if answer.kind == "end":
            raise StopAsyncIteration
        return answer.value


class StoreStandIn:
    """What the program gets for a store."""

    def __init__(self, service: int, name: str, world: Clock) -> None:
        self._service, self._name, self._world = service, name, world

    async def read(self) -> Value:
        """Return what the store holds."""
        value = await _ask(self._world, self._service, "read", ())
        remarks.remark(f"got {remarks.brief(value)}")
        return value

    async def write(self, value: Value) -> None:
        """Let the store hold `value`."""
        await _ask(self._world, self._service, "write", (value,))


async def _ask(world: Clock, service: int, method: str, arguments: Sequence[Value]) -> Value:
    """Use a service, and return what it gives."""
    return (await _answer(world, service, method, arguments)).value


async def _answer(world: Clock, service: int, method: str, arguments: Sequence[Value]) -> Answer:
    """Use a service, and wait for its answer; raise it, where it is an error."""
    answer = world.ask(service, method, arguments)
    if answer.kind == "ticket":
        try:
            answer = await _ticket(answer.value)
        except asyncio.CancelledError:
            await _clean_up(world, service, answer.value)
            raise
    if answer.kind == "raise":
        raise answer.value
    return answer


async def _clean_up(world: Clock, service: int, number: int) -> None:
    """Tell a service that call `number` is cancelled, and wait as long as it needs to end."""
    answer = world.ask(service, "cancel", [number])
    if answer.kind == "ticket":
        try:
            await _ticket(number)
        except asyncio.CancelledError:
            world.ask(service, "cancel", [number])
            raise


def _ticket(number: int) -> Awaitable[Answer]:
    loop: Any = asyncio.get_running_loop()
    future: Awaitable[Answer] = loop.wait_for_ticket(number)
    return future


def _stream(
    service: int,
    name: str,  # noqa: ARG001  # the recorder reads it, and names the generator's lane after it
    world: Clock,
) -> Generator[Value, None, None]:
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
