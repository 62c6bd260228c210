import pytest

from backend.precheck.language import detect
from backend.precheck.reading import read
from tests.backend.precheck.prompts import rows


def language(text: str) -> str | None:
    return detect(read(text))


@pytest.mark.parametrize("text", ["", "?", "12345", "\U0001f44d", "https://x.io/q", "asdf qwer zxcv"])
def test_nothing_speaks_for_no_language(text: str) -> None:
    assert language(text) is None


def test_the_instruction_outweighs_a_short_quotation() -> None:
    assert language("Please translate this sentence into English for me: \u3053\u3093\u306b\u3061\u306f") == "en"
    assert language("Python\u3067\u518d\u5e30\u3092\u8aac\u660e\u3057\u3066") == "ja"


def test_accents_may_be_missing() -> None:
    assert language("por que el cielo es azul y como puedo explicarlo") == "es"
    assert language("a quoi ca sert et pourquoi est ce si cher") == "fr"


UKRAINIAN = "\u042f\u043a\u0430 \u0441\u0442\u043e\u043b\u0438\u0446\u044f?"
RUSSIAN = "\u041a\u0430\u043a\u0430\u044f \u0441\u0442\u043e\u043b\u0438\u0446\u0430?"


def test_ukrainian_is_told_from_russian_by_letters_and_words() -> None:
    assert language(UKRAINIAN) == "uk"
    assert language(RUSSIAN) == "ru"
    assert language(RUSSIAN + " \u0407\u0436\u0430?") == "uk"


def test_at_least_sixteen_languages_are_covered_by_the_table() -> None:
    assert len({row[2] for row in rows("tasks", 4)} - {"-"}) >= 16
