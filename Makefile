PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: demo test lint bench bench-validity clean

demo: .venv/installed
	$(BIN)/datakit demo

test: .venv/installed-dev lint
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-bench
	$(BIN)/python benchmarks/profile_images.py
	$(BIN)/python benchmarks/group_hashes.py

# IMAGES: a folder with cifar10/ and photos/; TEXTS: one with the text collections; see
# benchmarks/validity/sources.py. PEERS: interpreters that have alibi-detect or Evidently.
bench-validity: .venv/installed-bench
	$(BIN)/python benchmarks/score_validity.py --images $(IMAGES) --texts $(TEXTS) --peers $(PEERS)

.venv/installed: pyproject.toml constraints.txt
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test]'
	touch $@

.venv/installed-bench: .venv/installed-dev
	$(BIN)/python -m pip install --quiet -c constraints.txt cleanvision matplotlib
	touch $@

clean:
	rm -rf .venv demo
