"""The simulator as a test directs it: what it says to which prompt, how fast, and how it fails."""

from typing import Any

import httpx


class Provider:
    """The control of the simulator that the product calls."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def when(
        self,
        prompt: str,
        *,
        says: list[str] | None = None,
        spacing_ms: float | None = None,
        fault: str | None = None,
        model: str | None = None,
        times: int | None = None,
    ) -> None:
        """For prompts that contain `prompt`: the pieces of the answer, ms between them, a fault; `times` often."""
        rule: dict[str, Any] = {"match": {"prompt": prompt} | ({} if model is None else {"model": model})}
        if says is not None:
            rule["script"] = {"texts": says}
        if spacing_ms is not None:
            rule["pace"] = {"first_ms": 20, "spacing_ms": spacing_ms, "jitter": 0}
        if fault is not None:
            rule["fault"] = fault
        if times is not None:
            rule["times"] = times
        self._http.post("/control", json=rule).raise_for_status()

    def forget(self) -> None:
        """Takes all orders back."""
        self._http.delete("/control").raise_for_status()

    def asked(self, prompt: str) -> list[dict[str, Any]]:
        """What it kept of the calls whose body contains `prompt`, newest first."""
        records = self._http.get("/control/requests", params={"last": 500}).raise_for_status().json()["items"]
        return [record for record in records if prompt in str(record["body"])]

    def close(self) -> None:
        """Lets go of the connection."""
        self._http.close()


def counted(words: int) -> list[str]:
    """An answer in which every piece is different, so that nothing can be lost or doubled unseen."""
    return [f"word{number} " for number in range(words - 1)] + ["end."]
