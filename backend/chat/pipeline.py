"""One request, in order: precheck, assistant, entitlement, policy, admission, provider, metering, stream.

Everything that can refuse does so in `begin`, before the response starts. The last three stages are the generation's.
"""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from msgspec import structs

from backend.abuse.restraint import Restraint
from backend.abuse.watch import Watch
from backend.accounts.identities import IdentityCache
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.chat.blocking import blocked, refusal
from backend.chat.briskness import Briskness
from backend.chat.caller import Caller, idempotency
from backend.chat.freshness import Freshness
from backend.chat.generation import Generation
from backend.chat.generations import Generations
from backend.chat.inquiry import Inquiry
from backend.chat.likely import estimate
from backend.chat.masking import Guarded, guard
from backend.chat.order import Order
from backend.chat.plan import Decided, decide, judged, wish
from backend.chat.prompt import Prompt, read_prompt, told
from backend.chat.sealed_names import sealed, unsealed
from backend.chat.witness import Witness
from backend.columns import new_id
from backend.database import Database
from backend.entitlements.plans import AUTO
from backend.errors import AppError, Unavailable
from backend.load import Load
from backend.metering.admission import Admitted, Gate, Repeated, Stale
from backend.metering.rates import windows
from backend.metering.records import AdmissionRecord, ConversationRecord, PromptRecord
from backend.metering.settlement import Settler
from backend.metering.token_ratios import TokenBook
from backend.metrics import Metrics
from backend.policy.health import HealthBook
from backend.precheck.personal.mask import NOBODY
from backend.precheck.risk.guard import Guard
from backend.precheck.risk.report import GuardReport
from backend.precheck.service import Checked, Examiner, record, view
from backend.providers.circuit_book import CircuitBook
from backend.providers.engine import ProviderClient
from backend.secrets import Secrets
from backend.settings import Settings
from shared.chat import OnDisconnect
from shared.plans import PlanLimits
from shared.precheck import RiskAction

__all__ = ["Caller", "Pipeline"]

SHORTEST_PAID_ANSWER = 16
"""Tokens: when credits do not allow even these, the request is refused."""
DECISIONS = 5
"""How often a request is decided: again when catalogue, identity or conversation was outdated, or the guard spoke."""


class Pipeline:
    """Turns a request into a running generation."""

    def __init__(
        self,
        *,
        settings: Settings,
        secrets: Secrets,
        examiner: Examiner,
        watch: Watch,
        database: Database,
        catalogue: CatalogueCache,
        identities: IdentityCache,
        client: ProviderClient,
        settler: Settler,
        generations: Generations,
        gate: Gate,
        load: Load,
        busy: Callable[[], int],
        health: HealthBook,
        circuits: CircuitBook,
        guard: Guard,
        metrics: Metrics,
        tokens: TokenBook,
        process_id: UUID,
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._examiner = examiner
        self._watch = watch
        self._database = database
        self._catalogue = catalogue
        self._freshness = Freshness(database, catalogue, identities)
        self._client = client
        self._settler = settler
        self._generations = generations
        self._load = load
        self._process_id = process_id
        self._circuits = circuits
        self._guard = guard
        self._metrics = metrics
        self._tokens = tokens
        self._gate = gate
        self._busy = busy
        self._briskness = Briskness()
        self._health = health

    async def begin(self, caller: Caller, inquiry: Inquiry) -> Generation | Repeated:
        """A generation that has been admitted and started. Raises every refusal as an `AppError`."""
        self._load.check(self._busy())
        restraint = self._watch.admit(caller.identity, caller.address)
        came = asyncio.get_running_loop().time()
        report: GuardReport | None = None
        for _ in range(DECISIONS):
            prompt = await read_prompt(self._database, caller.identity, inquiry)
            checked = self._examiner.examine(prompt, assistant_chosen=inquiry.assistant != AUTO).reported(report)
            version = self._catalogue.current.version
            try:
                checked, planned = self._decide(caller, inquiry, prompt, checked)
            except AppError:
                fresh = await self._freshness.caught_up(caller, version)
                if fresh is None:
                    raise
                caller = fresh
                continue
            if planned is None:
                fresh = await self._freshness.caught_up(caller, version)
                if fresh is None:
                    raise await blocked(self._watch, caller, checked, _kept_in(prompt))
                caller = fresh
                continue
            guarded, decided = planned
            admission = self._admission(caller, inquiry, guarded, checked, decided, restraint)
            doubts = checked.doubts(self._catalogue.current)
            if doubts:
                outcome = await self._foresee(caller, admission, restraint)
            else:
                outcome = await self._gate.admit(admission, restraint.note)
            if isinstance(outcome, Repeated):
                return outcome
            if isinstance(outcome, Admitted) and doubts:
                report = await self._guard.ask(caller.identity, self._catalogue.current, told(guarded.prompt), doubts)
                continue
            if isinstance(outcome, Admitted):
                return self._start(inquiry, caller, guarded, checked, decided, outcome, admission, came)
            caller = await self._freshness.refreshed(caller, outcome)
        raise Unavailable("The configuration is changing too quickly. Try again.", retry_after=1)

    async def _foresee(
        self, caller: Caller, admission: AdmissionRecord, restraint: Restraint
    ) -> Admitted | Repeated | Stale:
        """Whether it would be admitted, counted as a question to the guard."""
        limits = caller.identity.entitlement(self._catalogue.current).limits
        asked = windows("guard", caller.identity, limits, caller.address, restraint.slow_by)
        return await self._gate.foresee(admission, asked, restraint.note)

    async def consider(self, caller: Caller, inquiry: Inquiry) -> Decided:
        """The decision that `begin` would make now, without carrying it out. Raises its refusals."""
        prompt = await read_prompt(self._database, caller.identity, inquiry)
        checked = self._examiner.examine(prompt, assistant_chosen=inquiry.assistant != AUTO)
        checked, planned = self._decide(caller, inquiry, prompt, checked)
        if planned is None:
            raise refusal(checked)
        return planned[1]

    def _guarded(self, caller: Caller, inquiry: Inquiry, prompt: Prompt) -> Guarded:
        thread = prompt.thread
        names = unsealed(self._secrets, thread.names, thread.id) if thread is not None else NOBODY
        setting = caller.identity.entitlement(self._catalogue.current).personal_data
        return guard(prompt, names, setting, wanted=inquiry.mask)

    def _decide(
        self, caller: Caller, inquiry: Inquiry, prompt: Prompt, checked: Checked
    ) -> tuple[Checked, tuple[Guarded, Decided] | None]:
        """The check as it is judged, and unless it is blocked what is sent, with the decision."""
        catalogue = self._catalogue.current
        entitlement = caller.identity.entitlement(catalogue)
        wished = wish(catalogue, entitlement, inquiry, caller.identity.organisation_id)
        checked = judged(catalogue, entitlement, wished, checked, caller.accept_language)
        if checked.risk.action is RiskAction.BLOCK:
            return checked, None
        guarded = self._guarded(caller, inquiry, prompt)
        decided = decide(
            catalogue, entitlement, self._health, wished, guarded.prompt, checked, self._settings.credits_per_dollar
        )
        if guarded.notice is not None:
            decided = structs.replace(decided, notices=(*decided.notices, guarded.notice))
        return checked, (guarded, decided)

    def _admission(
        self,
        caller: Caller,
        inquiry: Inquiry,
        guarded: Guarded,
        checked: Checked,
        decided: Decided,
        restraint: Restraint,
    ) -> AdmissionRecord:
        catalogue = self._catalogue.current
        identity = caller.identity
        entitlement = identity.entitlement(catalogue)
        prompt = guarded.prompt
        thread = prompt.thread
        return AdmissionRecord(
            request_id=caller.request_id,
            organisation_id=identity.organisation_id,
            user_id=identity.user_id,
            caller=identity.caller,
            key_chats=entitlement.limits.concurrent_chats_per_key if identity.credential == "key" else None,
            process_id=self._process_id,
            lease_seconds=self._settings.lease_seconds,
            catalogue_version=catalogue.version,
            identity_version=identity.version,
            monthly_credits=entitlement.monthly_credits,
            limits=_capped(entitlement.limits, inquiry.preferences.most_credits),
            windows=windows("chat", identity, entitlement.limits, caller.address, restraint.slow_by),
            prompt_tokens=decided.prompt_tokens,
            fixed_credits=decided.routes[0].tariff.fixed,
            credits_per_token=decided.routes[0].tariff.each,
            wanted_tokens=decided.wanted_tokens,
            min_tokens=SHORTEST_PAID_ANSWER,
            conversation=_conversation(inquiry, prompt, decided),
            check=record(
                checked,
                identity,
                decided.recommended,
                decided.prompt_tokens,
                request_id=caller.request_id,
                conversation_id=thread.id if thread is not None else None,
            ),
            idempotency=idempotency(self._secrets, caller, inquiry.body),
            route=decided.decision,
            names=sealed(self._secrets, guarded.names, thread.id if thread is not None else caller.request_id)
            if guarded.new
            else None,
        )

    def _start(
        self,
        inquiry: Inquiry,
        caller: Caller,
        guarded: Guarded,
        checked: Checked,
        decided: Decided,
        admitted: Admitted,
        admission: AdmissionRecord,
        came: float,
    ) -> Generation:
        prompt = guarded.prompt
        order = Order(
            request_id=caller.request_id,
            organisation_id=caller.identity.organisation_id,
            user_id=caller.identity.user_id,
            conversation_id=prompt.thread.id if prompt.thread is not None else None,
            message_id=admission.conversation.answer_id if admission.conversation is not None else None,
            assistant=decided.assistant,
            routes=decided.routes,
            reserve=decided.reserve,
            turns=decided.turns,
            manner=inquiry.manner,
            metadata=inquiry.metadata,
            prompt_tokens=decided.prompt_tokens,
            max_tokens=admitted.max_tokens,
            held=admitted.held,
            balance=admitted.balance,
            windows=admitted.windows,
            precheck=view(
                checked,
                decided.recommended,
                estimate(decided.likely, decided.runner_up, admitted.balance + admitted.held),
                affordable=True,
            ),
            reasons=decided.reasons,
            notices=decided.notices,
            streamed=inquiry.stream,
            on_disconnect=inquiry.on_disconnect or _customary(caller.identity),
            strategy=decided.decision.strategy,
            requested=inquiry.requested,
            chosen=decided.decision.model_chosen,
            may_restart=not (inquiry.stream and inquiry.keeps_shown),
            keep_result=admission.idempotency is not None,
            began=asyncio.get_running_loop().time(),
            budget=self._settings.request_seconds,
            names=guarded.names,
            deadline=came + inquiry.within if inquiry.within is not None else None,
            costs=self._watch.cost(caller.identity, admission, admitted.held),
        )
        witness = Witness(self._health, self._circuits, self._metrics, self._tokens)
        generation = Generation(order, self._client, self._settler, witness, self._briskness)
        self._generations.start(generation)
        return generation


def _capped(limits: PlanLimits, most_credits: Decimal | None) -> PlanLimits:
    """The plan's limits, with what the caller allows for one request where that is less."""
    cap = limits.credits_per_request
    if most_credits is None or (cap is not None and cap <= most_credits):
        return limits
    return structs.replace(limits, credits_per_request=most_credits)


def _kept_in(prompt: Prompt) -> UUID | None:
    return prompt.thread.id if prompt.thread is not None and not prompt.thread.new else None


def _customary(identity: Identity) -> OnDisconnect:
    return OnDisconnect.CANCEL if identity.credential == "key" else OnDisconnect.CONTINUE


def _conversation(inquiry: Inquiry, prompt: Prompt, decided: Decided) -> ConversationRecord | None:
    thread = prompt.thread
    if thread is None:
        return None
    return ConversationRecord(
        id=thread.id,
        new=thread.new,
        title=thread.title,
        revision=thread.revision,
        assistant_id=decided.assistant.id if decided.decision.assistant_chosen else None,
        answer_assistant_id=decided.assistant.id,
        prompt=PromptRecord(new_id(), thread.new_prompt, list(thread.attachments))
        if thread.new_prompt is not None
        else None,
        answer_id=new_id(),
        replace_from=thread.replace_from,
        model=decided.routes[0].model.name,
        metadata=dict(inquiry.metadata),
        reasons=list(decided.reasons),
        notices=list(decided.notices),
    )
