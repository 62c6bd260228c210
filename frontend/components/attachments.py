"""Files of a message: pictures as thumbnails, the others by name, and those that wait to be sent."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components.chat_acts import ChatActs
from frontend.components.text import literal
from shared.attachments import Attached, AttachmentKind
from shared.paths import ATTACHMENTS

_KINDS = {
    AttachmentKind.IMAGE: "Image",
    AttachmentKind.TEXT: "Text",
    AttachmentKind.PDF: "PDF",
    AttachmentKind.CSV: "CSV",
}
_LIST = Markup('<ul class="fl-files" aria-label="{}">{}</ul>')
_PICTURE = Markup(
    '<li><a class="fl-thumb" href="{address}" download="{name}">'
    '<img src="{address}" alt="{name}" width="{width}" height="{height}" loading="lazy"></a>'
    '<span class="fl-caption">{name}<small>{facts}</small></span></li>'
)
_FILE = Markup('<li><a class="fl-file" href="{address}" download="{name}">{name}<small>{facts}</small></a></li>')
_ERRORS = Markup('<div role="alert" class="fl-refused-files">{}</div>')
_ERROR = Markup('<p class="fl-notice"><b>{}</b> was not added. {}</p>')
_THUMB = 160
"""Pixels of a thumbnail's longer side."""


def facts_of(file: Attached) -> str:
    """Kind, length and size in words."""
    length = f"{words.plural(file.pages, 'page')}, " if file.pages else ""
    return f"{_KINDS[file.kind]}, {length}{words.bytes_of(file.size)}"


def files_html(files: Sequence[Attached]) -> Markup:
    """The files as a list of links; a click downloads."""
    return _LIST.format("Files", Markup().join(_item(file) for file in files))


def draw(files: Sequence[Attached]) -> None:
    """The files of a message."""
    if files:
        st.html(files_html(files), width="content")


def draw_waiting(files: Sequence[Attached], refused: Sequence[tuple[str, str]], acts: ChatActs) -> None:
    """Files that go with the next prompt, each with a button that takes it away, and why others were not added."""
    if refused:
        st.html(_ERRORS.format(Markup().join(_ERROR.format(*each) for each in refused)))
    if not files:
        return
    with st.container(key="waiting_files", horizontal=True, gap="small"):
        for file in files:
            st.button(
                f"Remove {literal(file.name)}",
                key=f"drop_{file.id}",
                icon=":material/close:",
                on_click=acts.drop_file,
                args=(file.id,),
            )


def _item(file: Attached) -> Markup:
    facts = {"address": f"{ATTACHMENTS}/{file.id}", "name": file.name, "facts": facts_of(file)}
    if file.kind is not AttachmentKind.IMAGE or not file.width or not file.height:
        return _FILE.format(**facts)
    scale = min(1.0, _THUMB / max(file.width, file.height))
    width, height = (max(1, round(side * scale)) for side in (file.width, file.height))
    return _PICTURE.format(**facts, width=width, height=height)
