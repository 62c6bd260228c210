"""The way in: sign-in, sign-up, single sign-on. A password goes from the browser to the API, never through a page."""

import streamlit as st

from frontend.client import accounts
from frontend.client.http import ApiError
from frontend.components import identity, panels
from frontend.components.browser import part
from shared.paths import LOGIN, SIGNUP
from shared.sign_on import TROUBLE, SignInTrouble

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
    "only_elsewhere": f"This server takes no passwords. {_PROMPTS}",
    "continue": "Continue with",
    "unreachable": "The server does not answer. Try again in a moment.",
    "unreadable": "The server sent an answer that cannot be read. Try again in a moment.",
}

_TROUBLES: dict[str, str] = {
    SignInTrouble.CANCELLED: "Signing in was cancelled. Nothing has changed.",
    SignInTrouble.EXPIRED: "This sign-in took too long or was used before. Begin again.",
    SignInTrouble.PROVIDER_AWAY: "The sign-in service does not answer. Try again in a moment.",
    SignInTrouble.PROVIDER_FAULT: "The answer of the sign-in service cannot be used. Tell your admin if it stays so.",
    SignInTrouble.EMAIL_MISSING: "The sign-in service tells no email address of yours. Ask your admin.",
    SignInTrouble.EMAIL_UNVERIFIED: "Your email address is not verified at the sign-in service. Verify it there first.",
    SignInTrouble.EMAIL_FOREIGN: "People with your email address may not sign in here. Ask your admin.",
    SignInTrouble.SIGNUP_CLOSED: "You have no account here yet. Ask your admin for one.",
    SignInTrouble.SUSPENDED: "This account is suspended. Ask an administrator.",
    SignInTrouble.BUSY: "Too many people are signing in right now. Try again in a moment.",
}


def trouble(code: str | None) -> str | None:
    """What a sign-in elsewhere came back with, in words; None for a code of nobody's."""
    return None if code is None else _TROUBLES.get(code)


def draw() -> None:
    """The form in place of whatever page was asked for; after signing in that page is loaded."""
    with st.container(key="door", gap="medium"):
        identity.draw()
        try:
            options = accounts.signin_options()
        except ApiError as error:
            panels.failed("Signing in is not possible right now", error)
            return
        data = {
            "login": LOGIN if options.password == "on" else None,
            "signup": SIGNUP if options.signup == "open" else None,
            "elsewhere": [{"label": each.label, "start": each.start} for each in options.single_sign_on],
            "trouble": {"parameter": TROUBLE, "text": trouble(st.query_params.get(TROUBLE))},
            "words": _WORDS,
        }
        part("sign_in")(key="sign_in", data=data)
