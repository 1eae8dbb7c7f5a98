"""fastText on the rows that a model of ours learned from, tuned on the same part and calibrated alike.

Joulin et al. 2017, Bag of Tricks for Efficient Text Classification (arXiv 1607.01759). One field of its
setting at a time takes the values of GRID, until a larger one is no better by the NLL of the validation
part, at the temperature that fits it. Each trial is printed. Half of the rows are learned in base letters,
as ours are. Needs the extra `bench`. Under NumPy 2 fastText 0.9.3 answers lists of texts, and no single
ones.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model.calibration import fit_temperature
from rnn_names.names.example import Example
from rnn_names.names.labels import Labels
from rnn_names.names.spelling import fold, normalise
from rnn_names.network.layers import softmax

START: dict[str, Any] = {"minn": 2, "maxn": 5, "dim": 64, "epoch": 5, "lr": 0.3, "bucket": 1_000_000}
GRID: dict[str, tuple[Any, ...]] = {
    "maxn": (4, 6),
    "minn": (1, 3),
    "lr": (0.1, 0.5, 1.0, 2.0),
    "epoch": (3, 8, 15, 30),
    "dim": (32, 100),
}
LEAST = 1e-9  # probability: fastText gives none below about this one
FOLDED = 0.5

Scores = Callable[[Sequence[str]], FloatArray]


def trained(examples: Sequence[Example], labels: Labels, setting: dict[str, Any]) -> Any:
    """A model of fastText, on one thread, which makes its numbers the same each time."""
    import fasttext

    rng = np.random.default_rng(1)
    folded = rng.random(len(examples)) < FOLDED
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        for i in rng.permutation(len(examples)).tolist():
            spelled = fold(examples[i].name) if folded[i] else normalise(examples[i].name)
            file.write(f"__label__{labels.place(examples[i].country)} {spelled}\n")
        file.flush()
        return fasttext.train_supervised(
            file.name, loss="softmax", verbose=0, thread=1, seed=1, minCount=1, **setting
        )


def scored_by(model: Any, labels: Labels) -> Scores:
    """Its log p of all labels (n, C)."""

    def scores(names: Sequence[str]) -> FloatArray:
        z = np.full((len(names), len(labels.labels)), np.log(LEAST))
        found, p = model.predict([normalise(name) for name in names], k=len(labels.labels))
        for row, (labels_of, p_of) in enumerate(zip(found, p, strict=True)):
            z[row, [int(label[9:]) for label in labels_of]] = np.log(np.clip(p_of, LEAST, 1))
        return z

    return scores


def tuned(train: Sequence[Example], val: Sequence[Example], labels: Labels, rows: int) -> dict[str, Any]:
    """The best setting found, on so many of the training rows; prints a line for each trial."""
    few = [train[i] for i in np.random.default_rng(2).permutation(len(train))[:rows].tolist()]
    truth = np.array([labels.index(e.country) for e in val])
    names = [e.name for e in val]
    even = np.ones(len(labels.labels))
    print(f"| setting, {len(few):,} rows | accuracy | NLL | seconds |\n| --- | ---: | ---: | ---: |")

    def nll(setting: dict[str, Any]) -> float:
        start = time.process_time()
        z = scored_by(trained(few, labels, setting), labels)(names)
        p = softmax(z / fit_temperature(z, truth, even, even))
        found = float(-np.log(p[np.arange(len(z)), truth]).mean())
        text = ", ".join(f"{field} {setting[field]}" for field in GRID)
        accuracy = (z.argmax(axis=1) == truth).mean()
        print(f"| {text} | {accuracy:.4f} | {found:.4f} | {time.process_time() - start:.0f} |", flush=True)
        return found

    best, lowest = START, nll(START)
    for field, values in GRID.items():
        for value in values:
            trial = best | {field: value}
            if (found := nll(trial)) < lowest:
                best, lowest = trial, found
            elif value > best[field]:  # larger ones are not better, either
                break
    return best


def calibrated(
    model: Path, train: Sequence[Example], val: Sequence[Example], labels: Labels, rows: int
) -> Scores:
    """The scores of a tuned model of all rows, which is kept in the file, or found there."""
    import fasttext

    if not model.exists():
        setting = tuned(train, val, labels, rows)
        start = time.process_time()
        trained(train, labels, setting).save_model(str(model))
        print(f"\nfastText with {setting}: {len(train):,} rows in {time.process_time() - start:.0f} s")
    return scored_by(fasttext.load_model(str(model)), labels)


def temperatures(
    z: FloatArray, truth: IntArray, alone: NDArray[np.bool_], counts: FloatArray, own: FloatArray
) -> tuple[float, float]:
    """The temperature of all names, and that of names of one word: as the bundled model has them."""
    return fit_temperature(z, truth, counts, own), fit_temperature(z[alone], truth[alone], counts, own)
