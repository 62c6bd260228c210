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

from shared.accounts import Me, OrganisationView, PlanBrief, SigninOptions, UserRole
from shared.admin import (
    AdminUser,
    Attempt,
    AuditRow,
    BucketCost,
    CallDetail,
    CallRow,
    Candidate,
    CheckView,
    CostView,
    ExpensiveUser,
    Factor,
    Grant,
    Overview,
    ProviderHealth,
    Rejected,
    ResetLink,
    RouteDecision,
    UserPatch,
)
from shared.catalogue import (
    Activation,
    AdminModel,
    AdminProvider,
    Capability,
    LatencyTier,
    ModelView,
    ModelWrite,
    Prices,
    ProviderWrite,
)
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.plans import (
    AdminPlanRequest,
    Decision,
    EntitlementAdminView,
    EntitlementPatch,
    EntitlementView,
    NewPlanRequest,
    Overrides,
    PlanLimits,
    PlanRequestView,
    PlanView,
    RequestStatus,
)
from shared.precheck import Category, CategoryScore, Complexity, Risk
from shared.usage import DayAndAssistant, Usage, UsageRow, UsageTotal
from shared.wire import Page, encode

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]

REQUEST_ID = "019aa3f2-7c41-7d0e-b6f8-000000000000"


def uid(number: int) -> UUID:
    """A stable id."""
    return UUID(f"019aa3f2-7c41-7d0e-b6f8-{number:012d}")


def credits(text: str | float) -> Decimal:
    """An exact amount."""
    return Decimal(str(text))


class FakeApi:
    """The organisation. `now` is the present; `role` follows the bearer token (`user`, `support`, `admin`)."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.month = self.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        self.next_month = (self.month + timedelta(days=32)).replace(day=1)
        self.broken: dict[str, ErrorBody] = {}
        self.empty = False
        self.seen: list[tuple[str, str, bytes]] = []
        self.providers = _providers(self.now)
        self.models = _models(self.now)
        self.plans = _plans()
        self.requests = _requests(self.now)
        self.own = _own_requests(self.now)
        self.users = _users(self.now)
        self.calls = _calls(self.now)
        self.audit = _audit(self.now)

    def break_down(self, path: str, message: str = "The server did not answer within 5 s.") -> None:
        """From now on `path` answers 503."""
        self.broken[path] = ErrorBody(
            code=ErrorCode.UNAVAILABLE, message=message, retryable=True, request_id=REQUEST_ID
        )

    def refuse(self, path: str, code: ErrorCode, message: str) -> None:
        """From now on `path` answers with this error."""
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
            ]
        )

    def _route(self, method: str, path: str, handler: Handler) -> Route:
        async def guarded(request: Request) -> Response:
            self.seen.append((request.method, request.url.path, await request.body()))
            if (error := self.broken.get(request.url.path)) is not None:
                return _json(ErrorEnvelope(error=error), 503 if error.retryable else 409)
            if request.headers.get("authorization") is None and not path.endswith("options"):
                body = ErrorBody(code=ErrorCode.NOT_SIGNED_IN, message="Sign in first.")
                return _json(ErrorEnvelope(error=body), 401)
            return await handler(request)

        return Route(path, guarded, methods=[method])

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
        rows = [] if self.empty else _model_rows()
        by_day = [] if self.empty else _by_day(first, min(until, self.now))
        total = sum((row.credits for row in by_day), Decimal())
        used = sum((row.credits for row in _by_day(self.month, self.now)), Decimal())
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
                by_day_and_assistant=by_day,
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
                providers=_healths(self.now),
                attention=[
                    "Groq: circuit open, 412 calls went elsewhere.",
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

    async def _health(self, _request: Request) -> Response:
        return _page(_healths(self.now))

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
        return _json(_detail(row))

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


def _providers(now: datetime) -> list[AdminProvider]:
    rows = [
        ("anthropic", "Anthropic", "anthropic", "https://api.anthropic.com", True, None, 3),
        ("openai", "OpenAI", "openai", "https://api.openai.com/v1", True, None, 2),
        ("google", "Gemini", "gemini", "https://generativelanguage.googleapis.com", True, None, 2),
        ("groq", "Groq", "openai", "https://api.groq.com/openai/v1", True, None, 1),
        ("cohere", "Cohere", "cohere", "https://api.cohere.com", False, "No API key is set.", 1),
        ("ollama", "Ollama, rack 2", "openai", "http://10.0.3.2:11434/v1", True, None, 1),
    ]
    return [
        AdminProvider(
            id=uid(20 + number),
            name=name,
            display_name=shown,
            dialect=dialect,
            api_base_url=url,
            status="disabled" if name == "ollama" else "active",
            allow_private_network=name == "ollama",
            has_key=name not in ("cohere", "ollama"),
            key_source="not_needed" if name == "ollama" else "none" if name == "cohere" else "environment",
            usable=usable,
            why=why,
            model_count=models,
            created_at=now - timedelta(days=200),
        )
        for number, (name, shown, dialect, url, usable, why, models) in enumerate(rows)
    ]


def _models(now: datetime) -> list[AdminModel]:
    fresh, old = now - timedelta(days=18), now - timedelta(days=97)
    code, vision, think = Capability.CODE, Capability.VISION, Capability.REASONING
    rows = [
        ("sonnet", "Sonnet", "anthropic", 200_000, "3.00", "15.00", "1.4", "fast", [code, vision], fresh, True),
        ("opus", "Opus", "anthropic", 200_000, "15.00", "75.00", "1.6", "slow", [think], fresh, True),
        ("haiku", "Haiku", "anthropic", 200_000, "0.80", "4.00", "1.4", "fast", [], old, True),
        ("gpt-5-mini", "GPT-5 mini", "openai", 400_000, "0.25", "2.00", "1.5", "fast", [vision], fresh, True),
        ("gpt-5", "GPT-5", "openai", 400_000, "1.25", "10.00", "1.5", "medium", [think], fresh, False),
        ("gemini-flash", "Gemini Flash", "google", 1_000_000, "0.30", "2.50", "1.5", "fast", [vision], fresh, True),
        ("llama-3.3-70b", "Llama 3.3 70B", "groq", 128_000, "0.59", "0.79", "1.3", "fast", [], fresh, True),
        ("command-a", "Command A", "cohere", 256_000, "2.50", "10.00", "1.5", "medium", [], old, True),
        ("imagen-4", "Imagen 4", "google", 0, None, None, "2.0", "medium", [Capability.IMAGE_OUTPUT], None, False),
        (
            "qwen3-coder", "qwen3-coder-next-80b-instruct-fp8", "ollama", 256_000, None, None, "1.0", "medium", [code],
            None, False,
        ),
    ]  # fmt: skip
    shown = {provider.name: provider for provider in _providers(now)}
    return [
        AdminModel(
            id=uid(40 + number),
            provider_id=shown[provider].id,
            provider=provider,
            provider_name=shown[provider].display_name,
            name=name,
            display_name=title,
            upstream_name=name,
            family=name.split("-")[0],
            model_type="image" if name == "imagen-4" else "chat",
            context_window=window or 480,
            max_output_tokens=8192,
            supports_images=vision in can,
            capabilities=can,
            latency_tier=LatencyTier(tier),
            quality=0.8,
            tags=[],
            source="The provider's price page.",
            active=active,
            usable=active and shown[provider].usable,
            why=shown[provider].why,
            prices=None if read is None else Prices(input=credits(read), output=credits(write)),
            price_version=None if read is None else 14,
            priced_at=at,
            price_missing=[] if read else ["image"] if name == "imagen-4" else ["input", "output"],
            multiplier=credits(factor),
            calls_7_days=1204 if active else 0,
        )
        for number, (name, title, provider, window, read, write, factor, tier, can, at, active) in enumerate(rows)
    ]


def _plans() -> list[PlanView]:
    base = ["general", "code", "writing", "research", "data", "translation"]
    small = [f"model-{number}" for number in range(9)]
    large = [f"model-{number}" for number in range(21)]
    return [
        PlanView(
            id=uid(11), slug="starter", name="Starter", rank=1, monthly_credits=credits(1000), models=small,
            families=base, max_context=32_000, limits=PlanLimits(requests_per_minute=20), current=True,
        ),
        PlanView(
            id=uid(12), slug="pro", name="Pro", rank=2, monthly_credits=credits(5000), models=large,
            families=[*base, "reasoning"], max_context=128_000, limits=PlanLimits(requests_per_minute=60),
        ),
        PlanView(
            id=uid(13), slug="team", name="Team", rank=3, monthly_credits=credits(20_000), models=None,
            families=[*base, "reasoning", "images"], max_context=200_000, limits=PlanLimits(concurrent_chats=20),
        ),
    ]  # fmt: skip


def _own_requests(now: datetime) -> list[PlanRequestView]:
    return [
        PlanRequestView(
            id=uid(91), plan=None, plan_name=None, model_family="reasoning", reason="For the tariff audit.",
            status=RequestStatus.WAITING, created_at=now - timedelta(days=2),
        ),
        PlanRequestView(
            id=uid(92), plan="starter", plan_name="Starter", model_family=None, reason="To begin.",
            status=RequestStatus.APPROVED, created_at=now - timedelta(days=80), decided_at=now - timedelta(days=79),
            decided_by="J. Okafor", note="Welcome. Tell me if 1,000 is too little.",
        ),
        PlanRequestView(
            id=uid(93), plan="team", plan_name="Team", model_family=None, reason="Images.",
            status=RequestStatus.DECLINED, created_at=now - timedelta(days=85), decided_at=now - timedelta(days=84),
            decided_by="J. Okafor", note="Images are for the brand team until the trial ends.",
        ),
    ]  # fmt: skip


def _requests(now: datetime) -> list[AdminPlanRequest]:
    def one(number: int, name: str, days: int, **what: str | None) -> AdminPlanRequest:
        return AdminPlanRequest(
            id=uid(80 + number),
            plan=what.get("plan"),
            plan_name=what.get("plan_name"),
            model_family=what.get("family"),
            reason="Two people on my team need Reasoning for the tariff audit; we run out of credits around the 25th.",
            status=RequestStatus.WAITING,
            created_at=now - timedelta(days=days, hours=5),
            user_id=uid(50 + number),
            user_name=name,
            user_email=f"{name.split()[0].lower()}@harbourworks.example",
            user_plan="starter",
            monthly_credits=credits(1000),
            credits_30_days=credits("839.2"),
            raw_cost_30_days=credits("4.92"),
            calls_30_days=1284,
            credits_by_day=[credits([31, 44, 42, 46, 40, 22, 21][day % 7]) for day in range(30)],
        )

    return [
        one(1, "Mara Lindqvist", 2, family="reasoning"),
        one(2, "Daniel Ferreira", 1, plan="team", plan_name="Team"),
        one(3, "Support macro", 0, plan="pro", plan_name="Pro"),
    ]


def _users(now: datetime) -> list[AdminUser]:
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


def _healths(now: datetime) -> list[ProviderHealth]:
    rows = [
        ("openai", "OpenAI", "active", True, None, 812, 0.002, 900, 4100, 1800),
        ("google", "Gemini", "active", True, None, 604, 0.004, 700, 3000, 1400),
        ("anthropic", "Anthropic", "active", True, None, 388, 0.038, 2100, 9800, 4900),
        ("groq", "Groq", "active", False, "Circuit open since 14:20, next probe in 18 s.", 120, 0.41, None, None, None),
        ("cohere", "Cohere", "active", False, "No API key is set.", 0, 0.0, None, None, None),
        ("ollama", "Ollama, rack 2", "disabled", False, "Turned off by an admin.", 0, 0.0, None, None, None),
    ]
    ids = {provider.name: provider.id for provider in _providers(now)}
    return [
        ProviderHealth(
            provider_id=ids[name],
            name=name,
            display_name=shown,
            status=status,
            usable=usable,
            why=why,
            calls=calls,
            error_rate=errors,
            latency_p50=p50,
            latency_p95=p95,
            first_token_p95=first,
        )
        for name, shown, status, usable, why, calls, errors, p50, p95, first in rows
    ]


def _calls(now: datetime) -> list[CallRow]:
    people = ["m.lindqvist", "d.ferreira", "support-macro", "j.okafor", "s.amundsen"]
    shapes = [
        ("gpt-5-mini", "openai", "answered", 2, 11_240, "0.18"),
        ("sonnet", "anthropic", "answered", 1, 9_300, "1.02"),
        ("gemini-flash", "google", "failed", 3, 30_000, None),
        ("llama-3.3-70b", "groq", "answered", 1, 640, "0.06"),
        ("sonnet", "anthropic", "cancelled", 1, 4_000, "0.31"),
        ("opus", "anthropic", "running", 1, None, None),
        ("", "", "failed", 0, 12, None),
    ]
    return [
        CallRow(
            request_id=uid(1000 + number),
            created_at=now - timedelta(seconds=97 * number),
            user_id=uid(50 + number % 5),
            user_email=f"{people[number % 5]}@harbourworks.example",
            provider=provider,
            model=model,
            assistant="code",
            status=status,
            attempts=attempts,
            latency_ms=latency,
            first_token_ms=None if latency is None or not attempts else 640,
            prompt_tokens=None if status == "failed" else 1204,
            completion_tokens=None if status == "failed" else 486,
            raw_cost=None if charge is None else credits("0.001273"),
            credits=None if charge is None else credits(charge),
            error_code="provider_failed" if status == "failed" else None,
        )
        for number in range(40)
        for model, provider, status, attempts, latency, charge in [shapes[number % len(shapes)]]
    ]


def _detail(row: CallRow) -> CallDetail:
    failed = Attempt(
        attempt=1, provider="anthropic", model="sonnet", status="failed", started_ms=5, latency_ms=8000,
        first_token_ms=None, fault="No first token within 8,000 ms", provider_request_id="req_01",
        prompt_tokens=None, completion_tokens=None,
    )  # fmt: skip
    last = Attempt(
        attempt=max(row.attempts, 1), provider=row.provider, model=row.model, status=row.status,
        started_ms=8012 if row.attempts > 1 else 5, latency_ms=row.latency_ms, first_token_ms=row.first_token_ms,
        fault=None if row.status != "failed" else "The provider answered 503", provider_request_id=None,
        prompt_tokens=row.prompt_tokens, completion_tokens=row.completion_tokens,
    )  # fmt: skip
    attempts = [failed, last] if row.attempts > 1 else [last] if row.attempts else []
    cost = None
    if row.credits is not None:
        cost = CostView(
            raw_cost=credits("0.001273"),
            factors=[
                Factor(name="plan starter", value=credits(1)),
                Factor(name="model", value=credits("1.5")),
                Factor(name="family code", value=credits("0.95")),
            ],
            multiplier=credits("1.425"),
            credits_per_dollar=credits(100),
            display_cost=row.credits,
            charged=row.credits,
            absorbed=credits(0),
            held=credits("1.10"),
            price_version=14,
            buckets=[
                BucketCost(bucket="input", quantity=1204, price=credits("0.25"), cost=credits("0.000301")),
                BucketCost(bucket="output", quantity=486, price=credits("2.00"), cost=credits("0.000972")),
            ],
            estimated=False,
            provider_cost=None,
        )
    check = CheckView(
        id=uid(3),
        category=Category.CODING,
        scores=[CategoryScore(name=Category.CODING, score=0.91)],
        complexity=Complexity.STANDARD,
        risk=Risk(),
        language="en",
        confidence=0.91,
        signals=["a code block", "the word exception"],
        characters=4816,
        prompt_tokens=1204,
        created_at=row.created_at,
    )
    route = RouteDecision(
        strategy="balanced",
        assistant="code",
        assistant_chosen=False,
        model_chosen=False,
        complexity="standard",
        chain=[
            Candidate(model=name, provider=provider, score=score, cost_score=0.7, latency_score=0.6,
                      quality_score=0.8, uptime_score=0.9)
            for name, provider, score in (("sonnet", "anthropic", 0.81), ("gpt-5-mini", "openai", 0.74))
        ],
        rejected=[Rejected(model="opus", reason="The plan does not include it.")],
        reasons=["The prompt reads as code of standard complexity.", "Auto chose the Code assistant."],
        max_tokens=1000,
        prompt_tokens=1204,
    )  # fmt: skip
    return CallDetail(call=row, precheck=check, route=route if row.attempts else None, attempts=attempts, cost=cost)


def _audit(now: datetime) -> list[AuditRow]:
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


def _model_rows() -> list[UsageRow]:
    rows = [
        ("sonnet", "Sonnet", "311.42", 412, 1_843_200, 402_110),
        ("gpt-5-mini", "GPT-5 mini", "118.07", 366, 902_110, 311_870),
        ("gemini-flash", "Gemini Flash", "71.90", 241, 640_300, 160_040),
        ("haiku", "Haiku", "44.63", 148, 288_410, 92_300),
        ("llama-3.3-70b", "Llama 3.3 70B", "31.18", 84, 190_220, 40_110),
        ("command-a", "Command A", "10.40", 33, 61_030, 15_880),
    ]
    return [
        UsageRow(
            key=key, label=label, credits=credits(amount), calls=calls, prompt_tokens=read, completion_tokens=written
        )
        for key, label, amount, calls, read, written in rows
    ]


def _by_day(first: datetime, until: datetime) -> list[DayAndAssistant]:
    families = ["code", "general", "writing", "research", "data", "translation"]
    shares = [12, 8, 6, 5, 3, 1]
    days = max((until - first) // timedelta(days=1) + 1, 0)
    return [
        DayAndAssistant(
            day=(first + timedelta(days=number)).date().isoformat(),
            assistant=family,
            credits=credits(share * [0.3, 0.9, 1.2, 1.0, 1.4, 1.1, 0.2][number % 7]),
        )
        for number in range(days)
        for family, share in zip(families, shares, strict=True)
    ]
