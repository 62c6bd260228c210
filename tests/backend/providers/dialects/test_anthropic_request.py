import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from backend.providers.calls import AnswerFormat, ChatCall, Picture, Text, Tool, ToolChoice, ToolUse, Turn
from backend.providers.dialects.anthropic import encode_request, unspoken
from backend.providers.vendors import PLAIN, Vendor
from shared.messages import Role

SAID = (Turn(Role.USER, "Hello"),)
SCHEMA = Raw(b'{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}')
WEATHER = Tool(name="weather", description="Tells it", parameters=SCHEMA)


def call(*turns: Turn, **more: object) -> ChatCall:
    return ChatCall(**{"model": "claude-haiku-4-5", "messages": turns or SAID, "max_tokens": 5, **more})


def encoded(*turns: Turn, stream: bool = False, **more: object) -> dict:
    return json.loads(encode_request(call(*turns, **more), stream=stream, vendor=PLAIN["anthropic"]).body)


def test_a_request_has_only_what_was_asked_for():
    path, headers, _ = encode_request(call(), stream=False, vendor=Vendor(headers=(("x-title", "F"),)))
    assert (path, headers) == ("/messages", (("anthropic-version", "2023-06-01"), ("x-title", "F")))
    assert encoded() == {
        "model": "claude-haiku-4-5",
        "max_tokens": 5,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
    }
    assert encoded(stream=True)["stream"] is True


def test_zero_is_a_value_and_not_an_absence():
    assert encoded(temperature=0.0)["temperature"] == 0.0
    assert encoded(top_p=0.0)["top_p"] == 0.0


def test_system_turns_are_the_system_prompt_wherever_they_stand():
    body = encoded(Turn(Role.SYSTEM, "Be brief."), *SAID, Turn(Role.SYSTEM, "Be kind."))
    assert body["system"] == "Be brief.\n\nBe kind."
    assert [message["role"] for message in body["messages"]] == ["user"]


TURNS = st.lists(
    st.builds(Turn, st.sampled_from([Role.USER, Role.ASSISTANT, Role.SYSTEM]), st.text(max_size=5)), max_size=8
)


@given(TURNS)
def test_roles_alternate_and_no_words_are_lost_or_empty(turns):
    body = encoded(*turns, Turn(Role.USER, "end"))
    roles = [message["role"] for message in body["messages"]]
    assert all(one != other for one, other in pairwise(roles))
    blocks = [block["text"] for message in body["messages"] for block in message["content"]]
    assert all(blocks)
    assert "".join(blocks) == "".join(turn.content for turn in turns if turn.role is not Role.SYSTEM) + "end"


@pytest.mark.parametrize(("begun", "sent"), [("Once ", "Once"), ("Once", "Once"), ("  \n", None)])
def test_the_beginning_of_an_answer_ends_in_no_space(begun, sent):
    messages = encoded(*SAID, Turn(Role.ASSISTANT, begun))["messages"]
    assert [message["content"][-1]["text"] for message in messages] == ["Hello", *([sent] if sent else [])]


def test_pictures_keep_their_place_among_the_words():
    parts = (Text("a"), Picture("image/png", b"\x89PNG"), Picture(url="https://example.org/b.png"), Text(""), Text("b"))
    (message,) = encoded(Turn(Role.USER, "ab", parts=parts))["messages"]
    assert message["content"] == [
        {"type": "text", "text": "a"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/b.png"}},
        {"type": "text", "text": "b"},
    ]


def test_results_of_tools_used_together_are_one_message_of_the_user():
    used = (ToolUse("toolu_1", "weather", '{"a":1}'), ToolUse("toolu_2", "weather", ""))
    messages = encoded(
        *SAID,
        Turn(Role.ASSISTANT, "Let me see.", tool_uses=used),
        Turn(Role.TOOL, "rain", tool_use_id="toolu_1"),
        Turn(Role.TOOL, "", tool_use_id="toolu_2"),
        Turn(Role.USER, "And?"),
        tools=(WEATHER,),
    )["messages"]
    assert messages[1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"a": 1}},
                {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"},
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": ""},
                {"type": "text", "text": "And?"},
            ],
        },
    ]


def test_a_result_may_be_a_picture():
    shown = Turn(Role.TOOL, "", parts=(Picture("image/png", b"x"),), tool_use_id="toolu_1")
    used = Turn(Role.ASSISTANT, "", tool_uses=(ToolUse("toolu_1", "draw", "{}"),))
    (block,) = encoded(*SAID, used, shown)["messages"][2]["content"]
    assert block["content"][0]["source"]["data"] == "eA=="


@pytest.mark.parametrize("id", ["call_abc~c2ln", "a b", "é", "x" * 65, ""])
def test_ids_of_other_providers_become_ones_the_api_takes_and_still_pair(id):
    messages = encoded(
        Turn(Role.ASSISTANT, "", tool_uses=(ToolUse(id, "weather", "{}"),)), Turn(Role.TOOL, "rain", tool_use_id=id)
    )["messages"]
    sent = messages[0]["content"][0]["id"]
    assert sent == messages[1]["content"][0]["tool_use_id"]
    assert sent.startswith("toolu_")
    assert len(sent) <= 64


def test_arguments_that_are_no_object_are_sent_as_the_member_of_one():
    used = Turn(Role.ASSISTANT, "", tool_uses=(ToolUse("a", "t", "[broken"),))
    result = Turn(Role.TOOL, "r", tool_use_id="a")
    assert encoded(used, result)["messages"][0]["content"][0]["input"] == {"arguments": "[broken"}


def test_tools_used_before_are_declared_but_not_offered_when_the_call_offers_none():
    body = encoded(
        Turn(Role.ASSISTANT, "", tool_uses=(ToolUse("a", "t", "{}"),)), Turn(Role.TOOL, "r", tool_use_id="a")
    )
    assert body["tools"] == [{"name": "t", "input_schema": {"type": "object", "properties": {}}}]
    assert body["tool_choice"] == {"type": "none"}


@pytest.mark.parametrize(
    ("choice", "parallel", "sent"),
    [
        (None, None, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice("auto"), None, {"type": "auto"}),
        (ToolChoice("required"), True, {"type": "any"}),
        (ToolChoice("required"), False, {"type": "any", "disable_parallel_tool_use": True}),
        (ToolChoice("none"), False, {"type": "none"}),
        (ToolChoice(name="weather"), None, {"type": "tool", "name": "weather"}),
        (ToolChoice(name="weather"), False, {"type": "tool", "name": "weather", "disable_parallel_tool_use": True}),
    ],
)
def test_the_choice_of_a_tool_is_said_in_the_words_of_the_api(choice, parallel, sent):
    body = encoded(tools=(WEATHER,), tool_choice=choice, parallel_tool_calls=parallel)
    assert body.get("tool_choice") == sent
    assert body["tools"] == [{"name": "weather", "description": "Tells it", "input_schema": json.loads(bytes(SCHEMA))}]


def test_a_choice_without_tools_is_not_sent():
    assert "tool_choice" not in encoded(tool_choice=ToolChoice("required"))


def test_a_strict_tool_is_sent_with_a_schema_the_api_takes():
    loose = Raw(b'{"type":"object","properties":{"n":{"type":"integer","minimum":1}}}')
    (tool,) = encoded(tools=(Tool(name="t", parameters=loose, strict=True),))["tools"]
    assert tool["strict"] is True
    assert tool["input_schema"]["additionalProperties"] is False
    (tool,) = encoded(tools=(Tool(name="t", parameters=loose, strict=False),))["tools"]
    assert tool == {"name": "t", "input_schema": json.loads(bytes(loose))}


def test_a_schema_of_the_answer_is_its_output_format():
    body = encoded(format=AnswerFormat(schema=SCHEMA))
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": json.loads(bytes(SCHEMA))}}
    assert unspoken(call(format=AnswerFormat(schema=SCHEMA)), PLAIN["anthropic"]) == ()


@pytest.mark.parametrize(
    ("model", "wishes", "sent", "lost"),
    [
        ("claude-haiku-4-5", {"temperature": 1.7}, {"temperature": 1.0}, ()),
        ("claude-haiku-4-5", {"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5}, ("top_p",)),
        ("claude-haiku-4-5", {"top_p": 0.9}, {"top_p": 0.9}, ()),
        ("claude-opus-4-8", {"temperature": 0.5}, {}, ("temperature",)),
        ("claude-opus-4-8", {"temperature": 1.0, "top_p": 1.0}, {}, ()),
        ("claude-sonnet-5", {"top_p": 0.5}, {}, ("top_p",)),
        ("claude-haiku-4-5", {"stop": ("END",)}, {"stop_sequences": ["END"]}, ()),
        ("claude-haiku-4-5", {"stop": ()}, {}, ()),
        ("claude-haiku-4-5", {"seed": 0}, {}, ("seed",)),
        ("claude-haiku-4-5", {"top_logprobs": 0}, {}, ("logprobs",)),
        ("claude-haiku-4-5", {"top_logprobs": 2}, {}, ("logprobs", "top_logprobs")),
        ("claude-haiku-4-5", {"format": AnswerFormat()}, {}, ("response_format",)),
        ("claude-haiku-4-5", {"extra": {"user": Raw(b'"u"')}}, {"metadata": {"user_id": "u"}}, ()),
        ("claude-haiku-4-5", {"extra": {"user": Raw(b"5")}}, {}, ("user",)),
        ("claude-haiku-4-5", {"extra": {"top_k": Raw(b"5")}}, {"top_k": 5}, ()),
        ("claude-opus-4-8", {"extra": {"top_k": Raw(b"5")}}, {}, ("top_k",)),
        ("claude-haiku-4-5", {"extra": {"reasoning_effort": Raw(b'"low"')}}, {}, ("reasoning_effort",)),
        ("claude-opus-4-8", {"extra": {"reasoning_effort": Raw(b'"low"')}}, {"output_config": {"effort": "low"}}, ()),
        ("claude-opus-4-8", {"extra": {"reasoning_effort": Raw(b'"minimal"')}}, {}, ("reasoning_effort",)),
        ("claude-haiku-4-5", {"extra": {"logit_bias": Raw(b"{}"), "n": Raw(b"2")}}, {}, ("logit_bias", "n")),
        ("claude-haiku-4-5", {"extra": {"logit_bias": Raw(b"null")}}, {}, ()),
        (
            "claude-sonnet-5",
            {"extra": {"thinking": Raw(b'{"type":"disabled"}')}},
            {"thinking": {"type": "disabled"}},
            (),
        ),
    ],
)
def test_every_wish_is_either_sent_or_named_as_unspoken(model, wishes, sent, lost):
    bare = encoded(model=model)
    assert {name: value for name, value in encoded(model=model, **wishes).items() if name not in bare} == sent
    assert unspoken(call(model=model, **wishes), PLAIN["anthropic"]) == lost
