"""The line to the examiner, and its clock and services from here."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO

from looplab.runs.lines import dumps, loads
from looplab.runs.wire import Json, Value, encode
from looplab.virtual.answers import Answer, TooMuch

_getpid, _exit = os.getpid, os._exit  # as they are now


class Channel:
    """The lines between this process and its examiner."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests, self._replies = requests, replies
        self.request_id = ""
        self._notices: list[str] = []
        self._asking = False
        self._late: BaseException | None = None
        self._process = _getpid()

    def receive(self) -> Json:
        """Return the next line; None where the examiner has gone."""
        self._end_child()
        line = self._requests.readline()
        return loads(line) if line else None

    def begin(self, request_id: str) -> None:
        """Begin to answer a request; what was noticed meanwhile is told."""
        self.request_id = request_id
        self._tell_notices()

    def _tell_notices(self) -> None:
        while self._notices:
            self.send({"notice": self._notices.pop()})

    def end(self, reply: dict[str, Json]) -> None:
        """Reply to the request at hand."""
        self._tell_notices()
        # From here on a thread may not speak: the examiner listens no more.
        request_id, self.request_id = self.request_id, ""
        self._write({"id": request_id, **reply})

    def notice(self, words: str) -> None:
        """Tell what was noticed, now or where that is next possible."""
        if self.request_id:
            try:
                self.send({"notice": words})
            except RecursionError:  # too deep to say it
                pass
            else:
                return
        self._notices.append(words)

    def send(self, message: dict[str, Json]) -> None:
        """Send a line that belongs to the request at hand."""
        self._write({"id": self.request_id, **message})

    def _end_child(self) -> None:
        """End a copy of this process: who is examined does not go on in its place."""
        if _getpid() != self._process:
            _exit(0)

    def _write(self, message: dict[str, Json]) -> None:
        self._end_child()
        self._replies.write(dumps(message))
        self._replies.flush()

    def ask(self, message: dict[str, Json]) -> Json:
        """Send a question and return its answer."""
        self._asking = True
        try:
            self.send(message)
            answer = self.receive()
        finally:
            self._asking = False
        if answer is None:
            _exit(0)
        if self._late is not None:
            late, self._late = self._late, None
            raise late
        return answer

    def interrupt(self, error: BaseException) -> None:
        """Raise `error` here, or after the answer to the question that is under way.

        In between, that answer would be left, to be read as the next request.
        """
        if not self._asking:
            raise error
        self._late = error


class ExaminersWorld:
    """The examiner's clock and services, from here.

    Args:
        channel: to the examiner.
        glance: called whenever time is about to pass.
    """

    shuffle = None

    def __init__(self, channel: Channel, glance: Callable[[], None]) -> None:
        self.now = 0.0
        self._channel, self._glance = channel, glance
        self._finished = False

    def ask(self, service: int, method: str, arguments: Sequence[Value]) -> Answer:
        """As `World.ask`."""
        if self._finished:
            return Answer("end")
        sent = [encode(argument) for argument in arguments]
        return Answer.from_json(self._ask({"ask": [service, method, sent]})["answer"])

    def advance(self, deadline: float | None) -> list[tuple[int, Answer]] | None:
        """As `World.advance`."""
        self._glance()
        answer = self._ask({"advance": deadline})
        self.now = answer["now"]
        if answer["done"] is None:
            return None
        return [(ticket, Answer.from_json(each)) for ticket, each in answer["done"]]

    def block(self, seconds: float) -> None:
        """As `World.block`."""
        self.now = self._channel.ask({"block": float(seconds)})["now"]

    def finish(self) -> None:
        """As `World.finish`."""
        if not self._finished:
            self._finished = True
            self._channel.send({"finish": True})  # nothing waits for what that brings

    def _ask(self, question: dict[str, Json]) -> Json:
        answer = self._channel.ask(question)
        if answer.get("stop"):
            raise TooMuch(answer["stop"])
        return answer
