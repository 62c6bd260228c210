"""Pictures to show."""

from base64 import b64encode
from io import BytesIO

from PIL import Image


def picture(width: int = 4, height: int = 3, format: str = "PNG") -> bytes:
    """A picture file."""
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, format)
    return file.getvalue()


def base64(data: bytes) -> str:
    """The file as base64."""
    return b64encode(data).decode()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    """The file as a data URL (RFC 2397)."""
    return f"data:{media_type};base64,{base64(data)}"
