"""The master secret: where it comes from, what is sealed and hashed with it, and that nothing shows it."""

import concurrent.futures
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.secrets import Secrets, UnreadableSecretError, load_secrets
from backend.settings import Settings

MASTER = b"a master secret of at least 32 characters"
SECRETS = Secrets(MASTER)


def settings(data_dir: Path, **given: object) -> Settings:
    return Settings(_env_file=None, data_dir=data_dir, **given)  # type: ignore[call-arg]


class TestSealing:
    @given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
    def test_what_is_sealed_can_be_read_by_its_owner_only(self, plain: str, owner: str) -> None:
        sealed = SECRETS.seal(plain, owner)
        assert SECRETS.unseal(sealed, owner) == plain
        with pytest.raises(UnreadableSecretError):
            SECRETS.unseal(sealed, owner + "x")

    def test_the_same_is_never_sealed_alike(self) -> None:
        assert SECRETS.seal("key", "a") != SECRETS.seal("key", "a")
        assert b"key-of-a-provider" not in SECRETS.seal("key-of-a-provider", "a")

    @given(st.binary(max_size=60))
    def test_anything_else_is_refused(self, garbage: bytes) -> None:
        with pytest.raises(UnreadableSecretError):
            SECRETS.unseal(garbage, "a")

    @given(st.integers(0, 31), st.integers(1, 255))
    def test_one_changed_byte_is_noticed(self, place: int, change: int) -> None:
        sealed = bytearray(SECRETS.seal("abc", "a"))
        sealed[place % len(sealed)] ^= change
        with pytest.raises(UnreadableSecretError):
            SECRETS.unseal(bytes(sealed), "a")

    def test_another_master_reads_nothing_and_says_which_setting_to_look_at(self) -> None:
        sealed = SECRETS.seal("abc", "provider:1")
        with pytest.raises(UnreadableSecretError, match="FAIRLEAD_SECRET_KEY") as refused:
            Secrets(MASTER + b"x").unseal(sealed, "provider:1")
        assert "abc" not in str(refused.value)


class TestDigests:
    def test_are_the_same_for_the_same_and_different_otherwise(self) -> None:
        given = [
            SECRETS.digest("session", "a"),
            SECRETS.digest("refresh", "a"),
            SECRETS.digest("session", "b"),
            SECRETS.digest("sessio", "n\0a"),
            Secrets(MASTER + b"x").digest("session", "a"),
        ]
        assert given[0] == SECRETS.digest("session", b"a")
        assert len({len(d) for d in given}) == 1
        assert len(set(given)) == len(given)

    def test_take_any_text_a_caller_can_send(self) -> None:
        assert SECRETS.digest("session", "\ud800\0") != SECRETS.digest("session", "\ud801\0")


def test_the_keys_derived_are_different() -> None:
    sealed_with_tokens = Secrets(SECRETS.token_key)
    assert sealed_with_tokens.token_key != SECRETS.token_key
    assert len(SECRETS.token_key) == 32


def test_repr_shows_nothing() -> None:
    shown = f"{SECRETS!r} {SECRETS}"
    assert MASTER.decode() not in shown
    assert SECRETS.token_key.hex() not in shown


class TestLoading:
    def test_the_setting_goes_before_the_file(self, tmp_path: Path) -> None:
        given = load_secrets(settings(tmp_path, secret_key=MASTER.decode()))
        assert given.digest("a", "b") == SECRETS.digest("a", "b")
        assert list(tmp_path.iterdir()) == []

    def test_without_a_setting_a_file_is_made_once_that_only_the_owner_reads(self, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "folder"
        first, second = load_secrets(settings(folder)), load_secrets(settings(folder))
        assert first.digest("a", "b") == second.digest("a", "b")
        [file] = folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(file.read_bytes()) >= 43

    def test_many_starting_at_once_agree(self, tmp_path: Path) -> None:
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            made = list(pool.map(lambda _: load_secrets(settings(tmp_path)).digest("a", "b"), range(64)))
        assert len(set(made)) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]

    def test_a_file_that_cannot_be_read_is_an_error_not_a_new_secret(self, tmp_path: Path) -> None:
        (tmp_path / "secret.key").mkdir()
        with pytest.raises(OSError, match=r"secret\.key"):
            load_secrets(settings(tmp_path))

    @pytest.mark.parametrize("content", [b"", b"\n", b"short"])
    def test_a_damaged_file_is_an_error_not_a_weak_secret(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "secret.key").write_bytes(content)
        with pytest.raises(OSError, match=r"secret\.key"):
            load_secrets(settings(tmp_path))
