"""Ends the session."""

from frontend.components.browser import part
from shared.paths import LOGOUT


def draw() -> None:
    """Asks the API to end the browser's session, then loads the sign-in page."""
    part("sign_out")(key="sign_out", data={"path": LOGOUT})
