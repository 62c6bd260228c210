"""What a new database is filled with, and what a later start leaves alone."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import scalar_row

from backend.accounts.passwords import Passwords
from backend.bootstrap import Bootstrap, prepare
from backend.database import migrate
from backend.running.errors import OperatorError
from backend.settings import Settings
from tests.fixtures.databases import ADMIN_EMAIL, ADMIN_PASSWORD, create_database, drop_database, settings_for

ACTIVE = "SELECT name FROM models WHERE active AND model_type = 'chat' ORDER BY name"
TABLES = (
    "model_providers",
    "provider_endpoints",
    "models",
    "model_prices",
    "assistants",
    "plans",
    "multipliers",
    "users",
    "audit_events",
)


@pytest.fixture(scope="module")
def migrated(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database with nothing in it, to be copied."""
    name = f"migrated_{uuid4().hex}"
    migrate(create_database(postgres_url, name))
    yield name
    drop_database(postgres_url, name)


@pytest.fixture
def fresh(postgres_url: str, migrated: str) -> Iterator[str]:
    """A migrated database with nothing in it."""
    name = f"fresh_{uuid4().hex}"
    yield create_database(postgres_url, name, migrated)
    drop_database(postgres_url, name)


def ask(url: str, statement: str) -> list[object]:
    with psycopg.connect(url, autocommit=True, row_factory=scalar_row) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def counts(url: str) -> dict[str, object]:
    return {table: ask(url, f"SELECT count(*) FROM {table}")[0] for table in TABLES}


async def prepared(url: str, **overrides: object) -> Bootstrap:
    return await prepare(settings_for(url, **overrides))


async def test_without_a_database_there_is_nothing_to_prepare(tmp_path: object) -> None:
    with pytest.raises(ValueError, match="database"):
        await prepare(Settings(_env_file=None, data_dir=tmp_path))


async def test_two_processes_at_once_prepare_it_once(fresh: str) -> None:
    done = await asyncio.gather(*(prepared(fresh) for _ in range(3)))
    assert sum(bootstrap.first_admin is not None for bootstrap in done) == 1
    assert ask(fresh, "SELECT count(*) FROM users") == [1]
    assert ask(fresh, "SELECT count(*) FROM model_prices") == ask(fresh, "SELECT count(*) FROM models")
    assert ask(fresh, "SELECT count(*) FROM provider_endpoints") == ask(fresh, "SELECT count(*) FROM model_providers")


async def test_a_second_start_changes_nothing(fresh: str) -> None:
    await prepared(fresh, simulator_url="http://127.0.0.1:9")
    before = counts(fresh), ask(fresh, "SELECT version FROM catalogue_version")
    again = await prepared(fresh, simulator_url="http://127.0.0.1:9")
    assert again.first_admin is None
    assert (counts(fresh), ask(fresh, "SELECT version FROM catalogue_version")) == before


async def test_the_first_admin_gets_the_password_of_the_settings_which_is_not_repeated(fresh: str) -> None:
    first = (await prepared(fresh)).first_admin
    assert first is not None
    assert (first.email, first.password) == (ADMIN_EMAIL, None)
    [stored] = ask(fresh, "SELECT password_hash FROM users")
    passwords = Passwords()
    assert await passwords.matches(str(stored), ADMIN_PASSWORD)
    passwords.close()


async def test_a_generated_password_is_said_once_and_works(fresh: str) -> None:
    first = (await prepared(fresh, admin_email=None, admin_password=None)).first_admin
    assert first is not None
    assert first.password is not None
    assert len(first.password) >= 20
    assert first.password not in repr(first)
    [stored] = ask(fresh, "SELECT password_hash FROM users WHERE role = 'admin'")
    passwords = Passwords()
    assert await passwords.matches(str(stored), first.password)
    passwords.close()
    assert (await prepared(fresh, admin_email=None, admin_password=None)).first_admin is None


async def test_the_first_admin_has_credits(fresh: str) -> None:
    await prepared(fresh)
    assert ask(fresh, "SELECT balance FROM credit_accounts") == [Decimal(1000)]


async def test_somebody_who_took_the_admins_address_is_not_made_an_admin(fresh: str) -> None:
    await prepared(fresh)
    ask(fresh, "UPDATE users SET role = 'user'")
    assert (await prepared(fresh)).first_admin is None
    assert ask(fresh, "SELECT role FROM users") == ["user"]


async def test_without_any_key_only_the_simulator_is_active(fresh: str) -> None:
    await prepared(fresh, simulator_url="http://127.0.0.1:9")
    assert ask(fresh, ACTIVE) == ["sim-balanced", "sim-fast", "sim-reasoning", "sim-strong"]
    assert ask(fresh, "SELECT api_base_url FROM model_providers WHERE name = 'simulator'") == ["http://127.0.0.1:9/v1"]


async def test_a_key_in_the_environment_activates_some_of_its_providers_models(fresh: str) -> None:
    await prepared(fresh, openai_api_key="sk-1")
    assert ask(fresh, ACTIVE) == ["gpt-5-mini", "gpt-5-nano", "gpt-5.1", "gpt-5.5"]
    others = "SELECT DISTINCT model_type FROM models WHERE active AND model_type <> 'chat' ORDER BY model_type"
    assert ask(fresh, others) == ["embedding", "image"]


async def test_the_simulator_moves_with_its_address(fresh: str) -> None:
    await prepared(fresh, simulator_url="http://127.0.0.1:9")
    await prepared(fresh, simulator_url="http://127.0.0.1:10")
    moved = ["http://127.0.0.1:10/v1"]
    assert ask(fresh, "SELECT api_base_url FROM model_providers WHERE name = 'simulator'") == moved
    assert moved[0] in ask(fresh, "SELECT base_url FROM provider_endpoints")
    assert ask(fresh, "SELECT count(*) FROM provider_endpoints") == ask(fresh, "SELECT count(*) FROM model_providers")


async def test_azure_is_where_the_settings_say_and_stays_where_an_admin_says(fresh: str) -> None:
    addresses = "SELECT api_base_url FROM model_providers WHERE name = 'azure'"
    await prepared(fresh)
    assert ask(fresh, addresses) == [""]
    resource = "https://desk.openai.azure.com"
    await prepared(fresh, azure_openai_endpoint=f"{resource}/")
    assert ask(fresh, addresses) == [resource]
    await prepared(fresh, azure_openai_endpoint=f"{resource}/openai/v1/")
    assert ask(fresh, addresses) == [f"{resource}/openai/v1"]
    await prepared(fresh)
    assert ask(fresh, addresses) == [f"{resource}/openai/v1"]


async def test_providers_that_spoke_another_dialect_before_go_on_with_it(fresh: str) -> None:
    await prepared(fresh)
    compatible = "https://generativelanguage.googleapis.com/v1beta/openai"
    ask(fresh, f"UPDATE model_providers SET dialect = 'openai', api_base_url = '{compatible}' WHERE name = 'google'")
    await prepared(fresh)
    assert ask(fresh, "SELECT dialect FROM model_providers WHERE name = 'google'") == ["openai"]
    assert ask(fresh, "SELECT api_base_url FROM model_providers WHERE name = 'google'") == [compatible]


async def test_a_key_set_later_activates_models_once_and_says_so_in_the_audit_log(fresh: str) -> None:
    await prepared(fresh)
    await prepared(fresh, groq_api_key="gsk-1")
    assert ask(fresh, ACTIVE) == ["groq/gpt-oss-120b", "groq/gpt-oss-20b"]
    assert ask(fresh, "SELECT count(*) FROM audit_events WHERE action = 'model.activated'") == [2]


async def test_models_an_admin_turned_off_stay_off(fresh: str) -> None:
    await prepared(fresh, groq_api_key="gsk-1")
    ask(fresh, "UPDATE models SET active = false")
    ask(
        fresh,
        "INSERT INTO audit_events (actor, action, subject_kind, subject_id, subject, reason, address)"
        " SELECT 'admin', 'model.deactivated', 'model', id::text, name, 'too dear', '' FROM models"
        " WHERE name = 'groq/gpt-oss-20b'",
    )
    await prepared(fresh, groq_api_key="gsk-1")
    assert ask(fresh, ACTIVE) == []


async def test_an_admins_changes_are_never_overwritten(fresh: str) -> None:
    await prepared(fresh)
    ask(fresh, "UPDATE plans SET monthly_credits = 7, families = '[]' WHERE slug = 'starter'")
    ask(fresh, "UPDATE assistants SET system_prompt = 'Rhyme.', enabled = false WHERE family = 'code'")
    ask(fresh, "UPDATE models SET quality = 0.01, display_name = 'Ours' WHERE name = 'gpt-5.5'")
    ask(fresh, "UPDATE multipliers SET factor = 9")
    ask(fresh, "UPDATE model_providers SET status = 'disabled', api_base_url = 'https://proxy' WHERE name = 'openai'")
    await prepared(fresh, openai_api_key="sk-1")
    assert ask(fresh, "SELECT monthly_credits FROM plans WHERE slug = 'starter'") == [Decimal(7)]
    assert ask(fresh, "SELECT system_prompt FROM assistants WHERE family = 'code'") == ["Rhyme."]
    assert ask(fresh, "SELECT display_name FROM models WHERE name = 'gpt-5.5'") == ["Ours"]
    assert ask(fresh, "SELECT DISTINCT factor FROM multipliers") == [Decimal(9)]
    assert ask(fresh, "SELECT api_base_url FROM model_providers WHERE name = 'openai'") == ["https://proxy"]
    assert ask(fresh, ACTIVE) == []


async def test_what_a_later_version_brings_is_added_but_not_active(fresh: str) -> None:
    await prepared(fresh, openai_api_key="sk-1")
    ask(fresh, "DELETE FROM models WHERE name = 'gpt-5-mini'")
    ask(fresh, "DELETE FROM plans WHERE slug = 'team'")
    ask(fresh, "DELETE FROM assistants WHERE family = 'images'")
    await prepared(fresh, openai_api_key="sk-1")
    assert ask(fresh, "SELECT active FROM models WHERE name = 'gpt-5-mini'") == [False]
    assert ask(fresh, "SELECT count(*) FROM plans") == [3]
    assert ask(fresh, "SELECT count(*) FROM assistants") == [9]


async def test_plans_have_the_models_of_the_plans_below_and_team_has_every_one(fresh: str) -> None:
    await prepared(fresh)
    starter, pro = (
        set(ask(fresh, f"SELECT models FROM plans WHERE slug = '{slug}'")[0]) for slug in ("starter", "pro")
    )
    assert starter < pro
    assert {"sim-fast", "gpt-5-mini"} <= starter
    assert "claude-opus-4-8" not in pro
    assert ask(fresh, "SELECT models FROM plans WHERE slug = 'team'") == [None]


class TestSingleSignOn:
    ACME = {"issuer": "https://id.example", "client_id": "us"}

    async def test_a_plan_that_does_not_exist_is_one_sentence(self, fresh: str) -> None:
        with pytest.raises(OperatorError, match=r"FAIRLEAD_OIDC_ACME_PLAN_MAP is wrong: no plan is 'gold'\."):
            await prepared(fresh, oidc={"acme": {**self.ACME, "plan_map": "staff=team,labs=gold"}})
        assert counts(fresh)["plans"] == 0

    async def test_where_passwords_are_off_the_first_admin_has_none(self, fresh: str) -> None:
        off = {"password_sign_in": "off", "admin_password": None, "oidc": {"acme": self.ACME}}
        made = (await prepared(fresh, **off)).first_admin
        assert made is not None
        assert (made.email, made.password, made.by_password) == (ADMIN_EMAIL, None, False)
        assert ask(fresh, "SELECT password_hash FROM users WHERE role = 'admin'") == [None]

    async def test_where_a_group_makes_admins_none_is_made_up(self, fresh: str) -> None:
        acme = {**self.ACME, "role_map": "bosses=admin"}
        off = {"password_sign_in": "off", "admin_password": None, "admin_email": None, "oidc": {"acme": acme}}
        assert (await prepared(fresh, **off)).first_admin is None
        assert counts(fresh)["users"] == 0
