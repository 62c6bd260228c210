"""The command `fairlead`. What goes wrong is one sentence on standard error and a status other than 0."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backend.running.errors import OperatorError, sentence

if TYPE_CHECKING:  # imports wait until a command needs them, so that --help is quick
    from backend.settings import Settings

app = typer.Typer(
    name="fairlead",
    help="Fairlead: self-hosted AI chat with plans. Every setting can also come from the environment (.env.example).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="Create people and let them back in.", no_args_is_help=True)
app.add_typer(user, name="user")
catalogue = typer.Typer(help="Compare the catalogue with what providers say of their models.", no_args_is_help=True)
app.add_typer(catalogue, name="catalogue")

ApiPort = Annotated[int | None, typer.Option(help="Port of the API.", show_default="8000")]
UiPort = Annotated[int | None, typer.Option(help="Port of the web app.", show_default="8501")]
DataDir = Annotated[Path | None, typer.Option(help="Folder of database, secret and logs.", show_default=".fairlead")]
Workers = Annotated[int | None, typer.Option(help="API processes.", show_default="1")]


@app.command()
def up(
    api_port: ApiPort = None,
    ui_port: UiPort = None,
    data_dir: DataDir = None,
    workers: Workers = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Leave the web app out.")] = False,
) -> None:
    """Start everything on this machine: database, API, web app, and a provider if no key is set.

    Ctrl-C stops it. The database is the one of DATABASE_URL, else one of our own in the data folder.
    """
    settings = _settings(
        api_port=api_port, ui_port=ui_port, data_dir=data_dir, workers=workers, ui=False if no_ui else None
    )
    from backend.running.up import Up

    asyncio.run(Up(settings, _tell).run())


@app.command()
def serve(api_port: ApiPort = None, data_dir: DataDir = None, workers: Workers = None) -> None:
    """Serve the API alone, for a database that `fairlead migrate` has brought up to date."""
    settings = _settings(api_port=api_port, data_dir=data_dir, workers=workers)
    from backend.running.database import migrated_database
    from backend.running.ports import listen

    with (
        listen(settings.host, settings.api_port, "FAIRLEAD_API_PORT") as listener,
        migrated_database(settings) as complete,
    ):
        if complete.workers == 1:
            from backend import asgi

            asgi.serve(complete, listener)
        else:
            from backend.running.serve import serve_with_workers

            asyncio.run(serve_with_workers(complete, listener, _tell_error))


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run the background jobs and nothing else. API processes run them too; any number may run at once."""
    settings = _settings(data_dir=data_dir)
    from backend.running.database import migrated_database
    from backend.running.signals import until_told
    from backend.worker import run_forever

    with migrated_database(settings) as complete:
        asyncio.run(until_told(run_forever(complete)))


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database up to date: tables, default catalogue, first administrator.

    Safe to repeat; what exists is not overwritten, and two at once take turns.
    """
    settings = _settings(data_dir=data_dir)
    from backend.bootstrap import prepare
    from backend.running.database import reachable_database, up_to_date
    from backend.running.greeting import first_admin

    with reachable_database(settings) as complete:
        up_to_date(str(complete.database_url))
        made = asyncio.run(prepare(complete)).first_admin
    if made is not None:
        print(first_admin(made.email, made.password, by_password=made.by_password))


@app.command()
def reconcile(
    since: Annotated[str, typer.Option(help="How far back calls are compared: 90m, 24h, 7d.")] = "24h",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Check the books and repair what a crash left; compare our costs with those that providers report.

    Money is never changed, only reported. The status is 0 when the books balance and 1 when they do not.
    """
    settings = _settings(data_dir=data_dir)
    import msgspec

    from backend.logs import configure_logging
    from backend.metering.reconciliation.command import reconcile_by_hand, span
    from backend.running.database import migrated_database

    back = span(since)
    configure_logging("error")
    with migrated_database(settings) as complete:
        report = asyncio.run(reconcile_by_hand(complete, back))
    print(msgspec.json.encode(report).decode() if as_json else report.text())
    if not report.balanced:
        sys.exit(1)


@catalogue.command()
def refresh(
    provider: Annotated[
        list[str] | None, typer.Option(help="A provider's name; may be repeated.", show_default="all with a key")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Apply what is found, without asking.")] = False,
    suspicious: Annotated[
        bool, typer.Option("--suspicious", help="Also prices that move by more than ten times, or to zero.")
    ] = False,
    gone: Annotated[
        bool, typer.Option("--gone", help="Also turn off and mark models that are no longer listed.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Kept in the audit log.")] = "Refreshed from the provider's list.",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Read providers' model lists and show how they differ from the catalogue.

    Nothing is changed without --apply or a yes. New models stay off; new prices count from the next request on, and
    calls already made keep theirs. The status is 1 when a list could not be read.
    """
    settings = _settings(data_dir=data_dir)
    import msgspec

    from backend.catalogue.imports.command import apply_lists, read_lists, to_apply
    from backend.catalogue.imports.report import text
    from backend.logs import configure_logging
    from backend.running.database import migrated_database

    if not 1 <= len(reason) <= 500:
        raise OperatorError("--reason takes 1 to 500 characters.")
    configure_logging("error")
    with migrated_database(settings) as complete:
        imports, failures = asyncio.run(read_lists(complete, provider or []))
        if not as_json:
            print("\n\n".join(text(found) for found in imports))
        lines = sum(len(to_apply(found, suspicious=suspicious, gone=gone)) for found in imports)
        if lines and (apply or (not as_json and _asked(f"Apply {lines} of them?"))):
            imports = asyncio.run(apply_lists(complete, imports, reason, suspicious=suspicious, gone=gone))
            if not as_json:
                print(f"Applied {lines}.")
        elif not as_json:
            print("Nothing was changed.")
    if as_json:
        print(msgspec.json.encode(imports).decode())
    for failure in failures:
        _tell_error(f"fairlead: {failure}")
    if failures:
        sys.exit(1)


@user.command("create")
def create(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    name: Annotated[str | None, typer.Option(help="Shown in the web app.", show_default="from EMAIL")] = None,
    role: Annotated[Literal["user", "support", "admin"], typer.Option(help="What they may do.")] = "user",
    data_dir: DataDir = None,
) -> None:
    """Create a person who can sign in. The password is asked for, or read from standard input."""
    settings = _settings(data_dir=data_dir)
    password = _password()
    from backend.accounts.commands import create_user
    from backend.running.database import migrated_database

    with migrated_database(settings) as complete:
        asyncio.run(create_user(complete, email, name or email.partition("@")[0], password, role))
    print(f"{email} can sign in now.")


@user.command()
def reset(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")], data_dir: DataDir = None
) -> None:
    """Print a link, good for one use, with which a person sets a new password."""
    settings = _settings(data_dir=data_dir)
    from backend.accounts.commands import reset_link
    from backend.running.database import migrated_database

    with migrated_database(settings) as complete:
        print(asyncio.run(reset_link(complete, email)))


def main() -> None:
    """The entry point of the command."""
    try:
        app()
    except (OperatorError, OSError) as error:
        _tell_error(f"fairlead: {sentence(error)}")
        sys.exit(1)


def _settings(**flags: object) -> "Settings":
    """Settings with the flags that were given."""
    from backend.settings import Settings, WrongSetting

    try:
        return Settings.load(**{name: value for name, value in flags.items() if value is not None})
    except WrongSetting as error:
        raise OperatorError(str(error)) from None


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _asked(question: str) -> bool:
    """A yes of somebody at a terminal; without one it is a no."""
    return sys.stdin.isatty() and sys.stdout.isatty() and typer.confirm(question)


def _tell(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone; what runs must not care
        print(text, flush=True)


def _tell_error(text: str) -> None:
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
