"""Admission: turning what the database says into an admitted request or a clear refusal."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from backend.accounts.identity import Identity
from backend.database import Database
from backend.errors import AppError, NotFound, Unavailable
from backend.metering import repository
from backend.metering.batches import Batches
from backend.metering.errors import (
    ConversationBusy,
    IdempotencyMismatch,
    OutOfCredits,
    RateLimited,
    SpendingCap,
    TooManyChats,
)
from backend.metering.rates import Kind, Window, WindowState, windows
from backend.metering.records import AdmissionRecord, AdmissionResult
from shared.plans import PlanLimits

BUSY_RETRY_SECONDS = 2
_HAS = {"user": "You have", "key": "This key has", "organisation": "Your organisation has"}


class Admitted(Struct, frozen=True, kw_only=True):
    """At most `held` credits are held, for at most `max_tokens` of answer; `balance` is what is left beside them."""

    max_tokens: int
    held: Decimal
    balance: Decimal
    windows: list[WindowState]


class Repeated(Struct, frozen=True):
    """The idempotency key stands for this earlier request, asked in the same words."""

    request_id: UUID


class Stale(Struct, frozen=True):
    """The decision was made with an older catalogue, identity or conversation and must be made again."""

    what: str


class Gate:
    """One process's requests that ask to be admitted."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batches: Batches[AdmissionRecord, AdmissionResult] = Batches(
            "admission", lambda records: repository.admit(database, records), persistent=False
        )

    def __len__(self) -> int:
        """How many are not answered yet."""
        return len(self._batches)

    async def admit(self, record: AdmissionRecord, note: str = "") -> Admitted | Repeated | Stale:
        """One short transaction. Raises the refusals of `backend.metering.errors`, `NotFound`, `Unavailable`.

        `note` is said with a full rate window.
        """
        return _outcome(await self._batches.submit(record), note)

    async def foresee(
        self, record: AdmissionRecord, guard_windows: list[Window], note: str = ""
    ) -> Admitted | Repeated | Stale:
        """What `admit` would say, without admitting; a request that is let through counts in the guard's windows.

        Raises what `admit` does.
        """
        return _outcome(await repository.admit_guard(self._database, record, guard_windows), note)


def _outcome(result: AdmissionResult, note: str) -> Admitted | Repeated | Stale:
    match result.outcome:
        case "admitted":
            return Admitted(
                max_tokens=result.max_tokens, held=result.held, balance=result.balance, windows=result.windows
            )
        case "repeated" if result.same and result.request_id is not None:
            return Repeated(result.request_id)
        case "stale_catalogue" | "stale_identity" | "stale_conversation":
            return Stale(result.outcome.removeprefix("stale_"))
        case _:
            raise _refusal(result, note)


def _refusal(result: AdmissionResult, note: str) -> AppError:
    match result.outcome:
        case "repeated":
            return IdempotencyMismatch(
                "This idempotency key was used with another request within 24 hours. Use a new one."
            )
        case "no_conversation":
            return NotFound("This conversation does not exist or is not yours.")
        case "conversation_busy":
            return ConversationBusy(
                "An answer is still being written in this conversation. Stop it or wait for it.",
                retry_after=BUSY_RETRY_SECONDS,
                details={"request_id": str(result.request_id)},
            )
        case "too_many_chats":
            answers = "1 answer" if result.limit == 1 else f"{result.limit} answers"
            return TooManyChats(
                f"{_HAS[result.whose]} {answers} being written at once, which is the limit. Wait for one to end.",
                retry_after=BUSY_RETRY_SECONDS,
                details={"limit": result.limit, "whose": result.whose},
            )
        case "rate_limited":
            return rate_refusal(result.what, result.limit, result.seconds, result.retry_after, note)
        case "out_of_credits" if result.binding == "balance":
            return OutOfCredits(
                "Not enough credits are left for an answer. Request a higher plan or wait for the next month.",
                details={"balance": str(result.spendable), "needed": str(result.needed)},
            )
        case "out_of_credits" if result.binding == "key":
            return SpendingCap(
                "This API key's cap of credits for the month does not allow this. Shorten the prompt or raise the cap.",
                details={"allowed": str(max(result.spendable, Decimal(0))), "needed": str(result.needed)},
            )
        case "out_of_credits":
            span = "today" if result.binding == "day" else "one request"
            return SpendingCap(
                f"Your plan's cap of credits for {span} does not allow this. Shorten the prompt or ask your admin.",
                details={"allowed": str(max(result.spendable, Decimal(0))), "needed": str(result.needed)},
            )
    return Unavailable("The request could not be admitted. Try again.")


def rate_refusal(what: str, limit: int, seconds: int, retry_after: int, note: str = "") -> RateLimited:
    """A full window in words, perhaps with why it is small."""
    span = {60: "minute", 3600: "hour", 86400: "day"}.get(seconds, f"{seconds} s")
    return RateLimited(
        f"The limit of {limit:,} {what} a {span} is reached.{note} Ready again in {retry_after} s.",
        retry_after=max(1, retry_after),
        details={"limit": limit, "window": seconds, "what": what},
    )


async def take_rate(
    database: Database, kind: Kind, identity: Identity, limits: PlanLimits, address: str
) -> list[WindowState]:
    """Counts one request that needs no credits. Raises `RateLimited`."""
    result = await repository.take_rate(database, windows(kind, identity, limits, address), 0)
    if result.outcome != "taken":
        raise rate_refusal(result.what, result.limit, result.seconds, result.retry_after)
    return result.windows
