import pytest
from msgspec import Raw

from backend.providers.dialects.extra import said, text_of


@pytest.mark.parametrize("extra", [None, {}, {"x": Raw(b"null")}, {"y": Raw(b"1")}])
def test_absent_and_null_are_both_unsaid(extra):
    assert said(extra, "x") is None
    assert text_of(extra, "x") is None


@pytest.mark.parametrize(("wire", "text"), [(b'"a"', "a"), (b'""', ""), (b"1", None), (b'{"a":1}', None), (b"{", None)])
def test_a_text_is_one_only_when_it_is_one(wire, text):
    assert bytes(said({"x": Raw(wire)}, "x") or b"") == wire
    assert text_of({"x": Raw(wire)}, "x") == text
