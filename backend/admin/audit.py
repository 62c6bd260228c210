"""Who changed what, when and why: written with the change itself, in one unit of work."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.identity import Identity
from backend.admin.tables import AuditEvent

State = dict[str, Any]
"""Named facts of a subject, as far as they changed."""


class Author(Struct, frozen=True, kw_only=True):
    """Who makes a change, and from which address."""

    identity: Identity
    address: str

    @property
    def name(self) -> str:
        """What the audit log calls them."""
        return self.identity.email


class Operator(Struct, frozen=True, kw_only=True):
    """Whoever has the command line: nobody signed in."""

    name: str = "command line"
    address: str = ""


def record(
    session: AsyncSession,
    *,
    actor: Identity | None,
    actor_name: str,
    action: str,
    subject_kind: str,
    subject_id: UUID | str | None,
    subject: str,
    reason: str,
    before: State | None = None,
    after: State | None = None,
    address: str = "",
) -> None:
    """Adds one event to the caller's unit of work. `before` and `after` must hold no secret."""
    session.add(
        AuditEvent(
            actor_id=None if actor is None else actor.user_id,
            actor=actor_name,
            action=action,
            subject_kind=subject_kind,
            subject_id=None if subject_id is None else str(subject_id),
            subject=subject,
            reason=reason,
            before=_plain(before),
            after=_plain(after),
            address=address,
        )
    )


def record_by(
    session: AsyncSession,
    author: Author | Operator,
    *,
    action: str,
    subject_kind: str,
    subject_id: UUID | str | None,
    subject: str,
    reason: str,
    before: State | None = None,
    after: State | None = None,
) -> None:
    """`record` for somebody signed in, or at the command line."""
    record(
        session,
        actor=author.identity if isinstance(author, Author) else None,
        actor_name=author.name,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject=subject,
        reason=reason,
        before=before,
        after=after,
        address=author.address,
    )


def changed(before: State, after: State) -> tuple[State, State]:
    """Both states, without what is the same in both."""
    names = [name for name in after if name not in before or before[name] != after[name]]
    return {name: before[name] for name in names if name in before}, {name: after[name] for name in names}


def _plain(state: State | None) -> State | None:
    """JSON's own types only; amounts become exact strings."""
    return None if state is None else msgspec.to_builtins(state, str_keys=True)
