"""Tables whose totals are right."""

import re
from random import Random

from backend.simulator.prose import topic
from backend.simulator.prose.length import Length
from backend.simulator.prose.sentences import NOTICE

_ROWS = re.compile(r"\b(\d{1,3})\s+(rows?|lines?|entries|items)\b", re.IGNORECASE)
_NAMES = ("North", "South", "East", "West", "Centre", "Coast", "Islands", "Highlands", "Valley", "Harbour")
_FEWEST, _MOST = 3, 40


def write(prompt: str, length: Length, random: Random) -> str:
    """A table, what can be read from it, and the same data as CSV when the prompt mentions CSV."""
    asked = _ROWS.search(prompt[:4_000])
    count = max(_FEWEST, min(_MOST, int(asked[1]))) if asked else 5 if length.words < 250 else 8
    rows = [(_name(index), random.randint(40, 990), random.randint(5, 95)) for index in range(count)]
    table = "\n".join(f"| {name} | {amount:,} | {share} % |" for name, amount, share in rows)
    best = max(rows, key=lambda row: row[1])
    total = sum(amount for _, amount, _ in rows)
    text = (
        f"## {topic.title(topic.find(prompt))}\n\n{NOTICE} The figures are invented; the sums are right.\n\n"
        f"| Region | Amount | Share done |\n| :--- | ---: | ---: |\n{table}\n| **Total** | **{total:,}** | |\n\n"
        f"- **{best[0]}** is the largest with {best[1]:,}, which is {best[1] / total:.0%} of the total.\n"
        f"- The mean is {total / count:,.1f} per region.\n"
        f"- Amount and share done are independent of each other here.\n"
    )
    if "csv" in prompt[:4_000].lower():
        lines = "\n".join(f"{name},{amount},{share}" for name, amount, share in rows)
        text += f"\n```csv\nregion,amount,share_done\n{lines}\n```\n"
    return text.rstrip()


def _name(index: int) -> str:
    lap, place = divmod(index, len(_NAMES))
    return _NAMES[place] if not lap else f"{_NAMES[place]} {lap + 1}"
