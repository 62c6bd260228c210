"""Pictures made from words: the same for the same words, and served at addresses that need no memory."""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO

from PIL import Image

from backend.simulator.http import whole

PATH = "/pictures/"
_NAME = re.compile(rf"{PATH}([0-9a-f]{{32}})-(\d{{1,4}})x(\d{{1,4}})\.png")
_CELLS = 8
MOST_PIXELS = 2048
"""The longest side."""


def identity(parts: Iterable[bytes]) -> str:
    """What names the picture made of these words and pictures."""
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def path(name: str, width: int, height: int) -> str:
    """Where the picture of that identity and size is served."""
    return f"{PATH}{name}-{width}x{height}.png"


@lru_cache(maxsize=16)
def draw(name: str, width: int, height: int) -> bytes:
    """A PNG file: a symmetric pattern in two colours, told by the 32 hexadecimal digits of `name`."""
    digest = bytes.fromhex(name)
    light, dark = tuple(128 + byte // 2 for byte in digest[:3]), tuple(byte // 2 for byte in digest[3:6])
    image = Image.new("RGB", (_CELLS, _CELLS), light)
    for row, byte in enumerate(digest[6 : 6 + _CELLS]):
        for column in range(_CELLS // 2):
            if byte >> column & 1:
                image.putpixel((column, row), dark)
                image.putpixel((_CELLS - 1 - column, row), dark)
    file = BytesIO()
    image.resize((width, height), Image.Resampling.NEAREST).save(file, "PNG", compress_level=1)
    return file.getvalue()


def serve(address: str) -> bytes:
    """The whole response to a request for a picture."""
    found = _NAME.fullmatch(address)
    if found is None or not all(0 < int(side) <= MOST_PIXELS for side in found.group(2, 3)):
        return whole(404, b'{"error":"There is no such picture."}')
    return whole(200, draw(found[1], int(found[2]), int(found[3])), content_type="image/png")
