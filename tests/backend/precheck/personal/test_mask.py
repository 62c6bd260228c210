"""Names for data, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.find import find
from backend.precheck.personal.mask import NOBODY, Names, mask, unfinished, unmask
from shared.precheck import PersonalKind

TEXT = st.text("ab[]_\\EMAIL PHONE1234", max_size=60)


@given(TEXT, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.sampled_from(PersonalKind)), max_size=8))
def test_what_is_masked_can_be_put_back(text: str, wanted: list[tuple[int, int, PersonalKind]]) -> None:
    data, end = [], 0
    for start, length, kind in sorted(wanted):
        if end <= start and start + length <= len(text):
            data.append(PersonalDatum(start, start + length, kind))
            end = start + length
    whole = [text[d.start : d.end] for d in data]
    masked = mask(text, data)
    if not any("[" in value or "]" in value for value in whole):
        assert unmask(masked.text, masked.names) == text or "\\" in text
    assert set(masked.names.data.values()) == set(whole)


def test_equal_data_have_equal_names_in_all_texts() -> None:
    one = "mail a.b@gmx.de or c.d@gmx.de"
    first = mask(one, find(one))
    assert first.text == "mail [EMAIL_1] or [EMAIL_2]"
    two = "c.d@gmx.de, x.y@gmx.de"
    assert mask(two, find(two), first.names).text == "[EMAIL_2], [EMAIL_3]"


def test_brackets_that_somebody_wrote_keep_their_meaning() -> None:
    text = "[EMAIL_1] is a name, a.b@gmx.de is not"
    masked = mask(text, find(text), taken=["and [EMAIL_2] was before"])
    assert masked.text == "[EMAIL_1] is a name, [EMAIL_3] is not"
    assert unmask(masked.text, masked.names) == text


def test_unknown_names_stay_and_escaped_ones_count() -> None:
    names = Names({"EMAIL_1": "a.b@gmx.de"})
    assert unmask(r"[EMAIL_2] \[EMAIL\_1\]", names) == "[EMAIL_2] a.b@gmx.de"


def test_data_with_quotes_stay_json_in_json() -> None:
    assert unmask('{"a": "[X_1]"}', Names({"X_1": "[EMAIL_1]"}), in_json=True) == '{"a": "[X_1]"}'
    assert unmask('{"a": "[PASSWORD_1]"}', Names({"PASSWORD_1": 'q"\\'}), in_json=True) == '{"a": "q\\"\\\\"}'


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", 0), ("a", 0), ("a [", 1), ("[EMAIL_", 7), ("[EMAIL_1]", 0), ("x\\", 1), ("[no", 0), ("[1", 0)],
)
def test_what_may_be_the_beginning_of_a_name_is_told(text: str, kept: int) -> None:
    assert unfinished(text) == kept


def test_names_show_nothing_and_can_be_kept() -> None:
    names = Names({"EMAIL_1": "a.b@gmx.de"})
    assert "gmx" not in repr(names)
    assert Names.read(names.stored()) == names
    assert not NOBODY
