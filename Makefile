PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-slow test-lowest format docs pictures validation

run: .venv/installed
	$(BIN)/sim run es-11-1

test: .venv/installed
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/python -m pytest -n auto --dist worksteal

test-slow: .venv/installed
	$(BIN)/python -m pytest -m slow

# The oldest libraries that are allowed, in an environment of its own.
test-lowest:
	$(PYTHON) -m venv .venv-lowest
	$(PYTHON) -m tools.lowest > .venv-lowest/lowest.txt
	.venv-lowest/bin/python -m pip install -qq --upgrade pip
	.venv-lowest/bin/python -m pip install -qq --constraint .venv-lowest/lowest.txt --editable '.[all,test]'
	.venv-lowest/bin/python -m pytest -n auto --dist worksteal -o filterwarnings=default --ignore tests/docs --ignore tests/explore

pictures: .venv/installed
	$(BIN)/sim plot es-11-1 --kind chamber --out docs/pictures/chamber.png

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Material warns at each build that MkDocs 2 will break it; pyproject.toml keeps MkDocs below 2.
docs: .venv/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

validation: .venv/installed
	$(BIN)/python -m tools.validation.page --write

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	@echo 'Installing into .venv: some minutes.'
	$(BIN)/python -m pip install -qq --upgrade pip
	$(BIN)/python -m pip install -qq --editable '.[all,docs,test]'
	touch $@
