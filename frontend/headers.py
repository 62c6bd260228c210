"""Security headers on every HTTP response of the web app."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


@lru_cache
def content_security_policy() -> str:
    """What a page may load: nothing from elsewhere, and no script but Streamlit's files and our browser parts.

    Pictures from here only: model output must not be able to send anything anywhere by naming one. Our browser
    parts are loaded as `blob:`.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(_inline_scripts())} blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'self'",
            "object-src 'none'",
        )
    )


def _inline_scripts() -> list[str]:
    """Hashes of the scripts in Streamlit's own page, so that no other inline script runs (CSP 3, hash-source)."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


class SecurityHeaders:
    """ASGI middleware; leaves web sockets and headers that are already set alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {"content-security-policy": content_security_policy()} | _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
