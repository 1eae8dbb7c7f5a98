"""The bar: TF-IDF of character 1–5-grams and a logistic regression, on the split of a trained model.

    python -m tests.benchmarks.ngrams [--model FILE] [--data PATH]

Both models see the same training names; the regression's C is chosen on the validation part by
NLL, and both are scored on the same test part. Needs the extra `bench`.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from rnn_names import NameClassifier
from rnn_names.dataset import Example, bundled_surnames, normalise, read_examples, split, unique
from rnn_names.metrics import Metrics, evaluate
from rnn_names.training import country_indices

GRID = (3.0, 10.0, 30.0)


def texts(examples: list[Example]) -> list[str]:
    """The names with a blank on either side, so that n-grams know where a name begins and ends."""
    return [f" {normalise(example.name)} " for example in examples]


def train(examples: list[Example], countries: tuple[str, ...], C: float) -> Pipeline:
    """The regression with inverse regularisation C."""
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 5), sublinear_tf=True, dtype=np.float32),
        LogisticRegression(C=C, max_iter=300),
    )
    return pipeline.fit(texts(examples), country_indices(examples, countries))


def score(pipeline: Pipeline, examples: list[Example], countries: tuple[str, ...]) -> Metrics:
    """Metrics over all countries; those without a training name get probability 0."""
    p = np.zeros((len(examples), len(countries)))
    p[:, pipeline.classes_] = pipeline.predict_proba(texts(examples))
    return evaluate(p, country_indices(examples, countries), countries)


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a model file (default: the bundled one)")
    parser.add_argument("--data", type=Path, default=bundled_surnames(), help="what it was trained on")
    arguments = parser.parse_args()

    classifier = NameClassifier.load(arguments.model)
    config = classifier.model.training
    examples = unique(read_examples(arguments.data))
    parts = split(examples, config.val_split, config.test_split, config.seed)
    candidates = []
    for C in GRID:
        pipeline = train(parts.train, classifier.countries, C)
        validation = score(pipeline, parts.val, classifier.countries)
        print(
            f"C {C:g}: validation accuracy {validation.accuracy:.3f}, NLL {validation.nll:.3f}", flush=True
        )
        candidates.append((validation.nll, C, pipeline))
    _, C, pipeline = min(candidates, key=lambda candidate: candidate[:2])
    network, _ = classifier.evaluate(parts.test)
    print(f"{'test part':24} accuracy  top-3  macro-F1  balanced    NLL    ECE")
    for label, m in (
        (f"n-grams, C {C:g}", score(pipeline, parts.test, classifier.countries)),
        ("rnn-names", network),
    ):
        print(
            f"{label:24} {m.accuracy:8.3f} {m.top3_accuracy:6.3f} {m.macro_f1:9.3f} "
            f"{m.balanced_accuracy:9.3f} {m.nll:6.3f} {m.ece:6.3f}"
        )


if __name__ == "__main__":
    main()
