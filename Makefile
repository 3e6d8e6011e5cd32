# make run    start Cardlet on http://127.0.0.1:5000 (HOST and PORT change that)
# make test   linter, types, import contracts and all tests
# make help   the rest
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOCK_WITH := pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

export SIZES ENGINES TIMES CROWD ANSWERS ANKI_PYTHON EXAMPLES

.PHONY: help run test test-postgres prove bench format translations screenshots lock

help:
	@echo "make run            start Cardlet (HOST=127.0.0.1 PORT=5000)"
	@echo "make test           linter, types, import contracts, all tests but the long ones of make prove"
	@echo "make test-postgres  all tests that reach for a database, on PostgreSQL (needs its server installed)"
	@echo "make prove          what takes minutes: 1,000 sessions against a model, axe in every state, hostile cards"
	@echo "make bench          measure it and write docs/performance.md (SIZES=\"1000 10000\" for a quick look)"
	@echo "make format         tidy the Python code"
	@echo "make translations   collect the interface's sentences into app/translations/"
	@echo "make screenshots    make the pictures of the README again (needs Chromium)"
	@echo "make lock           pin all dependencies again (needs uv)"

run: $(VENV)/installed
	@$(BIN)/cardlet serve $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: $(VENV)/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist worksteal -m "not long"

test-postgres: $(VENV)/ready-to-test
	$(BIN)/python tests/postgres.py $(BIN)/pytest -n auto --dist worksteal -m "not long"

prove: $(VENV)/ready-to-test
	EXAMPLES=$(or $(EXAMPLES),1000) $(BIN)/pytest -n auto --dist worksteal -m "long or proof"

# SIZES, ENGINES, TIMES, CROWD, ANSWERS and ANKI_PYTHON are read from the environment or given on the command line.
bench: $(VENV)/ready-to-test
	@$(BIN)/python -m tests.benchmarks

format: $(VENV)/ready-to-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: $(VENV)/ready-to-test
	$(BIN)/python tests/collect_translations.py

screenshots: $(VENV)/ready-to-test
	$(BIN)/python tests/make_screenshots.py

lock:
	uv $(LOCK_WITH) pyproject.toml -o requirements.lock
	uv $(LOCK_WITH) pyproject.toml --group dev -o requirements-dev.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Cardlet needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Nothing but what the lock file pins is installed: the project itself is used where it lies, so no build tool is needed.
$(VENV)/installed: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "cardlet.pth").write_text("$(CURDIR)\n")'
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -P -m app "$$@"\n' > $(BIN)/cardlet && chmod +x $(BIN)/cardlet
	@touch $@

$(VENV)/ready-to-test: requirements-dev.lock $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
