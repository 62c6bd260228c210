"""POST /api/ai/precheck: what a prompt would be taken for, and what it would cost."""

from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.attachments.given import turn_of
from backend.catalogue.cache import CatalogueCache
from backend.chat.inquiry import Inquiry
from backend.chat.likely import estimate
from backend.chat.masking import refuse
from backend.chat.plan import decide, judged, recommendation, wish
from backend.chat.prompt import Prompt, given, readable, turns_of
from backend.chat.repository import read_conversation
from backend.database import Database
from backend.entitlements.plans import AUTO
from backend.errors import AppError, InvalidRequest, NotFound
from backend.metering import repository as metering
from backend.metering.admission import take_rate
from backend.metering.pricing import ZERO
from backend.openapi import errors
from backend.policy.health import HealthBook
from backend.precheck.service import Examiner, record, view
from backend.providers.calls import Turn
from backend.settings import Settings
from shared.messages import Role
from shared.paths import PRECHECK
from shared.precheck import Estimate, PersonalData, Precheck, PrecheckRequest


class PrecheckController(Controller):
    """Asks nothing of any provider."""

    path = PRECHECK
    guards = [signed_in]
    tags = ["Chat"]

    @post(
        operation_id="Precheck",
        summary="See what a prompt would be taken for and cost",
        status_code=200,
        responses=errors(400, 401, 403, 404, 413, 429),
    )
    async def precheck(
        self,
        request: Request[Identity, str, State],
        data: JSONBody[PrecheckRequest],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        examiner: NamedDependency[Examiner],
        health: NamedDependency[HealthBook],
        settings: NamedDependency[Settings],
    ) -> Precheck:
        """The same decision that chat would make, without carrying it out."""
        identity = request.user
        current = catalogue.current
        entitlement = identity.entitlement(current)
        prompt = await _prompt(database, identity, data)
        await take_rate(database, "precheck", identity, entitlement.limits, request.state.address)
        wished = wish(
            current, entitlement, Inquiry(body=data, assistant=data.assistant or AUTO), identity.organisation_id
        )
        found = examiner.examine(prompt, assistant_chosen=False)
        checked = judged(current, entitlement, wished, found, request.headers.get("accept-language", ""))
        spendable = await metering.spendable(
            database, identity.user_id, entitlement.monthly_credits, entitlement.limits
        )
        recommended = recommendation(checked.finding, current)
        obstacle: str | None = None
        try:
            if entitlement.personal_data is PersonalData.REFUSE:
                refuse([datum.kind for datum in checked.finding.personal])
            decided = decide(current, entitlement, health, wished, prompt, checked, settings.credits_per_dollar)
        except AppError as refusal:
            obstacle, affordable = refusal.message, False
            expected = Estimate(prompt_tokens=0, credits_low=ZERO, credits_high=ZERO, spendable=spendable)
            checked = checked.with_signal(refusal.message)
        else:
            affordable = decided.likely.needed <= spendable
            expected = estimate(decided.likely, decided.runner_up, spendable)
        evidence = record(
            checked,
            identity,
            recommended,
            expected.prompt_tokens,
            request_id=None,
            conversation_id=data.conversation_id,
        )
        await metering.record_check(database, evidence)
        return view(
            checked,
            recommended,
            expected,
            affordable=affordable,
            obstacle=obstacle,
            personal_data=entitlement.personal_data,
        )


async def _prompt(database: Database, identity: Identity, data: PrecheckRequest) -> Prompt:
    """Raises `InvalidRequest` and `NotFound`."""
    if (data.prompt is None) == (data.messages is None):
        raise InvalidRequest("Give either prompt or messages.")
    if data.attachments and data.prompt is None:
        raise InvalidRequest("Files are given with prompt, not with messages.")
    files = await given(database, identity, data.attachments)
    words = [m.content for m in data.messages or [] if m.role is Role.USER]
    if data.messages is not None:
        turns = [Turn(m.role, readable(m.content)) for m in data.messages]
    else:
        words = [readable(data.prompt or "")]
        turns = [turn_of(words[0], files)]
    if data.conversation_id is not None:
        stored = await read_conversation(database, identity.organisation_id, identity.user_id, data.conversation_id)
        if stored is None:
            raise NotFound("This conversation does not exist or is not yours.")
        turns = [*await turns_of(database, identity, stored.turns), *turns]
        words = [*(t.content for t in stored.turns if t.role is Role.USER), *words]
    if not words:
        raise InvalidRequest("messages has none with the role user.")
    unvetted = tuple(m.content for m in (data.messages or []) if m.content is not words[-1])
    return Prompt(
        text=words[-1],
        earlier=tuple(words[:-1]),
        turns=tuple(turns),
        thread=None,
        unvetted=unvetted,
        in_files=tuple(suspicion for file in files for suspicion in file.suspicions),
    )
