"""The command line: what it explains, and the one sentence it says when something is wrong."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from backend import cli
from backend.running import ports
from backend.running.ports import free_port
from backend.settings import Settings

REPOSITORY = Path(cli.__file__).parents[1]
COMMANDS = ["up", "serve", "worker", "migrate", "reconcile", "user", "user create", "user reset"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, reachable_dir: Path) -> None:
    """No setting but the ones of the test, and a data folder of its own."""
    for name in list(os.environ):
        if name.startswith("FAIRLEAD_") or name.endswith("_API_KEY") or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(reachable_dir)
    monkeypatch.setattr(ports, "HANDOVER_SECONDS", 0)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command with arguments; gives status, output and errors."""

    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fairlead", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def one_sentence(err: str) -> bool:
    return re.fullmatch(r"fairlead: [^\n]+\.\n", err) is not None


@pytest.fixture
def empty_database(postgres_url: str) -> str:
    """A database without tables."""

    name = f"cli_{os.getpid()}_{os.urandom(4).hex()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return postgres_url.replace("/fairlead?", f"/{name}?")


@pytest.fixture
def with_database(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", empty_database)
    monkeypatch.setenv("FAIRLEAD_SECRET_KEY", "s" * 32)
    return empty_database


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    status, out, err = run(*command.split(), "--help")
    assert (status, err) == (0, "")
    assert f"fairlead {command}" in out
    assert len(out.split()) > 30


def test_the_command_alone_lists_the_commands(run: Run) -> None:
    _, out, err = run()
    assert all(command in out + err for command in ("up", "serve", "worker", "migrate", "user"))


@pytest.mark.parametrize("command", ["up", "serve", "worker", "migrate", "user create a@b.example"])
def test_a_wrong_setting_is_one_sentence(run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_UI_PORT", "eighty")
    status, out, err = run(*command.split())
    assert (status, out) == (1, "")
    assert one_sentence(err)
    assert "FAIRLEAD_UI_PORT" in err


@pytest.mark.parametrize("command", ["up", "serve", "worker", "migrate", "user create a@b.example"])
def test_an_unreachable_database_is_one_sentence_without_the_password(
    run: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hush@127.0.0.1:{free_port()}/x")
    monkeypatch.setenv("FAIRLEAD_SECRET_KEY", "s" * 32)
    monkeypatch.setenv("FAIRLEAD_API_PORT", str(free_port()))
    monkeypatch.setenv("FAIRLEAD_UI", "false")
    monkeypatch.setenv("FAIRLEAD_SIMULATOR_URL", "http://127.0.0.1:9")
    status, _, err = run(*command.split(), typed="secret-password\n")
    assert status == 1
    assert one_sentence(err)
    assert "Connection refused" in err
    assert "hush" not in err


@pytest.mark.parametrize(("flag", "command"), [("--api-port", "up"), ("--ui-port", "up"), ("--api-port", "serve")])
def test_a_port_in_use_is_one_sentence(run: Run, flag: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_API_PORT", str(free_port()))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = run(command, flag, str(port))
    assert status == 1
    assert one_sentence(err)
    assert f"Port {port} " in err


def test_a_data_folder_that_cannot_be_made_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, err = run("up", "--api-port", str(free_port()), "--data-dir", str(tmp_path / "file"))
    assert status == 1
    assert one_sentence(err)


@pytest.mark.parametrize("command", ["serve", "worker", "user create a@b.example", "user reset a@b.example"])
@pytest.mark.usefixtures("with_database")
def test_a_database_without_tables_is_one_sentence(run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_API_PORT", str(free_port()))
    status, _, err = run(*command.split(), typed="a long password\n")
    assert status == 1
    assert one_sentence(err)
    assert "run `fairlead migrate`" in err


def test_flags_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_API_PORT", "1111")
    monkeypatch.setenv("FAIRLEAD_UI_PORT", "2222")
    settings = cli._settings(api_port=3333, ui_port=None, ui=False)
    assert (settings.api_port, settings.ui_port, settings.ui) == (3333, 2222, False)


def test_the_example_names_every_setting() -> None:
    text = (Path(cli.__file__).parents[1] / ".env.example").read_text()
    names = set(re.findall(r"^#?([A-Z_]+)=", text, flags=re.MULTILINE))
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        known = (
            {name for name in names if name.startswith("FAIRLEAD_OIDC_")}
            if field == "oidc"
            else {f"FAIRLEAD_{field.upper()}"}
            if alias is None
            else {alias}
            if isinstance(alias, str)
            else set(alias.choices)
        )
        assert known & names, f"{field} is missing in .env.example"


@pytest.mark.usefixtures("with_database")
def test_migrate_makes_tables_and_the_first_administrator_once(run: Run) -> None:
    status, out, _ = run("migrate")
    assert status == 0
    assert "Password" in out
    assert run("migrate") == (0, "", "")


@pytest.mark.usefixtures("with_database")
def test_people_are_created_and_let_back_in(run: Run) -> None:
    run("migrate")
    password = "correct horse battery staple"
    status, out, err = run("user", "create", "ann@example.org", "--role", "support", typed=f"{password}\n")
    assert (status, out, err) == (0, "ann@example.org can sign in now.\n", "")
    status, out, err = run("user", "create", "ann@example.org", typed=f"{password}\n")
    assert (status, out) == (1, "")
    assert one_sentence(err)
    status, out, err = run("user", "reset", "ann@example.org")
    assert (status, err) == (0, "")
    assert "reset" in out
    status, out, err = run("user", "reset", "nobody@example.org")
    assert (status, out) == (1, "")
    assert one_sentence(err)


@pytest.mark.usefixtures("with_database")
def test_an_empty_password_is_refused(run: Run) -> None:
    run("migrate")
    status, _, err = run("user", "create", "ann@example.org", typed="")
    assert status == 1
    assert one_sentence(err)


def test_a_password_is_asked_for_twice_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool, bool]] = []

    def prompt(text: str, *, hide_input: bool, confirmation_prompt: bool) -> str:
        asked.append((text, hide_input, confirmation_prompt))
        return "typed"

    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(cli.typer, "prompt", prompt)
    assert cli._password() == "typed"
    assert asked == [("Password", True, True)]


@pytest.mark.usefixtures("with_database")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_until_it_is_told_to_stop(run: Run, workers: str) -> None:
    run("migrate")
    port = free_port()
    command = ["serve", "--api-port", str(port), "--workers", workers]
    with subprocess.Popen([sys.executable, "-m", "backend.cli", *command], cwd=REPOSITORY) as served:
        try:
            assert healthy(f"http://127.0.0.1:{port}/health", served)
            served.send_signal(signal.SIGTERM)
            assert served.wait(60) in (0, -signal.SIGTERM)
        finally:
            served.kill()


@pytest.mark.usefixtures("with_database")
def test_worker_runs_until_it_is_told_to_stop(run: Run, with_database: str) -> None:
    run("migrate")
    with subprocess.Popen([sys.executable, "-m", "backend.cli", "worker"], cwd=REPOSITORY) as worker:
        try:
            eventually(lambda: listeners(with_database) > 0, worker)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
        finally:
            worker.kill()


def healthy(url: str, process: subprocess.Popen[bytes]) -> bool:
    def answers() -> bool:
        try:
            return httpx.get(url, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    return eventually(answers, process)


def listeners(url: str) -> int:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
        ).fetchone()
    assert rows is not None
    return int(rows[0])


def eventually(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + 90
    while not holds():
        assert process.poll() is None, "it ended"
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)
    return True
