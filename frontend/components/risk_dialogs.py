"""What an admin does about risks: change a rule, make an exception, take one back, set the second tier."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.client import risks
from frontend.client.http import ApiError
from frontend.components.reason_dialog import Unusable, Write, reason_dialog
from frontend.components.risk_row import ACTIONS, place, preview_words, risk_name
from shared.precheck import RiskCategory
from shared.risks import GuardSettings, GuardWrite, PolicyAction, RiskRule, RiskRuleTried, RiskRuleWrite

T = TypeVar("T")

_LEVELS = (("low", "Unsure"), ("medium", "Likely"), ("high", "Clear"))
_KINDS: dict[str, Literal["off", "moderation", "chat"]] = {
    "Off": "off",
    "A moderation endpoint": "moderation",
    "A chat model": "chat",
}
_FORMATS: dict[str, Literal["llama_guard", "json"]] = {"As Llama Guard": "llama_guard", "In JSON": "json"}
_FAILURES: dict[str, Literal["open", "closed"]] = {"Go by the first tier": "open", "Send nothing": "closed"}
_LEAD = "It takes effect on the next request. Some things cannot be allowed."


def change(rule: RiskRule) -> None:
    """Asks what is to happen at each level of a rule."""

    def fields() -> Write:
        actions = _actions(rule)
        _tried(RiskRuleTried(category=rule.category, family=rule.family, plan=rule.plan, **actions))

        def write(reason: str) -> str:
            wanted = RiskRuleWrite(category=rule.category, family=rule.family, plan=rule.plan, reason=reason, **actions)
            risks.set_rule(wanted)
            return f"{risk_name(rule.category)} changed"

        return write

    reason_dialog(f"{risk_name(rule.category)}: {place(rule)}", _LEAD, "Save", fields)


def add(rules: Sequence[RiskRule], families: Sequence[str], plans: Sequence[str]) -> None:
    """Asks for an exception: a rule of a plan, a family or both."""

    def fields() -> Write:
        kinds = {risk_name(category): category for category in RiskCategory}
        category = _one("Risk", kinds, RiskCategory.VIOLENCE, "risk_category")
        plan = st.selectbox("Plan", plans, index=None, placeholder="Every plan", format_func=words.family, key="plan")
        family = st.selectbox(
            "Assistant", families, index=None, placeholder="Every assistant", format_func=words.family, key="family"
        )
        actions = _actions(next(rule for rule in rules if rule.category is RiskCategory.VIOLENCE))
        _tried(RiskRuleTried(category=category, family=family, plan=plan, **actions))

        def write(reason: str) -> str:
            if plan is None and family is None:
                raise Unusable("Choose a plan or an assistant. What holds for everybody is changed in its row.")
            risks.set_rule(RiskRuleWrite(category=category, family=family, plan=plan, reason=reason, **actions))
            return f"Exception for {risk_name(category).lower()} added"

        return write

    reason_dialog("Add an exception", _LEAD, "Add", fields)


def remove(rule: RiskRule) -> None:
    """Asks before a rule is forgotten."""

    def write(reason: str) -> str:
        if rule.id is not None:
            risks.remove_rule(rule.id, reason)
        return f"{risk_name(rule.category)}: rule removed"

    lead = "What is less specific applies again, in the end what Fairlead comes with."
    reason_dialog(f"Remove the rule for {place(rule).lower()}", lead, "Remove", lambda: write)


def second_tier(now: GuardSettings, providers: Sequence[str], models: Sequence[str]) -> None:
    """Asks who is to be asked where the first tier is unsure."""

    def fields() -> Write:
        kind = _one("Who is asked", _KINDS, now.kind, "guard_kind")
        provider = st.selectbox(
            "Provider of the moderation endpoint",
            providers,
            index=_index(providers, now.provider),
            key="guard_provider",
        )
        model = st.selectbox("Chat model", models, index=_index(models, now.model), key="guard_model")
        form = _one("It answers", _FORMATS, now.format, "guard_format")
        seconds = st.number_input("Time limit in seconds", 0.1, 30.0, now.time_limit, 0.5, key="guard_seconds")
        failure = _one("When it says nothing", _FAILURES, now.on_failure, "guard_failure")

        def write(reason: str) -> str:
            risks.set_guard(
                GuardWrite(
                    kind=kind,
                    provider=provider if kind == "moderation" else None,
                    model=model if kind == "chat" else None,
                    format=form,
                    time_limit=seconds,
                    on_failure=failure,
                    reason=reason,
                )
            )
            return "Second tier set"

        return write

    lead = "It is asked only where a rule says so. What it costs is yours: nobody is charged for it."
    reason_dialog("Second tier", lead, "Save", fields)


def _actions(rule: RiskRule) -> dict[str, PolicyAction]:
    options = {name: action for action, name in ACTIONS.items()}
    return {level: _one(label, options, getattr(rule, level), f"action_{level}") for level, label in _LEVELS}


def _tried(rule: RiskRuleTried) -> None:
    """A button that says what the rule would have changed."""
    if not st.form_submit_button("Try on the last week", key="try_rule"):
        return
    try:
        text = preview_words(risks.preview(rule))
    except ApiError as error:
        text = error.body.message
    st.html(Markup('<p class="fl-fine" role="status">{}</p>').format(text))


def _one(label: str, options: Mapping[str, T], now: T, key: str) -> T:
    return options[st.selectbox(label, list(options), index=list(options.values()).index(now), key=key)]


def _index(options: Sequence[str], value: str | None) -> int | None:
    return options.index(value) if value is not None and value in options else None
