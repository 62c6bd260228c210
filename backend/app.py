"""The API: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import swagger_ui_bundle
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router

from backend.accounts.guards import caller
from backend.edge import Edge
from backend.errors import HANDLERS
from backend.health import VERSION
from backend.load import MAX_BODY_BYTES
from backend.logs import configure_logging
from backend.openapi_examples import ExemplifiedConfig
from backend.routes import CONTROLLERS
from backend.services import Services
from backend.settings import Settings
from shared.paths import SESSION_COOKIE

DOCS = "/schema"
ASSETS = "/schema-assets"


def create_app(settings: Settings) -> Litestar:
    """One process of the API. Its parts are opened and closed with the application."""
    configure_logging(settings.log_level)
    services = Services(settings)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = Litestar(
        route_handlers=[
            *CONTROLLERS,
            create_static_files_router(
                path=ASSETS, directories=[Path(swagger_ui_bundle.swagger_ui_path)], include_in_schema=False
            ),
        ],
        dependencies={
            "identity": Provide(caller, sync_to_thread=False),
            **{name: _always(part) for name, part in parts(services).items()},
        },
        exception_handlers=HANDLERS,
        openapi_config=_openapi(),
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
        lifespan=[lifespan],
    )
    app.asgi_handler = Edge(app.asgi_handler, identities=services.identities, load=services.load, settings=settings)
    app.state.services = services
    return app


def parts(services: Services) -> dict[str, object]:
    """What handlers may ask for by name."""
    return {
        "settings": services.settings,
        "secrets": services.secrets,
        "examiner": services.examiner,
        "watch": services.watch,
        "database": services.database,
        "catalogue": services.catalogue,
        "identities": services.identities,
        "accounts": services.accounts,
        "kept_files": services.attachments,  # a name of no field: Litestar takes those for its own fault
        "api_keys": services.api_keys,
        "chats": services.chats,
        "errands": services.errand_pipeline,
        "settler": services.settler,
        "generations": services.generations,
        "metrics": services.metrics,
        "provider_client": services.client,
        "health": services.health,
    }


def _always(part: object) -> Provide:
    return Provide(lambda: part, sync_to_thread=False)


def _openapi() -> ExemplifiedConfig:
    return ExemplifiedConfig(
        title="Fairlead",
        version=VERSION,
        path=DOCS,
        use_handler_docstrings=True,
        render_plugins=[
            SwaggerRenderPlugin(
                path="/",
                js_url=f"{ASSETS}/swagger-ui-bundle.js",
                css_url=f"{ASSETS}/swagger-ui.css",
                standalone_preset_js_url=f"{ASSETS}/swagger-ui-standalone-preset.js",
                favicon="",
            )
        ],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", description="Access token, session token or API key"
                ),
                "cookie": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=SESSION_COOKIE),
            }
        ),
        security=[{"bearer": []}, {"cookie": []}],
    )
