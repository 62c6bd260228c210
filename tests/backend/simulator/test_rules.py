import pytest

from backend.simulator.ask import Ask, Speaker, Turn
from backend.simulator.faults.names import parse
from backend.simulator.pace import NO_DELAY
from backend.simulator.personas import Script
from backend.simulator.rules import MOST_RULES, Match, Orders, Rule, Rules

ASK = Ask(model="m", turns=(Turn(Speaker.USER, "two words"),), stream=True)


def taken(*given: Rule) -> Orders:
    rules = Rules()
    for rule in given:
        rules.add(rule)
    return rules.take(ASK, "openai", "key")


def test_there_is_an_end_to_rules() -> None:
    rules = Rules()
    for _ in range(MOST_RULES):
        rules.add(Rule(fault="500"))
    with pytest.raises(ValueError, match="already"):
        rules.add(Rule(fault="500"))


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(model="m"), True),
        (Match(model="n"), False),
        (Match(dialect="gemini"), False),
        (Match(stream=True), True),
        (Match(stream=False), False),
        (Match(prompt="two"), True),
        (Match(prompt="three"), False),
        (Match(key="key"), True),
        (Match(key="other"), False),
        (Match(model="m", prompt="three"), False),
    ],
)
def test_all_given_fields_have_to_agree(match: Match, fits: bool) -> None:
    assert (taken(Rule(match=match, fault="500")).fault is not None) is fits


def test_each_order_comes_from_the_first_rule_that_has_it() -> None:
    orders = taken(
        Rule(pace=NO_DELAY), Rule(fault="cut-2"), Rule(fault="500", script=Script(chunks=2)), Rule(script=Script())
    )
    assert orders == Orders(pace=NO_DELAY, fault=parse("cut-2"), script=Script(chunks=2))


def test_a_rule_that_contributes_nothing_is_not_used_up() -> None:
    rules = Rules()
    rules.add(Rule(fault="500", times=1))
    rules.add(Rule(fault="503", times=1))
    faults = [rules.take(ASK, "openai", "key").fault for _ in range(3)]
    assert faults == [parse("500"), parse("503"), None]
