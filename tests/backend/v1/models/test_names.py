"""What is behind the names that requests give as their model."""

from uuid import UUID

import pytest
from msgspec import structs

from backend.errors import AppError
from backend.policy.errors import ModelDisabled, PlanForbidsFamily, PlanForbidsModel
from backend.v1.models.names import OURS, named, names_for
from shared.catalogue import Capability
from tests.fixtures.snapshots import assistant, catalogue, entitlement, model, plan, provider

OURSELVES, OTHERS = UUID(int=1), UUID(int=2)
SMALL = model("small", context_window=4000, capabilities=frozenset({Capability.JSON}))
LARGE = model("acme/large", context_window=90_000, capabilities=frozenset({Capability.VISION}))
PAUSED = model("paused", provider=provider("away", why="No key is set for Away."))
VECTORS = model("vectors", model_type="embedding", context_window=500_000)
EVERYTHING = catalogue(
    SMALL,
    LARGE,
    PAUSED,
    VECTORS,
    assistants=(assistant("auto"), assistant("general"), assistant("code"), assistant("gone", enabled=False)),
    plans=(plan("starter", models=frozenset({"small", "vectors", "paused"})), plan("pro")),
    aliases={
        (None, "gpt-x"): "small",
        (OURSELVES, "gpt-x"): "acme/large",
        (OTHERS, "theirs"): "small",
        (None, "clever"): "auto",
        (None, "coder"): "assistant:code",
        (None, "broken"): "deleted",
    },
)
ALL = entitlement(plan("pro"))
SOME = entitlement(EVERYTHING.plans[0])


def shown(entitled: object = ALL, organisation_id: UUID = OURSELVES) -> list[str]:
    return [one.name for one in names_for(EVERYTHING, entitled, organisation_id)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "There is no such model"),
        ("nothing", "There is no such model"),
        ("theirs", "There is no such model"),
        ("broken", "There is no such model"),
        ("assistant:nobody", "There is no such assistant"),
        ("assistant:gone", "There is no such assistant"),
    ],
)
def test_what_is_not_there_is_not_found(name: str, error: str) -> None:
    with pytest.raises(AppError, match=error) as caught:
        named(name, EVERYTHING, ALL, OURSELVES)
    assert caught.value.status == 404


def test_what_cannot_be_used_is_refused_as_a_request_would_be() -> None:
    with pytest.raises(PlanForbidsModel, match="comes with the Pro plan"):
        named("acme/large", EVERYTHING, SOME, OURSELVES)
    with pytest.raises(PlanForbidsModel, match="This API key"):
        named("acme/large", EVERYTHING, ALL.within(frozenset({"small"})), OURSELVES)
    with pytest.raises(ModelDisabled):
        named("paused", EVERYTHING, ALL, OURSELVES)
    with pytest.raises(PlanForbidsFamily):
        named("assistant:code", EVERYTHING, ALL, OURSELVES)


def test_only_what_can_be_used_is_listed() -> None:
    several = structs.replace(ALL, families=frozenset({"auto", "general", "code", "gone"}))
    assistants = ["assistant:general", "assistant:code"]
    assert shown(several) == ["auto", *assistants, "small", "acme/large", "vectors", "clever", "coder", "gpt-x"]
    assert shown(SOME, OTHERS) == ["auto", "assistant:general", "small", "vectors", "clever", "gpt-x", "theirs"]
    assert shown(SOME) == ["auto", "assistant:general", "small", "vectors", "clever"]


def test_who_may_use_no_chat_model_is_offered_no_choice_of_one() -> None:
    assert shown(ALL.within(frozenset({"vectors"}))) == ["vectors"]
    assert shown(ALL.within(frozenset())) == []


def test_an_alias_is_what_the_own_organisation_made_it() -> None:
    mine = named("gpt-x", EVERYTHING, ALL, OURSELVES)
    theirs = named("gpt-x", EVERYTHING, ALL, OTHERS)
    assert (mine.name, mine.stands_for, mine.context_window) == ("gpt-x", "acme/large", 90_000)
    assert (theirs.name, theirs.stands_for, theirs.context_window) == ("gpt-x", "small", 4000)
    assert named("clever", EVERYTHING, ALL, OURSELVES).stands_for == "auto"


def test_an_alias_that_is_called_like_a_model_hides_it() -> None:
    hiding = structs.replace(EVERYTHING, aliases={(None, "small"): "acme/large"})
    found = [one for one in names_for(hiding, ALL, OURSELVES) if one.name == "small"]
    assert [(one.stands_for, one.among) for one in found] == [("acme/large", (LARGE,))]


def test_an_id_is_answered_by_name() -> None:
    assert named(str(LARGE.id), EVERYTHING, ALL, OURSELVES).name == "acme/large"


def test_where_the_policy_chooses_it_can_do_what_any_of_the_models_can() -> None:
    auto = named("auto", EVERYTHING, ALL, OURSELVES)
    assert (auto.owner, auto.context_window, auto.model_type) == (OURS, 90_000, "chat")
    assert auto.capabilities == [Capability.JSON, Capability.VISION]
    assert named("auto", EVERYTHING, SOME, OURSELVES).context_window == 4000
