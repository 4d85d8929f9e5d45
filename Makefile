# The only door. Every target sets up what it needs in a fresh clone with Python >= 3.11 and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := .boot/bin/uv
RUN_LOCK := requirements/run.txt
DEV_LOCK := requirements/dev.txt
PROJECTS := pyproject.toml emulator/pyproject.toml

export UV_SYSTEM_CERTS = true
export UV_PYTHON_DOWNLOADS = never

.PHONY: help run test play browser check fmt install dev lock bench bench-push bench-browser chaos chaos-kill year outage labels clean simulate simulate-mutants proof fuzz
.DEFAULT_GOAL := help

help:
	@echo "make run      start Leadwire on SQLite with the bundled LinkedIn emulator"
	@echo "make test     every test, on SQLite and on PostgreSQL"
	@echo "make check    format, lint, types, import contracts"
	@echo "make bench    back-fill throughput against a bare loop"
	@echo "make bench-push  pushes: latency, peak, beside a back-fill; every acknowledged one looked up"
	@echo "make bench-browser  from a member's click to the row in an open page, 50 times in Chromium"
	@echo "make chaos    a real server and workers killed, frozen and cut off by seeded plans, on both databases (SEEDS, START)"
	@echo "make chaos-kill  a back-fill of 100,000 leads killed ten times with SIGKILL, 10,000 pushes likewise, and a burst of 5,000 until each is a row"
	@echo "make play     docs/demo-script.md, every rule, in a browser and a terminal"
	@echo "make year     400 days of a grant, with and without refresh tokens    make outage  six hours of LinkedIn down"
	@echo "make simulate  seeded histories full of faults in virtual time (SEEDS, START, MODE=all|poll|hook, JOBS)"
	@echo "make simulate-mutants  how soon the simulation finds each planted bug"
	@echo "make proof    what all kept runs of the simulation, the storms and the fuzz add up to"
	@echo "make fuzz     seeded odd input to hook, readers, ingest, columns, URNs, CSV, settings, sockets; then schemathesis (INPUTS, START, EXAMPLES)"
	@echo "make labels   100,000 hostile labels into column names"
	@echo "make fmt      format the code        make install   only install"

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.x run"; exit 1; }
	@$(PYTHON) -m venv .boot && .boot/bin/pip install --quiet --disable-pip-version-check "uv>=0.13,<0.14"

$(VENV)/.made: $(UV)
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	@touch $@

# What is needed to run; the marker is newer than the lock it was made from.
$(VENV)/.run: $(VENV)/.made $(RUN_LOCK) $(PROJECTS)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(RUN_LOCK)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e ./emulator
	@touch $@

$(VENV)/.dev: $(VENV)/.run $(DEV_LOCK)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(DEV_LOCK)
	@touch $@

install: $(VENV)/.run
dev: $(VENV)/.dev

run: install
	@$(BIN)/leadwire demo

# The browser's tests have a process of their own: Playwright keeps an event loop running in it, and they measure time.
test: dev browser
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest tests/browser --ignore tests/browser/test_demo_script.py
	@$(BIN)/python -m pytest -n 2 --ignore tests/browser
endif

# docs/demo-script.md from its first line to its last, every rule; one run in a few meets a clock in the middle of its jump.
play: dev browser
	@$(BIN)/python -m pytest tests/browser/test_demo_script.py $(ARGS)

# The tests in a real browser need Chromium; where it cannot be brought they skip, and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; } \
		|| echo "No Chromium: the tests in a browser skip. To have them: apt-get install --no-install-recommends chromium (as root)"

check: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

fmt: dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: dev
	@$(BIN)/python -m bench.backfill $(ARGS)

bench-push: dev
	@$(BIN)/python -m bench.push $(ARGS)

bench-browser: dev browser
	@$(BIN)/python -m tests.browser.submissions $(ARGS)

chaos: dev
	@$(BIN)/python -m tests.chaos --seeds $(or $(SEEDS),20) --start $(or $(START),0) $(ARGS)

chaos-kill: dev
	@$(BIN)/python -m tests.chaos.backfill_kill $(ARGS)
	@$(BIN)/python -m tests.chaos.push_kill $(PUSH_ARGS)
	@$(BIN)/python -m tests.chaos.burst_kill $(BURST_ARGS)

# Virtual time: 400 days of a grant; six hours of LinkedIn down with 200 accounts.
year: dev
	@$(BIN)/python -m tests.tokens.year $(ARGS)

outage: dev
	@$(BIN)/python -m tests.tokens.outage $(ARGS)

simulate: dev
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),200) --start $(or $(START),0) --mode $(or $(MODE),every) --jobs $(or $(JOBS),2) $(ARGS)

simulate-mutants: dev
	@$(BIN)/python -m tests.simulation --mutants --seeds $(or $(SEEDS),2000) --jobs $(or $(JOBS),2) $(ARGS)

# What the kept ledgers add up to.
proof: dev
	@$(BIN)/python -m tests.proof

labels: dev
	@$(BIN)/python -m tests.domain.label_storm 100000

# A finding tells the line that replays it: make fuzz ARGS="--target NAME" START=… INPUTS=… EXAMPLES=0
fuzz: dev
	@$(BIN)/python -W ignore -m tests.fuzz --inputs $(or $(INPUTS),20000) --start $(or $(START),0) $(ARGS)
	@if [ "$(EXAMPLES)" != 0 ]; then $(BIN)/python -W ignore -m tests.fuzz.contract --examples $(or $(EXAMPLES),10) --seed $(or $(START),0); fi

lock: $(UV)
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $(PROJECTS) --group build -o $(RUN_LOCK) $(ARGS)
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $(PROJECTS) --group build --group dev -c $(RUN_LOCK) -o $(DEV_LOCK) $(ARGS)

clean:
	rm -rf $(VENV) .boot
