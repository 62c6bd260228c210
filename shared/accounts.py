"""People and how they sign in."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.plans import EntitlementView
from shared.sign_on import SingleSignOn
from shared.wire import Answer, Credits, Instant, Request

Email = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=1024)]
NewPassword = Annotated[str, Meta(min_length=10, max_length=1024)]
DisplayName = Annotated[str, Meta(min_length=1, max_length=120)]


class UserRole(StrEnum):
    """What a person may do; each role may do all that the one before it may."""

    USER = "user"
    SUPPORT = "support"
    ADMIN = "admin"


class LoginRequest(Request, frozen=True, kw_only=True):
    """`cookie` sets the browser's session cookie, `token` answers with tokens; never both."""

    email: Email
    password: Password
    session: Literal["cookie", "token"] = "token"


class SignupRequest(Request, frozen=True, kw_only=True):
    """Open only where the operator allows sign-up."""

    email: Email
    password: NewPassword
    name: DisplayName
    session: Literal["cookie", "token"] = "token"


class RefreshRequest(Request, frozen=True, kw_only=True):
    """A refresh token works once."""

    refresh_token: Annotated[str, Meta(max_length=200)]


class PasswordChange(Request, frozen=True, kw_only=True):
    """Every other session ends."""

    current: Password
    new: NewPassword


class PasswordReset(Request, frozen=True, kw_only=True):
    """`token` is from a one-time link."""

    token: Annotated[str, Meta(max_length=200)]
    new: NewPassword


class OrganisationView(Answer, frozen=True, kw_only=True):
    """An organisation somebody belongs to."""

    id: UUID
    name: str


class PlanBrief(Answer, frozen=True, kw_only=True):
    """The plan in force. `period_end` is when credits are granted anew."""

    id: UUID
    name: str
    monthly_credits: Credits
    period_end: Instant


class Me(Answer, frozen=True, kw_only=True):
    """Who is asking. `balance` is what can be spent now: credits less what running answers hold.

    `simulated` is true while answers come from the built-in simulator.
    """

    id: UUID
    email: str
    name: str
    role: UserRole
    organisation: OrganisationView
    plan: PlanBrief
    balance: Credits
    entitlement: EntitlementView
    simulated: bool


class Tokens(Answer, frozen=True, kw_only=True):
    """`access_token` is a JWT of `expires_in` seconds; `refresh_token` works once."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"


class LoginAnswer(Answer, frozen=True, kw_only=True):
    """`tokens` only for `session: token`."""

    user: Me
    tokens: Tokens | None = None


class SessionView(Answer, frozen=True, kw_only=True):
    """One signed-in browser or script."""

    id: UUID
    kind: Literal["cookie", "token"]
    created_at: Instant
    last_used_at: Instant
    user_agent: str
    address: str
    current: bool


class SessionsEnd(Request, frozen=True, kw_only=True):
    """Ends the named session, or every one but the current when `id` is left out."""

    id: UUID | UnsetType = UNSET


class SigninOptions(Answer, frozen=True, kw_only=True):
    """What the sign-in page offers; open to everybody. `signup` is with a password, too."""

    password: Literal["on", "off"] = "on"
    signup: Literal["open", "closed"]
    single_sign_on: list[SingleSignOn] = []
