"""The way in: sign-in and sign-up. The password goes from the browser to the API and never through a page."""

import streamlit as st

from frontend.client import accounts
from frontend.client.http import ApiError
from frontend.components import identity, panels
from frontend.components.browser import part
from shared.paths import LOGIN, SIGNUP

_PROMPTS = "Prompts stay on this server, except for the call to the model that answers."
_WORDS = {
    "enter": {
        "title": "Sign in",
        "lead": "One place for every assistant your team may use, with the cost in view.",
        "verb": "Sign in",
        "other": "Create an account",
        "note": f"Forgot the password? Ask your admin for a reset link. {_PROMPTS}",
    },
    "join": {
        "title": "Create an account",
        "lead": "It starts with the plan this server gives to everybody.",
        "verb": "Create account",
        "other": "Sign in instead",
        "note": f"A password needs at least 10 characters. {_PROMPTS}",
    },
    "unreachable": "The server does not answer. Try again in a moment.",
    "unreadable": "The server sent an answer that cannot be read. Try again in a moment.",
}


def draw() -> None:
    """The form in place of whatever page was asked for; after signing in that page is loaded."""
    with st.container(key="door", gap="medium"):
        identity.draw()
        try:
            options = accounts.signin_options()
        except ApiError as error:
            panels.failed("Signing in is not possible right now", error)
            return
        signup = SIGNUP if options.signup == "open" else None
        part("sign_in")(key="sign_in", data={"login": LOGIN, "signup": signup, "words": _WORDS})
