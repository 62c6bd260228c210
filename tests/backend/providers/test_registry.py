import pytest

from backend.providers.calls import Target
from backend.providers.dialects import openai
from backend.providers.errors import TargetRefused
from backend.providers.registry import dialect


def test_a_dialect_is_found_by_its_name():
    assert dialect(Target(provider="p", dialect="openai", base_url="http://h")) is openai


def test_an_unspoken_dialect_is_an_admins_fault():
    with pytest.raises(TargetRefused) as caught:
        dialect(Target(provider="p", dialect="klingon", base_url="http://h"))
    assert "klingon" in caught.value.reason
    assert caught.value.configuration_fault
