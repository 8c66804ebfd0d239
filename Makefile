PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-slow format pictures

run: .venv/installed
	$(BIN)/sim run es-11-1

test: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

test-slow: .venv/installed
	$(BIN)/python -m pytest -m slow

pictures: .venv/installed
	$(BIN)/sim plot es-11-1 --kind chamber --out docs/pictures/chamber.png

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[all,test]'
	touch $@
