# Two commands do all the set-up: `make demo` and `make test`. Both build .venv first.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8620
NIGHT ?= 1
WORKERS ?= 2

.PHONY: demo test check lint format soak bench clean

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, set PYTHON=") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/demo-installed: .venv/bin/python setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@$(BIN)/python -m compileall -q -x '\.venv|var|tests' . || true
	@touch $@

.venv/dev-installed: .venv/bin/python setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@$(BIN)/python -m compileall -q -x '\.venv|var|tests' . || true
	@touch $@

# The sample province: crawled, reviewed as the labelled demo editor, published and served. ONCE=1 stops after
# publishing, NIGHT=2 is the next night, PORT=9000 moves the three servers.
demo: .venv/demo-installed
	$(BIN)/caibian demo --night $(NIGHT) --port $(PORT) $(if $(ONCE),--once)

# A file's tests stay in one process, so that what they share is made once; WORKERS=0 runs all in one.
test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: test

lint: .venv/dev-installed
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

format: .venv/dev-installed
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

# What it costs beside peers, a line a figure: docs/bench.md. ONLY=collect runs one group, SCALE=0.1 a tenth.
bench: .venv/dev-installed
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(SCALE),--scale $(SCALE))

# The same tests in full counts: kills, fuzz, nights.
soak: .venv/dev-installed
	$(BIN)/python -m pytest -m soak $(ARGS)

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
