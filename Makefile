# The commands of a newcomer. Everything they need beside Python 3.11+, make and git is installed into .venv/.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= $(CURDIR)/data
export HSQBO_DATA := $(DATA)
export DAGSTER_HOME := $(DATA)/dagster_home
# Bytecode makes every start two to three times faster; some images switch it off.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help setup demo test lint types suite ui torture browser clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready ## the environment: .venv with everything, bytecode compiled

$(VENV)/.ready: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (about a minute the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hsqbo needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev \
		>$(VENV)/install.log 2>&1 || { cat $(VENV)/install.log; exit 1; }
	@echo "Compiling bytecode"
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib hsqbo_pipeline >/dev/null || true
	@mkdir -p "$(DAGSTER_HOME)" && cp dagster.yaml "$(DAGSTER_HOME)/dagster.yaml"
	@touch $@

demo: setup ## one whole night with the sample company, and where its report lies
	@$(BIN)/hsqbo demo

ui: setup ## the sandbox and the Dagster UI, ready to click
	@$(BIN)/hsqbo ui

lint: setup ## style, import directions
	@echo "Checking style" && $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@echo "Checking which way imports run" && $(BIN)/lint-imports --no-cache

types: setup ## type checks
	@echo "Checking types" && $(BIN)/mypy

suite: setup ## all tests
	@echo "Running the tests" && $(BIN)/python -m pytest -n 3 --dist worksteal

test: lint types suite ## lint, types and all tests

browser: setup ## the tests in a real Chromium; their pictures are in artifacts/
	@$(BIN)/python -m pytest hsqbo_pipeline_tests/browser

torture: setup ## kill, lose and garble every write of a night, and print the figures
	@$(BIN)/python -m hsqbo_pipeline_tests.nights.torture

clean: ## remove what runs have made (keeps data/sync.yaml and data/sandbox)
	@rm -rf data/landing data/warehouse.duckdb* data/plans data/reports data/published data/dagster_home data/sandbox/state data/run.lock
