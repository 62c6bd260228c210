"""Email addresses and names in the one form in which they are stored and compared. Pure."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from backend.errors import InvalidRequest

INTRANET = frozenset({"local", "localhost", "test"})
"""Top-level names without mail on the internet, yet right for the people of one machine or office (RFC 6761, 6762)."""
LONGEST_NAME = 120
_STAND_IN = ".example"


def normalised(text: str) -> str:
    """The address in lower case and Unicode NFC; the syntax is checked, no name server is asked.

    Raises `InvalidRequest`.
    """
    address = text.strip()
    top = address.rpartition("@")[2].rpartition(".")[2].lower()
    suffix = _STAND_IN if top in INTRANET else ""
    try:
        valid = validate_email(address + suffix, check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError as error:
        raise InvalidRequest(f"The email address is not valid. {error}", details={"field": "email"}) from None
    return unicodedata.normalize("NFC", valid.removesuffix(suffix).lower())


def as_typed(text: str) -> str:
    """The address to look for and to count tries under; text that is no address becomes one that nobody has."""
    try:
        return normalised(text)
    except InvalidRequest:
        return text.strip().lower().encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def display_name(text: str) -> str:
    """A person's name without stray white space. Raises `InvalidRequest` for an empty or unprintable one."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(character)[0] == "C" for character in name):
        raise InvalidRequest("The name is empty or holds characters that cannot be shown.", details={"field": "name"})
    return name
