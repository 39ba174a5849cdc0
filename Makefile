# You need GNU make 3.81 or later, Python 3.11, 3.12 or 3.13, and a POSIX shell. Targets that need the environment set
# it up first (tools/environment.sh).

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build nightly test test-slow test-changed fuzz lint types layers format lock upgrade clean environment

# Switch off the telemetry of every tool that a target starts.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

BIN := .venv/bin
COMPILE := tools/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
RESOLVE := $(COMPILE) pyproject.toml --group build
RESOLVE_FUZZ := $(COMPILE) --group pyproject.toml:fuzz --output-file requirements-fuzz.lock

# One process per core. The tests of a module stay in one process, because they share its fixtures.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadscope

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

build:  ## turn the profiles in raw/ into a release in output/
	@tools/environment.sh run
	@$(BIN)/steckbrief build --prefect

nightly:  ## start a Prefect server that builds every night and now, until Ctrl-C
	@tools/environment.sh run
	@$(BIN)/steckbrief nightly

test: lint types layers  ## run lint, types, layers, unit tests and one smoke test per real part: minutes
	$(PYTEST) -m "not slow"

test-slow: environment  ## run the other tests: servers, wheels, kills, large corpora
	$(PYTEST) -m slow

test-changed: environment  ## run the unit tests of what changed since the last commit: seconds
	$(BIN)/python tools/changed_tests.py

FUZZ_SECONDS ?= 60
fuzz: environment  ## look for files that break extract or transform, for FUZZ_SECONDS (60); Linux on x86-64
	@tools/fuzz.sh $(FUZZ_SECONDS)

lint: environment  ## check rules and format with ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: environment  ## check types with mypy (strict)
	$(BIN)/mypy

layers: environment  ## check the directions of imports with import-linter
	$(BIN)/lint-imports

format: environment  ## fix and format the code with ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: environment  ## update the lock files to pyproject.toml, keeping all other versions
	$(RESOLVE) --output-file requirements.lock
	$(RESOLVE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(RESOLVE_FUZZ)

upgrade: environment  ## upgrade every version in the lock files
	$(RESOLVE) --upgrade --output-file requirements.lock
	$(RESOLVE) --upgrade --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(RESOLVE_FUZZ) --upgrade

clean:  ## remove the environment and all caches, but no releases
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .fuzz build dist
	find benchmarks extract flows fuzz load pipeline schema steckbrief tests tools transform -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@tools/environment.sh test
