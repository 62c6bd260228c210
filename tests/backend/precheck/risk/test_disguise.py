from backend.precheck.risk.disguise import unmask

KNOWN = frozenset({"bomb", "hack", "to"})


def test_digits_and_look_alikes_give_way_to_letters() -> None:
    assert list(unmask(["b0mb", "h4ck", "t0", "b\u043emb", "h\u0430ck"], KNOWN)) == [
        "bomb",
        "hack",
        "to",
        "bomb",
        "hack",
    ]


def test_other_words_stay_as_they_are() -> None:
    tokens = ["2024", "covid19", "\u0434\u043e\u043c", "na\u00efve", "bomb", "c++", "$5"]
    assert list(unmask(tokens, KNOWN)) == tokens


def test_no_tokens_are_no_trouble() -> None:
    assert list(unmask([], KNOWN)) == []
