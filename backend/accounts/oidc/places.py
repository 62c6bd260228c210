"""Where a browser may be sent back to. Pure."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from backend.errors import InvalidRequest
from shared.sign_on import TROUBLE, SignInTrouble

LONGEST = 1000


def local_path(text: str) -> str:
    """A path of this site, with its query. Raises `InvalidRequest` for anything a browser could read otherwise.

    Browsers take `\\` for `/` and leave tabs and line ends out (url.spec.whatwg.org, "basic URL parser").
    """
    plain = text.isascii() and text.isprintable() and " " not in text and "\\" not in text
    if not plain or len(text) > LONGEST or not text.startswith("/") or text.startswith("//"):
        raise InvalidRequest("`return_to` is a path of this site, such as /usage.", details={"field": "return_to"})
    return text


def with_trouble(path: str, trouble: SignInTrouble) -> str:
    """A local path that says what went wrong."""
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != TROUBLE]
    return parts._replace(query=urlencode([*query, (TROUBLE, trouble.value)]), fragment="").geturl()
