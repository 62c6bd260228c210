"""What pictures are taken to cost before they are made."""

from decimal import Decimal

import pytest
from msgspec import structs

from backend.catalogue.snapshot import Price
from backend.errands.drawing import TOKENS_SHOWN, Drawing
from backend.metering.pricing import raw_cost
from backend.providers.calls import PictureCall, Upload
from tests.fixtures.orders import route

BY_TOKEN = Price(version=1, input=Decimal(5), output=Decimal(40), image=Decimal(0))
BY_PIECE = Price(version=1, input=Decimal(0), output=Decimal(0), image=Decimal("0.04"))
CALL = PictureCall(kind="generate", model="", prompt="a rope", count=3)


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    [
        ("1024x1024", "low", 272),
        ("1024x1536", "medium", 1584),
        ("1536x1024", "high", 6240),
        (None, None, 6240),
        ("auto", "auto", 6240),
        ("512x512", "high", 1040),
    ],
)
def test_tokens_of_a_picture_grow_with_its_pixels(size: str | None, quality: str | None, tokens: int) -> None:
    drawing = Drawing(structs.replace(CALL, size=size, quality=quality))
    assert drawing.usage((4,), BY_TOKEN, 3).image == 3 * tokens


def test_a_model_paid_by_the_picture_counts_no_tokens_of_pictures() -> None:
    drawing = Drawing(CALL)
    usage = drawing.usage((4,), BY_PIECE, 2)
    assert usage.image == 0
    assert raw_cost(usage, BY_PIECE, 2).total == Decimal("0.08")


def test_pictures_that_are_shown_are_read_too() -> None:
    upload = Upload("a.png", "image/png", b"x")
    drawing = Drawing(structs.replace(CALL, kind="edit", pictures=(upload, upload), mask=upload))
    assert drawing.usage((4,), BY_TOKEN, 0).input == 4 + 3 * TOKENS_SHOWN


@pytest.mark.parametrize("price", [BY_TOKEN, BY_PIECE, structs.replace(BY_TOKEN, image=Decimal("0.01"))])
def test_the_hold_covers_what_is_estimated(price: Price) -> None:
    drawing, rate = Drawing(CALL), route().rate
    held = drawing.tariff((1000,), price, rate)
    estimated = raw_cost(drawing.usage((1000,), price, CALL.count), price, CALL.count).total
    assert held.each == 0
    assert held.fixed >= rate.credits(estimated) > 0


def test_a_price_of_each_call_is_held_once() -> None:
    rate = route().rate
    with_call = structs.replace(BY_PIECE, request=Decimal(1))
    more = Drawing(CALL).tariff((0,), with_call, rate).fixed - Drawing(CALL).tariff((0,), BY_PIECE, rate).fixed
    assert more == rate.credits(Decimal(1))
