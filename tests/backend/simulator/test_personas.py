import pytest

from backend.simulator.faults.names import FaultName
from backend.simulator.pace import NO_DELAY, Pace
from backend.simulator.personas import NAMED, Script, find


@pytest.mark.parametrize(
    "name",
    ["", "gpt-4o", "sim-fault-", "sim-fault-nix", "sim-bench-", "sim-bench-3", "sim-bench-a-b", "sim-bench-1-2-3-4"],
)
def test_unknown_names_are_nobody(name: str) -> None:
    assert find(name) is None


@pytest.mark.parametrize("persona", NAMED, ids=lambda persona: persona.name)
def test_named_personas_are_found(persona: object) -> None:
    assert find(getattr(persona, "name")) is persona  # noqa: B009


@pytest.mark.parametrize("fault", FaultName)
def test_every_fault_has_a_model(fault: FaultName) -> None:
    persona = find(f"sim-fault-{fault}")
    assert persona is not None
    assert persona.fault is not None
    assert persona.fault.name is fault


def test_bench_names_say_chunks_spacing_and_group() -> None:
    persona = find("sim-bench-100-10-4")
    assert persona is not None
    assert persona.script == Script(chunks=100)
    assert persona.pace == Pace(first_ms=0, spacing_ms=10, jitter=0, group=4)


def test_a_given_pace_replaces_that_of_named_personas_only() -> None:
    slow = Pace(first_ms=9_000)
    named, bench = find("sim-strong", slow), find("sim-bench-1-0", slow)
    assert named is not None
    assert bench is not None
    assert named.pace is slow
    assert bench.pace.first_ms == NO_DELAY.first_ms
