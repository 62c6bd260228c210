"""Looking after endpoints: probes, and the figures of the last minutes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.services import Services


async def try_failing_endpoints(services: "Services") -> None:
    """Probes open circuits whose cool-down is over; asks nothing of anybody while all are closed."""
    await services.keeper.try_again()
    services.endpoints.count_down()


async def check_endpoints(services: "Services") -> None:
    """Probes endpoints in use, each once in `FAIRLEAD_HEALTH_CHECK_INTERVAL`, whatever the number of processes."""
    await services.keeper.check(services.settings.health_check_interval, services.endpoints.busy)


async def measure_endpoints(services: "Services") -> None:
    """Reads how calls went and lets policy and metrics know."""
    await services.endpoints.measure()
