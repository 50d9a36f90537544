"""Values and records cross as they are, or not at all."""

import math
from typing import Any

import pytest

from looplab.runs.failures import Failure, describe_exception, plain_text
from looplab.runs.lines import dumps, loads
from looplab.runs.records import Span
from looplab.runs.run import Run
from looplab.runs.wire import (
    MAX_DEPTH,
    MAX_NODES,
    Opaque,
    WireError,
    decode,
    encode,
    pack,
    unpack,
)

PLAIN = [
    None,
    True,
    0,
    -(2**200),
    1.5,
    "héllo 异步",
    b"\x00\xff",
    [],
    [1, [2, (3, {4})]],
    (),
    (1,),
    {1: "a", (2, 3): [4]},
    set(),
    {"a"},
    float("inf"),
    -float("inf"),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_come_back_with_their_types(value: Any) -> None:
    back = decode(loads(dumps(encode(value))))
    assert back == value
    assert type(back) is type(value)


def test_nan_comes_back() -> None:
    assert math.isnan(decode(encode(float("nan"))))


class SlyInt(int):
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Always:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Loud:
    def __repr__(self) -> str:
        raise SystemExit("no repr for you")


class SlyStr(str):
    pass


class SlyList(list[int]):
    pass


@pytest.mark.parametrize(
    "value", [SlyInt(3), Always(), Loud(), SlyStr("x"), SlyList([1]), object(), print, 2**10_000]
)
def test_everything_else_is_opaque_and_equal_to_nothing(value: Any) -> None:
    back = decode(loads(dumps(encode(value))))
    assert isinstance(back, Opaque)
    assert back != 3
    assert back != Opaque(back.type, back.text)
    assert " at 0x" not in back.text


def test_opaque_values_inside_lists_spoil_equality() -> None:
    assert decode(encode([Always()])) != [3]


def test_depth_and_size_are_limited() -> None:
    deep: list[Any] = []
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    assert "Opaque" in repr(type(_innermost(decode(encode(deep)))))
    with pytest.raises(WireError, match="more than"):
        encode([0] * (MAX_NODES + 1))
    with pytest.raises(WireError, match="deeper"):
        decode(deep)


def _innermost(value: Any) -> Any:
    while isinstance(value, list) and value:
        value = value[0]
    return value


def test_a_list_that_holds_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert isinstance(_innermost(decode(encode(loop))), Opaque)


@pytest.mark.parametrize(
    "data",
    [
        {"$list": [1]},
        {"$tuple": 3},
        {"$dict": [[1]]},
        {"$dict": [[[1], 2]]},
        {"$set": [[1]]},
        {"$float": "1e999"},
        {"$bytes": "zz"},
        {"$opaque": ["x"]},
        {"$opaque": [1, 2]},
        {"$failure": {"type": "X"}},
        {"$tuple": [], "$set": []},
        {},
    ],
    ids=repr,
)
def test_what_has_no_meaning_is_refused(data: Any) -> None:
    with pytest.raises(WireError):
        decode(data)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"1" * 5_000,
        b"\xff\xfe",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_lines_that_cannot_be_read_are_refused(line: bytes) -> None:
    with pytest.raises(WireError):
        loads(line)


def test_an_exception_that_is_a_value_is_shown_as_a_reader_knows_it() -> None:
    given = decode(encode(["error", ValueError("no world"), KeyError()]))
    assert plain_text(given) == "['error', <ValueError: no world>, <KeyError>]"


def test_an_exception_group_is_told_by_its_leaves() -> None:
    group = ExceptionGroup("two", [KeyError("a"), ExceptionGroup("one", [ValueError("b")])])
    told = describe_exception(group)
    assert [leaf.type for leaf in told.leaves] == ["KeyError", "ValueError"]


def test_an_exception_whose_text_raises_is_told_without_it() -> None:
    class Rude(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert describe_exception(Rude()) == Failure("Rude", describe_exception(Rude()).bases, "")


SPAN = Span("running", 0.0, 1.0, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "asleep"},
        {"start": "0"},
        {"start": True},
        {"first": 0.5},
        {"line": "3"},
        {"woken_by": 1.0},
        {"extra": 1},
        {"reason": None},
    ],
    ids=repr,
)
def test_a_record_is_read_only_as_its_schema_says(change: dict[str, Any]) -> None:
    assert unpack(Span, pack(SPAN)) == SPAN
    with pytest.raises(WireError, match="Span"):
        unpack(Span, {**pack(SPAN), **change})


def test_a_record_with_a_field_missing_is_refused() -> None:
    data = pack(SPAN)
    del data["stop"]
    with pytest.raises(WireError, match="exactly the fields"):
        unpack(Span, data)


def test_a_run_of_another_schema_is_refused() -> None:
    from looplab import observe

    data = observe(int).to_json()
    assert Run.from_json(data) == observe(int)
    with pytest.raises(WireError, match="schema"):
        Run.from_json({**data, "schema": 99})
