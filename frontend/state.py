"""What one browser tab remembers between runs, and what it says of itself. Truth lives in the API and the address."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from streamlit.typing import ChatInputValue

from frontend.memory import BenchMemory, ChatMemory, ImportMemory
from shared.accounts import Me
from shared.paths import SESSION_COOKIE

Theme = Literal["light", "dark"]


def session_token() -> str | None:
    """The session cookie as it was when the page was loaded."""
    return st.context.cookies.get(SESSION_COOKIE) or None


def client_address() -> str | None:
    """The browser's address; absent when it is this machine."""
    return st.context.ip_address


def locale() -> str | None:
    """The browser's first language, perhaps with a country."""
    return st.context.locale or None


def theme() -> Theme:
    """The theme in force at the start of this run."""
    return "dark" if st.context.theme.type == "dark" else "light"


def enter(page: str) -> None:
    """Notes which page this run draws."""
    st.session_state["_arrived"] = st.session_state.get("_page") != page
    st.session_state["_page"] = page


def arrived() -> bool:
    """Whether this run is the first on its page: nothing of the page is on the screen yet."""
    return bool(st.session_state.get("_arrived", True))


def say(text: str) -> None:
    """Shows a toast after the next rerun."""
    st.session_state.setdefault("_toasts", []).append(text)


def said() -> list[str]:
    """Toasts to show now; each is given out once."""
    return list(st.session_state.pop("_toasts", []))


def choice(key: str, default: str) -> str:
    """The value of a widget bound to the address, also before the widget is drawn."""
    return str(st.session_state.get(key) or st.query_params.get(key) or default)


def intend(name: str, value: str) -> None:
    """Notes in a callback what the run that follows should do."""
    st.session_state[f"_intent_{name}"] = value


def intended(name: str) -> str | None:
    """What was intended; given out once."""
    value = st.session_state.pop(f"_intent_{name}", None)
    return None if value is None else str(value)


def generation(name: str) -> int:
    """A number for a widget's key; `renew` raises it, and the widget is built anew from the truth."""
    return int(st.session_state.get(f"_generation_{name}", 0))


def renew(name: str) -> None:
    """Forgets what the widget with this name was set to."""
    st.session_state[f"_generation_{name}"] = generation(name) + 1


def newer_pages(name: str) -> list[str]:
    """Cursors of the pages passed on the way to the present one of a list, oldest last; may be changed."""
    pages: list[str] = st.session_state.setdefault(f"_pages_{name}", [])
    return pages


def zone() -> ZoneInfo:
    """The reader's time zone, UTC when the browser does not say or names one that is not known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def meet(person: Me) -> None:
    """Notes who is signed in, for this run."""
    st.session_state["_person"] = person


def signed_in() -> None:
    """Notes that a page was drawn to its end with the session it began with."""
    st.session_state.pop("_signed_out", None)


def signed_out() -> bool:
    """Notes that the session ended while a page was drawn. True the first time: drawing anew leaves nothing of it."""
    first = "_signed_out" not in st.session_state
    st.session_state["_signed_out"] = True
    return first


def person() -> Me:
    """Who is signed in, as the frame learned it in this run."""
    found: Me = st.session_state["_person"]
    return found


def pulse() -> None:
    """A point at which Streamlit may end this run, for loops that draw nothing for a while."""
    _ = "_" in st.session_state


def chat() -> ChatMemory:
    """What the chat remembers; may be changed, also where a run is being ended."""
    memory: ChatMemory = st.session_state.setdefault("_chat", ChatMemory())
    return memory


def bench() -> BenchMemory:
    """What the test bench remembers; may be changed."""
    memory: BenchMemory = st.session_state.setdefault("_bench", BenchMemory())
    return memory


def imports() -> ImportMemory:
    """What the dialog about a provider's model list remembers; may be changed."""
    memory: ImportMemory = st.session_state.setdefault("_imports", ImportMemory())
    return memory


def forget_imports() -> None:
    """The dialog is closed: the next one reads the list anew."""
    st.session_state.pop("_imports", None)


def conversation() -> str | None:
    """The conversation that the address names, whatever stands there."""
    return st.query_params.get("c")


def show_conversation(conversation_id: UUID | None) -> None:
    """Puts a conversation into the address, or none for a new one."""
    st.query_params.from_dict({} if conversation_id is None else {"c": str(conversation_id)})


class Draft(NamedTuple):
    """What was sent from the composer: words, and files by name."""

    text: str
    files: list[tuple[str, bytes]]


def draft() -> Draft:
    """What was sent from the composer, for its callback."""
    sent = st.session_state.get("prompt")
    if isinstance(sent, ChatInputValue):
        return Draft(sent.text, [(file.name, file.getvalue()) for file in sent.files])
    return Draft(str(sent or ""), [])


def put_draft(text: str) -> None:
    """Writes into the composer; only in callbacks, before it is drawn."""
    st.session_state["prompt"] = text


def triggered(key: str, name: str) -> dict[str, Any]:
    """What the part with this key said by a trigger, for the trigger's callback; empty when it said nothing."""
    part = st.session_state.get(key)
    said = getattr(part, name, None) if part is not None else None
    return dict(said) if isinstance(said, Mapping) else {}


def field(key: str) -> str:
    """What stands in the text field with this key, for callbacks."""
    return str(st.session_state.get(key) or "")


def ticked(key: str) -> bool:
    """Whether the box with this key is ticked, for callbacks."""
    return bool(st.session_state.get(key))


def reset_token() -> str | None:
    """The code of a one-time link to a new password."""
    return st.query_params.get("token") or None


def looked_at(name: str) -> datetime:
    """The moment as of which a list is shown, so that rows keep their places until somebody looks again."""
    if arrived() or f"_looked_{name}" not in st.session_state:
        look_again(name)
    moment: datetime = st.session_state[f"_looked_{name}"]
    return moment


def look_again(name: str) -> None:
    """Shows a list as of now from here on."""
    st.session_state[f"_looked_{name}"] = datetime.now(UTC)


def selected_row(key: str) -> int | None:
    """The row that is selected in the table with this key."""
    selection = st.session_state.get(key, {}).get("selection", {})
    return next(iter(selection.get("rows", [])), None)


def origin() -> str:
    """Scheme, host and port under which the browser reached this web app."""
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
