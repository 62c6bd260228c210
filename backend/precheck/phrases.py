"""Finding many words and phrases in a row of tokens, in time linear in its length."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from backend.precheck.reading import tokenize


class Hit(NamedTuple):
    """An entry found: where it begins, how many tokens it takes, and the tags it carries."""

    start: int
    length: int
    tags: tuple[str, ...]


class Phrases:
    """Entries of one or more words, each carrying one or more tags; at each place the longest counts."""

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        """`entries` maps a tag to its words and phrases."""
        tags: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        for tag, texts in entries.items():
            for text in texts:
                if words := tuple(tokenize(text.lower())):
                    tags[words][tag] = None
        grouped: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
        for words, found in tags.items():
            grouped[words[0]].append((words, tuple(found)))
        for variants in grouped.values():
            variants.sort(key=lambda v: -len(v[0]))
        self._by_first = {first: tuple(variants) for first, variants in grouped.items()}
        self.firsts = frozenset(grouped)
        """Every entry's first word: a text without any of them holds no entry."""

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Entries in `tokens`, in order, not overlapping."""
        firsts = self.firsts
        hits: list[Hit] = []
        end = 0
        for start, token in enumerate(tokens):
            if token in firsts and start >= end and (hit := self._longest(tokens, start)):
                hits.append(hit)
                end = start + hit.length
        return hits

    def _longest(self, tokens: Sequence[str], start: int) -> Hit | None:
        for words, tags in self._by_first[tokens[start]]:
            length = len(words)
            if length == 1 or tuple(tokens[start : start + length]) == words:
                return Hit(start, length, tags)
        return None
