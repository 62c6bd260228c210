"""`python -m frontend` serves the web app at the address and port of its settings."""

from frontend.asgi import app
from frontend.settings import settings

if __name__ == "__main__":
    app.run(config={"server.address": settings().host, "server.port": settings().ui_port})
