# Every target makes its own .venv first; nothing else of ours has to be on the machine.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,13))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test check format bench soak lock clean

setup: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed: install it, or name it with make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: $(STAMP)  ## 24 simulated patients on this machine, over real SIP and RTP
	$(BIN)/dialer demo

test: export PYTHONDONTWRITEBYTECODE :=
test: $(STAMP)  ## one process for the tests with real calls, two that give way to it for the rest
	$(BIN)/python -m pytest -n 3 --dist loadscope -m "not alone"
	$(BIN)/python -m pytest -m alone tests/dialer

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m bench

.PHONY: pack
pack: $(STAMP)  ## the voice packs that the product ships, made again; needs make rhvoice before
	$(BIN)/dialer prompts pack

.PHONY: rhvoice
rhvoice: $(STAMP)  ## the RHVoice library, from a clone of the pinned tag or SOURCE=a tarball of it, and its voices
	$(BIN)/python deploy/rhvoice/build.py $(SOURCE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-voices.lock

soak: $(STAMP)
	$(BIN)/python -m pytest -m soak --timeout 3600

lock: ## write the lock files anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements.lock -o requirements-dev.lock
	uv pip compile pyproject.toml --extra piper --extra rhvoice --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements-dev.lock -o requirements-voices.lock

clean:
	rm -rf $(VENV) var build *.egg-info
