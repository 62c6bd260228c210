"""Which tools an answer calls, and with what.

A tool is called when the prompt mentions its name, or when some tool, or this one, has to be called. An answer to a
tool's result calls none unless it has to.
"""

import re
from collections.abc import Sequence

import msgspec

from backend.simulator import tokens
from backend.simulator.ask import Ask, Tool
from backend.simulator.least import Unsatisfiable, least
from backend.simulator.refusal import Kind, Refusal

_encode = msgspec.json.Encoder().encode


class Call(msgspec.Struct, frozen=True):
    """A tool's name and the pieces of its arguments, which together are JSON unless the answer was cut short."""

    name: str
    pieces: Sequence[str]

    @property
    def arguments(self) -> str:
        """The arguments as far as they were written."""
        return "".join(self.pieces)


def calls(ask: Ask) -> tuple[Call, ...]:
    """The tools that the answer to `ask` calls. Raises Refusal when a schema cannot be satisfied."""
    return tuple(Call(tool.name, tokens.split(_arguments(tool))) for tool in _called(ask))


def document(ask: Ask) -> str | None:
    """The JSON that the answer has to be when a schema says so. Raises Refusal when it cannot be satisfied."""
    if ask.schema is None:
        return None
    try:
        return _encode(least(ask.schema)).decode()
    except Unsatisfiable as error:
        raise Refusal(Kind.INVALID, str(error), field="response_format") from None


def _called(ask: Ask) -> Sequence[Tool]:
    choice = ask.tool_choice
    if not ask.tools or choice.mode == "none":
        return ()
    unknown = set(choice.names) - {tool.name for tool in ask.tools}
    if unknown:
        raise Refusal(Kind.INVALID, f"There is no tool named {min(unknown)!r}.", field="tool_choice")
    must = choice.mode == "required"
    if ask.results and not must:
        return ()
    offered = [tool for tool in ask.tools if not choice.names or tool.name in choice.names]
    called = [tool for tool in offered if _mentioned(tool.name, ask.prompt)] or (offered[:1] if must else [])
    return called if ask.parallel_calls else called[:1]


def _mentioned(name: str, prompt: str) -> bool:
    return name in prompt and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", prompt) is not None


def _arguments(tool: Tool) -> str:
    if not tool.schema:
        return "{}"
    try:
        value = least(tool.schema)
    except Unsatisfiable as error:
        raise Refusal(Kind.INVALID, f"Tool {tool.name!r}: {error}", field="tools") from None
    return _encode(value).decode()
