"""Models: what is in the catalogue, at what price, and which of it may be used."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from frontend import address, state
from frontend import format as words
from frontend.client import admin
from frontend.client.http import ApiError
from frontend.components import import_dialog, model_dialogs, pager, panels
from frontend.components.model_row import FIELDS, model_html
from frontend.components.page_head import page_head
from frontend.components.rows import head_html
from frontend.components.text import literal
from shared.catalogue import AdminModel, AdminProvider
from shared.wire import Page

_NAME = "models"
_STATES: dict[str, admin.ModelState] = {"Active": "active", "Off": "off", "Price missing": "missing"}
_PER_PAGE = 50


def _filters(providers: Sequence[AdminProvider]) -> tuple[str | None, str | None, admin.ModelState | None]:
    names = {each.display_name: each.name for each in providers}
    with st.container(key="filters", horizontal=True, vertical_alignment="center", gap="small"):
        q = st.text_input(
            "Find a model",
            type="search",
            placeholder="Find a model",
            icon=":material/search:",
            key="q",
            width=230,
            label_visibility="collapsed",
            on_change=pager.restart,
            args=(_NAME,),
            bind="query-params",
        )
        provider = st.selectbox(
            "Provider",
            list(names),
            index=None,
            placeholder="All providers",
            key="provider",
            width=170,
            label_visibility="collapsed",
            on_change=pager.restart,
            args=(_NAME,),
            bind="query-params",
        )
        chosen = st.pills(
            "State",
            list(_STATES),
            key="state",
            label_visibility="collapsed",
            on_change=pager.restart,
            args=(_NAME,),
            bind="query-params",
        )
    return q or None, names.get(provider or ""), _STATES.get(chosen or "")


def _subtitle(page: Page[AdminModel], narrowed: bool) -> str:
    prices = "Prices in dollars per million tokens."
    if page.next is not None or address.cursor() is not None:
        return prices
    found = words.plural(len(page.items), "model")
    if narrowed:
        return f"{found} found. {prices}"
    providers = words.plural(len({model.provider for model in page.items}), "provider")
    return f"{found} at {providers}, {sum(model.active for model in page.items)} active. {prices}"


def _row(model: AdminModel, now: datetime) -> None:
    with st.container(key=f"row_{model.id}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.toggle(
            f"{model.display_name} active",
            model.active,
            key=f"toggle_{model.id}_{state.generation(str(model.id))}",
            disabled=bool(model.price_missing) and not model.active,
            label_visibility="collapsed",
            on_change=state.intend,
            args=("model", str(model.id)),
        )
        st.html(model_html(model, now))
        options = ["Set prices", "Change"]
        chosen = st.menu_button(
            literal(f"Options for {model.display_name}"),
            options,
            key=f"menu_{model.id}",
            type="tertiary",
            icon=":material/more_horiz:",
        )
    if chosen == "Set prices":
        model_dialogs.prices(model)
    elif chosen == "Change":
        model_dialogs.change(model)


def _list(models: Sequence[AdminModel], narrowed: bool) -> None:
    if not models and narrowed:
        panels.empty("No model matches", "Change the filters to see others.")
        return
    if not models:
        panels.empty("No models yet", "Models appear here once they are in the catalogue.")
        return
    now = datetime.now(UTC)
    with st.container(key="rows", gap=None):
        st.html(head_html(FIELDS))
        for model in models:
            _row(model, now)
    wanted = state.intended("model")
    flipped = next((model for model in models if str(model.id) == wanted), None)
    if flipped is not None:
        model_dialogs.activation(flipped)


def _draw() -> None:
    if state.arrived():
        state.forget_imports()
    head = st.container(key="head_place")
    try:
        providers = admin.providers()
        q, provider, chosen = _filters(providers)
        with panels.loading(40, 320):
            page = admin.models(q=q, provider=provider, state=chosen, limit=_PER_PAGE, cursor=address.cursor())
    except ApiError as error:
        with head, page_head("Models", "Prices in dollars per million tokens"):
            pass
        panels.failed("Models could not be loaded", error, "Chats go on with the models that are on.")
        return
    narrowed = bool(q or provider or chosen)
    with head, page_head("Models", _subtitle(page, narrowed)):
        imported = st.button("Import models", key="import_models", icon=":material/sync:", disabled=not providers)
        added = st.button("Add model", key="add_model", type="primary", icon=":material/add:", disabled=not providers)
    _list(page.items, narrowed)
    pager.pager(_NAME, page.next, "Previous", "Next")
    if added:
        model_dialogs.add(providers)
    elif imported:
        import_dialog.import_models(providers)


_draw()
