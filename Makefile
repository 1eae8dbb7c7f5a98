# make demo   install, train a small network on the bundled names, score, and ask about Schmidt
# make test   install, and run the tests, lint and types
# make test-extras  the tests of scikit-learn, Spark and Arrow, with their lowest and newest versions
# make bench  measure the speed beside PyTorch's, a few minutes (installs both, which needs a C++ compiler)
# make bench-accuracy  train on the bundled surnames beside n-gram regression and fastText (installs the same)
# make model  train the model that comes with the package
# make data   build the lists of names from their sources
# make people  build the list of people that make model trains on, about four minutes

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-extras bench bench-accuracy model data people clean

demo: .venv/installed
	$(BIN)/rnn-names predict Schmidt "García López" 王伟 Иванов
	$(BIN)/rnn-names train -o .venv/demo.npz --networks 1 --hidden-size 32 --bag 64 --epochs 3
	$(BIN)/rnn-names evaluate -m .venv/demo.npz
	$(BIN)/rnn-names predict -m .venv/demo.npz Schmidt

test: .venv/dev
	$(BIN)/ruff format --check rnn_names tests data
	$(BIN)/ruff check rnn_names tests data
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term-missing:skip-covered

test-extras:
	for which in lowest newest; do \
		test $$which = newest || pins="-c tests/lowest-extras.txt"; \
		$(PYTHON) -m venv --clear .venv/$$which && \
		.venv/$$which/bin/pip install --quiet $$pins ".[sklearn,arrow,spark,frames,tables]" pytest hypothesis && \
		.venv/$$which/bin/python -m pytest -q -m extras -p no:cacheprovider || exit 1; \
		pins=; \
	done

bench: .venv/bench
	$(BIN)/python -m tests.benchmarks.speed

bench-accuracy: .venv/bench
	$(BIN)/python -m tests.benchmarks.accuracy

model: people
	$(BIN)/python data/compose.py
	$(BIN)/rnn-names train data/people/world -o .venv/world.npz --join 0 --letter-dropout 0.01 \
		--val-split 0.02 --test-split 0 --ngrams 100000 --epochs 12 --step-share 0.1 --prior population
	$(BIN)/python data/finish.py .venv/world.npz

data: .venv/data .venv/installed
	$(BIN)/python data/build.py
	$(BIN)/python data/native.py
	$(BIN)/python data/territories.py
	$(BIN)/python data/outlines.py

people: .venv/data .venv/installed
	$(BIN)/python data/people.py
	$(BIN)/python data/coverage.py

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
