"""Who asks for an answer, and how a repetition is told from something new."""

from uuid import UUID

from msgspec import Struct

from backend.accounts.identity import Identity
from backend.metering.records import IdempotencyRecord
from backend.secrets import Secrets
from shared.wire import encode


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks, from where, under which request id and idempotency key.

    `accept_language` is the header as it came (RFC 9110 §12.5.4)."""

    identity: Identity
    token: str
    request_id: UUID
    address: str = ""
    idempotency_key: str | None = None
    accept_language: str = ""

    def __repr__(self) -> str:
        return f"Caller({self.request_id})"


def idempotency(secrets: Secrets, caller: Caller, body: Struct) -> IdempotencyRecord | None:
    """The caller's key with a keyed hash of what is asked; None without a key."""
    if caller.idempotency_key is None:
        return None
    digest = secrets.digest("idempotency", encode(body))
    return IdempotencyRecord(caller.identity.caller, caller.idempotency_key, digest.hex())
