"""The script behind every page: who is asking, the frame, then the page."""

from pathlib import Path

import streamlit as st

from frontend import state
from frontend.client import accounts
from frontend.client.http import ApiError, NotSignedIn
from frontend.components import frame, identity, panels, sign_in
from frontend.navigation import CHAT, ENTRIES, Desk, Entry

_FAVICON = Path(__file__).parent / "static" / "favicon.png"


def _draw(entry: Entry, page: "st.Page") -> None:
    if entry.desk is Desk.DOOR:
        page.run()
        return
    try:
        me = accounts.me()
        frame.draw(entry, me)
        if entry.open_to(me.role):
            page.run()
        else:
            panels.locked("This page belongs to the admin desk", "Ask an admin of this server for access.")
        state.signed_in()
    except NotSignedIn:
        if state.signed_out():
            st.rerun()
        sign_in.draw()
    except ApiError as error:
        panels.failed("Fairlead could not be loaded", error, "Nothing you wrote is lost.")


st.set_page_config(page_title="Fairlead", page_icon=_FAVICON, layout="wide")
identity.style()
_pages = [
    st.Page(entry.source, title=entry.title, url_path=entry.path or None, default=entry is CHAT) for entry in ENTRIES
]
_page = st.navigation(_pages, position="hidden")
_draw(next(entry for entry in ENTRIES if entry.path == _page.url_path), _page)
