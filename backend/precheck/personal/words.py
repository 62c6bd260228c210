"""What was found, in words for the person; never what it says."""

from collections import Counter
from collections.abc import Iterable

from shared.precheck import PersonalKind
from shared.words import KINDS


def in_words(kinds: Iterable[PersonalKind]) -> str:
    """Such as "a phone number and 2 e-mail addresses"; empty for nothing."""
    counted = Counter(kinds).items()
    named = [KINDS[kind][0] if count == 1 else f"{count:,} {KINDS[kind][1]}" for kind, count in counted]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
