"""Scores of those whose prompts are blocked again and again, the steps that follow, and the rules for both."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.wire import Answer, Instant, Reason, Request

Points = Annotated[float, Meta(ge=0, le=1000)]
Threshold = Annotated[float, Meta(gt=0, le=100_000)]
Seconds = Annotated[int, Meta(ge=60, le=2_592_000)]
Few = Annotated[int, Meta(ge=1, le=100)]


class AbuseKind(StrEnum):
    """Who has a score."""

    USER = "user"
    KEY = "key"
    ADDRESS = "address"


class AbuseStep(StrEnum):
    """What follows from a score now."""

    WATCHED = "watched"
    SLOWED = "slowed"
    PAUSED = "paused"


class AbuseCause(StrEnum):
    """What raises a score: a prompt that a safety rule blocked, or one that cost much of a day's credits."""

    BLOCKED = "blocked"
    COSTLY = "costly"
    ADMIN = "admin"


class AbuseRules(Answer, frozen=True, kw_only=True):
    """By what scores rise and fall, and what follows.

    A score halves every `half_life_seconds`. From `slow_from` rate limits are divided by `slow_by`; from `pause_from`
    the subject is paused for `pause_seconds`, twice as long each further time in one episode, up to
    `longest_pause_seconds`; from `alert_from`, or with the pause numbered `alert_pauses`, admins are alerted. A prompt
    is costly from `costly_share` of what a plan has for a day. `key_share` of the points of an API key go to its
    person. An address counts only once events of `people` different persons came from it.
    """

    enabled: bool = True
    half_life_seconds: Seconds = 3_600
    blocked_points: Points = 10.0
    costly_points: Points = 3.0
    costly_share: Annotated[float, Meta(gt=0, le=1000)] = 0.5
    key_share: Annotated[float, Meta(ge=0, le=1)] = 0.5
    slow_from: Threshold = 25.0
    slow_by: Few = 4
    pause_from: Threshold = 55.0
    pause_seconds: Seconds = 900
    longest_pause_seconds: Seconds = 86_400
    alert_from: Threshold = 85.0
    alert_pauses: Few = 2
    people: Few = 3


class AbuseRulesPatch(Request, frozen=True, kw_only=True):
    """Changes to the rules of everybody, or of one organisation. None follows what is set above again."""

    organisation_id: UUID | None = None
    enabled: bool | UnsetType | None = UNSET
    half_life_seconds: Seconds | UnsetType | None = UNSET
    blocked_points: Points | UnsetType | None = UNSET
    costly_points: Points | UnsetType | None = UNSET
    costly_share: Annotated[float, Meta(gt=0, le=1000)] | UnsetType | None = UNSET
    key_share: Annotated[float, Meta(ge=0, le=1)] | UnsetType | None = UNSET
    slow_from: Threshold | UnsetType | None = UNSET
    slow_by: Few | UnsetType | None = UNSET
    pause_from: Threshold | UnsetType | None = UNSET
    pause_seconds: Seconds | UnsetType | None = UNSET
    longest_pause_seconds: Seconds | UnsetType | None = UNSET
    alert_from: Threshold | UnsetType | None = UNSET
    alert_pauses: Few | UnsetType | None = UNSET
    people: Few | UnsetType | None = UNSET
    reason: Reason


class AbuseRulesView(Answer, frozen=True, kw_only=True):
    """The rules in force for everybody or one organisation; `own` names those that were set there."""

    organisation_id: UUID | None
    rules: AbuseRules
    own: list[str]


class AbuseSubject(Answer, frozen=True, kw_only=True):
    """Whoever has a score. `name` is a person's address, a key's name, or a part of an address's hash.

    `spared`: an admin or support engineer, who is never slowed or paused.
    """

    id: UUID
    kind: AbuseKind
    name: str
    organisation_id: UUID | None
    user_id: UUID | None
    user_email: str | None
    score: float
    step: AbuseStep
    spared: bool
    slowed_until: Instant | None
    paused_until: Instant | None
    paused_by_hand: bool
    cause: AbuseCause | None
    alerted_at: Instant | None
    revoked_at: Instant | None
    updated_at: Instant


class AbuseEvent(Answer, frozen=True, kw_only=True):
    """What raised a score, without its words. `category` is the risk's."""

    id: UUID
    created_at: Instant
    kind: AbuseCause
    category: str | None
    points: float
    request_id: UUID
    user_email: str
    taken_back_at: Instant | None
    taken_back_by: str | None


class AbuseDetail(Answer, frozen=True, kw_only=True):
    """A subject with what raised its score, newest first."""

    subject: AbuseSubject
    events: list[AbuseEvent]


class AbuseRevocation(Request, frozen=True, kw_only=True):
    """Lift whatever step there is; the score becomes zero."""

    reason: Reason


class AbusePause(Request, frozen=True, kw_only=True):
    """Pause a subject until a time."""

    until: Instant
    reason: Reason
