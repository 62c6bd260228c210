from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.reading import clean, outline, read, tokenize


def test_hidden_characters_are_removed_and_compatibility_forms_folded() -> None:
    assert clean("b\u200bo\u202em\u2066b\ufeff\u00ad") == "bomb"
    assert clean("\uff42\uff4f\uff4d\uff42 \u2460 \ufb01") == "bomb 1 fi"
    assert clean("a\0b\x1b\x7fc\td\ne") == "abc\td\ne"
    assert clean("\u4f60\u597d\uff0c\u5417\uff1f") == "\u4f60\u597d,\u5417?"


def test_words_and_sentence_ends_are_tokens() -> None:
    assert tokenize("don't use c++, node.js 3.5. ok? yes!") == [
        *("don", "t", "use", "c++", "node", "js", "3", "5"),
        *(";", "ok", ";", "yes", ";"),
    ]
    assert tokenize("la ca\u00f1a es buena. \u00bfs\u00ed?") == [
        "la",
        "ca\u00f1a",
        "es",
        "buena",
        ".",
        "\u00bfs\u00ed",
        "?",
    ]


def test_chinese_japanese_and_korean_signs_are_single_tokens() -> None:
    assert tokenize("\u7528python\u5199\u3002") == ["\u7528", "python", "\u5199", "\u3002"]
    assert tokenize("\ud3ed\ud0c4 ok") == ["\ud3ed", "\ud0c4", "ok"]


@given(st.text())
def test_tokens_are_never_empty_and_cleaning_settles(text: str) -> None:
    reading = read(text)
    assert all(reading.tokens)
    assert read(reading.text).tokens == reading.tokens


def test_an_outline_has_both_ends() -> None:
    text = outline("start " + "x " * 5000 + "end")
    assert text.startswith("start")
    assert text.endswith("end")
    assert outline("short") == "short"
