"""Who answers when no provider key is set: a local Ollama, else the simulator."""

from dataclasses import dataclass

import httpx

from backend.running.ports import free_port
from backend.settings import Settings
from backend.supervisor import answers

USUAL_OLLAMA = "http://127.0.0.1:11434"
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StandIn:
    """Where a provider without a key answers; neither is set when there are keys."""

    simulator_port: int | None = None
    ollama_url: str | None = None

    @property
    def simulator_url(self) -> str | None:
        return None if self.simulator_port is None else f"http://127.0.0.1:{self.simulator_port}"


async def find_stand_in(settings: Settings) -> StandIn:
    """Nothing if a key or a simulator is set; Ollama if it answers; else a port for a simulator of our own."""
    if settings.provider_keys() or settings.simulator_url is not None:
        return StandIn()
    ollama = str(settings.ollama_host or USUAL_OLLAMA).rstrip("/")
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        if await answers(client, f"{ollama}/api/version"):
            return StandIn(ollama_url=ollama)
    return StandIn(simulator_port=free_port())
