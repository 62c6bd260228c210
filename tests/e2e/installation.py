"""One `fairlead up` in a folder of its own, whose only provider is the simulator."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import psutil

from backend.running.ports import free_port
from shared.paths import LOGIN
from tests.fixtures.databases import ADMIN_EMAIL, ADMIN_PASSWORD

READY = "Ctrl-C stops everything"
STOP_SECONDS = 60
_OURS = ("FAIRLEAD_", "DATABASE_URL", "OLLAMA_", "HF_TOKEN", "PORT", "LOG_LEVEL")


class Installation:
    """A running product: web app, API and database. `admin` asks the API as its first administrator.

    The simulator is given, so that a local Ollama is not taken in its place; at `issuer` people can sign in.
    """

    web: str
    api: str
    admin: httpx.Client

    def __init__(self, simulator_url: str, issuer: str) -> None:
        self._simulator_url = simulator_url
        self.issuer = issuer
        self.folder = Path(tempfile.mkdtemp(prefix="fairlead-e2e-"))
        self.folder.chmod(0o711)  # run as root, the database server's account must get through
        self._process: subprocess.Popen[str] | None = None

    @property
    def logs(self) -> Path:
        """What the started processes wrote."""
        return self.folder / "data" / "logs"

    def start(self) -> None:
        """Starts everything and returns when it says that it is ready."""
        api_port, ui_port = free_port(), free_port()
        self.web, self.api = f"http://127.0.0.1:{ui_port}", f"http://127.0.0.1:{api_port}"
        ports = ["--api-port", str(api_port), "--ui-port", str(ui_port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "up", "--data-dir", str(self.folder / "data"), *ports],
            cwd=self.folder,  # where no `.env` is
            env=_environment(self._simulator_url, self.issuer),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if READY in line:
                break
        else:
            raise AssertionError(f"Fairlead did not start: {said}")
        body = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        answer = httpx.post(f"{self.api}{LOGIN}", json=body, timeout=30).raise_for_status()
        token = answer.json()["tokens"]["access_token"]
        self.admin = httpx.Client(base_url=self.api, headers={"authorization": f"Bearer {token}"}, timeout=30)

    def get(self, path: str, **parameters: str) -> Any:
        """What the API answers the administrator."""
        return self.admin.get(path, params=parameters).raise_for_status().json()

    def kill_api(self) -> None:
        """Ends the API as a crash would; it is started again by itself."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        (api,) = [child for child in children if "backend.asgi" in child.cmdline()]
        api.kill()

    def stop(self) -> int:
        """Ends everything in order; the status it ended with."""
        if self._process is None:
            return 0
        with contextlib.suppress(AttributeError):  # it never became ready
            self.admin.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        return self._process.returncode

    def remove(self) -> None:
        """Deletes its data."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _environment(simulator_url: str, issuer: str) -> dict[str, str]:
    """The present one without anything that a person set for their own Fairlead."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OURS) and not name.endswith("_API_KEY")
    }
    return {
        **kept,
        "FAIRLEAD_ADMIN_EMAIL": ADMIN_EMAIL,
        "FAIRLEAD_LEASE_SECONDS": "5",
        "FAIRLEAD_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "FAIRLEAD_SIGNUP": "open",
        "FAIRLEAD_OIDC_HARBOUR_ISSUER": issuer,
        "FAIRLEAD_OIDC_HARBOUR_CLIENT_ID": "fairlead",
        "FAIRLEAD_OIDC_HARBOUR_CLIENT_SECRET": "a secret of the client",
        "FAIRLEAD_OIDC_HARBOUR_LABEL": "Harbour Works",
        "FAIRLEAD_OIDC_HARBOUR_ROLE_MAP": "fairlead-admins=admin",
        "FAIRLEAD_OIDC_HARBOUR_ALLOW_PRIVATE_NETWORK": "true",
        "FAIRLEAD_SIMULATOR_URL": simulator_url,
        "PYTHONUNBUFFERED": "1",
    }
