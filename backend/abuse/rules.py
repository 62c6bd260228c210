"""Which rules are in force: an organisation's own before everybody's, those before Fairlead's. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, structs

from shared.abuse import AbuseRules, AbuseRulesPatch

Own = dict[str, Any]
"""The rules that were set in one place, by name."""

NAMES = AbuseRules.__struct_fields__


def in_force(own: Mapping[UUID | None, Own]) -> dict[UUID | None, AbuseRules]:
    """The rules of everybody (None) and of each organisation that has its own."""
    everybody = layered(AbuseRules(), own.get(None, {}))
    return {place: everybody if place is None else layered(everybody, rules) for place, rules in own.items()}


def layered(below: AbuseRules, own: Own) -> AbuseRules:
    """Rules with what was set over them. What an older version set and this one does not know is left out."""
    known = {name: value for name, value in own.items() if name in NAMES}
    return msgspec.convert(structs.asdict(below) | known, AbuseRules)


def changed(own: Own, patch: AbuseRulesPatch) -> Own:
    """What is set in a place after a change; None takes a rule back to the one above."""
    wanted = {name: value for name in NAMES if (value := getattr(patch, name)) is not UNSET}
    return {name: value for name, value in (own | wanted).items() if value is not None}
