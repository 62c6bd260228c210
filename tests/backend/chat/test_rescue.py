"""Saving an answer that broke off: who is asked, how, and what of their text is new."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Endpoint
from backend.chat.order import Route
from backend.chat.rescue import (
    RESCUES,
    Continuation,
    Repetition,
    Step,
    Way,
    rescue_steps,
    turns_with,
    with_room,
)
from backend.columns import new_id
from backend.providers.calls import Turn
from backend.providers.errors import ContextTooLong, TimedOut, Truncated
from shared.catalogue import Capability
from shared.messages import Role
from tests.fixtures.orders import route
from tests.fixtures.snapshots import model, provider

CUT, SILENCE = Truncated(), TimedOut("inter_token")
TEXT = st.text("ab \n", max_size=30)


def pieces(text: str, cuts: list[int]) -> list[str]:
    """The text cut at these places, of which some may be the same or beyond it."""
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[one:two] for one, two in pairwise(places)]


CUTS = st.lists(st.integers(0, 60), max_size=12)


class TestRepetition:
    @given(TEXT, TEXT, CUTS)
    def test_what_goes_beyond_the_shown_text_is_told_once_however_it_arrives(
        self, shown: str, rest: str, cuts: list[int]
    ) -> None:
        again = Repetition(shown)
        assert "".join(again.take(piece) for piece in pieces(shown + rest, cuts)) == rest
        assert not again.differs
        assert again.complete
        assert again.matched == len(shown)

    @given(TEXT, TEXT, CUTS)
    def test_any_other_text_is_known_by_its_first_difference_and_nothing_of_it_is_told(
        self, shown: str, text: str, cuts: list[int]
    ) -> None:
        again = Repetition(shown)
        told, said, heard = "", "", ""
        for piece in pieces(text, cuts):
            told += again.take(piece)
            heard += piece
            if again.differs and not said:
                said = again.said(piece)
                assert said == heard
                assert not shown.startswith(heard)
                assert not heard.startswith(shown)
        same = text.startswith(shown) or shown.startswith(text)
        assert again.differs is not same
        assert told == (text[len(shown) :] if same else "")
        assert again.complete is text.startswith(shown)

    def test_nothing_is_told_of_a_text_that_has_differed_even_when_it_agrees_later(self) -> None:
        again = Repetition("A knot")
        assert [again.take(piece) for piece in ("A ", "rope", "A knot and more")] == ["", "", ""]
        assert again.differs
        assert not again.complete

    def test_an_answer_that_ends_within_the_shown_text_is_not_complete(self) -> None:
        again = Repetition("A knot holds.")
        assert again.take("A knot") == ""
        assert (again.matched, again.complete, again.differs) == (6, False, False)


class TestContinuation:
    @given(TEXT, TEXT, CUTS)
    def test_the_white_space_that_was_not_sent_is_not_told_twice_however_it_arrives(
        self, shown: str, text: str, cuts: list[int]
    ) -> None:
        """A model that reads the text without its last white space may write that again, or leave it out."""
        space = shown[len(shown.rstrip()) :]
        going_on = Continuation(shown)
        told = "".join(going_on.take(piece) for piece in pieces(text, cuts))
        repeated = next(n for n in range(len(space), -1, -1) if text.startswith(space[:n]))
        assert told == text[repeated:]

    @given(TEXT, TEXT, CUTS)
    def test_a_model_that_goes_on_exactly_gives_the_whole_answer(self, shown: str, rest: str, cuts: list[int]) -> None:
        whole = shown + rest
        going_on = Continuation(shown)
        unsent = whole[len(shown.rstrip()) :]
        assert shown + "".join(going_on.take(piece) for piece in pieces(unsent, cuts)) == whole

    @pytest.mark.parametrize(
        ("shown", "given_back", "told"),
        [
            ("A knot ", "holds", "holds"),
            ("A knot ", " holds", "holds"),
            ("A knot ", "  holds", " holds"),
            ("A knot\n\n", "\n\nHow", "How"),
            ("A knot\n\n", "\nHow", "How"),
            ("A knot\n ", " How", " How"),
            ("A knot", " holds", " holds"),
            ("", " holds", " holds"),
        ],
    )
    def test_examples(self, shown: str, given_back: str, told: str) -> None:
        assert Continuation(shown).take(given_back) == told


class TestTurns:
    ASKED = (Turn(Role.USER, "Explain knots."),)

    @pytest.mark.parametrize("text", ["", " ", "\n\t "])
    def test_a_beginning_that_says_nothing_is_not_sent(self, text: str) -> None:
        assert turns_with(self.ASKED, text) == self.ASKED

    def test_a_beginning_is_the_assistants_last_turn_without_white_space_at_its_end(self) -> None:
        assert turns_with(self.ASKED, " A knot \n") == (*self.ASKED, Turn(Role.ASSISTANT, " A knot"))


def able(name: str, **different: Any) -> Route:
    return route(model(name, capabilities=frozenset({Capability.PREFILL}), **different))


def unable(name: str, **different: Any) -> Route:
    return route(model(name, **different))


class TestSteps:
    def told(self, routes: list[Route], broken: Route, failure: Truncated | TimedOut) -> list[tuple[str, str]]:
        return [(step.route.model.name, step.way.value) for step in rescue_steps(routes, broken, failure)]

    def test_after_a_cut_the_same_route_goes_first_among_its_like(self) -> None:
        one, two, three = able("one"), able("two"), unable("three")
        assert self.told([one, two, three], two, CUT) == [("two", "continue"), ("one", "continue"), ("three", "again")]
        assert self.told([one, two, three], three, CUT)[-1] == ("three", "again")

    def test_after_a_silence_it_goes_last_among_its_like(self) -> None:
        one, two, three = able("one"), able("two"), unable("three")
        told = self.told([one, two, three], one, SILENCE)
        assert told == [("two", "continue"), ("one", "continue"), ("three", "again")]
        assert self.told([unable("a"), unable("b")], unable("c"), SILENCE)[-1] == ("c", "again")

    def test_nobody_who_can_go_on_begins_anew(self) -> None:
        assert self.told([unable("one"), able("two")], unable("three"), CUT) == [
            ("two", "continue"),
            ("three", "again"),
            ("one", "again"),
        ]

    def test_two_endpoints_of_a_model_are_two_routes(self) -> None:
        two = provider(endpoints=(Endpoint(new_id(), "https://near"), Endpoint(new_id(), "https://far")))
        near, far = (route(model(provider=two), endpoint=n) for n in (0, 1))
        assert rescue_steps([near, far], near, SILENCE) == [Step(far, Way.AGAIN), Step(near, Way.AGAIN)]

    @given(st.lists(st.booleans(), min_size=1, max_size=8), st.data())
    def test_every_route_is_asked_once_as_far_as_there_is_room_and_those_that_go_on_come_first(
        self, kinds: list[bool], data: st.DataObject
    ) -> None:
        routes = [able(str(n)) if prefill else unable(str(n)) for n, prefill in enumerate(kinds)]
        broken = data.draw(st.sampled_from(routes))
        steps = rescue_steps(routes, broken, data.draw(st.sampled_from([CUT, SILENCE])))
        assert len(steps) == len({id(step.route) for step in steps}) == min(len(routes), RESCUES)
        ways = [step.way for step in steps]
        assert ways == sorted(ways, key=[Way.CONTINUE, Way.AGAIN].index)
        assert ways.count(Way.CONTINUE) == min(sum(kinds), RESCUES)


class TestRoom:
    SMALL, LARGE, HUGE = (route(model(name, context_window=n)) for name, n in (("s", 8), ("l", 32), ("h", 128)))
    ALL = (SMALL, LARGE, HUGE)

    @pytest.mark.parametrize(
        ("failure", "roomier"),
        [
            (ContextTooLong(), (LARGE, HUGE)),
            (ContextTooLong(requested=32), (HUGE,)),
            (ContextTooLong(requested=31), (LARGE, HUGE)),
            (ContextTooLong(requested=128), ()),
            (ContextTooLong(limit=32), (HUGE,)),
            (ContextTooLong(limit=4, requested=6), (LARGE, HUGE)),
        ],
    )
    def test_only_models_that_read_more_than_is_needed(
        self, failure: ContextTooLong, roomier: tuple[Route, ...]
    ) -> None:
        assert with_room(self.ALL, self.SMALL.model, failure) == list(roomier)

    def test_the_same_model_is_not_asked_again_whatever_the_provider_says_of_its_limit(self) -> None:
        assert with_room(self.ALL, self.LARGE.model, ContextTooLong(limit=4)) == [self.SMALL, self.HUGE]

    def test_routes_that_are_named_twice_are_asked_once(self) -> None:
        assert with_room((self.HUGE, self.LARGE, self.HUGE), self.SMALL.model, ContextTooLong()) == [
            self.HUGE,
            self.LARGE,
        ]
