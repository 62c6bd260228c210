"""Whether a task is taken, told from what it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assistants.pick import DIRECT, pick
from backend.policy.errors import AssistantRefusesTask, PlanForbidsTask
from backend.policy.tasks import SURE, Task, require_allowed
from shared.precheck import Category
from tests.fixtures.snapshots import assistant, catalogue, entitlement, plan

CODING = Task(Category.CODING, 0.9)
WRITING = frozenset({Category.WRITING})
FAMILIES = frozenset({"general", "code", "writing"})
PLANS = (
    plan(task_categories=WRITING, families=FAMILIES),
    plan("pro", rank=1, families=FAMILIES),
)
STARTER, PRO = (entitlement(each) for each in PLANS)
KNOWN = catalogue(
    plans=PLANS,
    assistants=(
        assistant("auto"),
        assistant("general", task_categories=WRITING),
        assistant("code", task_types=frozenset({Category.CODING})),
        assistant("writing", task_categories=WRITING),
    ),
)


class TestPlan:
    def test_a_task_that_it_surely_lacks_is_refused_and_the_plan_that_has_it_named(self) -> None:
        with pytest.raises(PlanForbidsTask, match="looks like coding, which is not in your Starter plan") as refused:
            require_allowed(CODING, STARTER, PLANS)
        assert "It comes with the Pro plan" in refused.value.message
        assert refused.value.details == {"category": "coding", "plan": "pro"}
        assert (refused.value.status, refused.value.code.value) == (403, "plan_forbids_task")

    def test_a_task_that_no_plan_takes_promises_nothing(self) -> None:
        with pytest.raises(PlanForbidsTask) as refused:
            require_allowed(CODING, STARTER, PLANS[:1])
        assert refused.value.details["plan"] is None
        assert "comes with" not in refused.value.message

    def test_it_counts_for_who_speaks_to_a_model_without_assistant(self) -> None:
        with pytest.raises(PlanForbidsTask):
            pick(KNOWN, STARTER, DIRECT, None, CODING)

    @given(st.sampled_from(Category), st.floats(0, 1))
    def test_only_what_is_sure_is_refused_and_never_a_prompt_without_task(
        self, category: Category, confidence: float
    ) -> None:
        task = Task(category, confidence)
        refused = False
        try:
            require_allowed(task, STARTER, PLANS)
        except PlanForbidsTask:
            refused = True
        assert refused == (confidence >= SURE and category not in {Category.WRITING, Category.OTHER})

    def test_a_plan_without_a_list_takes_everything(self) -> None:
        for category in Category:
            require_allowed(Task(category, 1.0), PRO, PLANS)


class TestAssistant:
    def test_one_that_was_chosen_and_surely_does_not_take_it_names_another(self) -> None:
        with pytest.raises(AssistantRefusesTask) as refused:
            pick(KNOWN, PRO, KNOWN.assistant("writing"), None, CODING)
        assert refused.value.message == (
            "This looks like coding, which the Writing assistant does not take. Choose Code, or Auto."
        )
        assert refused.value.details == {"category": "coding", "family": "writing", "alternative": "code"}

    def test_one_that_was_chosen_is_kept_while_nobody_is_sure(self) -> None:
        picked = pick(KNOWN, PRO, KNOWN.assistant("writing"), None, Task(Category.CODING, 0.7))
        assert picked.assistant.family == "writing"

    @pytest.mark.parametrize("confidence", [0.3, 0.9])
    @pytest.mark.parametrize("recommended", [None, "general", "writing", "code"])
    def test_auto_never_picks_one_that_does_not_take_it(self, recommended: str | None, confidence: float) -> None:
        picked = pick(KNOWN, PRO, None, recommended, Task(Category.CODING, confidence))
        assert picked.assistant.family == "code"

    def test_auto_says_whom_it_passed_over(self) -> None:
        assert pick(KNOWN, PRO, None, "general", CODING).reason == (
            "Auto picked the Code assistant. General does not take coding here."
        )

    def test_where_nobody_in_the_plan_takes_it_the_plan_that_has_one_is_named(self) -> None:
        only_general = entitlement(plan("small"))
        with pytest.raises(AssistantRefusesTask) as refused:
            pick(KNOWN, only_general, None, "code", CODING)
        assert refused.value.message == (
            "This looks like coding, which no assistant of your plan takes. Code does and comes with the Starter plan."
        )
        assert pick(KNOWN, only_general, None, "code", Task(Category.CODING, 0.5)).assistant.family == "general"

    def test_where_nobody_takes_it_at_all_there_is_only_the_admin(self) -> None:
        nobody = catalogue(plans=PLANS, assistants=(assistant("general", task_categories=WRITING),))
        with pytest.raises(
            AssistantRefusesTask, match=r"no assistant of your plan takes\. Ask your admin\."
        ) as refused:
            pick(nobody, PRO, None, None, CODING)
        assert refused.value.details["alternative"] is None
