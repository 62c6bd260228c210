"""How this process's policy and metrics learn of the endpoints' circuits and figures."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.metrics import Metrics
from backend.policy.health import HealthBook
from backend.providers import repository
from backend.providers.circuit_book import CircuitBook
from backend.providers.circuits import Circuit
from backend.providers.score import QUIET, Figures, score

WINDOW = 300.0
"""Seconds over which figures are taken."""
BUSY = timedelta(seconds=60)
"""An endpoint that answered a call since is in use: its calls say how it is."""


class EndpointHealth:
    """Keeps the health book and the gauges up to date, at once when a circuit changes."""

    def __init__(
        self,
        database: Database,
        catalogue: CatalogueCache,
        circuits: CircuitBook,
        health: HealthBook,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._circuits = circuits
        self._health = health
        self._metrics = metrics
        self._figures: dict[UUID, Figures] = {}
        self._labels: dict[UUID, tuple[str, str]] = {}
        circuits.on_change = self._changed

    def busy(self, endpoint_id: UUID) -> bool:
        """Whether calls were answered lately, as of the last measuring."""
        last = self._figures.get(endpoint_id, QUIET).last_answered
        return last is not None and datetime.now(UTC) - last < BUSY

    def count_down(self) -> None:
        """Keeps `retry_in` of open circuits right."""
        for endpoint_id, circuit in self._circuits.unsettled():
            self._tell(endpoint_id, circuit)

    async def measure(self) -> None:
        """Takes the figures of the last minutes."""
        self._figures = await repository.endpoint_figures(self._database, WINDOW)
        labels = {e.id: (p.name, e.base_url) for p in self._catalogue.current.providers for e in p.endpoints}
        for gone in self._labels.keys() - labels.keys():
            self._metrics.no_endpoint(*self._labels[gone])
            self._health.pop(gone, None)
        self._labels = labels
        for endpoint_id in labels:
            self._tell(endpoint_id, self._circuits.circuit(endpoint_id))
        for model in self._health.forget_idle():
            self._metrics.health.labels(model).set(1.0)

    def _changed(self, endpoint_id: UUID, circuit: Circuit) -> None:
        self._tell(endpoint_id, circuit)

    def _tell(self, endpoint_id: UUID, circuit: Circuit) -> None:
        figures = self._figures.get(endpoint_id, QUIET)
        value = score(figures, circuit.state)
        retry_in = circuit.retry_in(datetime.now(UTC))
        self._health.endpoint(endpoint_id, value, circuit.state, circuit.reason, retry_in)
        labels = self._labels.get(endpoint_id)
        if labels is not None:
            self._metrics.endpoint(*labels, circuit.state, value, figures.fallback_rate)
