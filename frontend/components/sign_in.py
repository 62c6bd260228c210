"""The way in: sign-in and sign-up. The password goes from the browser to the API and never through a page."""

import streamlit as st

from frontend.client import accounts
from frontend.client.http import ApiError
from frontend.components import identity, panels
from frontend.components.browser import part
from shared.paths import LOGIN, SIGNUP


def draw() -> None:
    """The form in place of whatever page was asked for; after signing in that page is loaded."""
    with st.container(key="door", gap="medium"):
        identity.draw()
        try:
            options = accounts.signin_options()
        except ApiError as error:
            panels.failed("Signing in is not possible right now", error)
            return
        part("sign_in")(
            key="sign_in",
            data={
                "login": LOGIN,
                "signup": SIGNUP if options.signup == "open" else None,
                "ways": options.single_sign_on,
            },
        )
