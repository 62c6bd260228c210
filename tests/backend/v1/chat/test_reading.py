"""Chat completion requests, read."""

import base64
from typing import Any

import msgspec
import pytest

from backend.errors import InvalidRequest
from backend.policy.preferences import ANY
from backend.providers.calls import Picture, Text, ToolChoice, ToolUse
from backend.v1.chat.reading import extra_fields, inquiry_of
from backend.v1.chat.wire import ChatCompletionRequest
from shared.chat import Strategy
from shared.messages import Role

HELLO = {"role": "user", "content": "hello"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
DOT = base64.b64encode(b"a picture").decode()


def read(*messages: dict[str, Any], **more: Any) -> Any:
    """The inquiry of a request as it comes from the wire."""
    body = msgspec.json.encode({"messages": messages or [HELLO], **more})
    request = msgspec.json.decode(body, type=ChatCompletionRequest)
    return inquiry_of(request, extra_fields(body, ChatCompletionRequest))


@pytest.mark.parametrize(
    ("messages", "more", "says"),
    [
        ([{"role": "user", "content": " "}], {}, "is empty"),
        ([{"role": "assistant"}, HELLO], {}, "is empty"),
        ([HELLO, {"role": "tool", "content": "x"}], {}, "tool_call_id"),
        ([{"role": "user", "content": "x", "tool_calls": [{"id": "1", "function": {"name": "f"}}]}], {}, "tool_calls"),
        ([{"role": "user", "content": [{"type": "input_audio"}]}], {}, "input_audio"),
        ([{"role": "user", "content": [{"type": "text"}]}], {}, "cannot be read"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "ftp://x"}}]}], {}, "image_url"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,!"}}]}],
            {},
            "not valid base64",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:text/html;base64,eA=="}}]}],
            {},
            "Pictures may be png",
        ),
        (
            [{"role": "system", "content": [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]}],
            {},
            "Only messages with the role user",
        ),
        ([HELLO], {"n": 3}, "n must be 1"),
        ([HELLO], {"top_logprobs": 1}, "logprobs"),
        ([HELLO], {"tool_choice": "required"}, "needs tools"),
        ([HELLO], {"tools": [TOOL], "tool_choice": {"function": {"name": "jump"}}}, "jump"),
        ([HELLO], {"response_format": {"type": "json_schema"}}, "json_schema"),
    ],
)
def test_what_cannot_be_done_is_refused(messages: list[Any], more: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        read(*messages, **more)


def test_a_conversation_with_tools_keeps_who_asked_for_what() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}}
    inquiry = read(
        {"role": "developer", "content": "Be brief."},
        HELLO,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "seen"},
        tools=[TOOL],
        tool_choice={"type": "function", "function": {"name": "look"}},
    )
    assert [turn.role for turn in inquiry.turns] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL]
    assert inquiry.turns[2].tool_uses == (ToolUse("c1", "look", '{"a":1}'),)
    assert inquiry.turns[3].tool_use_id == "c1"
    assert inquiry.manner.tool_choice == ToolChoice("required", "look")
    assert bytes(inquiry.manner.tools[0].parameters) == b'{"type":"object"}'


def test_pictures_stand_where_they_stood() -> None:
    content = [
        {"type": "text", "text": "This:"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DOT}"}},
        {"type": "text", "text": "and this:"},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}},
    ]
    [turn] = read({"role": "user", "content": content}).turns
    assert turn.content == "This:\nand this:"
    assert turn.parts == (
        Text("This:"),
        Picture("image/png", b"a picture"),
        Text("and this:"),
        Picture(url="https://x.example/a.png"),
    )


def test_parts_that_are_only_words_are_words() -> None:
    [turn] = read({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}).turns
    assert (turn.content, turn.parts) == ("a\nb", ())


def test_unknown_fields_are_kept_and_null_says_nothing() -> None:
    inquiry = read(top_k=5, logit_bias=None, max_completion_tokens=7, stop="END", user="u-1", metadata={"a": "b"})
    assert {name: bytes(raw) for name, raw in inquiry.manner.extra.items()} == {"top_k": b"5"}
    assert (inquiry.manner.max_tokens, inquiry.manner.stop) == (7, ("END",))
    assert inquiry.metadata == {"a": "b", "user": "u-1"}


def test_the_order_of_models_is_that_of_the_caller() -> None:
    assert read(model="one", models=["two", "three"]).models == ("one", "two", "three")


def test_providers_are_narrowed_as_said() -> None:
    assert read().preferences == ANY
    inquiry = read(
        provider={
            "order": ["b", "a"],
            "ignore": ["c"],
            "allow_fallbacks": False,
            "data_collection": "deny",
            "sort": "price",
            "max_price": {"completion": 100},
        }
    )
    wanted = inquiry.preferences
    assert (wanted.order, wanted.ignore, wanted.only) == (("b", "a"), frozenset({"c"}), None)
    assert (wanted.allow_fallbacks, wanted.no_data_collection) == (False, True)
    assert wanted.max_price is not None
    assert wanted.max_price.completion == 100
    assert inquiry.strategy is Strategy.COST_OPTIMIZED


def test_a_typing_error_among_preferences_is_not_ignored() -> None:
    with pytest.raises(msgspec.ValidationError, match="allow_fallback"):
        read(provider={"allow_fallback": False})
