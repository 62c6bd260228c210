"""Fairlead as it is run, with a database of its own and people who may ask as much as they like."""

import asyncio
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import httpx
import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.passwords import Passwords
from backend.accounts.repository import create_person
from backend.bootstrap import prepare
from backend.catalogue.keys import SIMULATOR
from backend.catalogue.repository import providers
from backend.catalogue.tables import Model, ModelPrice
from backend.database import Database, migrate
from backend.entitlements.tables import Plan
from backend.running.ports import free_port
from backend.running.settings import backend_environment
from backend.settings import Settings
from shared.accounts import LoginAnswer, UserRole
from shared.paths import CHAT, LOGIN
from tests.bench.machine import API_CORE, Usage
from tests.bench.processes import Server, database, running
from tests.bench.report import say
from tests.bench.target import PROMPT, Ask, Target, post

PEOPLE = 32
PLAN = "bench"
PASSWORD = secrets.token_urlsafe(16)
START_SECONDS = 60
CREDITS = Decimal(1_000_000_000)


@contextmanager
def fairlead(upstream: Server, models: list[str]) -> Iterator[Target]:
    """The API on a core of its own before `upstream`; its database and log are thrown away at the end.

    The database shares the other core and does not wait for the disk, whose speed is not Fairlead's.
    """
    with database() as url, TemporaryDirectory(prefix="fairlead-bench-") as folder:
        settings = Settings.load(
            database_url=url,
            secret_key=secrets.token_urlsafe(32),
            data_dir=Path(folder),
            simulator_url=upstream.url,
            drain_seconds=0,
        )
        migrate(url)
        asyncio.run(_fill(settings, models))
        with _serving(settings, Path(folder) / "api.log") as target:
            yield target


@contextmanager
def _serving(settings: Settings, log: Path) -> Iterator[Target]:
    port = free_port()
    command = ["backend.cli", "serve", "--api-port", str(port)]
    with running(command, API_CORE, backend_environment(settings), log) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/health/ready", process, log)
        with httpx.Client(base_url=url, trust_env=False) as client:
            tokens = [_sign_in(client, _email(number)) for number in range(PEOPLE)]
        say(f"API {url}, process {process.pid}")
        yield Target("Fairlead", "127.0.0.1", port, _ask(tokens), Usage(process.pid))


async def _fill(settings: Settings, models: list[str]) -> None:
    """Default catalogue, the models of the cases, a plan without limits, and people on it."""
    await prepare(settings)
    connections, passwords = Database(str(settings.database_url)), Passwords()
    try:
        password_hash = await passwords.hash(PASSWORD)
        async with connections.unit_of_work() as session:
            await _add_models(session, models)
            session.add(
                Plan(
                    slug=PLAN,
                    name="Bench",
                    monthly_credits=CREDITS,
                    families=["general"],
                    max_context=1_000_000,
                    limits={},
                )
            )
            await session.flush()
            for number in range(PEOPLE):
                await create_person(
                    session,
                    email=_email(number),
                    name=f"Person {number}",
                    password_hash=password_hash,
                    role=UserRole.USER,
                    plan=PLAN,
                )
    finally:
        passwords.close()
        await connections.close()


async def _add_models(session: AsyncSession, models: list[str]) -> None:
    provider = next(provider for provider in await providers(session) if provider.name == SIMULATOR)
    for name in models:
        model = Model(
            provider_id=provider.id,
            name=name,
            display_name=name,
            upstream_name=name,
            family="simulated",
            context_window=1_000_000,
            max_output_tokens=100_000,
            active=True,
        )
        session.add(model)
        await session.flush()
        session.add(ModelPrice(model_id=model.id, version=1, input=Decimal(1), output=Decimal(2)))


def _ask(tokens: list[str]) -> Ask:
    """Stateless chats, as programs send them; the people take turns."""
    messages = [{"role": "user", "content": PROMPT}]

    def ask(model: str, stream: bool, number: int) -> bytes:
        body = {"assistant": "general", "model": model, "messages": messages, "stream": stream}
        return post("127.0.0.1", CHAT, body, tokens[number % len(tokens)])

    return ask


def _sign_in(client: httpx.Client, email: str) -> str:
    answer = client.post(LOGIN, json={"email": email, "password": PASSWORD, "session": "token"})
    answer.raise_for_status()
    tokens = msgspec.json.decode(answer.content, type=LoginAnswer).tokens
    assert tokens is not None
    return tokens.access_token


def _wait(url: str, process: subprocess.Popen[str], log: Path) -> None:
    until = monotonic() + START_SECONDS
    while process.poll() is None and monotonic() < until:
        try:
            if httpx.get(url, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
    raise RuntimeError(f"The API did not become ready; it said: {log.read_text()[-1000:]}")


def _email(number: int) -> str:
    return f"person{number}@bench.invalid"
