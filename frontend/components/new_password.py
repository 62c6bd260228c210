"""The two fields of a new password."""

from typing import NamedTuple

import streamlit as st

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 1024


class Chosen(NamedTuple):
    """What stands in the fields; `problem` says why it cannot be taken."""

    password: str
    problem: str | None


def new_password() -> Chosen:
    """Draws the fields, inside a form."""
    first = _field("New password", f"At least {LEAST_CHARACTERS} characters")
    second = _field("New password again", "")
    return Chosen(first, problem(first, second))


def problem(first: str, second: str) -> str | None:
    """Why a new password cannot be taken, or None."""
    if len(first) < LEAST_CHARACTERS:
        return f"A password needs at least {LEAST_CHARACTERS} characters."
    return None if first == second else "The two passwords differ."


def _field(label: str, hint: str) -> str:
    value = st.text_input(
        label, type="password", max_chars=MOST_CHARACTERS, autocomplete="new-password", placeholder=hint
    )
    return value or ""
