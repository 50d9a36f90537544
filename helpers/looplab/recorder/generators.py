"""Generators, recorded: each time one is resumed, and each time it yields or ends.

Python says so itself, through `sys.settrace`: a *call* when a generator is resumed, a
*return* when it yields or ends, an *exception* in between. A `Recorder` makes lives of
it, one for each generator of the program, and one for the program that drives them.
"""

from __future__ import annotations

import dis
import inspect
import sys
import types
from functools import cache, partial
from typing import Any

from looplab.recorder.notes import ENDED, Life
from looplab.recorder.recorder import Recorder
from looplab.recorder.remarks import MOST, brief
from looplab.recorder.resumptions import METHODS, Resumption
from looplab.recorder.waiting import HERE, is_program, last_line, line_at
from looplab.runs.failures import describe_exception


class GeneratorTrace:
    """While it is entered, this thread's generators are told to a recorder.

    Nothing is told where a debugger or a coverage tool traces already.

    Args:
        recorder: who is told.
        program: the code of the program, where it is a plain function: what Python
            does with its generators after it has returned is not part of it.
    """

    def __init__(self, recorder: Recorder, program: types.CodeType | None) -> None:
        self.recorder = recorder
        self._program = program
        self._on = True
        self._lives: dict[int, Life] = {}
        self._closing: dict[int, Life] = {}
        self._method = ""
        self._handing_on: tuple[int, Resumption] | None = None
        self._numbers: dict[str, int] = {}
        self._delegating: dict[int, int] = {}
        """Which generator has delegated to one, by the numbers of their lives."""
        self._handed_back: tuple[int, int] | None = None
        """The step after a throw or close has ended a generator, and which; until that returns."""
        self.lines: dict[int, int | None] = {}
        """The line at which each generator yielded last, by the number of its life."""

    def __enter__(self) -> GeneratorTrace:
        self._mine = sys.gettrace() is None and sys.getprofile() is None
        if self._mine:
            sys.settrace(self._call)
            sys.setprofile(self._c_call)
        return self

    def __exit__(self, *_: object) -> None:
        if self._mine:
            sys.setprofile(None)
            sys.settrace(None)

    def go_on(self) -> None:
        """Tell again: the program has returned a generator, which is about to run."""
        self._on = True

    def _call(self, frame: types.FrameType, _event: str, _: object) -> Any:
        code = frame.f_code
        is_generator = code.co_flags & inspect.CO_GENERATOR
        method, self._method = self._method, ""
        if not self._on or not self.recorder.here():
            return None
        if code is self._program and not is_generator:
            frame.f_trace_lines = False
            return self._program_step
        # Inside a task's step the task runs, whatever generators it uses.
        caller = self.recorder.opened
        life = self._life(frame) if is_generator and caller is not None else None
        if life is None or caller is None:
            return None
        frame.f_trace_lines = False
        goes_up = self._goes_up_to(life)
        if goes_up:
            step = self.recorder.current - 1
            self.recorder.close(self.recorder.take_back())
        else:
            step = self.recorder.current
            self.recorder.close(self.recorder.suspensions.at(f"generator {life.name}"))
        if frame.f_back is not None and _delegates(frame.f_back):
            self._delegating[life.id] = caller.id
        self.recorder.open(life, step)
        resumption = self._resumption(frame, method)
        thrown, line = goes_up or method in ("throw", "close"), self.lines.get(life.id)
        new = _Step(self, life, caller, line, resumption, thrown=thrown, goes_up=goes_up)
        return new.event

    def _resumption(self, frame: types.FrameType, method: str) -> Resumption | None:
        """Return what comes into a generator; None where this is one step too many."""
        step, caller = self.recorder.current, frame.f_back
        outer, self._handing_on = self._handing_on, None
        if step >= MOST or caller is None:
            return None
        hands_on = outer is not None and outer[0] == id(caller) and not method
        from_outer = hands_on and _delegates(caller)
        new = Resumption(
            partial(self.recorder.remark, step=step),
            frame,
            method,
            outer[1] if outer is not None and from_outer else None,
        )
        if new.hands_on:
            self._handing_on = id(frame), new
        return new

    def _goes_up_to(self, life: Life) -> bool:
        """Whether a `throw` or a `close` has ended the generator that `life` delegates to.

        Python gives it to that one first, as if the caller had called that. Then it goes on to
        who delegated, and nothing of the caller's runs between.
        """
        if self._handed_back is None or self._handed_back[0] != self.recorder.current:
            return False
        return self._delegating.get(self._handed_back[1]) == life.id

    def _program_step(self, _frame: types.FrameType, event: str, _: object) -> Any:
        if event == "return":
            self._on = False
        return self._program_step

    def _life(self, frame: types.FrameType) -> Life | None:
        """Return the life of a generator of the program; None for another's."""
        life = self._lives.get(id(frame))
        if life is None and (name := self._name(frame)):
            life = self.recorder.new_life("generator", name, frame.f_code.co_qualname)
            self._lives[id(frame)] = life
        return life

    def _name(self, frame: types.FrameType) -> str | None:
        code = frame.f_code
        if code.co_filename.startswith(HERE):
            # A generator that the test owns: `services._stream` has its name.
            return str(frame.f_locals["name"]) if code.co_name == "_stream" else None
        if not is_program(code.co_filename) or code.co_name.startswith("<"):
            return None
        number = self._numbers[code.co_name] = self._numbers.get(code.co_name, 0) + 1
        return code.co_name if number == 1 else f"{code.co_name} {number}"

    # From 3.13 on, `close()` of a generator with nothing to clean up runs none of it;
    # before, it ran a step in which nothing happened. Either is told as: closed.

    def _c_call(self, _frame: types.FrameType, event: str, function: Any) -> None:
        if not event.startswith("c_"):
            return
        self._method, self._handed_back = "", None
        # By their exact types: any object of the program's may stand here, and runs its own
        # code when it is asked for an attribute or for its class.
        if type(function) is not types.BuiltinMethodType or function.__name__ not in METHODS:
            return
        generator = function.__self__
        if type(generator) is not types.GeneratorType:
            return
        if event == "c_call":
            self._method = function.__name__
        if function.__name__ != "close":
            return
        if event == "c_call":
            life = self._lives.get(id(generator.gi_frame))
            if life is not None:
                self._closing[id(generator)] = life
        elif event == "c_return":
            life = self._closing.pop(id(generator), None)
            if life is not None and life.outcome == "pending" and generator.gi_frame is None:
                life.outcome = "closed"
                life.ended = self.recorder.now(), self.recorder.steps

    def hand_back(self, caller: Life, ended: Life | None) -> None:
        """Begin a step of the caller's, after one that a `throw` or a `close` may have `ended`."""
        if caller.outcome == "pending":
            self.recorder.open(caller, self.recorder.current)
            self._handed_back = None if ended is None else (self.recorder.current, ended.id)

    def forget(self, frame: types.FrameType) -> None:
        """The generator of `frame` has ended; another may get the same identity."""
        self._lives.pop(id(frame), None)


class _Step:
    """One resumption of a generator, from the line at which it was suspended."""

    def __init__(
        self,
        trace: GeneratorTrace,
        life: Life,
        caller: Life,
        line: int | None,
        resumption: Resumption | None,
        *,
        thrown: bool,
        goes_up: bool,
    ) -> None:
        self.trace, self.life, self.caller, self.line = trace, life, caller, line
        self.resumption, self.thrown, self.goes_up = resumption, thrown, goes_up
        self.error: BaseException | None = None
        self.handled = self.ran = self.over = False

    def event(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if self.over:  # a later step, which nobody asked to record
            return self.event
        if self.resumption is not None and self.resumption.is_open:
            self.resumption.look(frame, event, argument)
        if event == "exception":
            self.error, self.handled = argument[1], False
            frame.f_trace_lines = True  # a line that runs now handles it
        elif event == "line":
            self.handled = self.ran = True
            frame.f_trace_lines = False
        elif event == "return":
            self.over = True
            self._ends(frame, argument)
        return self.event

    def _ends(self, frame: types.FrameType, value: Any) -> None:
        recorder, code = self.trace.recorder, frame.f_code
        op = opcode_at(code, frame.f_lasti)
        if op in _YIELDS and (self.error is None or self.handled):
            where = (code, frame.f_lasti) if is_program(code.co_filename) else ()
            self.trace.lines[self.life.id] = line_at(*where) if where else None
            self._hand_back(recorder.suspensions.at(self._told("yield", value), *where))
            return
        self.trace.forget(frame)
        if isinstance(self.error, GeneratorExit) and op not in _RETURNS:
            if frame.f_lineno == self.line and not self.ran:  # none of it ran
                before = recorder.take_back()
                if self.goes_up:  # the step before is that of who was closed, and not the caller's
                    recorder.close(before)
                    self.trace.hand_back(self.caller, self.life)
                return
            self.life.outcome = "closed"
        elif op in _RETURNS:
            self.life.outcome = "returned"
            self.life.returned = self._told("", value)
        else:
            self.life.outcome = "raised"
            if self.error is not None:
                self.life.error = describe_exception(self.error, last_line(self.error))
        self._hand_back(ENDED)

    def _told(self, what: str, value: Any) -> str:
        """Return what a generator gives back, in some letters; nothing where that is None."""
        if value is None or self.resumption is None:
            return what
        return f"{what} {brief(value)}".lstrip()

    def _hand_back(self, end: int) -> None:
        self.trace.recorder.close(end)
        self.trace.hand_back(self.caller, self.life if self.thrown and end == ENDED else None)


def is_tracing(frame: types.FrameType | None) -> bool:
    """Whether `frame` is of a trace, or of what it calls: no code of the program's."""
    while frame is not None:
        filename = frame.f_code.co_filename
        if filename == __file__:
            return True
        if is_program(filename) and filename != "<string>":  # that is a named tuple's
            return False
        frame = frame.f_back
    return False


# From 3.13 on a suspended frame points at the RESUME that follows its YIELD_VALUE.
_YIELDS = {"YIELD_VALUE", "RESUME"}
_RETURNS = {"RETURN_VALUE", "RETURN_CONST"}

CALLS_NOTHING = _YIELDS | _RETURNS
"""The names of instructions at which a trace is told of a step, and nothing else is called."""


def _delegates(frame: types.FrameType) -> bool:
    """Whether what runs inside `frame` is what it delegates to, by `yield from`."""
    return opcode_at(frame.f_code, frame.f_lasti) == "SEND"


@cache
def _bytecode(code: types.CodeType) -> bytes:
    return code.co_code


def opcode_at(code: types.CodeType, index: int) -> str:
    """Return the name of the instruction at `index`, a `frame.f_lasti`, in `code`."""
    bytecode = _bytecode(code)
    # Python 3.12 points into an instruction that is longer, as SEND is.
    while index > 0 and dis.opname[bytecode[index]] == "CACHE":
        index -= 2
    return dis.opname[bytecode[index]] if index >= 0 else ""
