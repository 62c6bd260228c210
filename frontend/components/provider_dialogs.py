"""What an admin does to one provider: turn it on or off, change it, give it a key, add another."""

from typing import get_args

import msgspec
import streamlit as st

from frontend import state
from frontend.client import admin
from frontend.components.reason_dialog import Unusable, Write, reason_dialog
from frontend.components.text import literal
from shared.catalogue import AdminProvider, Dialect, EndpointSwitch, NewEndpoint, ProviderWrite


def switch(provider: AdminProvider) -> None:
    """Asks before a provider is turned on or off; the toggle goes back when nothing was done."""
    on = provider.status == "disabled"

    def write(reason: str) -> str:
        admin.change_provider(provider.id, ProviderWrite(reason=reason, status="active" if on else "disabled"))
        state.renew(str(provider.id))
        return f"{provider.display_name} is {'on' if on else 'off'}"

    lead = (
        "New calls may go to its models at once."
        if on
        else "Running answers finish; new calls go to other providers. Its models and prices are kept."
    )
    reason_dialog(
        f"Turn {'on' if on else 'off'} {provider.display_name}",
        lead,
        "Turn on" if on else "Turn off",
        lambda: write,
        undo=lambda: state.renew(str(provider.id)),
    )


def key(provider: AdminProvider) -> None:
    """Asks for a key. It is sent once and never shown again."""

    def fields() -> Write:
        pasted = st.text_input("API key", type="password", key="provider_key", autocomplete="off").strip()

        def write(reason: str) -> str:
            if not pasted:
                raise Unusable("Paste a key.")
            admin.change_provider(provider.id, ProviderWrite(reason=reason, api_key=pasted))
            return f"Key of {provider.display_name} stored"

        return write

    lead = "It is stored encrypted and takes effect on the next call. It cannot be shown again."
    reason_dialog(f"Set the key of {provider.display_name}", lead, "Set key", fields)


def remove_key(provider: AdminProvider) -> None:
    """Asks before the stored key is removed."""

    def write(reason: str) -> str:
        admin.change_provider(provider.id, ProviderWrite(reason=reason, api_key=None))
        return f"Key of {provider.display_name} removed"

    lead = "Its models cannot be used without a key, unless one is set in the environment."
    reason_dialog(f"Remove the key of {provider.display_name}", lead, "Remove key", lambda: write)


def change(provider: AdminProvider) -> None:
    """Asks what to change of a provider."""

    def fields() -> Write:
        values = _fields(provider)

        def write(reason: str) -> str:
            admin.change_provider(provider.id, msgspec.structs.replace(values, reason=reason))
            return f"{provider.display_name} changed"

        return write

    reason_dialog(f"Change {provider.display_name}", "It takes effect on the next call.", "Save", fields)


def addresses(provider: AdminProvider) -> None:
    """Asks for a further address, or whether one of several is used."""

    def fields() -> Write:
        url = st.text_input("Another address", key="endpoint_url", placeholder="https://").strip()
        wanted = {
            endpoint.id: st.checkbox(f"Use {literal(endpoint.base_url)}", endpoint.enabled, key=f"use_{endpoint.id}")
            for endpoint in provider.endpoints
        }
        flipped = [endpoint for endpoint in provider.endpoints if wanted[endpoint.id] != endpoint.enabled]

        def write(reason: str) -> str:
            if not (url or flipped):
                raise Unusable("Give an address, or choose which are used.")
            if url:
                admin.add_endpoint(provider.id, NewEndpoint(base_url=url, reason=reason))
            for endpoint in sorted(flipped, key=lambda each: each.enabled):
                switch = EndpointSwitch(enabled=not endpoint.enabled, reason=reason)
                admin.switch_endpoint(provider.id, endpoint.id, switch)
            return f"Addresses of {provider.display_name} changed"

        return write

    lead = "All serve the same models with the same key. Calls go to the next one when one fails."
    reason_dialog(f"Addresses of {provider.display_name}", lead, "Save", fields)


def add() -> None:
    """Asks for a new provider."""

    def fields() -> Write:
        name = st.text_input("Name in this catalogue", key="new_provider_name", placeholder="openrouter").strip()
        values = _fields(None)
        pasted = st.text_input("API key", type="password", key="new_provider_key", autocomplete="off").strip()

        def write(reason: str) -> str:
            if not name or not values.api_base_url:
                raise Unusable("A name and an address are needed.")
            made = msgspec.structs.replace(values, reason=reason, name=name, api_key=pasted or msgspec.UNSET)
            return f"{admin.add_provider(made).display_name} added"

        return write

    lead = "Its models can be added once it is there. The key is stored encrypted and never shown."
    reason_dialog("Add a provider", lead, "Add provider", fields)


def _fields(provider: AdminProvider | None) -> ProviderWrite:
    shown = st.text_input("Name for people", provider.display_name if provider else "", key="provider_display").strip()
    url = st.text_input(
        "Address of its API", provider.api_base_url if provider else "", key="provider_url", placeholder="https://"
    ).strip()
    dialects = get_args(Dialect)
    dialect = st.segmented_control(
        "Dialect",
        dialects,
        default=provider.dialect if provider else dialects[0],
        required=True,
        key="provider_dialect",
    )
    private = st.checkbox(
        "May be in a private network", provider.allow_private_network if provider else False, key="provider_private"
    )
    return ProviderWrite(
        reason="",
        display_name=shown or msgspec.UNSET,
        api_base_url=url,
        dialect=dialect,
        allow_private_network=private,
    )
