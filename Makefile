# `make demo` and `make test` are all one needs; both make the .venv first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check tests hostile fuzz docs clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable ".[teacher,kernels,postgresql,dev]"
	touch $@

demo: $(READY)
	@isolation=$$($(BIN)/python -c "from grader.running import wall; print(wall.best_here())"); \
	if [ $$isolation = none ]; then echo "No sandbox here (see: grader doctor). The examples are our own, so they run without."; fi; \
	$(BIN)/grader grade examples/*.ipynb --assignment fashion-mnist --budget 20 --due 2026-12-31 \
		--isolation $$isolation --out demo-report && echo "The reports are in demo-report/"

test: check tests

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

tests: $(READY)
	$(BIN)/pytest --numprocesses auto --dist worksteal

# All attack notebooks, also those that take long.
hostile: $(READY)
	HOSTILE=all $(BIN)/pytest tests/hostile

# Ten thousand mutated notebooks and as many files of each other kind; a few of each run with the other tests.
fuzz: $(READY)
	HYPOTHESIS_PROFILE=long $(BIN)/pytest tests/fuzz --durations=0

# The JSON schemas in docs/ are written from the records.
docs: $(READY)
	$(BIN)/python -m grader.schema docs

clean:
	rm -rf .venv demo-report
