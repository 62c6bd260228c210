"""A provider's list out of its pages: which format it is in, what it offers, and where it goes on. Pure."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Raw, Struct, field

from backend.catalogue.imports import native, openai_style, openrouter
from backend.catalogue.imports.offers import Entry, LeftOut, Offer, name_in, refused
from shared.imports import RefusedOffer

M = TypeVar("M")
MOST_MODELS = 5_000
_PAGE = 1_000
_FIRST = {"anthropic": {"limit": _PAGE}, "gemini": {"pageSize": _PAGE}, "cohere": {"page_size": _PAGE}}


class NotAList(Exception):
    """The provider's answer is not a list of models; the text says what is wrong."""


class ListPage(NamedTuple):
    """A page of a list. `query` asks for the one after it, None at the end."""

    entries: list[Entry]
    query: str | None = None


class Listing(Struct, frozen=True, kw_only=True):
    """A whole list. `named` are all names in it, also of what cannot be taken."""

    offers: tuple[Offer, ...]
    refused: tuple[RefusedOffer, ...]
    left_out: tuple[str, ...]

    @property
    def named(self) -> frozenset[str]:
        """What the provider still knows by name."""
        offered = {offer.upstream_name for offer in self.offers}
        return frozenset(offered | {each.upstream_name for each in self.refused} | set(self.left_out))


class _Page(Struct, rename="camel"):
    """What the formats have around their entries. OpenAI's and Anthropic's have `data`, the others `models`."""

    data: list[Raw] | None = None
    models: list[Raw] | None = None
    has_more: bool = field(default=False, name="has_more")
    last_id: str | None = field(default=None, name="last_id")
    next_page_token: str | None = None
    next_cohere_page: str | None = field(default=None, name="next_page_token")


def first_query(dialect: str) -> str:
    """What to ask for the first page with; empty when there is only one."""
    return urlencode(_FIRST.get(dialect, {}))


def read_page(dialect: str, body: bytes) -> ListPage:
    """One page in the format of a dialect. Raises `NotAList`."""
    try:
        if body.lstrip()[:1] == b"[":  # Together's list has nothing around it
            page = _Page(data=msgspec.json.decode(body, type=list[Raw]))
        else:
            page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAList(f"it is not a list of models ({str(error)[:120]})") from None
    found = page.data if page.data is not None else page.models
    if found is None:
        raise NotAList("it has neither `data` nor `models`")
    if len(found) > MOST_MODELS:
        raise NotAList(f"it has more than {MOST_MODELS:,} models")
    entries = [_entry(dialect, bytes(raw), number) for number, raw in enumerate(found, 1)]
    return ListPage(entries, _next_query(dialect, page))


def whole(pages: list[ListPage]) -> Listing:
    """The list of all pages; a name that comes twice is refused the second time. Raises `NotAList`."""
    offers: dict[str, Offer] = {}
    turned_down: list[RefusedOffer] = []
    left_out: dict[str, None] = {}
    for entry in (entry for page in pages for entry in page.entries):
        match entry:
            case Offer(upstream_name=name) if name in offers:
                turned_down.append(RefusedOffer(upstream_name=name, reason="The list has it twice."))
            case Offer(upstream_name=name):
                offers[name] = entry
            case LeftOut(upstream_name=name):
                left_out[name] = None
            case RefusedOffer():
                turned_down.append(entry)
    if len(offers) > MOST_MODELS:
        raise NotAList(f"it has more than {MOST_MODELS:,} models")
    return Listing(offers=tuple(offers.values()), refused=tuple(turned_down), left_out=tuple(left_out))


def _next_query(dialect: str, page: _Page) -> str | None:
    first = _FIRST.get(dialect, {})
    if dialect == "anthropic" and page.has_more and page.last_id:
        return urlencode({**first, "after_id": page.last_id})
    if dialect == "gemini" and page.next_page_token:
        return urlencode({**first, "pageToken": page.next_page_token})
    if dialect == "cohere" and page.next_cohere_page:
        return urlencode({**first, "page_token": page.next_cohere_page})
    return None


def _reader(kind: type[M], read: Callable[[M], Entry]) -> Callable[[bytes], Entry]:
    """Reads an entry of one format. JSON numbers stay the digits they are."""
    decode = msgspec.json.Decoder(kind, float_hook=Decimal).decode
    return lambda raw: read(decode(raw))


_openrouter = _reader(openrouter.OpenRouterModel, openrouter.read)
_openai_style = _reader(openai_style.OpenAIStyleModel, openai_style.read)
_READERS = {
    "anthropic": _reader(native.AnthropicModel, native.read_anthropic),
    "gemini": _reader(native.GeminiModel, native.read_gemini),
    "cohere": _reader(native.CohereModel, native.read_cohere),
}


class _Shape(Struct):
    """What tells OpenRouter's entries from others: prices by its own words."""

    pricing: dict[str, Raw] | None = None


def _openai(raw: bytes) -> Entry:
    try:
        pricing = msgspec.json.decode(raw, type=_Shape).pricing or {}
    except msgspec.ValidationError:
        pricing = {}
    return (_openrouter if {"prompt", "completion"} & set(pricing) else _openai_style)(raw)


def _entry(dialect: str, raw: bytes, number: int) -> Entry:
    try:
        entry = _READERS.get(dialect, _openai)(raw)
    except msgspec.ValidationError as error:
        return refused(name_in(raw), number, f"Its description cannot be understood: {str(error)[:200]}.")
    name = entry.upstream_name
    if not name or len(name) > 200 or not name.isprintable():
        return refused(None, number, "It has no name that can be used.")
    return entry
