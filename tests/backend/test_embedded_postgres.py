"""The embedded server through every death it or its owner may die."""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, text

from backend import embedded_postgres
from backend.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, running_url
from backend.running import binaries, cluster, transport
from backend.running.account import PREFERRED, readable
from backend.running.postmaster import Postmaster, serving

OWNER = """
import sys, time
from pathlib import Path
from backend.embedded_postgres import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1]), fast_unsafe=True).start(), flush=True)
time.sleep(60)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as somebody else")


@pytest.fixture
def data_dir(reachable_dir: Path) -> Iterator[Path]:
    """A data folder whose server is gone after the test, whatever happened to its owner."""
    yield reachable_dir / "data"
    if serving((reachable_dir / "data" / "cluster").resolve()):
        with server(reachable_dir / "data"):
            pass


@contextmanager
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data_dir, fast_unsafe=True) as postgres:
        yield postgres


@contextmanager
def other_owner(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that has started the server; gives it and the URL it got."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        assert url.startswith("postgresql://")
        try:
            yield owner, url
        finally:
            owner.kill()


def recorded(data_dir: Path) -> Postmaster:
    found = Postmaster.recorded((data_dir / "cluster").resolve())
    assert found is not None
    return found


def sleeper_of_server_account(data_dir: Path) -> subprocess.Popen[bytes]:
    owner = (data_dir / "cluster").stat().st_uid
    return subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def test_a_second_owner_is_refused_in_one_sentence_and_the_first_stays_unharmed(data_dir: Path) -> None:
    with server(data_dir) as first:
        with pytest.raises(EmbeddedPostgresError, match=rf"Another Fairlead \(process {os.getpid()}\) uses"):
            EmbeddedPostgres(data_dir).start()
        assert ask(first.url, "SELECT 1") == 1


def test_data_survives_a_stop_and_a_start(data_dir: Path) -> None:
    with server(data_dir) as postgres, psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
    with server(data_dir) as postgres:
        assert ask(postgres.url, "SELECT value FROM kept") == 7


def test_a_server_whose_owner_was_killed_is_adopted(data_dir: Path) -> None:
    with other_owner(data_dir) as (owner, url):
        pid = recorded(data_dir).pid
        owner.kill()
        owner.wait()
        with server(data_dir) as adopted:
            assert adopted.url == url
            assert recorded(data_dir).pid == pid
            assert adopted.is_running()
        assert serving(data_dir / "cluster") is None


def test_a_killed_server_is_started_again_at_its_address(data_dir: Path) -> None:
    with server(data_dir) as postgres:
        url = postgres.url
        os.kill(recorded(data_dir).pid, signal.SIGKILL)
        while postgres.is_running():
            pass
        assert postgres.start() == url
        assert ask(url, "SELECT 1") == 1


def test_backends_that_outlive_a_killed_server_do_not_block_the_next_start(data_dir: Path) -> None:
    with server(data_dir) as postgres, psycopg.connect(postgres.url) as connection:
        backend = connection.info.backend_pid
        endless = threading.Thread(target=_run_long, args=(connection,))
        endless.start()
        while ask(postgres.url, f"SELECT state FROM pg_stat_activity WHERE pid = {backend}") != "active":
            pass
        os.kill(recorded(data_dir).pid, signal.SIGKILL)
        postgres.start()
        endless.join()
        assert ask(postgres.url, "SELECT 1") == 1


def _run_long(connection: psycopg.Connection) -> None:
    with suppress(psycopg.Error):
        connection.execute("SELECT count(*) FROM generate_series(1, 1000000000)")


@pytest.mark.parametrize("stopped_in_order", [True, False])
def test_an_unrelated_process_with_the_recorded_number_is_left_alone(data_dir: Path, stopped_in_order: bool) -> None:
    with server(data_dir):
        pid_file = data_dir / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().splitlines(keepends=True)
        owner = pid_file.stat()
    with sleeper_of_server_account(data_dir) as unrelated:
        pid_file.write_text("".join([f"{unrelated.pid}\n", *lines[1:]][: None if stopped_in_order else 1]))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        with server(data_dir) as postgres:
            assert ask(postgres.url, "SELECT 1") == 1
        assert unrelated.poll() is None
        unrelated.kill()


@pytest.mark.parametrize("content", ["", "\n", "nonsense\n", "99999999\n", "-1\n"])
def test_a_damaged_pid_file_does_not_block_the_start(data_dir: Path, content: str) -> None:
    with server(data_dir):
        pass
    pid_file = data_dir / "cluster" / "postmaster.pid"
    pid_file.write_text(content)
    shutil.chown(pid_file, pid_file.parent.stat().st_uid)
    with server(data_dir) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1


def test_a_server_that_lost_its_socket_is_replaced(data_dir: Path) -> None:
    with other_owner(data_dir) as (owner, _url):
        before = recorded(data_dir)
        owner.kill()
        owner.wait()
        assert before.socket_dir is not None
        shutil.rmtree(before.socket_dir)
        with server(data_dir) as postgres:
            assert ask(postgres.url, "SELECT 1") == 1
            assert recorded(data_dir).pid != before.pid


def test_a_server_that_neither_answers_nor_stops_is_reported(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "SHUTDOWN_SECONDS", 1)
    monkeypatch.setattr(embedded_postgres, "CONNECT_SECONDS", 1)
    with other_owner(data_dir) as (owner, _url):
        owner.kill()
        owner.wait()
        pid = recorded(data_dir).pid
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(EmbeddedPostgresError, match=rf"process {pid}.*does not answer"):
                EmbeddedPostgres(data_dir).start()
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_first_start_that_died_while_making_the_data_is_made_good(data_dir: Path) -> None:
    half = data_dir / "making-half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with server(data_dir) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_major_version_is_refused(data_dir: Path) -> None:
    (data_dir / "cluster").mkdir(parents=True)
    (data_dir / "cluster" / "PG_VERSION").write_text("12\n")
    if os.geteuid() == 0:
        shutil.chown(data_dir / "cluster", "nobody")
    with pytest.raises(EmbeddedPostgresError, match=r"is of PostgreSQL 12, Fairlead brings 18\."):
        EmbeddedPostgres(data_dir).start()


def test_a_broken_configuration_is_told_with_postgres_own_reason(data_dir: Path) -> None:
    with server(data_dir):
        pass
    with (data_dir / "cluster" / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'a lot'\n")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL did not start: .*postgres\.log"):
        EmbeddedPostgres(data_dir).start()


def test_a_data_folder_that_is_a_file_is_refused(reachable_dir: Path) -> None:
    (reachable_dir / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError, match="file"):
        EmbeddedPostgres(reachable_dir / "file").start()


def test_very_long_and_odd_paths_work(reachable_dir: Path) -> None:
    data_dir = reachable_dir / ("long " * 30) / "it's %d ünïcode" / ("x" * 200)
    with server(data_dir) as postgres:
        assert ask(postgres.url, "SELECT 1") == 1


def test_a_relative_path_means_the_folder_at_the_time_of_construction(
    reachable_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reachable_dir)
    postgres = EmbeddedPostgres(Path("data"), fast_unsafe=True)
    monkeypatch.chdir("/")
    with postgres:
        assert ask(postgres.url, "SHOW data_directory") == str(reachable_dir / "data" / "cluster")


def test_several_servers_run_side_by_side(reachable_dir: Path) -> None:
    with server(reachable_dir / "a") as one, server(reachable_dir / "b") as two:
        assert one.url != two.url
        assert ask(one.url, "SHOW data_directory") != ask(two.url, "SHOW data_directory")


def test_stop_and_start_may_be_repeated(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, fast_unsafe=True)
    assert postgres.stop()
    url = postgres.start()
    assert postgres.start() == url
    assert postgres.stop()
    assert postgres.stop()
    assert not postgres.is_running()


def test_the_url_is_known_only_after_the_start(data_dir: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="not started"):
        _ = EmbeddedPostgres(data_dir).url


def test_nothing_is_left_behind_and_nobody_else_may_look(data_dir: Path) -> None:
    with server(data_dir) as postgres:
        folder = recorded(data_dir).socket_dir
        assert folder is not None
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((data_dir / "cluster").stat().st_mode) == 0o700
        assert "trust" not in (data_dir / "cluster" / "pg_hba.conf").read_text()
        assert ask(postgres.url, "SHOW listen_addresses") == ""
    assert not folder.exists()


def test_sqlalchemy_takes_the_same_url(data_dir: Path) -> None:
    with server(data_dir) as postgres:
        engine = create_engine(postgres.url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_database()")).scalar() == "fairlead"
        engine.dispose()


def test_another_process_finds_the_running_server_without_owning_it(data_dir: Path) -> None:
    assert running_url(data_dir) is None
    with server(data_dir) as postgres:
        assert running_url(data_dir) == postgres.url
    assert running_url(data_dir) is None


def test_without_unix_sockets_a_password_guards_a_loopback_port(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "unix_sockets_exist", lambda: False)
    with server(data_dir) as postgres:
        info = psycopg.conninfo.conninfo_to_dict(postgres.url)
        assert info["host"] == "127.0.0.1"
        assert ask(postgres.url, "SELECT 1") == 1
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(postgres.url.replace(str(info["password"]), "wrong"))
        assert stat.S_IMODE((data_dir / "password").stat().st_mode) == 0o600
        assert running_url(data_dir) == postgres.url


def test_a_loopback_port_that_was_snatched_is_replaced(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "unix_sockets_exist", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        offered = iter([taken.getsockname()[1]])
        create = transport.Loopback.create

        def snatched_first(password: str) -> transport.Loopback:
            port = next(offered, None)
            return transport.Loopback(port, password) if port else create(password)

        monkeypatch.setattr(transport.Loopback, "create", snatched_first)
        with server(data_dir) as postgres:
            assert ask(postgres.url, "SELECT 1") == 1


@as_root
def test_root_lends_the_server_to_an_unprivileged_account(data_dir: Path) -> None:
    with server(data_dir):
        assert psutil.Process(recorded(data_dir).pid).username() in PREFERRED
    assert stat.S_IMODE(data_dir.parent.stat().st_mode) == 0o711


@as_root
def test_root_keeps_data_and_programs_elsewhere_when_the_folder_is_closed(
    reachable_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (binaries, cluster):
        monkeypatch.setattr(module, "STATE", reachable_dir / "state")
    monkeypatch.setattr(binaries, "readable", lambda _path: False)
    closed = reachable_dir / "closed"
    closed.mkdir(mode=0o700)
    for _ in range(2):
        with server(closed / "data") as postgres:
            directory = Path(str(ask(postgres.url, "SHOW data_directory")))
            assert directory.is_relative_to(reachable_dir / "state")
            assert psutil.Process(recorded(closed / "data").pid).exe().startswith(str(reachable_dir / "state"))
    assert (closed / "data" / "cluster").readlink() == directory
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert len(list((reachable_dir / "state").iterdir())) == 2
    shutil.rmtree(directory)
    with pytest.raises(EmbeddedPostgresError, match="is not there"):
        EmbeddedPostgres(closed / "data").start()


@as_root
def test_root_says_when_the_account_cannot_reach_the_data_any_more(reachable_dir: Path) -> None:
    with server(reachable_dir / "data"):
        pass
    reachable_dir.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match="cannot reach"):
        EmbeddedPostgres(reachable_dir / "data").start()


@as_root
@pytest.mark.skipif(not readable(Path(sys.executable)), reason="the interpreter is closed to other accounts")
def test_an_ordinary_account_runs_its_own_server_and_root_can_take_it_over(reachable_dir: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    home = reachable_dir / "home"
    home.mkdir()
    shutil.chown(home, "nobody")
    command = "from pathlib import Path; from backend.embedded_postgres import EmbeddedPostgres as E; import psycopg\n"
    command += f"with E(Path({str(home / 'data')!r}), fast_unsafe=True) as p: print(psycopg.connect(p.url).info.user)"
    done = subprocess.run(
        [sys.executable, "-c", command],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        env={"COVERAGE_PROCESS_CONFIG": ""},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("fairlead\n", "")
    with server(home / "data") as postgres:
        assert ask(postgres.url, "SELECT 1") == 1
        assert psutil.Process(recorded(home / "data").pid).username() == "nobody"


@as_root
@pytest.mark.skipif(not readable(Path(sys.executable)), reason="the interpreter is closed to other accounts")
def test_an_ordinary_account_is_told_that_the_data_is_somebody_elses(reachable_dir: Path) -> None:
    with server(reachable_dir / "data"):
        pass
    (reachable_dir / "data").chmod(0o777)
    (reachable_dir / "data" / "lock").chmod(0o666)
    daemon = pwd.getpwnam("daemon")
    command = "from pathlib import Path; from backend.embedded_postgres import EmbeddedPostgres\n"
    command += f"EmbeddedPostgres(Path({str(reachable_dir / 'data')!r})).start()"
    done = subprocess.run(
        [sys.executable, "-c", command], user=daemon.pw_uid, capture_output=True, text=True, check=False
    )
    assert "belongs to another account" in done.stderr.splitlines()[-1]
