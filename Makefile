# dynamicl: `make demo` to see it, `make test` to check it, `make help` for the rest. Needs python3 (3.11 or newer) and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= 2
OUT    ?= runs/demo
DEMO   ?= $(BIN)/dynamicl reproduce induction.plateau induction.heads --scale demo --out $(OUT)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The theme would announce its successor on every build.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test campaign cluster audit format-check lint types docs compiled extras tests smoke doctest browser format lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.installed  ## everything exactly as locked, into .venv; at once when nothing changed

# Without bytecode: of twenty thousand modules a fifth is ever imported, and those are compiled as they are.
# Two stamps, so that an edit of pyproject.toml repeats only the second, which takes seconds.
$(VENV)/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "dynamicl needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# PyTorch first, so that nothing else chooses its build.
$(VENV)/.lm: requirements-lm.lock tools/lm.sh $(VENV)/.locked
	@tools/lm.sh $(BIN)/python
	@touch $@

# Ray and SLURM, for the tests of places.
$(VENV)/.cluster: requirements-cluster.lock tools/cluster.sh $(VENV)/.locked
	@tools/cluster.sh $(BIN)/python
	@touch $@

demo: setup  ## train a small population and draw what it learnt
	$(DEMO)

# Checks of one core each run two at a time, and what the tests need more is fetched beside them; then the tests, on all
# cores, so that the test runner's line comes last. The compiled loop has had its tests by then, as users compile it.
test: setup  ## format, lint, types, docs, then tests and doctests
	@$(MAKE) --no-print-directory --jobs $(JOBS) --output-sync=target extras compiled types docs format-check lint
	@$(MAKE) --no-print-directory --jobs 1 tests ARGS="--ignore=tests/training/test_compiled.py $(ARGS)"

# One after the other: all of them install into one environment.
extras: setup
	@$(MAKE) --no-print-directory --jobs 1 browser $(VENV)/.lm $(VENV)/.cluster

format-check: setup  ## say which files `make format` would change
	$(BIN)/ruff format --check .

lint: setup  ## ruff
	$(BIN)/ruff check .

types: setup  ## mypy
	$(BIN)/mypy

docs: setup  ## build the documentation into site/; every warning is an error
	$(BIN)/mkdocs build --strict

compiled: setup  ## the tests of the compiled loop, compiled as users compile it
	DYNAMICL_TESTS_XLA= $(BIN)/pytest -q -p no:cacheprovider tests/training/test_compiled.py

tests: setup browser $(VENV)/.lm $(VENV)/.cluster  ## tests and doctests; warnings are errors
	$(BIN)/pytest -n $(JOBS) --dist worksteal --durations 10 $(ARGS)

campaign: setup  ## attack the stores: kills, flips, bombs, races, fuzz; minutes; SEED=0 SHARE=1
	PYTHONPATH=tests nice -n 10 $(BIN)/python -m campaign $(or $(SEED),0) $(or $(SHARE),1)

cluster: setup $(VENV)/.cluster  ## kill workers, nodes and drivers of SLURM and Ray on this machine; minutes
	DYNAMICL_CLUSTER=1 $(BIN)/pytest -q --durations 10 tests/lab/places $(ARGS)

audit: setup  ## docs/dependencies.md: every locked package with its licence; an unread licence stops it
	$(BIN)/python tools/dependencies.py

smoke: setup  ## every population of the studies at smoke, and the tests that `make test` leaves out; long
	DYNAMICL_WHOLE_STUDY=1 $(BIN)/pytest -q tests/studies/*/test_study.py tests/docs/test_examples.py
	DYNAMICL_WHOLE_STUDY=1 $(BIN)/pytest -q -m whole tests

doctest: setup  ## the examples in docstrings alone
	$(BIN)/pytest tests/conftest.py src $(ARGS)

browser:  ## find Chromium for the page's tests, or install it where that is possible
	@tools/browser.sh

format: setup  ## rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

lock: setup  ## write the locks anew: the newest versions that every Python from 3.11 on can install
	$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --no-deps --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header requirements-lm.in -o requirements-lm.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --no-deps --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header requirements-cluster.in -o requirements-cluster.lock

clean:  ## remove all that the targets above wrote, but for runs/
	rm -rf $(VENV) site dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
