from hypothesis import given
from hypothesis import strategies as st

from backend.simulator import tokens


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens.split(text)) == text


def test_words_are_about_a_token_each() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 20
    assert 0.9 < tokens.count(text) / len(text.split()) < 1.6


def test_characters_outside_ascii_are_a_token_each() -> None:
    assert tokens.split("日本語") == ["日", "本", "語"]


def test_long_texts_are_counted_by_their_length() -> None:
    assert tokens.count("a" * 10_000_000) == 2_500_000
