"""One-time links that set a password."""

from urllib.parse import urlencode

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts import repository
from backend.accounts.sessions.tokens import new_token
from backend.accounts.tables import User
from backend.secrets import Secrets
from shared.admin import ResetLink

PAGE = "/reset"
"""The page of the web app that takes a new password."""


async def issue(session: AsyncSession, secrets: Secrets, user: User) -> ResetLink:
    """A link for one use within `repository.RESET_LASTS`; links made before are worth nothing from now on."""
    token = new_token("reset")
    expires_at = await repository.add_reset(session, user.id, secrets.digest("reset", token))
    return ResetLink(path=f"{PAGE}?{urlencode({'token': token})}", expires_at=expires_at)
