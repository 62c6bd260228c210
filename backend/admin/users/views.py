"""What the admin desk is shown of people. Pure."""

from decimal import Decimal

from backend.admin.users.repository import Listed
from backend.catalogue.repository import plan_of
from backend.entitlements.plans import entitle
from backend.entitlements.views import overrides_of
from shared.accounts import UserRole
from shared.admin import AdminUser


def monthly_credits(row: Listed) -> Decimal:
    """What the person is granted each month."""
    return entitle(plan_of(row.plan), overrides_of(row.entitlement)).monthly_credits


def balance(row: Listed) -> Decimal:
    """What the person can spend now. An account that slept through the turn of the month will open with a grant."""
    if row.account.period < row.month:
        return monthly_credits(row)
    return row.account.balance - row.account.held


def admin_user(row: Listed) -> AdminUser:
    """A person as admins see them."""
    return AdminUser(
        id=row.user.id,
        email=row.user.email,
        name=row.user.name,
        role=UserRole(row.user.role),
        suspended=row.user.suspended,
        plan=row.plan.slug,
        balance=balance(row),
        raw_cost=row.used.raw_cost,
        credits=row.used.credits,
        calls=row.used.calls,
        created_at=row.user.created_at,
        last_seen_at=row.user.last_seen_at,
    )
