from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.phrases import Phrases


def test_the_longest_entry_counts_and_hits_do_not_overlap() -> None:
    phrases = Phrases({"short": ["kill"], "long": ["kill time", "time flies"]})
    hits = phrases.find(["we", "kill", "time", "flies", "kill"])
    assert [(h.start, h.length, h.tags) for h in hits] == [(1, 2, ("long",)), (4, 1, ("short",))]


def test_an_entry_that_breaks_off_falls_back_to_the_longest_complete_one() -> None:
    phrases = Phrases({"a": ["how", "how to make soup"]})
    assert [(h.start, h.length) for h in phrases.find(["how", "to", "make", "tea"])] == [(0, 1)]
    assert Phrases({"a": ["how to make soup"]}).find(["how", "to", "make"]) == []


def test_an_entry_may_carry_several_tags() -> None:
    assert Phrases({"a": ["x"], "b": ["x", " "]}).find(["x"])[0].tags == ("a", "b")


def test_anchors_shun_frequent_words() -> None:
    assert Phrases({"a": ["the vx", "in favor of"]}, frozenset({"the", "in", "of"})).anchors == {"vx", "favor"}
    assert Phrases({"a": ["of the"]}, frozenset({"of", "the"})).anchors == {"the"}


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=40))
def test_without_an_anchor_nothing_is_found(tokens: list[str]) -> None:
    phrases = Phrases({"x": ["a b", "c", "b b a"]})
    if phrases.anchors.isdisjoint(tokens):
        assert phrases.find(tokens) == []
    for hit in phrases.find(tokens):
        assert tokens[hit.start : hit.start + hit.length] in (["a", "b"], ["c"], ["b", "b", "a"])
