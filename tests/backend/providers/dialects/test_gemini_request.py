import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from backend.providers.calls import AnswerFormat, ChatCall, Picture, Text, Tool, ToolChoice, ToolUse, Turn
from backend.providers.dialects.gemini import encode_request, open_decoder, unspoken
from backend.providers.vendors import PLAIN, Vendor
from shared.messages import Role
from tests.backend.providers.dialects.hearing import Heard, frame

SAID = (Turn(Role.USER, "Hello"),)
SCHEMA = Raw(b'{"type":"object","properties":{"a":{"type":"integer"}}}')
WEATHER = Tool(name="weather", description="Tells it", parameters=SCHEMA)


def call(*turns: Turn, **more: object) -> ChatCall:
    return ChatCall(**{"model": "gemini-2.5-flash", "messages": turns or SAID, "max_tokens": 5, **more})


def encoded(*turns: Turn, **more: object) -> dict:
    return json.loads(encode_request(call(*turns, **more), stream=False, vendor=PLAIN["gemini"]).body)


def test_a_request_has_only_what_was_asked_for():
    assert encoded() == {
        "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
        "generationConfig": {"maxOutputTokens": 5},
    }


@pytest.mark.parametrize(
    ("model", "stream", "path"),
    [
        ("gemini-2.5-flash", False, "/models/gemini-2.5-flash:generateContent"),
        ("gemini-2.5-flash", True, "/models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
        ("models/gemini-2.5-flash", False, "/models/gemini-2.5-flash:generateContent"),
        ("tunedModels/mine", False, "/tunedModels/mine:generateContent"),
        ("a?key=b#c", False, "/models/a%3Fkey%3Db%23c:generateContent"),
    ],
)
def test_the_model_and_the_way_of_answering_are_in_the_address(model, stream, path):
    vendor = Vendor(headers=(("x-title", "F"),))
    assert encode_request(call(model=model), stream=stream, vendor=vendor)[:2] == (path, vendor.headers)


def test_system_turns_are_the_instruction_wherever_they_stand():
    body = encoded(Turn(Role.SYSTEM, "Be brief."), *SAID, Turn(Role.SYSTEM, "Be kind."))
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief.\n\nBe kind."}]}
    assert [content["role"] for content in body["contents"]] == ["user"]


TURNS = st.lists(
    st.builds(Turn, st.sampled_from([Role.USER, Role.ASSISTANT, Role.SYSTEM]), st.text(max_size=5)), max_size=8
)


@given(TURNS)
def test_no_words_are_lost_or_empty(turns):
    contents = encoded(*turns, Turn(Role.USER, "end"))["contents"]
    words = [part["text"] for content in contents for part in content["parts"]]
    assert all(words)
    assert "".join(words) == "".join(turn.content for turn in turns if turn.role is not Role.SYSTEM) + "end"


def test_pictures_keep_their_place_among_the_words():
    parts = (Text("a"), Picture("image/png", b"\x89PNG"), Picture(url="https://example.org/b.jpg?size=2"), Text("b"))
    (content,) = encoded(Turn(Role.USER, "ab", parts=parts))["contents"]
    assert content["parts"] == [
        {"text": "a"},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}},
        {"fileData": {"fileUri": "https://example.org/b.jpg?size=2", "mimeType": "image/jpeg"}},
        {"text": "b"},
    ]


def test_results_of_tools_used_together_are_one_content_apart_from_words():
    uses = (ToolUse("f-1", "weather", '{"a":1}'), ToolUse("f-2", "clock", ""))
    contents = encoded(
        *SAID,
        Turn(Role.ASSISTANT, "Let me see.", tool_uses=uses),
        Turn(Role.TOOL, '{"sky": "rain"}', tool_use_id="f-1"),
        Turn(Role.TOOL, "noon", tool_use_id="f-2"),
        Turn(Role.USER, "And?"),
    )["contents"]
    assert contents[1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "Let me see."},
                {"functionCall": {"id": "f-1", "name": "weather", "args": {"a": 1}}},
                {"functionCall": {"id": "f-2", "name": "clock", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "f-1", "name": "weather", "response": {"sky": "rain"}}},
                {"functionResponse": {"id": "f-2", "name": "clock", "response": {"output": "noon"}}},
            ],
        },
        {"role": "user", "parts": [{"text": "And?"}]},
    ]


def test_a_thought_signature_comes_back_where_it_was_given():
    answer = [
        {"functionCall": {"id": "f-1", "name": "t", "args": {}}, "thoughtSignature": "c2ln"},
        {"functionCall": {"id": "f-2", "name": "t", "args": {}}},
    ]
    heard = Heard(open_decoder(), [frame({"candidates": [{"content": {"parts": answer}, "finishReason": "STOP"}]})])
    turns = [Turn(Role.TOOL, "{}", tool_use_id=use.id) for use in heard.tool_uses]
    model, results = encoded(Turn(Role.ASSISTANT, "", tool_uses=heard.tool_uses), *turns)["contents"]
    assert model["parts"] == answer
    assert [part["functionResponse"]["id"] for part in results["parts"]] == ["f-1", "f-2"]


@pytest.mark.parametrize(
    ("model", "signed"),
    [
        ("gemini-2.5-flash", False),
        ("gemini-flash-latest", False),
        ("gemini-3.5-flash", True),
        ("models/gemini-4-pro", True),
    ],
)
def test_tool_uses_of_other_models_are_signed_as_such_where_a_signature_is_needed(model, signed):
    uses = (ToolUse("a", "t", "{}"), ToolUse("b", "t", "{}"))
    first, second = encoded(Turn(Role.ASSISTANT, "", tool_uses=uses), model=model)["contents"][0]["parts"]
    assert ("thoughtSignature" in first, "thoughtSignature" in second) == (signed, False)


def test_a_result_whose_tool_use_is_unknown_is_sent_for_the_provider_to_judge():
    (content,) = encoded(Turn(Role.TOOL, "[1]", tool_use_id="f-9"))["contents"]
    assert content["parts"][0]["functionResponse"] == {"id": "f-9", "name": "f-9", "response": {"output": "[1]"}}


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (None, None),
        (ToolChoice("auto"), {"mode": "AUTO"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice(name="weather"), {"mode": "ANY", "allowedFunctionNames": ["weather"]}),
    ],
)
def test_the_choice_of_a_tool_is_said_in_the_words_of_the_api(choice, sent):
    body = encoded(tools=(WEATHER, Tool(name="bare")), tool_choice=choice)
    assert body.get("toolConfig") == (None if sent is None else {"functionCallingConfig": sent})
    assert body["tools"] == [
        {
            "functionDeclarations": [
                {"name": "weather", "description": "Tells it", "parametersJsonSchema": json.loads(bytes(SCHEMA))},
                {"name": "bare"},
            ]
        }
    ]
    assert "toolConfig" not in encoded(tool_choice=choice)


@pytest.mark.parametrize(
    ("wishes", "sent", "lost"),
    [
        ({"temperature": 0.0, "top_p": 0.0, "seed": 0}, {"temperature": 0.0, "topP": 0.0, "seed": 0}, ()),
        ({"temperature": 1.7}, {"temperature": 1.7}, ()),
        ({"stop": ("END",)}, {"stopSequences": ["END"]}, ()),
        ({"stop": ()}, {}, ()),
        ({"format": AnswerFormat()}, {"responseMimeType": "application/json"}, ()),
        (
            {"format": AnswerFormat(schema=SCHEMA)},
            {"responseMimeType": "application/json", "responseJsonSchema": json.loads(bytes(SCHEMA))},
            (),
        ),
        ({"top_logprobs": 0}, {"responseLogprobs": True}, ()),
        ({"top_logprobs": 3}, {"responseLogprobs": True, "logprobs": 3}, ()),
        ({"parallel_tool_calls": False}, {}, ("parallel_tool_calls",)),
        ({"parallel_tool_calls": True}, {}, ()),
        (
            {"extra": {"presence_penalty": Raw(b"0.5"), "frequency_penalty": Raw(b"1"), "top_k": Raw(b"3")}},
            {"presencePenalty": 0.5, "frequencyPenalty": 1, "topK": 3},
            (),
        ),
        ({"extra": {"user": Raw(b'"u"'), "logit_bias": Raw(b"{}"), "n": Raw(b"null")}}, {}, ("logit_bias", "user")),
    ],
)
def test_every_wish_is_either_sent_or_named_as_unspoken(wishes, sent, lost):
    assert encoded(**wishes)["generationConfig"] == {"maxOutputTokens": 5, **sent}
    assert unspoken(call(**wishes), PLAIN["gemini"]) == lost
