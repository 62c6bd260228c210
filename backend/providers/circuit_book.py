"""One process's circuits, in memory: what calls ask and tell. Dictionary look-ups while all is well."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from backend.providers.circuits import (
    CLOSED,
    Circuit,
    CircuitState,
    Finding,
    Tally,
    Verdict,
    What,
    step,
    verdict,
)
from backend.providers.errors import ConnectFailed, ProviderError, ServerFault, TimedOut


class Permit(Enum):
    """Leave to call an endpoint: an ordinary call, or the one that tries a half-open circuit."""

    CALL = "call"
    TRIAL = "trial"


def utc_now() -> datetime:
    """The process's clock."""
    return datetime.now(UTC)


class CircuitBook:
    """What this process knows, and what it learnt and has yet to tell the others (`owed`, through `on_finding`).

    A finding takes effect here at once; the shared state, once it has been told, is given back by `adopt`.
    """

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._circuits: dict[UUID, Circuit] = {}
        self._tallies: dict[UUID, Tally] = {}
        self._trials: set[UUID] = set()
        self.owed: dict[UUID, Finding] = {}
        self.on_finding: Callable[[], None] = lambda: None
        self.on_change: Callable[[UUID, Circuit], None] = lambda _, __: None

    def circuit(self, endpoint_id: UUID) -> Circuit:
        """The endpoint's circuit as far as it is known here."""
        return self._circuits.get(endpoint_id, CLOSED)

    def state(self, endpoint_id: UUID) -> CircuitState:
        """Whether the endpoint is used."""
        circuit = self._circuits.get(endpoint_id)
        return CircuitState.CLOSED if circuit is None else circuit.state

    def unsettled(self) -> Iterator[tuple[UUID, Circuit]]:
        """The circuits that are not closed."""
        return ((id, c) for id, c in self._circuits.items() if c.state is not CircuitState.CLOSED)

    def retry_in(self, endpoint_ids: Iterable[UUID]) -> float:
        """Seconds until the first of these endpoints may be used again; 0 when one may now."""
        now = self._now()
        return min((self.circuit(id).retry_in(now) for id in endpoint_ids), default=0.0)

    def take(self, endpoint_id: UUID) -> Permit | None:
        """Leave to call, None when the circuit is open or its one trial is being made.

        A permit ends with `succeeded`, `failed` or `let_go`.
        """
        circuit = self._circuits.get(endpoint_id)
        if circuit is None or circuit.state is CircuitState.CLOSED:
            return Permit.CALL
        if circuit.state is CircuitState.OPEN or endpoint_id in self._trials:
            return None
        self._trials.add(endpoint_id)
        return Permit.TRIAL

    def let_go(self, endpoint_id: UUID, permit: Permit) -> None:
        """The call was cancelled: nothing was learnt."""
        if permit is Permit.TRIAL:
            self._trials.discard(endpoint_id)

    def succeeded(self, endpoint_id: UUID, permit: Permit = Permit.CALL) -> None:
        """The endpoint answered."""
        self.let_go(endpoint_id, permit)
        tally = self._tallies.get(endpoint_id)
        if tally is None:
            tally = self._tallies[endpoint_id] = Tally()
        tally.add(self._now().timestamp(), fault=False)
        circuit = self._circuits.get(endpoint_id)
        if circuit is not None and (permit is Permit.TRIAL or circuit.state is CircuitState.CLOSED):
            self.learn(endpoint_id, Finding(What.ANSWERED))

    def failed(self, endpoint_id: UUID, error: ProviderError, permit: Permit = Permit.CALL) -> None:
        """The call failed."""
        found = verdict(error)
        if found is Verdict.ALIVE:
            self.succeeded(endpoint_id, permit)
            return
        self.let_go(endpoint_id, permit)
        if found is Verdict.SILENT:
            return
        now = self._now().timestamp()
        tally = self._tallies.setdefault(endpoint_id, Tally())
        tally.add(now, fault=True)
        why, configuration = tally.failing(now), found is Verdict.CONFIGURATION
        if permit is Permit.TRIAL:
            self.learn(endpoint_id, Finding(What.TRIAL_FAILED, words(error), configuration))
        elif configuration:
            self.learn(endpoint_id, Finding(What.FAILING, words(error), configuration))
        elif why is not None:
            self.learn(endpoint_id, Finding(What.FAILING, f"{why}; the last: {words(error)}"))

    def learn(self, endpoint_id: UUID, finding: Finding) -> None:
        """Takes a finding to heart, and owes it to the other processes if it changes anything."""
        before = self.circuit(endpoint_id)
        after = step(before, finding, self._now())
        if after != before:
            self._set(endpoint_id, after)
            self.owed[endpoint_id] = finding
            self.on_finding()

    def adopt(self, endpoint_id: UUID, circuit: Circuit) -> None:
        """The shared state of one endpoint, as it is now; while something of it is owed, what is known here counts."""
        if endpoint_id not in self.owed:
            self._set(endpoint_id, circuit)

    def adopt_all(self, circuits: Mapping[UUID, Circuit]) -> None:
        """The shared state of all endpoints; those that are not named are closed."""
        for endpoint_id in self._circuits.keys() | circuits.keys():
            self.adopt(endpoint_id, circuits.get(endpoint_id, CLOSED))

    def _set(self, endpoint_id: UUID, circuit: Circuit) -> None:
        if circuit == self.circuit(endpoint_id):
            return
        if circuit.state is not self.state(endpoint_id):
            self._tallies.pop(endpoint_id, None)
        if circuit.state is CircuitState.OPEN:
            self._trials.discard(endpoint_id)
        if circuit == CLOSED:
            self._circuits.pop(endpoint_id, None)
        else:
            self._circuits[endpoint_id] = circuit
        self.on_change(endpoint_id, circuit)


def words(error: ProviderError) -> str:
    """A failed call in words for admins. The provider's own may quote the prompt, and are left out."""
    match error:
        case ConnectFailed() | TimedOut():
            return error.reason or error.sentence
        case ServerFault():
            return f"{error.sentence} (HTTP {error.provider_status})"
    return error.sentence
