"""One errand, in order: precheck, entitlement, policy, admission; the rest is the running errand's.

Everything that can refuse does so in `begin`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from msgspec import structs

from backend.abuse.restraint import Restraint
from backend.abuse.watch import Watch
from backend.accounts.identities import IdentityCache
from backend.assistants.pick import DIRECT
from backend.catalogue.cache import CatalogueCache
from backend.chat.blocking import blocked
from backend.chat.caller import Caller, idempotency
from backend.chat.freshness import Freshness
from backend.chat.masking import kinds_in, refuse
from backend.chat.pipeline import DECISIONS
from backend.chat.prompt import Prompt, readable
from backend.chat.witness import Witness
from backend.database import Database
from backend.errands.errands import Errands, first_body
from backend.errands.order import Errand, ErrandOrder
from backend.errands.plan import DecidedErrand, decide
from backend.errands.running import Running
from backend.errands.work import Counts
from backend.errors import AppError, Unavailable
from backend.load import Load
from backend.metering.admission import Admitted, Gate, Repeated, Stale
from backend.metering.errors import OutOfCredits, SpendingCap
from backend.metering.pricing import ZERO
from backend.metering.rates import windows
from backend.metering.records import AdmissionRecord
from backend.metering.settlement import Settler
from backend.metering.token_ratios import TokenBook
from backend.metrics import Metrics
from backend.policy.health import HealthBook
from backend.precheck.risk.guard import Guard
from backend.precheck.service import Checked, Examiner, record
from backend.precheck.tokens.estimate import Size, size_of
from backend.providers.circuit_book import CircuitBook
from backend.providers.engine import ProviderClient
from backend.secrets import Secrets
from backend.settings import Settings
from shared.precheck import PersonalData, RiskAction

CANNOT_MASK = "Your plan masks it, which cannot be undone here. Take it out."

AT_A_TIME = 50_000
"""Characters that are examined before others have their turn."""


class ErrandPipeline:
    """Turns a request into a running errand."""

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
        errands: Errands,
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
        self._errands = errands
        self._load = load
        self._health = health
        self._circuits = circuits
        self._guard = guard
        self._metrics = metrics
        self._tokens = tokens
        self._process_id = process_id
        self._gate = gate
        self._busy = busy

    async def begin(self, caller: Caller, errand: Errand) -> Running | bytes:
        """A running errand, or what the first request with this idempotency key was answered with.

        Raises every refusal as an `AppError`.
        """
        self._load.check(self._busy())
        restraint = self._watch.admit(caller.identity, caller.address)
        checked, sizes = await self._examine(errand)
        told = errand.work.words
        for _ in range(DECISIONS):
            catalogue = self._catalogue.current
            plan = caller.identity.entitlement(catalogue).plan_slug
            checked = checked.judged(catalogue.risks, DIRECT.family, plan, caller.accept_language)
            if checked.risk.action is RiskAction.BLOCK:
                fresh = await self._freshness.caught_up(caller, catalogue.version)
                if fresh is None:
                    raise await blocked(self._watch, caller, checked)
                caller = fresh
                continue
            try:
                self._keep_personal(caller, errand)
                decided = self._decide(caller, errand, sizes)
            except AppError:
                fresh = await self._freshness.caught_up(caller, catalogue.version)
                if fresh is None:
                    raise
                caller = fresh
                continue
            admission = self._admission(caller, errand, checked, decided, restraint)
            if doubts := checked.doubts(catalogue):
                limits = caller.identity.entitlement(catalogue).limits
                asked = windows("guard", caller.identity, limits, caller.address, restraint.slow_by)
                outcome = await self._gate.foresee(admission, asked, restraint.note)
            else:
                outcome = await self._admit(admission, decided, restraint.note)
            if isinstance(outcome, Repeated):
                first = self._errands.get(outcome.request_id)
                return first or await first_body(self._database, caller, outcome.request_id)
            if isinstance(outcome, Admitted) and doubts:
                checked = checked.reported(await self._guard.ask(caller.identity, catalogue, told, doubts))
                continue
            if isinstance(outcome, Admitted):
                return self._start(caller, errand, sizes, decided, outcome, admission)
            caller = await self._freshness.refreshed(caller, outcome)
        raise Unavailable("The configuration is changing too quickly. Try again.", retry_after=1)

    async def _admit(
        self, admission: AdmissionRecord, decided: DecidedErrand, note: str
    ) -> Admitted | Repeated | Stale:
        """Holds enough for the dearest route that may be taken, or else, where credits are short, for the first one."""
        dearest = max(route.tariff.fixed for route in decided.routes)
        if dearest > admission.fixed_credits:
            with suppress(OutOfCredits, SpendingCap):
                return await self._gate.admit(structs.replace(admission, fixed_credits=dearest), note)
        return await self._gate.admit(admission, note)

    async def _examine(self, errand: Errand) -> tuple[Checked, tuple[Size, ...]]:
        """The check of all words, with the size of each; others have their turn in between."""
        words = tuple(map(readable, errand.work.words))
        first = Prompt(text=words[0] if words else "", earlier=(), turns=(), thread=None)
        checked = self._examiner.examine(first, assistant_chosen=True)
        sizes = [size_of(text) for text in words[:1]]
        since = 0
        for text in words[1:]:
            checked = self._examiner.also(checked, text)
            sizes.append(size_of(text))
            since += len(text)
            if since > AT_A_TIME:
                since = 0
                await asyncio.sleep(0)
        if len(words) > 1:
            checked = structs.replace(
                checked,
                characters=sum(map(len, words)),
                prompt_hash=self._secrets.digest("prompt", "\0".join(words)),
            )
        return checked, tuple(sizes)

    def _keep_personal(self, caller: Caller, errand: Errand) -> None:
        """Raises `PersonalDataRefused`. What comes of names cannot be turned back into data here, so none are sent."""
        setting = caller.identity.entitlement(self._catalogue.current).personal_data
        if setting in (PersonalData.MASK, PersonalData.REFUSE):
            refuse(kinds_in(errand.work.words), "Take it out." if setting is PersonalData.REFUSE else CANNOT_MASK)

    def _decide(self, caller: Caller, errand: Errand, sizes: tuple[Size, ...]) -> DecidedErrand:
        catalogue = self._catalogue.current
        return decide(
            catalogue,
            caller.identity.entitlement(catalogue),
            self._health,
            errand,
            sizes,
            caller.identity.organisation_id,
            self._settings.credits_per_dollar,
        )

    def _admission(
        self,
        caller: Caller,
        errand: Errand,
        checked: Checked,
        decided: DecidedErrand,
        restraint: Restraint,
    ) -> AdmissionRecord:
        catalogue = self._catalogue.current
        identity = caller.identity
        entitlement = identity.entitlement(catalogue)
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
            limits=entitlement.limits,
            windows=windows(errand.work.kind, identity, entitlement.limits, caller.address, restraint.slow_by),
            prompt_tokens=decided.decision.prompt_tokens,
            fixed_credits=decided.routes[0].tariff.fixed,
            credits_per_token=ZERO,
            wanted_tokens=0,
            min_tokens=0,
            conversation=None,
            check=record(
                checked,
                identity,
                None,
                decided.decision.prompt_tokens,
                request_id=caller.request_id,
                conversation_id=None,
            ),
            idempotency=idempotency(self._secrets, caller, errand.body),
            route=decided.decision,
        )

    def _start(
        self,
        caller: Caller,
        errand: Errand,
        sizes: tuple[Size, ...],
        decided: DecidedErrand,
        admitted: Admitted,
        admission: AdmissionRecord,
    ) -> Running:
        order = ErrandOrder(
            request_id=caller.request_id,
            organisation_id=caller.identity.organisation_id,
            user_id=caller.identity.user_id,
            work=errand.work,
            shape=errand.shape,
            counts=Counts(sizes),
            routes=decided.routes,
            held=admitted.held,
            balance=admitted.balance,
            windows=admitted.windows,
            reasons=decided.reasons,
            strategy=decided.decision.strategy,
            requested=errand.requested,
            chosen=decided.decision.model_chosen,
            keep_result=caller.idempotency_key is not None,
            began=asyncio.get_running_loop().time(),
            budget=self._settings.request_seconds,
            costs=self._watch.cost(caller.identity, admission, admitted.held),
        )
        running = Running(
            order, self._client, self._settler, Witness(self._health, self._circuits, self._metrics, self._tokens)
        )
        self._errands.start(running)
        return running
