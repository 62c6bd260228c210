"""Plans, entitlements and requests for more."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.precheck import Category, PersonalData
from shared.wire import Answer, Credits, Instant, Reason, Request

Family = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[a-z][a-z0-9_-]*$")]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]


TaskCategories = Annotated[list[Category], Meta(min_length=1)] | None
"""Tasks that are taken; null takes all."""


class PlanLimits(Answer, frozen=True, kw_only=True):
    """Absent means unlimited. Credits are display credits; days and minutes are UTC. `per_key` is for each API key."""

    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    prechecks_per_minute: Count | None = None
    images_per_minute: Count | None = None
    concurrent_chats: Count | None = None
    concurrent_chats_per_key: Count | None = None
    credits_per_day: Credits | None = None
    credits_per_request: Credits | None = None


class PlanView(Answer, frozen=True, kw_only=True):
    """A plan as people compare it. `models` absent means every active model; `families` are assistant families.

    `task_categories` are the tasks it takes, null for all: what surely looks like another is not sent.
    `personal_data` is what happens to personal data in what is sent to models.
    """

    id: UUID
    slug: str
    name: str
    rank: int
    monthly_credits: Credits
    models: list[str] | None
    families: list[str]
    max_context: int
    limits: PlanLimits
    personal_data: PersonalData = PersonalData.WARN
    current: bool = False
    task_categories: TaskCategories = None


class EntitlementView(Answer, frozen=True, kw_only=True):
    """What somebody may use: the plan with the overrides applied. `overrides` names what differs."""

    plan_slug: str
    families: list[str]
    models: list[str] | None
    max_context: int
    monthly_credits: Credits
    limits: PlanLimits
    overrides: list[str]
    task_categories: TaskCategories = None


class Overrides(Request, frozen=True, kw_only=True):
    """What one person has beside the plan. Absent fields follow the plan."""

    extra_families: list[Family] = []
    extra_models: list[str] = []
    monthly_credits: Credits | None = None
    max_context: Count | None = None
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrent_chats: Count | None = None
    concurrent_chats_per_key: Count | None = None
    credits_per_day: Credits | None = None
    credits_per_request: Credits | None = None


class RequestStatus(StrEnum):
    """Where a plan request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class NewPlanRequest(Request, frozen=True, kw_only=True):
    """Ask for a plan (id or slug) or for one assistant family, never both."""

    plan: str | None = None
    model_family: Family | None = None
    reason: Reason


class PlanRequestView(Answer, frozen=True, kw_only=True):
    """One request with its decision."""

    id: UUID
    plan: str | None
    plan_name: str | None
    model_family: str | None
    reason: str
    status: RequestStatus
    created_at: Instant
    decided_at: Instant | None = None
    decided_by: str | None = None
    note: str | None = None


class AdminPlanRequest(PlanRequestView, frozen=True, kw_only=True):
    """A request with the person behind it. Credits are of the last 30 days, `credits_by_day` oldest first."""

    user_id: UUID
    user_name: str
    user_email: str
    user_plan: str
    monthly_credits: Credits
    credits_30_days: Credits
    raw_cost_30_days: Credits
    calls_30_days: int
    credits_by_day: list[Credits]


class Decision(Request, frozen=True, kw_only=True):
    """`plan` or `model_family` override what was asked for; a decline needs a note."""

    decision: Literal["approve", "decline"]
    plan: str | None = None
    model_family: Family | None = None
    note: Annotated[str, Meta(max_length=500)] = ""


class PlanWrite(Request, frozen=True, kw_only=True):
    """A new plan, or what to change of one."""

    reason: Reason
    slug: Family | UnsetType = UNSET
    name: Annotated[str, Meta(min_length=1, max_length=80)] | UnsetType = UNSET
    rank: int | UnsetType = UNSET
    monthly_credits: Credits | UnsetType = UNSET
    models: list[str] | None | UnsetType = UNSET
    families: list[Family] | UnsetType = UNSET
    max_context: Count | UnsetType = UNSET
    limits: PlanLimits | UnsetType = UNSET
    task_categories: TaskCategories | UnsetType = UNSET
    personal_data: PersonalData | UnsetType = UNSET


class EntitlementAdminView(Answer, frozen=True, kw_only=True):
    """One person's plan and overrides."""

    id: UUID
    user_id: UUID
    plan_id: UUID
    plan_slug: str
    overrides: Overrides


class EntitlementPatch(Request, frozen=True, kw_only=True):
    """Changes somebody's plan (id or slug) or replaces the overrides."""

    user_id: UUID
    reason: Reason
    plan: str | UnsetType = UNSET
    overrides: Overrides | UnsetType = UNSET
