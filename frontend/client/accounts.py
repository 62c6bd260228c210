"""The caller's own account: who they are, their password, their sessions."""

from uuid import UUID

from frontend.client import http
from shared import paths
from shared.accounts import Me, PasswordChange, PasswordReset, SessionView, SigninOptions
from shared.wire import Page


def me() -> Me:
    """Who is signed in."""
    return http.call("GET", paths.ME, Me)


def signin_options() -> SigninOptions:
    """What the sign-in page may offer."""
    return http.open_call("GET", paths.SIGNIN_OPTIONS, SigninOptions)


def change_password(current: str, new: str) -> None:
    """Sets a new password; every other session ends."""
    http.command("POST", paths.PASSWORD, body=PasswordChange(current=current, new=new))


def reset_password(token: str, new: str) -> None:
    """Sets a new password with a one-time link; open to whoever holds the link."""
    http.open_command("POST", paths.RESET, body=PasswordReset(token=token, new=new))


def sessions() -> list[SessionView]:
    """Browsers and scripts that are signed in."""
    return http.call("GET", paths.SESSIONS, Page[SessionView]).items


def end_session(session_id: UUID | None = None) -> None:
    """Ends one session, or every one but this."""
    http.command("DELETE", paths.SESSIONS, query={"id": None if session_id is None else str(session_id)})
