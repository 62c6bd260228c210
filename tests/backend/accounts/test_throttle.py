import asyncio

import pytest

from backend.accounts import throttle as module
from backend.accounts.errors import TooManyTries
from backend.accounts.throttle import Throttle, network
from backend.errors import Unavailable
from tests.backend.accounts.house import House, new_address, new_email


@pytest.fixture
def throttle(house: House) -> Throttle:
    return Throttle(house.database, house.secrets)


async def _try(throttle: Throttle, house: House, email: str, address: str, right: bool) -> int:
    async with throttle.password(email, address) as tried:
        await asyncio.sleep(0)
        if right:
            async with house.database.unit_of_work() as session:
                await tried.was_right(session)
        return tried.left


async def test_two_failures_at_once_count_twice(throttle: Throttle, house: House) -> None:
    email = new_email()
    left = await asyncio.gather(*(_try(throttle, house, email, "", False) for _ in range(2)))
    assert sorted(left) == [3, 4]


async def test_a_try_that_dies_half_way_counts(throttle: Throttle, house: House) -> None:
    email = new_email()
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            async with throttle.password(email, ""):
                raise ZeroDivisionError
    with pytest.raises(TooManyTries):
        await _try(throttle, house, email, "", True)


async def test_people_behind_one_address_may_all_sign_in_at_once(throttle: Throttle, house: House) -> None:
    address = new_address()
    await asyncio.gather(*(_try(throttle, house, new_email(), address, True) for _ in range(120)))
    assert await _try(throttle, house, new_email(), address, False) == 4


async def test_an_unknown_address_is_not_everybodys(throttle: Throttle, house: House) -> None:
    for _ in range(52):
        await _try(throttle, house, new_email(), "", False)
        await throttle.sign_up("")


async def test_a_success_gives_the_address_back_only_its_own_try(throttle: Throttle, house: House) -> None:
    address = new_address()
    for _ in range(49):
        await _try(throttle, house, new_email(), address, False)
    for _ in range(3):
        assert await _try(throttle, house, new_email(), address, True) == 0
    assert await _try(throttle, house, new_email(), address, False) == 0
    with pytest.raises(TooManyTries) as refused:
        await _try(throttle, house, new_email(), address, True)
    assert refused.value.retry_after is not None
    assert 890 <= refused.value.retry_after <= 900


async def test_a_refused_try_prolongs_nothing(throttle: Throttle, house: House) -> None:
    email = new_email()
    for _ in range(5):
        await _try(throttle, house, email, "", False)
    before = await house.rows("SELECT key, failures, paused_until FROM sign_in_throttles ORDER BY key")
    with pytest.raises(TooManyTries):
        await _try(throttle, house, email, "", False)
    assert await house.rows("SELECT key, failures, paused_until FROM sign_in_throttles ORDER BY key") == before


async def test_when_the_pause_is_over_the_count_begins_anew(throttle: Throttle, house: House) -> None:
    email = new_email()
    for _ in range(5):
        await _try(throttle, house, email, "", False)
    await house.rows("UPDATE sign_in_throttles SET paused_until = now() - interval '1 second' RETURNING key")
    assert await _try(throttle, house, email, "", False) == 4


async def test_a_crowd_is_told_to_come_back(throttle: Throttle, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    answers = await asyncio.gather(
        *(_try(throttle, house, new_email(), "", True) for _ in range(4)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [int, int, Unavailable, Unavailable]
    await _try(throttle, house, new_email(), "", True)


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_what_its_holder_cannot_choose(address: str, stands_for: str) -> None:
    assert network(address) == stands_for
