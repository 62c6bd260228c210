PYTHON ?= python3
UV_VERSION := 0.13.8

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/ready
CODE := backend frontend shared migrations tests

.DEFAULT_GOAL := help
.PHONY: help run test lint format types precheck bench crash soak lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(STAMP) ## Start Fairlead on this machine; Ctrl-C stops it
	@exec $(BIN)/fairlead up

test: $(STAMP) lint types ## Everything that must pass: lint, types, tests on a real PostgreSQL, browser tests
	$(BIN)/python -m tests.e2e.browser
	$(BIN)/pytest -n auto --dist worksteal -m 'not e2e' --cov --cov-report= --cov-fail-under=0
	$(BIN)/pytest -m e2e --cov --cov-append --cov-report=term

lint: $(STAMP) ## Check style
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

format: $(STAMP) ## Put style right
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

types: $(STAMP) ## Check types
	$(BIN)/mypy

precheck: $(STAMP) ## Learn the precheck anew: tasks from the project's prompts and the folders of DATA, risks with the folder RISKS
	$(BIN)/python -m backend.precheck.training --data tests/data/prompts $(DATA:%=--data %) \
		--measure tests/data/measure --concepts tests/data/concepts
	$(if $(RISKS),$(BIN)/python -m backend.precheck.training.risk --own tests/data --public $(RISKS))

bench: $(STAMP) ## Measure speed: CPU per request and chunk, memory per stream
	$(BIN)/python -m tests.bench.precheck
	$(BIN)/python -m tests.bench

crash: $(STAMP) ## Kill processes and restart the database under load, and read the books afterwards
	$(BIN)/python -m tests.crash

soak: $(STAMP) ## Load it for MINUTES (30) with a failing provider, and see that nothing grows or is left over
	$(BIN)/python -m tests.soak $(MINUTES)

lock: $(STAMP) ## Choose the versions of all dependencies anew
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --upgrade \
		--python-version 3.11 --no-header --no-annotate --no-emit-index-url --output-file requirements.lock

clean: ## Remove what can be made again (never data)
	rm -rf $(VENV) .coverage .coverage.* htmlcov .pytest_cache .mypy_cache .ruff_cache .hypothesis test-artefacts *.egg-info
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fairlead needs Python 3.11 or later: make PYTHON=/path/to/it")'
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
