"""Texts in which personal data stand between marks: `\u27e6kind|data\u27e7`."""

import re

from msgspec import Struct

from backend.precheck.personal.datum import PersonalDatum
from shared.precheck import PersonalKind

_MARK = re.compile("\u27e6([a-z_]+)\\|(.*?)\u27e7", re.DOTALL)


class Marked(Struct, frozen=True):
    """The text without marks, and what stood between them."""

    text: str
    data: tuple[PersonalDatum, ...]


def marked(source: str) -> Marked:
    """Takes the marks away."""
    parts: list[str] = []
    data: list[PersonalDatum] = []
    end = length = 0
    for found in _MARK.finditer(source):
        before, value = source[end : found.start()], found[2]
        length += len(before)
        data.append(PersonalDatum(length, length + len(value), PersonalKind(found[1])))
        length += len(value)
        parts += (before, value)
        end = found.end()
    return Marked("".join((*parts, source[end:])), tuple(data))
