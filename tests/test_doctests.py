"""The examples in the documentation are true."""

import doctest
import importlib
import pkgutil

import pytest

import loopgrade
import looplab

MODULES = sorted(
    module.name
    for package in (looplab, loopgrade)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if ".course" not in module.name
)


@pytest.mark.parametrize("name", ["looplab", "loopgrade", *MODULES])
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_there_are_examples() -> None:
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) > 30
