"""What becomes of personal data in what is asked, by the plan and by what the caller wants. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, structs

from backend.chat.errors import PersonalDataRefused
from backend.chat.prompt import Prompt, Thread
from backend.chat.titles import title_of
from backend.precheck.personal.find import find
from backend.precheck.personal.mask import Names, mask
from backend.precheck.personal.words import in_words
from backend.providers.calls import Part, Text, Turn
from shared.messages import Role
from shared.precheck import PersonalData, PersonalKind

Masking = Callable[[str], str]

EXPLAINED = (
    "Names in square brackets such as [EMAIL_1] stand for data that is not shown to you."
    " Where you speak of it, write the name exactly as it is."
)
"""Told to models that read placeholders."""


class Guarded(Struct, frozen=True, kw_only=True):
    """What is sent. `names` are all of the conversation, `new` whether there are some that are not kept yet."""

    prompt: Prompt
    names: Names
    new: bool = False
    notice: str | None = None


def guard(prompt: Prompt, names: Names, setting: PersonalData, *, wanted: bool) -> Guarded:
    """The prompt as a model may read it. Raises `PersonalDataRefused`.

    `wanted`: the caller asks for masking, which also satisfies a plan that refuses. All turns count, with the files
    given in them, for all of them are sent. Pictures cannot be looked into.
    """
    if wanted or setting is PersonalData.MASK:
        return _masked(prompt, names)
    if setting is PersonalData.REFUSE:
        refuse(kinds_in(text for turn in prompt.turns for text in _texts(turn)))
    return Guarded(prompt=prompt, names=names)


def refuse(kinds: Sequence[PersonalKind], remedy: str = "Take it out, or send it masked.") -> None:
    """Raises `PersonalDataRefused` when there are any."""
    if kinds:
        raise PersonalDataRefused(
            f"This was not sent: it holds {in_words(kinds)}, which your plan does not allow. {remedy}",
            details={"kinds": [str(kind) for kind in dict.fromkeys(kinds)]},
        )


def kinds_in(texts: Iterable[str]) -> list[PersonalKind]:
    """The kinds of all that is found, one for each."""
    return [datum.kind for text in texts for datum in find(text)]


def _masked(prompt: Prompt, before: Names) -> Guarded:
    names = before
    taken = [text for turn in prompt.turns for text in _texts(turn)]

    def masking(text: str) -> str:
        nonlocal names
        masked = mask(text, find(text), names, taken)
        names = masked.names
        return masked.text

    turns = tuple(_turn(turn, masking) for turn in prompt.turns)
    if not names:
        return Guarded(prompt=prompt, names=names)
    kinds = kinds_in(_texts(prompt.turns[-1]))
    return Guarded(
        prompt=structs.replace(
            prompt,
            text=masking(prompt.text),
            earlier=tuple(map(masking, prompt.earlier)),
            unvetted=tuple(map(masking, prompt.unvetted)),
            turns=(Turn(Role.SYSTEM, EXPLAINED), *turns),
            thread=_thread(prompt.thread, masking) if prompt.thread is not None else None,
        ),
        names=names,
        new=names.data != before.data,
        notice=f"The model was sent names in place of {in_words(kinds)}." if kinds else None,
    )


def _turn(turn: Turn, masking: Masking) -> Turn:
    return structs.replace(
        turn,
        content=masking(turn.content),
        parts=tuple(_part(part, masking) for part in turn.parts),
        tool_uses=tuple(structs.replace(use, arguments=masking(use.arguments)) for use in turn.tool_uses),
    )


def _part(part: Part, masking: Masking) -> Part:
    return Text(masking(part.text)) if isinstance(part, Text) else part


def _thread(thread: Thread, masking: Masking) -> Thread:
    """What is kept. A title has no place for names: the data are left out of it."""
    if thread.new_prompt is None:
        return thread
    return structs.replace(
        thread,
        new_prompt=masking(thread.new_prompt),
        title=title_of(without(thread.new_prompt)) if thread.new else thread.title,
    )


def without(text: str) -> str:
    """The text with an ellipsis for each datum."""
    end, parts = 0, list[str]()
    for datum in find(text):
        parts += (text[end : datum.start], "\u2026")
        end = datum.end
    return "".join((*parts, text[end:]))


def _texts(turn: Turn) -> Iterator[str]:
    yield turn.content
    yield from (use.arguments for use in turn.tool_uses)
