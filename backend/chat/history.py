"""How much of a conversation goes into a call. Pure."""

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from backend.precheck.tokens.estimate import NOTHING, Size, size_of
from backend.providers.calls import Picture, Tool, Turn
from shared.messages import Role

TOKENS_PER_TURN = 4
"""What chat formats add to each message: OpenAI's cookbook counts 3 to 4 tokens."""


PICTURE_TOKENS = 1600
"""Of a picture whose size is not known: the most Anthropic counts (docs.anthropic.com, build-with-claude/vision)."""
TOKENS_PER_TOOL = 12
"""What names and structure add to each tool."""


class Fitted(Struct, frozen=True):
    """The turns of a call, their size, and how many older ones were left out."""

    turns: tuple[Turn, ...]
    size: Size
    left_out: int


def turn_size(turn: Turn) -> Size:
    """The size of one message in a call."""
    size = size_of(turn.content, TOKENS_PER_TURN)
    for use in turn.tool_uses:
        size += size_of(use.arguments, TOKENS_PER_TURN)
    if turn.parts:
        shown = sum(part.tokens or PICTURE_TOKENS for part in turn.parts if isinstance(part, Picture))
        size = structs.replace(size, fixed=size.fixed + shown)
    return size


def whole_size(turns: Sequence[Turn]) -> Size:
    """The size of all messages together, weighed in one go: a long conversation has many short ones."""
    words = [text for turn in turns for text in (turn.content, *(use.arguments for use in turn.tool_uses))]
    shown = [part for turn in turns for part in turn.parts if isinstance(part, Picture)]
    pictures = sum(picture.tokens or PICTURE_TOKENS for picture in shown)
    return size_of("\n".join(words), TOKENS_PER_TURN * len(words) + pictures)


def tools_size(tools: Sequence[Tool]) -> Size:
    """The size of the tools' definitions in a call."""
    words = "\n".join(f"{tool.description or ''}\n{bytes(tool.parameters or b'').decode()}" for tool in tools)
    return size_of(words, TOKENS_PER_TOOL * len(tools))


def total(sizes: Sequence[Size]) -> Size:
    """All of them together."""
    return Size(weighed=sum((size.weighed for size in sizes), NOTHING.weighed), fixed=sum(size.fixed for size in sizes))


def fit(turns: Sequence[Turn], sizes: Sequence[Size], room: int, tokens: Callable[[Size], int]) -> Fitted:
    """The newest turns that fit into `room` tokens, with every system turn kept; the last turn always stays.

    `sizes` are those of the turns, `tokens` says how many they are for the model that is to read them.

    An answer is never left without the prompt it answers: the first kept turn after the system's is the person's.
    """
    fixed = [i for i, turn in enumerate(turns) if turn.role is Role.SYSTEM]
    counts = [tokens(size) for size in sizes]
    used = sum(counts[i] for i in fixed)
    kept: list[int] = []
    for i in range(len(turns) - 1, -1, -1):
        if turns[i].role is Role.SYSTEM:
            continue
        if kept and used + counts[i] > room:
            break
        used += counts[i]
        kept.append(i)
    kept.reverse()
    while len(kept) > 1 and turns[kept[0]].role is Role.ASSISTANT:
        kept.pop(0)
    chosen = sorted(fixed + kept)
    return Fitted(tuple(turns[i] for i in chosen), total([sizes[i] for i in chosen]), len(turns) - len(chosen))
