"""The web app as one ASGI application: the pages, and the browser's own calls to the API."""

from pathlib import Path

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


_proxy = Proxy(settings())

app = st.App(
    _HERE / "main.py",
    lifespan=_proxy.lifespan,
    middleware=[Middleware(SecurityHeaders)],
    routes=[*_proxy.routes(), Route("/favicon.png", _favicon)],
)
