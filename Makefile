# All a developer needs: make run, make test. Each sets up what it needs, and says so.
# Wanted on the machine: Python 3.11 or later, make, git.

PORT ?= 8000
CONSOLE_PORT ?= 8001
DYNAMODB ?= moto
ARGS ?=
# Processes that run tests side by side.
WORKERS ?= auto
# The first Python on the PATH that is new enough; prepare.py says so if there is none.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; done; echo $$python)
export CHROMIUM

IN_VENV := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help environment run test lint bench package openapi

help: ## Say what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1	/' | expand -t 16

environment:
	@$(PYTHON) infra/local/prepare.py

run: environment ## Serve the site and the console (PORT=8000 CONSOLE_PORT=8001; DYNAMODB=local keeps the data)
	@exec $(IN_VENV) -m infra.local --port $(PORT) --console-port $(CONSOLE_PORT) --dynamodb $(DYNAMODB)

test: environment ## Run all tests, the browser's among them (ARGS="tests/domain -k codes" for some)
	@echo "Looking for Chromium…"
	@CHROMIUM="$$($(IN_VENV) -m infra.local.chromium)" && export CHROMIUM \
	  && echo "Running the tests with $$CHROMIUM…" && exec $(IN_VENV) -m pytest -n $(WORKERS) --maxprocesses 4 $(ARGS)

lint: environment ## Check style, types, and that docs/openapi.json is as the code
	@echo "ruff…"
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check --exclude '*.md' .
	@echo "mypy…"
	@$(IN_VENV) -m mypy
	@echo "docs/openapi.json against the code…"
	@$(IN_VENV) -m infra.openapi --check

bench: environment ## Measure against the bounds of the design; prints a table
	@$(IN_VENV) -m bench

package: environment ## Build what is deployed: the zip and the CloudFormation template
	@$(IN_VENV) -m infra.package

openapi: environment ## Write docs/openapi.json from the code
	@$(IN_VENV) -m infra.openapi
