"""From what programs ask to what is asked of the pipeline."""

from decimal import Decimal
from itertools import product
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from backend.chat.inquiry import Inquiry
from backend.errors import Conflict, InvalidRequest
from backend.providers.calls import AnswerFormat
from backend.v1.process.reading import STRATEGIES, inquiry_of
from backend.v1.process.request import CostPreference, ProcessRequest, QualityPreference
from shared.catalogue import Capability, ServiceType
from shared.chat import Strategy
from shared.messages import Role
from tests.fixtures.snapshots import assistant, catalogue, model

ORGANISATION = UUID(int=2)
CATALOGUE = catalogue(
    model("rope"),
    aliases={(None, "old-rope"): "rope", (None, "any"): "auto", (None, "writer"): "assistant:writing"},
    service_types={"blog": "writing", "custom": "auto", "seo": "gone"},
)


def read(**fields: Any) -> Inquiry:
    """What a body asks."""
    return inquiry_of(msgspec.convert({"prompt": "Hello", **fields}, ProcessRequest), CATALOGUE, ORGANISATION)


@pytest.mark.parametrize(
    "fields",
    [
        {"preferences": {"preferredServices": ["nobody"]}},
        {"preferences": {"preferredServices": ["any"]}},
        {"constraints": {"excludedServices": ["rope", "nobody"]}},
        {"constraints": {"maxCost": -1}},
        {"constraints": {"maxCost": "Infinity"}},
        {"constraints": {"maxCost": "0.0000001"}},
        {"serviceType": "blog", "options": {"model": "assistant:writing"}},
        {"serviceType": "blog", "options": {"model": "writer"}},
    ],
)
def test_what_cannot_be_kept_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        read(**fields)


def test_an_assistant_that_is_turned_off_is_told() -> None:
    with pytest.raises(Conflict, match="The assistant for seo is turned off"):
        read(serviceType="seo")


@pytest.mark.parametrize(
    ("kind", "family"), [("blog", "writing"), ("custom", "auto"), (None, "auto"), ("outreach", "auto")]
)
def test_the_service_type_names_the_assistant(kind: str | None, family: str) -> None:
    assert read(serviceType=kind).assistant == family


@pytest.mark.parametrize(
    ("name", "assistant", "models"),
    [
        ("assistant:code", "code", ()),
        ("writer", "writing", ()),
        ("rope", "auto", ("rope",)),
        ("old-rope", "auto", ("old-rope",)),
        ("any", "auto", ("any",)),
    ],
)
def test_a_model_may_be_an_assistant(name: str, assistant: str, models: tuple[str, ...]) -> None:
    inquiry = read(options={"model": name})
    assert (inquiry.assistant, inquiry.models, inquiry.requested) == (assistant, models, name)


def test_every_pair_of_preferences_has_a_strategy() -> None:
    pairs = set(product((None, *get_args(CostPreference)), (None, *get_args(QualityPreference))))
    assert set(STRATEGIES) == pairs - {(None, None)}
    assert read().strategy is None


FIRST_GIVEN = [
    ("best", Strategy.QUALITY_FIRST),
    ("low", Strategy.COST_OPTIMIZED),
    ("fast", Strategy.PERFORMANCE_FIRST),
    ("high-quality", Strategy.QUALITY_FIRST),
    ("balanced", Strategy.BALANCED),
]
"""The rule that the document tells."""


def test_the_table_is_the_rule_that_is_documented() -> None:
    for given, strategy in STRATEGIES.items():
        assert strategy is next(favoured for word, favoured in FIRST_GIVEN if word in given), given


@pytest.mark.parametrize(
    ("cost", "quality", "strategy"),
    [
        ("low", None, Strategy.COST_OPTIMIZED),
        ("low", "fast", Strategy.COST_OPTIMIZED),
        ("low", "best", Strategy.QUALITY_FIRST),
        (None, "fast", Strategy.PERFORMANCE_FIRST),
        ("balanced", "balanced", Strategy.BALANCED),
        ("high-quality", None, Strategy.QUALITY_FIRST),
    ],
)
def test_the_preferences_choose_it_together(cost: str | None, quality: str | None, strategy: Strategy) -> None:
    assert read(preferences={"costPreference": cost, "qualityPreference": quality}).strategy is strategy


def test_services_are_providers_models_or_aliases() -> None:
    inquiry = read(
        preferences={"preferredServices": ["old-rope", "acme"]}, constraints={"excludedServices": ["old-rope"]}
    )
    assert inquiry.preferences.order == ("rope", "acme")
    assert inquiry.preferences.ignore == {"rope"}


def test_constraints_are_the_pipelines() -> None:
    inquiry = read(
        constraints={"maxCost": 0.1, "maxTokens": 9, "maxResponseTime": 1500, "requiredFeatures": ["vision"]},
        options={"maxTokens": 7},
    )
    assert inquiry.preferences.most_credits == Decimal("0.1")
    assert inquiry.manner.max_tokens == 7
    assert inquiry.within == 1.5
    assert inquiry.needs == {Capability.VISION}


def test_labels_are_labels() -> None:
    inquiry = read(context={"userId": "u", "projectId": "p", "sessionId": "s"})
    assert inquiry.metadata == {"userId": "u", "projectId": "p", "sessionId": "s"}
    assert inquiry.turns is not None
    assert [turn.content for turn in inquiry.turns] == ["Hello"]


def test_everything_else_is_said_to_the_model_before_the_prompt() -> None:
    inquiry = read(
        context={
            "brandVoice": "VOICE",
            "targetAudience": "AUDIENCE",
            "previousRequests": ["EARLIER", {"prompt": "BEFORE", "answer": "THEN"}],
        },
        preferences={"language": "LANGUAGE", "style": "STYLE"},
        options={"format": "json"},
    )
    assert inquiry.turns is not None
    system, prompt = inquiry.turns
    assert (system.role, prompt.role, prompt.content) == (Role.SYSTEM, Role.USER, "Hello")
    places = [
        system.content.index(word)
        for word in ("VOICE", "AUDIENCE", "STYLE", "LANGUAGE", "JSON", "EARLIER", "BEFORE", "THEN")
    ]
    assert places == sorted(places)
    assert inquiry.manner.format == AnswerFormat()


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_formats_of_words_are_asked_for_in_words(format: str) -> None:
    inquiry = read(options={"format": format})
    assert inquiry.manner.format is None
    assert inquiry.turns is not None
    assert "Markdown" in inquiry.turns[0].content


def test_a_disabled_family_is_not_the_assistant_of_its_type() -> None:
    off = catalogue(model(), service_types={"blog": "writing"}, assistants=(assistant("writing", enabled=False),))
    with pytest.raises(Conflict):
        inquiry_of(ProcessRequest(prompt="Hello", service_type=ServiceType.BLOG), off, ORGANISATION)
