"""`python -m backend.attachments.reader`: reads one file from standard input and writes what it found, as msgpack.

A process of its own for each file, because files are hostile: it has little memory and time, opens nothing, and knows
nothing of the system (no environment, no database, no other file).
"""

import logging
import sys

import msgspec

from backend.attachments.documents import is_document, read_document
from backend.attachments.findings import Found, NotAccepted, Refusal, Refused
from backend.attachments.pictures import picture_format, read_picture
from backend.attachments.texts import read_text

if sys.platform != "win32":
    import resource

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20


def read(data: bytes) -> Found | Refusal:
    """What is in a file, told from its bytes alone."""
    try:
        if not data:
            return Refusal(Refused.UNREADABLE, "This file is empty.")
        if (claimed := picture_format(data)) is not None:
            return read_picture(data, claimed)
        return read_document(data) if is_document(data) else read_text(data)
    except NotAccepted as refused:
        return refused.refusal
    except MemoryError:
        return Refusal(Refused.TOO_LARGE, "Reading this file takes too much memory. Send a smaller or simpler one.")


def _confine() -> None:
    if sys.platform != "win32":
        for kind, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    logging.disable()
    _confine()
    sys.stdout.buffer.write(msgspec.msgpack.encode(read(sys.stdin.buffer.read())))
