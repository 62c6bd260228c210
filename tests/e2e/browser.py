"""A Chromium for the browser tests: `python -m tests.e2e.browser` finds one, or gets one, or says what to do.

Debian's own package is preferred, because it also brings the libraries a browser needs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTRUCTION = (
    "The browser tests need Chromium. Install it with your system's packages (`apt-get install chromium` on Debian)"
    " or with `.venv/bin/playwright install --with-deps chromium`."
)


class NoBrowserError(RuntimeError):
    """There is no browser and none could be had; the text says what to do."""


def executable() -> str:
    """The path of a Chromium that starts, installed if need be. Raises `NoBrowserError`."""
    for install in (None, _from_debian, _from_playwright):
        if install is not None:
            install()
        for path in _candidates():
            if _starts(path):
                return path
    raise NoBrowserError(INSTRUCTION)


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        yield own


def _starts(path: str) -> bool:
    """A package may be a mere pointer to another package system, and a download may lack libraries."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _from_debian() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "--quiet", *arguments], env=environment, stdout=sys.stderr, check=False)


def _from_playwright() -> None:
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr, check=False)


if __name__ == "__main__":
    try:
        print(executable())  # noqa: T201 the answer
    except NoBrowserError as error:
        sys.exit(str(error))
