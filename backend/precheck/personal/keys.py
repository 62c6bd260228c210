"""API keys and private keys, by the forms their issuers publish."""

import re
from collections.abc import Iterator

from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.scan import Scan, scan
from shared.precheck import PersonalKind

ENOUGH_VARIETY = 8
"""Different characters a key has at least; placeholders such as `sk-xxxxxxxx` have fewer."""

_ALNUM = "[A-Za-z0-9]"
_HEX = "[0-9a-f]"
_FORMS = tuple(
    (prefix, re.compile(re.escape(prefix) + rest))
    for prefix, rest in (
        ("sk-", "[A-Za-z0-9_-]{20,220}"),
        ("sk_live_", f"{_ALNUM}{{16,250}}"),
        ("sk_test_", f"{_ALNUM}{{16,250}}"),
        ("rk_live_", f"{_ALNUM}{{16,250}}"),
        ("whsec_", f"{_ALNUM}{{24,100}}"),
        ("AKIA", "[A-Z2-7]{16}(?![A-Z0-9])"),
        ("ASIA", "[A-Z2-7]{16}(?![A-Z0-9])"),
        ("AIza", "[A-Za-z0-9_-]{35}"),
        ("GOCSPX-", "[A-Za-z0-9_-]{28}"),
        ("ya29.", "[A-Za-z0-9_-]{30,400}"),
        ("ghp_", f"{_ALNUM}{{36,250}}"),
        ("gho_", f"{_ALNUM}{{36,250}}"),
        ("ghu_", f"{_ALNUM}{{36,250}}"),
        ("ghs_", f"{_ALNUM}{{36,250}}"),
        ("ghr_", f"{_ALNUM}{{36,250}}"),
        ("github_pat_", "[A-Za-z0-9_]{36,250}"),
        ("glpat-", "[A-Za-z0-9_-]{20,250}"),
        ("xoxb-", "[A-Za-z0-9-]{20,250}"),
        ("xoxp-", "[A-Za-z0-9-]{20,250}"),
        ("xoxa-", "[A-Za-z0-9-]{20,250}"),
        ("xapp-", "[A-Za-z0-9-]{20,250}"),
        ("hooks.slack.com/services/", "[A-Z0-9]{8,12}/[A-Z0-9]{8,12}/[A-Za-z0-9]{20,32}"),
        ("hf_", "[A-Za-z]{34}"),
        ("gsk_", f"{_ALNUM}{{40,60}}"),
        ("fl_live_", "[A-Za-z0-9_-]{20,100}"),
        ("r8_", f"{_ALNUM}{{37}}"),
        ("pplx-", f"{_ALNUM}{{40,60}}"),
        ("xai-", f"{_ALNUM}{{60,100}}"),
        ("npm_", f"{_ALNUM}{{36}}"),
        ("pypi-", "[A-Za-z0-9_-]{60,250}"),
        ("dop_v1_", f"{_HEX}{{64}}"),
        ("shpat_", f"{_HEX}{{32}}"),
        ("shpss_", f"{_HEX}{{32}}"),
        ("sq0atp-", "[A-Za-z0-9_-]{22}"),
        ("sq0csp-", "[A-Za-z0-9_-]{43}"),
        ("lin_api_", f"{_ALNUM}{{40}}"),
        ("secret_", f"{_ALNUM}{{43}}"),
        ("ntn_", f"{_ALNUM}{{40,60}}"),
        ("dckr_pat_", "[A-Za-z0-9_-]{27}"),
        ("hvs.", "[A-Za-z0-9_-]{24,200}"),
        ("tfp_", f"{_ALNUM}{{40,60}}"),
        ("sntrys_", "[A-Za-z0-9_=+/-]{40,250}"),
        ("EAACEdEose0cBA", f"{_ALNUM}{{20,250}}"),
        ("key-", f"{_HEX}{{32}}"),
        ("SG.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
        ("AccountKey=", "[A-Za-z0-9+/]{86}=="),
        ("AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    )
)
_PLACEHOLDER = re.compile("example|your|placeholder|dummy|redacted|1234567|abcdef", re.IGNORECASE)

_BEGIN = "-----BEGIN "
_HEAD = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_BODY = re.compile(r"(?:\\n|[A-Za-z0-9+/=:,.() \t\r\n]|-(?!----)){16,20000}")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def api_keys(text: str, seen: Scan) -> Iterator[PersonalDatum]:
    """Live keys; those of documentation and placeholders do not count.

    Linear: each form is looked for by its fixed beginning, and what may follow is bounded.
    """
    for start, end in seen.runs:
        run = text[start:end]
        for prefix, form in _FORMS:
            if prefix in run:
                for found in form.finditer(text, start, end):
                    if _live(text, found):
                        yield PersonalDatum(found.start(), found.end(), PersonalKind.API_KEY)


def holds_key(text: str) -> bool:
    """Whether a live key or a private key stands in `text`."""
    return any(True for _ in private_keys(text)) or any(True for _ in api_keys(text, scan(text)))


def private_keys(text: str) -> Iterator[PersonalDatum]:
    """PEM and OpenPGP private keys (RFC 7468, RFC 9580 §6.2), to their end or as far as they go."""
    if _BEGIN not in text:
        return
    for head in _HEAD.finditer(text):
        body = _BODY.match(text, head.end())
        if body is None or len(set(body.group())) < ENOUGH_VARIETY:
            continue
        end = _END.search(text, head.end(), body.end() + 80)
        stop = end.end() if end is not None else body.end()
        if len(set(text[head.end() : end.start() if end is not None else stop])) >= ENOUGH_VARIETY:
            yield PersonalDatum(head.start(), stop, PersonalKind.PRIVATE_KEY)


def _live(text: str, found: re.Match[str]) -> bool:
    start = found.start()
    if start and text[start - 1].isalnum():
        return False
    key = found.group()
    worded = key.islower() and not any(map(str.isdigit, key))
    return len(set(key)) >= ENOUGH_VARIETY and not worded and not _PLACEHOLDER.search(key)
