"""Which model answers: a table for every reason and strategy, and what holds for any catalogue."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Endpoint, Model
from backend.policy.choose import CHAIN_LENGTH, Ask, Choice, Health, HealthByKey, choose, usable_context
from backend.policy.strategies import IN_WORDS, WEIGHTS
from backend.providers.circuits import CircuitState
from shared.catalogue import Capability, LatencyTier
from shared.chat import Strategy
from shared.precheck import Complexity
from tests.fixtures.snapshots import assistant, catalogue, entitlement, model, plan, price, provider


def ask(**different: Any) -> Ask:
    facts: dict[str, Any] = {
        "assistant": assistant(),
        "complexity": Complexity.SIMPLE,
        "prompt_tokens": 100,
        "needs": frozenset(),
        "strategy": Strategy.BALANCED,
    }
    facts |= different
    tokens = facts["prompt_tokens"]
    return Ask(**facts | {"prompt_tokens": tokens if callable(tokens) else lambda _: tokens})


def chosen(choice: Choice) -> list[str]:
    return [ranked.model.name for ranked in choice.chain]


CHEAP = model("cheap", price=price("0.1", "0.2"), latency_tier=LatencyTier.SLOW, quality=0.5)
FAST = model("fast", price=price("10", "20"), latency_tier=LatencyTier.FAST, quality=0.5)
STRONG = model("strong", price=price("3", "6"), latency_tier=LatencyTier.MEDIUM, quality=0.95)


class TestCircuits:
    """Endpoints that are not used take their models out of the chain; what is left of the others' health counts."""

    TWO = provider(endpoints=(Endpoint(uuid4(), "https://one"), Endpoint(uuid4(), "https://two")))
    OPEN = Health(0.0, CircuitState.OPEN, "5 calls in a row failed", 4.0)

    def test_a_model_whose_every_endpoint_is_open_is_paused_and_says_why(self) -> None:
        two = model("two", provider=self.TWO)
        health: HealthByKey = {endpoint.id: self.OPEN for endpoint in self.TWO.endpoints}
        choice = choose(ask(), catalogue(two, FAST), entitlement(), health)
        assert chosen(choice) == ["fast"]
        assert choice.paused == (two,)
        assert [r.reason for r in choice.rejected] == ["Acme is failing: 5 calls in a row failed"]

    def test_one_endpoint_in_use_is_enough(self) -> None:
        two = model("two", provider=self.TWO)
        choice = choose(ask(), catalogue(two), entitlement(), {self.TWO.endpoints[0].id: self.OPEN})
        assert chosen(choice) == ["two"]
        assert choice.chain[0].candidate.uptime_score == 1.0

    @pytest.mark.parametrize(("own", "expected"), [(0.9, 0.6), (0.1, 0.1)])
    def test_the_model_is_as_healthy_as_its_best_endpoint_at_most(self, own: float, expected: float) -> None:
        one, two = self.TWO.endpoints
        health: HealthByKey = {one.id: Health(0.2), two.id: Health(0.6), "two": Health(own)}
        choice = choose(ask(), catalogue(model("two", provider=self.TWO)), entitlement(), health)
        assert choice.chain[0].candidate.uptime_score == expected


class TestObstacles:
    @pytest.mark.parametrize(
        ("candidate", "reason"),
        [
            (model(model_type="image"), "makes images, not text"),
            (model(model_type="embedding"), "makes embeddings, not text"),
            (model(active=False), "turned off"),
            (model(provider=provider(why="No key is set for Acme.")), "No key is set for Acme."),
            (model(price=None), "has no price"),
            (model("not-in-the-plan"), "not in the Starter plan"),
            (model(), "cannot do vision"),
            (
                model(capabilities=frozenset({Capability.VISION}), context_window=163),
                "reads 163 tokens, the prompt has 100",
            ),
        ],
    )
    def test_each_says_why(self, candidate: Model, reason: str) -> None:
        allowed = entitlement(plan(models=frozenset({"middling"})))
        wanted = ask(needs=frozenset({Capability.VISION}))
        choice = choose(wanted, catalogue(candidate), allowed, {})
        assert choice.chain == ()
        assert [(r.model, r.reason) for r in choice.rejected] == [(candidate.name, reason)]

    def test_room_for_a_short_answer_is_enough(self) -> None:
        assert chosen(choose(ask(), catalogue(model(context_window=164)), entitlement(), {})) == ["middling"]

    def test_the_plan_may_allow_less_context_than_the_model_has(self) -> None:
        allowed = entitlement(plan(max_context=150))
        choice = choose(ask(), catalogue(model()), allowed, {})
        assert choice.chain == ()
        assert [m.name for m in choice.too_long_for] == ["middling"]
        assert usable_context(model(), allowed) == 150
        assert usable_context(model(context_window=100), allowed) == 100

    def test_only_the_length_counts_as_too_long(self) -> None:
        choice = choose(
            ask(), catalogue(model("off", active=False, context_window=10), model(context_window=10)), entitlement(), {}
        )
        assert [m.name for m in choice.too_long_for] == ["middling"]

    def test_a_named_model_is_the_only_candidate_but_must_still_be_possible(self) -> None:
        everything = catalogue(CHEAP, FAST)
        assert chosen(choose(ask(models=(FAST,)), everything, entitlement(), {})) == ["fast"]
        off = model("off", active=False)
        refused = choose(ask(models=(off,)), everything, entitlement(), {})
        assert refused.chain == ()
        assert [r.reason for r in refused.rejected] == ["turned off"]


class TestStrategies:
    @pytest.mark.parametrize(
        ("strategy", "order"),
        [
            (Strategy.BALANCED, ["fast", "cheap", "strong"]),
            (Strategy.COST_OPTIMIZED, ["cheap", "strong", "fast"]),
            (Strategy.PERFORMANCE_FIRST, ["fast", "strong", "cheap"]),
            (Strategy.QUALITY_FIRST, ["strong", "cheap", "fast"]),
        ],
    )
    def test_each_has_its_favourite(self, strategy: Strategy, order: list[str]) -> None:
        assert chosen(choose(ask(strategy=strategy), catalogue(CHEAP, FAST, STRONG), entitlement(), {})) == order

    @pytest.mark.parametrize("strategy", Strategy)
    def test_each_weighs_a_hundred_and_can_be_told(self, strategy: Strategy) -> None:
        assert WEIGHTS[strategy].total == 100
        assert IN_WORDS[strategy]

    def test_a_hard_prompt_goes_to_a_strong_model(self) -> None:
        order = {c: chosen(choose(ask(complexity=c), catalogue(CHEAP, STRONG), entitlement(), {})) for c in Complexity}
        assert order[Complexity.SIMPLE][0] == "cheap"
        assert order[Complexity.COMPLEX][0] == "strong"
        assert order[Complexity.REASONING][0] == "strong"

    def test_a_model_that_keeps_failing_is_left_for_another(self) -> None:
        twin = model("twin", price=FAST.price, latency_tier=FAST.latency_tier, quality=FAST.quality)
        health = {"fast": Health(uptime=0.4)}
        assert chosen(choose(ask(), catalogue(FAST, twin), entitlement(), health)) == ["twin", "fast"]

    def test_what_the_assistant_prefers_breaks_a_tie(self) -> None:
        coder = assistant("code", preferred_traits=frozenset({Capability.CODE}))
        twins = (model("a"), model("b", capabilities=frozenset({Capability.CODE})))
        assert chosen(choose(ask(assistant=coder), catalogue(*twins), entitlement(), {})) == ["b", "a"]

    def test_a_price_for_each_request_counts(self) -> None:
        dear = model("a", price=price("1", "2", request="0.5"))
        assert chosen(choose(ask(), catalogue(dear, model("b")), entitlement(), {})) == ["b", "a"]

    def test_free_models_are_the_cheapest(self) -> None:
        free = model("free", price=price("0", "0"))
        choice = choose(ask(), catalogue(free, CHEAP, FAST), entitlement(), {})
        assert {r.model.name: r.candidate.cost_score for r in choice.chain}["free"] == 1.0

    def test_what_is_below_the_chain_is_said_to_be(self) -> None:
        many = [model(f"m{n}", quality=n / 10) for n in range(CHAIN_LENGTH + 2)]
        choice = choose(ask(), catalogue(*many), entitlement(), {})
        assert len(choice.chain) == CHAIN_LENGTH
        assert [r.reason for r in choice.rejected] == ["ranked below the chain"] * 2


models = st.lists(
    st.builds(
        lambda n, active, window, tier, quality, input, output, abilities: model(
            f"m{n}",
            active=active,
            context_window=window,
            latency_tier=tier,
            quality=quality,
            price=price(str(input), str(output)),
            capabilities=frozenset(abilities),
        ),
        n=st.integers(0, 10_000),
        active=st.booleans(),
        window=st.integers(1, 300),
        tier=st.sampled_from(LatencyTier),
        quality=st.floats(0, 1),
        input=st.decimals(0, 10_000, places=12),
        output=st.decimals(0, 10_000, places=12),
        abilities=st.sets(st.sampled_from(Capability)),
    ),
    max_size=9,
    unique_by=lambda m: m.name,
)
asks = st.builds(
    ask,
    complexity=st.sampled_from(Complexity),
    prompt_tokens=st.integers(0, 200),
    needs=st.frozensets(st.sampled_from([Capability.VISION, Capability.TOOLS])),
    strategy=st.sampled_from(Strategy),
    wanted_tokens=st.none() | st.integers(1, 1_000_000),
)


class TestAlways:
    @given(models, asks, st.dictionaries(st.integers(0, 10_000).map("m{}".format), st.floats(0, 1).map(Health)))
    def test_every_model_is_accounted_for_once_and_scores_are_shares(
        self, known: list[Model], wanted: Ask, health: dict[str, Health]
    ) -> None:
        choice = choose(wanted, catalogue(*known), entitlement(), health)
        named = chosen(choice) + [r.model for r in choice.rejected]
        assert sorted(named) == sorted(m.name for m in known)
        scores = [r.candidate.score for r in choice.chain]
        assert scores == sorted(scores, reverse=True)
        for ranked in choice.chain:
            shown = ranked.candidate
            parts = (shown.score, shown.cost_score, shown.latency_score, shown.quality_score, shown.uptime_score)
            assert all(0 <= part <= 1 for part in parts)
            assert ranked.model.active
            assert wanted.needs <= ranked.model.capabilities
            assert wanted.prompt_tokens(ranked.model) < ranked.model.context_window

    @given(models, asks, st.randoms())
    def test_the_order_of_the_catalogue_does_not_matter(self, known: list[Model], wanted: Ask, random: Any) -> None:
        shuffled = list(known)
        random.shuffle(shuffled)
        first = choose(wanted, catalogue(*known), entitlement(), {})
        second = choose(wanted, catalogue(*shuffled), entitlement(), {})
        assert first.chain == second.chain
        assert {(r.model, r.reason) for r in first.rejected} == {(r.model, r.reason) for r in second.rejected}

    @given(models, asks, st.floats(0, 1))
    def test_failing_never_helps(self, known: list[Model], wanted: Ask, uptime: float) -> None:
        before = {r.model.name: r.candidate.score for r in choose(wanted, catalogue(*known), entitlement(), {}).chain}
        health = {name: Health(uptime=uptime) for name in before}
        after = {
            r.model.name: r.candidate.score for r in choose(wanted, catalogue(*known), entitlement(), health).chain
        }
        assert all(after[name] <= before[name] for name in before if name in after)

    def test_the_price_is_not_charged_with_what_it_is_ranked_with(self) -> None:
        exact = price("0.123456789012", "0.1", reasoning="7")
        assert exact.input == Decimal("0.123456789012")
        assert (exact.ranking_input, exact.ranking_output) == (0.123456789012, 7.0)
