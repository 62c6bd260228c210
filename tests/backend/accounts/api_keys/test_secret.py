"""What a secret looks like."""

import pytest

from backend.accounts.api_keys.secret import PREFIX, SHOWN, holds_secret, is_secret, new_secret, shown, without_secrets


@pytest.mark.parametrize(
    "token", ["", PREFIX, PREFIX + "x" * 42, PREFIX + "x" * 44, PREFIX + "é" * 43, "fls_" + "x" * 43, "x" + PREFIX]
)
def test_what_could_be_none_is_told_at_once(token: str) -> None:
    assert not is_secret(token)
    assert not is_secret(token + "\n")


def test_no_two_are_alike_and_little_of_one_is_shown() -> None:
    made = {new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert all(is_secret(secret) and len(shown(secret)) == SHOWN == 14 for secret in made)


def test_one_is_found_within_a_text() -> None:
    secret = new_secret()
    assert holds_secret(f"my key ({secret}) for notes")
    assert without_secrets(f"my key ({secret}) for notes") == "my key (fl_live_...) for notes"
    assert not holds_secret(f"the key that begins with {shown(secret)}")
