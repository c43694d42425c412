# `make run` and `make test` need Python 3.11 or newer, with pip, and set everything else up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
PIP := -m pip --disable-pip-version-check

# The stamp is written last and says for what: without the right one, a set-up was cut off, or the
# folder was moved, or another Python is asked for, and the environment is made anew.
FOR := $(CURDIR) with $(PYTHON)
SOUND := $(shell test "$$(cat $(STAMP) 2>/dev/null)" = "$(FOR)" \
	&& $(BIN)/python -c 'import pip' 2>/dev/null && echo yes)

# The tests come last, so that their summary is the last line.
.NOTPARALLEL:
.PHONY: help run test lint types rooms tests thorough mutants format set-up clean anew

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: $(STAMP)  ## the main job: random cases, all witnesses, page and JSON (ARGS="--help")
	$(BIN)/backproof run $(ARGS)

test: lint types rooms tests  ## everything that must hold before a change goes in

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

rooms: $(STAMP)
	$(BIN)/lint-imports

tests: $(STAMP)  ## the tests alone (ARGS="-k roll_call")
	$(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal $(ARGS)

thorough: $(STAMP)  ## the tests on many more random cases, other ones each time
	$(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal --hypothesis-profile=thorough $(ARGS)

mutants: $(STAMP)  ## faults planted in the judge itself: do the tests notice? (ARGS="slope")
	cd tests && ../$(BIN)/python -m mutants $(ARGS)

format: $(STAMP)  ## lay the code out, and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

set-up: $(STAMP)  ## the environment alone, in .venv

clean:  ## remove the environment and all caches
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache

$(STAMP): pyproject.toml constraints.txt $(if $(SOUND),,anew)
	@echo "Setting up $(VENV): the first time takes a few minutes, nearly all of it torch and jax."
	@rm -f $@
	$(if $(SOUND),,$(PYTHON) -m venv --clear --without-pip $(VENV))
	$(if $(SOUND),,$(PYTHON) $(PIP) --python $(BIN)/python install --quiet -c constraints.txt pip setuptools)
	$(BIN)/python $(PIP) install --quiet -c constraints.txt pip setuptools
	@# the warning is about folders named like the packages: they are the packages
	PYTHONWARNINGS=ignore $(BIN)/python $(PIP) install --quiet -c constraints.txt --no-build-isolation \
		--editable '.[all]' --group dev
	@echo "$(FOR)" > $@

anew:
