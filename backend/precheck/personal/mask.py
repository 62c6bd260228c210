"""Placeholders in place of personal data, and back again. Pure.

A placeholder names its kind and counts: `[EMAIL_1]`. Equal data has an equal placeholder in all of a conversation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct, json

from backend.precheck.personal.datum import PersonalDatum
from shared.precheck import PersonalKind

_PLACEHOLDER = re.compile(r"\\?\[((?:[A-Z]{2,12}\\?_){1,3}[1-9][0-9]{0,5})\\?\]")
"""As it is written, or with the backslashes that Markdown may ask for."""

_BEGINNING = re.compile(r"\\?(?:\[(?:(?:[A-Z]{1,12}\\?_?){1,3}[0-9]{0,6}\\?)?)?$")
_LONGEST = 50
"""Characters of a placeholder in any way of writing it."""

_decode = json.Decoder(dict[str, str]).decode


class Names(Struct, frozen=True):
    """Placeholders and what they stand for. `repr` shows neither."""

    data: Mapping[str, str] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"Names({len(self.data)})"

    def __bool__(self) -> bool:
        return bool(self.data)

    def stored(self) -> str:
        """To be sealed."""
        return json.encode(dict(self.data)).decode()

    @classmethod
    def read(cls, stored: str) -> "Names":
        """What `stored` gave. Raises `msgspec.DecodeError`."""
        return cls(_decode(stored))


NOBODY = Names()


class Masked(Struct, frozen=True):
    """A text with placeholders, and all names there are now. `repr` shows no data, for `text` has none."""

    text: str
    names: Names


def mask(text: str, data: Sequence[PersonalDatum], names: Names = NOBODY, taken: Iterable[str] = ()) -> Masked:
    """`text` with a placeholder for each datum; `names` are those in use and are kept.

    `taken` are other texts whose brackets must not be given another meaning; those of `text` are not either.
    """
    if not data:
        return Masked(text, names)
    known = {value: name for name, value in names.data.items()}
    unfree = set(names.data) | placeholders(text).union(*map(placeholders, taken))
    parts: list[str] = []
    end = 0
    for datum in data:
        value = text[datum.start : datum.end]
        if value not in known:
            known[value] = _free(datum.kind, unfree)
            unfree.add(known[value])
        parts += (text[end : datum.start], f"[{known[value]}]")
        end = datum.end
    parts.append(text[end:])
    return Masked("".join(parts), Names({name: value for value, name in known.items()}))


def unmask(text: str, names: Names, *, in_json: bool = False) -> str:
    """`text` with the data in place of its placeholders; unknown ones stay. `in_json`: they stand in JSON's strings."""
    if not names or "[" not in text:
        return text

    def data_of(found: re.Match[str]) -> str:
        value = names.data.get(found.group(1).replace("\\", ""))
        if value is None:
            return found.group()
        return json.encode(value).decode()[1:-1] if in_json else value

    return _PLACEHOLDER.sub(data_of, text)


def unfinished(text: str) -> int:
    """How many characters at the end of `text` may be the beginning of a placeholder."""
    found = _BEGINNING.search(text, max(len(text) - _LONGEST, 0))
    return len(text) - found.start() if found is not None else 0


def placeholders(text: str) -> set[str]:
    """The names in brackets that stand in a text, whatever they mean."""
    if "[" not in text:
        return set()
    return {found.group(1).replace("\\", "") for found in _PLACEHOLDER.finditer(text)}


def _free(kind: PersonalKind, unfree: set[str]) -> str:
    number = 1 + sum(name.startswith(f"{kind.name}_") for name in unfree)
    while f"{kind.name}_{number}" in unfree:
        number += 1
    return f"{kind.name}_{number}"
