"""A provider's list against the catalogue: what would change. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from backend.catalogue.imports.lists import Listing
from backend.catalogue.imports.naming import catalogue_name, family_of
from backend.catalogue.imports.offers import Offer
from backend.catalogue.prices import BUCKETS
from shared.catalogue import Capability, Prices
from shared.imports import ImportCounts, ImportFact, ImportLine, LineKind, RefusedOffer

GONE = "gone"
"""The tag of a model that its provider no longer lists."""
MOST_FACTOR = Decimal(10)
ASSUMED_WINDOW, ASSUMED_OUTPUT = 8_192, 4_096
_TOLD_FIRST = ("input", "output")
_FOUR_DIGITS = Context(prec=4)


class Known(Struct, frozen=True, kw_only=True):
    """A model of the provider as the catalogue has it. `version` is of its prices."""

    id: UUID
    name: str
    display_name: str
    upstream_name: str
    model_type: str
    context_window: int
    max_output_tokens: int
    capabilities: frozenset[str]
    tags: tuple[str, ...]
    active: bool
    prices: Prices | None
    version: int | None


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What applying a line writes; what is None stays as it is, or as usual for a new model.

    `gone` says whether the model is to have that tag.
    """

    display_name: str | None = None
    family: str | None = None
    model_type: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: list[Capability] | None = None
    gone: bool | None = None
    prices: Prices | None = None


class Line(ImportLine, frozen=True, kw_only=True):
    """A line as it is kept, with what it writes."""

    change: Change


class Comparison(Struct, frozen=True, kw_only=True):
    """Everything an import says."""

    lines: list[Line]
    refused: list[RefusedOffer]
    left_out: list[str]
    counts: ImportCounts


def compare(listing: Listing, known: Sequence[Known], taken: Collection[str], provider: str) -> Comparison:
    """The lines of an import. `taken` are all names of the catalogue, `provider` the provider's."""
    by_upstream: dict[str, list[Known]] = {}
    for model in known:
        by_upstream.setdefault(model.upstream_name, []).append(model)
    lines: list[Line] = []
    turned_down = list(listing.refused)
    names = set(taken)
    for offer in listing.offers:
        models = by_upstream.get(offer.upstream_name, [])
        if offer.unpriced and any(model.prices is not None for model in models):
            turned_down.append(RefusedOffer(upstream_name=offer.upstream_name, reason=offer.unpriced))
        for model in models:
            lines += _differences(offer, model)
        if not models:
            name = catalogue_name(offer.upstream_name, provider, names)
            if name is None:
                reason = "The catalogue has its name already, or cannot take it as a name."
                turned_down.append(RefusedOffer(upstream_name=offer.upstream_name, reason=reason))
            else:
                names.add(name)
                lines.append(_new(offer, name))
    lines += [_gone(model) for model in known if model.upstream_name not in listing.named and not _is_gone(model)]
    lines.sort(key=lambda line: (list(LineKind).index(line.kind), line.model))
    touched = {line.model_id for line in lines}
    counts = ImportCounts(
        **{kind.value: sum(line.kind is kind for line in lines) for kind in LineKind},
        suspicious=sum(line.suspicious is not None for line in lines),
        unchanged=sum(model.id not in touched for model in known),
        refused=len(turned_down),
        left_out=len(listing.left_out),
    )
    return Comparison(lines=lines, refused=turned_down, left_out=list(listing.left_out), counts=counts)


def basis(known: Iterable[Known]) -> str:
    """A digest of what lines are made from: equal while nobody has changed it. Whether models are on is not in it."""
    facts = [
        (str(m.id), m.upstream_name, m.model_type, m.context_window, m.max_output_tokens, sorted(m.capabilities),
         GONE in m.tags, m.version)
        for m in sorted(known, key=lambda model: model.id)
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()


def tags_of(tags: Iterable[str], *, gone: bool) -> list[str]:
    """A model's tags with or without the one that it is gone."""
    return [*(tag for tag in tags if tag != GONE), *([GONE] if gone else [])]


def merged(prices: Prices | None, told: Mapping[str, Decimal | None]) -> Prices:
    """Prices in force with those of a list put in; buckets of which the list does not speak stay."""
    return structs.replace(prices or Prices(), **told)


def why_suspicious(facts: Iterable[ImportFact]) -> str | None:
    """What makes a change of prices look like a slip: to zero, or by more than ten times, up or down."""
    for fact in facts:
        if fact.old is None or fact.new is None:
            continue
        old, new = Decimal(fact.old), Decimal(fact.new)
        if new == 0 and old != 0:
            return f"The price for {_words(fact.field)} falls to zero."
        if old == 0 and new != 0:
            return f"The price for {_words(fact.field)} was zero."
        if old and new and max(old / new, new / old) > MOST_FACTOR:
            return f"The price for {_words(fact.field)} moves by more than {MOST_FACTOR:f} times."
    return None


def _differences(offer: Offer, model: Known) -> Iterable[Line]:
    prices = merged(model.prices, offer.prices or {})
    facts = _price_facts(model.prices, prices)
    if facts:
        yield _line(LineKind.PRICES, offer, model, facts, Change(prices=prices), why_suspicious(facts))
    change, facts = _details(offer, model)
    if facts:
        yield _line(LineKind.DETAILS, offer, model, facts, change)


def _details(offer: Offer, model: Known) -> tuple[Change, list[ImportFact]]:
    window = offer.context_window or model.context_window
    output = min(offer.max_output_tokens or model.max_output_tokens, window)
    denied = {what.value for what, has in offer.capabilities.items() if not has}
    said = {what.value for what, has in offer.capabilities.items() if has}
    can = (model.capabilities - denied) | said
    facts = []
    if window != model.context_window:
        facts.append(ImportFact(field="context_window", old=str(model.context_window), new=str(window)))
    if output != model.max_output_tokens:
        facts.append(ImportFact(field="max_output_tokens", old=str(model.max_output_tokens), new=str(output)))
    if can != model.capabilities:
        facts.append(ImportFact(field="capabilities", old=_listed(model.capabilities), new=_listed(can)))
    if GONE in model.tags:
        facts.append(ImportFact(field="tags", old=GONE, new=None))
    change = Change(
        context_window=window,
        max_output_tokens=output,
        capabilities=[Capability(each) for each in sorted(can)],
        gone=False if GONE in model.tags else None,
    )
    return change, facts


def _new(offer: Offer, name: str) -> Line:
    window = offer.context_window or ASSUMED_WINDOW
    output = min(offer.max_output_tokens or ASSUMED_OUTPUT, window)
    can = sorted(what.value for what, has in offer.capabilities.items() if has)
    prices = None if offer.prices is None else merged(None, offer.prices)
    facts = [
        *_price_facts(None, prices),
        ImportFact(field="context_window", old=None, new=str(window)),
        ImportFact(field="max_output_tokens", old=None, new=str(output)),
    ]
    if can:
        facts.append(ImportFact(field="capabilities", old=None, new=_listed(can)))
    remarks = list(offer.remarks)
    if offer.unpriced:
        remarks.append(offer.unpriced)
    if offer.context_window is None:
        remarks.append(f"The list does not say how much it reads: {ASSUMED_WINDOW:,} tokens are assumed.")
    return Line(
        key=f"{LineKind.NEW}:{offer.upstream_name}",
        kind=LineKind.NEW,
        model=name,
        upstream_name=offer.upstream_name,
        display_name=(offer.display_name or offer.upstream_name)[:120],
        model_id=None,
        active=False,
        facts=facts,
        remarks=remarks,
        suspicious=None,
        applied=False,
        change=Change(
            display_name=(offer.display_name or offer.upstream_name)[:120],
            family=family_of(offer.upstream_name),
            model_type=offer.model_type,
            context_window=window,
            max_output_tokens=output,
            capabilities=[Capability(each) for each in can],
            prices=prices,
        ),
    )


def _gone(model: Known) -> Line:
    return Line(
        key=f"{LineKind.GONE}:{model.name}",
        kind=LineKind.GONE,
        model=model.name,
        upstream_name=model.upstream_name,
        display_name=model.display_name,
        model_id=model.id,
        active=model.active,
        facts=[],
        remarks=["The provider may still answer to it, if the name is another one's alias."],
        suspicious=None,
        applied=False,
        change=Change(gone=True),
    )


def _is_gone(model: Known) -> bool:
    return GONE in model.tags and not model.active


def _line(
    kind: LineKind, offer: Offer, model: Known, facts: list[ImportFact], change: Change, suspicious: str | None = None
) -> Line:
    return Line(
        key=f"{kind}:{model.name}",
        kind=kind,
        model=model.name,
        upstream_name=offer.upstream_name,
        display_name=model.display_name,
        model_id=model.id,
        active=model.active,
        facts=facts,
        remarks=list(offer.remarks),
        suspicious=suspicious,
        applied=False,
        change=change,
    )


def _price_facts(old: Prices | None, new: Prices | None) -> list[ImportFact]:
    facts = []
    for bucket in _TOLD_FIRST + tuple(bucket for bucket in BUCKETS if bucket not in _TOLD_FIRST):
        before = None if old is None else getattr(old, bucket)
        after = None if new is None else getattr(new, bucket)
        if before != after and not (bucket == "request" and not before and not after):
            facts.append(
                ImportFact(
                    field=bucket,
                    old=None if before is None else f"{before.normalize():f}",
                    new=None if after is None else f"{after.normalize():f}",
                    factor=_FOUR_DIGITS.divide(after, before).normalize() if before and after is not None else None,
                )
            )
    return facts


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)).replace("_", " ")


def _words(field: str) -> str:
    return field.replace("_", " ")
