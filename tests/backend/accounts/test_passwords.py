import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts import passwords as module
from backend.accounts.passwords import Passwords, product_hasher
from backend.errors import Unavailable


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield made
    made.close()


@pytest.mark.parametrize(
    "stored", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$abcdefghijklmnopqrstuv"]
)
async def test_an_unreadable_hash_matches_nothing(passwords: Passwords, stored: str) -> None:
    assert not await passwords.matches(stored, "")


async def test_a_wrong_password_does_not_match(passwords: Passwords) -> None:
    stored = await passwords.hash("right")
    assert not await passwords.matches(stored, "Right")
    assert await passwords.matches(stored, "right")


async def test_nobody_matches_nothing_at_the_cost_of_a_check() -> None:
    checked: list[str] = []

    class Recording(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            checked.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Recording(time_cost=2, memory_cost=16, parallelism=1))
    assert not await passwords.matches(None, "anything")
    passwords.close()
    parameters = extract_parameters(checked[0])
    assert (parameters.time_cost, parameters.memory_cost, parameters.type) == (2, 16, Type.ID)


async def test_too_many_at_once_are_told_to_come_back(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    answers = await asyncio.gather(*(passwords.hash("x") for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [str, str, str, Unavailable, Unavailable]
    assert isinstance(await passwords.hash("x"), str)


async def test_hashing_leaves_the_event_loop_alone(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(passwords._hasher.__class__, "hash", lambda *_: "done" if released.wait(10) else "late")
    hashing = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)
    released.set()
    assert await hashing == "done"


def test_the_product_uses_argon2id_with_the_least_parameters_that_owasp_names() -> None:
    parameters = extract_parameters(product_hasher().hash("x"))
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)


def test_hashes_of_other_parameters_are_outdated(passwords: Passwords) -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))


@given(st.text(st.characters(), max_size=2000))
def test_any_text_can_be_a_password(text: str) -> None:
    assert isinstance(module._bytes(text), bytes)


async def test_a_password_is_the_same_however_its_accents_are_composed(passwords: Passwords) -> None:
    assert await passwords.matches(await passwords.hash("caf\u00e9"), "cafe\u0301")
