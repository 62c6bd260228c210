"""Finding personal data and secrets in a text. Pure, and linear in its length."""

from collections.abc import Iterator

from backend.precheck.personal.addresses import addresses
from backend.precheck.personal.credentials import credentials
from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.emails import emails
from backend.precheck.personal.keys import api_keys, private_keys
from backend.precheck.personal.national_ids import national_ids
from backend.precheck.personal.numbers import cards, ibans
from backend.precheck.personal.phones import phones
from backend.precheck.personal.scan import scan
from backend.precheck.personal.windows import windows
from shared.precheck import PersonalKind

_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            PersonalKind.PRIVATE_KEY,
            PersonalKind.TOKEN,
            PersonalKind.API_KEY,
            PersonalKind.IBAN,
            PersonalKind.CARD,
            PersonalKind.EMAIL,
            PersonalKind.PASSWORD,
            PersonalKind.NATIONAL_ID,
            PersonalKind.PHONE,
            PersonalKind.ADDRESS,
        )
    )
}
"""Which of two kinds a stretch of text is, the surest first."""


def find(text: str) -> tuple[PersonalDatum, ...]:
    """All personal data, in order and without overlaps."""
    found = sorted(_candidates(text), key=lambda datum: (_ORDER[datum.kind], datum.start - datum.end, datum.start))
    return _without_overlaps(found)


def _candidates(text: str) -> Iterator[PersonalDatum]:
    seen = scan(text)
    yield from private_keys(text)
    yield from api_keys(text, seen)
    yield from credentials(text, seen)
    yield from emails(text)
    if len(seen.digits):
        for window in windows(text, seen.digits):
            yield from ibans(window)
            yield from cards(window)
            yield from national_ids(window)
            yield from phones(window)
        yield from addresses(text, seen)


def _without_overlaps(found: list[PersonalDatum]) -> tuple[PersonalDatum, ...]:
    """The surer ones stay. Linear but for sorting."""
    taken: list[PersonalDatum] = []
    covered = bytearray(max((datum.end for datum in found), default=0))
    for datum in found:
        if not any(covered[datum.start : datum.end]):
            covered[datum.start : datum.end] = b"\1" * (datum.end - datum.start)
            taken.append(datum)
    return tuple(sorted(taken))
