"""Deciding, from what was asked to the routes, without a database."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import Struct

from backend.catalogue.snapshot import Endpoint
from backend.chat.inquiry import Inquiry, Manner
from backend.chat.plan import DEFAULT_ANSWER, Decided, decide, wish
from backend.chat.prompt import Prompt, Thread
from backend.entitlements.plans import Entitlement
from backend.errors import NotFound
from backend.policy.choose import Health, HealthByKey
from backend.policy.errors import ContextTooLong, ModelDisabled, ModelIncapable, NoRoute, PlanForbidsModel
from backend.policy.preferences import Preferences
from backend.precheck.service import Examiner
from backend.providers.calls import Turn
from backend.providers.circuits import CircuitState
from backend.secrets import Secrets
from shared.catalogue import Capability
from shared.chat import Strategy
from shared.messages import Role
from tests.fixtures.snapshots import assistant, catalogue, entitlement, model, plan, price, provider

SECRETS = Secrets(b"s" * 32)
SMALL = model("small", context_window=2000, max_output_tokens=500)
LARGE = model("large", context_window=20_000, price=price("5", "9"))
STARTER = entitlement()


def prompt(*turns: str, kept: bool = True) -> Prompt:
    """A conversation whose last turn is the prompt; turns take turns."""
    said = tuple(Turn(Role.USER if n % 2 == 0 else Role.ASSISTANT, text) for n, text in enumerate(turns))
    thread = Thread(id=uuid4(), new=True, title="t", revision=0, replace_from=None, new_prompt=turns[-1])
    return Prompt(text=turns[-1], earlier=turns[:-1:2], turns=said, thread=thread if kept else None)


def wished(of: Any, allowed: Entitlement = STARTER, **wishes: Any) -> Any:
    return wish(of, allowed, asking(**wishes), UUID(int=2))


def asking(model: str | None = None, max_tokens: int | None = None, **wishes: Any) -> Inquiry:
    """What somebody asks, beside the prompt."""
    models = {"models": (model,)} if model is not None else {}
    return Inquiry(body=Struct(), manner=Manner(max_tokens=max_tokens), **models, **wishes)


def decided(
    of: Any, asked: Prompt, allowed: Entitlement = STARTER, health: HealthByKey | None = None, **wishes: Any
) -> Decided:
    checked = Examiner(SECRETS).examine(asked, assistant_chosen="assistant" in wishes)
    return decide(of, allowed, health or {}, wished(of, allowed, **wishes), asked, checked, Decimal(100))


class TestCircuits:
    NEAR, FAR = Endpoint(uuid4(), "https://near"), Endpoint(uuid4(), "https://far")
    MODEL = model("two", provider=provider(endpoints=(NEAR, FAR)))

    def routes(self, *states: str) -> list[str]:
        ids = (self.NEAR.id, self.FAR.id)
        health: HealthByKey = {id: Health(1.0, CircuitState(state)) for id, state in zip(ids, states, strict=True)}
        return [route.target.base_url for route in decided(catalogue(self.MODEL), prompt("Hi"), health=health).routes]

    def test_an_open_one_is_no_route_and_one_on_trial_is_the_last(self) -> None:
        assert self.routes("closed", "closed") == ["https://near", "https://far"]
        assert self.routes("open", "closed") == ["https://far"]
        assert self.routes("half_open", "closed") == ["https://far", "https://near"]
        assert self.routes("half_open", "open") == ["https://near"]

    def test_when_nothing_is_left_it_says_when_to_ask_again(self) -> None:
        health: HealthByKey = {
            self.NEAR.id: Health(0.0, CircuitState.OPEN, "because", 7.2),
            self.FAR.id: Health(0.0, CircuitState.OPEN, "because", 3.4),
        }
        with pytest.raises(NoRoute, match="Acme cannot be reached or fails") as refused:
            decided(catalogue(self.MODEL), prompt("Hi"), health=health)
        assert (refused.value.retry_after, refused.value.retryable) == (4, True)


class TestWishes:
    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"model": "nothing"}, NotFound),
            ({"model": "picture"}, NotFound),
            ({"model": "off"}, ModelDisabled),
            ({"model": "keyless"}, ModelDisabled),
            ({"model": "unpriced"}, ModelDisabled),
            ({"assistant": "nothing"}, NotFound),
        ],
    )
    def test_what_cannot_be_is_told_apart(self, given: dict[str, str], error: type[Exception]) -> None:
        of = catalogue(
            model("picture", model_type="image"),
            model("off", active=False),
            model("keyless", provider=provider(why="No key is set.")),
            model("unpriced", price=None),
        )
        with pytest.raises(error):
            wished(of, **given)

    def test_a_model_of_a_higher_plan_names_the_plan(self) -> None:
        of = catalogue(SMALL, LARGE, plans=(plan(models=frozenset({"small"})), plan("pro", models=None)))
        with pytest.raises(PlanForbidsModel, match="comes with the Pro plan") as refused:
            wished(of, entitlement(plan(models=frozenset({"small"}))), model="large")
        assert refused.value.details == {"model": "large", "plan": "pro"}

    def test_by_id_or_name(self) -> None:
        of = catalogue(SMALL, LARGE)
        assert wished(of, model="large").models == (LARGE,)
        assert wished(of, model=str(LARGE.id)).models == (LARGE,)
        assert wished(of).strategy is Strategy.BALANCED


class TestConstraints:
    SEEING = model("seeing", capabilities=frozenset({Capability.VISION}))
    DEAR = model("dear", quality=0.9, price=price("900", "900"))

    @pytest.mark.parametrize("name", [None, "small"])
    def test_a_model_must_be_able_to_do_what_is_needed_though_it_be_chosen(self, name: str | None) -> None:
        needs = frozenset({Capability.VISION})
        with pytest.raises(ModelIncapable, match="Small: cannot do vision"):
            decided(catalogue(SMALL), prompt("Hi"), needs=needs, model=name)
        one = decided(catalogue(SMALL, self.SEEING), prompt("Hi"), needs=needs)
        assert [route.model.name for route in one.routes] == ["seeing"]

    def test_only_models_that_can_answer_for_what_is_allowed_are_asked(self) -> None:
        both, first = catalogue(SMALL, self.DEAR), ("dear",)
        free = decided(both, prompt("Hi"), preferences=Preferences(order=first))
        bound = decided(both, prompt("Hi"), preferences=Preferences(order=first, most_credits=Decimal(1)))
        assert [route.model.name for route in free.routes] == ["dear", "small"]
        assert [route.model.name for route in bound.routes] == ["small"]
        with pytest.raises(ModelIncapable, match=r"Dear: needs [0-9.]+ credits, you allow 1"):
            decided(both, prompt("Hi"), model="dear", preferences=Preferences(most_credits=Decimal(1)))

    def test_a_short_answer_may_be_paid_for_where_a_longer_one_may_not(self) -> None:
        of, allowed = catalogue(self.DEAR), Preferences(most_credits=Decimal(2))
        assert decided(of, prompt("Hi"), preferences=allowed, max_tokens=4).routes
        with pytest.raises(ModelIncapable):
            decided(of, prompt("Hi"), preferences=allowed)


class TestLength:
    def test_the_answer_is_bounded_by_wish_model_and_context(self) -> None:
        of = catalogue(LARGE)
        assert decided(of, prompt("hi")).wanted_tokens == DEFAULT_ANSWER
        assert decided(of, prompt("hi"), max_tokens=10).wanted_tokens == 10
        assert decided(of, prompt("hi"), max_tokens=100_000).wanted_tokens == LARGE.max_output_tokens
        near = decided(catalogue(SMALL), prompt("rope " * 1700), max_tokens=500)
        assert near.wanted_tokens == 2000 - near.prompt_tokens < 500

    def test_a_long_conversation_goes_where_it_is_read_whole(self) -> None:
        found = decided(catalogue(SMALL, LARGE), prompt("rope " * 2000, "yes", "rope " * 2000))
        assert [route.model.name for route in found.routes] == ["large"]
        assert found.notices == ()

    def test_else_the_oldest_turns_are_left_out_and_it_says_so(self) -> None:
        found = decided(catalogue(SMALL), prompt("rope " * 1000, "yes", "rope " * 1000))
        assert [turn.content for turn in found.turns] == ["rope " * 1000]
        assert found.notices[0].startswith("The 2 oldest messages were left out")
        assert found.decision.turns_left_out == 2

    def test_a_prompt_that_nothing_reads_says_both_numbers(self) -> None:
        with pytest.raises(ContextTooLong) as refused:
            decided(catalogue(SMALL, LARGE), prompt("rope " * 30_000))
        assert refused.value.details["limit"] == 20_000
        assert int(str(refused.value.details["prompt_tokens"])) > 20_000

    def test_of_messages_kept_nowhere_none_is_left_out(self) -> None:
        with pytest.raises(ContextTooLong):
            decided(catalogue(SMALL), prompt("rope " * 1000, "yes", "rope " * 1000, kept=False))

    def test_the_plan_may_allow_less(self) -> None:
        with pytest.raises(ContextTooLong) as refused:
            decided(catalogue(LARGE), prompt("rope " * 1000), entitlement(plan(max_context=500)))
        assert refused.value.details["limit"] == 500


class TestNobody:
    def test_no_usable_model_is_the_operators_matter(self) -> None:
        with pytest.raises(NoRoute):
            decided(catalogue(model(active=False)), prompt("hi"))

    def test_none_in_the_plan_is_the_plans(self) -> None:
        with pytest.raises(PlanForbidsModel):
            decided(catalogue(SMALL), prompt("hi"), entitlement(plan(models=frozenset({"other"}))))


class TestDecision:
    def test_says_why_to_the_person_and_everything_to_admins(self) -> None:
        found = decided(catalogue(SMALL, LARGE, model("off", active=False)), prompt("hi"))
        assert found.reasons[0].startswith("The prompt looks like")
        assert found.reasons[1] == "Auto picked the General assistant."
        assert "Starter plan" in found.reasons[2]
        assert {candidate.model for candidate in found.decision.chain} == {"small", "large"}
        assert [(r.model, r.reason) for r in found.decision.rejected] == [("off", "turned off")]
        assert "key-of-acme" not in repr(found.decision)

    def test_a_chosen_model_is_the_only_route_and_the_reason(self) -> None:
        found = decided(catalogue(SMALL, LARGE), prompt("hi"), model="large")
        assert [route.model.name for route in found.routes] == ["large"]
        assert found.reasons[2] == "You chose Large."
        assert found.decision.model_chosen

    def test_the_system_prompt_goes_first_and_counts(self) -> None:
        plain = decided(catalogue(SMALL), prompt("hi"))
        of = catalogue(SMALL, assistants=(assistant("general", system_prompt="You are a sailor. " * 20),))
        spoken = decided(of, prompt("hi"))
        assert spoken.turns[0].role is Role.SYSTEM
        assert spoken.prompt_tokens > plain.prompt_tokens + 60

    def test_factors_and_prices_are_those_of_this_moment(self) -> None:
        factors = {("plan", "starter"): Decimal("1.5"), ("model", "small"): Decimal(2)}
        [route] = decided(catalogue(SMALL, multipliers=factors), prompt("hi")).routes
        assert route.rate.multiplier == 3
        assert route.price is SMALL.price
        expected = decided(catalogue(SMALL, multipliers=factors), prompt("hi")).likely
        assert 0 < expected.low <= expected.needed <= expected.high
