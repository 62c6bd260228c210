import pytest

from backend.simulator.sight import Picture, Unseen, describe, look, look_base64, look_url
from tests.backend.simulator.shown import data_url, picture


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", picture()[:20], b"%PDF-1.4", b"GIF89a"])
def test_what_is_no_picture_is_not_seen(data: bytes) -> None:
    with pytest.raises(Unseen):
        look(data)


@pytest.mark.parametrize("url", ["", "data:,", "data:image/png,abc", "data:image/png;base64,!", "ftp://x", "file:///x"])
def test_senseless_addresses_are_refused(url: str) -> None:
    with pytest.raises(Unseen):
        look_url(url)


def test_a_format_that_providers_do_not_take_is_not_seen() -> None:
    with pytest.raises(Unseen):
        look(picture(format="BMP"))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_size_and_format_are_seen(format: str) -> None:
    assert look(picture(31, 17, format)) == look_url(data_url(picture(31, 17, format))) == Picture(format, 31, 17)


def test_an_address_is_not_visited() -> None:
    assert look_url("https://example.com/cat.png") == Picture()


def test_what_is_not_base64_is_refused() -> None:
    with pytest.raises(Unseen, match="base64"):
        look_base64("ä")


def test_pictures_are_described() -> None:
    said = describe([Picture("PNG", 1, 2), Picture()])
    assert said == "I see a PNG picture of 1x2 and a picture at an address."
