# Everything a contributor or a first-time user types. Needs: make, Python >= 3.11 with venv and pip, a package index.
#   PYTHON=python3.13   another interpreter        VENV=/elsewhere   another place for the environment

# The first interpreter that is new enough; evaluated only when an environment has to be made.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
UV ?= uv==0.13.9

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# A stamp is newer than the files that were installed from; with it a second run starts at once.
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
NATIVE_STAMP := $(VENV)/.installed-native

.DEFAULT_GOAL := help
.PHONY: help install native demo test long check bench bench-docs fuzz fuzz-coverage lock sbom wheel audit demo-log schema rule-set clean

help:
	@echo 'make demo      install into $(VENV), scan the log in data/demo-log and look one person up (offline)'
	@echo 'make test      run the tests, on all cores (WORKERS=0: in one process; TESTS=tests/ct: only these)'
	@echo 'make long      run the tests that take long by nature and that make test leaves out'
	@echo 'make check     lint, format, types and tests: a change has to pass'
	@echo 'make bench     measure the cost of a scan, for bench/results.json and docs/performance.md (QUICK=1: only to try it)'
	@echo 'make fuzz      read and search mutated certificates, and save failures (RUNS, SECONDS, SEED, SEEDS=folder)'
	@echo 'make install   only install ctscan into $(VENV), with its native core where cargo and cc are there'
	@echo 'make native    only build the native core; fails where it cannot'
	@echo 'make lock      resolve the dependencies anew into requirements.lock and requirements-dev.lock'
	@echo 'make sbom      write ctscan.cdx.json, the list of all packages, anew from the locks'
	@echo 'make wheel     build the wheel, with its SBOM, into dist/'
	@echo 'make audit     ask for known vulnerabilities of the locked packages (pip-audit); fails where it could not'
	@echo 'make demo-log  write data/demo-log anew (the same bytes, unless its script has changed)'
	@echo 'make schema    write the tables of a new index anew, from the migrations'
	@echo 'make rule-set  write the rules and their versions anew, after a rule was added or finds more'
	@echo 'make clean     remove $(VENV) and caches'

# The hot loop in machine code (native/) is optional. Looked for first: its build would fetch a toolchain of its own.
install: $(RUN_STAMP)
	@if command -v cargo >/dev/null && command -v cc >/dev/null; then \
	  $(MAKE) --no-print-directory native || \
	  echo 'ctscan runs without its native core, which could not be built: it needs Rust 1.85 or newer' >&2; \
	else echo 'ctscan runs without its native core: building it needs cargo and cc' >&2; fi

native: $(NATIVE_STAMP)

$(NATIVE_STAMP): $(wildcard native/src/*.rs native/Cargo.* native/*.toml native/requirements.lock) | $(RUN_STAMP)
	@echo 'building the native core into $(VENV)' >&2
	@$(PIP) --require-hashes --requirement native/requirements.lock
	@PATH="$(abspath $(BIN)):$$PATH" CARGO_TARGET_DIR="$(abspath $(VENV))/cargo" MATURIN_PEP517_ARGS=--locked $(PIP) --no-deps --no-build-isolation --force-reinstall ./native
	@touch $@

demo: $(RUN_STAMP)
	@$(BIN)/ctscan demo

# Tests of one file begin on one worker, so that their shared fixtures are made once; an idle worker takes over some.
# One worker more than processors: many tests wait, for a server or for a process that they end.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 1 )))
TESTS ?=
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal
test: $(DEV_STAMP)
	$(PYTEST) $(TESTS)

long: $(DEV_STAMP)
	$(PYTEST) -m 'long or hypothesis' $(TESTS)

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) $(TESTS)

# More options in BENCH, such as BENCH='--only static,jobs' or BENCH='--samples FOLDER'; `bench-docs` writes the figures
# of bench/results.json into docs/performance.md again.
QUICK ?=
BENCH ?=
bench: $(DEV_STAMP)
	$(BIN)/python -m bench $(if $(QUICK),--quick) $(BENCH)

bench-docs: $(DEV_STAMP)
	$(BIN)/python -m bench --render

# The inputs follow from SEED, so that a run can be repeated; failing ones are saved in fuzz-failures/.
RUNS ?= 100000
SECONDS ?= 0
SEED ?= 1
SEEDS ?=
fuzz: $(DEV_STAMP)
	$(BIN)/python tests/fuzz/run.py --runs $(RUNS) --seconds $(SECONDS) --seed $(SEED) $(SEEDS)

# Guided by coverage (libFuzzer); Linux only, and outside the locks, since nothing else needs it.
fuzz-coverage: $(DEV_STAMP)
	$(PIP) 'atheris>=3; sys_platform == "linux" and python_version < "3.14"'
	$(BIN)/python tests/fuzz/atheris_run.py fuzz-corpus -max_total_time=$(if $(filter-out 0,$(SECONDS)),$(SECONDS),600) -rss_limit_mb=1024

# --no-header: the header would name the command and its paths; index and find-links options are never emitted.
# UPGRADE= keeps the versions that are locked, and adds what is missing.
UPGRADE ?= --upgrade
COMPILE = $(BIN)/uv pip compile pyproject.toml $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header --quiet
lock: $(RUN_STAMP)
	$(PIP) '$(UV)'
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(MAKE) --no-print-directory sbom

sbom: $(DEV_STAMP)
	$(BIN)/python tests/make_sbom.py ctscan.cdx.json

wheel: $(RUN_STAMP)
	$(BIN)/python -m hatchling build --target wheel --directory dist

# In an environment of its own, and outside the locks: it needs many packages that nothing else does.
AUDIT := $(VENV)/audit
audit: $(RUN_STAMP)
	@$(BIN)/python -m venv '$(AUDIT)'
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.10'
	@$(BIN)/python tests/audit_locks.py $(AUDIT)/bin/pip-audit requirements.lock requirements-dev.lock

demo-log: $(DEV_STAMP)
	$(BIN)/python tests/make_demo_log.py data/demo-log

schema: $(DEV_STAMP)
	$(BIN)/python tests/make_baseline.py

rule-set: $(DEV_STAMP)
	$(BIN)/python tests/make_rule_set.py

clean:
	rm -rf '$(VENV)' .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# Everything is pinned by hash, the build backend too, so building needs nothing that the lock doesn't name.
$(RUN_STAMP): requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory new-environment
	@echo 'installing ctscan into $(VENV)' >&2
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo 'installing the dependencies of the tests into $(VENV)' >&2
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

.PHONY: new-environment
new-environment:
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "ctscan needs Python 3.11 or newer; found: $$( ($(or $(PYTHON),python3) --version) 2>&1 | head -n 1). Give one: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	@'$(PYTHON)' -m venv --clear '$(VENV)' || { \
	  echo "$(PYTHON) can't make a virtual environment: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
