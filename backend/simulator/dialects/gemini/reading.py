"""From Gemini's requests to asks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from backend.simulator import sight
from backend.simulator.ask import Ask, Given, Schema, Speaker, Tool, ToolChoice, Trade, Turn
from backend.simulator.dialects.gemini import requests as wire
from backend.simulator.dialects.gemini.errors import UNREADABLE
from backend.simulator.dialects.gemini.names import camel, decoder
from backend.simulator.dialects.pairing import OpenCalls
from backend.simulator.dialects.reading import decoded, seen
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import prompt_tokens
from backend.simulator.sight import Picture

WITH_THOUGHTS = "with thoughts"
"""The form of an answer whose thoughts are shown."""

_decode = decoder(wire.GenerateRequest)
_decode_count = decoder(wire.CountRequest)
_encode = msgspec.json.Encoder().encode
_NAMED = {"properties", "$defs"}
"""Of a schema, what holds schemas by names that are the caller's."""
_LITERAL = {"enum", "const", "default", "example", "examples", "required", "propertyOrdering"}
_COUNTS = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"}
_STANDARD_ALPHABET = str.maketrans("-_", "+/")


class TokenCount(msgspec.Struct, frozen=True, rename="camel"):
    """What counting gives (ai.google.dev/api/tokens)."""

    total_tokens: int


def generate(model: str, body: bytes, *, stream: bool) -> Ask:
    """A request for an answer. Raises Refusal."""
    return _ask(model, decoded(_decode, body, UNREADABLE), stream=stream)


def count(model: str, body: bytes) -> Given:
    """A request to count tokens, with the number. Raises Refusal."""
    request = decoded(_decode_count, body, UNREADABLE)
    whole = request.generate_content_request or wire.GenerateRequest(contents=request.contents or [])
    ask = _ask(model, whole, stream=False)
    data = _encode(TokenCount(prompt_tokens(ask)))
    return Given(model=model, trade=Trade.CHAT, data=data, prompt=ask.prompt)


def text_of(content: wire.Content) -> str:
    """The words of a turn."""
    return "".join(part.text or "" for part in content.parts)


def _ask(model: str, request: wire.GenerateRequest, *, stream: bool) -> Ask:
    config, calling = request.generation_config, request.tool_config.function_calling_config
    is_json = config.response_mime_type == "application/json"
    schema = config.response_json_schema or config.response_schema
    if schema is not None and not is_json:
        raise Refusal(
            Kind.INVALID,
            "Function calling with a response schema, or a response schema without `application/json`, is unsupported.",
            field="generation_config.response_schema",
        )
    declared = [function for tool in request.tools for function in tool.function_declarations]
    if calling.mode in {"ANY", "VALIDATED"} and not declared:
        raise Refusal(
            Kind.INVALID, "Function calling config is set without function_declarations.", field="tool_config"
        )
    if calling.allowed_function_names and calling.mode not in {"ANY", "VALIDATED"}:
        raise Refusal(
            Kind.INVALID, "Allowed function names are only set when the mode is ANY or VALIDATED.", field="tool_config"
        )
    system = request.system_instruction
    return Ask(
        model=model,
        turns=(*([Turn(Speaker.SYSTEM, text_of(system))] if system else []), *_turns(request.contents)),
        max_tokens=config.max_output_tokens,
        stop=tuple(config.stop_sequences),
        stream=stream,
        json=is_json,
        schema=_plain(schema) if schema is not None else None,
        tools=tuple(Tool(function.name, _parameters(function)) for function in declared),
        tool_choice=_choice(calling),
        seed=config.seed,
        form=WITH_THOUGHTS if config.thinking_config.include_thoughts else "chat",
    )


def _choice(config: wire.FunctionCallingConfig) -> ToolChoice:
    names = tuple(config.allowed_function_names)
    if config.mode == "ANY":
        return ToolChoice("required", names)
    return ToolChoice("none" if config.mode == "NONE" else "auto", names)


def _parameters(function: wire.FunctionDeclaration) -> Schema:
    return _plain(function.parameters_json_schema or function.parameters or {})


def _plain(schema: Schema) -> Schema:
    """An OpenAPI 3.0 schema as JSON Schema: types in lower case, `nullable` as a type, counts as numbers."""
    plain = _converted(schema)
    return plain if isinstance(plain, Mapping) else {}


def _converted(value: Any) -> Any:
    if isinstance(value, list):
        return [_converted(each) for each in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, each in value.items():
        word = name if name.startswith("$") else camel(name)
        if word in _NAMED and isinstance(each, dict):
            made[word] = {key: _converted(schema) for key, schema in each.items()}
        elif word in _COUNTS and isinstance(each, str) and each.isdecimal():
            made[word] = int(each)
        else:
            made[word] = each if word in _LITERAL else _converted(each)
    if isinstance(kind := made.get("type"), str):
        made["type"] = [kind.lower(), "null"] if made.get("nullable") is True else kind.lower()
    return made


def _turns(contents: list[wire.Content]) -> list[Turn]:
    turns, calls = list[Turn](), OpenCalls()
    for place, content in enumerate(contents):
        field = f"contents[{place}]"
        for part in content.parts:
            _check(part, field)
        if content.role == "system":
            raise Refusal(Kind.INVALID, "Please use a valid role: user, model.", field=f"{field}.role")
        if content.role == "model":
            calls.settle(field)
            calls.called(part.function_call.name for part in content.parts if part.function_call is not None)
            turns.append(_model(content, field))
        else:
            turns += _user(content, field, calls)
    calls.settle("contents")
    return turns


def _check(part: wire.Part, field: str) -> None:
    data = (part.text, part.inline_data, part.file_data, part.function_call, part.function_response)
    if sum(each is not None for each in data) != 1:
        raise Refusal(Kind.INVALID, f"{field}.parts: required oneof field 'data' must have one initialized field")


def _model(content: wire.Content, field: str) -> Turn:
    uses = ""
    for part in content.parts:
        if part.function_call is not None:
            uses += part.function_call.name + _encode(part.function_call.args).decode()
        elif part.text is None:
            raise Refusal(Kind.INVALID, f"{field}: a model's turn has text and function calls only", field=field)
    return Turn(
        Speaker.ASSISTANT, "".join(part.text for part in content.parts if part.text and not part.thought), uses=uses
    )


def _user(content: wire.Content, field: str, calls: OpenCalls) -> list[Turn]:
    turns: list[Turn] = []
    texts, pictures = list[str](), list[Picture]()
    for place, part in enumerate(content.parts):
        here = f"{field}.parts[{place}]"
        if part.function_response is not None:
            calls.answered(part.function_response.name, here)
            turns.append(Turn(Speaker.TOOL, _result(part.function_response.response)))
        elif part.text is not None:
            texts.append(part.text)
        elif part.function_call is not None:
            raise Refusal(Kind.INVALID, f"{here}: a user's turn has no function calls", field=here)
        else:
            pictures.append(_picture(part, here))
    calls.settle(field)
    if texts or pictures:
        turns.append(Turn(Speaker.USER, "\n".join(texts), tuple(pictures)))
    return turns


def _result(response: dict[str, object]) -> str:
    """The text in a response that is only that, else its JSON."""
    values = list(response.values())
    return values[0] if len(values) == 1 and isinstance(values[0], str) else _encode(response).decode()


def _picture(part: wire.Part, field: str) -> Picture:
    if part.file_data is not None:
        return seen(sight.look_url, part.file_data.file_uri, field)
    if part.inline_data is None or not part.inline_data.mime_type.startswith("image/"):
        raise Refusal(Kind.INVALID, f"{field}: the simulator takes pictures only", field=field)
    return seen(sight.look_base64, part.inline_data.data.translate(_STANDARD_ALPHABET), field)
