"""Looking at pictures, as far as their headers tell."""

from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO

import msgspec
from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""What all four providers take (platform.openai.com/docs/guides/images-vision)."""


class Unseen(ValueError):
    """That is no picture."""


class Picture(msgspec.Struct, frozen=True):
    """A picture somebody shows. One at an address has no size: the simulator goes nowhere."""

    format: str = ""
    width: int = 0
    height: int = 0

    def __str__(self) -> str:
        return f"a {self.format} picture of {self.width}x{self.height}" if self.format else "a picture at an address"


def look(data: bytes) -> Picture:
    """The picture in a file. Raises Unseen."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            return Picture(image.format or "", image.width, image.height)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unseen("This is not a PNG, JPEG, GIF or WebP picture.") from None


def look_base64(text: str) -> Picture:
    """The picture in a base64 text. Raises Unseen."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise Unseen("The picture is not valid base64.") from None
    return look(data)


def look_url(url: str) -> Picture:
    """The picture in a data URL (RFC 2397), or one at an address. Raises Unseen."""
    if url.startswith("data:"):
        head, _, text = url.partition(",")
        if not head.endswith(";base64"):
            raise Unseen("A data URL of a picture has to be base64.")
        return look_base64(text)
    if url.startswith(("https://", "http://")):
        return Picture()
    raise Unseen("A picture is a data URL or an http address.")


def describe(pictures: Sequence[Picture]) -> str:
    """`I see a PNG picture of 640x480.`"""
    return f"I see {' and '.join(map(str, pictures))}."
