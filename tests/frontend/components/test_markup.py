"""Everything that people or providers wrote is escaped before it reaches the page."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from frontend.components.call_story import steps
from frontend.components.facts import facts_html
from frontend.components.health_board import card_html
from frontend.components.inspector import outcome_html
from frontend.components.model_row import model_html
from frontend.components.plan_card import plan_card_html
from frontend.components.provider_row import provider_html
from frontend.components.rows import Field, head_html, named, row_html
from frontend.components.stat_strip import Figure, stat_strip_html
from frontend.components.tables import Column, table_html
from frontend.components.tags import state, tag
from frontend.components.timeline import Step, timeline_html
from tests.frontend.invented.calls import call_detail, calls
from tests.frontend.invented.catalogue import healths, models, providers
from tests.frontend.invented.plans import plans

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVIL = '<img src=x onerror="alert(1)">{0}'
CALL = replace(calls(NOW)[0], user_email=EVIL, model=EVIL)


@pytest.mark.parametrize(
    "html",
    [
        stat_strip_html([Figure(EVIL, EVIL, EVIL)]),
        table_html([Column(EVIL)], [[EVIL]], EVIL),
        timeline_html([Step(EVIL, EVIL, EVIL, EVIL)]),
        timeline_html(steps(replace(call_detail(CALL), call=CALL))),
        facts_html([(EVIL, EVIL)]),
        head_html([Field(EVIL, "1fr")]),
        row_html([Field("Name", "1fr")], [named(EVIL, EVIL)]),
        tag(EVIL),
        state(EVIL, "bad"),
        outcome_html(CALL, UTC),
        card_html(replace(healths(NOW)[0], display_name=EVIL, why=EVIL), NOW, UTC),
        model_html(replace(models(NOW)[0], display_name=EVIL, tags=[EVIL], why=EVIL, usable=False), NOW),
        provider_html(replace(providers(NOW)[0], display_name=EVIL, api_base_url=EVIL, why=EVIL, usable=False)),
        plan_card_html(replace(plans()[0], name=EVIL, families=[EVIL]), None, plans()),
    ],
)
def test_no_foreign_text_becomes_an_element(html: str) -> None:
    assert "<img" not in html
    assert "&lt;img" in html.lower()
    assert "{0}" in html


def test_a_strip_has_a_cell_for_each_figure() -> None:
    html = stat_strip_html([Figure("Calls", "3"), Figure("Spend", "$1.00", "raw cost")])
    assert '--fl-cells:2"' in html
    assert html.count("<div>") == 2


def test_a_table_names_every_cell_for_narrow_screens() -> None:
    html = table_html([Column("User", wide=True), Column("Calls", number=True)], [["Mara", "3"]], "People")
    assert '<th scope="col" class="fl-number">Calls</th>' in html
    assert '<td class="fl-number" data-l="Calls"><div>3</div></td>' in html
    assert 'aria-label="People"' in html


def test_a_row_that_does_not_fit_its_columns_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        table_html([Column("User")], [["Mara", "too many"]], "People")


@pytest.mark.parametrize(("tone", "shape"), [("ok", "dot"), ("warn", "diamond"), ("bad", "square"), ("plain", "ring")])
def test_states_have_a_shape_beside_their_colour(tone: str, shape: str) -> None:
    assert f'<i class="fl-{shape}"></i>Word' in state("Word", tone)  # type: ignore[arg-type]


def test_amounts_that_are_integral_stay_exact() -> None:
    assert "1,000" in plan_card_html(replace(plans()[0], monthly_credits=Decimal("1E+3")), None, plans())
