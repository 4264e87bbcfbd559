# Two commands to know: `make run` and `make test`. Both need Python 3.11 or newer, and nothing else.
PYTHON ?= python3
VENV := .venv/bin
PY := $(VENV)/python
LOCK := $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes

.DEFAULT_GOAL := help
.PHONY: help setup run test faults lint format bench lock messages clean

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## create .venv with everything that runs, tests and checks the project
	@$(PYTHON) bin/install.py --dev

run:  ## start everything with the register of Hanoi and made-up cases (PORT=8000)
	@$(PYTHON) bin/install.py
	@exec $(PY) bin/run.py

test: setup  ## run what this machine can run; LEGS="sqlite postgresql filesystem redis rabbitmq browser race faults"
	@$(PY) bin/test.py $(LEGS)

faults: setup  ## kill and race for long, on both databases (FAULTS_SEED=… repeats a run)
	@FAULTS=long $(PY) bin/test.py race faults

lint: setup  ## check style, types, layers, templates, migrations, catalogues and generated pages
	@$(PY) bin/lint.py

format: setup  ## put code into the house's shape
	$(VENV)/ruff check --fix --quiet .
	$(VENV)/ruff format .

bench: setup  ## run the timed runs; each prints one JSON line last
	@$(PY) bin/bench.py $(BENCH)

lock: setup  ## choose versions again for both locks (UPGRADE=--upgrade for the newest)
	$(LOCK) $(UPGRADE) requirements.in -o requirements.txt
	$(LOCK) $(UPGRADE) requirements-dev.in -o requirements-dev.txt

messages: setup  ## collect texts into the Vietnamese catalogue and compile it (needs gettext)
	@$(PY) bin/check_catalogues.py --update

clean:  ## remove the virtual environment, the demo's data and all caches
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
