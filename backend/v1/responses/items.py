"""From the items of a conversation in the Responses API to turns. Pure.

Source: platform.openai.com/docs/api-reference/responses/create, `input`.
"""

from collections.abc import Iterable

from msgspec import structs

from backend.errors import InvalidRequest
from backend.providers.calls import Part, Picture, Text, ToolUse, Turn
from backend.v1.chat.reading import picture_at
from backend.v1.responses.request import InputContent, InputItem
from shared.messages import Role

_WORDS = {"input_text", "output_text", "text"}
_UNREAD = {"reasoning"}
"""Kinds of items that are of use only to the model that wrote them."""


def turns_of(given: str | list[InputItem]) -> tuple[tuple[Turn, ...], frozenset[str]]:
    """What was said, and the kinds of items that were passed over. Raises `InvalidRequest` for what cannot be read.

    Functions that are called together, and the words before them, are one turn of the assistant.
    """
    if isinstance(given, str):
        return (Turn(Role.USER, given),), frozenset()
    turns: list[Turn] = []
    for item in given:
        if item.type == "message":
            turns.append(_message(item))
        elif item.type == "function_call":
            _add_use(turns, _use(item))
        elif item.type == "function_call_output":
            turns.append(_result(item, turns))
        elif item.type == "item_reference":
            raise InvalidRequest("item_reference names what nobody kept here. Give the whole item.")
        elif item.type not in _UNREAD:
            raise InvalidRequest(
                f"Items of the type {item.type[:40]} cannot be read here: give message, function_call or"
                " function_call_output."
            )
    return tuple(turns), frozenset(item.type for item in given if item.type in _UNREAD)


def _message(item: InputItem) -> Turn:
    if item.role is None:
        raise InvalidRequest("An item of the type message needs a role.")
    role = Role.SYSTEM if item.role == "developer" else Role(item.role)
    words, parts = _content(item.content or "")
    if not (words.strip() or parts):
        raise InvalidRequest(f"A message with the role {item.role} is empty.")
    if parts and role is not Role.USER:
        raise InvalidRequest("Only messages with the role user can have pictures.")
    return Turn(role, words, parts)


def _use(item: InputItem) -> ToolUse:
    if not item.call_id or item.name is None:
        raise InvalidRequest("An item of the type function_call needs a call_id and a name.")
    return ToolUse(item.call_id, item.name, item.arguments or "{}")


def _add_use(turns: list[Turn], use: ToolUse) -> None:
    if turns and turns[-1].role is Role.ASSISTANT:
        turns[-1] = structs.replace(turns[-1], tool_uses=(*turns[-1].tool_uses, use))
    else:
        turns.append(Turn(Role.ASSISTANT, "", (), (use,)))


def _result(item: InputItem, before: Iterable[Turn]) -> Turn:
    if not item.call_id or item.output is None:
        raise InvalidRequest("An item of the type function_call_output needs a call_id and an output.")
    if all(use.id != item.call_id for turn in before for use in turn.tool_uses):
        raise InvalidRequest(
            f"A function_call_output answers {item.call_id[:80]}, which is no function_call before it. Nothing is kept"
            " here: give the whole conversation."
        )
    words, parts = _content(item.output)
    return Turn(Role.TOOL, words, parts, (), item.call_id)


def _content(given: str | list[InputContent]) -> tuple[str, tuple[Part, ...]]:
    """The words, and all parts in order if there are pictures among them."""
    if isinstance(given, str):
        return given, ()
    parts = tuple(map(_part, given))
    words = "\n".join(part.text for part in parts if isinstance(part, Text))
    return words, parts if any(isinstance(part, Picture) for part in parts) else ()


def _part(part: InputContent) -> Part:
    if part.type in _WORDS and part.text is not None:
        return Text(part.text)
    if part.type == "refusal" and part.refusal is not None:
        return Text(part.refusal)
    if part.type == "input_image" and part.image_url is not None:
        return picture_at(part.image_url)
    raise InvalidRequest(
        f"Content of the type {part.type[:40]} cannot be read here: give input_text, or input_image with an image_url."
    )
