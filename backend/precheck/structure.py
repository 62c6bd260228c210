"""What the form of a prompt shows: code, formulas, answer options, tables, questions."""

import re
from enum import StrEnum

ROWS = 3
"""Consecutive lines with the same separators that make a table."""

_CODE = (
    *("```", "#include", "</", "#!/", "<?php", "$this->", "std::", "(self", ">>> ", "):\n    "),
    *("console.log", "printf(", "print(", "public static", "SELECT ", "CREATE TABLE", "import java"),
    *("Traceback (most recent", "using namespace"),
)
_CODE_HINTS = (
    *("def ", "return ", "import ", "function ", "const ", "var "),
    *("=> ", "();", ");", "};", " == ", "{\n", "    "),
)
_CODE_HINTS_NEEDED = 3
_CODE_SIGNS = (*"`#</$:>(_;={", "SELECT ", "CREATE TABLE", "import ", "public static", "using namespace")
"""One of these stands in every code."""

_SUM = re.compile(r"\d\s?[+*/^=\u00d7\u00f7<>]\s?\(?-?[\da-z]|\d - \d|[xyn] ?[=^] ?\d")
_SUM_SIGNS = "+*/^=\u00d7\u00f7-"
_MATH_SIGNS = "\u222b\u2211\u221a\u2264\u2265\u03c0\u221e\u2208"
_MATH_COMMANDS = (r"\frac", r"\sqrt", r"\int", r"\sum", r"\cdot", r"\times", r"\begin{", r"\le", r"\ge", r"\pi")
_DOLLARS = re.compile(r"\$[^$\n ](?:[^$\n]{0,160}[^$\n ])?\$(?!\d)")
_OPTIONS = (("A)", "B)"), ("A.", "B."), ("a)", "b)"), ("A:", "B:"))
_SEPARATORS = "|\t;,"
_FEWEST_SEPARATORS = {"|": 2, "\t": 1, ";": 2, ",": 2}


class Form(StrEnum):
    """A form found in a prompt."""

    CODE = "code"
    FORMULA = "formula"
    OPTIONS = "options"
    TABLE = "table"
    QUESTION = "question"


def forms(text: str) -> frozenset[Form]:
    """The forms in `text`: plain searches and bounded patterns, linear in its length."""
    found = []
    if _is_code(text):
        found.append(Form.CODE)
    digits = any(map(text.__contains__, "0123456789"))
    if _is_formula(text, digits=digits):
        found.append(Form.FORMULA)
    if _has_options(text):
        found.append(Form.OPTIONS)
    if _has_table(text):
        found.append(Form.TABLE)
    if "?" in text or "\u061f" in text:
        found.append(Form.QUESTION)
    return frozenset(found)


def _is_code(text: str) -> bool:
    if not any(map(text.__contains__, _CODE_SIGNS)):
        return False
    for sign in _CODE:
        if sign in text:
            return True
    hints = 0
    for hint in _CODE_HINTS:
        hints += hint in text
    return hints >= _CODE_HINTS_NEEDED


def _is_formula(text: str, *, digits: bool) -> bool:
    if "\\" in text and any(command in text for command in _MATH_COMMANDS):
        return True
    if text.count("$") > 1 and _DOLLARS.search(text):
        return True
    if not text.isascii() and any(sign in text for sign in _MATH_SIGNS):
        return True
    return digits and any(sign in text for sign in _SUM_SIGNS) and _SUM.search(text) is not None


def _has_options(text: str) -> bool:
    return any(second in text and first in text[: text.find(second)] for first, second in _OPTIONS)


def _has_table(text: str) -> bool:
    if text.count("\n") < ROWS - 1:
        return False
    return any(text.count(separator) >= ROWS and _aligned(text, separator) for separator in _SEPARATORS)


def _aligned(text: str, separator: str) -> bool:
    run, last = 0, -1
    for line in text.split("\n"):
        count = line.count(separator)
        run = run + 1 if count == last and count >= _FEWEST_SEPARATORS[separator] else 1
        last = count
        if run >= ROWS:
            return True
    return False
