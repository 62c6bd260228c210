"""One process's watch: who may send, and what is counted against whom."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from backend.abuse import events, repository
from backend.abuse.book import RestraintBook
from backend.abuse.cost import CostWatch
from backend.abuse.events import Sender
from backend.abuse.restraint import FREE, Entry, Restraint, is_newcomer, restraint
from backend.abuse.score import costly_from
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.metering.rates import site
from backend.metering.records import AdmissionRecord, CheckRecord
from backend.secrets import Secrets
from shared.abuse import AbuseKind, AbuseRules
from shared.accounts import UserRole


class Watch:
    """Looks at every request that is to reach a model."""

    def __init__(self, database: Database, secrets: Secrets, catalogue: CatalogueCache) -> None:
        self._database = database
        self._secrets = secrets
        self._catalogue = catalogue
        self.book = RestraintBook(database)

    def admit(self, identity: Identity, address: str) -> Restraint:
        """How the sender is restrained. Raises `Paused`. Admins and support engineers never are."""
        if not self.book or identity.may_act_as(UserRole.SUPPORT):
            return FREE
        today = datetime.now(UTC)
        found = [entry for entry in self._entries(identity, address, today) if self._holds(entry, identity)]
        return restraint(found, time.monotonic(), today) if found else FREE

    async def blocked(self, identity: Identity, address: str, idempotency_key: str | None, check: CheckRecord) -> None:
        """Stores the check of a blocked prompt and counts it against its sender, once for each idempotency key."""
        if idempotency_key is None:
            once = str(check.request_id)
        else:
            once = self._secrets.digest("abuse-once", f"{identity.caller} {check.prompt_hash} {idempotency_key}").hex()
        event = events.blocked(
            self._sender(identity, address),
            self._rules(identity.organisation_id),
            self._rules(None),
            request_id=check.request_id or check.id,
            check_id=check.id,
            categories=check.risk.categories,
            once=once,
        )
        asked = time.monotonic()
        told = await repository.record_blocked(self._database, check, [] if event is None else [event])
        self.book.take(told, asked)

    def cost(self, identity: Identity, admission: AdmissionRecord, held: Decimal) -> CostWatch | None:
        """What to count should a request turn out to be costly; None when it cannot be, with what is held for it."""
        rules = self._rules(identity.organisation_id)
        threshold = costly_from(rules, admission.monthly_credits, admission.limits)
        if threshold is None or held < threshold:
            return None
        event = events.costly(self._sender(identity, ""), rules, request_id=admission.request_id)
        return CostWatch(threshold=threshold, event=event)

    def _rules(self, organisation_id: UUID | None) -> AbuseRules:
        return self._catalogue.current.abuse_rules(organisation_id)

    def _sender(self, identity: Identity, address: str) -> Sender:
        return Sender(
            organisation_id=identity.organisation_id,
            user_id=identity.user_id,
            api_key_id=None if identity.key is None else identity.key.id,
            address=self._digest(address) if address else None,
        )

    def _digest(self, address: str) -> str:
        return self._secrets.digest("abuse-address", site(address)).hex()

    def _entries(self, identity: Identity, address: str, today: datetime) -> Sequence[Entry]:
        found = [self.book.find(AbuseKind.USER, str(identity.user_id))]
        if identity.key is not None:
            found.append(self.book.find(AbuseKind.KEY, str(identity.key.id)))
        if address and self.book.has(AbuseKind.ADDRESS) and is_newcomer(identity.user_id, today):
            found.append(self.book.find(AbuseKind.ADDRESS, self._digest(address)))
        return [entry for entry in found if entry is not None]

    def _holds(self, entry: Entry, identity: Identity) -> bool:
        """Whether an entry counts: what an admin decided does also where scores are turned off."""
        organisation = None if entry.kind is AbuseKind.ADDRESS else identity.organisation_id
        return entry.by_hand or self._rules(organisation).enabled
