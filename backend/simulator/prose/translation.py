"""Text that looks like a translation: the right language, about the right length, another meaning."""

import re
from random import Random
from typing import NamedTuple

from backend.simulator.prose.length import Length


class Language(NamedTuple):
    """`names` are words by which prompts call it; `sentences` are ready-made."""

    title: str
    names: tuple[str, ...]
    sentences: tuple[str, ...]


_LANGUAGES = (
    Language(
        "German",
        ("german", "deutsch"),
        (
            "Dies ist eine simulierte Übersetzung; kein Sprachmodell wurde gefragt.",
            "Der Anfang bestimmt den Ton, und der Ton bestimmt, wer weiterliest.",
            "Über das Übrige lässt sich morgen in größerer Ruhe sprechen.",
            "Wer genau hinsieht, erkennt die Absicht hinter jedem einzelnen Wort.",
            "Am Ende zählt, dass der Sinn erhalten bleibt.",
        ),
    ),
    Language(
        "French",
        ("french", "français", "francais", "französisch"),
        (
            "Ceci est une traduction simulée ; aucun modèle n'a été interrogé.",
            "Le début donne le ton, et le ton décide de la suite.",
            "Quant au reste, nous pourrons en parler demain à tête reposée.",
            "Un lecteur attentif reconnaît l'intention derrière chaque mot.",
            "À la fin, l'essentiel est que le sens soit préservé.",
        ),
    ),
    Language(
        "Spanish",
        ("spanish", "español", "espanol", "spanisch"),
        (
            "Esta es una traducción simulada; no se consultó ningún modelo.",
            "El comienzo marca el tono, y el tono decide quién sigue leyendo.",
            "Del resto podremos hablar mañana con más calma.",
            "Quien mira con atención reconoce la intención detrás de cada palabra.",
            "Al final, lo que importa es conservar el sentido.",
        ),
    ),
    Language(
        "Italian",
        ("italian", "italiano", "italienisch"),
        (
            "Questa è una traduzione simulata; nessun modello è stato interpellato.",
            "L'inizio dà il tono, e il tono decide chi continua a leggere.",
            "Del resto potremo parlare domani con più calma.",
            "Chi guarda con attenzione riconosce l'intenzione dietro ogni parola.",
            "Alla fine conta che il senso rimanga.",
        ),
    ),
    Language(
        "Japanese",
        ("japanese", "日本語", "japanisch"),
        (
            "これは模擬の翻訳であり、言語モデルは使われていません。",
            "書き出しが調子を決め、調子が読み手を決めます。",
            "残りについては、明日ゆっくり話しましょう。",
            "注意深い読者は、一つ一つの言葉の意図に気づきます。",
        ),
    ),
    Language(
        "English",
        ("english", "englisch", "anglais", "inglés", "inglese"),
        (
            "This is a simulated translation; no language model was asked.",
            "The beginning sets the tone, and the tone decides who reads on.",
            "As for the rest, we can talk about it tomorrow in peace.",
            "Whoever looks closely recognises the intention behind every word.",
            "In the end, what counts is that the meaning is kept.",
        ),
    ),
)
_TARGET = re.compile(r"\b(?:in|into|to|auf|ins|nach|en|au|al)\s+(\w+)", re.IGNORECASE)
_SOURCE = re.compile(r"[\"“„«](.+?)[\"”“»]|:\s*(.+)\Z", re.DOTALL)
_FEWEST_WORDS, _MOST_WORDS = 8, 2_000


def write(prompt: str, length: Length, random: Random) -> str:
    """Sentences of the wanted language, about as long as the quoted source."""
    language = _target(prompt[:4_000])
    found = _SOURCE.search(prompt[:20_000])
    source = next((part for part in found.groups() if part), "") if found else ""
    words = length.words if length.exact else len(source.split()) or _FEWEST_WORDS
    sentences: list[str] = [language.sentences[0]]
    wanted = max(_FEWEST_WORDS, min(_MOST_WORDS, words))
    while sum(len(sentence.split()) for sentence in sentences) < wanted:
        sentences += random.sample(language.sentences[1:], len(language.sentences) - 1)
    kept, count = [], 0
    for sentence in sentences:
        if count >= wanted:
            break
        kept.append(sentence)
        count += max(5, len(sentence.split()))
    return f"**{language.title}** (simulated translation)\n\n> " + " ".join(kept)


def _target(prompt: str) -> Language:
    wanted = [word.lower() for word in _TARGET.findall(prompt)] + prompt.lower().split()
    return next(
        (language for word in wanted for language in _LANGUAGES if word.startswith(language.names)),
        _LANGUAGES[0],
    )
