import json
from base64 import b64decode

import pytest
from msgspec import Raw
from msgspec.structs import replace

from backend.providers.calls import AnswerFormat, ChatCall, Picture, Text, Tool, ToolChoice, ToolUse, Turn
from backend.providers.dialects.openai import encode_request, unspoken
from backend.providers.vendors import VENDORS, Vendor
from shared.messages import Role

CALL = ChatCall(model="m", messages=(Turn(Role.USER, "hi"),), max_tokens=9)
PLAIN = Vendor()
SCHEMA = Raw(b'{"type":"object","properties":{"n":{"type":"integer"}}}')
WEATHER = Tool(name="weather", description="Tells the weather.", parameters=SCHEMA, strict=True)
PNG = b"\x89PNG\r\n\x1a\n"


def sent(call: ChatCall, vendor: Vendor = PLAIN, *, stream: bool = False) -> dict:
    return json.loads(encode_request(call, stream=stream, vendor=vendor).body)


def message(turn: Turn, vendor: Vendor = PLAIN) -> dict:
    return sent(replace(CALL, messages=(turn,)), vendor)["messages"][0]


def test_words_and_pictures_keep_their_order():
    parts = (Text("a"), Picture("image/png", PNG), Text("b"), Picture(url="https://example.org/p.webp"))
    content = message(Turn(Role.USER, "a b", parts=parts))["content"]
    data = content[1]["image_url"].pop("url")
    assert content == [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "b"},
        {"type": "image_url", "image_url": {"url": "https://example.org/p.webp"}},
    ]
    head, _, body = data.partition(",")
    assert (head, b64decode(body)) == ("data:image/png;base64", PNG)


def test_a_use_of_tools_and_its_results_are_told_as_they_were():
    use = ToolUse("call_1", "weather", '{"city": "Paris"}')
    assert message(Turn(Role.ASSISTANT, "", tool_uses=(use,))) == {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"type": "function", "id": "call_1", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
        ],
    }
    assert message(Turn(Role.ASSISTANT, "Wait.", tool_uses=(use,)))["content"] == "Wait."
    assert message(Turn(Role.TOOL, "rain", tool_use_id="call_1")) == {
        "role": "tool",
        "content": "rain",
        "tool_call_id": "call_1",
    }


def test_pictures_that_tools_gave_are_shown_by_the_user_after_all_results():
    picture = Picture("image/png", PNG)
    turns = (
        Turn(Role.USER, "Look around."),
        Turn(Role.ASSISTANT, "", tool_uses=(ToolUse("a", "look", "{}"), ToolUse("b", "look", "{}"))),
        Turn(Role.TOOL, "a tree", (Text("a tree"), picture), tool_use_id="a"),
        Turn(Role.TOOL, "", (picture,), tool_use_id="b"),
    )
    for more in ((), (Turn(Role.USER, "And?"),)):
        told = sent(replace(CALL, messages=(*turns, *more)))["messages"]
        assert [turn["role"] for turn in told] == ["user", "assistant", "tool", "tool", "user", *("user" for _ in more)]
        assert told[2]["content"] == "a tree"
        assert told[3]["content"].strip()
        assert [part["type"] for part in told[4]["content"]] == ["image_url", "image_url"]


def test_a_vendor_of_short_ids_gets_the_same_one_for_a_use_and_its_result():
    mistral = Vendor(short_tool_ids=True)
    ids = {
        message(Turn(Role.ASSISTANT, "", tool_uses=(ToolUse("call_1", "t", "{}"),)), mistral)["tool_calls"][0]["id"],
        message(Turn(Role.TOOL, "rain", tool_use_id="call_1"), mistral)["tool_call_id"],
    }
    assert len(ids) == 1
    (short,) = ids
    assert len(short) == 9
    assert short.isascii()
    assert short.isalnum()
    assert message(Turn(Role.TOOL, "rain", tool_use_id="Ab3456789"), mistral)["tool_call_id"] == "Ab3456789"
    assert message(Turn(Role.TOOL, "rain", tool_use_id="call_2"), mistral)["tool_call_id"] != short


def test_tools_are_described():
    assert sent(replace(CALL, tools=(WEATHER, Tool(name="now"))))["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": json.loads(bytes(SCHEMA)),
                "strict": True,
            },
        },
        {"type": "function", "function": {"name": "now"}},
    ]


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        (ToolChoice("auto"), "auto"),
        (ToolChoice("none"), "none"),
        (ToolChoice("required"), "required"),
        (ToolChoice("required", "weather"), {"type": "function", "function": {"name": "weather"}}),
    ],
)
def test_which_tool_is_said(choice, wire):
    body = sent(replace(CALL, tools=(WEATHER,), tool_choice=choice, parallel_tool_calls=False))
    assert (body["tool_choice"], body["parallel_tool_calls"]) == (wire, False)


@pytest.mark.parametrize(
    ("wanted", "wire"),
    [
        (AnswerFormat(), {"type": "json_object"}),
        (
            AnswerFormat(schema=SCHEMA, name="n", strict=True),
            {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": json.loads(bytes(SCHEMA)), "strict": True},
            },
        ),
        (
            AnswerFormat(schema=SCHEMA),
            {"type": "json_schema", "json_schema": {"name": "answer", "schema": json.loads(bytes(SCHEMA))}},
        ),
    ],
)
def test_the_format_of_the_answer_is_said(wanted, wire):
    assert sent(replace(CALL, format=wanted))["response_format"] == wire


def test_a_vendor_without_schemas_is_asked_for_json_and_the_rest_is_unspoken():
    plain = Vendor(schemas=False)
    call = replace(CALL, format=AnswerFormat(schema=SCHEMA))
    assert sent(call, plain)["response_format"] == {"type": "json_object"}
    assert unspoken(call, plain) == ("response_format",)
    assert unspoken(replace(CALL, format=AnswerFormat()), plain) == ()


@pytest.mark.parametrize(
    ("top", "wire"), [(None, {}), (0, {"logprobs": True}), (3, {"logprobs": True, "top_logprobs": 3})]
)
def test_log_probabilities_are_asked_for(top, wire):
    body = sent(replace(CALL, top_logprobs=top))
    assert {name: body[name] for name in body if "logprobs" in name} == wire


EXTRA = {"presence_penalty": Raw(b"0.5"), "made_up": Raw(b'{"a": 1}'), "model": Raw(b'"other"')}


def test_only_further_fields_the_vendor_knows_are_sent():
    call = replace(CALL, extra=EXTRA)
    body = sent(call)
    assert body["presence_penalty"] == 0.5
    assert body["model"] == "m"
    assert "made_up" not in body
    assert unspoken(call, Vendor()) == ("made_up", "model")
    assert sent(call, Vendor(knows=frozenset({"made_up"})))["made_up"] == {"a": 1}


FULL = replace(
    CALL,
    temperature=0.5,
    top_p=0.9,
    stop=("x",),
    seed=4,
    tools=(WEATHER,),
    tool_choice=ToolChoice("required"),
    parallel_tool_calls=True,
    format=AnswerFormat(schema=SCHEMA),
    top_logprobs=2,
    extra={"user": Raw(b'"u"'), "made_up": Raw(b"1")},
)
WISHES = {
    "temperature", "top_p", "stop", "seed", "tools", "tool_choice", "parallel_tool_calls", "response_format",
    "logprobs", "top_logprobs",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WISHES))
def test_what_a_vendor_lacks_is_not_sent_but_told(name):
    vendor = Vendor(lacks=frozenset({name}))
    assert name in sent(FULL)
    assert name not in sent(FULL, vendor)
    assert unspoken(FULL, vendor) == tuple(sorted({name, "made_up"}))
    assert unspoken(CALL, vendor) == ()


@pytest.mark.parametrize("provider", [name for name, vendor in VENDORS.items() if vendor.dialect == "openai"])
@pytest.mark.parametrize("stream", [True, False])
def test_every_wish_is_either_sent_or_told(provider, stream):
    vendor = VENDORS[provider]
    body = sent(FULL, vendor, stream=stream)
    said = set(body) - {"model", "messages", "stream", "stream_options", "usage", vendor.output_limit}
    lost = set(unspoken(FULL, vendor))
    wished = {vendor.seed if name == "seed" else name for name in WISHES | {"user", "made_up"}}
    assert said | {vendor.seed if name == "seed" else name for name in lost} == wished
    assert said & lost <= {"response_format"}, "said in part: JSON, but not by its schema"
    assert vendor.lacks <= WISHES
    assert not vendor.knows & (WISHES | {"model", "messages", "stream", "stream_options", "usage", "n", "max_tokens"})
