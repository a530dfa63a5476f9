# Entrepot. `make demo` on a fresh machine sets everything up and serves the demonstration marketplace.
# It needs git, make and python3 (3.11 or newer, with venv); the database comes as a Python package.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test check lock format clean browser

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready ## Make the virtual environment with the locked dependencies
	@:

demo: setup ## Serve the demonstration marketplace on PORT (8000), keeping its data in .entrepot
	@$(BIN)/entrepot demo --port $(PORT)

demo-reset: setup ## Throw the demonstration's data away and make it anew
	@$(BIN)/entrepot demo --port $(PORT) --reset

test: .venv/.ready-dev browser ## Run all tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest $(or $(ARGS),-n auto --maxprocesses 4 --dist loadfile)

check: .venv/.ready-dev ## Format, lint, types, imports, migrations, API schema, translations
	@$(BIN)/python -m tests.check

format: .venv/.ready-dev ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .

lock: .venv/.ready-dev ## Resolve the dependencies of pyproject.toml anew (UPGRADE=--upgrade takes the newest)
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.lock $(LOCK) -o requirements-dev.lock

LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet $(UPGRADE)

clean: ## Remove the virtual environment and all caches; data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Entrepot needs Python 3.11 or newer; '$(PYTHON)' is older or missing (make PYTHON=/path/to/python3)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing. On Debian: apt install python3-venv"; exit 1; }
	@echo "Making the virtual environment .venv ..."
	@$(PYTHON) -m venv .venv

.venv/.ready: requirements.lock | .venv/bin/python
	@echo "Installing the locked dependencies ..."
	@$(call install,requirements.lock)
	@touch $@

.venv/.ready-dev: requirements-dev.lock | .venv/bin/python
	@echo "Installing the locked dependencies and the test tools ..."
	@$(call install,requirements-dev.lock)
	@touch .venv/.ready $@

# The project runs from src/: a path file and a starter, instead of a build. The starter is a shell script to the
# kernel and a Python program to Python, so that it works below any path, blanks included.
define install
{ $(BIN)/python -m pip install --disable-pip-version-check --no-input --no-deps --require-hashes --progress-bar off \
    -r $(1) || echo FAILED; } | \
  awk '/^Collecting/ { print "  " $$2; fflush() } /^(ERROR|WARNING)/ { print } /^FAILED$$/ { failed = 1 } END { exit failed }' && \
$(BIN)/python -c 'import pathlib, sysconfig; \
  pathlib.Path(sysconfig.get_path("purelib"), "entrepot.pth").write_text(str(pathlib.Path("src").resolve()) + "\n")' && \
printf '%s\n' '#!/bin/sh' "'''exec' \"\$$(dirname \"\$$(readlink -f \"\$$0\")\")/python\" \"\$$0\" \"\$$@\"" "' '''" \
  'from entrepot.config.cli import main' 'main()' > $(BIN)/entrepot && \
chmod +x $(BIN)/entrepot
endef

browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests ..."; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fonts-noto-cjk; } >/dev/null 2>&1 || \
	    echo "Chromium could not be installed; the browser tests are left out."; \
	else \
	  echo "Chromium is missing: the browser tests are left out. On Debian, as root: apt install chromium"; \
	fi
