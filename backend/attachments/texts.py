"""Texts: what is written in files of characters, and whether it is a table. Pure."""

import csv
import re
from itertools import islice

from charset_normalizer import from_bytes

from backend.attachments.findings import Found, NotAccepted, Refused
from backend.precheck.check import suspicions_of
from backend.precheck.tokens.estimate import estimate_tokens
from shared.attachments import AttachmentKind

MOST_TEXT = 2_000_000
"""Bytes of text, as UTF-8."""
_LONGEST_FILE = 4 * MOST_TEXT
"""Bytes: in no encoding is a character longer."""
_LOOKED_AT = 100_000
"""Bytes from which an encoding other than Unicode's is told, and a table."""
_SAMPLE_ROWS = 50
_DELIMITERS = ",;\t"
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_NOT_WRITTEN = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
"""Characters that no text has: what has them is something else. (A log may ring and colour.)"""


def read_text(data: bytes) -> Found:
    """The text in a file. Raises `NotAccepted` for what is none, or too much."""
    encoding, text = _decoded(data)
    kind = AttachmentKind.CSV if is_table(text) else AttachmentKind.TEXT
    media_type = f"text/{'csv' if kind is AttachmentKind.CSV else 'plain'}; charset={encoding}"
    return found(kind, media_type, text)


def found(kind: AttachmentKind, media_type: str, text: str, *, pages: int | None = None) -> Found:
    """The finding about a file with this text. Raises `NotAccepted` for an empty or overlong one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise NotAccepted(Refused.UNREADABLE, "This file has nothing in it to read.")
    if len(text) > MOST_TEXT or len(text.encode()) > MOST_TEXT:
        raise too_much_text()
    return Found(
        kind=kind,
        media_type=media_type,
        tokens=estimate_tokens(text),
        text=text,
        pages=pages,
        suspicions=suspicions_of(text),
    )


def too_much_text() -> NotAccepted:
    """The refusal of an overlong text."""
    return NotAccepted(
        Refused.TOO_LARGE, f"This file has more than {MOST_TEXT // 10**6} MB of text. Send the part that matters."
    )


def is_table(text: str) -> bool:
    """Whether the text is rows of equally many fields: at least two of each."""
    sample = text[:_LOOKED_AT].lstrip("\ufeff")
    if sample.lstrip()[:1] in {"{", "[", "<"}:
        return False
    lines = sample.splitlines()
    if len(text) > _LOOKED_AT:
        lines = lines[:-1]
    return any(_rectangular(lines, delimiter) for delimiter in _DELIMITERS)


def _rectangular(lines: list[str], delimiter: str) -> bool:
    try:
        rows = [row for row in islice(csv.reader(lines, delimiter=delimiter, strict=True), _SAMPLE_ROWS) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows)


def _decoded(data: bytes) -> tuple[str, str]:
    if len(data) > _LONGEST_FILE:
        raise too_much_text() if b"\0" not in data[:_LOOKED_AT] else _no_text()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = _guessed(data)
    if _NOT_WRITTEN.search(text):
        raise _no_text()
    return encoding.removesuffix("-sig"), text


def _guessed(data: bytes) -> tuple[str, str]:
    """An older encoding, told from the frequency of letters."""
    best = None if b"\0" in data else from_bytes(data[:_LOOKED_AT]).best()
    if best is None:
        raise _no_text()
    try:
        return best.encoding.replace("_", "-"), data.decode(best.encoding)
    except UnicodeDecodeError:
        raise _no_text() from None


def _no_text() -> NotAccepted:
    return NotAccepted(
        Refused.UNSUPPORTED,
        "This kind of file cannot be sent. Send an image (PNG, JPEG, WebP, GIF), a PDF, or a file of plain text.",
    )
