"""POST /api/admin/precheck/bench: what the precheck makes of texts that an admin tries."""

from collections.abc import Mapping, Sequence

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.accounts.guards import requires_role
from backend.admin.audit import record_by
from backend.admin.desk import DESK, Desk
from backend.openapi import errors
from backend.policy.health import HealthBook
from backend.precheck.bench.quote import buyer, quote
from backend.precheck.bench.repository import checks_of_texts
from backend.precheck.bench.trial import look
from backend.precheck.bench.views import result
from backend.precheck.marks.service import PROMPT
from backend.precheck.tables import PromptCheck
from shared.accounts import UserRole
from shared.bench import BenchRequest, BenchResults
from shared.paths import BENCH

STORED = 5
"""Earlier decisions that are shown of one text."""


class BenchController(Controller):
    """Asks nothing of any provider, and keeps nothing of the texts."""

    path = BENCH
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: precheck"]

    @post(
        operation_id="TryPrompts",
        summary="Everything the precheck finds about texts",
        status_code=200,
        responses=errors(400, 401, 403, 413),
    )
    async def bench(
        self, data: JSONBody[BenchRequest], desk: NamedDependency[Desk], health: NamedDependency[HealthBook]
    ) -> BenchResults:
        """Beside it stands what was decided when the same text was sent in your organisation, without by whom.

        That a text was found there is in the audit log, for it tells that somebody sent it.
        """
        catalogue = desk.catalogue.current
        of = buyer(catalogue, desk.author.identity, data)
        hashes = [desk.secrets.digest(PROMPT, text) for text in data.prompts]
        stored = await _stored(desk, hashes)
        items = []
        for text, digest in zip(data.prompts, hashes, strict=True):
            trial = await look(text)
            risk = trial.judged(catalogue.risks, family=of.family, plan=of.entitlement.plan_slug)
            estimate, obstacle = quote(catalogue, health, of, trial, risk, digest, desk.settings.credits_per_dollar)
            items.append(result(trial, risk, of.entitlement.personal_data, estimate, obstacle, stored.get(digest, ())))
        return BenchResults(items=items)


async def _stored(desk: Desk, hashes: Sequence[bytes]) -> Mapping[bytes, Sequence[PromptCheck]]:
    house = desk.author.identity.organisation_id
    async with desk.database.unit_of_work() as session:
        found = await checks_of_texts(session, house, list(set(hashes)), STORED)
        if found:
            record_by(
                session,
                desk.author,
                action="bench.recognised",
                subject_kind="bench",
                subject_id=None,
                subject="Test bench",
                reason="Texts that were tried had been sent before.",
                after={"tried": len(hashes), "recognised": len(found)},
            )
    return found
