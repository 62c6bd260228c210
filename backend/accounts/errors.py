"""Refusals about who is asking."""

from backend.errors import AppError, Conflict, InvalidRequest, NotAllowed, Unavailable
from shared.errors import ErrorCode


class NotSignedIn(AppError):
    """Nobody is signed in, or the session has ended."""

    code, status = ErrorCode.NOT_SIGNED_IN, 401


class WrongCredentials(AppError):
    """Email and password do not belong together; whether the account exists is not said."""

    code, status = ErrorCode.WRONG_CREDENTIALS, 401


class WrongPassword(AppError):
    """Somebody signed in gave a wrong current password; 403, because the session itself is good."""

    code, status = ErrorCode.WRONG_CREDENTIALS, 403


class AccountSuspended(AppError):
    """The right password of an account that an admin has suspended."""

    code, status = ErrorCode.ACCOUNT_SUSPENDED, 403


class PasswordsOff(NotAllowed):
    """The operator lets nobody in with a password."""

    def __init__(self) -> None:
        super().__init__("Passwords are switched off here. Sign in with single sign-on.")


class SignupClosed(AppError):
    """The operator makes the accounts."""

    code, status = ErrorCode.SIGNUP_CLOSED, 403


class TooManyTries(AppError):
    """An account or an address is in its pause; even the right password is refused."""

    code, status, retryable = ErrorCode.RATE_LIMITED, 429, True


class ForeignPage(NotAllowed):
    """A browser was made to write by a page that is not ours."""


class NotJson(AppError):
    """A write without an `Authorization` header whose body is not JSON."""

    code, status = ErrorCode.UNSUPPORTED_MEDIA_TYPE, 415


class EmailTaken(Conflict):
    """There is an account with this address."""


class SpentLink(InvalidRequest):
    """A reset link that was used, has expired or was replaced by a newer one."""


class UnknownPlan(Unavailable):
    """The plan that new people get does not exist."""
