"""Finding many words and phrases in a row of tokens, in time linear in its length."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from backend.precheck.reading import tokenize

T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
    """An entry found: where it begins, how many tokens it takes, and the tags it carries."""

    start: int
    length: int
    tags: tuple[T, ...]


class _Node(Generic[T]):
    """A place in the tree of entries, reached word by word; `tags` are those of an entry ending here."""

    __slots__ = ("children", "tags")

    def __init__(self) -> None:
        self.children: dict[str, _Node[T]] = {}
        self.tags: tuple[T, ...] = ()


class Phrases(Generic[T]):
    """Entries of one or more words, each carrying one or more tags; at each place the longest counts."""

    def __init__(self, entries: Mapping[T, Iterable[str]], frequent: Container[str] = ()) -> None:
        """`entries` maps a tag to its words and phrases; `frequent` words are shunned as anchors."""
        self._root: dict[str, _Node[T]] = {}
        words: set[str] = set()
        anchors: set[str] = set()
        for tag, texts in entries.items():
            for text in texts:
                if tokens := tokenize(text.lower()):
                    self._add(tokens, tag)
                    words.update(tokens)
                    anchors.add(max(tokens, key=lambda t: (t not in frequent, len(t))))
        self.words = frozenset(words)
        self.anchors = frozenset(anchors)
        """One telling word of every entry: a text without any of them holds no entry."""

    def _add(self, tokens: Sequence[str], tag: T) -> None:
        node = self._root.setdefault(tokens[0], _Node())
        for token in tokens[1:]:
            node = node.children.setdefault(token, _Node())
        if tag not in node.tags:
            node.tags = (*node.tags, tag)

    def find(self, tokens: Sequence[str]) -> list[Hit[T]]:
        """Entries in `tokens`, in order, not overlapping."""
        root = self._root
        hits: list[Hit[T]] = []
        end = 0
        for start, token in enumerate(tokens):
            if token in root and start >= end and (hit := _longest(root[token], tokens, start)):
                hits.append(hit)
                end = start + hit.length
        return hits


def _longest(node: _Node[T], tokens: Sequence[str], start: int) -> Hit[T] | None:
    tags, length, end = node.tags, 1, start + 1
    while node.children and end < len(tokens):
        following = node.children.get(tokens[end])
        if following is None:
            break
        node, end = following, end + 1
        if node.tags:
            tags, length = node.tags, end - start
    return Hit(start, length, tags) if tags else None
