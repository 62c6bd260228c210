"""Answers as a server of each dialect would tell them, frame by frame: what streams are generated from.

The frames are written from the vendors' documentation, independently of the decoders.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import strategies as st

from backend.providers.calls import TokenUsage, ToolUse
from backend.providers.dialects import Decoder, anthropic, cohere, gemini, openai
from shared.messages import FinishReason

Kind = Literal["say", "think", "use", "end", "other"]


@dataclass(frozen=True)
class Frame:
    """One event: its name if it has one, its data, and what of the data is the answer's text.

    `finishes`: it carries the finish reason. `ends`: nothing after it matters, `after` only once that was heard.
    """

    name: str | None
    data: bytes
    text: str = ""
    kind: Kind = "other"
    finishes: bool = False
    ends: Literal["always", "after", "never"] = "never"

    def wire(self, newline: bytes) -> bytes:
        """The event as it is sent."""
        named = [b"event: " + self.name.encode()] if self.name else []
        return newline.join([*named, b"data: " + self.data, b"", b""])


@dataclass(frozen=True)
class Step:
    """Something an answer does: says or thinks words, or uses a tool with arguments cut into fragments."""

    kind: Literal["say", "think", "use"]
    words: str = ""
    fragments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a model did, and what it was counted for."""

    steps: tuple[Step, ...]
    cut: bool
    prompt: int
    cached: int
    output: int

    @property
    def text(self) -> str:
        """What it said."""
        return "".join(step.words for step in self.steps if step.kind == "say")

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """The tools it used."""
        uses = [step for step in self.steps if step.kind == "use"]
        return tuple(ToolUse(f"use-{n}", f"tool-{n}", "".join(use.fragments)) for n, use in enumerate(uses))

    @property
    def finish_reason(self) -> FinishReason:
        """Why it ended."""
        if self.cut:
            return FinishReason.LENGTH
        return FinishReason.TOOL_CALLS if self.tool_uses else FinishReason.STOP

    @property
    def usage(self) -> TokenUsage:
        """Its figures."""
        return TokenUsage(input=self.prompt, cached_input=self.cached, output=self.output)


def _frame(value: object, name: str | None = None, **more: object) -> Frame:
    return replace(Frame(name, json.dumps(value, ensure_ascii=False).encode()), **more)  # type: ignore[arg-type]


def _numbered(answer: Answer) -> list[tuple[Step, ToolUse | None]]:
    uses = iter(answer.tool_uses)
    return [(step, next(uses) if step.kind == "use" else None) for step in answer.steps]


def tell_openai(answer: Answer) -> list[Frame]:
    """platform.openai.com/docs/api-reference/chat/streaming."""

    def chunk(delta: dict[str, object], reason: str | None = None, **more: object) -> Frame:
        return _frame({"id": "c-1", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}, **more)

    frames = [chunk({"role": "assistant", "content": ""})]
    uses = 0
    for step, use in _numbered(answer):
        if use is None:
            key = "content" if step.kind == "say" else "reasoning_content"
            frames.append(chunk({key: step.words}, text=step.words if step.kind == "say" else "", kind=step.kind))
            continue
        begun = {"index": uses, "id": use.id, "type": "function", "function": {"name": use.name, "arguments": ""}}
        parts = [{"index": uses, "function": {"arguments": fragment}} for fragment in step.fragments]
        frames += [chunk({"tool_calls": [part]}, kind="use") for part in [begun, *parts]]
        uses += 1
    reason = "length" if answer.cut else "tool_calls" if uses else "stop"
    figures = {
        "prompt_tokens": answer.prompt + answer.cached,
        "prompt_tokens_details": {"cached_tokens": answer.cached},
        "completion_tokens": answer.output,
    }
    return [
        *frames,
        chunk({}, reason, kind="end", finishes=True),
        _frame({"choices": [], "usage": figures}, kind="end", ends="after"),
        Frame(None, b"[DONE]", kind="end", ends="always"),
    ]


def tell_anthropic(answer: Answer) -> list[Frame]:
    """docs.anthropic.com/en/api/messages-streaming."""

    def event(name: str, kind: Kind, text: str = "", **members: object) -> Frame:
        return _frame({"type": name, **members}, name, kind=kind, text=text)

    usage = {"input_tokens": answer.prompt, "cache_read_input_tokens": answer.cached, "output_tokens": 1}
    frames = [event("message_start", "other", message={"id": "m-1", "content": [], "usage": usage})]
    for index, (step, use) in enumerate(_numbered(answer)):
        start, delta, stop = "content_block_start", "content_block_delta", "content_block_stop"
        if use is not None:
            block: dict[str, object] = {"type": "tool_use", "id": use.id, "name": use.name, "input": {}}
            parts = [{"type": "input_json_delta", "partial_json": fragment} for fragment in step.fragments]
            frames.append(event(start, "use", index=index, content_block=block))
            frames += [event(delta, "use", index=index, delta=part) for part in parts]
        else:
            said, what = (step.words, "text") if step.kind == "say" else ("", "thinking")
            frames.append(event(start, "other", index=index, content_block={"type": what, what: ""}))
            part = {"type": f"{what}_delta", what: step.words}
            frames.append(event(delta, step.kind, said, index=index, delta=part))
        frames.append(event(stop, "use" if use is not None else "other", index=index))
    reason = "max_tokens" if answer.cut else "tool_use" if answer.tool_uses else "end_turn"
    final = event("message_delta", "end", delta={"stop_reason": reason}, usage={"output_tokens": answer.output})
    return [*frames, replace(final, finishes=True, ends="always"), replace(event("message_stop", "end"), ends="always")]


def tell_gemini(answer: Answer) -> list[Frame]:
    """ai.google.dev/api/generate-content (streamGenerateContent)."""
    figures = {
        "promptTokenCount": answer.prompt + answer.cached,
        "cachedContentTokenCount": answer.cached,
        "candidatesTokenCount": answer.output,
    }

    def chunk(part: dict[str, object], text: str = "", **candidate: object) -> Frame:
        content = {"parts": [part], "role": "model"}
        facts = {"usageMetadata": figures, "responseId": "r-1"}
        return _frame({"candidates": [{"content": content, "index": 0, **candidate}], **facts}, text=text)

    frames = []
    for step, use in _numbered(answer):
        if use is not None:
            call = {"id": use.id, "name": use.name, "args": "ARGS"}
            told = chunk({"functionCall": call})
            # The arguments are the model's own text, which another writing of the same object would not be.
            frames.append(replace(told, data=told.data.replace(b'"ARGS"', use.arguments.encode()), kind="use"))
        elif step.kind == "say":
            frames.append(replace(chunk({"text": step.words}, step.words), kind="say"))
        else:
            frames.append(replace(chunk({"text": step.words, "thought": True}), kind="think"))
    final = chunk({"text": ""}, finishReason="MAX_TOKENS" if answer.cut else "STOP")
    return [*frames, replace(final, kind="end", finishes=True)]


def tell_cohere(answer: Answer) -> list[Frame]:
    """docs.cohere.com/reference/chat-stream."""

    def event(name: str, kind: Kind, text: str = "", **members: object) -> Frame:
        return _frame({"type": name, **members}, name, kind=kind, text=text)

    empty: dict[str, object] = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
    frames = [event("message-start", "other", id="m-1", delta={"message": empty})]
    for index, (step, use) in enumerate(_numbered(answer)):
        if use is not None:
            begun = {"id": use.id, "type": "function", "function": {"name": use.name, "arguments": ""}}
            parts = [{"function": {"arguments": fragment}} for fragment in step.fragments]
            names = ["tool-call-start", *["tool-call-delta"] * len(parts)]
            for name, part in zip(names, [begun, *parts], strict=True):
                frames.append(event(name, "use", index=index, delta={"message": {"tool_calls": part}}))
            frames.append(event("tool-call-end", "use", index=index))
        elif step.kind == "think":
            frames.append(event("tool-plan-delta", "think", delta={"message": {"tool_plan": step.words}}))
        else:
            begin, gained = {"type": "text", "text": ""}, {"text": step.words}
            frames.append(event("content-start", "other", index=index, delta={"message": {"content": begin}}))
            frames.append(
                event("content-delta", "say", step.words, index=index, delta={"message": {"content": gained}})
            )
            frames.append(event("content-end", "other", index=index))
    reason = "MAX_TOKENS" if answer.cut else "TOOL_CALL" if answer.tool_uses else "COMPLETE"
    billed = {"input_tokens": float(answer.prompt + answer.cached), "output_tokens": float(answer.output)}
    usage = {"billed_units": billed, "cached_tokens": float(answer.cached)}
    final = event("message-end", "end", delta={"finish_reason": reason, "usage": usage})
    return [*frames, replace(final, finishes=True, ends="always")]


@dataclass(frozen=True)
class Teller:
    """A dialect: its decoder, how an answer is told in it, and what a server may put between at any time."""

    name: str
    open_decoder: Callable[[], Decoder]
    tell: Callable[[Answer], list[Frame]]
    between: tuple[Frame, ...]


TELLERS = (
    Teller("openai", openai.open_decoder, tell_openai, (_frame({"choices": []}), _frame({"novelty": 1}))),
    Teller(
        "anthropic",
        anthropic.open_decoder,
        tell_anthropic,
        (_frame({"type": "ping"}, "ping"), _frame({"type": "novelty", "delta": {"novelty": 1}}, "novelty")),
    ),
    Teller("gemini", gemini.open_decoder, tell_gemini, (_frame({"candidates": []}), _frame({"novelty": 1}))),
    Teller(
        "cohere",
        cohere.open_decoder,
        tell_cohere,
        (
            _frame({"type": "citation-start", "index": 0, "delta": {"message": {"citations": {}}}}, "citation-start"),
            _frame({"type": "novelty", "delta": {"message": {"novelty": 1}}}, "novelty"),
        ),
    ),
)

NEWLINES = st.sampled_from([b"\n", b"\r\n", b"\r"])

_WORDS = [
    "",
    "a",
    " rope",
    "ünï",
    "😀",
    "\u2028",
    "\n\n",
    "\r\n",
    "data: ",
    "[DONE]",
    '"}',
    "\\",
    "event: error\n",
    "\x00",
]
_ARGUMENTS = [
    "{}",
    '{"a":1}',
    '{"city": "Paris"}',
    '{"a": {"b": [1, 2]}}',
    '{"ü": "😀\\n"}',
    '{"n": 12345, "s": "\\u00e9"}',
]


def numbers(most: int, size: int = 2) -> st.SearchStrategy[list[int]]:
    """Up to `most` numbers of so many bytes. They are drawn as one: twenty times quicker than a list of integers."""
    return st.binary(max_size=most * size).map(
        lambda drawn: [int.from_bytes(drawn[at : at + size]) for at in range(0, len(drawn) - size + 1, size)]
    )


def _step(number: int, own: str) -> Step:
    """The step that a number stands for; `own` is a text to be said beside those known to be awkward."""
    rest, kind = divmod(number, 3)
    if kind == 2:
        rest, which = divmod(rest, len(_ARGUMENTS))
        arguments = _ARGUMENTS[which]
        first, second = sorted((rest % (len(arguments) + 1), rest // 64 % (len(arguments) + 1)))
        parts = (arguments[:first], arguments[first:second], arguments[second:])
        return Step("use", "", tuple(part for part in parts if part))
    return Step("think" if kind else "say", [own, *_WORDS][rest % (len(_WORDS) + 1)])


def _answer(steps: list[int], own: str, counts: int) -> Answer:
    first, second, third = counts % 1000, counts // 1000 % 1000, counts // 10**6 % 1000
    return Answer(tuple(_step(step, own) for step in steps), counts % 2 == 0, first, second, third)


ANSWERS = st.builds(_answer, numbers(6, 3), st.text(max_size=6), st.integers(0, 10**9))
