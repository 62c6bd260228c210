"""From a request to a running answer, as whoever calls it."""

import msgspec
import psycopg
import pytest

from backend.chat.generation import Generation
from backend.chat.inquiry import from_chat
from backend.chat.pipeline import Caller
from backend.columns import new_id
from backend.metering.errors import TooManyChats
from shared.chat import ChatRequest
from tests.backend.chat.test_chat import add_model
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.programs import make_key

SLOW = "sim-bench-400-20"
ASKED = msgspec.convert({"message": {"content": "hello"}, "model": SLOW}, ChatRequest)


@pytest.fixture
async def person(api: Api, join: Join) -> Person:
    """Somebody whose keys may each write one answer at a time."""
    await add_model(api, SLOW)
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        connection.execute("UPDATE plans SET limits = '{\"concurrent_chats_per_key\": 1}'")
    await api.services.catalogue.refresh()
    return await join(plan="team")


async def begin(api: Api, person: Person, key: str | None = None) -> Generation:
    """An answer for a session of the person, or for the holder of a key."""
    token = key or person.token
    identity = await api.services.identities.resolve(token)
    assert identity is not None
    begun = await api.services.pipeline.begin(
        Caller(identity=identity, token=token, request_id=new_id()), from_chat(ASKED)
    )
    assert isinstance(begun, Generation)
    return begun


async def test_the_limit_for_each_key_holds_for_keys_and_for_each_alone(api: Api, person: Person) -> None:
    one, other = [(await make_key(person, name=name))["key"] for name in ("one", "other")]
    running = [await begin(api, person, one), await begin(api, person, other)]
    running += [await begin(api, person) for _ in range(2)]
    with pytest.raises(TooManyChats, match="This key has 1 answer being written at once"):
        await begin(api, person, one)
    for generation in running:
        generation.cancel()
        await generation.wait()
    again = await begin(api, person, one)
    again.cancel()
    await again.wait()
