"""The web app as one ASGI application: the pages, and the browser's own calls to the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from frontend.headers import SecurityHeaders
from frontend.proxy import Proxy
from frontend.settings import settings

_HERE = Path(__file__).parent


async def _favicon(_request: Request) -> FileResponse:
    return FileResponse(_HERE / "static" / "favicon.png")


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    """Imports what charts and tables need while nobody waits for it; else the first visit to such a page does."""
    Thread(target=lambda: [import_module(name) for name in ("pandas", "pyarrow", "altair")], daemon=True).start()
    async with _proxy.lifespan(app):
        yield


_proxy = Proxy(settings())

app = st.App(
    _HERE / "main.py",
    lifespan=_lifespan,
    middleware=[Middleware(SecurityHeaders)],
    routes=[*_proxy.routes(), Route("/favicon.png", _favicon)],
)
