"""A plain value that satisfies a JSON Schema (json-schema.org/draft/2020-12)."""

import re
from collections.abc import Mapping, Sequence
from math import ceil, floor
from random import Random

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_VALUES = 5_000
"""How many values one answer may be made of; nested references could multiply without end."""
_MOST_REPEATS = 2
"""How often a definition may stand within itself before another way out is looked for."""

_FORMATS = {
    "date-time": "2025-01-01T00:00:00Z",
    "date": "2025-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_WORD = "simulated"
_ENORMOUS = re.compile(r"\{\d*,?\d{4,}")
"""A repetition a thousand times and more."""


class Unsatisfiable(ValueError):
    """No value was found for the schema; says why."""


def least(schema: Mapping[str, object]) -> object:
    """Every property once, one item in every list, the smallest numbers. Raises Unsatisfiable."""
    try:
        Draft202012Validator.check_schema(schema)
        value = _Maker(schema).make(schema)
        # A registry of our own: the default one would fetch references from the network.
        problem = next(Draft202012Validator(schema, registry=Registry()).iter_errors(value), None)
    except SchemaError as error:
        raise Unsatisfiable(f"The schema is not valid: {error.message[:200]}") from None
    except Unresolvable as error:
        raise Unsatisfiable(f"The schema refers to what it does not contain: {error.ref[:200]}") from None
    except RecursionError:
        raise Unsatisfiable("The schema is nested too deeply.") from None
    if problem is not None:
        raise Unsatisfiable(f"No value for the schema was found: {problem.message[:200]}")
    return value


class _Maker:
    def __init__(self, root: Mapping[str, object]) -> None:
        self._root = root
        self._made = 0
        self._within: list[str] = []

    def make(self, schema: object, name: str = "", nth: int = 0) -> object:
        """The value for `schema`; `name` is the property's, `nth` tells items apart that have to differ."""
        self._made += 1
        if self._made > MOST_VALUES:
            raise Unsatisfiable("The schema asks for too many values.")
        if schema is False:
            raise Unsatisfiable("The schema allows no value.")
        if not isinstance(schema, Mapping):
            return _WORD
        if isinstance(reference := schema.get("$ref"), str):
            return self._referred(reference, schema, name, nth)
        if "const" in schema:
            return schema["const"]
        if isinstance(values := schema.get("enum"), Sequence) and values:
            return values[nth % len(values)]
        for several in ("anyOf", "oneOf"):
            if isinstance(options := schema.get(several), Sequence):
                rest = {key: value for key, value in schema.items() if key != several}
                return self._first([_merged(rest, option) for option in options], name, nth)
        if isinstance(parts := schema.get("allOf"), Sequence):
            whole: object = {key: value for key, value in schema.items() if key != "allOf"}
            for part in parts:
                whole = _merged(whole, self._opened(part))
            return self.make(whole, name, nth)
        return self._typed(schema, name, nth)

    def _referred(self, reference: str, schema: Mapping[str, object], name: str, nth: int) -> object:
        if self._within.count(reference) >= _MOST_REPEATS:
            raise Unsatisfiable("The schema never ends.")
        self._within.append(reference)
        try:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            return self.make(_merged(rest, self._target(reference)), name, nth)
        finally:
            self._within.pop()

    def _opened(self, part: object) -> object:
        """A part of `allOf` with its reference followed."""
        if isinstance(part, Mapping) and isinstance(reference := part.get("$ref"), str):
            return self._target(reference)
        return part

    def _target(self, reference: str) -> object:
        """What a JSON pointer (RFC 6901) within the schema names."""
        if not reference.startswith("#"):
            raise Unsatisfiable("The schema refers to another document.")
        found: object = self._root
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise Unsatisfiable(f"The schema refers to what it does not contain: {reference[:200]}")
        return found

    def _first(self, options: Sequence[object], name: str, nth: int) -> object:
        reason = Unsatisfiable("The schema allows no value.")
        for option in options:
            try:
                return self.make(option, name, nth)
            except Unsatisfiable as unsatisfiable:
                reason = unsatisfiable
        raise reason

    def _typed(self, schema: Mapping[str, object], name: str, nth: int) -> object:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((each for each in kind if each != "null"), "null")
        match kind or _implied(schema):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema)
            case "integer" | "number" as number:
                return _number(schema, nth, whole=number == "integer")
            case "boolean":
                return nth % 2 == 0
            case "null":
                return None
            case _:
                return _text(schema, name, nth)

    def _object(self, schema: Mapping[str, object]) -> dict[str, object]:
        properties = schema.get("properties")
        required = _names(schema.get("required"))
        made: dict[str, object] = {}
        for name, property_ in (properties if isinstance(properties, Mapping) else {}).items():
            try:
                made[name] = self.make(property_, name)
            except Unsatisfiable:
                if name in required or self._made > MOST_VALUES:
                    raise
        others = schema.get("additionalProperties", True)
        for name in required:
            if name not in made:
                made[name] = self.make(others, name)
        while len(made) < _count(schema, "minProperties", 0):
            name = f"property_{len(made) + 1}"
            made[name] = self.make(others, name)
        return made

    def _array(self, schema: Mapping[str, object]) -> list[object]:
        first = schema.get("prefixItems")
        made = [self.make(each) for each in first] if isinstance(first, list) else []
        needed = _count(schema, "minItems", 0)
        wanted = max(needed, min(1, _count(schema, "maxItems", 1)))
        items, varied = schema.get("items", True), schema.get("uniqueItems") is True
        while len(made) < wanted and (items is not False):
            try:
                made.append(self.make(items, nth=len(made) if varied else 0))
            except Unsatisfiable:
                if len(made) < needed or self._made > MOST_VALUES:
                    raise
                break
        return made


def _implied(schema: Mapping[str, object]) -> str:
    """The type that a schema without one is about."""
    if {"properties", "required", "additionalProperties"} & schema.keys():
        return "object"
    if {"items", "prefixItems"} & schema.keys():
        return "array"
    return "number" if {"minimum", "maximum", "multipleOf"} & schema.keys() else "string"


def _merged(one: object, other: object) -> object:
    """Both schemas as one: properties and requirements of both, of all else the second's."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return other if other is not True else one
    merged = {**one, **other}
    for key in ("properties", "$defs"):
        if isinstance(ours := one.get(key), Mapping) and isinstance(theirs := other.get(key), Mapping):
            merged[key] = {**ours, **theirs}
    if "required" in one and "required" in other:
        merged["required"] = [*_names(one["required"]), *_names(other["required"])]
    return merged


def _number(schema: Mapping[str, object], nth: int, *, whole: bool) -> int | float:
    step = _limit(schema, "multipleOf") or (1 if whole else 0)
    low, high = _limit(schema, "minimum"), _limit(schema, "maximum")
    above, below = _limit(schema, "exclusiveMinimum"), _limit(schema, "exclusiveMaximum")
    if above is not None:
        first = (floor(above / step) + 1) * step if step else above + 0.5
        low = first if low is None else max(low, first)
    if below is not None:
        last = (ceil(below / step) - 1) * step if step else below - 0.5
        high = last if high is None else min(high, last)
    value = low if low is not None else 0 if high is None or high >= 0 else high
    if step:
        value = (ceil(value / step) if low is not None or value >= 0 else floor(value / step)) * step
    if above is not None and not step and high is not None and value > high:
        value = (above + high) / 2
    value += nth * (step or 1)
    return int(value) if whole or float(value).is_integer() else value


def _text(schema: Mapping[str, object], name: str, nth: int) -> str:
    if isinstance(pattern := schema.get("pattern"), str):
        return _matching(pattern)
    if isinstance(known := schema.get("format"), str) and known in _FORMATS:
        return _FORMATS[known]
    text = f"{_WORD} {name}".strip() + (f" {nth + 1}" if nth else "")
    shortest = min(_count(schema, "minLength", 0), 100_000)
    return text.ljust(shortest, ".")[: _count(schema, "maxLength", max(len(text), shortest))]


def _matching(pattern: str) -> str:
    if _ENORMOUS.search(pattern) is not None:
        raise Unsatisfiable("The pattern asks for too long a text.")
    # Costs a noticeable time to import, and hardly anybody needs it.
    from polyfactory.value_generators.regex import RegexFactory

    try:
        return RegexFactory(random=Random(0))(pattern)  # noqa: S311
    except Exception as error:
        raise Unsatisfiable(f"No text for the pattern {pattern[:100]!r} was found.") from error


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _count(schema: Mapping[str, object], key: str, otherwise: int) -> int:
    value = schema.get(key)
    return int(value) if isinstance(value, int | float) else otherwise


def _limit(schema: Mapping[str, object], key: str) -> int | float | None:
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
