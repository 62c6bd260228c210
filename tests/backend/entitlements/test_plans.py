"""What a plan with overrides comes to."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from backend.entitlements.plans import entitle, lowest_plan_with_family, lowest_plan_with_model
from shared.plans import Overrides, PlanLimits
from tests.fixtures.snapshots import entitlement, model, plan

LIMITS = PlanLimits(
    requests_per_minute=20,
    tokens_per_minute=1000,
    prechecks_per_minute=60,
    images_per_minute=2,
    concurrent_chats=2,
    concurrent_chats_per_key=1,
    credits_per_day=Decimal(250),
    credits_per_request=Decimal(50),
)
OVERRIDABLE = (
    "requests_per_minute",
    "tokens_per_minute",
    "concurrent_chats",
    "concurrent_chats_per_key",
    "credits_per_day",
    "credits_per_request",
)


class TestOverrides:
    def test_none_leaves_the_plan_as_it_is(self) -> None:
        starter = plan(limits=LIMITS, models=frozenset({"a"}))
        entitled = entitle(starter, Overrides())
        assert entitled.limits == LIMITS
        assert entitled.models == {"a"}
        assert entitled.families == {"general"}
        assert (entitled.monthly_credits, entitled.max_context) == (1000, 32_000)
        assert entitled.overridden == ()

    @pytest.mark.parametrize("name", OVERRIDABLE)
    def test_a_limit_replaces_only_itself(self, name: str) -> None:
        entitled = entitle(plan(limits=LIMITS), Overrides(**{name: 7}))
        assert entitled.limits == structs.replace(LIMITS, **{name: 7})
        assert entitled.overridden == (name,)

    def test_figures_are_replaced(self) -> None:
        entitled = entitlement(monthly_credits=Decimal(5), max_context=9)
        assert (entitled.monthly_credits, entitled.max_context) == (5, 9)
        assert entitled.overridden == ("monthly_credits", "max_context")

    def test_zero_credits_a_month_are_an_override(self) -> None:
        assert entitlement(monthly_credits=Decimal(0)).monthly_credits == 0

    def test_families_and_models_are_added(self) -> None:
        narrow = plan(models=frozenset({"a"}))
        entitled = entitle(narrow, Overrides(extra_families=["code"], extra_models=["b"]))
        assert entitled.families == {"general", "code"}
        assert entitled.models == {"a", "b"}
        assert entitled.overridden == ("extra_families", "extra_models")

    def test_a_plan_with_every_model_keeps_every_model(self) -> None:
        assert entitle(plan(), Overrides(extra_models=["b"])).models is None

    @given(
        st.builds(
            Overrides,
            extra_families=st.lists(st.sampled_from(["code", "writing"])),
            extra_models=st.lists(st.sampled_from(["a", "b"])),
            concurrent_chats=st.none() | st.integers(1, 9),
            credits_per_day=st.none() | st.decimals(0, 100, places=6),
        )
    )
    def test_nobody_loses_what_the_plan_has(self, overrides: Overrides) -> None:
        narrow = plan(models=frozenset({"c"}), limits=LIMITS)
        entitled = entitle(narrow, overrides)
        assert narrow.families <= entitled.families
        assert entitled.models is not None
        assert narrow.models is not None
        assert narrow.models <= entitled.models
        assert entitled.limits.requests_per_minute == 20


class TestAllowed:
    def test_auto_always_is(self) -> None:
        assert entitlement(plan(families=frozenset())).allows_family("auto")
        assert not entitlement(plan(families=frozenset())).allows_family("general")

    def test_a_model_by_its_name(self) -> None:
        narrow = entitlement(plan(models=frozenset({"a"})))
        assert narrow.allows_model(model("a"))
        assert not narrow.allows_model(model("b"))
        assert entitlement().allows_model(model("b"))


class TestWithinAKey:
    names = st.none() | st.frozensets(st.sampled_from("abcd"))

    @given(of_plan=names, of_key=names)
    def test_nothing_is_allowed_that_plan_and_key_do_not_both_allow(
        self, of_plan: frozenset[str] | None, of_key: frozenset[str] | None
    ) -> None:
        entitled = entitlement(plan(models=of_plan))
        narrowed = entitled.within(of_key)
        for name in "abcd":
            by_key = of_key is None or name in of_key
            assert narrowed.allows_model(model(name)) is (entitled.allows_model(model(name)) and by_key)
            assert narrowed.key_forbids(model(name)) is not by_key

    def test_everything_else_stays(self) -> None:
        entitled = entitlement(plan(limits=LIMITS))
        narrowed = entitled.within(frozenset("a"))
        assert structs.replace(narrowed, models=None, key_models=None) == entitled
        assert entitled.within(None) is entitled


class TestLowestPlan:
    PLANS = (
        plan("starter", models=frozenset({"a"})),
        plan("pro", models=frozenset({"a", "b"}), families=frozenset({"general", "code"})),
        plan("team", models=None, families=frozenset({"general", "code", "images"})),
    )

    @pytest.mark.parametrize(
        ("family", "slug"), [("general", "starter"), ("code", "pro"), ("images", "team"), ("none", None)]
    )
    def test_with_a_family(self, family: str, slug: str | None) -> None:
        found = lowest_plan_with_family(self.PLANS, family)
        assert (found.slug if found else None) == slug

    @pytest.mark.parametrize(("name", "slug"), [("a", "starter"), ("b", "pro"), ("anything else", "team")])
    def test_with_a_model(self, name: str, slug: str) -> None:
        found = lowest_plan_with_model(self.PLANS, name)
        assert found is not None
        assert found.slug == slug

    def test_there_may_be_none(self) -> None:
        assert lowest_plan_with_model(self.PLANS[:1], "b") is None
