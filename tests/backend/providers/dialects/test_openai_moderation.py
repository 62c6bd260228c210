"""Moderation in the OpenAI dialect."""

import json

import pytest

from backend.providers.calls import ModerationCall
from backend.providers.dialects.openai_moderation import decode_moderation, encode_moderation
from backend.providers.errors import Malformed, ProviderError
from backend.providers.vendors import Vendor

RESULT = {
    "flagged": True,
    "categories": {"violence": True, "illicit": None, "hate": False},
    "category_scores": {"violence": 0.86, "illicit": None, "hate": 0.01},
    "category_applied_input_types": {"violence": ["text"]},
}


def body(*results: object, **more: object) -> bytes:
    return json.dumps({"id": "modr-1", "model": "omni-moderation-latest", "results": results, **more}).encode()


def test_the_request() -> None:
    encoded = encode_moderation(ModerationCall(model="omni-moderation-latest", texts=("a", "b")), Vendor())
    assert encoded.path == "/moderations"
    assert json.loads(encoded.body) == {"model": "omni-moderation-latest", "input": ["a", "b"]}


def test_what_is_flagged_is_named_with_its_score() -> None:
    told = decode_moderation(body(RESULT, {"flagged": False, "categories": {}, "category_scores": {}}))
    assert told.texts == ({"violence": 0.86}, {})
    assert told.provider_request_id == "modr-1"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"results": null}',
        body({"flagged": True}),
        body({**RESULT, "flagged": False}),
        body({**RESULT, "categories": {"violence": False}}),
        body({**RESULT, "flagged": "yes"}),
        b"[" * 100_000,
    ],
)
def test_what_is_no_moderation(wrong: bytes) -> None:
    with pytest.raises(Malformed):
        decode_moderation(wrong)


def test_a_fault_that_is_reported_as_a_success() -> None:
    with pytest.raises(ProviderError):
        decode_moderation(b'{"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}}')
