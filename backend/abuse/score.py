"""Scores that fade, and from which price on a request raises one. Pure.

Half of a score is gone after each half-life: old events weigh less and less and nobody has to forget them.
"""

from decimal import Decimal
from functools import cache
from math import log2

from backend.errors import InvalidRequest
from shared.abuse import AbuseRules
from shared.plans import PlanLimits

DAYS_OF_A_MONTH = 30
_DEEPEST = 500
"""Half-lives after which nothing is left that a float tells from zero in any sum."""


def left(score: float, seconds: float, half_life: float) -> float:
    """What is left of a score after so many seconds; a clock that went back lets nothing grow."""
    return float(score * 2.0 ** -min(max(seconds, 0.0) / half_life, _DEEPEST))


def fades_in(score: float, half_life: float, threshold: float) -> float:
    """The seconds until a score is down to a threshold; 0 when it is not above it."""
    return half_life * log2(score / threshold) if score > threshold else 0.0


def costly_from(rules: AbuseRules, monthly_credits: Decimal, limits: PlanLimits) -> Decimal | None:
    """The credits from which one request is costly: a share of what the plan has for a day.

    That is its cap for a day, or else a thirtieth of its month. None when no request is: the plan has no credits, or
    costly requests give no points.
    """
    day = limits.credits_per_day if limits.credits_per_day is not None else monthly_credits / DAYS_OF_A_MONTH
    if not rules.enabled or rules.costly_points <= 0 or day <= 0:
        return None
    return day * _exact(rules.costly_share)


@cache
def _exact(share: float) -> Decimal:
    """The number that was typed, which a float is only near to."""
    return Decimal(repr(share))


def check_rules(rules: AbuseRules) -> None:
    """Refuses rules that contradict each other. Raises `InvalidRequest`."""
    if rules.slow_from >= rules.pause_from:
        raise InvalidRequest("slow_from must be below pause_from: slower limits come before a pause.")
    if rules.pause_from > rules.alert_from:
        raise InvalidRequest("alert_from must not be below pause_from: admins are alerted last.")
    if rules.pause_seconds > rules.longest_pause_seconds:
        raise InvalidRequest("pause_seconds must not be more than longest_pause_seconds.")
