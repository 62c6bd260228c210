"""Changing what is done about risks, and trying a change on the checks of the last days."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, changed, record_by
from backend.assistants.repository import families
from backend.catalogue.repository import take_turns
from backend.catalogue.snapshot import Catalogue
from backend.entitlements.repository import plan_slugs
from backend.errors import InvalidRequest, NotFound
from backend.precheck.risk import repository
from backend.precheck.risk.limits import check_actions
from backend.precheck.risk.policy import Actions, RiskRule
from backend.precheck.risk.preview import strongest
from backend.precheck.risk.tables import RiskGuardRow, RiskRuleRow
from backend.providers.registry import MODERATION_DIALECTS
from shared.risks import GuardSettings, GuardWrite, PolicyAction, RiskPreview, RiskRuleTried, RiskRuleWrite, RiskShift

PREVIEW_DAYS = 7


async def set_rule(session: AsyncSession, wanted: RiskRuleWrite, author: Author) -> RiskRuleRow:
    """Sets the rule for one kind of risk, at its place. Raises `InvalidRequest`."""
    await take_turns(session)
    await _check(session, wanted)
    row = await repository.locked_rule(session, wanted.category, wanted.family, wanted.plan)
    before = None if row is None else _actions(row)
    if row is None:
        row = RiskRuleRow(
            category=wanted.category.value, family=wanted.family, plan=wanted.plan, low="", medium="", high=""
        )
    row.low, row.medium, row.high = wanted.low.value, wanted.medium.value, wanted.high.value
    if before == _actions(row):
        return row
    row.updated_at = datetime.now(UTC)
    session.add(row)
    await session.flush()
    _record(session, author, "risk_rule.set", row, wanted.reason, before, _actions(row))
    return row


async def remove_rule(session: AsyncSession, rule_id: UUID, reason: str, author: Author) -> None:
    """What is less specific applies again. Raises `NotFound`."""
    row = await repository.rule(session, rule_id)
    if row is None:
        raise NotFound("There is no such rule.")
    await session.delete(row)
    _record(session, author, "risk_rule.removed", row, reason, _actions(row), None)


async def preview(session: AsyncSession, wanted: RiskRuleTried, catalogue: Catalogue) -> RiskPreview:
    """What the rule would have changed for the requests of the last days. Raises `InvalidRequest`."""
    await _check(session, wanted)
    now = catalogue.risks
    then = now.with_rule(
        RiskRule(
            category=wanted.category,
            actions=Actions(low=wanted.low, medium=wanted.medium, high=wanted.high),
            family=wanted.family,
            plan=wanted.plan,
        )
    )
    shifts: Counter[tuple[PolicyAction, PolicyAction]] = Counter()
    for seen in await repository.suspected(session, PREVIEW_DAYS):
        before, after = strongest(seen, now), strongest(seen, then)
        if before is not after:
            shifts[before, after] += seen.checks
    return RiskPreview(
        days=PREVIEW_DAYS,
        checks=await repository.requests(session, PREVIEW_DAYS),
        changed=shifts.total(),
        shifts=[RiskShift(before=before, after=after, checks=n) for (before, after), n in shifts.most_common()],
    )


async def set_guard(session: AsyncSession, wanted: GuardWrite, author: Author, catalogue: Catalogue) -> GuardSettings:
    """Sets the second tier. Raises `InvalidRequest` for one that could not be asked."""
    await take_turns(session)
    _check_guard(catalogue, wanted)
    row = await repository.locked_guard(session)
    was = repository.guard_of(row)
    if row is None:
        row = RiskGuardRow(kind="off", format="llama_guard", time_limit_ms=0, on_failure="open")
    row.kind, row.provider, row.model = wanted.kind, wanted.provider, wanted.model
    row.format, row.time_limit_ms, row.on_failure = wanted.format, round(wanted.time_limit * 1000), wanted.on_failure
    row.updated_at = datetime.now(UTC)
    session.add(row)
    await session.flush()
    settings = repository.guard_of(row)
    if settings != was:
        before, after = changed(_facts(was), _facts(settings))
        record_by(
            session,
            author,
            action="risk_guard.set",
            subject_kind="risk_guard",
            subject_id=None,
            subject=settings.kind,
            reason=wanted.reason,
            before=before,
            after=after,
        )
    return settings


async def _check(session: AsyncSession, wanted: RiskRuleTried) -> None:
    check_actions(wanted.category, Actions(low=wanted.low, medium=wanted.medium, high=wanted.high))
    if wanted.family is not None and wanted.family not in await families(session):
        raise InvalidRequest(f"There is no assistant family {wanted.family}.")
    if wanted.plan is not None and wanted.plan not in await plan_slugs(session):
        raise InvalidRequest(f"There is no plan {wanted.plan}.")


def _check_guard(catalogue: Catalogue, wanted: GuardWrite) -> None:
    if wanted.kind == "moderation":
        provider = next((p for p in catalogue.providers if p.name == wanted.provider), None)
        if provider is None:
            raise InvalidRequest("Name the provider whose moderation endpoint is to be asked.")
        if provider.dialect not in MODERATION_DIALECTS:
            raise InvalidRequest(
                f"{wanted.provider} has no moderation endpoint. Choose one that speaks as OpenAI does."
            )
    elif wanted.kind == "chat":
        if wanted.provider is not None:
            raise InvalidRequest("A chat guard is named by its model alone. Leave provider out.")
        model = catalogue.model(wanted.model or "")
        if model is None or model.model_type != "chat":
            raise InvalidRequest("Name the chat model that is to be asked, as it is called in the catalogue.")
        if model.price is None:
            raise InvalidRequest(f"{model.name} has no prices, so that its cost could not be recorded. Set them first.")


def _actions(row: RiskRuleRow) -> State:
    return {"low": row.low, "medium": row.medium, "high": row.high}


def _facts(settings: GuardSettings) -> State:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


def _record(
    session: AsyncSession,
    author: Author,
    action: str,
    row: RiskRuleRow,
    reason: str,
    before: State | None,
    after: State | None,
) -> None:
    where = "".join(f", {kind} {name}" for kind, name in (("family", row.family), ("plan", row.plan)) if name)
    record_by(
        session,
        author,
        action=action,
        subject_kind="risk_rule",
        subject_id=row.id,
        subject=f"{row.category}{where}",
        reason=reason,
        before=before,
        after=after,
    )
