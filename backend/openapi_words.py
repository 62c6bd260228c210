"""What types mean, in the OpenAPI document: their docstrings."""

import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct


def describe(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Gives every schema of a type the words that stand at the type."""
    words = meanings()
    for schema in schemas.values():
        if (said := words.get(schema.get("title", ""))) is not None:
            schema.setdefault("description", said)


def meanings() -> dict[str, str]:
    """What every type means, by its name; what two types are called says nothing."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind in _kinds(Struct):
        if kind.__doc__:
            found[kind.__name__].add(inspect.cleandoc(kind.__doc__))
    return {name: words.pop() for name, words in found.items() if len(words) == 1}


def _kinds(of: type[Struct]) -> Iterator[type[Struct]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)
