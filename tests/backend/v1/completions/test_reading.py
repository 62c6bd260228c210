"""From completion requests to inquiries."""

from typing import Any

import msgspec
import pytest

from backend.chat.inquiry import Inquiry
from backend.errors import InvalidRequest
from backend.providers.calls import Turn
from backend.v1.completions.reading import USUAL_TOKENS, inquiry_of
from backend.v1.completions.wire import CompletionRequest
from shared.messages import Role


def asked(**fields: Any) -> Inquiry:
    request = msgspec.convert({"prompt": "A bowline is", **fields}, CompletionRequest, strict=True)
    return inquiry_of(request, None)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"prompt": ["a", "b"]}, "prompt must be one text"),
        ({"prompt": [1, 2]}, "prompt must be text"),
        ({"prompt": [[1], [2]]}, "prompt must be text"),
        ({"prompt": ["a", 1]}, "prompt must be text"),
        ({"n": 2}, "n must be 1"),
        ({"best_of": 3}, "best_of must be 1"),
        ({"suffix": "end"}, "suffix cannot be used"),
        ({"echo": True, "logprobs": 0}, "echo cannot be used with logprobs"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        asked(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"prompt": None}, {"prompt": []}, {"logprobs": 6}, {"max_tokens": 0}, {"n": 0}, {"stop": ["a"] * 5}]
)
def test_what_is_out_of_bounds_is_no_request(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        asked(**wrong)


@pytest.mark.parametrize("prompt", ["A bowline is", ["A bowline is"]])
def test_a_prompt_alone_or_in_a_list_is_what_the_user_says(prompt: str | list[str]) -> None:
    inquiry = asked(prompt=prompt, echo=True, n=1, best_of=1, suffix="")
    assert inquiry.turns == (Turn(Role.USER, "A bowline is"),)
    assert (inquiry.assistant, inquiry.models, inquiry.requested) == ("direct", ("auto",), "auto")
    assert (inquiry.stream, inquiry.keeps_shown, inquiry.manner.max_tokens) == (False, True, USUAL_TOKENS)


def test_the_manner_is_what_was_asked_for() -> None:
    inquiry = asked(
        model="a",
        models=["b"],
        max_tokens=9,
        temperature=0.5,
        top_p=0.4,
        stop="x",
        seed=3,
        logprobs=2,
        user="u",
        metadata={"k": "v"},
        provider={"sort": "price", "only": ["p"]},
        stream=True,
    )
    manner = inquiry.manner
    assert (manner.max_tokens, manner.temperature, manner.top_p, manner.stop) == (9, 0.5, 0.4, ("x",))
    assert (manner.seed, manner.top_logprobs, inquiry.models) == (3, 2, ("a", "b"))
    assert (inquiry.metadata, inquiry.stream) == ({"k": "v", "user": "u"}, True)
    assert inquiry.preferences.only == frozenset({"p"})
