"""What an admin does to one model: turn it on or off, set its prices, change it, add another."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec
import streamlit as st

from frontend import format as words
from frontend import state
from frontend.client import admin
from frontend.components.reason_dialog import Unusable, Write, reason_dialog
from shared.catalogue import AdminModel, AdminProvider, CallLimits, Capability, LatencyTier, ModelWrite, Prices

_PRICES = {
    "input": "Input",
    "output": "Output",
    "cached_input": "Cached input",
    "cache_write": "Cache write",
    "reasoning": "Reasoning",
    "audio": "Audio",
    "image": "Each image",
    "request": "Each call",
}
_LIMITS = {
    "connect": ("Connect, s", "5"),
    "first_byte": ("First byte, s", "10"),
    "first_token": ("First token, s", "10"),
    "inter_token": ("Between tokens, s", "15"),
}
"""How long to wait for a model: labels, and what is usual."""
_HIGHEST_PRICE = 1_000_000
_TYPES = ("chat", "image", "embedding")


def activation(model: AdminModel) -> None:
    """Asks before a model is turned on or off; the toggle goes back when nothing was done."""
    wanted = not model.active
    calls = words.plural(model.calls_7_days, "call")
    if wanted:
        lead = "New calls may use it at once, in every plan that includes it."
    else:
        lead = f"{calls} used it in the last 7 days. Running answers finish; new calls go to the next allowed model."

    def write(reason: str) -> str:
        admin.activate(model.id, wanted, reason)
        state.renew(str(model.id))
        return f"{model.display_name} is {'on' if wanted else 'off'}"

    reason_dialog(
        f"Turn {'on' if wanted else 'off'} {model.display_name}",
        lead,
        "Turn on" if wanted else "Turn off",
        lambda: write,
        example=f"For example: {'asked for by the data team' if wanted else 'price rise from 1 December'}",
        undo=lambda: state.renew(str(model.id)),
    )


def prices(model: AdminModel) -> None:
    """Asks for the prices of a model."""

    def fields() -> Write:
        given = price_fields(model.prices)

        def write(reason: str) -> str:
            admin.change_model(model.id, ModelWrite(reason=reason, prices=parsed_prices(given)))
            return f"Prices of {model.display_name} set"

        return write

    missing = f" Missing: {', '.join(model.price_missing).replace('_', ' ')}." if model.price_missing else ""
    reason_dialog(
        f"Prices of {model.display_name}",
        f"Dollars per million tokens. Calls already made keep the prices they were made at.{missing}",
        "Set prices",
        fields,
        example="For example: the provider's price page of 3 November",
        wide=True,
    )


def change(model: AdminModel) -> None:
    """Asks what to change of a model."""

    def fields() -> Write:
        values = _model_fields(model)

        def write(reason: str) -> str:
            admin.change_model(model.id, msgspec.structs.replace(values, reason=reason))
            return f"{model.display_name} changed"

        return write

    reason_dialog(f"Change {model.display_name}", "New calls follow it at once.", "Save", fields, wide=True)


def add(providers: Sequence[AdminProvider]) -> None:
    """Asks for a new model."""

    def fields() -> Write:
        provider = st.selectbox("Provider", providers, format_func=lambda each: each.display_name, key="new_provider")
        name = st.text_input("Name in this catalogue", key="new_name", placeholder="claude-sonnet")
        upstream = st.text_input("Name at the provider", key="new_upstream", placeholder="anthropic/claude-sonnet-4.5")
        family = st.text_input("Model family", key="new_family", placeholder="claude")
        kind = st.segmented_control("Type", _TYPES, default="chat", required=True, key="new_type")
        values = _model_fields(None)
        given = price_fields(None)

        def write(reason: str) -> str:
            if not (name.strip() and upstream.strip() and family.strip()):
                raise Unusable("Name, name at the provider and model family are needed.")
            admin.add_model(
                msgspec.structs.replace(
                    values,
                    reason=reason,
                    provider_id=provider.id,
                    name=name.strip(),
                    upstream_name=upstream.strip(),
                    family=family.strip(),
                    model_type=kind,
                    prices=parsed_prices(given),
                )
            )
            return f"{values.display_name} added, not active yet"

        return write

    reason_dialog("Add a model", "It stays off until an admin turns it on.", "Add model", fields, wide=True)


def price_fields(current: Prices | None) -> dict[str, str]:
    """Draws one field for each bucket; gives back what stands in them."""
    given = {}
    with st.container(key="price_fields", horizontal=True, gap="small"):
        for bucket, label in _PRICES.items():
            value = None if current is None else getattr(current, bucket)
            text = "" if value is None else words.price(value)
            given[bucket] = st.text_input(label, text, key=f"price_{bucket}", width=120)
    return given


def parsed_prices(given: dict[str, str]) -> Prices:
    """The prices typed in, exact; an empty field is no price. Raises `Unusable`."""
    return Prices(**{bucket: _parsed(_PRICES[bucket], text) for bucket, text in given.items()})


def _parsed(label: str, text: str) -> Decimal | None:
    text = text.strip().removeprefix("$").replace(",", "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Unusable(f"{label}: {text!r} is not an amount in dollars.") from None
    if not value.is_finite() or not 0 <= value <= _HIGHEST_PRICE:
        raise Unusable(f"{label}: a price is between 0 and {words.count(_HIGHEST_PRICE)}.")
    return value


def limit_fields(current: CallLimits) -> CallLimits:
    """Draws one field for each limit; an empty one leaves it as usual."""
    given = {}
    with st.container(key="limit_fields", horizontal=True, gap="small"):
        for name, (label, usual) in _LIMITS.items():
            value = getattr(current, name)
            given[name] = st.number_input(
                label, 0.1, 600.0, value, step=1.0, key=f"limit_{name}", placeholder=usual, width=150
            )
    return CallLimits(**given)


def _model_fields(model: AdminModel | None) -> ModelWrite:
    shown = st.text_input("Name for people", "" if model is None else model.display_name, key="model_display")
    with st.container(horizontal=True, gap="small"):
        window = st.number_input(
            "Context, tokens", 1, 100_000_000, 128_000 if model is None else model.context_window, key="model_window"
        )
        output = st.number_input(
            "Longest answer, tokens",
            1,
            100_000_000,
            8192 if model is None else model.max_output_tokens,
            key="model_output",
        )
        quality = st.number_input(
            "Quality, 0 to 1", 0.0, 1.0, 0.5 if model is None else model.quality, step=0.05, key="model_quality"
        )
    tier = st.segmented_control(
        "Speed", [each.value for each in LatencyTier], default="medium" if model is None else model.latency_tier.value,
        required=True, key="model_tier",
    )  # fmt: skip
    can = st.multiselect(
        "Capabilities", [each.value for each in Capability],
        [] if model is None else [each.value for each in model.capabilities],
        key="model_can", format_func=lambda value: value.replace("_", " "),
    )  # fmt: skip
    given = limit_fields(model.limits if model is not None else CallLimits())
    return ModelWrite(
        reason="",
        limits=given,
        display_name=shown.strip() or msgspec.UNSET,
        context_window=int(window),
        max_output_tokens=int(output),
        quality=float(quality),
        latency_tier=LatencyTier(tier),
        capabilities=[Capability(each) for each in can],
        supports_images=Capability.VISION.value in can,
    )
