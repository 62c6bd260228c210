"""The command line: what it explains, and the one sentence it says when something is wrong."""

import io
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import cli
from backend.running import ports
from backend.running.ports import free_port
from backend.settings import Settings

COMMANDS = ["up", "serve", "worker", "migrate", "user", "user create", "user reset"]
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
    import psycopg

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
            {f"FAIRLEAD_{field.upper()}"}
            if alias is None
            else {alias}
            if isinstance(alias, str)
            else set(alias.choices)
        )
        assert known & names, f"{field} is missing in .env.example"
