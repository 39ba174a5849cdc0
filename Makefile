# There is nothing to set up: every target that needs the environment makes it first (tools/environment.sh), once.
# You need GNU make 3.81 or later, Python 3.11, 3.12 or 3.13, and a POSIX shell.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build nightly test test-slow test-changed fuzz lint types layers format lock upgrade clean environment

# No telemetry leaves the machine, whatever tool a target starts.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

BIN := .venv/bin
COMPILE := tools/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
RESOLVE := $(COMPILE) pyproject.toml --group build
RESOLVE_FUZZ := $(COMPILE) --group pyproject.toml:fuzz --output-file requirements-fuzz.lock

# One process per core. A module's tests share its fixtures, so they stay in one process.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadscope

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

build:  ## turn the profiles under raw/ into a release under output/
	@tools/environment.sh run
	@$(BIN)/steckbrief build --prefect

nightly:  ## a Prefect server, worker and nightly deployment on this machine, with a first run; until Ctrl-C
	@tools/environment.sh run
	@$(BIN)/steckbrief nightly

test: lint types layers  ## lint, types, layers, unit tests and one smoke test per real part: minutes
	$(PYTEST) -m "not slow"

test-slow: environment  ## the other tests: servers, wheels, kills, large corpora
	$(PYTEST) -m slow

test-changed: environment  ## the unit tests that touch what changed since the last commit: seconds
	$(BIN)/python tools/changed_tests.py

FUZZ_SECONDS ?= 60
fuzz: environment  ## look for files that break extract or transform, for FUZZ_SECONDS (60); Linux on x86-64
	@tools/fuzz.sh $(FUZZ_SECONDS)

lint: environment  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: environment  ## mypy, strict
	$(BIN)/mypy

layers: environment  ## import-linter: imports go one way
	$(BIN)/lint-imports

format: environment  ## rewrite the code as ruff would have it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: environment  ## bring the lock files in line with pyproject.toml, changing no other version
	$(RESOLVE) --output-file requirements.lock
	$(RESOLVE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(RESOLVE_FUZZ)

upgrade: environment  ## renew every version in the lock files
	$(RESOLVE) --upgrade --output-file requirements.lock
	$(RESOLVE) --upgrade --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(RESOLVE_FUZZ) --upgrade

clean:  ## remove the environment and every cache; releases under output/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .fuzz build dist
	find extract flows fuzz load pipeline schema steckbrief tests transform -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@tools/environment.sh test
