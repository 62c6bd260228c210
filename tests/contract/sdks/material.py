"""What the SDKs are given to say, and what happens to it."""

import httpx

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel, in base64."""

WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
"""A function."""


def spoil(simulator: httpx.Client, fault: str) -> None:
    """Every call to the simulator gets a fault."""
    simulator.post("/control", json={"fault": fault}).raise_for_status()


def calls(simulator: httpx.Client) -> int:
    """How often the simulator was asked."""
    return int(simulator.get("/control").json()["traffic"]["received"])
