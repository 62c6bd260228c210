"""What narrows the list of model calls, in one wrapping row, and in the address."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import streamlit as st

from frontend import periods
from frontend.client.admin import CallFilter
from frontend.components import pager
from shared.admin import ProviderHealth
from shared.catalogue import ModelView

FAILED, FELL_BACK, SLOW = "Failed", "Fell back", "Slow"
_DAY = "Last 24 hours"


def wanted(
    text: str, model: str | None, provider: str | None, time: str | None, marks: Iterable[str], now: datetime
) -> CallFilter:
    """What the fields say; an id in the search field means one request, anything else a user."""
    text, found = text.strip(), set(marks)
    request = _request_id(text)
    return CallFilter(
        user=text if text and request is None else None,
        request_id=request,
        model=model,
        provider=provider,
        since=None if request else periods.since(time, now),
        until=now,
        status="failed" if FAILED in found else None,
        fell_back=FELL_BACK in found,
        slow=SLOW in found,
    )


def call_filters(name: str, models: list[ModelView], providers: list[ProviderHealth], now: datetime) -> CallFilter:
    """Draws the fields; a change goes back to the first page of the list `name`."""
    shown_models = {model.display_name: model.name for model in models}
    shown_providers = {provider.display_name: provider.name for provider in providers}
    with st.container(key="filters", horizontal=True, vertical_alignment="center", gap="small"):
        text = st.text_input(
            "User or request id", type="search", placeholder="User or request id", icon=":material/search:", key="q",
            width=230, label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(name,),
        )  # fmt: skip
        model = st.selectbox(
            "Model", list(shown_models), index=None, placeholder="All models", key="model", width=160,
            label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(name,),
        )  # fmt: skip
        provider = st.selectbox(
            "Provider", list(shown_providers), index=None, placeholder="All providers", key="provider", width=160,
            label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(name,),
        )  # fmt: skip
        time = st.selectbox(
            "Time", [*periods.RECENT, periods.ANY_TIME], index=list(periods.RECENT).index(_DAY), key="time", width=160,
            label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(name,),
        )  # fmt: skip
        marks = st.pills(
            "Only", (FAILED, FELL_BACK, SLOW), selection_mode="multi", key="only",
            label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(name,),
        )  # fmt: skip
    return wanted(text or "", shown_models.get(model or ""), shown_providers.get(provider or ""), time, marks, now)


def _request_id(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
