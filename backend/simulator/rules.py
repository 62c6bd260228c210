"""Orders given at the control endpoint: which requests get which fault, pace or script."""

from typing import Annotated

from msgspec import Meta, Struct

from backend.simulator.ask import Ask, Given
from backend.simulator.faults.names import Fault, parse
from backend.simulator.pace import Pace
from backend.simulator.personas import Script

MOST_RULES = 1_000


class Match(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests a rule is for: all given fields must agree. `prompt` is a part of the last user turn."""

    model: str | None = None
    dialect: str | None = None
    stream: bool | None = None
    prompt: str | None = None
    key: str | None = None

    def fits(self, ask: Ask | Given, dialect: str, key: str) -> bool:
        """Whether the request is meant."""
        return (
            self.model in {None, ask.model}
            and self.dialect in {None, dialect}
            and self.stream in {None, ask.stream}
            and self.key in {None, key}
            and (self.prompt is None or self.prompt in ask.prompt)
        )


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to happen; at least one of fault, pace and script. Without `times` it holds for ever."""

    match: Match = Match()
    fault: str | None = None
    pace: Pace | None = None
    script: Script | None = None
    times: Annotated[int, Meta(ge=1)] | None = None


class Orders(Struct, frozen=True, kw_only=True):
    """What applies to one request; None leaves it to the model."""

    fault: Fault | None = None
    pace: Pace | None = None
    script: Script | None = None


class Standing(Struct):
    """A rule with the number of times it was used."""

    rule: Rule
    used: int = 0

    def left(self) -> bool:
        """Whether it still holds."""
        return self.rule.times is None or self.used < self.rule.times


class Rules:
    """Rules in the order in which they were given. Each of the three orders comes from the first that has it."""

    def __init__(self) -> None:
        self.standing: list[Standing] = []

    def add(self, rule: Rule) -> None:
        """Append a rule. Raises ValueError when it orders nothing, too much or something unknown."""
        if rule.fault is None and rule.pace is None and rule.script is None:
            raise ValueError("A rule needs a fault, a pace or a script.")
        if rule.fault is not None:
            parse(rule.fault)
        if len(self.standing) >= MOST_RULES:
            raise ValueError(f"There are {MOST_RULES} rules already.")
        self.standing.append(Standing(rule))

    def clear(self) -> None:
        """Forget all rules."""
        self.standing.clear()

    def take(self, ask: Ask | Given, dialect: str, key: str) -> Orders:
        """The orders for a request; each rule that contributes is used once."""
        if not self.standing:
            return _NONE
        fault = pace = script = None
        for standing in self.standing:
            rule = standing.rule
            if not standing.left() or not rule.match.fits(ask, dialect, key):
                continue
            fresh = (
                (rule.fault is not None and fault is None)
                or (rule.pace is not None and pace is None)
                or (rule.script is not None and script is None)
            )
            fault, pace, script = fault or rule.fault, pace or rule.pace, script or rule.script
            standing.used += fresh
        return Orders(fault=parse(fault) if fault is not None else None, pace=pace, script=script)


_NONE = Orders()
