"""Everything that can go wrong at a provider, as one family that says what the caller may do about it.

Whether to retry, and how often, is the caller's decision; these types only carry the facts it needs.
"""

from typing import ClassVar, Literal

from backend.errors import AppError
from shared.errors import ErrorCode, JsonScalar

MAX_REASON = 500
"""Characters kept of a provider's own words."""

Stage = Literal["connect", "first_byte", "first_token", "inter_token", "total"]


class ProviderError(AppError):
    """A call to a provider failed.

    `message` is for whoever asked; `reason` is what the provider or the connection said, for admins, and holds
    no credential once it has passed `redact`. `retry_same_route`: asking the same endpoint again can help.
    `try_next_route`: another endpoint may do better. `may_have_run`: the provider may have worked on the call, and
    bill it. `configuration_fault`: nothing will help but an admin.
    """

    code = ErrorCode.PROVIDER_FAILED
    status = 502
    retryable = True
    retry_same_route: bool = False
    try_next_route: bool = True
    may_have_run: bool = True
    configuration_fault: ClassVar[bool] = False
    sentence: ClassVar[str] = "The model's provider failed."
    quotes_reason: ClassVar[bool] = False

    def __init__(
        self,
        reason: str = "",
        *,
        retry_after: int | None = None,
        details: dict[str, JsonScalar | list[str]] | None = None,
    ) -> None:
        self.reason = bounded(reason)
        super().__init__(self._message(), retry_after=retry_after, details=details)

    def _message(self) -> str:
        if not (self.quotes_reason and self.reason):
            return self.sentence
        return f"{self.sentence.removesuffix('.')}: {self.reason}"

    def redact(self, secret: str | None) -> None:
        """Takes a credential that a provider echoed out of everything this error says."""
        if secret and secret in self.reason:
            self.reason = self.reason.replace(secret, "[redacted]")
            self.message = self._message()
            self.args = (self.message,)


class ConnectFailed(ProviderError):
    """No connection came about: the request was never sent."""

    sentence = "The model's provider could not be reached."
    retry_same_route = True
    may_have_run = False


class TargetRefused(ConnectFailed):
    """The endpoint's configuration forbids or prevents connecting: a private address, an unusable URL or key."""

    sentence = "The model's provider is configured with an address or a key that Fairlead may not use."
    retryable = False
    retry_same_route = False
    configuration_fault = True


class ConnectionLost(ProviderError):
    """The connection broke after the request was sent: the provider may have run it."""

    sentence = "The connection to the model's provider broke."
    retry_same_route = True


class RateLimited(ProviderError):
    """Too many requests. Not to be asked again before `retry_after` seconds, if the provider named them."""

    status = 503
    sentence = "The model's provider is limiting requests at the moment."
    retry_same_route = True
    may_have_run = False


class ServerFault(ProviderError):
    """The provider reports a fault of its own; `provider_status` is its HTTP status."""

    sentence = "The model's provider had an internal fault."
    retry_same_route = True

    def __init__(self, reason: str = "", *, provider_status: int = 500, retry_after: int | None = None) -> None:
        super().__init__(reason, retry_after=retry_after)
        self.provider_status = provider_status


class AuthRejected(ProviderError):
    """The provider refuses our account: key, permission or its credit. Never the asking person's fault."""

    sentence = "The model's provider refused Fairlead's own account; an administrator has to correct it."
    retryable = False
    may_have_run = False
    configuration_fault = True


_ABOUT_THE_REQUEST = {
    400: (ErrorCode.INVALID_REQUEST, 400),
    413: (ErrorCode.TOO_LARGE, 413),
    422: (ErrorCode.INVALID_REQUEST, 400),
}
"""By the provider's status: what it says of the request, and not of itself or of Fairlead's account."""


class Rejected(ProviderError):
    """The provider refuses this request, for a reason of its own; `provider_status` is its HTTP status, if known.

    Where it says that the request is at fault, callers are told so: only the provider knows which parameters, sizes
    and files its models take, and asking again does not help.
    """

    sentence = "The model's provider refused the request."
    quotes_reason = True
    retryable = False
    may_have_run = False

    def __init__(self, reason: str = "", *, provider_status: int | None = None) -> None:
        super().__init__(reason)
        self.provider_status = provider_status
        self.code, self.status = _ABOUT_THE_REQUEST.get(provider_status or 0, (self.code, self.status))


class ContextTooLong(ProviderError):
    """More tokens than the model can read; `details` has `limit` and `requested` where the provider says them."""

    code = ErrorCode.CONTEXT_TOO_LONG
    status = 400
    sentence = "The conversation is longer than this model can read."
    retryable = False
    may_have_run = False

    def __init__(self, reason: str = "", *, limit: int | None = None, requested: int | None = None) -> None:
        self.limit, self.requested = limit, requested
        numbers = {"limit": limit, "requested": requested}
        super().__init__(reason, details={name: n for name, n in numbers.items() if n is not None})

    def _message(self) -> str:
        if self.limit is None or self.requested is None:
            return self.sentence
        return f"The conversation needs {self.requested:,} tokens; this model reads at most {self.limit:,}."


class ContentFiltered(ProviderError):
    """The provider's content filter refuses the prompt."""

    code = ErrorCode.CONTENT_FILTERED
    status = 422
    sentence = "The provider's content filter refused the prompt."
    quotes_reason = True
    retryable = False
    try_next_route = False


class TimedOut(ProviderError):
    """The provider took longer than a limit; `stage` says which. A silent route is not asked twice."""

    code = ErrorCode.PROVIDER_TIMEOUT
    status = 504
    sentence = "The model's provider took too long."

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.may_have_run = stage != "connect"
        super().__init__(f"no {_AWAITED[stage]} in time")


class Truncated(ProviderError):
    """The stream ended properly, but with neither a finish reason nor a terminator."""

    sentence = "The answer of the model's provider was cut off."
    retry_same_route = True


class Malformed(ProviderError):
    """The provider answered something that is not of its dialect."""

    sentence = "The model's provider sent an answer that cannot be understood."


class Endless(Malformed):
    """The answer does not end: no model writes as much, and nobody is to be asked for it again."""

    try_next_route = False


_AWAITED: dict[Stage, str] = {
    "connect": "connection",
    "first_byte": "response",
    "first_token": "first token",
    "inter_token": "further token",
    "total": "end of the answer",
}


def bounded(text: str) -> str:
    """At most `MAX_REASON` characters on one line, cut between words so that no credential is cut in half."""
    head = text[: 20 * MAX_REASON]
    words = " ".join(head.split())
    if len(words) <= MAX_REASON and len(head) == len(text):
        return words
    words = words[:MAX_REASON]
    return f"{words[: words.rfind(' ') + 1]}…"
