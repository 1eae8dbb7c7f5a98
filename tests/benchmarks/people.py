"""The bundled model on people by country, beside fastText: python -m tests.benchmarks.people FILE...

    python -m tests.benchmarks.people tennis.csv olympics.csv --fasttext data/people/world

Each FILE is a CSV with the columns name and country, and perhaps last, the family name alone. Every row is
scored: a country that the model does not know is a wrong answer. NLL and ECE are of the other rows.

fastText learns from the same rows as the bundled model, and is tuned on the same validation part: see
fast_text.py. Its prior, and its temperatures of all names and of names of one word, are made as those of
the bundled model, on data/test. A difference is ours less fastText's on the same names, with its 95 %
interval: of top-1 by McNemar's cells, of top-3 and NLL from 2,000 draws of the names. `--keep` holds
fastText's model for the next time. Needs the extra `bench`.
"""

import argparse
import csv
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_names import NameClassifier
from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.bundled import bundled_test
from rnn_names.model.calibration import adjust, prior_weights
from rnn_names.model.comparison import interval
from rnn_names.model.metrics import calibration_bins
from rnn_names.names.examples import read_examples
from rnn_names.names.labels import Labels
from rnn_names.names.split import split, unique
from rnn_names.training.weights import country_counts
from tests.benchmarks.fast_text import calibrated, temperatures

LEAST = 1e-12  # probability that NLL is taken of
DRAWS = 2000
Score = Callable[[Sequence[str]], FloatArray]
BoolArray = NDArray[np.bool_]


class Answers(NamedTuple):
    """Of each name, whether the first answer is right and one of three is; of known countries -log p."""

    first: BoolArray
    three: BoolArray
    nll: FloatArray


def answers(
    title: str, score: Score, labels: Labels, what: str, rows: Sequence[tuple[str, str]]
) -> Answers:
    """Score the rows of a table, and print how well."""
    places = [labels.place(country) for _, country in rows]
    truth: IntArray = np.array([-1 if place is None else place for place in places])
    p = score([name for name, _ in rows])
    right = np.argsort(-p, axis=1, kind="stable")[:, :3] == truth[:, None]
    known = truth >= 0
    found = Answers(right[:, 0], right.any(axis=1), -np.log(np.maximum(p[known, truth[known]], LEAST)))
    ece = calibration_bins(p[known].max(axis=1), right[known, 0]).ece
    top1, top3, nll = (part.mean() for part in found)
    print(
        f"{title:10} {what:16} {len(rows):6} names  top-1 {top1:.3f}  top-3 {top3:.3f}  NLL {nll:.3f}  "
        f"ECE {ece:.3f}",
        flush=True,
    )
    return found


def drawn(difference: FloatArray) -> tuple[float, float]:
    """The 95 % interval of the mean, by draws of the names."""
    rng, n = np.random.default_rng(3), len(difference)
    means = [difference[rng.integers(n, size=n)].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return low, high


def difference(ours: Answers, theirs: Answers) -> str:
    """Ours less theirs, each with its 95 % interval."""
    b, c = int((ours.first & ~theirs.first).sum()), int((theirs.first & ~ours.first).sum())
    parts = [("top-1", (b - c) / len(ours.first), interval(b, c, len(ours.first)))]
    for name, one, other in (("top-3", ours.three, theirs.three), ("NLL", ours.nll, theirs.nll)):
        apart = one.astype(float) - other
        parts.append((name, float(apart.mean()), drawn(apart)))
    return "  ".join(f"{name} {mean:+.3f} ({low:+.3f} to {high:+.3f})" for name, mean, (low, high) in parts)


def fast_text(table: Path, classifier: NameClassifier, model: Path, rows: int) -> Score:
    """fastText's probabilities, as the bundled model's are made of its scores."""
    labels, config = classifier.labels, classifier.model.training
    examples = [e for e in unique(read_examples(table)) if labels.place(e.country) is not None]
    parts = split(examples, config.val_split, config.test_split, config.seed)
    scores = calibrated(model, parts.train, parts.val, labels, rows)
    counts = country_counts(np.array([labels.index(e.country) for e in parts.train]), len(labels.labels))
    own = prior_weights("population", counts, labels)
    held_out = [e for e in read_examples(bundled_test()) if labels.place(e.country) is not None]
    names = [e.name for e in held_out]
    of_all, of_one = temperatures(
        scores(names), np.array([labels.index(e.country) for e in held_out]), one_word(names), counts, own
    )

    def probabilities(names: Sequence[str]) -> FloatArray:
        temperature = np.where(one_word(names), of_one, of_all)[:, None]
        return adjust(scores(names), counts, own, temperature)

    return probabilities


def one_word(names: Sequence[str]) -> BoolArray:
    """Which names are of one word."""
    return np.array([" " not in name for name in names])


def main() -> None:
    """Score each table, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--fasttext", type=Path, metavar="DATA", help="what fastText learns from")
    parser.add_argument("--tuning-rows", type=int, default=150_000, help="that each trial learns from")
    parser.add_argument(
        "--keep", type=Path, metavar="MODEL", help="fastText's model, made if it is not there"
    )
    args = parser.parse_args()
    classifier = NameClassifier.load()
    with tempfile.TemporaryDirectory() as folder:
        model = args.keep or Path(folder, "fasttext.bin")
        other = args.fasttext and fast_text(args.fasttext, classifier, model, args.tuning_rows)
    for file in args.files:
        with file.open(encoding="utf-8", newline="") as opened:
            table = list(csv.DictReader(opened))
        for column in ("name", "last"):
            if column in table[0]:
                what = f"{file.stem}, {column}"
                rows = [(row[column], row["country"]) for row in table]
                ours = answers(
                    "bundled",
                    lambda names: np.nan_to_num(classifier.predict_proba(names)),
                    classifier.labels,
                    what,
                    rows,
                )
                if other:
                    theirs = answers("fastText", other, classifier.labels, what, rows)
                    print(f"{'difference':10} {what:16} {difference(ours, theirs)}")


if __name__ == "__main__":
    main()
