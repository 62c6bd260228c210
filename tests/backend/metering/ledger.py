"""One person's account in a real database, and the records that admission and settlement are called with."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from backend.columns import new_id
from backend.metering.records import (
    AdmissionRecord,
    AdmissionResult,
    AttemptRecord,
    CostDocument,
    SettlementRecord,
    UsageDocument,
)
from shared.admin import Candidate, Factor, RouteDecision
from shared.plans import PlanLimits

MONTHLY = Decimal(1000)
Connection = psycopg.Connection[tuple[Any, ...]]

ROUTE = RouteDecision(
    strategy="balanced",
    assistant="general",
    assistant_chosen=False,
    model_chosen=False,
    complexity="simple",
    chain=[
        Candidate(
            model="sim-fast",
            provider="simulator",
            score=1,
            cost_score=1,
            latency_score=1,
            quality_score=1,
            uptime_score=1,
        )
    ],
    rejected=[],
    reasons=["Auto picked the General assistant."],
    max_tokens=100,
    prompt_tokens=10,
)


class Holder:
    """Somebody with an account. Every statement is committed at once."""

    def __init__(
        self, connection: Connection, credits: Decimal | int = MONTHLY, organisation: UUID | None = None
    ) -> None:
        self.connection = connection
        self.id, self.organisation_id = new_id(), organisation or new_id()
        plan = self._one("SELECT id FROM plans WHERE slug = 'starter'")
        for statement, parameters in (
            (
                "INSERT INTO organisations (id, name, personal) VALUES (%s, 'Mara', true) ON CONFLICT DO NOTHING",
                (self.organisation_id,),
            ),
            (
                "INSERT INTO users (id, organisation_id, email, name) VALUES (%s, %s, %s, 'Mara')",
                (self.id, self.organisation_id, f"{self.id}@example.org"),
            ),
            ("INSERT INTO user_entitlements (user_id, plan_id) VALUES (%s, %s)", (self.id, plan)),
            (
                "INSERT INTO credit_accounts (user_id, organisation_id, period, day) VALUES (%s, %s,"
                " date_trunc('month', now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date)",
                (self.id, self.organisation_id),
            ),
        ):
            connection.execute(statement, parameters)  # type: ignore[arg-type]
        if credits:
            self.move(Decimal(credits))

    def _one(self, query: str, *parameters: object) -> Any:
        row = self.connection.execute(query, parameters).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row[0]

    @property
    def account(self) -> tuple[Decimal, Decimal, int, Decimal]:
        """Balance, held, active, used today."""
        row = self.connection.execute(
            "SELECT balance, held, active, day_used FROM credit_accounts WHERE user_id = %s", (self.id,)
        ).fetchone()
        assert row is not None
        return row

    @property
    def balance(self) -> Decimal:
        return self.account[0]

    def ledger(self) -> list[tuple[str, Decimal]]:
        """Every movement of the account, oldest first."""
        return self.connection.execute(
            "SELECT kind, amount FROM ledger_entries WHERE user_id = %s ORDER BY created_at, id", (self.id,)
        ).fetchall()

    def move(self, amount: Decimal, monthly: Decimal = MONTHLY) -> None:
        """Gives credits, or takes them back."""
        self.connection.execute(
            "SELECT move_credits(%s, %s, 'adjust', %s, 'test')", (self.id, monthly, amount)
        ).fetchone()

    def key(self, cap: Decimal | int | None = None) -> UUID:
        """A new API key, which may spend so much each month."""
        made: UUID = self._one(
            "INSERT INTO api_keys (organisation_id, user_id, name, prefix, monthly_credits)"
            " VALUES (%s, %s, uuidv7()::text, 'fl_live_', %s) RETURNING id",
            self.organisation_id,
            self.id,
            None if cap is None else Decimal(cap),
        )
        return made

    def spent_by(self, key: UUID) -> Decimal:
        """What a key spent this month, with what it holds."""
        found: Decimal = self._one(
            "SELECT coalesce(sum(m.credits), 0) FROM api_key_months m JOIN credit_accounts a ON a.period = m.month"
            " WHERE m.api_key_id = %s AND a.user_id = %s",
            key,
            self.id,
        )
        return found

    def open_period(self, monthly: Decimal = MONTHLY) -> None:
        """What every admission does first."""
        self.connection.execute("SELECT open_credit_period(%s, %s)", (self.id, monthly))

    def let_a_month_pass(self) -> None:
        """All that the account and its holds know of the calendar becomes a month older."""
        for table in ("credit_accounts", "holds"):
            self.connection.execute(
                f"UPDATE {table} SET period = period - interval '1 month', day = day - interval '1 month'"  # type: ignore[arg-type]
                " WHERE user_id = %s",
                (self.id,),
            )
        for far in ("+ interval '1000 years'", "- interval '1000 years 1 month'"):  # no month onto one that is there
            self.connection.execute(
                f"UPDATE api_key_months SET month = month {far} WHERE api_key_id IN"  # type: ignore[arg-type]
                " (SELECT id FROM api_keys WHERE user_id = %s)",
                (self.id,),
            )

    def let_a_day_pass(self) -> None:
        """All that the account and its holds know of the calendar becomes a day older."""
        for table in ("credit_accounts", "holds"):
            self.connection.execute(
                f"UPDATE {table} SET day = day - 1 WHERE user_id = %s",  # type: ignore[arg-type]
                (self.id,),
            )

    def admission(self, **different: Any) -> AdmissionRecord:
        """A request for up to 100 tokens at one credit each, with nothing else to pay."""
        facts: dict[str, Any] = {
            "request_id": new_id(),
            "organisation_id": self.organisation_id,
            "user_id": self.id,
            "caller": self.id,
            "key_chats": None,
            "process_id": UUID(int=1),
            "lease_seconds": 60,
            "catalogue_version": self._one("SELECT version FROM catalogue_version"),
            "identity_version": self._one("SELECT version FROM users WHERE id = %s", self.id),
            "monthly_credits": MONTHLY,
            "limits": PlanLimits(),
            "windows": [],
            "prompt_tokens": 10,
            "fixed_credits": Decimal(0),
            "credits_per_token": Decimal(1),
            "wanted_tokens": 100,
            "min_tokens": 1,
            "conversation": None,
            "check": None,
            "idempotency": None,
            "route": ROUTE,
        }
        return AdmissionRecord(**facts | different)

    def admit(self, record: AdmissionRecord | None = None, **different: Any) -> tuple[UUID, AdmissionResult]:
        """Asks for admission; gives the request's id and the answer."""
        asked = record or self.admission(**different)
        [(request_id, answer)] = self.connection.execute(
            "SELECT * FROM admit_requests(%s::jsonb)", (msgspec.json.encode([asked]).decode(),)
        ).fetchall()
        return request_id, msgspec.json.decode(answer, type=AdmissionResult)

    def settlement(self, request_id: UUID, cost: Decimal | int | None) -> SettlementRecord:
        """The end of a request that costs so many credits, or failed."""
        final = AttemptRecord(
            id=new_id(),
            attempt=1,
            provider="simulator",
            model="sim-fast",
            model_id=None,
            status="failed" if cost is None else "answered",
            final=True,
            error_code="provider_failed" if cost is None else None,
            fault=None,
            started_ms=0,
            latency_ms=1,
            first_token_ms=None,
        )
        return SettlementRecord(
            request_id=request_id,
            organisation_id=self.organisation_id,
            user_id=self.id,
            assistant="general",
            attempts=[final],
            cost=None
            if cost is None
            else CostDocument(
                model_call_id=final.id,
                raw_cost=Decimal(cost) / 100,
                multiplier=Decimal(1),
                factors=(Factor(name="plan starter", value=Decimal(1)),),
                credits_per_dollar=Decimal(100),
                display_cost=Decimal(cost),
                price_version=1,
                buckets=[],
                estimated=False,
                provider_cost=None,
            ),
            usage=None if cost is None else UsageDocument("sim-fast", 10, 20),
            message=None,
            result=None,
        )

    def settle(self, request_id: UUID, cost: Decimal | int | None) -> tuple[bool, Decimal | None, Decimal]:
        """Ends a request; gives whether it was the first time, the charge, and what can be spent."""
        record = self.settlement(request_id, cost)
        [(_, settled, charged, spendable)] = self.connection.execute(
            "SELECT * FROM settle_requests(%s::jsonb)", (msgspec.json.encode([record]).decode(),)
        ).fetchall()
        return settled, charged, spendable
