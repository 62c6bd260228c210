"""A small API with an invented organisation, for the usage, plans and admin pages.

It keeps what is written to it, so a page can be seen to change; `broken` names paths that answer with an error.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.abuse import AbuseDetail, AbusePause, AbuseRules, AbuseRulesPatch, AbuseRulesView, AbuseStep
from shared.accounts import Me, OrganisationView, PlanBrief, SigninOptions, UserRole
from shared.admin import (
    AdminUser,
    ExpensiveUser,
    Grant,
    Overview,
    ResetLink,
    UserPatch,
)
from shared.bench import BenchRequest, BenchResults
from shared.catalogue import (
    Activation,
    AdminEndpoint,
    AdminModel,
    AdminProvider,
    EndpointSwitch,
    ModelView,
    ModelWrite,
    NewEndpoint,
    ProviderWrite,
)
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.imports import ImportChoice
from shared.marks import BenchMarkRequest
from shared.plans import (
    Decision,
    EntitlementAdminView,
    EntitlementPatch,
    EntitlementView,
    NewPlanRequest,
    Overrides,
    PlanLimits,
    PlanRequestView,
    RequestStatus,
)
from shared.risks import (
    GuardSettings,
    GuardWrite,
    PolicyAction,
    RiskPreview,
    RiskRule,
    RiskRuleWrite,
    RiskShift,
)
from shared.usage import Usage, UsageTotal
from shared.wire import Page, encode
from tests.frontend.invented import credits, uid
from tests.frontend.invented.abuse import abuse
from tests.frontend.invented.bench import marked, marks, tried
from tests.frontend.invented.calls import call_detail, calls
from tests.frontend.invented.catalogue import healths, models, providers
from tests.frontend.invented.imports import model_list
from tests.frontend.invented.people import audit, users
from tests.frontend.invented.plans import own_requests, plans, requests
from tests.frontend.invented.risks import risk_guard, risk_rules
from tests.frontend.invented.usage import by_day, model_rows
from tests.frontend.samples import ASSISTANTS

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]

REQUEST_ID = "019aa3f2-7c41-7d0e-b6f8-000000000000"


class FakeApi:
    """The organisation. `now` is the present; `role` follows the bearer token (`user`, `support`, `admin`)."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.month = self.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        self.next_month = (self.month + timedelta(days=32)).replace(day=1)
        self.broken: dict[str, ErrorBody] = {}
        self.empty = False
        self.seen: list[tuple[str, str, bytes]] = []
        self.providers = providers(self.now)
        self.models = models(self.now)
        self.model_list = model_list(self.now)
        self.plans = plans()
        self.requests = requests(self.now)
        self.own = own_requests(self.now)
        self.users = users(self.now)
        self.calls = calls(self.now)
        self.audit = audit(self.now)
        self.abuse = abuse(self.now)
        self.abuse_rules = AbuseRules()
        self.risks = risk_rules(self.now)
        self.guard = risk_guard()
        self.marks = marks(self.now)

    def break_down(self, path: str, message: str = "The server did not answer within 5 s.") -> None:
        """From now on `path` answers 503."""
        self.broken[path] = ErrorBody(
            code=ErrorCode.UNAVAILABLE, message=message, retryable=True, request_id=REQUEST_ID
        )

    def refuse(self, path: str, code: ErrorCode, message: str) -> None:
        """From now on `path` (or `METHOD path`) answers with this error."""
        self.broken[path] = ErrorBody(code=code, message=message, request_id=REQUEST_ID)

    def bodies(self, method: str, path: str) -> list[bytes]:
        """What was sent there, in order."""
        return [body for verb, address, body in self.seen if (verb, address) == (method, path)]

    def app(self) -> Starlette:
        """The API as an application."""
        admin = "/api/admin"
        return Starlette(
            routes=[
                self._route("GET", "/v1/auth/me", self._me),
                self._route("GET", "/v1/auth/options", self._options),
                self._route("GET", "/api/usage", self._usage),
                self._route("GET", "/api/ai/models", self._user_models),
                self._route("GET", "/api/plans", self._list_plans),
                self._route("GET", "/api/plan-requests", self._own_list),
                self._route("POST", "/api/plan-requests", self._ask),
                self._route("GET", f"{admin}/overview", self._overview),
                self._route("GET", f"{admin}/models", self._list_models),
                self._route("POST", f"{admin}/models", self._add_model),
                self._route("PATCH", f"{admin}/models/{{id}}", self._change_model),
                self._route("POST", f"{admin}/models/{{id}}/activate", self._activate),
                self._route("GET", f"{admin}/providers", self._list_providers),
                self._route("POST", f"{admin}/providers", self._add_provider),
                self._route("GET", f"{admin}/providers/health", self._health),
                self._route("PATCH", f"{admin}/providers/{{id}}", self._change_provider),
                self._route("POST", f"{admin}/providers/{{id}}/endpoints", self._add_endpoint),
                self._route("PATCH", f"{admin}/providers/{{id}}/endpoints/{{endpoint}}", self._switch_endpoint),
                self._route("POST", f"{admin}/providers/{{id}}/imports", self._read_list),
                self._route("POST", f"{admin}/imports/{{id}}/apply", self._apply_import),
                self._route("GET", f"{admin}/model-calls", self._list_calls),
                self._route("GET", f"{admin}/model-calls/{{id}}", self._call),
                self._route("GET", f"{admin}/plan-requests", self._list_requests),
                self._route("POST", f"{admin}/plan-requests/{{id}}/decide", self._decide),
                self._route("GET", f"{admin}/users", self._list_users),
                self._route("PATCH", f"{admin}/users", self._change_user),
                self._route("POST", f"{admin}/users/{{id}}/grants", self._grant),
                self._route("POST", f"{admin}/users/{{id}}/reset", self._reset),
                self._route("PATCH", f"{admin}/entitlements", self._entitle),
                self._route("GET", f"{admin}/audit", self._list_audit),
                self._route("GET", f"{admin}/abuse", self._list_abuse),
                self._route("GET", f"{admin}/abuse/settings", self._show_abuse_rules),
                self._route("PATCH", f"{admin}/abuse/settings", self._change_abuse_rules),
                self._route("GET", f"{admin}/abuse/{{id}}", self._show_abuse),
                self._route("POST", f"{admin}/abuse/{{id}}/revoke", self._revoke_abuse),
                self._route("POST", f"{admin}/abuse/{{id}}/pause", self._pause_abuse),
                self._route("POST", f"{admin}/abuse/events/{{id}}/take-back", self._take_back),
                self._route("GET", "/api/ai/assistants", self._assistants),
                self._route("POST", f"{admin}/precheck/bench", self._bench),
                self._route("POST", f"{admin}/precheck/marks", self._mark),
                self._route("GET", f"{admin}/risk-policies", self._list_risks),
                self._route("PUT", f"{admin}/risk-policies", self._set_risk),
                self._route("DELETE", f"{admin}/risk-policies/{{id}}", self._remove_risk),
                self._route("POST", f"{admin}/risk-policies/preview", self._try_risk),
                self._route("GET", f"{admin}/risk-guard", self._risk_guard),
                self._route("PUT", f"{admin}/risk-guard", self._set_risk_guard),
                self._route("GET", f"{admin}/precheck/marks", self._list_marks),
                self._route("DELETE", f"{admin}/precheck/marks/{{id}}", self._delete_mark),
            ]
        )

    def _route(self, method: str, path: str, handler: Handler) -> Route:
        async def guarded(request: Request) -> Response:
            self.seen.append((request.method, request.url.path, await request.body()))
            address = request.url.path
            error = self.broken.get(address) or self.broken.get(f"{request.method} {address}")
            if error is not None:
                return _json(ErrorEnvelope(error=error), 503 if error.retryable else 409)
            if request.headers.get("authorization") is None and not path.endswith("options"):
                body = ErrorBody(code=ErrorCode.NOT_SIGNED_IN, message="Sign in first.")
                return _json(ErrorEnvelope(error=body), 401)
            return await handler(request)

        return Route(path, guarded, methods=[method])

    async def _assistants(self, _request: Request) -> Response:
        return _page(ASSISTANTS)

    async def _bench(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=BenchRequest)
        return _json(BenchResults(items=[tried(prompt, self.now) for prompt in wanted.prompts]))

    async def _list_marks(self, request: Request) -> Response:
        query = request.query_params
        found = [
            mark
            for mark in self.marks
            if query.get("category") in (None, mark.category) and query.get("was") in (None, mark.was.category)
        ]
        return _paged(found, request)

    async def _delete_mark(self, request: Request) -> Response:
        self.marks = [mark for mark in self.marks if str(mark.id) != request.path_params["id"]]
        return Response(status_code=204)

    async def _mark(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=BenchMarkRequest)
        return _json(marked(wanted, self.now))

    async def _me(self, request: Request) -> Response:
        role = UserRole(request.headers["authorization"].removeprefix("Bearer "))
        plan = next(plan for plan in self.plans if plan.current)
        return _json(
            Me(
                id=uid(1),
                email="mara@harbourworks.example",
                name="Mara Lindqvist",
                role=role,
                organisation=OrganisationView(id=uid(2), name="Harbour Works"),
                plan=PlanBrief(
                    id=plan.id, name=plan.name, monthly_credits=plan.monthly_credits, period_end=self.next_month
                ),
                balance=credits("412.4"),
                entitlement=EntitlementView(
                    plan_slug=plan.slug,
                    families=plan.families,
                    models=plan.models,
                    max_context=plan.max_context,
                    monthly_credits=plan.monthly_credits,
                    limits=plan.limits,
                    overrides=[],
                ),
                simulated=False,
            )
        )

    async def _options(self, _request: Request) -> Response:
        return _json(SigninOptions(signup="closed"))

    async def _usage(self, request: Request) -> Response:
        first = datetime.fromisoformat(request.query_params["from"])
        until = datetime.fromisoformat(request.query_params["to"])
        rows = [] if self.empty else model_rows()
        spent = [] if self.empty else by_day(first, min(until, self.now))
        total = sum((row.credits for row in spent), Decimal())
        used = sum((row.credits for row in by_day(self.month, self.now)), Decimal())
        return _json(
            Usage(
                period={"from": first, "to": until},
                credit_period={"from": self.month, "to": self.next_month},
                balance=credits(1000) - (Decimal() if self.empty else used),
                granted=credits(1000),
                limits=PlanLimits(requests_per_minute=20),
                total=UsageTotal(
                    credits=total,
                    calls=sum(row.calls for row in rows),
                    failed=0 if self.empty else 11,
                    prompt_tokens=sum(row.prompt_tokens for row in rows),
                    completion_tokens=sum(row.completion_tokens for row in rows),
                ),
                items=rows,
                by_day_and_assistant=spent,
            )
        )

    async def _user_models(self, _request: Request) -> Response:
        views = [
            ModelView(
                id=model.id,
                name=model.name,
                display_name=model.display_name,
                provider=model.provider_name,
                family=model.family,
                context_window=model.context_window,
                latency_tier=model.latency_tier,
                capabilities=model.capabilities,
            )
            for model in self.models
        ]
        return _page(views)

    async def _list_plans(self, _request: Request) -> Response:
        return _page([] if self.empty else self.plans)

    async def _own_list(self, _request: Request) -> Response:
        return _page([] if self.empty else self.own)

    async def _ask(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=NewPlanRequest)
        plan = next((plan for plan in self.plans if plan.slug == wanted.plan), None)
        made = PlanRequestView(
            id=uid(900 + len(self.own)),
            plan=wanted.plan,
            plan_name=None if plan is None else plan.name,
            model_family=wanted.model_family,
            reason=wanted.reason,
            status=RequestStatus.WAITING,
            created_at=self.now,
        )
        self.own.insert(0, made)
        return _json(made, 201)

    async def _overview(self, _request: Request) -> Response:
        if self.empty:
            zero = Decimal()
            return _json(
                Overview(
                    calls=0, failed=0, fallback_rate=0, blocked=0, raw_cost=zero, credits=zero, active_requests=0,
                    users=1, waiting_requests=0, active_models=0, expensive_users=[], providers=[], attention=[],
                )
            )  # fmt: skip
        return _json(
            Overview(
                calls=18_402,
                failed=212,
                fallback_rate=0.023,
                blocked=166,
                raw_cost=credits("61.84"),
                credits=credits("10420"),
                active_requests=14,
                users=61,
                waiting_requests=sum(each.status is RequestStatus.WAITING for each in self.requests),
                active_models=sum(model.active for model in self.models),
                expensive_users=[
                    ExpensiveUser(
                        user_id=user.id,
                        email=user.email,
                        raw_cost=user.raw_cost,
                        credits=user.credits,
                        calls=user.calls,
                    )
                    for user in self.users[:4]
                ],
                providers=healths(self.now),
                attention=[
                    "The circuit of Groq is open. Nothing is sent to https://api.groq.example/v1: refused.",
                    "Two active models use prices older than 90 days: Command A, Haiku.",
                    "3 plan requests wait longer than a day.",
                ],
            )
        )

    async def _list_models(self, request: Request) -> Response:
        query = request.query_params
        found = [
            model
            for model in ([] if self.empty else self.models)
            if query.get("q", "").lower() in f"{model.display_name} {model.name}".lower()
            and query.get("provider") in (None, model.provider)
            and {
                None: True,
                "active": model.active,
                "off": not model.active,
                "missing": bool(model.price_missing),
            }[query.get("state")]
        ]
        return _paged(found, request)

    async def _add_model(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=ModelWrite)
        base = msgspec.structs.replace(self.models[-1], id=uid(700 + len(self.models)), active=False)
        made = _patched(base, write)
        self.models.append(made)
        return _json(made, 201)

    async def _change_model(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=ModelWrite)
        changed = self._replace(request, lambda model: _patched(model, write))
        return _json(changed)

    async def _activate(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=Activation)
        return _json(self._replace(request, lambda model: msgspec.structs.replace(model, active=wanted.active)))

    def _replace(self, request: Request, change: Callable[[AdminModel], AdminModel]) -> AdminModel:
        place = next(n for n, model in enumerate(self.models) if str(model.id) == request.path_params["id"])
        self.models[place] = change(self.models[place])
        return self.models[place]

    async def _list_providers(self, _request: Request) -> Response:
        return _page([] if self.empty else self.providers)

    async def _add_provider(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=ProviderWrite)
        base = msgspec.structs.replace(self.providers[0], id=uid(600 + len(self.providers)), model_count=0)
        made = _patched_provider(base, write)
        self.providers.append(made)
        return _json(made, 201)

    async def _change_provider(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=ProviderWrite)
        place = next(n for n, each in enumerate(self.providers) if str(each.id) == request.path_params["id"])
        self.providers[place] = _patched_provider(self.providers[place], write)
        return _json(self.providers[place])

    async def _add_endpoint(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=NewEndpoint)
        made = AdminEndpoint(
            id=uid(900), base_url=write.base_url, region=write.region, enabled=True, created_at=self.now
        )
        return self._with_endpoints(request, lambda endpoints: [*endpoints, made])

    async def _switch_endpoint(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=EndpointSwitch)
        wanted = request.path_params["endpoint"]
        return self._with_endpoints(
            request,
            lambda endpoints: [
                msgspec.structs.replace(each, enabled=write.enabled) if str(each.id) == wanted else each
                for each in endpoints
            ],
        )

    def _with_endpoints(
        self, request: Request, change: Callable[[list[AdminEndpoint]], list[AdminEndpoint]]
    ) -> Response:
        place = next(n for n, each in enumerate(self.providers) if str(each.id) == request.path_params["id"])
        before = self.providers[place]
        self.providers[place] = msgspec.structs.replace(before, endpoints=change(before.endpoints))
        return _json(self.providers[place])

    async def _read_list(self, request: Request) -> Response:
        provider = next(each for each in self.providers if str(each.id) == request.path_params["id"])
        named = {"provider_id": provider.id, "provider": provider.name, "provider_name": provider.display_name}
        self.model_list = msgspec.structs.replace(self.model_list, **named)
        return _json(self.model_list, 201)

    async def _apply_import(self, request: Request) -> Response:
        choice = msgspec.json.decode(await request.body(), type=ImportChoice)
        wanted = [] if choice.lines is msgspec.UNSET else choice.lines
        lines = [
            msgspec.structs.replace(line, applied=line.applied or line.key in wanted) for line in self.model_list.lines
        ]
        self.model_list = msgspec.structs.replace(self.model_list, lines=lines)
        return _json(self.model_list)

    async def _health(self, _request: Request) -> Response:
        return _page(healths(self.now))

    async def _list_calls(self, request: Request) -> Response:
        query = request.query_params
        found = [
            call
            for call in ([] if self.empty else self.calls)
            if query.get("user", "") in call.user_email
            and query.get("model") in (None, call.model)
            and query.get("provider") in (None, call.provider)
            and query.get("status") in (None, call.status)
            and query.get("request_id") in (None, str(call.request_id))
            and (query.get("fell_back") != "true" or call.attempts > 1)
            and (query.get("slow") != "true" or (call.latency_ms or 0) > 10_000)
        ]
        return _paged(found, request)

    async def _call(self, request: Request) -> Response:
        row = next((call for call in self.calls if str(call.request_id) == request.path_params["id"]), None)
        if row is None:
            body = ErrorBody(code=ErrorCode.NOT_FOUND, message="There is no such call.", request_id=REQUEST_ID)
            return _json(ErrorEnvelope(error=body), 404)
        return _json(call_detail(row))

    async def _list_requests(self, request: Request) -> Response:
        waiting = request.query_params.get("status") != "decided"
        found = [each for each in self.requests if (each.status is RequestStatus.WAITING) == waiting]
        return _page([] if self.empty else found)

    async def _decide(self, request: Request) -> Response:
        decision = msgspec.json.decode(await request.body(), type=Decision)
        place = next(n for n, each in enumerate(self.requests) if str(each.id) == request.path_params["id"])
        self.requests[place] = msgspec.structs.replace(
            self.requests[place],
            status=RequestStatus.APPROVED if decision.decision == "approve" else RequestStatus.DECLINED,
            decided_at=self.now,
            decided_by="J. Okafor",
            note=decision.note or None,
        )
        return _json(self.requests[place])

    async def _list_users(self, request: Request) -> Response:
        query = request.query_params
        found = [user for user in self.users if query.get("q", "").lower() in f"{user.name} {user.email}".lower()]
        if query.get("sort") == "raw_cost":
            found.sort(key=lambda user: -user.raw_cost)
        return _paged([] if self.empty else found, request)

    async def _change_user(self, request: Request) -> Response:
        patch = msgspec.json.decode(await request.body(), type=UserPatch)
        changes = {
            name: value
            for name in ("role", "suspended", "name")
            if (value := getattr(patch, name)) is not msgspec.UNSET
        }
        return _json(self._change(patch.id, changes))

    def _change(self, user_id: UUID, changes: dict[str, object]) -> AdminUser:
        place = next(n for n, user in enumerate(self.users) if user.id == user_id)
        self.users[place] = msgspec.structs.replace(self.users[place], **changes)
        return self.users[place]

    async def _grant(self, request: Request) -> Response:
        grant = msgspec.json.decode(await request.body(), type=Grant)
        user = next(user for user in self.users if str(user.id) == request.path_params["id"])
        return _json(self._change(user.id, {"balance": user.balance + grant.credits}))

    async def _reset(self, _request: Request) -> Response:
        return _json(ResetLink(path="/reset?token=once-only", expires_at=self.now + timedelta(hours=24)))

    async def _entitle(self, request: Request) -> Response:
        patch = msgspec.json.decode(await request.body(), type=EntitlementPatch)
        plan = next(plan for plan in self.plans if plan.slug == patch.plan)
        self._change(patch.user_id, {"plan": plan.slug})
        return _json(
            EntitlementAdminView(
                id=uid(5), user_id=patch.user_id, plan_id=plan.id, plan_slug=plan.slug, overrides=Overrides()
            )
        )

    async def _list_abuse(self, request: Request) -> Response:
        query = request.query_params
        found = [
            detail.subject
            for detail in ([] if self.empty else self.abuse)
            if query.get("kind", detail.subject.kind) == detail.subject.kind
            and query.get("step", detail.subject.step) == detail.subject.step
        ]
        return _paged(found, request)

    def _abuse_place(self, request: Request) -> int:
        return next(n for n, each in enumerate(self.abuse) if str(each.subject.id) == request.path_params["id"])

    async def _show_abuse(self, request: Request) -> Response:
        return _json(self.abuse[self._abuse_place(request)])

    def _change_abuse(self, request: Request, **changes: object) -> Response:
        place = self._abuse_place(request)
        detail = self.abuse[place]
        self.abuse[place] = AbuseDetail(
            subject=msgspec.structs.replace(detail.subject, **changes), events=detail.events
        )
        return _json(self.abuse[place])

    async def _revoke_abuse(self, request: Request) -> Response:
        return self._change_abuse(
            request, score=0.0, step=AbuseStep.WATCHED, paused_until=None, slowed_until=None, revoked_at=self.now
        )

    async def _pause_abuse(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=AbusePause)
        return self._change_abuse(request, step=AbuseStep.PAUSED, paused_until=wanted.until, paused_by_hand=True)

    async def _take_back(self, _request: Request) -> Response:
        return Response(status_code=204)

    async def _show_abuse_rules(self, _request: Request) -> Response:
        return _json(AbuseRulesView(organisation_id=None, rules=self.abuse_rules, own=[]))

    async def _change_abuse_rules(self, request: Request) -> Response:
        patch = msgspec.json.decode(await request.body(), type=AbuseRulesPatch)
        names = AbuseRules.__struct_fields__
        given = {name: value for name in names if (value := getattr(patch, name)) is not msgspec.UNSET}
        self.abuse_rules = msgspec.structs.replace(self.abuse_rules, **given)
        return await self._show_abuse_rules(request)

    async def _list_audit(self, request: Request) -> Response:
        query = request.query_params
        found = [
            row
            for row in ([] if self.empty else self.audit)
            if query.get("action") in (None, row.action)
            and query.get("actor", "") in row.actor
            and query.get("subject", "") in row.subject
        ]
        return _paged(found, request)

    async def _list_risks(self, _request: Request) -> Response:
        return _page(self.risks)

    async def _set_risk(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=RiskRuleWrite)
        facts = {name: getattr(write, name) for name in write.__struct_fields__ if name != "reason"}
        rule = RiskRule(id=uid(91), updated_at=self.now, **facts)
        same = (rule.category, rule.family, rule.plan)
        self.risks = [each for each in self.risks if (each.category, each.family, each.plan) != same] + [rule]
        return _json(rule)

    async def _remove_risk(self, request: Request) -> Response:
        self.risks = [each for each in self.risks if str(each.id) != request.path_params["id"]]
        return Response(status_code=204)

    async def _try_risk(self, _request: Request) -> Response:
        shift = RiskShift(before=PolicyAction.WARN, after=PolicyAction.BLOCK, checks=12)
        return _json(RiskPreview(days=7, checks=3400, changed=12, shifts=[shift]))

    async def _risk_guard(self, _request: Request) -> Response:
        return _json(self.guard)

    async def _set_risk_guard(self, request: Request) -> Response:
        write = msgspec.json.decode(await request.body(), type=GuardWrite)
        facts = {name: getattr(write, name) for name in write.__struct_fields__ if name != "reason"}
        self.guard = GuardSettings(**facts)
        return _json(self.guard)


def _json(answer: object, status: int = 200) -> Response:
    return Response(encode(answer), status_code=status, media_type="application/json")


def _page(items: list[T]) -> Response:
    return _json(Page[T](items=items))


def _paged(items: list[T], request: Request) -> Response:
    size, start = int(request.query_params.get("limit", 50)), int(request.query_params.get("cursor", 0))
    more = start + size < len(items)
    return _json(Page[T](items=items[start : start + size], next=str(start + size) if more else None))


def _patched(model: AdminModel, write: ModelWrite) -> AdminModel:
    given = {
        name: value
        for name in write.__struct_fields__
        if name not in ("reason",) and (value := getattr(write, name)) is not msgspec.UNSET
    }
    if "prices" in given:
        given |= {"price_missing": [], "price_version": (model.price_version or 0) + 1, "priced_at": datetime.now(UTC)}
    return msgspec.structs.replace(model, **given)


def _patched_provider(provider: AdminProvider, write: ProviderWrite) -> AdminProvider:
    given = {
        name: value
        for name in write.__struct_fields__
        if name not in ("reason", "api_key") and (value := getattr(write, name)) is not msgspec.UNSET
    }
    if write.api_key is not msgspec.UNSET:
        given |= {"has_key": write.api_key is not None, "key_source": "stored" if write.api_key else "none"}
    return msgspec.structs.replace(provider, **given)
