"""Every operation of the OpenAPI document answers as the document says, whatever it is sent (Schemathesis)."""

import asyncio
import sys
from pathlib import Path

import psycopg
import pytest

from backend.settings import Settings
from shared.accounts import UserRole
from tests.fixtures.api import Api, Join
from tests.fixtures.databases import settings_for
from tests.fixtures.models import lift_limits
from tests.fixtures.openid import OpenIdServer

EXAMPLES = 12
"""Random requests for each operation, beside those that cover its schema systematically."""
PARTS = ["/api/admin/[a-m]", "/api/admin/[n-z]", "/api/(?!admin)", "/v1/", "/(health|metrics)"]
"""The addresses, in parts that take about as long."""
SEED = "20261121"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
ENDS_THE_SESSION = ["/v1/auth/logout", "/v1/auth/sessions", "/v1/auth/password"]
"""Whoever asks these is nobody afterwards; `tests/test_bad_input.py` asks them."""
FOUND = """
[parameters]
"path.provider" = "acme"

[[operations]]
include-path = "/v1/models/{model_id}"
parameters = { "path.model_id" = "sim-fast" }
"""
"""What there is, where a guess would never find it."""


@pytest.fixture
def settings(database_url: str, simulator_url: str, openid: OpenIdServer) -> Settings:
    """People can sign in at a provider, too."""
    acme = {
        "issuer": openid.issuer,
        "client_id": "fairlead-at-acme",
        "client_secret": "a secret of the client",
        "label": "Acme",
        "allow_private_network": True,
    }
    return settings_for(database_url, simulator_url=simulator_url, oidc={"acme": acme})


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", PARTS)
async def test_every_operation_answers_as_documented(
    api: Api, join: Join, part: str, tmp_path: Path, database_url: str
) -> None:
    lift_limits(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE plans SET limits = limits || '{\"prechecks_per_minute\": 100000}'")
    admin = await join(role=UserRole.ADMIN, plan="team", credits=100_000)
    (tmp_path / "schemathesis.toml").write_text(FOUND)
    command = [
        str(Path(sys.executable).with_name("st")),
        "run",
        f"{api.url}/schema/openapi.json",
        f"--header=Authorization: Bearer {admin.token}",
        f"--checks={CHECKS}",
        "--phases=examples,coverage,fuzzing",
        f"--max-examples={EXAMPLES}",
        f"--seed={SEED}",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--request-timeout=30",
        "--warnings=off",
        "--no-color",
        f"--include-path-regex=^{part}",
        *(f"--exclude-path={path}" for path in ENDS_THE_SESSION),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    said = output.decode(errors="replace")
    assert process.returncode == 0, said[-20_000:]
    assert "No failures" in said or "No issues found" in said or "passed" in said, said[-2_000:]
