import json

import pytest
from msgspec import Raw

from backend.providers.calls import AnswerFormat, ChatCall, Picture, Text, Tool, ToolChoice, ToolUse, Turn
from backend.providers.dialects.cohere import encode_request, unspoken
from backend.providers.vendors import PLAIN, Vendor
from shared.messages import Role

SAID = (Turn(Role.USER, "Hello"),)
SCHEMA = Raw(b'{"type":"object","properties":{"a":{"type":"integer"}}}')
WEATHER = Tool(name="weather", description="Tells it", parameters=SCHEMA)
CLOCK = Tool(name="clock")


def call(*turns: Turn, **more: object) -> ChatCall:
    return ChatCall(**{"model": "command-a", "messages": turns or SAID, "max_tokens": 5, **more})


def encoded(*turns: Turn, **more: object) -> dict:
    return json.loads(encode_request(call(*turns, **more), stream=False, vendor=PLAIN["cohere"]).body)


def test_a_request_has_only_what_was_asked_for():
    path, headers, body = encode_request(call(), stream=True, vendor=Vendor(headers=(("x-title", "F"),)))
    assert (path, headers) == ("/v2/chat", (("x-title", "F"),))
    assert json.loads(body) == {
        "model": "command-a",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 5,
        "stream": True,
    }
    assert encoded()["stream"] is False


def test_the_conversation_is_sent_as_it_is():
    uses = (ToolUse("t-1", "weather", '{"a":1}'),)
    parts = (Text("a"), Picture("image/png", b"\x89PNG"), Picture(url="https://example.org/b.png"))
    messages = encoded(
        Turn(Role.SYSTEM, "Be brief."),
        Turn(Role.USER, "a", parts=parts),
        Turn(Role.ASSISTANT, "", tool_uses=uses),
        Turn(Role.TOOL, "rain", tool_use_id="t-1"),
        Turn(Role.ASSISTANT, "It rains."),
        Turn(Role.USER, ""),
    )["messages"]
    assert messages == [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                {"type": "image_url", "image_url": {"url": "https://example.org/b.png"}},
            ],
        },
        {
            "role": "assistant",
            "tool_calls": [{"id": "t-1", "type": "function", "function": {"name": "weather", "arguments": '{"a":1}'}}],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "t-1"},
        {"role": "assistant", "content": "It rains."},
        {"role": "user", "content": ""},
    ]


def test_of_a_result_in_parts_the_words_are_sent():
    shown = Turn(Role.TOOL, "a", parts=(Text("a"), Picture("image/png", b"x")), tool_use_id="t-1")
    (message,) = encoded(shown)["messages"]
    assert message["content"] == [{"type": "text", "text": "a"}]


@pytest.mark.parametrize(
    ("choice", "sent", "offered"),
    [
        (None, None, ["weather", "clock"]),
        (ToolChoice("auto"), None, ["weather", "clock"]),
        (ToolChoice("required"), "REQUIRED", ["weather", "clock"]),
        (ToolChoice("none"), "NONE", ["weather", "clock"]),
        (ToolChoice(name="clock"), "REQUIRED", ["clock"]),
    ],
)
def test_the_choice_of_a_tool_is_said_in_the_words_of_the_api(choice, sent, offered):
    body = encoded(tools=(WEATHER, CLOCK), tool_choice=choice)
    assert body.get("tool_choice") == sent
    assert [tool["function"]["name"] for tool in body["tools"]] == offered
    assert "tool_choice" not in encoded(tool_choice=choice)


def test_tools_are_sent_with_the_schema_of_their_arguments():
    weather, clock = encoded(tools=(WEATHER, CLOCK))["tools"]
    assert weather == {
        "type": "function",
        "function": {"name": "weather", "description": "Tells it", "parameters": json.loads(bytes(SCHEMA))},
    }
    assert clock["function"] == {"name": "clock", "parameters": {"type": "object", "properties": {}}}


@pytest.mark.parametrize(("strict", "sent"), [(None, None), (False, None), (True, True)])
def test_one_strict_tool_makes_all_strict(strict, sent):
    assert encoded(tools=(CLOCK, Tool(name="t", strict=strict))).get("strict_tools") == sent


@pytest.mark.parametrize(
    ("wishes", "sent", "lost"),
    [
        ({"temperature": 0.0, "seed": 0}, {"temperature": 0.0, "seed": 0}, ()),
        ({"temperature": 1.7}, {"temperature": 1.0}, ()),
        ({"top_p": 1.0}, {"p": 0.99}, ()),
        ({"top_p": 0.0}, {"p": 0.01}, ()),
        ({"stop": ("END",)}, {"stop_sequences": ["END"]}, ()),
        ({"stop": ()}, {}, ()),
        ({"format": AnswerFormat()}, {"response_format": {"type": "json_object"}}, ()),
        (
            {"format": AnswerFormat(schema=SCHEMA)},
            {"response_format": {"type": "json_object", "json_schema": json.loads(bytes(SCHEMA))}},
            (),
        ),
        ({"top_logprobs": 0}, {}, ("logprobs",)),
        ({"top_logprobs": 2}, {}, ("logprobs", "top_logprobs")),
        ({"parallel_tool_calls": False}, {}, ("parallel_tool_calls",)),
        (
            {"extra": {"presence_penalty": Raw(b"0.5"), "frequency_penalty": Raw(b"1"), "top_k": Raw(b"3")}},
            {"presence_penalty": 0.5, "frequency_penalty": 1, "k": 3},
            (),
        ),
        ({"extra": {"user": Raw(b'"u"'), "logit_bias": Raw(b"{}"), "n": Raw(b"null")}}, {}, ("logit_bias", "user")),
    ],
)
def test_every_wish_is_either_sent_or_named_as_unspoken(wishes, sent, lost):
    bare = encoded()
    assert {name: value for name, value in encoded(**wishes).items() if name not in bare} == sent
    assert unspoken(call(**wishes), PLAIN["cohere"]) == lost


def test_a_format_beside_tools_cannot_be_said():
    both = {"tools": (CLOCK,), "format": AnswerFormat(schema=SCHEMA)}
    assert "response_format" not in encoded(**both)
    assert unspoken(call(**both), PLAIN["cohere"]) == ("response_format",)
