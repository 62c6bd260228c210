"""Words written so that rules overlook them: digits for letters, look-alikes from other alphabets."""

from collections.abc import Sequence

_LEET = str.maketrans("013457@$+", "oieastast")
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u043a\u043c\u043d\u0442\u0432"
    "\u04bb\u0261\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03b3\u0131\u0251\u1d0f\u1d07",
    "aeopcyxijsdqwkmhtbhgaeikvoptuxyiaoe",
)


def unmask(tokens: Sequence[str], known: frozenset[str]) -> Sequence[str]:
    """`tokens` with each disguised word of `known` in its plain form."""
    plain = {
        token: word
        for token in set(tokens)
        if not (token.isascii() and token.isalpha()) and (word := plain_word(token)) != token and word in known
    }
    return [plain.get(token, token) for token in tokens] if plain else tokens


def plain_word(token: str) -> str:
    """Letters for digits and signs that stand for them, Latin ones for their look-alikes."""
    if token.isascii():
        return token if token.isdigit() else token.translate(_LEET)
    return token.translate(_LOOKALIKES).translate(_LEET)
