"""A provider's model list in a dialog: what differs from the catalogue, and what of it to apply."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.client import imports
from frontend.client.http import ApiError
from frontend.components import panels
from frontend.components.import_row import GROUPS, line_html, matching, summary, turned_down
from frontend.components.reason_dialog import REASON_LENGTH
from frontend.components.text import literal
from frontend.memory import ImportMemory
from shared.catalogue import AdminProvider
from shared.imports import ImportLine, ImportView, LineKind

_LEAD = Markup('<p class="fl-lead">{}</p>')
_FINE = Markup('<div class="fl-fine">{}</div>')
_PARAGRAPH = Markup("<p>{}</p>")
_MORE = 60
_BOXES = "import_boxes"


def import_models(providers: Sequence[AdminProvider], provider: AdminProvider | None = None) -> None:
    """Opens the dialog, about one provider or about one to be chosen of several."""
    memory = state.imports()
    if provider is not None and (memory.provider is None or memory.provider.id != provider.id):
        memory.turn_to(provider)
    title = f"Models of {provider.display_name}" if provider else "Import models"

    @st.dialog(literal(title), width="large", on_dismiss=state.forget_imports)
    def show() -> None:
        if provider is None:
            _choose_provider(providers, memory)
        if memory.provider is None:
            return
        if memory.found is None and memory.failure is None:
            _read(memory, memory.provider)
        if memory.found is None:
            _draw_failure(memory, memory.provider)
        elif not memory.found.lines:
            _draw_nothing(memory.found)
        else:
            _draw_lines(memory, memory.found, memory.provider)

    show()


def _choose_provider(providers: Sequence[AdminProvider], memory: ImportMemory) -> None:
    usable = [each for each in providers if each.usable]
    if not usable:
        panels.empty("No provider can be asked", "Give one its key first; its list can be read then.", key="import")
        return
    chosen = st.selectbox(
        "Provider", usable, index=None, format_func=lambda each: each.display_name, placeholder="Whose models?",
        key="import_provider",
    )  # fmt: skip
    if chosen is not None and (memory.provider is None or memory.provider.id != chosen.id):
        memory.turn_to(chosen)


def _read(memory: ImportMemory, provider: AdminProvider) -> None:
    place = st.empty()
    with place.container(key="import_loading", gap="small"):
        st.html(_LEAD.format(f"Reading the list of {provider.display_name}."))
        st.skeleton(160)
    try:
        memory.take(imports.read_list(provider.id))
    except ApiError as error:
        memory.failure = error.body
    place.empty()


def _draw_failure(memory: ImportMemory, provider: AdminProvider) -> None:
    failure = memory.failure
    if failure is None:
        return
    text = f"{failure.message} The catalogue stays as it is."
    with panels.panel("import", "bad", "The list could not be read", text, failure.request_id):
        st.button(
            "Read again", key="import_again", icon=":material/refresh:", on_click=memory.turn_to, args=(provider,)
        )


def _draw_nothing(found: ImportView) -> None:
    unchanged = words.plural(found.counts.unchanged, "model")
    panels.empty("Nothing differs", f"{unchanged} as {found.provider_name} lists them.", key="import")
    _draw_turned_down(found)


def _draw_lines(memory: ImportMemory, found: ImportView, provider: AdminProvider) -> None:
    st.html(_LEAD.format(summary(found)))
    counts = {kind: sum(line.kind is kind for line in found.lines) for kind in GROUPS}
    present = [kind for kind, number in counts.items() if number]
    with st.container(key="import_filters", horizontal=True, vertical_alignment="center", gap="small"):
        kind = st.segmented_control(
            "What differs", present, default=present[0], required=True, key=f"import_kind_{found.id}",
            format_func=lambda each: f"{GROUPS[each]} {words.count(counts[each])}", label_visibility="collapsed",
        )  # fmt: skip
        term = st.text_input(
            "Find a model", type="search", placeholder="Find a model", icon=":material/search:", key="import_term",
            width=220, label_visibility="collapsed",
        )  # fmt: skip
    lines = matching(found.lines, kind or present[0], term or "")
    _draw_group(memory, lines, kind or present[0])
    _draw_turned_down(found)
    _draw_foot(memory, found, provider)


def _draw_group(memory: ImportMemory, lines: Sequence[ImportLine], kind: LineKind) -> None:
    if not lines:
        st.html(_LEAD.format("No model matches."))
        return
    waiting = [line for line in lines if not line.applied]
    open_keys = {line.key for line in waiting if line.suspicious is None}
    if len(open_keys) > 1:
        every = open_keys <= memory.chosen
        odd = len(waiting) - len(open_keys)
        st.checkbox(
            f"All {words.count(len(open_keys))} of them" + (f", without the {odd} to be looked at" if odd else ""),
            every,
            key=f"import_all_{kind}_{every}_{state.generation(_BOXES)}",
            on_change=_tick_all,
            args=(memory, open_keys),
        )
    with st.container(key="import_rows", gap=None):
        for line in lines[: memory.shown]:
            _draw_line(memory, line)
    if len(lines) > memory.shown:
        left = len(lines) - memory.shown
        st.button(f"Show {words.count(min(left, _MORE))} more", key="import_more", on_click=_show_more, args=(memory,))


def _draw_line(memory: ImportMemory, line: ImportLine) -> None:
    with st.container(key=f"row_{line.key}", horizontal=True, wrap=False, vertical_alignment="top", gap="small"):
        st.checkbox(
            f"Apply to {line.model}",
            line.applied or line.key in memory.chosen,
            key=f"import_box_{line.key}_{state.generation(_BOXES)}",
            disabled=line.applied,
            label_visibility="collapsed",
            on_change=_tick,
            args=(memory, line.key),
        )
        st.html(line_html(line))


def _draw_turned_down(found: ImportView) -> None:
    text = turned_down(found)
    if text:
        with st.expander(f"Not taken: {words.count(len(found.refused) + len(found.left_out))}", key="import_refused"):
            st.html(_FINE.format(Markup().join(_PARAGRAPH.format(line) for line in text.splitlines())))


def _draw_foot(memory: ImportMemory, found: ImportView, provider: AdminProvider) -> None:
    number = len(memory.chosen)
    reason = st.text_area(
        "Reason, kept in the audit log", placeholder="For example: the price list of 1 December",
        max_chars=REASON_LENGTH, key="reason", height=84,
    )  # fmt: skip
    trouble = st.container()
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button(
            "Read again", key="import_again", icon=":material/refresh:", on_click=memory.turn_to, args=(provider,)
        )
        cancelled = st.button("Cancel", key="dialog_cancel")
        verb = f"Apply {words.plural(number, 'line')}" if number else "Apply"
        done = st.button(verb, key="dialog_done", type="primary", disabled=not number)
    if cancelled:
        state.forget_imports()
        st.rerun()
    if done and (problem := _applied(memory, found, (reason or "").strip())) is not None:
        trouble.error(literal(problem))
    elif done:
        st.rerun()


def _applied(memory: ImportMemory, found: ImportView, reason: str) -> str | None:
    """None when it was done, else what stands in the way."""
    if not reason:
        return "Give a reason: it is kept in the audit log."
    try:
        imports.apply(found.id, memory.chosen, reason)
    except ApiError as error:
        return error.body.message
    state.say(f"{words.plural(len(memory.chosen), 'line')} of the list of {found.provider_name} applied")
    state.forget_imports()
    return None


def _tick(memory: ImportMemory, key: str) -> None:
    memory.tick({key}, key not in memory.chosen)


def _tick_all(memory: ImportMemory, keys: set[str]) -> None:
    memory.tick(keys, not keys <= memory.chosen)
    state.renew(_BOXES)


def _show_more(memory: ImportMemory) -> None:
    memory.shown += _MORE
