# `make demo` and `make test` set up all they need in .venv; the rest assumes nothing either.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format bench evaluate fuzz soak evaluate-mood docs web lock clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(VENV)/demo.done ## Run it all on the bundled clip [SECONDS=30] [SOURCE=/dev/video0]
	$(BIN)/emoflix demo $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SOURCE),--source '$(SOURCE)')

# Two tests at a time: many wait, for a broker, a clip or a browser, while a core has nothing to do.
test: $(VENV)/dev.done web mosquitto chromium ## Run the whole test suite [ARGS=tests/device]
	$(BIN)/python -m pytest -n 2 --dist worksteal $(if $(CI),--cov --cov-report=term:skip-covered) $(ARGS)

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

evaluate: $(VENV)/dev.done ## Measure the recommender [RATINGS=a MovieLens folder] [FACTS=TMDB 5000]
	@test -n '$(RATINGS)' || { echo "Name a MovieLens folder: make evaluate RATINGS=ml-latest-small FACTS=tmdb5000" >&2; exit 2; }
	$(BIN)/emoflix-catalog evaluate --ratings '$(RATINGS)' $(if $(FACTS),--with tmdb5000 '$(FACTS)') \
	  --split random --split time --split newcomers --split newcomers-tail

soak: $(VENV)/dev.done ## 200,000 frames through the daemon: does its memory stay put? [FRAMES=200000]
	$(BIN)/python -m tests.soak $(FRAMES)

evaluate-mood: $(VENV)/dev.done ## How steady and how quick the mood is, beside simpler filters
	$(BIN)/python -m tests.benchmarks mood

fuzz: $(VENV)/dev.done ## Send every command what its schema allows and forbids [SECONDS=300]
	$(BIN)/python -m tests.device.fuzz $(SECONDS)

PAGE := device/emoflix_device/web/page/phone.en.html
# Node of the system where it is young enough, else the one among the developer's packages.
NODE := $(shell node -p '+process.versions.node.split(".")[0] >= 20' 2>/dev/null)
web: $(PAGE) ## Build the page for phones and the television
$(PAGE): deploy/web/package-lock.json deploy/web/build.mjs $(shell find deploy/web/src -type f) | $(if $(filter true,$(NODE)),,$(VENV)/dev.done)
	cd deploy/web && $(if $(filter true,$(NODE)),,export PATH="$(abspath $(BIN)):$$PATH" &&) npm ci && node build.mjs

# Both lock files resolve for every supported Python at once; hashes, no addresses.
lock: $(VENV)/dev.done ## Resolve the lock files anew
	for extra in demo dev; do \
	  $(BIN)/uv pip compile pyproject.toml --extra $$extra --group build --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet \
	    --output-file requirements/$$extra.txt || exit; \
	done

docs: $(VENV)/dev.done ## Build the documentation site into build/site
	$(BIN)/python docs/write_configuration.py docs/configuration.md
	$(BIN)/mkdocs build --strict --quiet

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
.PHONY: mosquitto chromium
mosquitto:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; command -v mosquitto >/dev/null || { \
	  echo "mosquitto is missing: installing it from the system's packages"; \
	  $(call install,mosquitto) || { \
	    echo "The tests need the MQTT broker mosquitto; install it (Debian: apt install mosquitto, macOS: brew install mosquitto) and run make test again." >&2; exit 2; }; }

# The page's tests need a real browser.
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit; done; { \
	  echo "Chromium is missing: installing it from the system's packages"; \
	  $(call install,chromium) || { \
	    echo "The tests of the page need the browser Chromium; install it (Debian: apt install chromium) and run make test again." >&2; exit 2; }; }

install = { SUDO=$$(test "$$(id -u)" = 0 || echo sudo -n); \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -q -y --no-install-recommends $(1); }

include deploy/targets.mk
