# `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# uv installs the same lock about eight times faster; plain pip does where there is none.
UV := $(shell command -v uv 2>/dev/null)
# Each worker has databases of its own; a file stays with one worker.
PYTEST_ARGS ?= -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench format lock clean

help: ## Print these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say which with make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

define install
	@echo "Installing from $(1) …"
	@if [ -n "$(UV)" ]; then \
	  "$(UV)" pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r $(1); \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $(1); \
	fi
endef

$(VENV)/.runtime: requirements/runtime.lock | $(BIN)/python
	$(call install,requirements/runtime.lock)
	@touch $@

$(VENV)/.dev: requirements/dev.lock | $(BIN)/python
	$(call install,requirements/dev.lock)
	@touch $@ $(VENV)/.runtime

setup: $(VENV)/.dev ## The virtual environment alone, with what tests and checks need

run: $(VENV)/.runtime ## Serve the site with demo data on http://127.0.0.1:8000 (PORT= changes it)
	@$(BIN)/flask demo prepare
	@echo "Serving on http://127.0.0.1:$(PORT)  (Ctrl-C stops)"
	@exec $(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers 2 --blocking-threads 8 \
	  --log-level warning wsgi:app

test: $(VENV)/.dev ## The whole suite; PostgreSQL (TEST_DATABASE_URL) and browser tests when they can
	@$(BIN)/pytest $(PYTEST_ARGS)

check: $(VENV)/.dev ## Format, lint, types, contracts, tests: what CI runs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint templates
	@$(MAKE) --no-print-directory test

bench: $(VENV)/.dev ## The benchmarks, as ratios against a bare baseline of the same run
	@$(BIN)/python -m tests.bench

format: $(VENV)/.dev ## Put the code into the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet . || true

lock: $(VENV)/.dev ## Compile the lock files anew (needs uv): dev first, run time under its versions
	cd requirements && "$(UV)" pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 dev.in -o dev.lock
	cd requirements && "$(UV)" pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -c dev.lock runtime.in -o runtime.lock

clean: ## Forget the environment, the demo database and every build product
	rm -rf $(VENV) instance .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
