"""Account: who is signed in, the password, and the sessions."""

import streamlit as st

from frontend import format as words
from frontend import state
from frontend.client import accounts
from frontend.client.http import ApiError
from frontend.components import panels
from frontend.components.new_password import new_password
from frontend.components.page_head import page_head
from frontend.components.text import literal
from shared.accounts import SessionView


def _password() -> None:
    st.subheader("Password", anchor=False)
    if not _by_password():
        st.caption("This server takes no passwords: you sign in with single sign-on.")
        return
    with st.form("password", border=False, clear_on_submit=True):
        current = st.text_input("Current password", type="password", autocomplete="current-password")
        chosen = new_password()
        sent = st.form_submit_button("Change password")
    if not sent:
        return
    if chosen.problem is not None:
        st.error(chosen.problem)
        return
    try:
        accounts.change_password(current or "", chosen.password)
    except ApiError as error:
        st.error(literal(error.body.message))
    else:
        st.success("The password is changed. Every other session has ended.")


def _by_password() -> bool:
    try:
        return accounts.signin_options().password == "on"
    except ApiError:
        return True


def _sessions() -> None:
    st.subheader("Sessions", anchor=False)
    try:
        with panels.loading(60, 60):
            sessions = accounts.sessions()
    except ApiError as error:
        panels.failed("Sessions could not be loaded", error, key="sessions")
        return
    for session in sessions:
        _session(session)
    if len(sessions) > 1 and st.button("Sign out everywhere else", key="end_others"):
        _end(None)


def _session(session: SessionView) -> None:
    zone = state.zone()
    place = "This browser" if session.current else "Browser" if session.kind == "cookie" else "Script"
    with st.container(key=f"session_{session.id}", horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{place}** · {literal(session.user_agent or 'unknown program')}")
            st.caption(
                f"From {literal(session.address)}, since {words.moment(session.created_at, zone)}, "
                f"last used {words.moment(session.last_used_at, zone)}"
            )
        if not session.current and st.button("Sign out", key=f"end_{session.id}"):
            _end(session)


def _end(session: SessionView | None) -> None:
    try:
        accounts.end_session(session.id if session else None)
    except ApiError as error:
        st.error(literal(error.body.message))
        return
    state.say("Session ended" if session else "Every other session has ended")
    st.rerun()


_me = state.person()
with page_head("Account", f"{_me.name}, {_me.email}, {_me.organisation.name}"):
    pass
_left, _right = st.columns([2, 3], gap="large")
with _left:
    _password()
with _right:
    _sessions()
