"""Providers: who is called, at which address, with which key, and whether at all."""

from collections.abc import Sequence

import streamlit as st

from frontend import format as words
from frontend import state
from frontend.client import admin
from frontend.client.http import ApiError
from frontend.components import import_dialog, panels, provider_dialogs
from frontend.components.page_head import page_head
from frontend.components.provider_row import FIELDS, provider_html
from frontend.components.rows import head_html
from frontend.components.text import literal
from shared.catalogue import AdminProvider

_SET, _REMOVE, _CHANGE, _ADDRESSES, _REFRESH = "Set key", "Remove key", "Change", "Addresses", "Refresh models"


def _row(provider: AdminProvider) -> None:
    with st.container(key=f"row_{provider.id}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.toggle(
            f"{provider.display_name} on",
            provider.status == "active",
            key=f"toggle_{provider.id}_{state.generation(str(provider.id))}",
            label_visibility="collapsed",
            on_change=state.intend,
            args=("provider", str(provider.id)),
        )
        st.html(provider_html(provider))
        stored = provider.key_source == "stored"
        chosen = st.menu_button(
            literal(f"Options for {provider.display_name}"),
            [_SET, *([_REMOVE] if stored else []), _CHANGE, _ADDRESSES, _REFRESH],
            key=f"menu_{provider.id}",
            type="tertiary",
            icon=":material/more_horiz:",
        )
    if chosen == _SET:
        provider_dialogs.key(provider)
    elif chosen == _REMOVE:
        provider_dialogs.remove_key(provider)
    elif chosen == _CHANGE:
        provider_dialogs.change(provider)
    elif chosen == _ADDRESSES:
        provider_dialogs.addresses(provider)
    elif chosen == _REFRESH:
        import_dialog.import_models([provider], provider)


def _list(providers: Sequence[AdminProvider]) -> None:
    with st.container(key="rows", gap=None):
        st.html(head_html(FIELDS))
        for provider in providers:
            _row(provider)
    wanted = state.intended("provider")
    flipped = next((provider for provider in providers if str(provider.id) == wanted), None)
    if flipped is not None:
        provider_dialogs.switch(flipped)


def _draw() -> None:
    if state.arrived():
        state.forget_imports()
    head = st.container(key="head_place")
    try:
        with panels.loading(320):
            providers = admin.providers()
    except ApiError as error:
        with head, page_head("Providers", "Who answers"):
            pass
        panels.failed("Providers could not be loaded", error, "Chats go on with the providers that are on.")
        return
    usable = sum(provider.usable for provider in providers)
    subtitle = f"{words.plural(len(providers), 'provider')}, {usable} usable. Keys are never shown."
    with head, page_head("Providers", subtitle):
        added = st.button("Add provider", key="add_provider", type="primary", icon=":material/add:")
    if providers:
        _list(providers)
    else:
        panels.empty("No providers yet", "Add one to have models answer.")
    if added:
        provider_dialogs.add()


_draw()
