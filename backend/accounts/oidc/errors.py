"""Why a sign-in at a provider fails."""

from shared.sign_on import SignInTrouble


class SignInFailed(Exception):
    """`trouble` is for the person, `reason` for the operator's log; neither holds a code, a token or an address."""

    def __init__(self, trouble: SignInTrouble, reason: str) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason


def away(reason: str) -> SignInFailed:
    """The provider does not answer in time, or with too much."""
    return SignInFailed(SignInTrouble.PROVIDER_AWAY, reason)


def fault(reason: str) -> SignInFailed:
    """The provider says what cannot be trusted or used."""
    return SignInFailed(SignInTrouble.PROVIDER_FAULT, reason)
