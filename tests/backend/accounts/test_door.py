import asyncio

import pytest
from argon2 import PasswordHasher

from shared.accounts import UserRole
from shared.paths import ME, SIGNUP
from tests.backend.accounts.conftest import Houses
from tests.backend.accounts.house import ORIGIN, PASSWORD, House, bearer, new_address, new_email, sign_in

MISMATCH = "Email and password do not match."


async def test_wrong_password_and_unknown_address_read_the_same(house: House) -> None:
    person = await house.person()
    bodies = []
    for email in (person.email, new_email()):
        async with house.client() as client:
            response = await sign_in(client, email, "wrong password")
        assert response.status_code == 401
        bodies.append(response.json()["error"] | {"request_id": None})
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "wrong_credentials"
    assert bodies[0]["message"] == f"{MISMATCH} 4 tries left before a pause of 15 minutes."


async def test_wrong_password_and_unknown_address_take_the_same_work(house: House) -> None:
    person = await house.person()
    work = []
    for email in (person.email, new_email()):
        before = house.hasher.checks
        async with house.client() as client:
            with house.statements() as statements:
                await sign_in(client, email, "wrong password")
        work.append((house.hasher.checks - before, statements))
    assert work[0] == work[1]
    assert work[0][0] == 1


@pytest.mark.parametrize("known", [True, False])
async def test_five_failures_pause_an_account_for_the_right_password_and_every_address_too(
    house: House, known: bool
) -> None:
    email = (await house.person()).email if known else new_email()
    messages = []
    for _ in range(5):
        async with house.client() as client:
            messages.append((await sign_in(client, email, "wrong password")).json()["error"]["message"])
    assert messages == [
        f"{MISMATCH} 4 tries left before a pause of 15 minutes.",
        f"{MISMATCH} 3 tries left before a pause of 15 minutes.",
        f"{MISMATCH} 2 tries left before a pause of 15 minutes.",
        f"{MISMATCH} 1 try left before a pause of 15 minutes.",
        f"{MISMATCH} Signing in is paused for 15 minutes.",
    ]
    before = house.hasher.checks
    async with house.client() as client:
        response = await sign_in(client, email)
    assert response.status_code == 429
    assert response.json()["error"]["code"] == "rate_limited"
    assert 890 <= int(response.headers["retry-after"]) <= 900
    assert house.hasher.checks == before


async def test_a_success_clears_the_count_of_the_account(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        for _ in range(4):
            await sign_in(client, person.email, "wrong password")
        assert (await sign_in(client, person.email)).status_code == 200
        failed = await sign_in(client, person.email, "wrong password")
    assert "4 tries left" in failed.json()["error"]["message"]


async def test_fifty_failures_pause_an_address_for_every_account(house: House) -> None:
    person, address = await house.person(), new_address()
    neighbour = address.replace("::1", "::2")
    async with house.client(address) as client:
        for _ in range(50):
            assert (await sign_in(client, new_email(), "wrong password")).status_code == 401
        assert (await sign_in(client, person.email)).status_code == 429
    async with house.client(neighbour) as client:
        assert (await sign_in(client, person.email)).status_code == 429, "the same IPv6 network"
    async with house.client() as client:
        assert (await sign_in(client, person.email)).status_code == 200


async def test_successes_do_not_count_against_an_address(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        answers = [await sign_in(client, person.email) for _ in range(51)]
    assert {answer.status_code for answer in answers} == {200}


async def test_tries_at_once_in_two_processes_never_exceed_the_limit(houses: Houses) -> None:
    async with houses() as one, houses() as other:
        person = await one.person()
        async with one.client() as first, other.client() as second:
            answers = await asyncio.gather(
                *(sign_in(client, person.email, "wrong password") for client in (first, second) * 10)
            )
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15
        assert one.hasher.checks + other.hasher.checks == 5


async def test_many_right_passwords_at_once_all_pass(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        answers = await asyncio.gather(*(sign_in(client, person.email) for _ in range(60)))
    assert {answer.status_code for answer in answers} == {200}


async def test_nothing_tried_is_stored(house: House) -> None:
    tried = new_email()
    async with house.client() as client:
        await sign_in(client, tried, "hunter2 hunter2")
    events = await house.rows("SELECT to_jsonb(a)::text FROM audit_events a WHERE action = 'sign_in.failed'")
    keys = await house.rows("SELECT encode(key, 'escape') FROM sign_in_throttles")
    assert not any(tried in str(row) or "hunter2" in str(row) for row in events + keys)


async def test_failures_are_audited_under_the_account_if_there_is_one(house: House) -> None:
    person, address = await house.person(), new_address()
    async with house.client(address) as client:
        await sign_in(client, person.email, "wrong password")
        await sign_in(client, new_email(), "wrong password")
    events = await house.rows(
        "SELECT subject_id, subject, after->>'tries_left' FROM audit_events"
        " WHERE action = 'sign_in.failed' AND address = %s ORDER BY id",
        address,
    )
    assert events == [(str(person.id), person.email, "4"), (None, "no account", "4")]


async def test_a_suspended_account_is_only_told_to_who_knows_the_password(house: House) -> None:
    person = await house.person()
    await house.rows("UPDATE users SET suspended = true WHERE id = %s RETURNING id", person.id)
    async with house.client() as client:
        wrong, right = await sign_in(client, person.email, "wrong password"), await sign_in(client, person.email)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "wrong_credentials")
    assert (right.status_code, right.json()["error"]["code"]) == (403, "account_suspended")
    assert await house.rows("SELECT id FROM sessions WHERE user_id = %s", person.id) == []


async def test_somebody_without_a_password_cannot_sign_in(house: House) -> None:
    person = await house.person()
    await house.rows("UPDATE users SET password_hash = NULL WHERE id = %s RETURNING id", person.id)
    async with house.client() as client:
        assert (await sign_in(client, person.email)).status_code == 401
    assert house.hasher.checks == 1


async def test_a_password_changed_while_it_was_checked_lets_nobody_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await house.person()
    check = house.hashes.matches

    async def change_meanwhile(stored: str | None, password: str) -> bool:
        right = await check(stored, password)
        await house.rows("UPDATE users SET password_hash = 'another' WHERE id = %s RETURNING id", person.id)
        return right

    monkeypatch.setattr(house.hashes, "matches", change_meanwhile)
    async with house.client() as client:
        assert (await sign_in(client, person.email)).status_code == 401
    assert await house.rows("SELECT id FROM sessions WHERE user_id = %s", person.id) == []


@pytest.mark.parametrize("email", ["{}", " {} ", "{upper}"])
async def test_the_address_counts_in_any_spelling(house: House, email: str) -> None:
    person = await house.person()
    async with house.client() as client:
        response = await sign_in(client, email.format(person.email, upper=person.email.upper()))
    assert response.status_code == 200


async def test_an_outdated_hash_is_renewed(house: House) -> None:
    person = await house.person()
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    await house.rows("UPDATE users SET password_hash = %s WHERE id = %s RETURNING id", old, person.id)
    async with house.client() as client:
        assert (await sign_in(client, person.email)).status_code == 200
        ((stored,),) = await house.rows("SELECT password_hash FROM users WHERE id = %s", person.id)
        assert "t=1" in str(stored)
        assert (await sign_in(client, person.email)).status_code == 200


async def _sign_up(house: House, email: str, address: str | None = None, **more: str) -> tuple[int, dict[str, object]]:
    body = {"email": email, "password": PASSWORD, "name": "Grace", **more}
    async with house.client(address) as client:
        response = await client.post(SIGNUP, json=body, headers=ORIGIN)
    return response.status_code, response.json()


async def test_sign_up_is_refused_where_it_is_closed(houses: Houses) -> None:
    async with houses(signup="closed") as house:
        status, body = await _sign_up(house, new_email())
    assert (status, body["error"]["code"]) == (403, "signup_closed")  # type: ignore[index]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a\0b@example.org"),
        ("email", "x" * 10_000 + "@example.org"),
        ("name", "\0"),
        ("name", "   "),
        ("name", "x" * 10_000),
        ("password", "too short"),
        ("password", "x" * 10_000),
        ("role", "admin"),
    ],
)
async def test_unusable_sign_ups_are_one_clear_refusal(house: House, field: str, value: str) -> None:
    people = await house.rows("SELECT count(*) FROM organisations")
    status, body = await _sign_up(house, **({"email": new_email()} | {field: value}))
    assert (status, body["error"]["code"]) == (400, "invalid_request")  # type: ignore[index]
    assert await house.rows("SELECT count(*) FROM organisations") == people


async def test_a_taken_address_is_said_plainly_in_any_spelling(house: House) -> None:
    person = await house.person()
    status, body = await _sign_up(house, person.email.upper())
    assert (status, body["error"]["code"]) == (409, "conflict")  # type: ignore[index]
    assert await house.rows("SELECT id FROM organisations WHERE name = 'Grace' AND NOT personal") == []


async def test_sign_ups_are_throttled_by_address(house: House) -> None:
    person, address = await house.person(), new_address()
    statuses = [(await _sign_up(house, person.email, address))[0] for _ in range(51)]
    assert statuses == [409] * 49 + [409, 429]
    assert (await _sign_up(house, new_email(), address))[0] == 429


async def test_of_two_sign_ups_with_one_address_at_once_one_wins(house: House) -> None:
    email = new_email()
    answers = await asyncio.gather(*(_sign_up(house, email) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409]
    assert len(await house.rows("SELECT id FROM users WHERE email = %s", email)) == 1


async def test_who_signs_up_is_signed_in_as_a_user_with_the_months_credits(house: House) -> None:
    status, body = await _sign_up(house, new_email(), name="  Grace   Hopper ")
    assert status == 201
    async with house.client() as client:
        me = (await client.get(ME, headers=bearer(body["tokens"]["access_token"]))).json()  # type: ignore[index]
    assert (me["name"], me["role"]) == ("Grace Hopper", UserRole.USER)
    assert me["balance"] == me["plan"]["monthly_credits"] != "0"
    assert me["entitlement"]["plan_slug"] == house.settings.default_plan
