# Every verb does its own set-up. PYTHON names the Python to use: make test PYTHON=python3.13

PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
VENV := .venv-$(VERSION)
BIN := $(VENV)/bin
MINUTES ?= 10
TARGETS ?=
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help demo test lint fuzz audit bench soak faults screenshots deb clean
.PHONY: system-start system-run system-test
.DELETE_ON_ERROR:

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1 - /p' $(MAKEFILE_LIST)

demo: system-run $(VENV)/.ready-run ## cast a stream to a receiver on this machine, without a sound card
	@$(BIN)/python -m controller.demo

test: lint ## all checks and the whole test suite
	@$(BIN)/python -m pytest --quiet

lint: system-test $(VENV)/.ready-test ## style and types
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary

fuzz: $(VENV)/.ready-test ## look for what breaks on strange input: MINUTES=10, TARGETS="ogg plays"
	@$(BIN)/python -m tests.fuzz $(TARGETS) --minutes $(MINUTES)

audit: $(VENV)/.ready-test ## look whether a package has a known hole
	@$(BIN)/python .ci/audit.py

bench: $(VENV)/.ready-test ## measure: start, seek, pause, volume, CPU, memory
	@$(BIN)/python -m benchmarks

soak: $(VENV)/.ready-test ## twice ten minutes in a busy household: underruns, gaps, memory
	@$(BIN)/python -m benchmarks soak --players tonearm

faults: $(VENV)/.ready-test ## try every fault of the threat model, and say what was seen
	@$(BIN)/python -m tests.threats; first=$$?; $(BIN)/python -m tests.hostile && exit $$first

screenshots: $(VENV)/.ready-test ## take the pictures of the page anew, into docs/images
	@SCREENSHOTS=docs/images $(BIN)/python -m pytest --quiet tests/web/test_pictures.py

deb: ## build a Debian package for this machine's Python and architecture, in dist
	@systemd/build-deb.sh dist

clean: ## remove what the other verbs made
	rm -rf .venv-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the system must have is looked for each time: it takes a moment, and it can go away.
system-start system-run system-test:
	@test -n "$(VERSION)" || { echo "$(PYTHON) does not run here: install it, or name another with PYTHON=" >&2; exit 1; }
	@$(PYTHON) .ci/system.py $(@:system-%=%)

# The marks stand for a finished set-up, so that one that was cut short is done again, from nothing:
# what lies there may be of another Python.
$(VENV)/.ready-run: pyproject.toml | system-start
	@echo "Setting up $(VENV) ..." >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready-run pyproject.toml | system-test
	@$(PIP) install --group dev
	@touch $@
