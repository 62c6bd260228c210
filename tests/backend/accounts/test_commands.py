from urllib.parse import parse_qs, urlsplit

import pytest

from backend.accounts.commands import create_user, reset_link
from backend.running.errors import OperatorError
from backend.settings import Settings
from shared.paths import RESET
from tests.backend.accounts.house import PASSWORD, House, Person, new_email, sign_in


@pytest.mark.parametrize(
    ("email", "name", "password", "sentence"),
    [
        ("no address", "Ada", PASSWORD, "The email address is not valid"),
        ("", "Ada", PASSWORD, "The email address is not valid"),
        ("ada@example.org", "", PASSWORD, "The name is empty"),
        ("ada@example.org", "a\0b", PASSWORD, "The name is empty"),
        ("ada@example.org", "Ada", "too short", "between 10 and 1,024"),
        ("ada@example.org", "Ada", "", "between 10 and 1,024"),
    ],
)
async def test_unusable_people_are_one_sentence(
    house: House, email: str, name: str, password: str, sentence: str
) -> None:
    with pytest.raises(OperatorError, match=sentence):
        await create_user(house.settings, email, name, password, "user")
    assert await house.rows("SELECT count(*) FROM users WHERE email LIKE 'ada@%%'") == [(0,)]


async def test_a_taken_address_is_one_sentence(house: House) -> None:
    person = await house.person()
    with pytest.raises(OperatorError, match="already"):
        await create_user(house.settings, person.email.upper(), "Ada", PASSWORD, "user")


async def test_a_missing_plan_is_one_sentence(house: House) -> None:
    settings = house.settings.model_copy(update={"default_plan": "none"})
    with pytest.raises(OperatorError, match="FAIRLEAD_DEFAULT_PLAN"):
        await create_user(settings, new_email(), "Ada", PASSWORD, "user")


async def test_a_database_that_is_away_or_not_named_is_one_sentence() -> None:
    away = Settings(_env_file=None, database_url="postgresql://nobody@127.0.0.1:9/none", secret_key="k" * 32)
    with pytest.raises(OperatorError, match="database"):
        await reset_link(away, "ada@example.org")
    with pytest.raises(OperatorError, match="DATABASE_URL"):
        await reset_link(Settings(_env_file=None, database_url=None), "ada@example.org")


@pytest.mark.parametrize("role", ["user", "support", "admin"])
async def test_whoever_is_created_can_sign_in(house: House, role: str) -> None:
    email = new_email()
    id_ = await create_user(house.settings, email.upper(), "Ada", PASSWORD, role)
    async with house.client() as client:
        signed_in = await sign_in(client, email)
    me = signed_in.json()["user"]
    assert (me["id"], me["role"], me["name"]) == (str(id_), role, "Ada")
    events = await house.rows("SELECT action, actor FROM audit_events WHERE subject_id = %s", str(id_))
    assert events == [("user.created", "command line")]


@pytest.mark.parametrize("email", ["nobody@example.org", "no address", "a\0b@example.org"])
async def test_nobody_gets_no_link(house: House, email: str) -> None:
    with pytest.raises(OperatorError):
        await reset_link(house.settings, email)


async def test_a_link_sets_a_password(house: House) -> None:
    person: Person = await house.person()
    link = urlsplit(await reset_link(house.settings, person.email.upper()))
    (token,) = parse_qs(link.query)["token"]
    assert link.path == "/reset"
    async with house.client() as client:
        assert (await client.post(RESET, json={"token": token, "new": "quite another"})).status_code == 204
        assert (await sign_in(client, person.email, "quite another")).status_code == 200


async def test_where_passwords_are_off_there_is_no_link(house: House) -> None:
    person = await house.person()
    off = house.settings.model_copy(update={"password_sign_in": "off"})
    with pytest.raises(OperatorError, match="FAIRLEAD_PASSWORD_SIGN_IN"):
        await reset_link(off, person.email)
