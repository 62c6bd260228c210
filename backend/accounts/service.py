"""Everything that people do with their accounts, put together for one process."""

from backend.accounts.door import Door
from backend.accounts.identities import IdentityCache
from backend.accounts.password_changes import PasswordChanges
from backend.accounts.passwords import Passwords
from backend.accounts.sessions.service import Sessions
from backend.accounts.throttle import Throttle
from backend.database import Database
from backend.secrets import Secrets
from backend.settings import Settings


class Accounts:
    """`door` lets people in, `sessions` renews and ends, `passwords` changes them."""

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
        self.passwords = PasswordChanges(database, secrets, self._hashes, throttle, self.sessions)

    def close(self) -> None:
        """Lets the threads that hash passwords go."""
        self._hashes.close()
