"""One rule about a risk as a row: what happens at each level."""

from collections.abc import Sequence

from markupsafe import Markup

from frontend import format as words
from frontend.components.rows import Field, named, row_html
from frontend.components.tags import Tone, tag
from shared.precheck import RiskCategory
from shared.risks import GuardSettings, PolicyAction, RiskPreview, RiskRule

FIELDS = (
    Field("Risk", "minmax(0, 2fr)"),
    Field("Unsure", "7rem"),
    Field("Likely", "7rem"),
    Field("Clear", "7rem"),
    Field("Set", "6rem", "end"),
)
ACTIONS = {
    PolicyAction.ALLOW: "Allow",
    PolicyAction.WARN: "Warn",
    PolicyAction.GUARD: "Ask the guard",
    PolicyAction.BLOCK: "Block",
}
_TONES: dict[PolicyAction, Tone] = {
    PolicyAction.ALLOW: "plain",
    PolicyAction.WARN: "warn",
    PolicyAction.GUARD: "accent",
    PolicyAction.BLOCK: "bad",
}
_NAMES = {
    RiskCategory.SEXUAL_MINORS: "Sexual content with minors",
    RiskCategory.SEXUAL: "Sexual content",
    RiskCategory.ILLEGAL: "Illegal goods and acts",
    RiskCategory.MALWARE: "Malware and intrusion",
    RiskCategory.INJECTION: "Jailbreaks and injections",
    RiskCategory.SECRET: "Keys and secrets",
    RiskCategory.SELF_HARM: "Self-harm",
}


def risk_name(category: RiskCategory) -> str:
    """A kind of risk for people."""
    return _NAMES.get(category, category.value.capitalize())


def place(rule: RiskRule) -> str:
    """For whom a rule is."""
    parts = [f"{words.family(rule.plan)} plan"] if rule.plan is not None else []
    if rule.family is not None:
        parts.append(f"{words.family(rule.family)} assistant")
    return ", ".join(parts) or "Everybody"


def rule_html(rule: RiskRule) -> Markup:
    """The row without its menu."""
    levels = [tag(ACTIONS[action], _TONES[action]) for action in (rule.low, rule.medium, rule.high)]
    when = "As shipped" if rule.updated_at is None else words.short_day(rule.updated_at)
    return row_html(FIELDS, [named(risk_name(rule.category), place(rule)), *levels, when])


def guard_words(settings: GuardSettings) -> str:
    """The second tier in a sentence."""
    if settings.kind == "off":
        return "Off. Where a rule says to ask the guard, what is likely is warned of and what is unsure is allowed."
    who = (
        f"The moderation endpoint of {settings.provider}"
        if settings.kind == "moderation"
        else f"{settings.model}, which answers {'as Llama Guard' if settings.format == 'llama_guard' else 'in JSON'},"
    )
    silent = "goes by the first tier" if settings.on_failure == "open" else "sends nothing"
    return f"{who} has {settings.time_limit:g} s for a verdict. When it gives none, Fairlead {silent}."


def preview_words(found: RiskPreview) -> str:
    """What a rule would have changed."""
    seen = f"{words.plural(found.checks, 'request')} of the last {found.days} days would have ended otherwise"
    return f"{found.changed:,} of {seen}: {_shifts(found)}." if found.changed else f"None of {seen}."


def _shifts(found: RiskPreview) -> str:
    parts: Sequence[str] = [
        f"{shift.checks:,} from {ACTIONS[shift.before].lower()} to {ACTIONS[shift.after].lower()}"
        for shift in found.shifts
    ]
    return ", ".join(parts)
