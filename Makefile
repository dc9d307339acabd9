# opsbook: everything a fresh checkout needs. `make` alone prints this list.
# Needs Python >= 3.11 and GNU make; the rest is installed into .venv, pinned by hash.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet install
UV     := uv==0.13.8
LOCK   := uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
          --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --quiet --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help run test check bench pictures lock clean
.NOTPARALLEL:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.run ## take in inbox/, publish to outbox/ (a new office starts with a demo)
	@echo "run: taking in inbox/ and publishing to outbox/"
	@$(PY) -m pipeline demo --if-new .
	@$(PY) -m pipeline run; code=$$?; [ $$code -le 1 ] || exit $$code

test: $(VENV)/.dev ## the test suite (under three minutes)
	@echo "test: pytest, everything but the long tests"
	@$(PY) -m pytest -n auto

check: $(VENV)/.dev ## format, lint, types, import contracts, docs, then the long tests
	@echo "check: format (ruff format)"
	@$(PY) -m ruff format --check .
	@echo "check: lint (ruff check)"
	@$(PY) -m ruff check .
	@echo "check: types (mypy)"
	@$(PY) -m mypy
	@echo "check: import contracts (lint-imports)"
	@$(VENV)/bin/lint-imports
	@echo "check: docs agree with the code"
	@$(PY) tools/docs.py --check
	@echo "check: pytest, the long tests"
	@$(PY) -m pytest -n auto -m long

bench: $(VENV)/.dev ## seconds and peak memory for 100 and 1,000 units
	@echo "bench: receive and publish beside a plain pandas.read_excel loop"
	@$(PY) tools/bench.py

pictures: $(VENV)/.dev ## every sheet and page of the outputs as PNG in pictures/ (needs LibreOffice, poppler)
	@echo "pictures: rendering outbox/ to pictures/"
	@$(PY) tools/pictures.py

lock: $(VENV)/.created ## write requirements*.txt anew from pyproject.toml, newest versions that fit
	@echo "lock: requirements.txt and requirements-dev.txt from pyproject.toml"
	@test -x $(VENV)/lock/bin/uv || { $(PY) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install '$(UV)'; }
	@$(VENV)/lock/bin/$(LOCK) --upgrade --extra build -o requirements.txt
	@$(VENV)/lock/bin/$(LOCK) --upgrade --extra build --extra dev -c requirements.txt -o requirements-dev.txt

clean: ## remove .venv, caches, build leftovers and pictures/ (never inbox/, outbox/ or var/)
	@echo "clean: removing $(VENV), caches, build leftovers and pictures/"
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist pictures *.egg-info
	@find . -name __pycache__ -type d -not -path './inbox/*' -not -path './outbox/*' -not -path './var/*' -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------- the environment

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "opsbook needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -1). Try: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "setup: creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/.created
	@echo "setup: installing requirements.txt, pinned by hash"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "setup: installing requirements-dev.txt, pinned by hash"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
