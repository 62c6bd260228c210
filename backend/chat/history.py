"""How much of a conversation goes into a call. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from backend.precheck.tokens import estimate_tokens
from backend.providers.calls import Picture, Tool, Turn
from shared.messages import Role

TOKENS_PER_TURN = 4
"""What chat formats add to each message: OpenAI's cookbook counts 3 to 4 tokens."""


PICTURE_TOKENS = 1600
"""Of a picture whose size is not known: the most Anthropic counts (docs.anthropic.com, build-with-claude/vision)."""
TOKENS_PER_TOOL = 12
"""What names and structure add to each tool."""


class Fitted(Struct, frozen=True):
    """The turns of a call, their estimated tokens, and how many older ones were left out."""

    turns: tuple[Turn, ...]
    tokens: int
    left_out: int


def turn_tokens(turn: Turn) -> int:
    """Estimated tokens of one message in a call."""
    tokens = estimate_tokens(turn.content) + TOKENS_PER_TURN
    if turn.parts:
        tokens += sum(part.tokens or PICTURE_TOKENS for part in turn.parts if isinstance(part, Picture))
    for use in turn.tool_uses:
        tokens += estimate_tokens(use.arguments) + TOKENS_PER_TURN
    return tokens


def tools_tokens(tools: Sequence[Tool]) -> int:
    """Estimated tokens of the tools' definitions in a call."""
    return sum(
        TOKENS_PER_TOOL + estimate_tokens(tool.description or "") + len(bytes(tool.parameters or b"")) // 4
        for tool in tools
    )


def fit(turns: Sequence[Turn], sizes: Sequence[int], room: int) -> Fitted:
    """The newest turns that fit into `room` tokens, with every system turn kept; the last turn always stays.

    An answer is never left without the prompt it answers: the first kept turn after the system's is the person's.
    """
    fixed = [i for i, turn in enumerate(turns) if turn.role is Role.SYSTEM]
    used = sum(sizes[i] for i in fixed)
    kept: list[int] = []
    for i in range(len(turns) - 1, -1, -1):
        if turns[i].role is Role.SYSTEM:
            continue
        if kept and used + sizes[i] > room:
            break
        used += sizes[i]
        kept.append(i)
    kept.reverse()
    while len(kept) > 1 and turns[kept[0]].role is Role.ASSISTANT:
        used -= sizes[kept[0]]
        kept.pop(0)
    chosen = sorted(fixed + kept)
    return Fitted(tuple(turns[i] for i in chosen), used, len(turns) - len(chosen))
