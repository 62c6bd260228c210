"""`/v1/auth`: signing in, out and up, and everything about one's own account."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from backend.accounts import repository, views
from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.accounts.origins import page_origin
from backend.accounts.service import Accounts
from backend.accounts.sessions.service import Opened
from backend.accounts.visitor import Visitor, no_session_cookie, session_cookie, visitor_of
from backend.catalogue.cache import CatalogueCache
from backend.catalogue.snapshot import Catalogue
from backend.database import Database
from backend.errors import InvalidRequest
from backend.metering.repository import spendable
from backend.openapi import OPEN, errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit
from backend.settings import Settings
from shared.accounts import (
    LoginAnswer,
    LoginRequest,
    Me,
    PasswordChange,
    PasswordReset,
    RefreshRequest,
    SessionView,
    SigninOptions,
    SignupRequest,
    Tokens,
)
from shared.sign_on import SignedOut
from shared.wire import Page

NO_STORE = {"cache-control": "no-store"}

AnyRequest = Request[Identity | None, str, State]


class AccountsController(Controller):
    """One's own account. Passwords and tokens are in bodies only, and no answer may be cached."""

    path = "/v1/auth"
    tags = ["Accounts"]
    response_headers = NO_STORE

    @get("/options", operation_id="SigninOptions", summary="What the sign-in page may offer", security=OPEN)
    async def options(self, settings: NamedDependency[Settings], accounts: NamedDependency[Accounts]) -> SigninOptions:
        """Open to everybody."""
        by_password = settings.password_sign_in
        return SigninOptions(
            password=by_password,
            signup=settings.signup if by_password == "on" else "closed",
            single_sign_on=accounts.sign_on.offered(),
        )

    @post(
        "/login",
        operation_id="Login",
        security=OPEN,
        summary="Sign in",
        status_code=200,
        responses=errors(400, 401, 403, 429, 503),
    )
    async def login(
        self,
        data: JSONBody[LoginRequest],
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        settings: NamedDependency[Settings],
    ) -> Response[LoginAnswer]:
        """`session: cookie` sets the browser's cookie, `session: token` answers with tokens."""
        visitor = visitor_of(request, settings)
        replaces = request.user if data.session == "cookie" and request.state.credential == "cookie" else None
        opened = await accounts.door.sign_in(data, visitor, replaces)
        return await _let_in(opened, visitor, database, catalogue, status_code=200)

    @post(
        "/signup",
        operation_id="Signup",
        security=OPEN,
        summary="Create an account",
        responses=errors(400, 403, 409, 429, 503),
    )
    async def signup(
        self,
        data: JSONBody[SignupRequest],
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        settings: NamedDependency[Settings],
    ) -> Response[LoginAnswer]:
        """Only where the operator allows it; the new person is signed in."""
        visitor = visitor_of(request, settings)
        opened = await accounts.door.sign_up(data, visitor)
        return await _let_in(opened, visitor, database, catalogue, status_code=201)

    @post(
        "/logout",
        operation_id="Logout",
        security=OPEN,
        summary="Sign out",
        status_code=200,
        responses={
            204: ResponseSpec(data_container=None, description="Signed out", generate_examples=False),
            **errors(403, 503),
        },
    )
    async def logout(
        self, request: AnyRequest, accounts: NamedDependency[Accounts], settings: NamedDependency[Settings]
    ) -> Response[SignedOut | None]:
        """Ends the session that asks and takes the cookie back; nothing where nobody is signed in.

        204, or 200 with where to send the browser if the session began at an OpenID provider that ends its own, too.
        """
        cookies = [no_session_cookie(visitor_of(request, settings))]
        if request.user is None or request.user.key is not None:
            return Response(None, status_code=204, cookies=cookies)
        await accounts.sessions.sign_out(request.user)
        origin = page_origin(request, settings)
        continue_at = None if origin is None else await accounts.sign_on.farewell(request.user, origin)
        if continue_at is None:
            return Response(None, status_code=204, cookies=cookies)
        return Response(SignedOut(continue_at=continue_at), status_code=200, cookies=cookies)

    @post(
        "/refresh",
        operation_id="Refresh",
        security=OPEN,
        summary="Renew the tokens",
        status_code=200,
        responses=errors(400, 401, 503),
    )
    async def refresh(self, data: JSONBody[RefreshRequest], accounts: NamedDependency[Accounts]) -> Tokens:
        """A refresh token works once; used a second time it ends its session."""
        return await accounts.sessions.renew(data.refresh_token)

    @post(
        "/password",
        operation_id="ChangePassword",
        summary="Change the password",
        status_code=204,
        guards=[signed_in],
        responses=errors(400, 401, 403, 429, 503),
    )
    async def password(
        self,
        data: JSONBody[PasswordChange],
        request: AnyRequest,
        identity: NamedDependency[Identity],
        accounts: NamedDependency[Accounts],
        settings: NamedDependency[Settings],
    ) -> None:
        """Every other session ends."""
        await accounts.passwords.change(identity, data, visitor_of(request, settings))

    @post(
        "/reset",
        operation_id="ResetPassword",
        security=OPEN,
        summary="Set the password by a one-time link",
        status_code=204,
        responses=errors(400, 503),
    )
    async def reset(
        self,
        data: JSONBody[PasswordReset],
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        settings: NamedDependency[Settings],
    ) -> None:
        """Every session ends; sign in with the new password afterwards."""
        await accounts.passwords.reset(data, visitor_of(request, settings))

    @get("/sessions", operation_id="Sessions", summary="Own sessions", guards=[signed_in], responses=errors(400, 401))
    async def sessions(
        self,
        identity: NamedDependency[Identity],
        accounts: NamedDependency[Accounts],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[SessionView]:
        """Browsers and scripts that are signed in, newest first."""
        return await accounts.sessions.page(identity, limit, cursor)

    @delete(
        "/sessions",
        operation_id="EndSessions",
        summary="End one session, or all others",
        guards=[signed_in],
        responses=errors(400, 401, 403, 404),
    )
    async def end_sessions(
        self,
        request: AnyRequest,
        identity: NamedDependency[Identity],
        accounts: NamedDependency[Accounts],
        session_id: Annotated[UUID | None, QueryParameter(name="id", description="All but the current when left out")],
    ) -> None:
        """Without `id` every session but the one that asks ends, so nothing else may stand in the query."""
        if set(request.query_params) - {"id"} or len(request.query_params.getall("id", [])) > 1:
            raise InvalidRequest("Give at most one `id` and no other query parameter.")
        if session_id is None:
            await accounts.sessions.end_others(identity)
        else:
            await accounts.sessions.end(identity, session_id)

    @get("/me", operation_id="Me", summary="Who is asking", guards=[signed_in], responses=errors(401, 503))
    async def me(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
    ) -> Me:
        """With the plan, what can be spent now, and whether answers are simulated."""
        return await _me(identity, database, catalogue.current)


async def _let_in(
    opened: Opened, visitor: Visitor, database: Database, catalogue: CatalogueCache, *, status_code: int
) -> Response[LoginAnswer]:
    answer = LoginAnswer(user=await _me(opened.identity, database, catalogue.current), tokens=opened.tokens)
    cookies = [] if opened.cookie is None else [session_cookie(opened.cookie, visitor)]
    return Response(answer, status_code=status_code, cookies=cookies)


async def _me(identity: Identity, database: Database, catalogue: Catalogue) -> Me:
    monthly_credits = identity.entitlement(catalogue).monthly_credits
    balance = await spendable(database, identity.user_id, monthly_credits)
    async with database.reading() as session:
        organisation = await repository.organisation_name(session, identity.organisation_id)
    return views.me(identity, organisation, balance, catalogue, datetime.now(UTC))
