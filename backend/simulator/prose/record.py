"""Answers for programs."""

from random import Random

import msgspec

from backend.simulator.prose import topic
from backend.simulator.prose.sentences import POINTS


def write(prompt: str, random: Random) -> str:
    """One JSON object about the prompt's topic."""
    subject = topic.find(prompt)
    points = [point.replace("*", "") for point in random.sample(POINTS, 3)]
    record = {"simulated": True, "topic": subject, "points": points, "confidence": round(random.random(), 2)}
    return msgspec.json.encode(record).decode()
