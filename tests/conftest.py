"""Fixtures of every test: a real PostgreSQL built by the migrations, the simulator, the API on a port, and people."""

pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.simulator",
    "tests.fixtures.api",
    "tests.fixtures.openid",
]
