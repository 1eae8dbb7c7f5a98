# make demo   install, train a small network on the bundled names, score, and ask about Schmidt
# make test   install, and run the tests, lint and types
# make bench  measure the speed beside PyTorch's, about ten minutes (installs PyTorch and scikit-learn)
# make bench-accuracy  compare with the n-gram model, about ten minutes (installs the same)
# make model  train the model that comes with the package
# make data   build the lists of names from their sources

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test bench bench-accuracy model data clean

demo: .venv/installed
	$(BIN)/rnn-names train -o .venv/demo.npz --networks 1 --hidden-size 96 --epochs 6
	$(BIN)/rnn-names evaluate -m .venv/demo.npz
	$(BIN)/rnn-names predict -m .venv/demo.npz Schmidt

test: .venv/dev
	$(BIN)/ruff format --check rnn_names tests data
	$(BIN)/ruff check rnn_names tests data
	$(BIN)/mypy
	$(BIN)/pytest -n auto --cov --cov-report=term-missing:skip-covered

bench: .venv/bench
	$(BIN)/python -m tests.benchmarks.speed

bench-accuracy: .venv/bench
	$(BIN)/python -m tests.benchmarks.accuracy

model: .venv/installed
	$(BIN)/rnn-names train -o rnn_names/model/bundled.npz --bits 8

data: .venv/data
	$(BIN)/python data/build.py

clean:
	rm -rf .venv

.venv/created:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("error: this is Python %d.%d, and 3.11 or later is needed; try make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/created pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/dev .venv/bench: .venv/%: .venv/created pyproject.toml
	$(BIN)/pip install --quiet --editable ".[$*]"
	touch $@

.venv/data: .venv/created data/requirements.txt
	$(BIN)/pip install --quiet -r data/requirements.txt
	touch $@
