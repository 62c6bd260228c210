"""Which language a prompt is written in: by script, else by frequent words, endings and letters."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.reading import Reading, tokenize

HEAD = 200
"""Characters looked at for the script."""

TOKENS = 60
"""Words looked at for the language."""

Evidence = dict[str, tuple[tuple[str, float], ...]]

_ENOUGH = 0.6
_PLENTY = 3.0
_BLOCKS = {0x03: "el", 0x04: "ru", 0x05: "he", 0x06: "ar", 0x09: "hi", 0x0E: "th", 0x11: "ko", 0x30: "ja"}
_BLOCKS |= dict.fromkeys(range(0x34, 0xA0), "zh") | dict.fromkeys(range(0xAC, 0xD8), "ko")
_LETTERS_PER_SIGN = {"zh": 3, "ja": 3, "ko": 2}


class _Lexicon(Struct, frozen=True):
    ukrainian_letters: str
    ukrainian_words: str
    words: dict[str, str]
    endings: dict[str, str]
    letters: dict[str, str]


class _Profile(Struct, frozen=True):
    words: Evidence
    endings: Evidence
    letters: Evidence
    ukrainian_letters: frozenset[str]
    ukrainian_words: frozenset[str]


def detect(reading: Reading) -> str | None:
    """ISO 639-1 code, or None when nothing speaks for any language; only the beginning is read."""
    head = reading.folded[:HEAD]
    tokens = reading.tokens[:TOKENS]
    foreign = () if head.isascii() else tuple(c for c in head if c > "\x7f")
    return _by_script(foreign, tokens) or _by_words(foreign, tokens)


def frequent_words() -> Container[str]:
    """Words that are common in some language, and so tell nothing of what a text is about."""
    return _profile().words


def _by_script(foreign: Sequence[str], tokens: Sequence[str]) -> str | None:
    blocks = Counter(name for c in foreign if (name := _BLOCKS.get(ord(c) >> 8)))
    if not blocks:
        return None
    name, count = blocks.most_common(1)[0]
    if name == "zh" and blocks["ja"] * 5 > count:
        name = "ja"
    signs = sum(blocks.values())
    if signs * _LETTERS_PER_SIGN.get(name, 1) < sum(map(len, tokens)) - signs:
        return None
    if name == "ru":
        profile = _profile()
        if not (profile.ukrainian_letters.isdisjoint(foreign) and profile.ukrainian_words.isdisjoint(tokens)):
            return "uk"
    return name


def _by_words(foreign: Sequence[str], tokens: Sequence[str]) -> str | None:
    profile = _profile()
    scores: dict[str, float] = defaultdict(float)
    for token in tokens:
        for name, weight in profile.words.get(token, ()):
            scores[name] += weight
    best = max(scores, key=scores.__getitem__, default=None)
    if best and scores[best] >= _PLENTY and scores[best] * 2 > sum(scores.values()):
        return best
    endings = profile.endings
    for token in tokens:
        if len(token) > 5 and token not in profile.words:
            for name, weight in endings.get(token[-4:]) or endings.get(token[-3:]) or endings.get(token[-2:], ()):
                scores[name] += weight
    for letter in set(foreign):
        for name, weight in profile.letters.get(letter, ()):
            scores[name] += weight
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best and scores[best] >= _ENOUGH else None


@cache
def _profile() -> _Profile:
    raw = lexicon.load("languages", _Lexicon)
    words = ((form, name) for name, text in raw.words.items() for w in tokenize(text) for form in (w, _bare(w)))
    return _Profile(
        _weigh(words, 1),
        _weigh(((ending, name) for name, text in raw.endings.items() for ending in text.split()), 0.6),
        _weigh(((letter, name) for name, text in raw.letters.items() for letter in text), 1.2),
        frozenset(raw.ukrainian_letters),
        frozenset(raw.ukrainian_words.split()),
    )


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _weigh(entries: Iterable[tuple[str, str]], weight: float) -> Evidence:
    """What an entry says, divided among the languages that have it."""
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for entry, language in entries:
        owners[entry][language] = None
    return {entry: tuple((name, weight / len(names)) for name in names) for entry, names in owners.items()}
