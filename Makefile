# Everything a developer does by hand, and all that CI runs. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
HOST ?= 127.0.0.1
PORT ?= 8000
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo run test check lock openapi docs golden bench build clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The stamp is older than the lock file or pyproject.toml whenever one of them changed: then the environment is brought up to date.
$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --quiet --require-hashes --no-deps -r requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.ready ## Play the demo: 54 real loans through the whole negotiation
	$(BIN)/parley demo

run: $(VENV)/.ready ## Serve on 127.0.0.1:8000 (HOST=… PORT=…)
	$(BIN)/parley serve --host $(HOST) --port $(PORT)

test: $(VENV)/.ready ## Run the tests, on SQLite and on PostgreSQL, on every core
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.ready ## Lint, format, types, import rules, and whether openapi/ is current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/parley openapi | diff -u openapi/openapi.json - || { echo "openapi/openapi.json is stale: run 'make openapi'" >&2; exit 1; }

openapi: $(VENV)/.ready ## Write openapi/openapi.json anew, with examples as the service answers today
	@mkdir -p openapi
	$(BIN)/python -m tests.api.telling
	$(BIN)/parley openapi > openapi/.new && mv openapi/.new openapi/openapi.json

docs: $(VENV)/.ready ## Write the pages of policies, the pack schema and the generated parts of docs/policy-pack.md anew
	$(BIN)/python -m tests.policies.documents

golden: $(VENV)/.ready ## Count the published vectors that the arithmetic reproduces, per source
	$(BIN)/python -m tests.golden.report

bench: $(VENV)/.ready ## Measure against the bare routes; results go to benchmarks/
	$(BIN)/python -m benchmarks

# A folder of local wheels, or a mirror in pip's configuration, would put its own hashes and address into the
# lock files; so pip's configuration is left out. The lowest supported Python compiles them.
lock: ## Compile requirements/*.txt anew from pyproject.toml (UPGRADE=--upgrade for the newest versions)
	$(PYTHON) -m venv --clear .lock
	.lock/bin/python -m pip --disable-pip-version-check install --quiet pip-tools==7.6.2
	export PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock"; unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL; \
	compile() { .lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	  --no-emit-trusted-host --no-emit-find-links --no-emit-options $(UPGRADE) "$$@"; }; \
	compile --output-file requirements/runtime.txt pyproject.toml; \
	compile --extra dev --constraint requirements/runtime.txt --output-file requirements/dev.txt pyproject.toml; \
	compile --only-build-deps --build-deps-for wheel --constraint requirements/dev.txt --output-file requirements/build.txt pyproject.toml
	rm -rf .lock

build: $(VENV)/.ready ## Build the wheel into dist/
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## Remove what the other targets made, but not ./data
	rm -rf $(VENV) .lock dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find service tests -name __pycache__ -prune -exec rm -rf {} +
