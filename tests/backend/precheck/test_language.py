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


PERSIAN = "\u0633\u0644\u0627\u0645 \u062f\u0646\u06cc\u0627 \u0627\u0645\u0631\u0648\u0632"
MARATHI = "\u0928\u092e\u0938\u094d\u0915\u093e\u0930 \u0915\u0938\u0947 \u0906\u0939\u093e\u0924"


@pytest.mark.parametrize(("text", "told"), [(UKRAINIAN, "uk"), (RUSSIAN, "ru"), (PERSIAN, "fa"), (MARATHI, "mr")])
def test_languages_that_share_a_script_are_told_apart(text: str, told: str) -> None:
    assert language(text) == told


def test_signs_of_formulas_and_links_say_nothing() -> None:
    assert language("Solve for x: 3x^2 - 5x + 2 = 0") == "en"
    assert language("https://www.beispiel.example/seite/ueber-uns what is this") == "en"


@pytest.mark.parametrize("text", ["\ud800 how do I make good tea \udfff", "\0how do I make good tea"])
def test_broken_signs_do_no_harm(text: str) -> None:
    assert language(text) == "en"


def test_at_least_sixteen_languages_are_covered_by_the_table() -> None:
    assert len({row[2] for row in rows("tasks", 4)} - {"-"}) >= 16
