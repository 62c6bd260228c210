"""Embeddings of the dialects that have their own form of them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.calls import EmbeddingCall, TokenUsage
from backend.providers.dialects import cohere_embeddings, gemini_embeddings
from backend.providers.errors import Malformed, ProviderError, ServerFault, Truncated
from backend.providers.vendors import PLAIN

CALL = EmbeddingCall(model="m", texts=("a", "ü"))


def test_gemini_is_asked_for_all_texts_at_once():
    path, headers, body = gemini_embeddings.encode_embedding(CALL, PLAIN["gemini"])
    assert (path, headers) == ("/models/m:batchEmbedContents", ())
    assert json.loads(body) == {
        "requests": [
            {"model": "models/m", "content": {"parts": [{"text": text}]}, "taskType": "RETRIEVAL_DOCUMENT"}
            for text in ("a", "ü")
        ]
    }
    query = EmbeddingCall(model="models/m", texts=("a",), dimensions=768, task="query")
    path, _, body = gemini_embeddings.encode_embedding(query, PLAIN["gemini"])
    (item,) = json.loads(body)["requests"]
    assert path == "/models/m:batchEmbedContents"
    assert (item["model"], item["taskType"], item["outputDimensionality"]) == ("models/m", "RETRIEVAL_QUERY", 768)


def test_cohere_is_asked_for_floats_of_a_purpose():
    path, headers, body = cohere_embeddings.encode_embedding(CALL, PLAIN["cohere"])
    assert (path, headers) == ("/v2/embed", ())
    assert json.loads(body) == {
        "model": "m",
        "texts": ["a", "ü"],
        "input_type": "search_document",
        "embedding_types": ["float"],
    }
    query = EmbeddingCall(model="m", texts=("a",), dimensions=256, task="query")
    read = json.loads(cohere_embeddings.encode_embedding(query, PLAIN["cohere"]).body)
    assert (read["input_type"], read["output_dimension"]) == ("search_query", 256)


def test_the_vectors_of_gemini_are_read_in_order():
    reply = {"embeddings": [{"values": [0.5, 1]}, {"values": [0, -1.5]}]}
    read = gemini_embeddings.decode_embeddings(json.dumps(reply).encode())
    assert (read.vectors, read.usage) == (([0.5, 1.0], [0.0, -1.5]), None)
    counted = gemini_embeddings.decode_embeddings(
        json.dumps({**reply, "usageMetadata": {"promptTokenCount": 4}}).encode()
    )
    assert counted.usage == TokenUsage(input=4)


def test_the_vectors_of_cohere_are_read_in_order():
    reply = {
        "id": "e-1",
        "embeddings": {"float": [[0.5, 1], [0, -1.5]]},
        "texts": ["a", "ü"],
        "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 4.0}},
    }
    read = cohere_embeddings.decode_embeddings(json.dumps(reply).encode())
    assert read.vectors == ([0.5, 1.0], [0.0, -1.5])
    assert (read.usage, read.provider_request_id) == (TokenUsage(input=4), "e-1")
    del reply["meta"]
    assert cohere_embeddings.decode_embeddings(json.dumps(reply).encode()).usage is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"embeddings": [{"values": [0.5', Truncated),
        (b'{"embeddings": "x"}', Malformed),
        (b"<html>hello</html>", Malformed),
        (b"{}", Malformed),
        (b'{"error": {"code": 503, "message": "x"}}', ServerFault),
    ],
)
def test_a_reply_of_gemini_that_is_none_raises(body, kind):
    with pytest.raises(kind):
        gemini_embeddings.decode_embeddings(body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"embeddings": {"float": [[0.5', Truncated),
        (b'{"embeddings": "x"}', Malformed),
        (b'{"embeddings": {"int8": [[1]]}}', Malformed),
        (b"{}", Malformed),
        (b'{"message": "internal server error"}', ServerFault),
    ],
)
def test_a_reply_of_cohere_that_is_none_raises(body, kind):
    with pytest.raises(kind):
        cohere_embeddings.decode_embeddings(body)


@pytest.mark.parametrize("dialect", [cohere_embeddings, gemini_embeddings])
@given(body=st.binary(max_size=200))
def test_nothing_a_server_replies_can_break_the_reading(dialect, body):
    with suppress(ProviderError):
        assert isinstance(dialect.decode_embeddings(body).vectors, tuple)
