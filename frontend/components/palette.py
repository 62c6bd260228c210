"""Colours that charts need as values; everything else takes them from the style sheet."""

from typing import NamedTuple

from frontend.state import Theme


class Palette(NamedTuple):
    """`series` in the order they are given out; the last one is for what is left over."""

    series: tuple[str, str, str, str, str]
    ink2: str
    line: str
    accent: str


_PALETTES: dict[Theme, Palette] = {
    "light": Palette(("#0F5D73", "#C98B2B", "#6E8F6B", "#9B6A8F", "#6F8FA8"), "#56636A", "#DFE2DE", "#0F5D73"),
    "dark": Palette(("#5FB0C2", "#D9A650", "#8DB289", "#BC91B1", "#8FAFC7"), "#9AA8AD", "#2B363B", "#6DB9C9"),
}


def palette(theme: Theme) -> Palette:
    """The chart colours of a theme."""
    return _PALETTES[theme]
