"""What a program should find as it is: modules, and their classes."""

from __future__ import annotations

import ast
import builtins
import collections
import concurrent.futures
import contextlib
import contextvars
import functools
import gc
import heapq
import importlib.util
import inspect
import io
import itertools
import json
import linecache
import operator
import os
import pathlib
import queue
import re
import selectors
import signal
import sys
import threading
import time
import traceback
import types
import typing
import unittest.mock
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

from looplab.subject.sealing import names_of


@dataclass(frozen=True)
class Originals:
    """What a program should find as it is: owner, namespace and name of each.

    Attributes:
        owners: how modules and classes are called.
        spaces: where each keeps what it has: not a copy.
        names: of what it has.
        modules: the modules among the owners, by their names.
    """

    owners: tuple[str, ...]
    spaces: tuple[Mapping[str, Any], ...]
    names: tuple[str, ...]
    modules: Mapping[str, ModuleType]


@functools.cache
def originals() -> Originals:
    """Return what is there when this is first called: before a line of the student's runs."""
    classes()  # as they are now
    found = [
        (name_of(owner), space, name)
        for owner in owners()
        for space in (names_of(owner),)
        for name, value in list(space.items())
        if is_watched(owner, name, value)
    ]
    owned, spaces, names = zip(*found, strict=True)
    modules = {each.__name__: each for each in owners() if isinstance(each, ModuleType)}
    return Originals(owned, spaces, names, MappingProxyType(modules))


def owners() -> Iterator[Any]:
    """Yield the modules that a program should find as they are, and their classes."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ("asyncio", "looplab") and isinstance(module, ModuleType)
    ]
    for module in (*modules, time, builtins, *_OF_TESTS):
        yield module
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == module.__name__ != "builtins":
                yield value
    yield unittest.mock.patch  # its ways to patch are attributes of it


_OF_TESTS = (concurrent.futures, contextlib, functools, gc, inspect, threading, weakref)
"""What a scenario of a test uses beside asyncio."""

MAY_BE_SET = ("excepthook", "stack_size")
"""What anybody may set in `threading`."""

HELPERS = (
    *(ast, collections, contextvars, heapq, importlib.util, io, itertools, json, linecache),
    *(operator, os, os.path, pathlib, queue, re, selectors, signal, traceback, types, typing),
    unittest.mock,
)
"""Modules that all these use: who replaces a function of theirs is told of as it is set."""


def is_watched(owner: Any, name: str, value: object) -> bool:
    """Whether a program should find that as it is."""
    if isinstance(owner, type):
        return callable(value) or isinstance(value, property | classmethod | staticmethod)
    if owner is threading and name in MAY_BE_SET:
        return False
    return callable(value) or (name.isupper() and owner not in (builtins, time))


@functools.cache
def classes() -> frozenset[type]:
    """Return the classes whose methods are watched, and that of a module."""
    return frozenset({*(owner for owner in owners() if isinstance(owner, type)), ModuleType})


def name_of(owner: Any) -> str:
    """Return by which name a notice tells of an owner."""
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}"
    return str(owner.__name__)
