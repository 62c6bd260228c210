"""Tool calls and their results: every call is answered at once, and nothing else is."""

from collections.abc import Iterable

from backend.simulator.refusal import Kind, Refusal


class OpenCalls:
    """The calls of the last assistant's turn that nobody has answered yet."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def called(self, identities: Iterable[str]) -> None:
        """An assistant's turn called these."""
        self._open = list(identities)

    def answered(self, identity: str, field: str) -> None:
        """A result came. Raises Refusal when it answers no open call; `field` is where it stands."""
        if identity not in self._open:
            raise Refusal(
                Kind.INVALID,
                f"The result for `{identity[:100]}` answers no tool call of the turn before it.",
                field=field,
            )
        self._open.remove(identity)

    def settle(self, field: str) -> None:
        """Something else follows, or nothing. Raises Refusal when a call is left open."""
        if self._open:
            raise Refusal(
                Kind.INVALID,
                f"Every tool call must be followed by its result; `{self._open[0][:100]}` has none.",
                field=field,
            )
