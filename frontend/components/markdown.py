"""Markdown from a model, made safe and readable. Pure; what is inside code stays as it is.

Block structure is CommonMark's (markdown-it), because the browser's parser follows the same rules.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt

_CODE_SPAN = re.compile(r"((?<![\\`])(`+)(?!`).+?(?<!`)\2(?!`))", re.DOTALL)
_NAMED_PICTURE = re.compile(r"!(?=\[(?:[^\[\]]|\[[^\]]*\])+\][(\[])")
_UNNAMED_PICTURE = re.compile(r"!\[\s*\](?=[(\[])")
_ANY_PICTURE = re.compile(r"!\[")
_PRICE = re.compile(r"(?<![\\$])\$(?=\d[\d.,]*(?![\d\w\\^_+*/=$-]))")
_INLINE_MATH = re.compile(r"\\\((.+?)\\\)", re.DOTALL)
_DISPLAY_MATH = re.compile(r"^[ \t]*(?:\\\[(.+?)\\\]|\$\$([^\n$]+)\$\$)[ \t]*$", re.DOTALL | re.MULTILINE)
_OPEN_LINK = re.compile(r"!?\[([^\]\n]*)(?:\](?:\([^)\n]*)?)?$")
_NEWLINE = re.compile(r"\r\n?")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)", re.MULTILINE)


def shown(text: str, *, breaks: bool = False) -> str:
    """The text with pictures turned into links, prices kept from becoming formulas, and TeX brackets understood.

    A picture would be fetched as soon as the answer is drawn, which would let a prompt hidden in a document
    send what the answer knows to an address of its author's choosing. With `breaks`, every new line in prose starts
    a new line on the screen.
    """
    text = _NEWLINE.sub("\n", text)
    lines = text.split("\n")
    code, prose = _blocks(text)
    covered = {number for start, end in (*code, *prose) for number in range(start, end)}
    lines = [line if number in covered else _no_pictures(line) for number, line in enumerate(lines)]
    for start, end in reversed(prose):
        lines[start:end] = [_prose(("  \n" if breaks else "\n").join(lines[start:end]))]
    return "\n".join(lines)


def closed(text: str) -> str:
    """Unfinished text with the last paragraph's open emphasis, code and links closed, so that it can be drawn."""
    if len(_FENCE.findall(text)) % 2:
        return text
    head, gap, tail = text.rpartition("\n\n")
    tail = _OPEN_LINK.sub(r"\1", tail.rstrip("*_`~"))
    if tail.count("`") % 2:
        tail += "`"
    elif tail.count("**") % 2:
        tail += "**"
    return f"{head}{gap}{tail}"


@lru_cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _blocks(text: str) -> tuple[set[tuple[int, int]], list[tuple[int, int]]]:
    """Line ranges (first, one past the last) of code blocks, and of prose in order."""
    code, prose = set[tuple[int, int]](), set[tuple[int, int]]()
    for token in _parser().parse(text):
        if token.map is not None and token.type in ("fence", "code_block"):
            code.add((token.map[0], token.map[1]))
        elif token.map is not None and token.type == "inline":
            prose.add((token.map[0], token.map[1]))
    return code, sorted(prose)


def _prose(text: str) -> str:
    parts = _CODE_SPAN.split(text)
    # `split` with two groups yields: prose, whole span, its backticks, prose, ...
    return "".join(_marks(part) if place % 3 == 0 else part for place, part in enumerate(parts) if place % 3 != 2)


def _marks(text: str) -> str:
    text = _DISPLAY_MATH.sub(lambda found: f"$$\n{(found[1] or found[2]).strip()}\n$$", text)
    text = _INLINE_MATH.sub(r"$\1$", text)
    text = _PRICE.sub(r"\\$", text)
    return _no_pictures(text)


def _no_pictures(text: str) -> str:
    """Links where pictures were; whatever else could become a picture is shown as it is written."""
    return _ANY_PICTURE.sub(r"!\\[", _NAMED_PICTURE.sub("", _UNNAMED_PICTURE.sub("[picture]", text)))
