"""The adapters that are held to the simulator: every dialect, and the vendors of OpenAI's."""

from typing import NamedTuple

from backend.providers.calls import Limits, Target
from backend.providers.vendors import VENDORS

KEY = "sk-contract-0123456789"
PATIENT = Limits(connect=10, first_byte=20, first_token=20, inter_token=20, total=60)

PATHS = {"openai": "/v1", "anthropic": "/v1", "gemini": "/v1beta", "cohere": ""}
"""Where each dialect begins at the simulator. One line here holds a dialect to both suites in this folder."""


class Way(NamedTuple):
    """A provider of that name, spoken to in a dialect."""

    provider: str
    dialect: str

    def target(self, simulator_url: str) -> Target:
        """The simulator, taken for that provider."""
        return Target(
            provider=self.provider,
            dialect=self.dialect,
            base_url=simulator_url + PATHS[self.dialect],
            api_key=KEY,
            allow_private_network=True,
            limits=PATIENT,
        )

    def __str__(self) -> str:
        return f"{self.provider}.{self.dialect}"


DIALECTS = [Way("simulator", dialect) for dialect in PATHS]
VENDORS_OF_OPENAI = [
    Way(name, "openai")
    for name, vendor in VENDORS.items()
    if vendor.dialect == "openai" and name not in ("simulator", "azure", "mistral")
]
"""Not those with paths or names of fields of their own, which the simulator, being OpenAI, does not know."""

ALL = DIALECTS + VENDORS_OF_OPENAI
