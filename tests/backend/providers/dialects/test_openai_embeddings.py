import json
import math
import struct
from array import array
from base64 import b64encode
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from backend.providers.calls import EmbeddingCall, TokenUsage
from backend.providers.dialects.openai_embeddings import decode_embeddings, encode_embedding, unspoken
from backend.providers.errors import Malformed, ProviderError, RateLimited, Truncated
from backend.providers.vendors import VENDORS, Vendor, vendor

CALL = EmbeddingCall(model="m", texts=("a", "b"))
EXTRA = {"user": Raw(b'"u"'), "made_up": Raw(b"1"), "input": Raw(b'"x"')}


def sent(call: EmbeddingCall, to: Vendor) -> dict:
    return json.loads(encode_embedding(call, to).body)


def test_a_request_has_only_what_was_asked_for():
    plain = Vendor(headers=(("x-title", "F"),))
    assert encode_embedding(CALL, plain)[:2] == ("/embeddings", (("x-title", "F"),))
    assert sent(CALL, plain) == {"model": "m", "input": ["a", "b"], "encoding_format": "float"}


def test_the_number_of_dimensions_is_said_in_the_vendors_word():
    call = replace(CALL, dimensions=256)
    assert sent(call, VENDORS["openai"])["dimensions"] == 256
    body = sent(call, VENDORS["mistral"])
    assert body["output_dimension"] == 256
    assert "dimensions" not in body


def test_further_fields_are_sent_or_told():
    call = replace(CALL, extra=EXTRA)
    for to in VENDORS.values():
        body = sent(call, to)
        told = set(unspoken(call, to))
        assert told | ({"user"} & set(body)) == set(EXTRA)
        assert body["input"] == ["a", "b"]
    assert unspoken(CALL, Vendor()) == ()


def test_only_those_that_pack_vectors_are_asked_to():
    asked = {name: sent(CALL, to)["encoding_format"] for name, to in VENDORS.items() if to.dialect == "openai"}
    assert {name for name, encoding in asked.items() if encoding == "base64"} == {"openai", "azure"}
    assert set(asked.values()) == {"base64", "float"}


def test_only_openrouter_is_asked_for_the_cost():
    assert [name for name, to in VENDORS.items() if "usage" in sent(CALL, to)] == ["openrouter"]


def test_azures_deployments_have_paths_of_their_own():
    azure = vendor("azure", "openai", "https://desk.openai.azure.com")
    assert encode_embedding(CALL, azure).path == "/openai/deployments/m/embeddings?api-version=2024-10-21"


def reply(*items: object, **more: object) -> bytes:
    return json.dumps({"object": "list", "data": list(items), "model": "m", **more}).encode()


def test_vectors_come_in_the_order_of_the_texts():
    second, first = {"index": 1, "embedding": [0.5, 1]}, {"index": 0, "embedding": [-1.5, 0.25]}
    made = decode_embeddings(
        reply(second, first, usage={"prompt_tokens": 7, "total_tokens": 7, "cost": 0.001}, id="gen-1")
    )
    assert made.vectors == ([-1.5, 0.25], [0.5, 1.0])
    assert made.usage == TokenUsage(input=7)
    assert (made.provider_cost, made.provider_request_id) == (Decimal("0.001"), "gen-1")


def test_items_without_an_index_are_in_order():
    assert decode_embeddings(reply({"embedding": [1.0]}, {"embedding": [2.0]})).vectors == ([1.0], [2.0])


def test_base64_is_read_though_it_was_not_asked_for():
    packed = b64encode(struct.pack("<3f", 0.5, -0.25, 2)).decode()
    assert decode_embeddings(reply({"index": 0, "embedding": packed})).vectors == (array("f", [0.5, -0.25, 2.0]),)


@pytest.mark.parametrize("usage", [None, {}, {"total_tokens": 5}])
def test_usage_may_be_absent(usage):
    assert decode_embeddings(reply({"embedding": [1.0]}, usage=usage)).usage is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (reply({"embedding": [1.0]})[:-9], Truncated),
        (b"{}", Malformed),
        (b'{"data": null}', Malformed),
        (b'{"data": [{"index": 0}]}', Malformed),
        (b'{"data": [{"embedding": ["x"]}]}', Malformed),
        (b'{"data": [{"embedding": "a"}]}', Malformed),
        (b'{"data": [{"embedding": "not base64!"}]}', Malformed),
        (b'{"data": [{"embedding": "AAA="}]}', Malformed),
        (reply({"embedding": b64encode(struct.pack("<2f", 1, math.nan)).decode()}), Malformed),
        (reply({"embedding": b64encode(struct.pack("<2f", 1, -math.inf)).decode()}), Malformed),
        (b"<html></html>", Malformed),
        (b'{"error": {"message": "x", "code": 429}}', RateLimited),
    ],
)
def test_a_reply_that_is_none_raises(body, kind):
    with pytest.raises(kind):
        decode_embeddings(body)


JSONISH = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "embedding", "index", "usage", "error"]), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.binary(max_size=100) | JSONISH.map(lambda value: json.dumps(value).encode()))
def test_nothing_a_server_replies_can_break_the_decoder(body):
    with suppress(ProviderError):
        assert all(isinstance(vector, list | array) for vector in decode_embeddings(body).vectors)
