"""What a text would cost somebody with a plan. Pure."""

from decimal import Decimal

from msgspec import Struct

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Catalogue
from backend.chat.inquiry import Inquiry
from backend.chat.likely import estimate
from backend.chat.plan import Wish, decide, wish
from backend.chat.prompt import Prompt
from backend.columns import new_id
from backend.entitlements.plans import AUTO, Entitlement, entitle
from backend.errors import AppError, InvalidRequest
from backend.policy.choose import HealthByKey
from backend.precheck.bench.trial import Trial
from backend.precheck.service import Checked
from backend.providers.calls import Turn
from shared.bench import BenchRequest
from shared.messages import Role
from shared.plans import Overrides
from shared.precheck import Estimate, Risk


class Buyer(Struct, frozen=True, kw_only=True):
    """As whom the texts are tried. `obstacle` is why the plan does not have the family."""

    entitlement: Entitlement
    family: str | None
    wished: Wish | None
    obstacle: str | None


def buyer(catalogue: Catalogue, identity: Identity, asked: BenchRequest) -> Buyer:
    """Raises `InvalidRequest` for a plan or family that there is none of."""
    entitlement = identity.entitlement(catalogue)
    if asked.plan is not None:
        plan = catalogue.plan(asked.plan)
        if plan is None:
            raise InvalidRequest("There is no such plan. GET /api/admin/plans lists them.")
        entitlement = entitle(plan, Overrides())
    if asked.family is not None and catalogue.assistant(asked.family) is None:
        raise InvalidRequest("There is no such assistant. GET /api/ai/assistants lists them.")
    inquiry = Inquiry(body=asked, assistant=asked.family or AUTO)
    try:
        wished = wish(catalogue, entitlement, inquiry, identity.organisation_id)
    except AppError as error:
        return Buyer(entitlement=entitlement, family=asked.family, wished=None, obstacle=error.message)
    return Buyer(entitlement=entitlement, family=asked.family, wished=wished, obstacle=None)


def quote(
    catalogue: Catalogue,
    health: HealthByKey,
    of: Buyer,
    trial: Trial,
    risk: Risk,
    prompt_hash: bytes,
    credits_per_dollar: Decimal,
) -> tuple[Estimate | None, str | None]:
    """The estimate for somebody whose month begins, or why there is none."""
    if of.wished is None:
        return None, of.obstacle
    prompt = Prompt(text=trial.text, earlier=(), turns=(Turn(Role.USER, trial.text),), thread=None)
    checked = Checked(
        id=new_id(), finding=trial.finding, risk=risk, characters=len(trial.text), prompt_hash=prompt_hash
    )
    try:
        decided = decide(catalogue, of.entitlement, health, of.wished, prompt, checked, credits_per_dollar)
    except AppError as error:
        return None, error.message
    return estimate(decided.likely, decided.runner_up, of.entitlement.monthly_credits), None
