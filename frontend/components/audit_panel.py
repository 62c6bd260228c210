"""One entry of the audit log: who changed what, when, why, and from what to what."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components.facts import facts
from frontend.components.tables import Column, table
from shared.admin import AuditRow

_TITLE = Markup('<div class="fl-outcome"><h3>{}</h3><p>{}</p></div>')
_CHANGES = (Column("Field"), Column("Before"), Column("After"))


def columns(rows: Sequence[AuditRow], zone: tzinfo) -> dict[str, list[str]]:
    """The table of entries."""
    return {
        "Time": [words.short_moment(row.created_at, zone) for row in rows],
        "Who": [row.actor for row in rows],
        "What": [action(row) for row in rows],
        "Subject": [row.subject for row in rows],
    }


def action(row: AuditRow) -> str:
    """`model deactivated`, from the stored `model.deactivated`."""
    return row.action.replace(".", " ").replace("_", " ")


def changes(row: AuditRow) -> list[tuple[str, str, str]]:
    """Every field that changed, with its value before and after."""
    before, after = row.before or {}, row.after or {}
    names = dict.fromkeys([*before, *after])
    return [(name.replace("_", " "), _value(before, name), _value(after, name)) for name in names]


def audit_panel(row: AuditRow, zone: tzinfo) -> None:
    """Draws the entry."""
    with st.container(key="inspector", gap="small"):
        st.html(_TITLE.format(action(row).capitalize(), words.moment(row.created_at, zone)))
        facts(
            [
                ("By", row.actor),
                ("From", row.address or words.NONE),
                (row.subject_kind.replace("_", " ").capitalize(), row.subject),
                ("Reason", row.reason or words.NONE),
            ]
        )
        changed = changes(row)
        if changed:
            table(_CHANGES, changed, "What changed")


def _value(side: Mapping[str, object], name: str) -> str:
    value = side.get(name)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or words.NONE
    if isinstance(value, dict):
        return ", ".join(f"{key} {each}" for key, each in value.items()) or words.NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.NONE if value is None else str(value)
