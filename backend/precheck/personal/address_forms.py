"""How postal addresses look in the countries of fifteen languages.

A street with its number is one, with a flat before or after it and a town with its postal code. A street without a
number, a town without a street and a house that everybody knows are none.
"""

import re

from msgspec import Struct

from backend.precheck import lexicon


class _Forms(Struct, frozen=True):
    first: frozenset[str]
    rues: frozenset[str]
    romance: frozenset[str]
    slavic: frozenset[str]
    turkish: frozenset[str]
    germanic_ends: tuple[str, ...]
    at: frozenset[str]
    forms: dict[str, list[str]]


_LEXICON = lexicon.load("addresses", _Forms)
FIRST, RUES = _LEXICON.first, _LEXICON.rues
ROMANCE, SLAVIC, TURKISH_STREETS = _LEXICON.romance, _LEXICON.slavic, _LEXICON.turkish
LAST = ROMANCE | SLAVIC | TURKISH_STREETS
GERMANIC_ENDS, AT = _LEXICON.germanic_ends, _LEXICON.at
_FORMS = {name: re.compile("".join(parts)) for name, parts in _LEXICON.forms.items()}

NUMBER_FIRST = _FORMS["number_first"]
NUMBER_FIRST_LOWER = _FORMS["number_first_lower"]
BOX = _FORMS["box"]
GERMAN = _FORMS["german"]
GERMAN_LOWER = _FORMS["german_lower"]
SPANISH = _FORMS["spanish"]
FRENCH = _FORMS["french"]
ITALIAN = _FORMS["italian"]
PORTUGUESE = _FORMS["portuguese"]
DUTCH = _FORMS["dutch"]
POLISH = _FORMS["polish"]
POLISH_VILLAGE = _FORMS["polish_village"]
RUSSIAN = _FORMS["russian"]
CHINESE = _FORMS["chinese"]
JAPANESE = _FORMS["japanese"]
KOREAN = _FORMS["korean"]
ARABIC = _FORMS["arabic"]
HINDI = _FORMS["hindi"]
TURKISH = _FORMS["turkish"]
