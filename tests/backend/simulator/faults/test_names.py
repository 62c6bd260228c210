import pytest

from backend.simulator.faults.names import Fault, FaultName, UnknownFault, parse


@pytest.mark.parametrize("text", ["", "nix", "nix-3", "cut-", "cut--1", "cut-1.5", "cut-x", "cut-9999999999", "-3"])
def test_senseless_faults_are_refused(text: str) -> None:
    with pytest.raises(UnknownFault):
        parse(text)


@pytest.mark.parametrize("name", FaultName)
@pytest.mark.parametrize("value", [None, 0, 7])
def test_what_is_written_is_read_back(name: FaultName, value: int | None) -> None:
    fault = Fault(name, value)
    assert parse(str(fault)) == fault
