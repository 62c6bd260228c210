"""How much of a conversation goes into a call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.history import TOKENS_PER_TURN, fit, turn_size, whole_size
from backend.precheck.tokens.estimate import Size, size_of
from backend.providers.calls import Turn
from shared.messages import Role

ROLES = {"s": Role.SYSTEM, "u": Role.USER, "a": Role.ASSISTANT}


def talk(roles: str) -> list[Turn]:
    return [Turn(ROLES[role], f"{role}{n}") for n, role in enumerate(roles)]


@pytest.mark.parametrize(
    ("roles", "room", "kept"),
    [
        ("u", 10, "u0"),
        ("u", 9, "u0"),  # the prompt itself always stays
        ("uau", 30, "u0 a1 u2"),
        ("uau", 29, "u2"),  # an answer is never left without its prompt
        ("uauau", 30, "u2 a3 u4"),
        ("suau", 30, "s0 u3"),
        ("suau", 40, "s0 u1 a2 u3"),
        ("su", 0, "s0 u1"),
        ("usau", 30, "s1 u3"),  # system turns stay wherever they stand
        ("uuu", 20, "u1 u2"),
        ("aau", 30, "u2"),
        ("a", 10, "a0"),
    ],
)
def test_the_newest_turns_stay(roles: str, room: int, kept: str) -> None:
    turns = talk(roles)
    fitted = fit(turns, [size_of("", 10)] * len(turns), room, Size.tokens)
    assert " ".join(turn.content for turn in fitted.turns) == kept
    assert fitted.size.tokens() == 10 * len(fitted.turns)
    assert fitted.left_out == len(turns) - len(fitted.turns)


def test_each_turn_costs_more_than_its_words() -> None:
    assert turn_size(Turn(Role.USER, "")).tokens() == TOKENS_PER_TURN
    once, twice = (turn_size(Turn(Role.USER, "anchor " * times)).tokens() for times in (50, 100))
    assert twice > once > 40


@given(st.lists(st.text(max_size=60), max_size=20))
def test_all_together_are_about_as_long_as_each_by_itself(words: list[str]) -> None:
    turns = [Turn(Role.USER, text) for text in words]
    apart = sum(turn_size(turn).tokens() for turn in turns)
    assert abs(whole_size(turns).tokens() - apart) <= 2 * len(turns)


@given(
    st.text("sua", min_size=1, max_size=30).filter(lambda roles: roles[-1] == "u"),
    st.lists(st.integers(1, 50), min_size=30, max_size=30),
    st.integers(0, 600),
)
def test_what_is_kept_is_in_order_within_the_room_and_ends_in_the_prompt(
    roles: str, costs: list[int], room: int
) -> None:
    turns, sizes = talk(roles), costs[: len(roles)]
    fitted = fit(turns, [size_of("", cost) for cost in sizes], room, Size.tokens)
    places = [turns.index(turn) for turn in fitted.turns]
    assert places == sorted(places)
    assert fitted.turns[-1] is turns[-1]
    assert fitted.size.tokens() == sum(sizes[place] for place in places)
    assert fitted.left_out + len(fitted.turns) == len(turns)
    assert {place for place, turn in enumerate(turns) if turn.role is Role.SYSTEM} <= set(places)
    said = [turn for turn in fitted.turns if turn.role is not Role.SYSTEM]
    assert said[0].role is Role.USER
    least = sum(sizes[place] for place, turn in enumerate(turns) if turn.role is Role.SYSTEM) + sizes[-1]
    assert fitted.size.tokens() <= max(room, least)


@given(st.text("sua", min_size=1, max_size=30).filter(lambda roles: "u" in roles and roles.strip("s")[0] == "u"))
def test_with_room_for_all_nothing_is_left_out(roles: str) -> None:
    turns = talk(roles)
    assert fit(turns, [size_of("", 1)] * len(turns), len(turns), Size.tokens).turns == tuple(turns)
