"""Where a sign-in comes from."""

from litestar.datastructures import Cookie
from msgspec import Struct

from backend.accounts.origins import Connection, is_secure
from backend.settings import Settings
from shared.paths import SESSION_COOKIE

LONGEST_USER_AGENT = 300
COOKIE_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie (RFC 6265bis §5.5). The session behind it ends by its own rule."""


class Visitor(Struct, frozen=True, kw_only=True):
    """A browser or script that is signing in. `secure` tells that it speaks https."""

    address: str
    user_agent: str
    secure: bool


def visitor_of(connection: Connection, settings: Settings) -> Visitor:
    """Who sent a request, as far as the request tells. `state.address` is the edge's."""
    user_agent = "".join(filter(str.isprintable, connection.headers.get("user-agent", "")))
    return Visitor(
        address=getattr(connection.state, "address", ""),
        user_agent=user_agent[:LONGEST_USER_AGENT],
        secure=is_secure(connection, settings),
    )


def session_cookie(token: str, visitor: Visitor) -> Cookie:
    """The cookie that keeps a browser signed in."""
    return _cookie(token, COOKIE_SECONDS, visitor)


def no_session_cookie(visitor: Visitor) -> Cookie:
    """Takes the cookie back."""
    return _cookie("", 0, visitor)


def _cookie(value: str, seconds: int, visitor: Visitor) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=visitor.secure,
    )
