"""The admin desk's calls. The API refuses each of them to people without the role."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from frontend.client import http
from shared.admin import (
    AdminUser,
    AuditRow,
    CallDetail,
    CallRow,
    Grant,
    Overview,
    ProviderHealth,
    ResetLink,
    UserPatch,
)
from shared.catalogue import (
    Activation,
    AdminModel,
    AdminProvider,
    EndpointSwitch,
    ModelView,
    ModelWrite,
    NewEndpoint,
    ProviderWrite,
)
from shared.paths import ADMIN, MODELS
from shared.plans import AdminPlanRequest, Decision, EntitlementAdminView, EntitlementPatch
from shared.wire import Page

ModelState = Literal["active", "off", "missing"]
UserOrder = Literal["created", "raw_cost", "credits"]


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls to list; what is None does not narrow."""

    user: str | None = None
    request_id: str | None = None
    model: str | None = None
    provider: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: str | None = None
    fell_back: bool = False
    slow: bool = False

    def query(self) -> http.Query:
        """The filter in the API's words."""
        return {
            "user": self.user,
            "request_id": self.request_id,
            "model": self.model,
            "provider": self.provider,
            "from": None if self.since is None else self.since.isoformat(),
            "to": None if self.until is None else self.until.isoformat(),
            "status": self.status,
            "fell_back": self.fell_back or None,
            "slow": self.slow or None,
        }


def overview() -> Overview:
    """The figures of the last 24 hours."""
    return http.call("GET", f"{ADMIN}/overview", Overview)


def models(
    *,
    q: str | None = None,
    provider: str | None = None,
    state: ModelState | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[AdminModel]:
    """Models, narrowed."""
    query: http.Query = {"q": q, "provider": provider, "state": state, "limit": limit, "cursor": cursor}
    return http.call("GET", f"{ADMIN}/models", Page[AdminModel], query=query)


def add_model(model: ModelWrite) -> AdminModel:
    """A new model, not active yet."""
    return http.call("POST", f"{ADMIN}/models", AdminModel, body=model)


def change_model(model_id: UUID, change: ModelWrite) -> AdminModel:
    """Changes what `change` names."""
    return http.call("PATCH", f"{ADMIN}/models/{model_id}", AdminModel, body=change)


def activate(model_id: UUID, active: bool, reason: str) -> AdminModel:
    """Turns a model on or off; refused for a model without prices."""
    body = Activation(active=active, reason=reason)
    return http.call("POST", f"{ADMIN}/models/{model_id}/activate", AdminModel, body=body)


def providers() -> list[AdminProvider]:
    """Every provider."""
    return http.call("GET", f"{ADMIN}/providers", Page[AdminProvider]).items


def add_provider(provider: ProviderWrite) -> AdminProvider:
    """A new provider."""
    return http.call("POST", f"{ADMIN}/providers", AdminProvider, body=provider)


def change_provider(provider_id: UUID, change: ProviderWrite) -> AdminProvider:
    """Changes what `change` names."""
    return http.call("PATCH", f"{ADMIN}/providers/{provider_id}", AdminProvider, body=change)


def add_endpoint(provider_id: UUID, endpoint: NewEndpoint) -> AdminProvider:
    """A further address of a provider."""
    return http.call("POST", f"{ADMIN}/providers/{provider_id}/endpoints", AdminProvider, body=endpoint)


def switch_endpoint(provider_id: UUID, endpoint_id: UUID, switch: EndpointSwitch) -> AdminProvider:
    """Whether calls may go to an address."""
    path = f"{ADMIN}/providers/{provider_id}/endpoints/{endpoint_id}"
    return http.call("PATCH", path, AdminProvider, body=switch)


def known_models() -> list[ModelView]:
    """Every active model, by the names that support may see too."""
    return http.call("GET", MODELS, Page[ModelView], query={"include": "locked", "limit": 200}).items


def health() -> list[ProviderHealth]:
    """Every provider with its figures of the last 15 minutes."""
    return http.call("GET", f"{ADMIN}/providers/health", Page[ProviderHealth]).items


def calls(wanted: CallFilter, *, limit: int | None = None, cursor: str | None = None) -> Page[CallRow]:
    """Model calls, newest first."""
    query = wanted.query() | {"limit": limit, "cursor": cursor}
    return http.call("GET", f"{ADMIN}/model-calls", Page[CallRow], query=query)


def call(request_id: UUID) -> CallDetail:
    """One request from precheck to charge."""
    return http.call("GET", f"{ADMIN}/model-calls/{request_id}", CallDetail)


def plan_requests(status: Literal["waiting", "decided"]) -> Page[AdminPlanRequest]:
    """Requests for plans and families."""
    return http.call("GET", f"{ADMIN}/plan-requests", Page[AdminPlanRequest], query={"status": status, "limit": 200})


def decide(request_id: UUID, decision: Decision) -> AdminPlanRequest:
    """Approves or declines; the entitlement changes at once."""
    return http.call("POST", f"{ADMIN}/plan-requests/{request_id}/decide", AdminPlanRequest, body=decision)


def users(
    *, q: str | None = None, sort: UserOrder = "created", limit: int | None = None, cursor: str | None = None
) -> Page[AdminUser]:
    """People with their cost of the last 30 days."""
    query: http.Query = {"q": q, "sort": sort, "limit": limit, "cursor": cursor}
    return http.call("GET", f"{ADMIN}/users", Page[AdminUser], query=query)


def change_user(change: UserPatch) -> AdminUser:
    """Changes a role or a suspension."""
    return http.call("PATCH", f"{ADMIN}/users", AdminUser, body=change)


def change_plan(user_id: UUID, slug: str, reason: str) -> EntitlementAdminView:
    """Puts somebody on another plan."""
    body = EntitlementPatch(user_id=user_id, plan=slug, reason=reason)
    return http.call("PATCH", f"{ADMIN}/entitlements", EntitlementAdminView, body=body)


def grant(user_id: UUID, credits: Decimal, reason: str) -> AdminUser:
    """Gives credits beside the plan; a negative amount takes back."""
    body = Grant(credits=credits, reason=reason)
    return http.call("POST", f"{ADMIN}/users/{user_id}/grants", AdminUser, body=body)


def reset_link(user_id: UUID) -> ResetLink:
    """A one-time link to set a new password."""
    return http.call("POST", f"{ADMIN}/users/{user_id}/reset", ResetLink)


def audit(
    *,
    action: str | None = None,
    actor: str | None = None,
    subject: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Page[AuditRow]:
    """Who changed what, newest first."""
    query: http.Query = {"action": action, "actor": actor, "subject": subject, "limit": limit, "cursor": cursor}
    return http.call("GET", f"{ADMIN}/audit", Page[AuditRow], query=query)
