"""What was found, in words for the person; never what it says."""

from collections import Counter
from collections.abc import Iterable

from shared.precheck import PersonalKind

_ONE = {
    PersonalKind.EMAIL: "an e-mail address",
    PersonalKind.PHONE: "a phone number",
    PersonalKind.IBAN: "a bank account number",
    PersonalKind.CARD: "a payment card number",
    PersonalKind.NATIONAL_ID: "a personal identity number",
    PersonalKind.ADDRESS: "a postal address",
    PersonalKind.API_KEY: "an API key",
    PersonalKind.TOKEN: "an access token",
    PersonalKind.PASSWORD: "a password",
    PersonalKind.PRIVATE_KEY: "a private key",
}
_MORE = {
    PersonalKind.EMAIL: "e-mail addresses",
    PersonalKind.PHONE: "phone numbers",
    PersonalKind.IBAN: "bank account numbers",
    PersonalKind.CARD: "payment card numbers",
    PersonalKind.NATIONAL_ID: "personal identity numbers",
    PersonalKind.ADDRESS: "postal addresses",
    PersonalKind.API_KEY: "API keys",
    PersonalKind.TOKEN: "access tokens",
    PersonalKind.PASSWORD: "passwords",
    PersonalKind.PRIVATE_KEY: "private keys",
}


def in_words(kinds: Iterable[PersonalKind]) -> str:
    """Such as "a phone number and 2 e-mail addresses"; empty for nothing."""
    named = [_ONE[kind] if count == 1 else f"{count:,} {_MORE[kind]}" for kind, count in Counter(kinds).items()]
    return " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
