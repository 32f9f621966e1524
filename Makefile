# make demo   the demo study, from raw files to the report
# make test   the whole test suite
# make new STUDY=path [FROM="files or folders"]   a new study; its sheets are filled as far as the files tell
# Everything is installed into .venv; nothing outside the checkout is changed, but for a missing system
# package, which is named, and installed when that is allowed.
SHELL := /bin/sh
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
BIN := .venv/bin
DEMO := results/demo
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup demo test check new lock library manual clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

setup: .venv/installed

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "evcargo needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh .ci/system-package python3-venv
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEMO)/truth/samples.tsv: .venv/installed $(wildcard scripts/evcargo/simulate/*.py)
	PYTHONPATH=scripts $(BIN)/python -m evcargo.simulate.demo $(DEMO)

demo: $(DEMO)/truth/samples.tsv
	$(BIN)/snakemake --directory $(DEMO) --workflow-profile workflow/profiles/local --cores $(CORES)
	@echo
	@echo "The report: $(DEMO)/results/report/index.html"

test: .venv/installed check
	$(BIN)/python -m pytest --numprocesses $(CORES) --dist loadfile --no-loadscope-reorder

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

new: .venv/installed
	@test -n "$(STUDY)" || { echo "Say where: make new STUDY=path"; exit 1; }
	@PYTHONPATH=scripts $(BIN)/python -m evcargo.study.init "$(STUDY)" $(if $(FROM),--from $(FROM))

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url pyproject.toml --output-file requirements.lock

library:
	cd scripts/evcargo && find . -type f -not -path '*/__pycache__/*' | sed 's#^\./##' | LC_ALL=C sort > ../../workflow/library.txt

manual: .venv/installed
	PYTHONPATH=scripts $(BIN)/python -m evcargo.study.manual > config/README.md

clean:
	rm -rf .venv results logs .snakemake
