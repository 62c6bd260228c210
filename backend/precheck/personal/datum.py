"""Where in a text a piece of personal data stands."""

from msgspec import Struct

from shared.precheck import PersonalKind


class PersonalDatum(Struct, frozen=True, order=True):
    """`start` and `end` count characters of the text as given. It holds no text."""

    start: int
    end: int
    kind: PersonalKind
