# `make demo` and `make test` set up all they need in .venv; the rest assumes nothing either.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench web lock clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(VENV)/demo.done ## Run it all on the bundled clip [SECONDS=30] [SOURCE=/dev/video0]
	$(BIN)/emoflix demo $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SOURCE),--source '$(SOURCE)')

test: $(VENV)/dev.done mosquitto ## Run the whole test suite
	$(BIN)/python -m pytest $(if $(CI),--cov --cov-report=term:skip-covered) $(ARGS)

lint: $(VENV)/dev.done ## Check style, types and who imports whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.done ## Put the code in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/dev.done ## Measure speed, memory and start-up [ARGS=stages]
	$(BIN)/python -m tests.benchmarks $(ARGS)

PAGE := device/emoflix_device/web/page/index.html
web: $(PAGE) ## Build the page for phones and the television (needs Node 20)
$(PAGE): deploy/web/package-lock.json deploy/web/build.mjs $(shell find deploy/web/src -type f)
	cd deploy/web && npm ci && node build.mjs

# Both lock files resolve for every supported Python at once; hashes, no addresses.
lock: $(VENV)/dev.done ## Resolve the lock files anew
	for extra in demo dev; do \
	  $(BIN)/uv pip compile pyproject.toml --extra $$extra --group build --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	    --output-file requirements/$$extra.txt || exit; \
	done

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "emoflix needs Python 3.11 to 3.13, and $(PYTHON) is another; name one: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The demo's packages are a part of the developer's: whoever has those needs no second set-up.
$(VENV)/demo.done: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	@test -e $(VENV)/dev.done || { echo "Setting up in $(VENV) (once, about a minute)"; \
	  $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements/demo.txt; }
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up for development in $(VENV) (once, some minutes: TensorFlow is large)"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The end-to-end tests need a real broker; each starts its own.
.PHONY: mosquitto
mosquitto:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; command -v mosquitto >/dev/null || { \
	  echo "mosquitto is missing: installing it from the system's packages"; \
	  SUDO=$$(test "$$(id -u)" = 0 || echo sudo -n); \
	  { $$SUDO apt-get update -q && $$SUDO apt-get install -q -y --no-install-recommends mosquitto; } || { \
	    echo "The tests need the MQTT broker mosquitto; install it (Debian: apt install mosquitto, macOS: brew install mosquitto) and run make test again." >&2; exit 2; }; }

include deploy/targets.mk
