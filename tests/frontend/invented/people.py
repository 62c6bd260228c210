"""The invented organisation's people, and what they changed."""

from datetime import datetime, timedelta

from shared.accounts import UserRole
from shared.admin import (
    AdminUser,
    AuditRow,
)
from tests.frontend.invented import credits, uid


def users(now: datetime) -> list[AdminUser]:
    """Five people, most expensive first."""
    rows = [
        ("d.ferreira", "Daniel Ferreira", UserRole.USER, "team", "18119.6", "11.02", "1880.4", 1204),
        ("support-macro", "Support macro", UserRole.USER, "starter", "12.5", "7.31", "1204.1", 3911),
        ("m.lindqvist", "Mara Lindqvist", UserRole.USER, "starter", "412.4", "2.60", "402.7", 212),
        ("a.very.long.address.indeed", "Anna Very", UserRole.SUPPORT, "pro", "4623", "2.44", "377.0", 98),
        ("j.okafor", "J. Okafor", UserRole.ADMIN, "team", "20000", "0", "0", 0),
    ]
    return [
        AdminUser(
            id=uid(50 + number),
            email=f"{local}@harbourworks.example",
            name=name,
            role=role,
            suspended=local == "support-macro",
            plan=plan,
            balance=credits(balance),
            raw_cost=credits(cost),
            credits=credits(used),
            calls=calls,
            created_at=now - timedelta(days=80),
            last_seen_at=now - timedelta(minutes=12) if calls else None,
        )
        for number, (local, name, role, plan, balance, cost, used, calls) in enumerate(rows)
    ]


def audit(now: datetime) -> list[AuditRow]:
    """Twelve entries, newest first."""
    rows = [
        ("model.deactivated", "model", "GPT-5", "Price rise from 1 December", {"active": True}, {"active": False}),
        ("plan_request.approved", "user", "m.lindqvist@harbourworks.example", "Welcome.", None, {"plan": "starter"}),
        ("user.signin_failed", "user", "d.ferreira@harbourworks.example", "", None, None),
    ]
    return [
        AuditRow(
            id=uid(2000 + number),
            created_at=now - timedelta(hours=number * 5),
            actor_id=uid(54),
            actor="j.okafor@harbourworks.example",
            action=action,
            subject_kind=kind,
            subject_id=str(uid(44)),
            subject=subject,
            reason=reason,
            before=before,
            after=after,
            address="203.0.113.7",
        )
        for number in range(12)
        for action, kind, subject, reason, before, after in [rows[number % 3]]
    ]
