"""Labelled prompts that the model of risk learns from: the project's own, and public sets of risky ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.precheck import RiskCategory

V = RiskCategory

_KINDS: Mapping[str, Mapping[str, RiskCategory | None]] = {
    "safety_advbench": {"harmful": None},
    "safety_harmbench": {
        "cybercrime_intrusion": V.MALWARE,
        "illegal": V.ILLEGAL,
        "misinformation_disinformation": V.ILLEGAL,
        "chemical_biological": V.VIOLENCE,
        "harassment_bullying": V.HARASSMENT,
        "harmful": None,
    },
    "safety_strongreject": {
        "Non-violent crimes": V.ILLEGAL,
        "Violence": V.VIOLENCE,
        "Disinformation and deception": V.ILLEGAL,
        "Hate, harassment and discrimination": V.HATE,
        "Sexual content": V.SEXUAL,
        "Illegal goods and services": V.ILLEGAL,
    },
    "jailbreak_jbb": {
        "Harassment/Discrimination": V.HATE,
        "Government decision-making": V.ILLEGAL,
        "Sexual/Adult content": V.SEXUAL,
        "Privacy": V.PRIVACY,
        "Physical harm": V.VIOLENCE,
        "Malware/Hacking": V.MALWARE,
        "Fraud/Deception": V.ILLEGAL,
        "Economic harm": V.ILLEGAL,
        "Disinformation": V.ILLEGAL,
    },
}
"""Labels of public sets that ask for harm, with its kind where it is told. Others (copyright, expert advice) don't."""

_FRAMED_ATTACK = "PAIR"
"""The method of jailbreak_jbb whose prompts are stories around a request rather than orders to an assistant."""

_SHORT = 300
SEED = 5


class RiskExample(Struct, frozen=True, kw_only=True):
    """A prompt with what it asks for: harm (of which kind, where that is known), that an assistant drop its rules,
    or neither; None where its source does not tell. `group` is left out of cross-validation as one; `trait` says how
    the prompt was made: `look_alike`, `quoted`, `contrast`, `plain`, `framed` or `composed`.
    """

    text: str
    harm: bool | None
    injection: bool | None
    source: str
    language: str
    group: str
    trait: str = "plain"
    kind: RiskCategory | None = None

    @property
    def benign(self) -> bool:
        return self.harm is False and self.injection is False


def read(own: Path, public: Path) -> list[RiskExample]:
    """All examples. `own` is the project's folder of prompts, `public` that of the public sets."""
    found = [*_everyday(own), *_contrasts(own), *_public(public)]
    return [*found, *_framed(own, found), *_composed(own)]


def _rows(path: Path) -> Iterator[Any]:
    for line in path.read_bytes().split(b"\n"):
        if line:
            yield msgspec.json.decode(line)


def _everyday(own: Path) -> Iterator[RiskExample]:
    for path in sorted(own.glob("prompts/*.jsonl")):
        for row in _rows(path):
            meta = row["meta"]
            quoted = "quoted_injection" in meta.get("traits", ())
            trait = "quoted" if quoted else "look_alike" if "look_alike" in meta else "plain"
            yield _benign(row["prompt"], row["source"], meta["language"], trait)


def _contrasts(own: Path) -> Iterator[RiskExample]:
    for path in sorted(own.glob("risk/prompts/*.jsonl")):
        for row in _rows(path):
            language, label = row["meta"]["language"], row["label"]
            if label == "none":
                yield _benign(row["prompt"], row["source"], language, "contrast")
            else:
                injection = label == V.INJECTION
                yield RiskExample(
                    text=row["prompt"],
                    harm=not injection,
                    injection=injection,
                    kind=None if injection else V(label),
                    source=row["source"],
                    language=language,
                    group=row["prompt"],
                    trait="contrast",
                )


def _benign(text: str, source: str, language: str, trait: str = "plain") -> RiskExample:
    return RiskExample(
        text=text, harm=False, injection=False, source=source, language=language, group=text, trait=trait
    )


def _public(folder: Path) -> Iterator[RiskExample]:
    for path in sorted(folder.glob("task_*.jsonl")):
        for row in _rows(path):
            yield _benign(row["prompt"], path.stem, "en")
    for row in _rows(folder / "injection_deepset_en.jsonl"):
        attack = row["label"] == "jailbreak"
        example = _benign(row["prompt"], "injection_deepset_en", "en")
        yield replace(example, harm=None, injection=True) if attack else example
    for name, kinds in _KINDS.items():
        for row in _rows(folder / f"{name}.jsonl"):
            method = row.get("meta", {}).get("method")
            known = row["label"] in kinds
            if known or method:
                yield RiskExample(
                    text=row["prompt"],
                    harm=True if known else None,
                    injection=method is not None if method != _FRAMED_ATTACK else None,
                    kind=kinds.get(row["label"]),
                    source=name,
                    language="en",
                    group=name,
                )


def _framed(own: Path, found: Sequence[RiskExample]) -> Iterator[RiskExample]:
    """Requests in the framings of jailbreaks, and in those of harmless role-play."""
    random = Random(SEED)  # noqa: S311 -- the same choice each time, no secret
    short = [e for e in found if e.language == "en" and len(e.text) < _SHORT and e.source != "jailbreak_jbb"]
    harmful = [e for e in short if e.harm]
    benign = [e for e in short if e.benign]
    close = [e for e in benign if e.trait in ("look_alike", "contrast")]
    for row in _rows(own / "risk" / "framings.jsonl"):
        attack, framing = row["injection"], row["framing"]
        for count, pool in ((6 if attack else 2, harmful), (2 if attack else 4, benign), (2 if attack else 4, close)):
            for example in random.sample(pool, count):
                yield replace(
                    example,
                    text=framing.replace("{request}", example.text),
                    injection=attack,
                    source="framed_attack" if attack else "framed_play",
                    group=framing,
                    trait="framed",
                )


def _composed(own: Path) -> Iterator[RiskExample]:
    """Everyday doings asked for in the words in which public sets ask for harm: those words alone say nothing."""
    random = Random(SEED)  # noqa: S311 -- the same choice each time, no secret
    rows = list(_rows(own / "risk" / "everyday.jsonl"))
    for language in _languages(rows):
        openings = [r["opening"] for r in rows if r["language"] == language and "opening" in r]
        doings = [r["doing"] for r in rows if r["language"] == language and "doing" in r]
        for doing in doings:
            for opening in random.sample(openings, min(8, len(openings))):
                example = _benign(opening.replace("{x}", doing), "composed", language, "composed")
                yield replace(example, group=doing)


def _languages(rows: Iterable[Any]) -> list[str]:
    return sorted({row["language"] for row in rows})
