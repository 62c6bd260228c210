"""No regular expression of the precheck can backtrack without bound."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants, _parser
from typing import Any

import pytest

import backend.precheck as package

LIMIT = 250
"""The most often a repetition inside a pattern may take place, unless it is a plain run of one character class."""


def compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.iter_modules(package.__path__, "backend.precheck."):
        if module.name.rsplit(".", 1)[1] in {"controller", "service", "repository", "tables"}:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in _patterns(value):
                yield f"{module.name}.{name}", pattern


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _patterns(item)


def repeats(parsed: Any, depth: int = 0) -> Iterator[tuple[int, int]]:
    """The nesting depth and the upper bound of every repetition."""
    for operation, argument in parsed:
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            _, most, inner = argument
            yield depth, most
            yield from repeats(inner, depth + 1)
        elif operation is _constants.BRANCH:
            for branch in argument[1]:
                yield from repeats(branch, depth)
        elif operation is _constants.SUBPATTERN:
            yield from repeats(argument[3], depth)
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from repeats(argument[1], depth)


@pytest.mark.parametrize(("where", "pattern"), list(compiled()), ids=lambda value: str(value)[:40])
def test_unbounded_repetitions_stand_alone(where: str, pattern: re.Pattern[str]) -> None:
    found = list(repeats(_parser.parse(pattern.pattern, pattern.flags)))
    unbounded = [most for depth, most in found if most > LIMIT]
    assert len(unbounded) <= 2, where
    assert all(depth == 0 for depth, most in found if most > LIMIT), where


def test_the_walk_sees_what_is_dangerous() -> None:
    assert (1, _constants.MAXREPEAT) in list(repeats(_parser.parse(r"(a+)+b")))
