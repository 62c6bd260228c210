"""Live keys and private keys in a prompt, by the forms their issuers publish."""

import re

ENOUGH_VARIETY = 8
"""Different characters a key has at least; placeholders such as `sk-xxxxxxxx` have fewer."""

_ALNUM = "[A-Za-z0-9]"
_FORMS = tuple(
    ("_" if "_" in prefix else prefix[-2], prefix, re.compile(re.escape(prefix) + rest))
    for prefix, rest in (
        ("sk-", "[A-Za-z0-9_-]{20,220}"),
        ("sk_live_", f"{_ALNUM}{{16,250}}"),
        ("rk_live_", f"{_ALNUM}{{16,250}}"),
        ("AKIA", "[A-Z2-7]{16}"),
        ("ASIA", "[A-Z2-7]{16}"),
        ("AIza", "[A-Za-z0-9_-]{35}"),
        ("ghp_", f"{_ALNUM}{{36,250}}"),
        ("gho_", f"{_ALNUM}{{36,250}}"),
        ("ghu_", f"{_ALNUM}{{36,250}}"),
        ("ghs_", f"{_ALNUM}{{36,250}}"),
        ("github_pat_", "[A-Za-z0-9_]{36,250}"),
        ("glpat-", "[A-Za-z0-9_-]{20,250}"),
        ("xoxb-", "[A-Za-z0-9-]{20,250}"),
        ("xoxp-", "[A-Za-z0-9-]{20,250}"),
        ("xapp-", "[A-Za-z0-9-]{20,250}"),
        ("hf_", "[A-Za-z]{34}"),
        ("gsk_", f"{_ALNUM}{{40,60}}"),
        ("npm_", f"{_ALNUM}{{36}}"),
        ("pypi-", "[A-Za-z0-9_-]{60,250}"),
        ("SG.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
        ("-----BEGIN ", r"(?:[A-Z]{1,12} ){0,2}PRIVATE KEY-----\s{0,4}[A-Za-z0-9+/=:, -]{16,200}"),
    )
)
_PLACEHOLDER = re.compile("example|your|placeholder|dummy|redacted|1234567|abcdef", re.IGNORECASE)


def holds_secret(text: str) -> bool:
    """Whether a live key stands in `text`; keys of documentation and placeholders do not count.

    Linear: each form is looked for by its fixed beginning, and what may follow is bounded.
    """
    return any(
        _live(text, found)
        for sign, prefix, form in _FORMS
        if sign in text and prefix in text
        for found in form.finditer(text)
    )


def _live(text: str, found: re.Match[str]) -> bool:
    start = found.start()
    if start and text[start - 1].isalnum():
        return False
    key = found.group()
    worded = key.islower() and not any(map(str.isdigit, key))
    return len(set(key)) >= ENOUGH_VARIETY and not worded and not _PLACEHOLDER.search(key)
