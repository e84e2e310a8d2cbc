# tradelab. `make` alone lists what there is; every target brings what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
RUN := .venv/.requirements
DEV := .venv/.requirements-dev

##@ Use it
.PHONY: demo run
demo: $(RUN) ## One AI trader through one market session, end to end; then how to look at it
	@$(MANAGE) demo

run: $(RUN) ## Web, workers, beat, PostgreSQL and Redis in this terminal until Ctrl-C (options: ARGS="--port 9000")
	@exec $(MANAGE) run $(ARGS)

##@ Prove it
.PHONY: test lint types contracts migrations css-check docs-check bench bench-fleet bench-peers
test: $(DEV) ## The whole suite, in parallel (options: ARGS="runs -k lease")
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(DEV) ## Style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV) ## Types, strictly
	@$(BIN)/mypy .

contracts: $(DEV) ## Who may import whom
	@$(BIN)/lint-imports

migrations: $(DEV) ## Every change of a model has its migration
	@$(MANAGE) makemigrations --check --dry-run

css-check: ## static/css/app.css is what its sources compile to
	@scripts/css_check.sh

docs-check: $(DEV) ## Generated pages of docs/ are up to date
	@$(MANAGE) gates_doc --check
	@$(MANAGE) rules_doc --check
	@$(MANAGE) api_page --check

bench: $(RUN) ## How fast this machine steps, stores, renders and asks (options: RUNS=50 that ask at once)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) bench $(ARGS)
	@$(MANAGE) bench_asking --runs $(or $(RUNS),0)

bench-fleet: $(RUN) ## Two web processes, three workers and beat: killed at random, computing on two, waiting 200 at once
	@$(MANAGE) bench_fleet --runs $(or $(RUNS),200) $(ARGS)

bench-peers: $(RUN) ## The same session in other engines, interleaved, in a throwaway environment
	@scripts/bench_peers.sh

##@ Change it
.PHONY: format css docs pins screenshots clean help
format: $(DEV) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

css: ## Compile the styles (needs node)
	@scripts/css_build.sh

docs: $(DEV) ## Write the generated pages of docs/
	@$(MANAGE) gates_doc
	@$(MANAGE) rules_doc
	@$(MANAGE) api_page

pins: $(DEV) ## Pin everything below the direct requirements again
	@: > constraints.txt
	@$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-annotate \
		requirements-dev.txt --output-file constraints.txt

screenshots: $(DEV) ## Take the pictures of the README
	@$(MANAGE) screenshots

clean: ## Remove .venv and caches; data in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

$(RUN): requirements.txt constraints.txt
	@scripts/install.sh requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements.txt constraints.txt
	@scripts/install.sh requirements-dev.txt
	@touch $(RUN) $@
