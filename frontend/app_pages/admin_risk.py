"""Risk: what happens to prompts that look dangerous, for whom it differs, and who is asked where rules are unsure."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend.client import admin, assistants, plans, risks
from frontend.client.http import ApiError
from frontend.components import panels, risk_dialogs
from frontend.components.page_head import page_head
from frontend.components.risk_row import FIELDS, guard_words, place, risk_name, rule_html
from frontend.components.rows import head_html
from frontend.components.section import section
from frontend.components.text import literal
from shared.risks import RiskRule

_TITLE = "Risk"
_SUBTITLE = "What happens to prompts that look dangerous. The most specific rule wins."


def _row(rule: RiskRule) -> None:
    key = f"{rule.category}_{rule.plan or ''}_{rule.family or ''}"
    with st.container(key=f"row_{key}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(rule_html(rule))
        chosen = st.menu_button(
            literal(f"Options for {risk_name(rule.category)}, {place(rule)}"),
            ["Change"] if rule.id is None else ["Change", "Remove"],
            key=f"menu_{key}",
            type="tertiary",
            icon=":material/more_horiz:",
        )
    if chosen == "Change":
        risk_dialogs.change(rule)
    elif chosen == "Remove":
        risk_dialogs.remove(rule)


def _rows(rules: Sequence[RiskRule], key: str) -> None:
    with st.container(key=key, gap=None):
        st.html(head_html(FIELDS))
        for rule in rules:
            _row(rule)


def _draw() -> None:
    head = st.container(key="head_place")
    try:
        with panels.loading(40, 320):
            rules, guard = risks.rules(), risks.guard()
    except ApiError as error:
        with head, page_head(_TITLE, _SUBTITLE):
            pass
        panels.failed("Rules about risks could not be loaded", error, "Prompts are still checked as before.")
        return
    with head, page_head(_TITLE, _SUBTITLE):
        asked = st.button("Second tier", key="second_tier", icon=":material/gavel:")
        added = st.button("Add exception", key="add_exception", type="primary", icon=":material/add:")
    general = [rule for rule in rules if rule.plan is None and rule.family is None]
    others = [rule for rule in rules if rule not in general]
    section("Second tier")
    st.html(Markup('<p class="fl-body">{}</p>').format(guard_words(guard)))
    section("For everybody")
    _rows(general, "rows")
    section("Exceptions")
    if others:
        _rows(others, "exceptions")
    else:
        panels.empty("No exceptions", "Rules for single plans and assistants appear here.")
    if added:
        risk_dialogs.add(
            general, [each.family for each in assistants.assistants()], [plan.slug for plan in plans.plans()]
        )
    elif asked:
        spoken = [each.name for each in admin.providers() if each.dialect == "openai"]
        models = admin.models(limit=200).items
        priced = [each.name for each in models if each.model_type == "chat" and not each.price_missing]
        risk_dialogs.second_tier(guard, spoken, priced)


_draw()
