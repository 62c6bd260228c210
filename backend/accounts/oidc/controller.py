"""`/v1/auth/oidc`: the two addresses that a browser visits on its way to a provider and back."""

from typing import Annotated, Final

import msgspec
import structlog
from litestar import Controller, Request, get
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from backend.accounts.identity import Identity
from backend.accounts.oidc.attempt import COOKIE_PATH, LASTS_SECONDS, LONGEST_STATE, cookie_name
from backend.accounts.oidc.errors import SignInFailed
from backend.accounts.oidc.places import LONGEST, local_path, with_trouble
from backend.accounts.origins import page_origin
from backend.accounts.service import Accounts
from backend.accounts.visitor import session_cookie, visitor_of
from backend.errors import InvalidRequest
from backend.openapi import OPEN, errors
from backend.settings import Settings
from shared.sign_on import SignInTrouble

SEE_OTHER: Final = 303
LONGEST_CODE = 3072
"""Characters. All that may come in one address stays below the 64 KB that the server reads of it."""
HOME = "/"
_FAULTS = (SignInTrouble.PROVIDER_AWAY, SignInTrouble.PROVIDER_FAULT)

log = structlog.get_logger()

AnyRequest = Request[Identity | None, str, State]
Code = Annotated[str | None, QueryParameter(max_length=LONGEST_CODE, required=False)]
Word = Annotated[str | None, QueryParameter(max_length=200, required=False)]


class SignOnController(Controller):
    """Signing in at somebody else's. What goes wrong there is told on the page that the browser comes back to."""

    path = COOKIE_PATH
    tags = ["Accounts"]
    response_headers = {"cache-control": "no-store"}

    @get(
        "/{provider:str}/start",
        operation_id="StartSingleSignOn",
        summary="Sign in with an OpenID provider",
        security=OPEN,
        status_code=SEE_OTHER,
        responses=errors(400, 404, 503),
    )
    async def start(
        self,
        provider: FromPath[str],
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        settings: NamedDependency[Settings],
        return_to: Annotated[
            str, QueryParameter(description="Path of this site to open afterwards", max_length=LONGEST)
        ] = HOME,
    ) -> Redirect:
        """For browsers: sends them to the provider, with a cookie that lasts ten minutes."""
        path = local_path(return_to)
        origin = page_origin(request, settings)
        if origin is None:
            raise InvalidRequest("An administrator must add this page's origin to FAIRLEAD_PUBLIC_ORIGINS.")
        try:
            url, attempt = await accounts.sign_on.start(provider, origin, path)
        except SignInFailed as failure:
            return _trouble(failure, provider, path)
        secure = visitor_of(request, settings).secure or origin.startswith("https://")
        kept = _cookie(cookie_name(attempt.state), accounts.sign_on.sealed(attempt), LASTS_SECONDS, secure)
        return Redirect(url, status_code=SEE_OTHER, cookies=[kept])

    @get(
        "/{provider:str}/callback",
        operation_id="FinishSingleSignOn",
        summary="Come back from an OpenID provider",
        security=OPEN,
        status_code=SEE_OTHER,
        responses=errors(400, 404, 503),
    )
    async def callback(
        self,
        provider: FromPath[str],
        request: AnyRequest,
        accounts: NamedDependency[Accounts],
        settings: NamedDependency[Settings],
        code: Code,
        came_back: Annotated[str | None, QueryParameter(name="state", max_length=200, required=False)],
        error: Word,
        iss: Annotated[str | None, QueryParameter(max_length=512, required=False)],
    ) -> Redirect:
        """For browsers, with what the provider gave them: sets the session's cookie and opens the page asked for."""
        name = cookie_name(came_back or "")
        path, visitor, cookies = HOME, visitor_of(request, settings), []
        try:
            attempt = await accounts.sign_on.resume(
                provider, (came_back or "")[:LONGEST_STATE], request.cookies.get(name)
            )
            path = attempt.return_to
            cookies = [_cookie(name, "", 0, visitor.secure)]
            if code is None or error is not None:
                raise SignInFailed(SignInTrouble.CANCELLED, "it sends an error instead of a code")
            visitor = msgspec.structs.replace(
                visitor, secure=visitor.secure or attempt.redirect_uri.startswith("https://")
            )
            replaces = request.user if request.state.credential == "cookie" else None
            opened = await accounts.sign_on.finish(attempt, code, iss, visitor, replaces)
        except SignInFailed as failure:
            return _trouble(failure, provider, path, cookies)
        if opened.cookie is not None:
            cookies.append(session_cookie(opened.cookie, visitor))
        return Redirect(path, status_code=SEE_OTHER, cookies=cookies)


def _trouble(failure: SignInFailed, provider: str, path: str, cookies: list[Cookie] | None = None) -> Redirect:
    say = log.warning if failure.trouble in _FAULTS else log.info
    say("single_sign_on_failed", provider=provider, trouble=failure.trouble.value, reason=failure.reason)
    return Redirect(with_trouble(path, failure.trouble), status_code=SEE_OTHER, cookies=cookies or [])


def _cookie(name: str, value: str, seconds: int, secure: bool) -> Cookie:
    return Cookie(
        key=name, value=value, path=COOKIE_PATH, max_age=seconds, httponly=True, samesite="lax", secure=secure
    )
