"""What a notebook has beside Python: `get_ipython`, `display`, `help`, and IPython's modules.

A cell comes here as Python: its magics are calls of `get_ipython()` (the examiner saw to that).
What they mean when a notebook is graded:

- `%time`, `%prun`: the statement runs, in the notebook's names;
- `%timeit`: nothing runs; with `-o` there is a result of 0 seconds;
- `%pwd`, `%env`: the private folder, and no variable;
- `%%writefile`, `%%file`: the file is written, in the private folder;
- shell lines, `%%bash`, `%%script` and all other magics: nothing is done, and what asks for a
  result gets none.

IPython itself is not here, nor is matplotlib, which draws where nobody looks. Their modules are
stand-ins, whose objects do nothing and show nothing.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

_SECONDS = ("average", "best", "stdev", "worst", "compile_time")


class Shell:
    """The stand-in for IPython's shell, which `get_ipython` returns.

    Args:
        names: the notebook's.
        display: shows values.
    """

    def __init__(self, names: dict[str, Any], display: Callable[..., None]) -> None:
        self.user_ns = names
        self.display = display

    def run_line_magic(self, name: str, line: str, *_: Any, **__: Any) -> Any:
        """Do what a line magic means when it is graded."""
        words = line.split()
        if name in ("time", "prun"):
            return self._run(_without_options(line), sys._getframe(1))
        if name == "timeit" and "-o" in words:
            return types.SimpleNamespace(**dict.fromkeys(_SECONDS, 0.0), all_runs=[], timings=[])
        answers: dict[str, Callable[[], Any]] = {"sx": Lines, "system": Lines, "env": dict}
        answers |= {"pwd": lambda: str(Path.cwd()), "who_ls": list}
        return answers.get(name, lambda: None)()

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Do what a cell magic means when it is graded."""
        if name in ("writefile", "file"):
            _write(line.split(), cell)
        else:
            _say_not_run(f"%%{name}")

    def system(self, command: str) -> None:
        """Run no shell command."""
        _say_not_run(f"!{command}")

    system_piped = system_raw = system

    def getoutput(self, command: str, *_: Any, **__: Any) -> Lines:
        """Run no shell command: it has said nothing."""
        _say_not_run(f"!{command}")
        return Lines()

    def captured(self) -> Anything:
        """Return what `%%capture` has captured: nothing."""
        return Anything()

    def _run(self, source: str, frame: types.FrameType) -> Any:
        """Run a statement as if it stood in `frame`; the value of an expression is returned."""
        tree = ast.parse(source)
        inside = frame.f_globals is self.user_ns and frame.f_locals is not self.user_ns
        names = (self.user_ns, frame.f_locals) if inside else (self.user_ns,)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        filename = frame.f_code.co_filename
        exec(compile(tree, filename, "exec", dont_inherit=True), *names)
        if not isinstance(last, ast.Expr):
            return None
        value = ast.Expression(last.value)
        return eval(compile(value, filename, "eval", dont_inherit=True), *names)

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()


Shell.__name__ = Shell.__qualname__ = "ZMQInteractiveShell"  # by which programs know a notebook


class Lines(list[str]):
    """What a shell command has said: no line."""

    s = n = p = ""

    @property
    def l(self) -> list[str]:  # noqa: E743  # IPython's name for it
        """The lines."""
        return list(self)


class Anything:
    """Takes every call and has every attribute; it does nothing and shows nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, *_: Any, **__: Any) -> Anything:
        """Do nothing."""
        return Anything()

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("_"):  # Python asks for these to find out what it has here
            raise AttributeError(name)
        return Anything()

    def __getitem__(self, _: object) -> Anything:
        return Anything()

    def __setitem__(self, *_: object) -> None:
        pass

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> Anything:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return ""


def _say_not_run(what: str) -> None:
    print(f"({what[:80]} does not run when a notebook is graded)", file=sys.stderr)


def _without_options(line: str) -> str:
    """Return the statement of `%time -q f()`."""
    words = line.split(maxsplit=1)
    while words and words[0].startswith("-") and not words[0][1:2].isdigit():
        words = words[1].split(maxsplit=1) if len(words) > 1 else []
    return " ".join(words)


def _write(words: list[str], text: str) -> None:
    appends, names = "-a" in words, [word for word in words if not word.startswith("-")]
    path = PurePosixPath(names[-1].strip("\"'")) if names else PurePosixPath()
    if not path.name or path.is_absolute() or ".." in path.parts:
        print("%%writefile writes below the notebook's folder only when it is graded")
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("a" if appends else "w", encoding="utf-8") as file:
        file.write(text)


# ---- modules that are not here ----

_STANDING_IN = ("IPython", "matplotlib")


class _Module(types.ModuleType):
    """A module of IPython's or of matplotlib's, as far as a notebook uses it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("display", "pyplot"):
            return importlib.import_module(f"{self.__name__}.{name}")
        # What begins with a capital letter may be a class, and somebody's base.
        is_class = name[:1].isupper()
        found: Any = type(name, (Anything,), {"__module__": self.__name__})
        setattr(self, name, found if is_class else found())
        return vars(self)[name]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the packages that are stood in for, and whatever is said to be in them."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Find a module that is stood in for."""
        if name.partition(".")[0] not in _STANDING_IN:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return a stand-in."""
        module = _Module(spec.name)
        vars(module).update(get_ipython=lambda: self._shell)
        if "." in spec.name and "display" in spec.name:
            vars(module).update(display=self._shell.display)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: it is all there."""


def bring(shell: Shell) -> None:
    """Give this process what a notebook's kernel has beside Python.

    Args:
        shell: what `get_ipython` is to return.
    """
    brought: dict[str, Any] = {
        "get_ipython": lambda: shell,
        "display": shell.display,
        "help": _help,
        "breakpoint": _no_end,
        "exit": _no_end,
        "quit": _no_end,
    }
    vars(builtins).update(brought)
    shell.user_ns.update(In=[], Out={})
    sys.meta_path.append(_Finder(shell))
    sys.path.append(str(Path.cwd()))  # for what %%writefile has written; last, so it hides nothing


def _no_end(*_: object, **__: object) -> None:
    """Do nothing: nobody is here who would end a kernel, or answer a debugger."""


def _help(*things: Any) -> None:
    """Print what Python's documentation says of a thing."""
    import pydoc  # slow, and few ask for help

    for thing in things:
        print(pydoc.plain(pydoc.render_doc(thing)))
