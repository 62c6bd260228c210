"""Fields by either of their names: `serviceType` or `service_type`. Pure."""

import json
import re

import msgspec

from backend.errors import InvalidRequest

MOST_FIELDS = 1000
"""Several times as many as there can be; so that nobody keeps the process busy with names."""
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


def camel(name: str) -> str:
    """A field's name in camelCase; what is not in snake_case stays as it is."""
    if not _SNAKE.fullmatch(name):
        return name
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def in_camel(body: bytes) -> object:
    """A JSON document with all names of fields in camelCase.

    Raises `InvalidRequest` for a field that is given twice, by the same name or by both, for more than `MOST_FIELDS`,
    and for what is not JSON (RFC 8259).
    """
    count = 0

    def once(fields: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal count
        count += len(fields)
        if count > MOST_FIELDS:
            raise InvalidRequest(f"The body has more than {MOST_FIELDS:,} fields.")
        return _once(fields)

    try:
        document: object = json.loads(body, object_pairs_hook=once)
        msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"The body cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"The body cannot be read: {error.msg} (byte {error.pos})") from None
    except ValueError:
        raise InvalidRequest("The body cannot be read: a number has too many digits.") from None
    return document


def _once(fields: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for given, value in fields:
        name = camel(given)
        if name in found:
            raise InvalidRequest(
                f"The field {name[:60]} is given twice. Give it once, as {name[:60]} or in snake_case."
            )
        found[name] = value
    return found
