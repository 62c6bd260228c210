"""The rules that keep the house in order. Each says why when it is broken."""

import ast
import importlib
import re
import statistics
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from backend import tables
from backend.providers.registry import DIALECTS
from tests.contract.adapters import PATHS
from tests.fixtures.sources import ROOT, Module, modules, written_files

PRODUCT = ("backend", "shared", "frontend", "migrations")
MOST_LINES = 450
MOST_LINES_P90 = 300


def no(offences: list[str], why: str) -> None:
    """Fails with the reason of the rule and every place that breaks it."""
    assert not offences, why + "\n  " + "\n  ".join(offences)


def belongs(imported: str, *packages: str) -> bool:
    return any(imported == package or imported.startswith(f"{package}.") for package in packages)


class TestDirection:
    def test_shared_knows_neither_side_of_the_wire(self) -> None:
        allowed = ("shared", "msgspec", *sys.stdlib_module_names)
        no(
            [
                f"{m.at(node)} imports {name}"
                for m in modules("shared")
                for node, name in m.imports()
                if not belongs(name, *allowed)
            ],
            "`shared` holds the wire's types, for clients too: it may need nothing but msgspec and the standard"
            " library, and must not know who uses it.",
        )

    @pytest.mark.parametrize(("side", "other"), [("backend", "frontend"), ("frontend", "backend")])
    def test_the_two_sides_meet_only_on_the_wire(self, side: str, other: str) -> None:
        no(
            [
                f"{m.at(node)} imports {name}"
                for m in modules(side)
                for node, name in m.imports()
                if belongs(name, other, "migrations" if side == "frontend" else "-")
            ],
            f"`{side}` and `{other}` are deployed apart and speak HTTP: what both need is in `shared`.",
        )

    def test_the_product_does_not_need_its_tests(self) -> None:
        no(
            [
                f"{m.at(n)} imports {name}"
                for m in modules(*PRODUCT)
                for n, name in m.imports()
                if belongs(name, "tests")
            ],
            "Tests are not installed with the product.",
        )

    def test_imports_are_absolute(self) -> None:
        no(
            [f"{m.at(n)} imports {name}" for m in modules(*PRODUCT) for n, name in m.imports() if name.startswith(".")],
            "The folder list read in order is the pipeline: an import says whose part it takes.",
        )

    def test_the_import_path_is_never_bent(self) -> None:
        no(
            [m.at(n) for m in modules(*PRODUCT, "tests") for n, name in m.attributes() if name == "sys" + ".path"],
            "`backend`, `frontend` and `shared` are installed: a changed sys.path would hide that they are not.",
        )


SQL = re.compile(
    r"\s*(SELECT\s|INSERT INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|WITH\s+\w+\s+AS\s|CREATE\s|DROP\s|ALTER\s"
    r"|TRUNCATE\s|LISTEN\s|NOTIFY\s|SHOW\s|GRANT\s|LOCK TABLE)"
)
QUERY_BUILDERS = {"select", "insert", "update", "delete"}
RUNS_SQL = {"execute", "exec", "exec_driver_sql", "executemany", "copy"}
SQL_ELSEWHERE = {
    "backend/database.py": "runs the statements it is given, and asks which migrations are done",
    "backend/notifications.py": "LISTEN and NOTIFY are no queries: they are its wire",
    "backend/embedded_postgres.py": "administers the server itself, before there are any tables",
    "backend/running/database.py": "asks a foreign server who it is, before there are any tables",
    "backend/running/cluster.py": "administers the server itself, before there are any tables",
    "backend/precheck/structure.py": "recognises SQL in prompts, runs none",
    "backend/simulator/prose/snippets.py": "shows SQL in simulated answers, runs none",
}


def may_hold_sql(m: Module) -> bool:
    return m.name.endswith("repository.py") or m.name.startswith("migrations/") or m.name in SQL_ELSEWHERE


class TestDatabase:
    def test_only_one_place_commits(self) -> None:
        no(
            [
                m.at(node)
                for m in modules(*PRODUCT)
                for node in ast.walk(m.tree)
                if isinstance(node, ast.Attribute) and node.attr == "commit" and m.name != "backend/database.py"
            ],
            "A unit of work is whole or not at all: only `Database.unit_of_work` in backend/database.py commits.",
        )

    def test_statements_stand_in_repositories(self) -> None:
        offences = [
            f"{m.at(node)} {' '.join(text.split())[:60]}"
            for m in modules("backend", "frontend", "shared")
            if not may_hold_sql(m)
            for node, text in m.strings()
            if SQL.match(text) and text.upper().split()[0] == text.split()[0]
        ]
        no(offences, "SQL in one kind of file can be reviewed, indexed for and moved: put it into repository.py.")

    def test_queries_are_built_and_run_in_repositories(self) -> None:
        offences = [
            f"{m.at(node)} imports {name}"
            for m in modules("backend")
            if not may_hold_sql(m)
            for node, name in m.imports()
            if name.rpartition(".")[2] in QUERY_BUILDERS and belongs(name, "sqlalchemy", "sqlmodel")
        ]
        offences += [
            f"{m.at(node)} .{node.func.attr}(...)"
            for m in modules("backend")
            if not may_hold_sql(m)
            for node in ast.walk(m.tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in RUNS_SQL
            and "session" in ast.unparse(node.func.value)
        ]
        no(offences, "Queries in one kind of file can be reviewed, indexed for and moved: put them into repository.py.")

    def test_the_frontend_has_no_database(self) -> None:
        no(
            [
                f"{m.at(node)} imports {name}"
                for m in modules("frontend", "shared")
                for node, name in m.imports()
                if belongs(name, "sqlalchemy", "sqlmodel", "psycopg", "alembic")
            ],
            "The web app is a client of the API like any other: it has no database.",
        )

    def test_every_table_is_known_to_the_migrations(self) -> None:
        known = {module.__name__ for module in tables.MODULES}
        found = {
            m.name.removesuffix(".py").replace("/", ".")
            for m in modules("backend")
            if m.path.name == "tables.py" and m.name != "backend/tables.py"
        }
        assert found == known, "Alembic sees only tables that are imported: list the module in backend/tables.py."
        declared = {
            m.name
            for m in modules("backend")
            for node in ast.walk(m.tree)
            if isinstance(node, ast.ClassDef) and any(k.arg == "table" for k in node.keywords)
        }
        no(
            [name for name in declared if not name.endswith("/tables.py")],
            "Tables stand in tables.py files, where backend/tables.py looks for them.",
        )


class TestEffects:
    def test_the_environment_is_read_by_settings_only(self) -> None:
        no(
            [
                f"{m.at(node)} {name}"
                for m in modules(*PRODUCT)
                if m.path.name != "settings.py"
                for node, name in m.attributes()
                if name in {"os.environ", "os.getenv", "os.environb", "os.putenv"}
            ],
            "Settings come in as an argument, so that a test or a second instance can decide them: read the"
            " environment in a settings.py.",
        )
        no(
            [
                f"{m.at(node)} {name}"
                for m in modules(*PRODUCT)
                if m.path.name != "settings.py"
                for node, name in m.imports()
                if name in {"os.environ", "os.getenv"} or belongs(name, "dotenv", "pydantic_settings")
            ],
            "The environment has one reader on each side of the wire, its settings.py.",
        )

    def test_the_page_state_has_one_keeper(self) -> None:
        no(
            [
                m.at(node)
                for m in modules("frontend")
                if m.name != "frontend/state.py"
                for node in ast.walk(m.tree)
                if isinstance(node, ast.Attribute) and node.attr == "session_state"
            ],
            "Keys of st.session_state are global names: frontend/state.py gives them types and one place.",
        )

    DECISIONS = (
        "backend/precheck/check.py",
        "backend/precheck/risk/policy.py",
        "backend/policy/choose.py",
        "backend/metering/pricing.py",
        "backend/metering/display_cost.py",
        "backend/entitlements/plans.py",
        "backend/assistants/pick.py",
        "backend/chat/plan.py",
        "backend/chat/history.py",
        "backend/chat/charge.py",
    )
    """Decisions of the pipeline; modules that call themselves pure are held to it too."""
    PRECHECK_RIM = (
        *("controller.py", "admin_controller.py", "service.py", "tables.py", "repository.py"),
        *("guard.py", "question.py", "changes.py"),
    )
    EFFECTS = (
        *("asyncio", "httpx", "aiohttp", "socket", "subprocess", "threading", "os", "random", "secrets"),
        *("sqlalchemy", "sqlmodel", "psycopg", "psycopg_pool", "litestar", "structlog", "uvicorn", "streamlit"),
        *("backend.database", "backend.services"),
    )

    def test_decisions_have_no_effects(self) -> None:
        pure = {
            m.name: m
            for m in modules("backend", "frontend", "shared")
            if m.name in self.DECISIONS
            or re.search(r"\bPure\b[.:,]", m.docstring)
            or (m.path.parent.name in {"precheck", "risk"} and m.path.name not in self.PRECHECK_RIM)
        }
        assert set(self.DECISIONS) <= set(pure)
        no(
            [
                f"{m.at(node)} imports {name}"
                for m in pure.values()
                for node, name in m.imports()
                if belongs(name, *self.EFFECTS)
            ],
            "Decisions are functions over values: testable by tables, the same on every replica. Their effects belong"
            " to the rim (repository, service, controller).",
        )


class TestFiles:
    def test_files_stay_small(self, record_testsuite_property: Callable[[str, object], None]) -> None:
        sizes = {m.name: len(m.text.splitlines()) for m in modules("backend", "shared", "frontend")}
        written = [size for size in sizes.values() if size]
        p90 = statistics.quantiles(written, n=10)[-1]
        record_testsuite_property("lines_of_a_file_p50", statistics.median(written))
        record_testsuite_property("lines_of_a_file_p90", p90)
        no(
            [f"{name}: {size} lines" for name, size in sizes.items() if size > MOST_LINES],
            f"A file of more than {MOST_LINES} lines has two nouns: look for the second one.",
        )
        assert p90 < MOST_LINES_P90, f"p90 is {p90:.0f} lines: files are growing together instead of apart."

    @pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md"])
    def test_pages_name_only_what_exists(self, page: str) -> None:
        named = re.findall(r"`([^`\s]+)`", (ROOT / page).read_text())
        no(
            [name for name in named if is_path(name) and not exists(name)],
            f"{page} names paths that do not exist: a map must show what is there.",
        )

    def test_no_file_names_a_package_index(self) -> None:
        hosts = re.compile(
            r"\b(pypi|pythonhosted|npmjs|crates)\.(org|com|io)\b|\bindex-url\s*[= ]\s*http", re.IGNORECASE
        )
        offences = [
            f"{path.relative_to(ROOT)}:{number}"
            for path, number, line in text_lines()
            if hosts.search(line) and path.name not in {"LICENSE"}
        ]
        no(offences, "Where packages come from is the installing machine's business (mirrors, air gaps), not ours.")

    def test_no_file_speaks_of_one_machine(self) -> None:
        own = re.compile(r"(?<![\w.${}<>*-])/(work|root|home/[a-z]\w*|Users/\w+)/[\w.]")
        no(
            [
                f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
                for path, number, line in text_lines()
                if own.search(line)
            ],
            "A path of somebody's machine means nothing on another one.",
        )


class TestProviders:
    @pytest.mark.parametrize("dialect", sorted(DIALECTS))
    def test_every_dialect_is_held_to_the_simulator(self, dialect: str) -> None:
        assert dialect in PATHS, f"tests/contract/ runs no call in the dialect {dialect}: its adapter is not proven."
        importlib.import_module(f"backend.simulator.dialects.{dialect}")

    @pytest.mark.parametrize("suite", ["tests/contract/test_adapters.py", "tests/contract/test_provider_faults.py"])
    def test_both_suites_of_the_adapters_run_for_all_of_them(self, suite: str) -> None:
        tree = next(m.tree for m in modules("tests") if m.name == suite)
        taken = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "adapters"
        }
        assert taken & {"ALL", "DIALECTS"}, f"{suite} does not take its dialects from tests/contract/adapters.py."


SUFFIXES = r"\.(py|md|toml|yaml|yml|sql|lock|css|js|html|txt|mako|svg|png|sh|example)$"


def is_path(name: str) -> bool:
    """Whether something between backticks is meant as a path of the repository."""
    if re.match(r"[/$~-]|https?:|[A-Z_]+$", name) or not re.fullmatch(r"[\w./<>{},*-]+", name):
        return False
    first = name.partition("/")[0]
    return bool(re.search(SUFFIXES, name)) or ("/" in name and (ROOT / first).exists())


def exists(name: str) -> bool:
    """Whether any file or folder fits; `<feature>` and `*` stand for any name."""
    pattern = re.sub(r"<[^>]*>", "*", name).rstrip("/")
    known = [path.relative_to(ROOT).as_posix() for path in written_files()]
    known += {parent.as_posix() for path in known for parent in (ROOT / path).relative_to(ROOT).parents}
    return any(
        fnmatch(path, start + pattern) for path in known for start in ("", "backend/", "frontend/", "shared/", "tests/")
    )


def text_lines() -> list[tuple[Path, int, str]]:
    lines = []
    for path in written_files():
        if path.name == ".git" or (
            path.suffix in {".png", ".woff2", ".svg", ".ico", ".pyc", ".lock"} and path.name != "requirements.lock"
        ):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        lines += [(path, number, line) for number, line in enumerate(text.splitlines(), 1)]
    return lines
