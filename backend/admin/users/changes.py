"""What admins change of people: role, suspension, name, credits."""

from uuid import UUID

from msgspec import UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.emails import display_name
from backend.accounts.tables import User
from backend.admin.audit import Author, State, changed, record_by
from backend.admin.users import repository
from backend.admin.users.views import balance, monthly_credits
from backend.amounts import DEAREST_PLAN, check_credits
from backend.entitlements.repository import move_credits
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.accounts import UserRole
from shared.admin import Grant, UserPatch


async def change_user(session: AsyncSession, wanted: UserPatch, author: Author) -> None:
    """Changes what is named. Raises `NotFound`, and `Conflict` when nobody could administer any more."""
    admins = await repository.locked_admins(session)
    user = await repository.locked_user(session, wanted.id)
    if user is None:
        raise NotFound("There is no such person.")
    before = _state(user)
    if not isinstance(wanted.name, UnsetType):
        user.name = display_name(wanted.name)
    if not isinstance(wanted.role, UnsetType):
        user.role = wanted.role.value
    if not isinstance(wanted.suspended, UnsetType):
        user.suspended = wanted.suspended
    was, is_ = changed(before, _state(user))
    if not is_:
        return
    stays = user.role == UserRole.ADMIN.value and not user.suspended
    if admins == {user.id} and not stays:
        raise Conflict("This is the last person who can administer. Make somebody else an admin first.")
    session.add(user)
    _record(session, author, _action(is_), user, wanted.reason, was, is_)


async def grant(session: AsyncSession, user_id: UUID, wanted: Grant, author: Author) -> None:
    """Gives credits in the current period, or takes back what is not spent or held.

    Raises `NotFound`, `InvalidRequest`, and `Conflict` when there is nothing to take back.
    """
    check_credits(wanted.credits, "The credits", least=-DEAREST_PLAN)
    if wanted.credits == 0:
        raise InvalidRequest("Grant or take back some credits, not zero.")
    person = await repository.one_user(session, user_id)
    if person is None:
        raise NotFound("There is no such person.")
    before = balance(person)
    account = await move_credits(
        session,
        user_id,
        monthly=monthly_credits(person),
        kind="adjust",
        amount=wanted.credits,
        reason=wanted.reason,
    )
    after = account.balance - account.held
    if wanted.credits < 0 and after == before:
        raise Conflict("There is nothing to take back: all credits are spent or held by running answers.")
    amounts: tuple[State, State] = ({"balance": before}, {"balance": after, "asked": wanted.credits})
    _record(session, author, "credits.granted", person.user, wanted.reason, *amounts)


def _action(is_: State) -> str:
    if "suspended" in is_:
        return "user.suspended" if is_["suspended"] else "user.restored"
    return "user.role_changed" if "role" in is_ else "user.renamed"


def _state(user: User) -> State:
    return {"name": user.name, "role": user.role, "suspended": user.suspended}


def _record(
    session: AsyncSession, author: Author, action: str, user: User, reason: str, before: State, after: State
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="user",
        subject_id=user.id,
        subject=user.email,
        reason=reason,
        before=before,
        after=after,
    )
