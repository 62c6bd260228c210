"""A model's markdown: nothing is fetched, nothing in code changes, and unfinished text can be drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from frontend.components.markdown import closed, shown

PARSER = MarkdownIt("commonmark").enable("table")
FRAGMENTS = st.lists(
    st.sampled_from(
        ["![", "!", "[", "]", "(http://x/?q=1)", "[r]", "\n", "\n\n", "`", "``", "```\n", "~~~\n", "    ", "- ", "> ",
         "| ", "|--|--|\n", "\\", "a", "$", "5", "[r]: http://x", "[^1]: ", "<div>", "**", "\r\n", "\t", "1. "]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def pictures(markdown: str) -> list[str]:
    """Addresses that a CommonMark renderer would fetch."""
    found, tokens = list[str](), list(PARSER.parse(markdown))
    while tokens:
        token = tokens.pop()
        tokens += token.children or []
        if token.type == "image":
            found.append(str(token.attrs["src"]))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://198.51.100.1/?q=s)",
        "![](http://198.51.100.1/)",
        "a ![x][r]\n\n[r]: http://198.51.100.1/",
        "![r]\n\n[r]: http://198.51.100.1/",
        "[![x](http://198.51.100.1/)](http://example.org)",
        "# ![x](http://198.51.100.1/)",
        "| a |\n|---|\n| ![x](http://198.51.100.1/) |",
        "- one\n  - ![x](http://198.51.100.1/)",
        "> ![x](http://198.51.100.1/)",
        "![a [b [c] d] e](http://198.51.100.1/)",
        "\\` ![x](http://198.51.100.1/) `",
        "- a `\n- ![x](http://198.51.100.1/) `",
        "one `\n\n![x](http://198.51.100.1/) `",
        "a\r![x](http://198.51.100.1/)",
        "<div>\n\n![x](http://198.51.100.1/)",
        "```\ncode\n```\n![x](http://198.51.100.1/)",
    ],
)
def test_no_picture_is_left_to_fetch(text: str) -> None:
    assert pictures(text)
    assert not pictures(shown(text))
    assert not pictures(shown(text, breaks=True))


@given(FRAGMENTS)
def test_nothing_that_can_be_written_fetches_a_picture(text: str) -> None:
    assert not pictures(shown(text))


@pytest.mark.parametrize(
    "text",
    [
        "`![x](y)`",
        "``a ` ![x](y)``",
        "```md\n![x](y)\n$5 and \\(a\\)\n```",
        "~~~\n![x](y)\n~~~",
        "para\n\n    ![x](y)\n",
        "- item\n\n      ![x](y)",
        "let v = `vec![1]`; costs `$5`",
    ],
)
def test_code_stays_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("see ![the plan](http://x)", "see [the plan](http://x)"),
        ("![](http://x)", "[picture](http://x)"),
        ("vec![1, 2]", "vec!\\[1, 2]"),
        ("from $5 to $10.50, or $3k", "from \\$5 to \\$10.50, or $3k"),
        ("$x$ and $2x+1$", "$x$ and $2x+1$"),
        ("so \\(a + b\\) holds", "so $a + b$ holds"),
        ("\\[\na = b\n\\]", "$$\na = b\n$$"),
        ("$$x^2$$", "$$\nx^2\n$$"),
        ("plain **bold** text", "plain **bold** text"),
    ],
)
def test_prose_becomes_what_was_meant(text: str, wanted: str) -> None:
    assert shown(text) == wanted


def test_a_person_s_line_breaks_are_kept_outside_of_code() -> None:
    assert shown("one\ntwo\n\n```\na\nb\n```", breaks=True) == "one  \ntwo\n\n```\na\nb\n```"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a **bo", "a **bo**"),
        ("a **", "a "),
        ("a `co", "a `co`"),
        ("see [the li", "see the li"),
        ("see [link](http://exam", "see link"),
        ("```py\nx = **kw", "```py\nx = **kw"),
        ("done **bold** and `code`", "done **bold** and `code`"),
        ("first **open\n\nsecond", "first **open\n\nsecond"),
        ("", ""),
    ],
)
def test_unfinished_text_is_closed_for_drawing(text: str, wanted: str) -> None:
    assert closed(text) == wanted


@given(FRAGMENTS)
def test_closing_never_brings_a_picture_back(text: str) -> None:
    assert not pictures(closed(shown(text)))
