"""A new password, with the one-time link that an admin issued."""

import streamlit as st

from frontend import state
from frontend.client import accounts
from frontend.client.http import ApiError
from frontend.components import identity
from frontend.components.new_password import new_password
from frontend.components.text import literal
from frontend.navigation import CHAT


def _page() -> None:
    with st.container(key="door", gap="medium"):
        identity.draw()
        st.title("New password", anchor=False)
        token = state.reset_token()
        if token is None:
            st.html('<p class="fl-lead">This address lacks its code. Open the whole link that your admin sent.</p>')
            return
        with st.form("reset", border=False):
            chosen = new_password()
            sent = st.form_submit_button("Set password", type="primary", width="stretch")
        if not sent:
            return
        if chosen.problem is not None:
            st.error(chosen.problem)
            return
        try:
            accounts.reset_password(token, chosen.password)
        except ApiError as error:
            st.error(literal(error.body.message))
        else:
            st.success("The password is set. Every session that was open has ended.")
            st.page_link(CHAT.source, label="Sign in", icon=":material/arrow_forward:")


_page()
