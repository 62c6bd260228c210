"""Lists against the catalogue."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.imports.compare import ASSUMED_WINDOW, Comparison, Known, Line, basis, compare, merged
from backend.catalogue.imports.lists import Listing
from backend.catalogue.imports.offers import Offer
from shared.catalogue import Capability, Prices
from shared.imports import LineKind, RefusedOffer
from tests.backend.catalogue.imports.listing import offer, prices

KNOWN = Known(
    id=UUID(int=1),
    name="house-name",
    display_name="House name",
    upstream_name="vendor/model-1",
    model_type="chat",
    context_window=100_000,
    max_output_tokens=8_000,
    capabilities=frozenset({"code"}),
    tags=("new",),
    active=True,
    prices=Prices(input=Decimal(1), output=Decimal(2)),
    version=3,
)


def known(**facts: Any) -> Known:
    return Known(**{**{name: getattr(KNOWN, name) for name in KNOWN.__struct_fields__}, **facts})


def found(*offers: Offer, models: list[Known] | None = None, refused: tuple[RefusedOffer, ...] = ()) -> Comparison:
    listing = Listing(offers=offers, refused=refused, left_out=("tts-1",))
    models = [KNOWN] if models is None else models
    return compare(listing, models, {model.name for model in models} | {"elsewhere"}, "router")


def only(comparison: Comparison) -> Line:
    (line,) = comparison.lines
    return line


def test_a_list_that_says_what_is_known_changes_nothing() -> None:
    same = found(offer())
    assert same.lines == []
    assert (same.counts.unchanged, same.counts.left_out) == (1, 1)


def test_a_list_without_prices_changes_none() -> None:
    assert found(offer(prices=None)).lines == []


class TestPrices:
    @pytest.mark.parametrize(
        ("read", "write", "why"),
        [
            ("0", "2", "The price for input falls to zero."),
            ("1", "20.01", "The price for output moves by more than 10 times."),
            ("0.099", "2", "The price for input moves by more than 10 times."),
        ],
    )
    def test_what_looks_like_a_slip_is_suspicious(self, read: str, write: str, why: str) -> None:
        line = only(found(offer(prices=prices(read, write))))
        assert (line.kind, line.suspicious) == (LineKind.PRICES, why)

    def test_what_was_free_and_is_not_any_more_is_suspicious(self) -> None:
        free = known(prices=Prices(input=Decimal(0), output=Decimal(0)))
        assert only(found(offer(), models=[free])).suspicious == "The price for input was zero."

    @pytest.mark.parametrize("read", ["10", "0.1", "1.5"])
    def test_up_to_ten_times_is_not(self, read: str) -> None:
        line = only(found(offer(prices=prices(read, "2"))))
        assert line.suspicious is None
        (fact,) = line.facts
        assert (fact.field, fact.old, fact.new, fact.factor) == ("input", "1", read, Decimal(read))

    def test_a_bucket_that_the_list_does_not_speak_of_keeps_its_price(self) -> None:
        model = known(prices=Prices(input=Decimal(1), output=Decimal(2), cached_input=Decimal("0.5"), image=Decimal(4)))
        line = only(found(offer(prices=prices("3", "2", cached_input=None)), models=[model]))
        assert line.change.prices == Prices(input=Decimal(3), output=Decimal(2), image=Decimal(4))
        assert [(fact.field, fact.old, fact.new) for fact in line.facts] == [
            ("input", "1", "3"),
            ("cached_input", "0.5", None),
        ]

    def test_a_first_price_is_a_change_without_a_factor(self) -> None:
        line = only(found(offer(), models=[known(prices=None, version=None)]))
        assert [(fact.field, fact.old, fact.new, fact.factor) for fact in line.facts] == [
            ("input", None, "1", None),
            ("output", None, "2", None),
        ]
        assert line.suspicious is None

    def test_equal_amounts_written_differently_are_equal(self) -> None:
        assert found(offer(prices=prices("1.000", "2.0", request=None))).lines == []
        model = known(prices=Prices(input=Decimal(1), output=Decimal(2), request=Decimal(0)))
        assert found(offer(prices=prices("1", "2", request=None)), models=[model]).lines == []

    def test_a_refused_price_is_told_where_there_is_one_to_lose(self) -> None:
        refused = found(offer(prices=None, unpriced="The price for input is negative."))
        assert refused.lines == []
        assert [(each.upstream_name, each.reason) for each in refused.refused] == [
            ("vendor/model-1", "The price for input is negative.")
        ]

    @given(st.dictionaries(st.sampled_from(sorted(Prices.__struct_fields__)), st.decimals(0, 9, places=4)))
    def test_a_list_applied_leaves_nothing_to_apply(self, told: dict[str, Decimal]) -> None:
        for line in found(offer(prices=told)).lines:
            after = known(prices=line.change.prices)
            assert found(offer(prices=told), models=[after]).lines == []
        assert merged(KNOWN.prices, {}) == KNOWN.prices


class TestDetails:
    def test_limits_and_capabilities_follow_the_list(self) -> None:
        can = {Capability.VISION: True, Capability.TOOLS: False}
        model = known(capabilities=frozenset({"code", "tools"}))
        line = only(found(offer(context_window=4_000, max_output_tokens=None, capabilities=can), models=[model]))
        assert line.kind is LineKind.DETAILS
        assert [(fact.field, fact.old, fact.new) for fact in line.facts] == [
            ("context_window", "100000", "4000"),
            ("max_output_tokens", "8000", "4000"),
            ("capabilities", "code, tools", "code, vision"),
        ]

    def test_what_the_list_does_not_say_stays(self) -> None:
        assert found(offer(context_window=None, max_output_tokens=None)).lines == []

    def test_prices_and_details_are_chosen_apart(self) -> None:
        lines = found(offer(context_window=50_000, prices=prices("2", "2"))).lines
        assert [line.key for line in lines] == ["prices:house-name", "details:house-name"]

    def test_two_models_of_the_same_name_at_the_provider_both_follow(self) -> None:
        other = known(id=UUID(int=2), name="other-name")
        lines = found(offer(prices=prices("2", "2")), models=[KNOWN, other]).lines
        assert [line.model for line in lines] == ["house-name", "other-name"]


class TestNew:
    def test_a_new_model_comes_with_all_that_is_said(self) -> None:
        line = next(line for line in found(offer(), offer("vendor/fresh", display_name="Fresh")).lines)
        assert (line.kind, line.key, line.model, line.model_id) == (
            LineKind.NEW,
            "new:vendor/fresh",
            "vendor/fresh",
            None,
        )
        assert line.change.prices == Prices(input=Decimal(1), output=Decimal(2))
        assert (line.change.display_name, line.change.family, line.change.model_type) == ("Fresh", "fresh", "chat")

    def test_what_is_not_said_is_assumed_and_said_so(self) -> None:
        line = only(found(Offer(upstream_name="bare"), offer()))
        assert line.change.context_window == ASSUMED_WINDOW
        assert line.change.prices is None
        assert any("assumed" in remark for remark in line.remarks)

    def test_a_name_that_is_taken_gets_the_provider_before_it(self) -> None:
        assert only(found(offer("elsewhere"), offer())).model == "router/elsewhere"

    def test_a_name_that_cannot_be_is_refused(self) -> None:
        refused = found(offer("no name"), offer())
        assert refused.lines == []
        assert [each.upstream_name for each in refused.refused] == ["no name"]


class TestGone:
    def test_what_is_no_longer_listed_is_gone(self) -> None:
        line = only(found())
        assert (line.kind, line.key, line.active) == (LineKind.GONE, "gone:house-name", True)

    @pytest.mark.parametrize("name", ["vendor/model-1", "tts-1"])
    def test_what_is_refused_or_left_out_is_not(self, name: str) -> None:
        turned_down = RefusedOffer(upstream_name="vendor/model-1", reason="x.")
        assert found(refused=(turned_down,), models=[known(upstream_name=name)]).lines == []

    def test_what_is_marked_and_off_is_not_told_again(self) -> None:
        marked = known(tags=("gone",), active=False)
        assert found(models=[marked]).lines == []
        assert only(found(models=[known(tags=("gone",))])).kind is LineKind.GONE

    def test_what_comes_back_loses_the_mark(self) -> None:
        line = only(found(offer(), models=[known(tags=("gone", "new"))]))
        assert (line.kind, line.change.gone) == (LineKind.DETAILS, False)


class TestBasis:
    @pytest.mark.parametrize(
        "change",
        [
            {"version": 4},
            {"context_window": 5},
            {"upstream_name": "x"},
            {"capabilities": frozenset()},
            {"tags": ("gone",)},
        ],
    )  # fmt: skip
    def test_it_changes_with_what_lines_are_made_of(self, change: dict[str, Any]) -> None:
        assert basis([known(**change)]) != basis([KNOWN])
        assert basis([]) != basis([KNOWN])

    def test_it_does_not_change_with_anything_else(self) -> None:
        other = known(id=UUID(int=2))
        assert basis([known(active=False, display_name="x", tags=())]) == basis([KNOWN])
        assert basis([KNOWN, other]) == basis([other, KNOWN])
