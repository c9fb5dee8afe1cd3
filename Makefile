# The commands of this checkout; `make` alone lists them. Works with the make 3.81 of macOS. No root, and nothing is
# written outside this folder but pip's own cache.

PYTHON ?= python3
PYTEST_ARGS ?=
MUTATE_ARGS ?=
LOCK ?= requirements.lock
UPGRADE ?=

BIN := .venv/bin
# Touched last, so that a broken set-up is done again; named by the lock's content, so that a new lock is installed and
# one that a checkout only touched is not: its time counts for nothing.
STAMP := .venv/.installed-$(shell cksum < requirements.lock | cut -d ' ' -f 1)

.DEFAULT_GOAL := help
.PHONY: help run ui test test-slow mutate bench lock .venv

help:  ## lists these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: $(STAMP)  ## sets up when needed, runs the main job on the sample world and sums up what came of it
	@$(BIN)/whisky --sample run --summary

ui: $(STAMP)  ## opens Dagster's UI on 127.0.0.1 until Ctrl-C
	@$(BIN)/whisky ui

test: $(STAMP)  ## sets up when needed, then lint, types, layers and every test that is not slow
	@echo "== 1/5 ruff check: lint"
	@$(BIN)/ruff check .
	@echo "== 2/5 ruff format: layout"
	@$(BIN)/ruff format --check .
	@echo "== 3/5 mypy: types"
	@$(BIN)/mypy
	@echo "== 4/5 lint-imports: layers"
	@$(BIN)/lint-imports --no-logo
	@echo "== 5/5 pytest: every test that is not slow"
	@$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile $(PYTEST_ARGS)

# In written order: a person's day in the browser builds on itself, and each of these stands for minutes.
test-slow: $(STAMP)  ## the long tests: kills, the browser, whole set-ups, 2,000 examples a property
	@echo "== 1/1 pytest: the slow tests"
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -m slow -p no:randomly -n 2 --dist loadfile $(PYTEST_ARGS)

mutate: $(STAMP)  ## plants faults in identity and the reading of names; hours. MUTATE_ARGS="--sample 150 --seed 1"
	@$(BIN)/python -m whisky_assets_tests.mutation $(MUTATE_ARGS)

bench: $(STAMP)  ## the benchmarks, each beside what a user would use instead
	@$(BIN)/python -m benchmarks

# Resolved for the Intel Mac, whose wheels are the rarest: what installs there installs on an Apple one and on Linux.
lock: $(STAMP)  ## resolves requirements.in again, keeping today's pins; UPGRADE=--upgrade takes the newest
	@$(BIN)/python -m uv pip compile requirements.in --quiet --system-certs --cache-dir .venv/uv-cache \
		--python-platform x86_64-apple-darwin --python-version 3.11 --only-binary :all: \
		--generate-hashes --no-strip-extras --no-emit-find-links --no-emit-index-url \
		--custom-compile-command "make lock" $(UPGRADE) -o $(LOCK)

.venv: $(STAMP)
	@:

$(STAMP): | requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "$(PYTHON) is $$($(PYTHON) --version 2>&1); this needs Python 3.11, 3.12 or 3.13." >&2; \
		echo "Name one that you have, for example: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "$(PYTHON) cannot make a venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock: once, about a minute, 1 GB"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		--only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check
	@touch $@
