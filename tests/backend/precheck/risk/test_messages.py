"""Whom somebody is told to call: by the language of their words, and by the country of their browser."""

import pytest

from backend.precheck.risk.messages import _support, support

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "ru", "zh", "ja", "ko", "ar", "hi", "tr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_and_a_way_to_a_line_anywhere(language: str) -> None:
    text = support(language)
    assert "findahelpline.com" in text
    assert language == "en" or text != support("en")


@pytest.mark.parametrize(
    ("accept", "line"),
    [
        ("en-GB,en;q=0.9", "116 123"),
        ("de-AT,de;q=0.9,en;q=0.8", "142"),
        ("en-IN", "Tele-MANAS: 14416."),
        ("es-MX,es-419;q=0.9", "Línea de la Vida: 800 911 2000."),
        ("en-au", "Lifeline: 13 11 14."),
        ("zh-Hant-TW", "安心專線: 1925."),
        ("nl, fr-CH;q=0.5", "143"),
    ],
)
def test_the_country_of_the_browser_has_its_line(accept: str, line: str) -> None:
    assert line in support("en", accept)


@pytest.mark.parametrize(
    "accept", ["", "*", "en", "en-XX", "x" * 10_000, "-".join("ab" for _ in range(99)), ";;;,,,", "é"]
)
def test_a_header_that_names_none_adds_nothing(accept: str) -> None:
    assert support("en", accept) == support("en")


def test_the_words_come_first_then_the_header_then_english() -> None:
    assert support("fr", "de-DE").startswith("Vous")
    assert support(None, "xx, de;q=0.5").startswith("Du bist")
    assert support(None, "").startswith("You are not alone")


def test_a_line_that_the_words_name_is_not_named_again() -> None:
    assert support("de", "de-DE") == support("de")
    assert support("ko", "ko-KR") == support("ko")


def test_every_line_has_a_name_and_a_number() -> None:
    for country, line in _support().countries.items():
        name, _, number = line.rpartition(": ")
        assert len(country) == 2
        assert country.isupper()
        assert name
        assert any(map(str.isdigit, number))
