"""The default assistants."""

from collections import Counter

import pytest

from backend.assistants.seeding import DefaultAssistant, default_assistants
from backend.catalogue.defaults import default_catalogue
from backend.entitlements.plans import AUTO
from shared.catalogue import Capability
from shared.precheck import Category

ASSISTANTS = default_assistants()
REAL = [assistant for assistant in ASSISTANTS if assistant.family != AUTO]


def test_families_are_unique_and_auto_is_first() -> None:
    assert max(Counter(assistant.family for assistant in ASSISTANTS).values()) == 1
    assert ASSISTANTS[0].family == AUTO
    assert ASSISTANTS[0].system_prompt == ""


@pytest.mark.parametrize("assistant", REAL, ids=lambda assistant: assistant.family)
def test_every_family_has_instructions_a_model_can_follow(assistant: DefaultAssistant) -> None:
    assert 400 <= len(assistant.system_prompt) <= 2000
    assert not {line for line in assistant.system_prompt.splitlines() if line.endswith(("\\", " "))}
    assert assistant.default_task_types


def test_every_category_of_prompt_has_a_family() -> None:
    assert {category for assistant in REAL for category in assistant.default_task_types} == set(Category)


def test_every_wished_trait_is_one_that_some_model_has_or_that_pictures_need() -> None:
    offered = {trait for model in default_catalogue().models for trait in model.capabilities}
    wished = {trait for assistant in REAL for trait in assistant.preferred_traits}
    assert wished - offered <= {Capability.IMAGE_OUTPUT}
