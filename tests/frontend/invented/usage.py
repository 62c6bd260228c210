"""What one person of the invented organisation used."""

from datetime import datetime, timedelta

from shared.usage import DayAndAssistant, UsageRow
from tests.frontend.invented import credits


def model_rows() -> list[UsageRow]:
    """Usage by model."""
    rows = [
        ("sonnet", "Sonnet", "311.42", 412, 1_843_200, 402_110),
        ("gpt-5-mini", "GPT-5 mini", "118.07", 366, 902_110, 311_870),
        ("gemini-flash", "Gemini Flash", "71.90", 241, 640_300, 160_040),
        ("haiku", "Haiku", "44.63", 148, 288_410, 92_300),
        ("llama-3.3-70b", "Llama 3.3 70B", "31.18", 84, 190_220, 40_110),
        ("command-a", "Command A", "10.40", 33, 61_030, 15_880),
    ]
    return [
        UsageRow(
            key=key, label=label, credits=credits(amount), calls=calls, prompt_tokens=read, completion_tokens=written
        )
        for key, label, amount, calls, read, written in rows
    ]


def by_day(first: datetime, until: datetime) -> list[DayAndAssistant]:
    """Credits of every day at six assistant families."""
    families = ["code", "general", "writing", "research", "data", "translation"]
    shares = [12, 8, 6, 5, 3, 1]
    days = max((until - first) // timedelta(days=1) + 1, 0)
    return [
        DayAndAssistant(
            day=(first + timedelta(days=number)).date().isoformat(),
            assistant=family,
            credits=credits(share * [0.3, 0.9, 1.2, 1.0, 1.4, 1.1, 0.2][number % 7]),
        )
        for number in range(days)
        for family, share in zip(families, shares, strict=True)
    ]
