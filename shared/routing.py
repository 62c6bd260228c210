"""Which way a request went, in words no price stands among."""

from shared.wire import Answer


class AttemptView(Answer, frozen=True, kw_only=True):
    """One call to one model: `answered`, `cancelled` or `failed`, then with the error's code."""

    provider: str
    model: str
    status: str
    error: str | None = None


class Routing(Answer, frozen=True, kw_only=True):
    """What was asked for, what was tried and why.

    `requested` is the model as the caller named it; `primary_provider` the one that was asked first; `ignored` are
    fields of the request that the model which answered does not know.
    """

    requested: str | None
    policy_used: str | None
    primary_provider: str | None
    attempts: list[AttemptView] = []
    reasons: list[str] = []
    ignored: list[str] = []
