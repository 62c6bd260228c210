"""What needs attention, and where it is put right."""

import pytest

from frontend.components.attention import place, split
from frontend.navigation import CALLS, MODELS, PROVIDERS, REQUESTS, Entry
from shared.accounts import UserRole


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3 plan requests wait.", ("3 plan requests wait", "")),
        ("Groq is out. Calls go elsewhere.", ("Groq is out", "Calls go elsewhere.")),
        ("", ("", "")),
    ],
)
def test_the_first_sentence_is_the_headline(text: str, parts: tuple[str, str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize(
    ("text", "role", "entry"),
    [
        ("3 plan requests wait.", UserRole.ADMIN, REQUESTS),
        ("3 plan requests wait.", UserRole.SUPPORT, None),
        ("Two models use old prices.", UserRole.ADMIN, MODELS),
        ("Active models cannot be called: Groq has no key.", UserRole.ADMIN, PROVIDERS),
        ("The circuit of Groq is open. Nothing is sent to https://x: refused.", UserRole.ADMIN, PROVIDERS),
        ("The circuit of Groq is open. Nothing is sent to https://x: refused.", UserRole.SUPPORT, CALLS),
        ("Groq failed 41% of 120 calls.", UserRole.SUPPORT, CALLS),
        ("Something else.", UserRole.ADMIN, None),
    ],
)
def test_links_lead_only_where_the_role_may_go(text: str, role: UserRole, entry: Entry | None) -> None:
    assert place(text, role) == entry
