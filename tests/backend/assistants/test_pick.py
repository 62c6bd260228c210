"""Which assistant handles a prompt."""

import pytest

from backend.assistants.pick import pick, wanted_assistant
from backend.errors import NotFound, Unavailable
from backend.policy.errors import PlanForbidsFamily
from tests.fixtures.snapshots import assistant, catalogue, entitlement, plan

CATALOGUE = catalogue()
STARTER = entitlement()
PRO = entitlement(plan("pro", families=frozenset({"general", "code"})))


class TestWanted:
    @pytest.mark.parametrize(
        "unknown", ["", "cod", "Code", "general ", "01900000-0000-7000-8000-0000000000", "\0", "x" * 10_000]
    )
    def test_an_unknown_one_is_not_found(self, unknown: str) -> None:
        with pytest.raises(NotFound):
            wanted_assistant(CATALOGUE, PRO, unknown)

    def test_a_disabled_one_is_not_found(self) -> None:
        hidden = catalogue(assistants=(assistant("general"), assistant("code", enabled=False)))
        with pytest.raises(NotFound):
            wanted_assistant(hidden, PRO, "code")

    def test_a_locked_one_names_the_plan_that_has_it(self) -> None:
        with pytest.raises(PlanForbidsFamily) as refused:
            wanted_assistant(CATALOGUE, STARTER, "code")
        assert "comes with the Pro plan" in refused.value.message
        assert refused.value.details == {"family": "code", "plan": "pro"}

    def test_a_locked_one_that_no_plan_has_promises_nothing(self) -> None:
        alone = catalogue(plans=(plan(),))
        with pytest.raises(PlanForbidsFamily) as refused:
            wanted_assistant(alone, STARTER, "code")
        assert "comes with" not in refused.value.message
        assert refused.value.details["plan"] is None

    def test_auto_is_nobody(self) -> None:
        auto = CATALOGUE.assistant("auto")
        assert auto is not None
        assert wanted_assistant(CATALOGUE, STARTER, "auto") is None
        assert wanted_assistant(CATALOGUE, STARTER, str(auto.id)) is None
        assert wanted_assistant(catalogue(assistants=()), STARTER, "auto") is None

    def test_by_family_or_id(self) -> None:
        code = CATALOGUE.assistant("code")
        assert code is not None
        assert wanted_assistant(CATALOGUE, PRO, "code") is code
        assert wanted_assistant(CATALOGUE, PRO, str(code.id)) is code

    def test_an_override_unlocks(self) -> None:
        assert wanted_assistant(CATALOGUE, entitlement(extra_families=["code"]), "code") is not None


class TestPick:
    def test_the_chosen_one_goes_before_the_recommended(self) -> None:
        code = CATALOGUE.assistant("code")
        picked = pick(CATALOGUE, PRO, code, "writing")
        assert (picked.assistant, picked.chosen) == (code, True)
        assert picked.reason == "You chose the Code assistant."

    def test_the_recommended_one_if_the_plan_has_it(self) -> None:
        picked = pick(CATALOGUE, PRO, None, "code")
        assert (picked.assistant.family, picked.chosen) == ("code", False)
        assert picked.reason == "Auto picked the Code assistant."

    def test_general_where_the_better_one_is_locked_and_says_so(self) -> None:
        picked = pick(CATALOGUE, STARTER, None, "code")
        assert picked.assistant.family == "general"
        assert picked.reason == "Auto picked the General assistant. Code fits better, but is not in your plan."

    @pytest.mark.parametrize("recommended", [None, "no-such-family"])
    def test_general_without_a_recommendation(self, recommended: str | None) -> None:
        picked = pick(CATALOGUE, STARTER, None, recommended)
        assert (picked.assistant.family, picked.reason) == ("general", "Auto picked the General assistant.")

    def test_another_one_where_general_is_turned_off(self) -> None:
        without = catalogue(assistants=(assistant("auto"), assistant("general", enabled=False), assistant("code")))
        assert pick(without, PRO, None, None).assistant.family == "code"

    def test_another_one_where_the_plan_lacks_general(self) -> None:
        only_code = entitlement(plan(families=frozenset({"code"})))
        assert pick(CATALOGUE, only_code, None, None).assistant.family == "code"

    def test_nothing_allowed_is_said(self) -> None:
        with pytest.raises(Unavailable):
            pick(CATALOGUE, entitlement(plan(families=frozenset())), None, None)
        with pytest.raises(Unavailable):
            pick(catalogue(assistants=(assistant("auto"),)), STARTER, None, None)
