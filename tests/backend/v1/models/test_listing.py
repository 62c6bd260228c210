"""Lists of models in pages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.columns import new_id
from backend.errors import InvalidRequest
from backend.v1.models.listing import ANTHROPICS_LIMIT, Asked, anthropic_model_list, model_list
from backend.v1.models.names import ALWAYS, Named
from tests.fixtures.snapshots import model

NAMES = [Named(name=f"m{n}", display_name="M", owner="acme", id=new_id(), among=(model(),)) for n in range(50)]
IDS = [named.name for named in NAMES]


@pytest.mark.parametrize("asked", [Asked(after_id="x"), Asked(before_id="x"), Asked(after_id="m1", before_id="m2")])
def test_a_place_that_is_none_is_refused(asked: Asked) -> None:
    with pytest.raises(InvalidRequest):
        model_list(NAMES, asked)


def test_openais_list_is_whole_and_anthropics_twenty() -> None:
    whole, page = model_list(NAMES, Asked()), anthropic_model_list(NAMES, Asked())
    assert [one.id for one in whole.data] == IDS
    assert [one.id for one in page.data] == IDS[:ANTHROPICS_LIMIT]
    assert (whole.has_more, page.has_more, page.last_id) == (False, True, IDS[ANTHROPICS_LIMIT - 1])


def test_nothing_is_a_list_too() -> None:
    empty = model_list([], Asked())
    assert (empty.data, empty.first_id, empty.last_id, empty.has_more) == ([], None, None, False)


@given(st.integers(1, 60))
def test_pages_in_either_direction_are_the_list(limit: int) -> None:
    forward, page = [], anthropic_model_list(NAMES, Asked(limit=limit))
    forward += [one.id for one in page.data]
    while page.has_more:
        page = anthropic_model_list(NAMES, Asked(limit=limit, after_id=page.last_id))
        forward += [one.id for one in page.data]
    assert forward == IDS
    back, page = IDS[-1:], anthropic_model_list(NAMES, Asked(limit=limit, before_id=IDS[-1]))
    back = [one.id for one in page.data] + back
    while page.has_more:
        page = anthropic_model_list(NAMES, Asked(limit=limit, before_id=page.first_id))
        back = [one.id for one in page.data] + back
    assert back == IDS


def test_anthropics_list_has_only_what_talks() -> None:
    vectors = Named(name="v", display_name="V", owner="acme", id=new_id(), among=(model("v", model_type="embedding"),))
    assert [one.id for one in anthropic_model_list([vectors, *NAMES[:1]], Asked()).data] == ["m0"]
    assert [one.model_type for one in model_list([vectors, *NAMES[:1]], Asked()).data] == ["embedding", "chat"]


def test_a_model_is_as_old_as_its_id_and_auto_as_old_as_time() -> None:
    auto = Named(name="auto", display_name="Auto", owner="fairlead", id=ALWAYS, among=(model(),))
    before = int(datetime.now(UTC).timestamp())
    new = Named(name="new", display_name="New", owner="acme", id=new_id(), among=(model(),))
    always, made = model_list([auto, new], Asked()).data
    assert always.created == 0
    assert before <= made.created <= datetime.now(UTC).timestamp()
