"""Whether a decision was made with what is true now."""

from msgspec import structs

from backend.accounts.errors import NotSignedIn
from backend.accounts.identities import IdentityCache
from backend.catalogue.cache import CatalogueCache
from backend.chat.caller import Caller
from backend.database import Database
from backend.metering import repository as metering
from backend.metering.admission import Stale


class Freshness:
    """One process's copies of catalogue and identities, held against the database."""

    def __init__(self, database: Database, catalogue: CatalogueCache, identities: IdentityCache) -> None:
        self._database = database
        self._catalogue = catalogue
        self._identities = identities

    async def caught_up(self, caller: Caller, version: int) -> Caller | None:
        """The caller by what is true now, if a refusal was decided with outdated facts; else None.

        `version` is the catalogue's when it was decided: a newer one may have arrived since. An acceptance is checked
        at admission. Raises `NotSignedIn`.
        """
        catalogue, person = await metering.versions(self._database, caller.identity.user_id)
        if catalogue != version:
            return await self.refreshed(caller, Stale("catalogue"))
        if person != caller.identity.version:
            return await self.refreshed(caller, Stale("identity"))
        return None

    async def refreshed(self, caller: Caller, stale: Stale) -> Caller:
        """Reads anew what is stale. Raises `NotSignedIn` when the caller is nobody any more."""
        if stale.what == "catalogue":
            await self._catalogue.refresh()
        elif stale.what == "identity":
            self._identities.forget_user(caller.identity.user_id)
            identity = await self._identities.resolve(caller.token)
            if identity is None:
                raise NotSignedIn("Sign in again: the session has ended or the account is suspended.")
            return structs.replace(caller, identity=identity)
        return caller
