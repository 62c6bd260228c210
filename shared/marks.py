"""What people say a prompt should have been taken for."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from shared.precheck import Category, Complexity, RiskAction
from shared.wire import Answer, Instant, Request

LONGEST_KEPT = 20_000
"""Characters of a prompt whose text may be kept."""


class Judgement(Request, frozen=True, kw_only=True):
    """What the prompt should have been taken for; what is left out was right, or nobody says."""

    category: Category | None = None
    complexity: Complexity | None = None
    risky: bool | None = None


class MarkRequest(Judgement, frozen=True, kw_only=True):
    """A judgement on one's own prompt. `share_text` is the consent to keep its text, which admins may then read.

    `prompt` is the text, for prompts that are not kept in a conversation; it must be the one that was checked.
    """

    share_text: bool = False
    prompt: Annotated[str, Meta(min_length=1)] | None = None


class BenchMarkRequest(Judgement, frozen=True, kw_only=True):
    """An admin's judgement on a text. It is kept only with `share_text`, and never when somebody else sent it here."""

    prompt: Annotated[str, Meta(min_length=1)]
    share_text: bool = False


class Was(Answer, frozen=True, kw_only=True):
    """What the prompt was taken for."""

    category: Category
    complexity: Complexity
    confidence: float
    risk_action: RiskAction
    language: str | None


class Mark(Answer, frozen=True, kw_only=True):
    """One's own mark. `text_kept` says whether the text is kept; DELETE takes it back. `prompt` is that text."""

    check_id: UUID | None
    category: Category | None
    complexity: Complexity | None
    risky: bool | None
    was: Was
    text_kept: bool
    prompt: str | None = None
    marked_at: Instant


class AdminMark(Answer, frozen=True, kw_only=True):
    """A mark as admins list it, without the text. `origin`: a person on their own prompt, or an admin in the bench.

    `kept` is what there is to learn from: the text, its features, or nothing but the judgement.
    """

    id: UUID
    origin: Literal["person", "bench"]
    category: Category | None
    complexity: Complexity | None
    risky: bool | None
    was: Was
    kept: Literal["text", "features", "nothing"]
    marked_at: Instant
