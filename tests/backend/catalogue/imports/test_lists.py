"""Pages of lists: what is none, where they go on, and what comes twice."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.catalogue.imports.lists import MOST_MODELS, ListPage, NotAList, first_query, read_page, whole
from backend.catalogue.imports.offers import LeftOut, Offer
from shared.imports import RefusedOffer
from tests.backend.catalogue.imports.listing import CLAUDE, LLAMA

DIALECTS = ("openai", "anthropic", "gemini", "cohere")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(CLAUDE)), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"7", b'"no"', b"{}", b'{"error": "no"}', b'{"data": 3}', b'{"data": [NaN]}', b"\xff\xfe",
     b'{"data": [{}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_list_is_said_so(body: bytes) -> None:
    for dialect in DIALECTS:
        with pytest.raises(NotAList):
            read_page(dialect, body)


def test_a_list_beyond_reason_is_refused() -> None:
    with pytest.raises(NotAList, match="more than 5,000 models"):
        read_page("openai", json.dumps({"data": [{"id": "m"}] * (MOST_MODELS + 1)}).encode())
    page = ListPage([Offer(upstream_name=str(number)) for number in range(MOST_MODELS)])
    with pytest.raises(NotAList):
        whole([page, ListPage([Offer(upstream_name="one more")])])


@given(st.sampled_from(DIALECTS), st.lists(JSON, max_size=4))
@example("openai", [{"id": "\x00"}, {"id": ""}, {"id": "x" * 300}, {"id": "a\nb", "pricing": {"prompt": []}}])
def test_whatever_an_entry_is_it_is_read_or_refused_with_a_reason(dialect: str, items: list[Any]) -> None:
    around = "data" if dialect in ("openai", "anthropic") else "models"
    for found in read_page(dialect, json.dumps({around: items}, allow_nan=True).replace("NaN", "null")
                           .replace("-Infinity", "null").replace("Infinity", "null").encode()).entries:  # fmt: skip
        assert isinstance(found, Offer | LeftOut | RefusedOffer)
        assert 0 < len(found.upstream_name) <= 200
        if isinstance(found, RefusedOffer):
            assert found.reason.endswith(".")


def test_a_bare_array_is_a_list_too() -> None:
    assert len(read_page("openai", json.dumps([CLAUDE, LLAMA]).encode()).entries) == 2


@pytest.mark.parametrize(
    ("dialect", "page", "goes_on"),
    [
        ("openai", {"data": []}, None),
        ("anthropic", {"data": [], "has_more": True, "last_id": "claude b"}, "limit=1000&after_id=claude+b"),
        ("anthropic", {"data": [], "has_more": False, "last_id": "x"}, None),
        ("gemini", {"models": [], "nextPageToken": "a&b"}, "pageSize=1000&pageToken=a%26b"),
        ("gemini", {"models": []}, None),
        ("cohere", {"models": [], "next_page_token": "t"}, "page_size=1000&page_token=t"),
        ("cohere", {"models": [], "next_page_token": ""}, None),
    ],
)
def test_a_page_says_where_the_list_goes_on(dialect: str, page: dict[str, Any], goes_on: str | None) -> None:
    assert read_page(dialect, json.dumps(page).encode()).query == goes_on


def test_the_first_page_is_asked_to_be_long() -> None:
    assert [first_query(dialect) for dialect in DIALECTS] == ["", "limit=1000", "pageSize=1000", "page_size=1000"]


def test_a_name_that_comes_twice_counts_once() -> None:
    one, other = Offer(upstream_name="m"), Offer(upstream_name="m", context_window=5)
    found = whole(
        [ListPage([one, LeftOut("tts-1")]), ListPage([other, RefusedOffer(upstream_name="bad", reason="x.")])]
    )
    assert found.offers == (one,)
    assert [each.upstream_name for each in found.refused] == ["m", "bad"]
    assert found.named == {"m", "tts-1", "bad"}
