"""What the examiner asks to have run: a program of the student's, or a scenario of a test."""

from __future__ import annotations

import builtins
import functools
import linecache
import types
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from looplab.observer.observing import perform
from looplab.observer.schedules import Found, search
from looplab.recorder.waiting import is_test
from looplab.runs.run import Run
from looplab.runs.wire import Json, Value, decode
from looplab.subject.cells import Notebook
from looplab.subject.channel import Channel, ExaminersWorld
from looplab.subject.protocol import is_pythons
from looplab.virtual.answers import Clock
from looplab.virtual.specs import spec_from_json
from looplab.virtual.stand_ins import stand_in
from looplab.virtual.world import World


def _is_instance(value: object, kinds: Any) -> bool:
    """As `isinstance`, for tests: what an object says of its class itself does not count."""
    return issubclass(type(value), kinds)


_BUILTINS = MappingProxyType({**vars(builtins), "isinstance": _is_instance})
"""Those of tests: Python's as they are before a student's line runs."""


class TestNames(dict[str, Any]):
    """Names of a test's functions: their own, Python's, and then the student's.

    So `list` in a test is Python's, whatever a student calls `list`.
    """

    def __init__(self, students: dict[str, Any]) -> None:
        super().__init__(__name__="looplab_test", __builtins__=dict(_BUILTINS))
        self._students = students

    def __missing__(self, name: str) -> Any:
        if name in _BUILTINS or is_pythons(name):
            raise KeyError(name)
        return self._students[name]


class MissingName(Exception):
    """A name that the notebook should bind is not there."""


class Requested:
    """The program that a request describes, and its arguments.

    Args:
        request: what the examiner sent.
        notebook: where the student's names are.

    Raises:
        MissingName: the notebook does not bind a name that the request uses.
    """

    def __init__(self, request: dict[str, Json], notebook: Notebook) -> None:
        self._request, self._notebook = request, notebook
        self._names = TestNames(notebook.names)
        for key, value in request["constants"].items():
            self._names[key] = decode(value, self._build(World()))
        for number, source in enumerate(request["code"]):
            filename = f"<test {number}>"
            is_test(filename)
            linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
            exec(_compiled(source, filename), self._names)  # the test's own text
        self.program = decode(request["program"], self._build(World()))

    def arguments(self, world: Clock) -> Callable[[], list[Any]]:
        """Return what makes the arguments, with stand-ins for the services of `world`."""
        build = self._build(world)
        return lambda: [decode(each, build) for each in self._request["args"]]

    def _build(self, world: Clock) -> dict[str, Callable[[Json], Value]]:
        def name(key: str) -> Any:
            if key not in self._notebook.names:
                raise MissingName(key)
            return self._notebook.names[key]

        def service(number: int) -> Any:
            spec = self._request["services"][number]
            return stand_in(spec["kind"], number, spec["name"], world)

        return {"$name": name, "$def": self._names.__getitem__, "$spec": service}


@functools.lru_cache(maxsize=100)
def _compiled(source: str, filename: str) -> types.CodeType:
    """Return a test's text as code: a test asks for the same many times, with other inputs."""
    return compile(source, filename, "exec", dont_inherit=True)


def observe(
    request: dict[str, Json], notebook: Notebook, channel: Channel, glance: Callable[[], None]
) -> Run:
    """Run the program that a request describes, on the examiner's world.

    Args:
        request: what the examiner sent.
        notebook: where the student's names are.
        channel: to the examiner.
        glance: called whenever time is about to pass.
    """
    asked, world = Requested(request, notebook), ExaminersWorld(channel, glance)
    take, cancel_at = request["take"], request["cancel_at"]
    return perform(asked.program, asked.arguments(world)(), world, take=take, cancel_at=cancel_at)


def explore(request: dict[str, Json], notebook: Notebook, go_on: Callable[[], None]) -> Found:
    """Run the program that a request describes in many orders, on worlds of its own.

    The examiner then runs it again, on its own world, in the orders that are told.
    """
    asked = Requested(request, notebook)
    specs = [spec_from_json(each) for each in request["services"]]
    orders, seed = request["orders"], request["seed"]
    return search(asked.program, asked.arguments, specs, orders, seed, False, go_on)
