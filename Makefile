# Two commands are enough: `make run` and `make test`. Both set up what is missing; a second run takes seconds.
.PHONY: setup run test check bench soak lock pictures clean
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
WEB := ui/capture ui/console/editor
web_sources = $(shell find $(1) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

setup: $(STAMPS)/project $(WEB:%=%/dist/.built) $(STAMPS)/models

$(BIN)/uv: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with `make PYTHON=...`")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	mkdir -p $(STAMPS)
	awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > $(STAMPS)/uv.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r $(STAMPS)/uv.lock
	touch $@

$(STAMPS)/packages: requirements.lock $(BIN)/uv
	mkdir -p $(STAMPS)
	$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/packages
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Node: the system's where it is new enough, else PyPI's wheel, pinned like everything else.
$(STAMPS)/node: requirements-node.lock $(STAMPS)/project
	scripts/node-is-new-enough || $(BIN)/uv pip install --quiet --require-hashes -r requirements-node.lock
	touch $@

# What only the tests or only the benchmarks need, so that `make run` need not fetch it: Spark, and the peers.
$(STAMPS)/spark $(STAMPS)/bench: $(STAMPS)/%: requirements-%.lock $(STAMPS)/project
	$(BIN)/uv pip install --quiet --require-hashes -r $<
	touch $@

.SECONDEXPANSION:
$(WEB:%=%/dist/.built): %/dist/.built: $$(call web_sources,%) $(STAMPS)/node
	cd $* && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build
	touch $@

# A model that cannot be had is a warning: its features stay unknown, and nothing is accepted that needs them.
$(STAMPS)/models: signals/models.yaml $(STAMPS)/project $(STAMPS)/node
	$(BIN)/selfie models pull || echo "Some models could not be had; 'selfie models list' says which and what to do."
	touch $@

run: setup
	$(BIN)/selfie run

test: setup $(STAMPS)/spark
	$(BIN)/pytest -m "not soak" -n 3 --dist loadfile  # many of them wait for cameras and processes

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	for folder in $(WEB); do (cd $$folder && npm run --silent check) || exit 1; done

soak: setup $(STAMPS)/spark
	$(BIN)/pytest -m soak -n 3  # many of them wait for processes and clocks

bench: setup $(STAMPS)/bench
	for bench in benchmarks/*.py; do $(BIN)/python $$bench || exit 1; done

# For maintainers: pin anew after a change in pyproject.toml. uv.lock names download addresses and is not kept.
lock: $(BIN)/uv
	$(BIN)/uv lock --quiet
	$(BIN)/uv export --quiet --group dev --no-emit-project --no-header -o requirements.lock
	for group in node spark bench; do \
	  $(BIN)/uv export --quiet --only-group $$group --no-emit-project --no-header -o requirements-$$group.lock || exit 1; done

# The README's pictures, from the real service in a real browser.
pictures: setup
	PYTHONPATH=. $(BIN)/python scripts/pictures.py docs/pictures

clean:
	rm -rf $(VENV) $(WEB:%=%/dist) $(WEB:%=%/node_modules)
