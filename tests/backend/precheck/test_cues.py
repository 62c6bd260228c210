from backend.precheck.cues import AMOUNT, DEEP, LEAD, PLAIN, QUESTION, find
from backend.precheck.reading import read
from shared.precheck import Category

FILLER = "it rained on the hills and nobody minded at all while the river rose "


def test_asks_are_found_in_order_with_their_place() -> None:
    asks = find(read(f"Translate this. {FILLER * 2} summarize {FILLER * 2}")).asks
    assert [(ask.category, ask.leads) for ask in asks] == [
        (Category.TRANSLATION, True),
        (Category.SUMMARIZATION, False),
    ]


def test_question_words_count_only_at_the_ends() -> None:
    assert QUESTION in find(read(f"which {FILLER * 4}")).counts
    assert QUESTION not in find(read(f"{'rain ' * LEAD} which {'rain ' * LEAD}")).counts
    assert AMOUNT in find(read(f"{'rain ' * LEAD} how many {'rain ' * LEAD}")).counts


def test_words_of_effort_are_counted() -> None:
    counts = find(read("Briefly, give a rigorous and comprehensive answer")).counts
    assert (counts[DEEP], counts[PLAIN]) == (2, 1)
