"""A model of ours beside n-gram models, on the same rows: python -m tests.benchmarks.accuracy [DATA].

    python -m tests.benchmarks.accuracy languages/
    python -m tests.benchmarks.accuracy people.tsv.gz --tools fasttext --model trained.npz

Ours is trained with the defaults, as `rnn-names train DATA` does it, or is the `--model` that DATA trained.
All learn the training part, are chosen and get a temperature on the validation part, and are scored on the
test part. DATA are the bundled surnames by default.

    ngrams      TF-IDF of the characters' 1- to 5-grams and a logistic regression, its C from GRID by NLL
    fasttext    tuned as fast_text.py says

A difference is ours less theirs on the same names, with its 95 % interval: of accuracy by McNemar's cells,
of top-3 and NLL from 2,000 draws of the names. Needs the extra `bench`. The regression takes memory for
every pair of n-gram and label: leave it out where there are many of both.
"""

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from rnn_names import NameClassifier
from rnn_names import train as train_ours
from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.bundled import bundled_surnames
from rnn_names.model.calibration import fit_temperature
from rnn_names.model.metrics import evaluate
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.labels import Labels
from rnn_names.names.spelling import normalise
from rnn_names.names.split import Split, split, unique
from rnn_names.network.layers import softmax
from tests.benchmarks.fast_text import scored_by, trained, tuned
from tests.benchmarks.people import LEAST, Answers, Score, difference

GRID = (3.0, 10.0, 30.0)
TOOLS = ("ngrams", "fasttext")


def texts(examples: Iterable[Example]) -> list[str]:
    """The names with a blank on either side, so that n-grams know where a name begins and ends."""
    return [f" {normalise(example.name)} " for example in examples]


def train(
    examples: list[Example], countries: tuple[str, ...], C: float, class_weight: str | None = None
) -> Pipeline:
    """The regression with inverse regularisation C."""
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 5), sublinear_tf=True, dtype=np.float32),
        LogisticRegression(C=C, max_iter=300, class_weight=class_weight),
    )
    return pipeline.fit(texts(examples), country_indices(examples, countries))


def predictor(pipeline: Pipeline, countries: tuple[str, ...]) -> Score:
    """Its probabilities of all countries; those without a training name get 0."""

    def predict(names: Sequence[str]) -> FloatArray:
        p = np.zeros((len(names), len(countries)))
        p[:, pipeline.classes_] = pipeline.predict_proba(texts(Example(name, "") for name in names))
        return p

    return predict


def calibrated(log_p: Score, val: Sequence[Example], countries: tuple[str, ...]) -> Score:
    """Probabilities from log p, at the temperature that fits the validation part."""
    even, truth = np.ones(len(countries)), country_indices(val, countries)
    temperature = fit_temperature(log_p([e.name for e in val]), truth, even, even)
    return lambda names: softmax(log_p(names) / temperature)


def regression(parts: Split, countries: tuple[str, ...]) -> Score:
    """The best regression by the NLL of the validation part; prints a line for each."""
    names, truth = [e.name for e in parts.val], country_indices(parts.val, countries)
    candidates = []
    for C in GRID:
        predict = predictor(train(parts.train, countries, C), countries)
        found = evaluate(predict(names), truth, countries)
        print(f"C {C:g}: validation accuracy {found.accuracy:.3f}, NLL {found.nll:.3f}", flush=True)
        candidates.append((found.nll, predict))
    best = min(candidates, key=lambda candidate: candidate[0])[1]
    return calibrated(lambda names: np.log(np.maximum(best(names), LEAST)), parts.val, countries)


def fast_text(parts: Split, labels: Labels, rows: int) -> Score:
    """fastText, tuned on the validation part."""
    model = trained(parts.train, labels, tuned(parts.train, parts.val, labels, rows))
    return calibrated(scored_by(model, labels), parts.val, labels.labels)


def scored(title: str, p: FloatArray, truth: IntArray, countries: tuple[str, ...]) -> Answers:
    """Print a line of the table."""
    m = evaluate(p, truth, countries)
    figures = (m.accuracy, m.top3_accuracy, m.macro_f1, m.nll, m.ece)
    print(f"| {title} | {' | '.join(f'{figure:.3f}' for figure in figures)} |", flush=True)
    right = np.argsort(-p, axis=1, kind="stable")[:, :3] == truth[:, None]
    true = np.maximum(p[np.arange(len(p)), truth], LEAST)
    return Answers(right[:, 0], right.any(axis=1), -np.log(true))


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=bundled_surnames(), metavar="DATA")
    parser.add_argument("--model", type=Path, help="a model that was trained on DATA")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=TOOLS)
    parser.add_argument(
        "--tuning-rows", type=int, default=150_000, help="that fastText's trials learn from"
    )
    arguments = parser.parse_args()

    start = time.perf_counter()
    if arguments.model:
        ours = NameClassifier.load(arguments.model)
    else:
        ours = train_ours(arguments.data)
        print(f"rnn-names learned in {time.perf_counter() - start:.0f} s")
    config, data, countries = ours.model.training, ours.model.data, ours.countries
    examples = unique(read_examples(arguments.data), data.rule)
    parts = split(examples, config.val_split, config.test_split, config.seed, data.rule, data.split)
    tools: dict[str, Score] = {"rnn-names": ours.predict_proba}
    if "ngrams" in arguments.tools:
        tools["n-grams, logistic regression"] = regression(parts, countries)
    if "fasttext" in arguments.tools:
        tools["fastText"] = fast_text(parts, ours.labels, arguments.tuning_rows)

    names, truth = [e.name for e in parts.test], country_indices(parts.test, countries)
    print(f"\n| {len(names):,} names | accuracy | top-3 | macro-F1 | NLL | ECE |\n|{' --- |' * 6}")
    found = {title: scored(title, score(names), truth, countries) for title, score in tools.items()}
    for title, theirs in list(found.items())[1:]:
        print(f"less {title}: {difference(found['rnn-names'], theirs)}")


if __name__ == "__main__":
    main()
