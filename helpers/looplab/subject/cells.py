"""The cells of a student's notebook, run as a kernel runs them, on a virtual clock."""

from __future__ import annotations
import __future__

import ast
import contextlib
import inspect
import io
import linecache
import sys
import traceback
import types
from dataclasses import dataclass
from typing import Any, Literal

from looplab.notebook.hosting import come_back, run_fresh_loops
from looplab.notebook.nesting import keep_running, stand_in_for_nests
from looplab.notebook.timeline_magic import TimelineMagic
from looplab.observer.observing import MAX_STEPS
from looplab.pictures.describing import describe
from looplab.recorder.waiting import is_program
from looplab.runs.failures import plain_text
from looplab.runs.run import Run
from looplab.subject.noticing import cell_filename
from looplab.subject.protocol import MAX_OUTPUT, MAX_OUTPUTS, CellOutput
from looplab.subject.shell import Anything, Shell, bring
from looplab.virtual.clock import virtual_time
from looplab.virtual.loop import VirtualLoop
from looplab.virtual.world import World


class Notebook:
    """The student's names, and the cells that bind them.

    Cells run on a virtual clock, inside a loop that is theirs all along, as a
    notebook's kernel runs them.
    """

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self._outputs: list[CellOutput] = []
        bring(Shell(self.names, self._display))
        self._compile = _Compiler()
        self._magic = TimelineMagic(limit=MAX_STEPS)
        self._world = World()
        self._loop = VirtualLoop(self._world)
        self._is_script = False
        undo = contextlib.ExitStack()  # never: the process ends with its notebook
        run_fresh_loops(self._loop, lambda: self._is_script, undo)
        keep_running(self._loop, undo)
        stand_in_for_nests(undo)

    def run_cell(self, source: str, number: int, *, timeline: bool = False) -> list[CellOutput]:
        """Run a cell and return its outputs.

        Args:
            source: its text, as Python.
            number: its number in the notebook, from 1.
            timeline: whether to show its timeline.
        """
        self._outputs = []
        out, err = _Bounded(), _Bounded()
        with (
            virtual_time(self._world, self.names, lambda *_: None),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                self._loop.reset_turns()
                self._loop.run_until_complete(self._run(source, cell_filename(number), timeline))
            except BaseException as error:
                self._outputs.append(_error_output(error))
        printed = [
            CellOutput("stream", name, stream.getvalue())
            for name, stream in (("stdout", out), ("stderr", err))
            if stream.getvalue()
        ]
        return [*printed, *self._outputs][:MAX_OUTPUTS]

    async def _run(self, source: str, filename: str, timeline: bool) -> None:
        self._magic.begin(timeline)
        try:
            await self._run_source(source, filename)
        finally:
            run = self._magic.end()
            if run is not None and run.steps:
                self._display(Picture((run,)))

    async def _run_source(self, source: str, filename: str) -> None:
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        tree = ast.parse(source, filename)
        code = self._compile(tree, filename, "exec")
        self._is_script = not code.co_flags & inspect.CO_COROUTINE
        try:
            await self._run_tree(tree, source, filename)
        finally:
            come_back()

    async def _run_tree(self, tree: ast.Module, source: str, filename: str) -> None:
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not source.rstrip().endswith(";")
        if shown and isinstance(last, ast.Expr):
            del tree.body[-1]
        await self._execute(self._compile(tree, filename, "exec"))
        if shown and isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = await self._execute(self._compile(expression, filename, "eval"))
            if value is not None:
                self.names["_"] = value
            if value is not None and not isinstance(value, Anything):
                self._outputs.append(_value_output("result", value))

    async def _execute(self, code: types.CodeType) -> Any:
        value = eval(code, self.names)  # the student's code: this process is for it
        return await value if code.co_flags & inspect.CO_COROUTINE else value

    def _display(self, *values: Any, **_: Any) -> None:
        self._outputs.extend(_value_output("display", value) for value in values)


class _Compiler:
    """Compiles cells as a kernel does: `await` may stand at the top, and what one cell imports
    from `__future__` holds for those after it.
    """

    def __init__(self) -> None:
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

    def __call__(self, tree: Any, filename: str, mode: str) -> types.CodeType:
        code: types.CodeType = compile(tree, filename, mode, self._flags, dont_inherit=True)
        for name in __future__.all_feature_names:
            self._flags |= code.co_flags & getattr(__future__, name).compiler_flag
        return code


class _Bounded(io.StringIO):
    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.tell()
        super().write(text[: max(0, room)])
        return len(text)

    def close(self) -> None:
        """Stay open: what was printed is still to be read."""


def _error_output(error: BaseException) -> CellOutput:
    """Return an error as a notebook shows it, from the student's first line on."""
    with contextlib.suppress(BaseException):
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if is_program(frame.filename)
        ]
        lines = traceback.format_list(frames)[-8:] + traceback.format_exception_only(error)
        told = "".join(lines)[:MAX_OUTPUT].splitlines()
        return CellOutput("error", type(error).__name__, str(error)[:500], tuple(told))
    return CellOutput("error", str(type(error).__name__), "")


def _value_output(kind: Literal["result", "display"], value: Any) -> CellOutput:
    if isinstance(value, Picture):
        text = "\n\n".join(map(describe, value.runs))
        return CellOutput(kind, "", text, (), value.runs[0] if len(value.runs) == 1 else None)
    return CellOutput(kind, "", plain_text(value, 5_000))


@dataclass(frozen=True)
class Picture:
    """What `Run.timeline` and `compare` return here: nothing is drawn.

    A run is handed over itself, several in words.
    """

    runs: tuple[Run, ...]


def picture(*runs: Run, **_: object) -> Picture:
    """Return what stands for a picture here; the arguments are those of `compare`."""
    return Picture(runs)
