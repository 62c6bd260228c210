"""What people are shown of accounts. Pure."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from backend.accounts.identity import Identity
from backend.accounts.tables import Session
from backend.catalogue.snapshot import Catalogue
from backend.entitlements.plans import Entitlement
from shared.accounts import Me, OrganisationView, PlanBrief, SessionView
from shared.plans import EntitlementView

SIMULATOR = "simulator"


def me(identity: Identity, organisation: str, balance: Decimal, catalogue: Catalogue, now: datetime) -> Me:
    """The person with plan and balance; credits are granted anew at the start of the next month, UTC.

    Raises `Unavailable` while the person's plan is not in the catalogue.
    """
    entitlement = identity.entitlement(catalogue)
    return Me(
        id=identity.user_id,
        email=identity.email,
        name=identity.name,
        role=identity.role,
        organisation=OrganisationView(id=identity.organisation_id, name=organisation),
        plan=PlanBrief(
            id=entitlement.plan_id,
            name=entitlement.plan_name,
            monthly_credits=entitlement.monthly_credits,
            period_end=next_month(now),
        ),
        balance=balance,
        entitlement=_entitlement(entitlement),
        simulated=is_simulated(catalogue),
    )


def session(row: Session, current: UUID) -> SessionView:
    """One session; `current` is the id of the one that asks."""
    return SessionView(
        id=row.id,
        kind="cookie" if row.kind == "cookie" else "token",
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        user_agent=row.user_agent,
        address=row.address,
        current=row.id == current,
    )


def is_simulated(catalogue: Catalogue) -> bool:
    """Whether the simulator is the only provider that can be used."""
    usable = {provider.name for provider in catalogue.providers if provider.why is None}
    return usable == {SIMULATOR}


def next_month(now: datetime) -> datetime:
    """The first moment of the next calendar month, UTC."""
    day = now.astimezone(UTC)
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)


def _entitlement(entitlement: Entitlement) -> EntitlementView:
    return EntitlementView(
        plan_slug=entitlement.plan_slug,
        families=sorted(entitlement.families),
        models=None if entitlement.models is None else sorted(entitlement.models),
        max_context=entitlement.max_context,
        monthly_credits=entitlement.monthly_credits,
        limits=entitlement.limits,
        task_categories=None if entitlement.task_categories is None else sorted(entitlement.task_categories),
        overrides=list(entitlement.overridden),
    )
