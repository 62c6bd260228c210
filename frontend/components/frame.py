"""The frame round every page: logo, sidebar of the desk, foot with meter and menu, banner."""

import streamlit as st

from frontend import state
from frontend.components import conversation_list, identity, meter, sign_out
from frontend.components.conversation_list import Dialog
from frontend.components.text import literal
from frontend.navigation import ACCOUNT, CHAT, OVERVIEW, Desk, Entry, desk_pages
from shared.accounts import Me

_ACCOUNT, _ADMIN, _SIGN_OUT = "Account", "Admin desk", "Sign out"


def draw(entry: Entry, me: Me) -> None:
    """Everything round the page `entry`, and the toasts that wait to be shown."""
    state.enter(entry.path)
    state.meet(me)
    st.logo(identity.logo(state.theme()), size="large")
    with st.sidebar:
        dialog = None
        if entry.desk is Desk.ADMIN:
            _admin_desk(entry, me)
        else:
            dialog = _chat_desk(entry, me)
    if dialog is not None:
        dialog()
    for text in state.said():
        st.toast(literal(text))


def _chat_desk(entry: Entry, me: Me) -> Dialog | None:
    _links(Desk.CHAT, entry, me)
    dialog = conversation_list.draw() if entry is CHAT else None
    with st.container(key="side_foot", gap="small"):
        meter.draw(me)
        _menu(me)
    return dialog


def _admin_desk(entry: Entry, me: Me) -> None:
    st.html('<p class="fl-group">Admin desk</p>')
    _links(Desk.ADMIN, entry, me)
    st.html('<p class="fl-group">Product</p>')
    with st.container(key="links_back", gap=None):
        st.page_link(CHAT.source, label="Back to chat", icon=":material/arrow_back:", width="stretch")
    with st.container(key="side_foot", gap="small"):
        _menu(me)


def _links(desk: Desk, current: Entry, me: Me) -> None:
    with st.container(key=f"links_{desk.value}", gap=None):
        for entry in desk_pages(desk, me.role):
            with st.container(key=f"link_{'current_' if entry is current else ''}{entry.path}"):
                st.page_link(entry.source, label=entry.title, icon=f":material/{entry.icon}:", width="stretch")


def _menu(me: Me) -> None:
    options = [_ACCOUNT, *([_ADMIN] if OVERVIEW.open_to(me.role) else []), _SIGN_OUT]
    chosen = st.menu_button(
        literal(me.name), options, key="me", type="tertiary", icon=":material/account_circle:", width="stretch"
    )
    if chosen == _ACCOUNT:
        st.switch_page(ACCOUNT.source)
    elif chosen == _ADMIN:
        st.switch_page(OVERVIEW.source)
    elif chosen == _SIGN_OUT:
        sign_out.draw()
