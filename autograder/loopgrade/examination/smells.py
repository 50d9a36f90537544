"""What in the text of a cell smells of tampering: for a human to look at, no points hang on it.

What watches a program from inside (`looplab.subject.noticing`) runs beside it, and can be switched
off by it. A text cannot. So the examiner reads it too, as `ast`, and runs nothing of it. It looks
for what nobody needs who writes a program, and anybody needs who bends what judges it: private
names of asyncio's and looplab's, what is inside closures and frames, attributes set on a loop or a
task, and names that are put together where they could be written.

It tells words of its own only, with the line, and names only where they are asyncio's or looplab's.

    >>> smells("import asyncio\\nloop = asyncio.get_running_loop()\\nloop.call_later = print")
    ['sets an attribute of a loop, a task or a future (line 3)']
    >>> smells("class Box:\\n  def set(self): self._own = 3\\n  def get(self): return self._own")
    []
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from loopgrade.examination.expressions import (
    asked_by_format,
    asked_by_path,
    called,
    folded,
    gives_loop,
    ignores_itself,
    is_names,
)
from loopgrade.examination.known import is_private, is_there, of_tasks, private_names, rooms
from loopgrade.examination.notation import MAX_SOURCE
from loopgrade.examination.reading import Text, bindings_of
from loopgrade.examination.telling import (
    ANY_NAME,
    ARE_NAMES,
    ASYNCIOS_OWN,
    BY_NAME,
    BY_PATH,
    CHANGE_A_DICT,
    COMPARE,
    HAS_NAMES_SET,
    HOOKS,
    INNER,
    INSIDE,
    INSIDE_OF_OTHERS,
    MAY_BE_HANDED_ON,
    MAY_BE_SET,
    OF_INSPECT,
    PLAIN,
    RUN_TEXT,
    SEALED,
    STATES,
    USED,
    WAIT_BY,
    WALKS,
    WATCHED,
)

_MAX_TOLD = 10
"""Smells that are told of one cell."""

UNREADABLE = "has a cell that is too long, or too deep, to be read"


def smells(source: str) -> list[str]:
    """Return what smells in a cell, in words that continue "the code ...", by its lines.

    Args:
        source: the cell, as Python.
    """
    if len(source) > MAX_SOURCE:
        return [UNREADABLE]
    try:
        tree = ast.parse(source)
        found = sorted(set(_Nose(tree).found))
    except (SyntaxError, ValueError):
        return []  # it does not run either
    except (RecursionError, MemoryError):
        return [UNREADABLE]
    return [f"{words} (line {line})" for line, words in found[:_MAX_TOLD]]


class _Nose(ast.NodeVisitor):
    """Reads a cell.

    Attributes:
        found: the line and the words of each smell.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[tuple[int, str]] = []
        self._text = Text(tree)
        self._spell_out(tree)
        # What a `with` at the top patches is as it was before the cell ends.
        blocks = (each for each in tree.body if isinstance(each, ast.With | ast.AsyncWith))
        self._at_the_top = {item.context_expr for block in blocks for item in block.items}
        self._fine: set[ast.AST] = set()
        self.visit(tree)

    def _spell_out(self, tree: ast.Module) -> None:
        """Call telling functions by their own names, whatever the cell calls them."""
        spelled: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if node.id not in spelled:
                    spelled[node.id] = self._text.spelled_out(node.id, ANY_NAME) or node.id
                node.id = spelled[node.id]
        if self._text.is_too_long:
            self._tell(tree, UNREADABLE)
        self._text = Text(tree)

    def _tell(self, node: ast.AST, words: str) -> None:
        self.found.append((getattr(node, "lineno", 1), words))

    # Names and attributes

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._look_at_name(node, node.attr, node.value)
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._look_at_change(node, node.value, node.attr)
        if node.attr == "__dict__":
            self._look_at_names_asked_for(node, node.value)
        if node.attr in INNER and not self._is_own(node.value):
            self._tell(node, _IMPORTS_INNER)
        self._look_at_use(node, node.attr)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == "__builtins__":
            self._tell(node, _LOOKS_INSIDE)
        root, _, name = self._text.module(node).rpartition(".")
        asyncios = node.id in ASYNCIOS_OWN and not self._text.binds(node.id)  # in a cell above
        if asyncios or root.partition(".")[0] in ("asyncio", "looplab", "gc", "inspect", "sys"):
            self._look_at_name(node, name, None)
        self._look_at_use(node, node.id)

    def _look_at_use(self, node: ast.Attribute | ast.Name, name: str) -> None:
        if self._text.module(node) in HOOKS and node not in self._fine:
            self._tell(node, "takes modules from sys.modules, or changes how they are found")
        handed_on = isinstance(node.ctx, ast.Load) and node not in self._fine
        if handed_on and isinstance(node, ast.Name) and name in MAY_BE_HANDED_ON:
            self._tell(node, _PUTS_TOGETHER)
        if handed_on and name in OF_INSPECT:
            self._tell(node, _LOOKS_INSIDE)

    def visit_Compare(self, node: ast.Compare) -> None:
        # Whether a module is there.
        self._fine |= {each for each in node.comparators if isinstance(each, ast.Attribute)}
        self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            self._look_at_name(node, name, None)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str) or node in self._fine:
            return
        if node.value in ARE_NAMES:
            self._tell(node, _LOOKS_INSIDE)
        if node.value in ASYNCIOS_OWN:
            self._look_at_name(node, node.value, None)
        for name in (*asked_by_format(node.value), *asked_by_path(node.value)):
            self._look_at_name(node, name, None)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg is not None:
            self._look_at_name(node.value, node.arg, None)
        self.generic_visit(node)

    def _look_at_name(self, node: ast.AST, name: str, owner: ast.expr | None) -> None:
        others = owner is not None and not self._is_own(owner)
        if name in INSIDE or (name in INSIDE_OF_OTHERS and others):
            self._tell(node, _LOOKS_INSIDE)
        elif is_private(name) and not self._is_its_own(name, owner):
            if name in private_names():
                self._tell(node, f"uses a private name of asyncio's or looplab's: {name}")
            elif owner is not None and self._root(owner) in WATCHED:
                self._tell(node, "uses a private name of a module")

    def _is_its_own(self, name: str, owner: ast.expr | None) -> bool:
        # The cell has a class with such an attribute, and this is an object of some name.
        here = name in self._text.defined and isinstance(owner, ast.Name)
        if isinstance(owner, ast.Call) and called(owner.func) == "super":
            return name in self._text.defined
        unknown = name not in of_tasks()
        return here and owner is not None and self._text.is_of_own_objects(owner, unknown)

    def _root(self, node: ast.expr) -> str:
        return self._text.module(node).partition(".")[0]

    def _is_loop(self, node: ast.expr) -> bool:
        """Whether an expression is, as far as one can read, a loop, a task or a future."""
        match node:
            case ast.Name(id=name):
                return name in self._text.loops or name in ("loop", "_loop")
            case ast.Attribute(attr=name):
                return name in ("loop", "_loop")
            case ast.Call(func=ast.Name(id="type"), args=[inner]):
                return self._is_loop(inner)
        return gives_loop(node)

    # What is changed

    def _look_at_change(self, node: ast.AST, owner: ast.expr, name: str | None) -> None:
        if name in MAY_BE_SET:
            return
        if self._is_loop(owner) or (name in WAIT_BY and not self._is_own(owner)):
            self._tell(node, _SETS)
        if name in SEALED:
            self._tell(node, "changes the code, the defaults or the bases of something")
        for path in self._text.paths(owner):
            root = path.partition(".")[0]
            there = name is None or is_there(path, name)
            if root == "looplab" or (root in USED and there):
                self._tell(node, _SETS_MODULE)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in STATES:
                self._look_at_state(node, target.value, node.value)
        self.generic_visit(node)

    def _look_at_state(self, node: ast.AST, owner: ast.expr, value: ast.expr) -> None:
        """Look at who has something say by another function whether it is done."""
        function = isinstance(value, ast.Lambda) or self._text.is_made_here(value)
        if function and not (self._is_own(owner) or self._text.is_of_own_objects(owner)):
            self._tell(node, _SETS)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if is_names(node.value):
            if isinstance(node.ctx, ast.Store | ast.Del):
                self._look_at_names_of(node, node.value)
            told = folded(node.slice)
            if isinstance(told, str):
                self._look_at_name(node, told, None)
        self.generic_visit(node)

    def _look_at_names_asked_for(self, node: ast.AST, owner: ast.expr) -> None:
        if self._is_loop(owner):
            self._tell(node, _SETS)
        elif self._root(owner) in ("asyncio", "looplab"):
            self._tell(node, _LOOKS_INSIDE)

    def _look_at_names_of(self, node: ast.AST, names: ast.expr) -> None:
        """Look at who changes `vars(x)` or `x.__dict__`: of its own objects anybody may."""
        owner = None
        if is_names(names):
            owner = names.args[0] if isinstance(names, ast.Call) else names.value  # type: ignore[attr-defined]  # `is_names` lets through a call or an attribute
        if owner is not None and not self._is_own(owner):
            self._tell(node, "changes the attributes of something by a dict")

    def _is_own(self, node: ast.expr) -> bool:
        """Whether an expression is an object, a class or a function of the cell's own."""
        if isinstance(node, ast.Name) and node.id in ("self", "cls"):
            return True
        above = isinstance(node, ast.Call) and called(node.func) == "super"
        return above or self._text.is_made_here(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bound = {name for name, _ in bindings_of(node)}
        if "__class__" in bound:
            self._tell(node, "makes a class whose objects say that they are of another one")
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        if bases & PLAIN and bound & COMPARE:
            self._tell(node, "makes a plain type whose values compare in another way")
        compared = [each for name, each in bindings_of(node) if name in ("__eq__", "__ne__")]
        if any(map(ignores_itself, compared)) or ("__ne__" in bound and "__eq__" not in bound):
            self._tell(node, "makes a class whose objects are equal to what they are not")
        if any(self._root(base) in WATCHED for base in node.bases):
            for name, each in bindings_of(node):
                if isinstance(each, ast.Assign) and name in of_tasks():
                    self._tell(each, _SETS)
        if bound & WALKS:
            self._tell(node, _LOOKS_INSIDE)
        self.generic_visit(node)

    # Calls

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node.func)
        if name in BY_NAME:
            self._look_at_names(node, name)
        elif name in BY_PATH:
            self._look_at_each_name(node, node.args, None)
        elif name in HAS_NAMES_SET:
            self._look_at_what_is_set(node)
        if name in OF_INSPECT and node.args and self._may_look_at(node.args[0]):
            self._fine.add(node.func)
        if name in MAY_BE_HANDED_ON or isinstance(node.func, ast.Name):
            self._fine |= {node.func} - ({node.func} if name in OF_INSPECT else set())
        if name == "vars" and node.args:
            self._look_at_names_asked_for(node, node.args[0])
        if name in CHANGE_A_DICT and isinstance(node.func, ast.Attribute):
            self._look_at_names_of(node, node.func.value)
        if name == "getmodule" and node.args:
            roots = {path.partition(".")[0] for path in self._text.paths(node.args[0])}
            if not roots.isdisjoint(("asyncio", "looplab")):
                self._tell(node, _LOOKS_INSIDE)
        if name in RUN_TEXT and node.args and self._root(node.func) != "re":
            self._look_at_text(node, name)
        if name in ("patch", "setattr") and node.args and node not in self._at_the_top:
            root = str(folded(node.args[0])).partition(".")[0]
            if root in USED or root == "looplab":
                self._tell(node, _SETS_MODULE)
        self.generic_visit(node)

    def _look_at_what_is_set(self, node: ast.Call) -> None:
        """Look at who has attributes of something set, by texts or by other words."""
        named = [each.value for each in node.keywords if each.arg == "namespace"]
        owner = next(iter([*named, *node.args[:1]]), None)
        if owner is not None and self._is_loop(owner):
            self._tell(node, _SETS)
        texts = (each for argument in node.args[2:] for each in ast.walk(argument))
        for each in texts:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                self._look_at_name(node, each.value, owner)
        if called(node.func) == "multiple" and any(each.arg is None for each in node.keywords):
            self._tell(node, _PUTS_TOGETHER)

    def _may_look_at(self, node: ast.expr) -> bool:
        watched = self._root(node) in WATCHED or self._root(node) == "looplab"
        return self._text.is_made_here(node) or (self._text.is_imported(node) and not watched)

    def _look_at_names(self, node: ast.Call, name: str) -> None:
        """Look at the name in `getattr(x, name)` and its like."""
        if any(isinstance(each, ast.Starred) for each in node.args):
            self._tell(node, _PUTS_TOGETHER)
        owner, names = (node.args[0] if node.args else None), node.args[1:2]
        if name in ("getattr", "hasattr"):
            self._fine |= set(names)
        self._look_at_each_name(node, names, owner)
        changes = name in ("setattr", "delattr", "__setattr__", "__delattr__")
        told = owner is not None and isinstance(folded(owner), str)  # a mock's: it is a path
        if (changes or (name == "object" and node not in self._at_the_top)) and owner and not told:
            read = folded(names[0]) if names else None
            self._look_at_change(node, owner, read if isinstance(read, str) else None)
            if read in STATES and len(node.args) > 2:
                self._look_at_state(node, owner, node.args[2])

    def _look_at_each_name(
        self, node: ast.Call, names: Sequence[ast.expr], owner: ast.expr | None
    ) -> None:
        for each in names:
            read = self._text.texts(each)
            whole = folded(each)
            if isinstance(whole, str):
                read = [whole]
            for told in read or ():
                for part in re.split(r"[.:]", told):
                    self._look_at_name(node, part, owner)
            if read is None or isinstance(each, ast.BinOp | ast.JoinedStr):
                self._tell(node, _PUTS_TOGETHER)

    def _look_at_text(self, node: ast.Call, called: str) -> None:
        text = folded(node.args[0])
        if not isinstance(text, str):
            self._tell(node, _RUNS_TEXT)
        elif called in ("__import__", "import_module"):
            self._look_at_module(node, text)
        else:
            try:
                inner = _Nose(ast.parse(text)).found
            except (SyntaxError, ValueError):
                return
            self.found += [(node.lineno, words) for _, words in inner]

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        for each in node.names:
            self._look_at_module(node, each.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self._look_at_module(node, module)
        for each in node.names:
            if module.partition(".")[0] in ("asyncio", "looplab", "concurrent"):
                self._look_at_name(node, each.name, None)
            if each.name in INNER:
                self._tell(node, _IMPORTS_INNER)
            if module == "looplab" and each.name in rooms():
                self._look_at_module(node, f"looplab.{each.name}")

    def _look_at_module(self, node: ast.AST, module: str) -> None:
        if module.startswith("looplab.") and module != "looplab.legacy":
            self._tell(node, "imports a part of looplab's that is not for programs")
        elif not INNER.isdisjoint(module.split(".")):
            self._tell(node, _IMPORTS_INNER)

    # Texts that are put together

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = folded(node)
        if isinstance(text, str) and (text in INSIDE or text in private_names()):
            self._tell(node, _PUTS_TOGETHER)
        self.generic_visit(node)


_IMPORTS_INNER = "imports ctypes or another inner part of Python's"
_PUTS_TOGETHER = "puts the name of an attribute together"
_RUNS_TEXT = "runs a text, or imports a module, that it puts together"
_SETS_MODULE = "sets an attribute of asyncio, looplab or a module that they use"
_SETS = "sets an attribute of a loop, a task or a future"
_LOOKS_INSIDE = "looks into closures, frames or what else it was not given"
