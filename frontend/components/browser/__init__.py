"""Parts that run in the browser: each a script, and perhaps markup and a style sheet, in files of one name.

They run in the page's own document. Data comes in as JSON and is put into the page as text, never as markup.
"""

from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_HERE = Path(__file__).parent


@lru_cache
def part(name: str) -> ComponentRenderer:
    """The mounting function of a part."""

    def read(kind: str) -> str | None:
        file = _HERE / f"{name}.{kind}"
        return file.read_text() if file.exists() else None

    return st.components.v2.component(f"fairlead_{name}", html=read("html"), css=read("css"), js=read("js"))
