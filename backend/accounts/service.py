"""Everything that people do with their accounts, put together for one process."""

from backend.accounts.door import Door
from backend.accounts.identities import IdentityCache
from backend.accounts.oidc.service import SignOn
from backend.accounts.password_changes import PasswordChanges
from backend.accounts.passwords import Passwords
from backend.accounts.sessions.service import Sessions
from backend.accounts.throttle import Throttle
from backend.database import Database
from backend.secrets import Secrets
from backend.settings import Settings


class Accounts:
    """`door` lets people in, `sign_on` those whom somebody else knows; `sessions` and `passwords` change and end."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        secrets: Secrets,
        identities: IdentityCache,
        hashes: Passwords | None = None,
    ) -> None:
        self._hashes = hashes or Passwords()
        throttle = Throttle(database, secrets)
        self.sessions = Sessions(database, secrets, identities)
        self.door = Door(settings, database, self._hashes, throttle, self.sessions)
        self.sign_on = SignOn(settings, database, secrets, self.sessions)
        self.passwords = PasswordChanges(settings, database, secrets, self._hashes, throttle, self.sessions)

    async def close(self) -> None:
        """Lets the threads that hash passwords go, and the connections to OpenID providers."""
        self._hashes.close()
        await self.sign_on.close()
