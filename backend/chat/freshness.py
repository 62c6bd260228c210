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

    async def stale(self, caller: Caller, version: int) -> Stale | None:
        """Whether a refusal was decided with outdated facts. (An acceptance is checked at admission.)

        `version` is the catalogue's when it was decided: a newer one may have arrived since.
        """
        catalogue, person = await metering.versions(self._database, caller.identity.user_id)
        if catalogue != version:
            return Stale("catalogue")
        return Stale("identity") if person != caller.identity.version else None

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
