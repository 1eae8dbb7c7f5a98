"""The bundled model on people by country, beside fastText: python -m tests.benchmarks.people FILE...

    python -m tests.benchmarks.people tennis.csv olympics.csv --fasttext data/people/world

Each FILE is a CSV with the columns name and country, and perhaps last, the family name alone. Every row is
scored: a country that the model does not know is a wrong answer. NLL and ECE are of the other rows.
fastText learns from the same rows as the bundled model. It is scored under the same prior, at the
temperature that fits data/test best, as the bundled model is. Needs fasttext (with NumPy below 2).
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rnn_names import NameClassifier
from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.bundled import bundled_test
from rnn_names.model.calibration import adjust, fit_temperature, prior_weights
from rnn_names.model.metrics import calibration_bins
from rnn_names.names.examples import read_examples
from rnn_names.names.labels import Labels
from rnn_names.names.spelling import normalise

# A usual setting for names, not tuned: a grid may find a better one.
FASTTEXT = {"minn": 2, "maxn": 5, "dim": 100, "epoch": 5, "lr": 0.3, "bucket": 1_000_000, "thread": 2}
Score = Callable[[Sequence[str]], FloatArray]


def report(title: str, score: Score, labels: Labels, files: Sequence[Path]) -> None:
    for file in files:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        places = [labels.place(row["country"]) for row in rows]
        truth = np.array([-1 if place is None else place for place in places])
        for column in ("name", "last"):
            if column not in rows[0]:
                continue
            p = score([row[column] for row in rows])
            best = np.argsort(-p, axis=1, kind="stable")[:, :3]
            right = best == truth[:, None]
            known = truth >= 0
            nll = -np.log(np.maximum(p[known, truth[known]], 1e-12)).mean()
            ece = calibration_bins(p[known].max(axis=1), right[known, 0]).ece
            top1, top3 = right[:, 0].mean(), right.any(axis=1).mean()
            print(
                f"{title:10} {file.stem:10} {column:5} {len(rows):6} names  top-1 {top1:.3f}  "
                f"top-3 {top3:.3f}  NLL {nll:.3f}  ECE {ece:.3f}",
                flush=True,
            )


def bundled(classifier: NameClassifier) -> Score:
    def score(names: Sequence[str]) -> FloatArray:
        return np.nan_to_num(classifier.predict_proba(names))

    return score


def fast_text(table: Path, labels: Labels) -> Score:
    """fastText's probabilities, under the prior of the bundled model, calibrated on data/test."""
    import fasttext

    examples = read_examples(table)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        for e in np.random.default_rng(1).permutation(np.array(examples, object)):
            file.write(f"__label__{labels.place(e[1])} {spaced(e[0])}\n")
        file.flush()
        began = time.perf_counter()
        model = fasttext.train_supervised(file.name, loss="softmax", verbose=0, **FASTTEXT)
        print(f"fastText: {len(examples):,} rows in {time.perf_counter() - began:.0f} s")
    counts = np.bincount([labels.place(e.country) or 0 for e in examples], minlength=len(labels.labels))
    own = prior_weights("population", counts.astype(float), labels)

    def scores(names: Sequence[str]) -> FloatArray:
        z = np.full((len(names), len(labels.labels)), np.log(1e-9))
        found, p = model.predict([spaced(name) for name in names], k=len(labels.labels))
        for row, (labels_of, p_of) in enumerate(zip(found, p, strict=True)):
            z[row, [int(label[9:]) for label in labels_of]] = np.log(np.clip(p_of, 1e-9, 1))
        return z

    held_out = read_examples(bundled_test())
    places = [labels.place(e.country) for e in held_out]
    truth: IntArray = np.array([place for place in places if place is not None])
    z = scores([e.name for e, place in zip(held_out, places, strict=True) if place is not None])
    temperature = fit_temperature(z, truth, counts.astype(float), own)
    return lambda names: adjust(scores(names), counts.astype(float), own, temperature)


def spaced(name: str) -> str:
    return normalise(name).replace("\n", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--fasttext", type=Path, metavar="TABLE", help="what fastText learns from")
    args = parser.parse_args()
    classifier = NameClassifier.load()
    report("bundled", bundled(classifier), classifier.labels, args.files)
    if args.fasttext:
        report("fastText", fast_text(args.fasttext, classifier.labels), classifier.labels, args.files)


if __name__ == "__main__":
    main()
