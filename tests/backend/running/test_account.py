"""Who runs the server, and what they can reach."""

import os
import pwd
from pathlib import Path

import pytest

from backend.running import account
from backend.running.account import Account, own_name, reachable, readable, server_account


@pytest.fixture
def as_uid(monkeypatch: pytest.MonkeyPatch) -> object:
    def become(uid: int) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: uid)

    return become


def test_an_account_without_a_name_is_told(as_uid: object) -> None:
    as_uid(4_000_000)  # type: ignore[operator]
    with pytest.raises(LookupError, match="The user id 4000000 has no name here"):
        own_name()


def test_an_ordinary_account_runs_its_own_server(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        found = server_account(tmp_path / "new")
        assert (found.uid, found.switch, found.process_options()) == (os.geteuid(), False, {})
    else:
        assert Account("me", 5, 5, switch=False).process_options() == {}


def test_an_ordinary_account_does_not_touch_the_data_of_another(tmp_path: Path, as_uid: object) -> None:
    as_uid(os.geteuid() + 1)  # type: ignore[operator]
    with pytest.raises(LookupError, match="belongs to another account"):
        server_account(tmp_path)


def test_root_prefers_the_first_account_that_exists(
    tmp_path: Path, as_uid: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_uid(0)  # type: ignore[operator]
    monkeypatch.setattr(account, "PREFERRED", ("no-such-account", "nobody"))
    found = server_account(tmp_path / "new")
    assert (found.name, found.switch) == ("nobody", True)
    assert found.process_options()["user"] == pwd.getpwnam("nobody").pw_uid


def test_root_without_anybody_else_is_told(tmp_path: Path, as_uid: object, monkeypatch: pytest.MonkeyPatch) -> None:
    as_uid(0)  # type: ignore[operator]
    monkeypatch.setattr(account, "PREFERRED", ("no-such-account",))
    with pytest.raises(LookupError, match="there is no account named no-such-account to run it"):
        server_account(tmp_path / "new")


def test_reach_is_read_from_every_folder_above(reachable_dir: Path) -> None:
    file = reachable_dir / "a" / "b" / "file"
    file.parent.mkdir(parents=True)
    file.write_text("")
    for folder in (file.parent, file.parent.parent):
        folder.chmod(0o711)
    file.chmod(0o644)
    assert readable(file)
    file.chmod(0o600)
    assert reachable(file)
    assert not readable(file)
    file.parent.parent.chmod(0o700)
    assert not reachable(file)
