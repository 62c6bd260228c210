"""Many at once, on several API processes: nothing is overspent, left held or decided twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

from backend.services import Services
from shared.accounts import UserRole
from shared.paths import API_KEYS
from tests.fixtures.api import Api, Join, Person, serve, set_credits, sign_in_somebody
from tests.fixtures.books import books_balance, holds
from tests.fixtures.databases import settings_for
from tests.fixtures.models import add_model, lift_limits
from tests.fixtures.processes import Served, serving, settings_of
from tests.fixtures.streams import CHAT, streamed

pytestmark = pytest.mark.timeout(300)
AT_ONCE = 200
AFFORDABLE = 10
TOKENS = 16


@pytest.fixture
def processes(database_url: str, simulator_url: str, tmp_path: Path) -> Iterator[list[Served]]:
    """Two API processes on one database."""
    lift_limits(database_url)
    with ExitStack() as stack:
        found = [
            stack.enter_context(serving(tmp_path / name, settings_of(database_url, simulator_url)))
            for name in ("one", "two")
        ]
        for process in found:
            process.wait_until_ready()
        yield found


async def person_with(database_url: str, credits: Decimal) -> tuple[UUID, str]:
    """Somebody with so many credits; their id and token."""
    services = Services(settings_for(database_url))
    id, _, token = await sign_in_somebody(services, role=UserRole.USER, plan="starter")
    await services.database.engine.dispose()
    set_credits(database_url, id, credits)
    return id, token


def account(database_url: str, user_id: UUID) -> tuple[Decimal, Decimal, int]:
    """Balance, what is held, and how many requests run."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT balance, held, active FROM credit_accounts WHERE user_id = %s", (user_id,)
        ).fetchone()
    assert row is not None
    return row


async def ask_at_once(processes: list[Served], token: str, model: str, count: int) -> list[httpx.Response]:
    """The same person's requests, taking turns at the processes, all at the same time."""
    limits = httpx.Limits(max_connections=count)
    body = {
        "messages": [{"role": "user", "content": "Explain knots at length."}],
        "model": model,
        "params": {"max_tokens": TOKENS},
        "stream": False,
    }
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=process.url, headers={"authorization": f"Bearer {token}"}, limits=limits, timeout=120
                )
            )
            for process in processes
        ]
        return list(await asyncio.gather(*(clients[n % len(clients)].post(CHAT, json=body) for n in range(count))))


@pytest.mark.parametrize(
    "prices",
    [
        {"input": "0", "output": "0", "request": "0.01"},
        {"input": "0", "output": str(Decimal("0.01") * 1_000_000 / TOKENS)},
    ],
    ids=["a price for each request", "a price for each token"],
)
async def test_two_hundred_at_once_get_exactly_what_the_credits_pay_for(
    processes: list[Served], database_url: str, prices: dict[str, str]
) -> None:
    """Each answer costs one credit, no more and no less, so however they overlap ten can be had."""
    add_model(database_url, "one-credit", upstream="sim-instant", **prices)
    user_id, token = await person_with(database_url, Decimal(AFFORDABLE))
    answers = await ask_at_once(processes, token, "one-credit", AT_ONCE)
    assert Counter(answer.status_code for answer in answers) == {200: AFFORDABLE, 402: AT_ONCE - AFFORDABLE}
    told = [answer.json() for answer in answers]
    assert {answer["error"]["code"] for answer in told if "error" in answer} == {"out_of_credits"}
    assert {Decimal(answer["usage"]["credits"]) for answer in told if "usage" in answer} == {Decimal(1)}
    assert account(database_url, user_id) == (0, 0, 0)
    assert await holds(database_url) == 0
    await books_balance(database_url)


async def test_holds_that_are_larger_than_charges_overspend_nothing_either(
    processes: list[Served], database_url: str
) -> None:
    """A hold is an estimate: while others are held fewer fit, and what comes free can be used again."""
    add_model(database_url, "estimated", upstream="sim-fast", input="100", output="500")
    user_id, token = await person_with(database_url, Decimal(AFFORDABLE))
    answers = await ask_at_once(processes, token, "estimated", AT_ONCE)
    charged = [Decimal(answer.json()["usage"]["credits"]) for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} == {200, 402}
    balance, held, active = account(database_url, user_id)
    assert balance == AFFORDABLE - sum(charged)
    assert balance >= 0
    assert (held, active) == (0, 0)
    assert await holds(database_url) == 0
    await books_balance(database_url)


async def test_a_keys_cap_is_exact_and_its_end_is_at_once_wherever_it_is_used(
    processes: list[Served], database_url: str
) -> None:
    add_model(database_url, "one-credit", upstream="sim-instant", input="0", output="0", request="0.01")
    _, token = await person_with(database_url, Decimal(1000))
    wanted = {"name": "k", "scopes": ["chat", "models"], "monthly_credits": "7", "limits": {"per_minute": 1000}}
    async with httpx.AsyncClient(base_url=processes[0].url, headers={"authorization": f"Bearer {token}"}) as http:
        made = (await http.post(API_KEYS, json=wanted)).json()
        answers = await ask_at_once(processes, made["key"], "one-credit", 60)
        assert Counter(answer.status_code for answer in answers) == {200: 7, 402: 53}
        assert {a.json()["error"]["code"] for a in answers if a.status_code == 402} == {"spending_cap"}
        seen = (await http.get(f"{API_KEYS}/{made['id']}")).json()
        assert Decimal(seen["credits_this_month"]) == 7
        assert (await http.delete(f"{API_KEYS}/{made['id']}")).status_code == 204
    ended = await ask_at_once(processes, made["key"], "one-credit", 6)
    assert Counter(answer.status_code for answer in ended) == {401: 6}
    assert await holds(database_url) == 0
    await books_balance(database_url)


async def test_no_more_chats_run_at_once_than_the_plan_has_wherever_they_run(
    processes: list[Served], database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("""UPDATE plans SET limits = '{"concurrent_chats": 3}'""")
    add_model(database_url, "slow", upstream="sim-bench-16-100")
    _, token = await person_with(database_url, Decimal(1000))
    answers = await ask_at_once(processes, token, "slow", 40)
    assert Counter(answer.status_code for answer in answers) == {200: 3, 429: 37}
    assert await holds(database_url) == 0


async def test_a_rate_window_is_exact_wherever_requests_are_counted(processes: list[Served], database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("""UPDATE plans SET limits = '{"requests_per_minute": 10}'""")
        wait = connection.execute("SELECT 60 - extract(epoch FROM clock_timestamp())::numeric % 60").fetchone()
    assert wait is not None
    if wait[0] < 20:
        await asyncio.sleep(float(wait[0]))  # all of them within one minute of the clock that windows follow
    add_model(database_url, "instant", upstream="sim-instant")
    _, token = await person_with(database_url, Decimal(1000))
    answers = await ask_at_once(processes, token, "instant", 60)
    assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 50}
    assert all(int(answer.headers["retry-after"]) <= 60 for answer in answers if answer.status_code == 429)


class TestTwoAdmins:
    @pytest.fixture
    async def others(self, api: Api) -> AsyncIterator[Api]:
        """A second API on the same database."""
        async with serve(api.services.settings) as second:
            yield second

    async def test_toggling_one_model_leaves_one_state_that_every_process_and_the_audit_log_agree_on(
        self, api: Api, others: Api, join: Join
    ) -> None:
        ada, bob = await join(role=UserRole.ADMIN), await join(role=UserRole.ADMIN, url=others.url)
        models = (await ada.http.get("/api/admin/models", params={"q": "sim-strong"})).json()["items"]
        path = f"/api/admin/models/{models[0]['id']}/activate"

        async def toggle(person: Person, first: bool) -> None:
            for n in range(10):
                body = {"active": (n % 2 == 0) is first, "reason": person.email}
                assert (await person.http.post(path, json=body)).status_code == 200

        await asyncio.gather(toggle(ada, first=True), toggle(bob, first=False))
        audit = (await ada.http.get("/api/admin/audit", params={"subject": "sim-strong", "limit": 200})).json()["items"]
        changes = [event["after"]["active"] for event in reversed(audit)]
        assert changes
        assert all(one is not two for one, two in pairwise(changes))
        shown = (await bob.http.get("/api/admin/models", params={"q": "sim-strong"})).json()["items"][0]["active"]
        assert shown is changes[-1]
        await asyncio.gather(api.services.catalogue.refresh(), others.services.catalogue.refresh())
        for each in (api, others):
            model = each.services.catalogue.current.model("sim-strong")
            assert model is not None
            assert model.active is shown

    async def test_one_request_is_decided_once(self, api: Api, others: Api, join: Join, user: Person) -> None:
        ada, bob = await join(role=UserRole.ADMIN), await join(role=UserRole.ADMIN, url=others.url)
        asked = (await user.http.post("/api/plan-requests", json={"plan": "pro", "reason": "more"})).json()
        path = f"/api/admin/plan-requests/{asked['id']}/decide"
        answers = await asyncio.gather(
            *(person.http.post(path, json={"decision": "approve"}) for person in (ada, bob) for _ in range(3))
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}
        me = (await user.http.get("/v1/auth/me")).json()
        assert (me["plan"]["name"], Decimal(me["balance"])) == ("Pro", 5000)
        await books_balance(api)

    async def test_both_cannot_lock_everybody_out(self, api: Api, others: Api, join: Join) -> None:
        ada, bob = await join(role=UserRole.ADMIN), await join(role=UserRole.ADMIN, url=others.url)
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            connection.execute("UPDATE users SET role = 'user' WHERE id <> ALL(%s)", ([ada.id, bob.id],))
        await asyncio.gather(
            ada.http.patch("/api/admin/users", json={"id": str(bob.id), "role": "user", "reason": "test"}),
            bob.http.patch("/api/admin/users", json={"id": str(ada.id), "role": "user", "reason": "test"}),
        )
        roles = [(await person.http.get("/v1/auth/me")).json()["role"] for person in (ada, bob)]
        assert sorted(roles) == ["admin", "user"]

    async def test_grants_add_up(self, api: Api, others: Api, join: Join, user: Person) -> None:
        ada, bob = await join(role=UserRole.ADMIN), await join(role=UserRole.ADMIN, url=others.url)
        path = f"/api/admin/users/{user.id}/grants"
        await asyncio.gather(
            *(
                person.http.post(path, json={"credits": "10", "reason": "test"})
                for person in (ada, bob)
                for _ in range(10)
            )
        )
        assert Decimal((await user.http.get("/v1/auth/me")).json()["balance"]) == 1200
        await books_balance(api)


async def test_streams_and_whole_answers_of_many_people_keep_every_book_balanced(api: Api, join: Join) -> None:
    url = str(api.services.settings.database_url)
    lift_limits(url)
    add_model(url, "instant", upstream="sim-instant")
    await api.services.catalogue.refresh()
    people = [await join(credits=5) for _ in range(6)]

    async def work(person: Person, number: int) -> None:
        body = {"message": {"content": f"question {number}"}, "model": "instant", "params": {"max_tokens": 50}}
        if number % 3:
            await streamed(person, body)
        else:
            await person.http.post(CHAT, json={**body, "stream": False})

    await asyncio.gather(*(work(person, n) for person in people for n in range(8)))
    assert await holds(api) == 0
    await books_balance(api)
    calls = [(await person.http.get("/api/usage")).json()["total"]["calls"] for person in people]
    assert calls == [8] * len(people)
