# Nothing to set up: every target that needs the environment makes it first (tools/environment.sh), once.
# Works with GNU make 3.81 and later, Python 3.11 to 3.13 and a POSIX shell.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build nightly test test-fast test-slow fuzz lint types layers format lock upgrade clean environment

# No telemetry leaves the machine, whatever tool a target starts.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
RESOLVE := $(COMPILE) pyproject.toml --group build
RESOLVE_FUZZ := $(COMPILE) --group pyproject.toml:fuzz --output-file requirements-fuzz.lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

build:  ## turn the profiles under raw/ into a release under output/
	@tools/environment.sh run
	@$(BIN)/steckbrief build --prefect

nightly:  ## a Prefect server, worker and nightly deployment on this machine, with a first run; until Ctrl-C
	@tools/environment.sh run
	@$(BIN)/steckbrief nightly

test: lint types layers test-fast test-slow  ## everything CI runs: lint, types, layers, tests

test-fast: environment  ## the tests that take milliseconds
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadscope

test-slow: environment  ## the tests that start servers, build wheels or read large corpora
	$(BIN)/python -m pytest -m slow

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
	find extract transform schema load flows tests fuzz -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@tools/environment.sh test
