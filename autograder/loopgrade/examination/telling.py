"""The names that tell, in the text of a cell, of what nobody needs who only writes a program."""

from __future__ import annotations

import ast
import asyncio
import builtins
import collections
import contextlib
import contextvars
import functools
import gc
import heapq
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
import threading
import time
import traceback
import types
import typing
import unittest.mock
import weakref
from collections.abc import Mapping

from loopgrade.examination.expressions import GIVE_LOOPS

INSIDE = frozenset(
    {"__closure__", "__globals__", "__subclasses__", "__builtins__", "cell_contents"}
    | {"f_back", "f_builtins", "f_globals", "f_locals", "__getattribute__"}
    | {"settrace", "setprofile", "addaudithook", "_current_frames", "_getframe"}
    | {"get_objects", "get_referents", "get_referrers"}
)
"""Attributes by which one gets at what was not handed over, or at what watches."""

INSIDE_OF_OTHERS = frozenset(
    {"__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__defaults__"}
    | {"__kwdefaults__", "__callback__", "__self__"}
)
"""Those by which one gets at what belongs to something: what is the cell's own may be asked."""

WALKS = frozenset({"persistent_id", "reducer_override"})
"""Methods by which a pickler hands out all that hangs on an object."""

OF_LIBRARIES = frozenset({"_asdict", "_exit", "_field_defaults", "_fields", "_make", "_replace"})
"""What begins with an underscore and is public all the same."""

BY_NAME = frozenset(
    {"getattr", "setattr", "delattr", "hasattr", "getattr_static"}
    | {"__setattr__", "__delattr__", "object"}
)
"""Functions and methods that take an owner and the name of an attribute; of a mock, too."""

ASYNCIOS_OWN = frozenset(name for name in asyncio.__all__ if name.startswith("_")) | frozenset(
    {"_log_traceback", "_log_destroy_pending", "_fut_waiter", "_must_cancel", "_run_once"}
    | {"_all_tasks", "_scheduled_tasks", "_eager_tasks", "_current_tasks"}
)
"""Private names that nobody else has; the first come with `from asyncio import *`."""

STATES = frozenset({"done", "cancelled", "exception", "get_loop"})
"""Methods by which a task says how it ended, and where."""

INNER = frozenset(
    {"ctypes", "_ctypes", "_asyncio", "_testcapi", "_testinternalcapi", "marshal"}
    | {"_xxsubinterpreters", "_interpreters", "_xxinterpchannels", "_interpchannels"}
)
"""Modules by which one gets below Python, or where nobody watches."""

MAY_BE_HANDED_ON = frozenset({"getattr", "setattr", "delattr"})
BY_PATH = frozenset(
    {"attrgetter", "methodcaller", "locate", "resolve_name", "get_field", "EntryPoint"}
    | {"loadTestsFromName"}
)
"""Those whose arguments are names, and which take no owner before them."""

HAS_NAMES_SET = frozenset({"update_wrapper", "multiple", "parse_args", "parse_known_args"})
"""Those that set attributes of what they are given, by names that are not written as such."""

OF_INSPECT = frozenset(
    {"getclosurevars", "getcoroutinelocals", "getgeneratorlocals", "getasyncgenlocals"}
    | {"getargvalues", "getmembers", "getmembers_static"}
)
"""Functions of inspect that show what is inside something."""

ARE_NAMES = frozenset({"__class__", "__dict__", "__globals__", "__closure__", "__builtins__"})
"""Names that give away what they are for, also where they are a text."""

HOOKS = frozenset({"sys.modules", "sys.meta_path", "sys.path_hooks", "sys.path_importer_cache"})
RUN_TEXT = frozenset({"exec", "eval", "compile", "__import__", "import_module", "run_path"})
COMPARE = frozenset({"__eq__", "__ne__", "__lt__", "__gt__", "__le__", "__ge__", "__len__"})
PLAIN = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
)
SEALED = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__bases__"})
MODULES = (
    asyncio,
    builtins,
    contextlib,
    functools,
    gc,
    inspect,
    queue,
    selectors,
    threading,
    time,
)
WATCHED: Mapping[str, object] = {module.__name__: module for module in (*MODULES, weakref)}
"""Modules that a program should leave as they are: it and its tests use them."""

HELPERS = (ast, collections, contextvars, heapq, io, itertools, json, linecache, operator, os)
USED: Mapping[str, object] = {
    **WATCHED,
    **{
        each.__name__: each
        for each in (*HELPERS, pathlib, re, signal, traceback, types, typing, unittest)
    },
}
"""Those, and what they and tests use besides: nobody has to put anything in their place."""

MAY_BE_SET = frozenset({"excepthook", "slow_callback_duration", "callbacks"})
WAIT_BY = frozenset(
    {"call_at", "call_later", "call_soon", "call_soon_threadsafe", "create_future", "create_task"}
)
"""Methods of loops by which a program waits, and asyncio for it."""
CHANGE_A_DICT = frozenset({"update", "setdefault", "pop", "popitem", "clear", "__setitem__"})

ANY_NAME = (
    BY_NAME | BY_PATH | RUN_TEXT | HAS_NAMES_SET | OF_INSPECT | GIVE_LOOPS | frozenset({"vars"})
)
"""Functions that tell by themselves, by whatever name they are called."""
