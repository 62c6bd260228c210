"""What a sign-in elsewhere comes back with, in words."""

import pytest

from frontend.components.sign_in import trouble
from shared.sign_on import SignInTrouble


def test_every_trouble_has_words_of_its_own() -> None:
    told = {trouble(each.value) for each in SignInTrouble}
    assert None not in told
    assert len(told) == len(SignInTrouble)


@pytest.mark.parametrize("code", [None, "", "nonsense", "<b>", "EXPIRED"])
def test_what_somebody_made_up_has_none(code: str | None) -> None:
    assert trouble(code) is None
