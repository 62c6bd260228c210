import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.emails import as_typed, display_name, normalised
from backend.errors import InvalidRequest


@pytest.mark.parametrize(
    "text",
    ["", "@", "ada", "ada@", "@example.org", "a\0b@example.org", "\ud800@example.org", "a b@example.org",
     "x" * 10_000 + "@example.org", "ada@[127.0.0.1]", "ada@example.invalid", "ada@example..org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="not valid"):
        normalised(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada@EXÄMPLE.org", "ada@exämple.org"),
        ("ada@xn--exmple-cua.org", "ada@exämple.org"),
        ("admin@localhost", "admin@localhost"),
        ("Admin@Chat.LOCAL", "admin@chat.local"),
        ("ada@intranet", "ada@intranet"),
    ],
)
def test_spellings_of_one_address_are_stored_alike(text: str, stored: str) -> None:
    assert normalised(text) == stored


@given(st.emails() | st.text(max_size=300))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        once = normalised(text)
    except InvalidRequest:
        return
    assert normalised(once) == once == as_typed(text)


@given(st.text(st.characters(), max_size=300) | st.sampled_from(["\0", "a\0@b.org", "\ud800@example.org"]))
def test_whatever_is_typed_can_be_looked_up(text: str) -> None:
    typed = as_typed(text)
    assert "\0" not in typed
    typed.encode()


@pytest.mark.parametrize("text", ["", "  ", "\0", "a\0b", "\ud800", "a\u202eb", "x" * 121])
def test_names_that_cannot_be_shown_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        display_name(text)


@given(st.text(min_size=1, max_size=120))
def test_accepted_names_are_tidy(text: str) -> None:
    try:
        name = display_name(text)
    except InvalidRequest:
        return
    assert name == name.strip() == unicodedata.normalize("NFC", name) == display_name(name)
