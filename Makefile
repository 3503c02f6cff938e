# Two commands matter: `make demo` and `make test`. Both make their own environment in .venv.
# Needs Python 3.11 or newer and make, nothing else.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin
# A test waits for its small servers a third of its time, so one worker more than there are cores.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
WORKERS ?= $(shell expr $(CORES) + 1)

.PHONY: demo test soak check format bench lock clean

demo: .venv/run.stamp  ## The whole product on this machine. STORY=1 plays an incident; HEADLESS=1 plays it fast
	$(BIN)/tocsin demo $(if $(STORY),--story) $(if $(HEADLESS),--headless) $(if $(PORT),--port $(PORT))

test: .venv/dev.stamp  ## Everything, on SQLite and PostgreSQL, pages in Chromium where it is installed
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

soak: .venv/dev.stamp  ## The story with a death at every point and in hundreds of storms; ARGS="--points 50 --storms 20"
	$(BIN)/python -m tests.soak $(or $(ARGS),--points all --storms 300 --database sqlite --mode http)
	$(if $(ARGS),,$(BIN)/python -m tests.soak --points all --storms 300 --replicas 20 --outages 10 --database postgresql --mode socket)
	$(if $(ARGS),,$(BIN)/python -m tests.soak --points 0 --replicas 10 --rollouts 10 --database postgresql --mode http)

check: .venv/dev.stamp  ## Formatting, lint, types, import contracts, dead code, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/codespell README.md CHANGELOG.md docs bot handlers playbooks storage config sandbox

bench: .venv/dev.stamp  ## What grows with size and what must not; ARGS=sandbox measures only that
	$(BIN)/python -m bench $(ARGS)

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev.stamp  ## Compile the lock files: versions with hashes, no addresses
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --no-annotate --no-header pyproject.toml --group build -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis var

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer on the PATH."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what Tocsin needs into .venv (once) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@echo "Installing what the checks need into .venv (once) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
