"""What the audit log keeps of a change."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.admin.audit import changed

STATES = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 3), max_size=5)


@given(STATES, STATES)
def test_only_what_differs_is_kept_and_gives_the_new_state_from_the_old(
    before: dict[str, object], after: dict[str, object]
) -> None:
    was, is_ = changed(before, after)
    assert {**before, **is_} == {**before, **after}
    assert all(before[name] == value for name, value in was.items())
    assert all(before.get(name, "absent") != value for name, value in is_.items())


def test_equal_amounts_are_no_change() -> None:
    assert changed({"factor": Decimal("1.50")}, {"factor": Decimal("1.5")}) == ({}, {})
