"""What people use for the same: fastText, and a scikit-learn pipeline of n-grams; to compare the speed.

    python -m tests.benchmarks.others fasttext|sklearn train MODEL
    python -m tests.benchmarks.others fasttext|sklearn predict MODEL FILE > answers.csv

Both learn the bundled surnames, on the surname's characters, and answer the names of a CSV file, in the
column `surname`, or of a text file with their three likeliest countries, as fastText's `predict-prob` does.
How good they are is not their point here: the regression is stopped early (see `accuracy` for it).
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from rnn_names.base.bundled import bundled_surnames
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import normalise

CHUNK = 8192
TOP = 3


def train(tool: str, model: Path) -> None:
    """Fit a model to the bundled surnames, and write it."""
    examples = read_examples(bundled_surnames())
    if tool == "fasttext":
        import fasttext

        text = model.with_suffix(".txt")
        lines = (
            f"__label__{e.country.replace(' ', '_')} {normalise(e.name).replace(' ', '_')}\n"
            for e in examples
        )
        text.write_text("".join(lines), encoding="utf-8")
        fasttext.train_supervised(str(text), minn=1, maxn=5, epoch=10, dim=50, verbose=0).save_model(
            str(model)
        )
    else:
        import joblib
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        pipeline = make_pipeline(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 5), sublinear_tf=True, dtype=np.float32),
            LogisticRegression(C=10, max_iter=15),
        )
        names = [f" {normalise(e.name)} " for e in examples]
        joblib.dump(pipeline.fit(names, [e.country for e in examples]), model)


def names_of(file: Path) -> Iterator[str]:
    """The names in a file, one after the other."""
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".csv":
            yield from (row["surname"] for row in csv.DictReader(lines))
        else:
            yield from (line.rstrip("\n") for line in lines)


def predict(tool: str, model: Path, file: Path) -> None:
    """Write each name with its likeliest countries and their probabilities."""
    out = csv.writer(sys.stdout)
    names = names_of(file)
    if tool == "fasttext":
        import fasttext

        loaded: Any = fasttext.load_model(str(model)).f  # its wrapper does not work with NumPy 2
        while chunk := list(islice(names, CHUNK)):
            texts = [normalise(name).replace(" ", "_") + "\n" for name in chunk]
            probabilities, labels = loaded.multilinePredict(texts, TOP, 0.0, "strict")
            out.writerows(
                (name, *ours, *theirs)
                for name, ours, theirs in zip(chunk, labels, probabilities, strict=True)
            )
    else:
        import joblib

        pipeline = joblib.load(model)
        while chunk := list(islice(names, CHUNK)):
            p = pipeline.predict_proba([f" {normalise(name)} " for name in chunk])
            best = np.argsort(-p, axis=1)[:, :TOP]
            found = np.take_along_axis(p, best, axis=1).tolist()
            countries = pipeline.classes_[best].tolist()
            out.writerows(
                (name, *ours, *theirs) for name, ours, theirs in zip(chunk, countries, found, strict=True)
            )


def main() -> None:
    """Train, or predict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tool", choices=("fasttext", "sklearn"))
    parser.add_argument("what", choices=("train", "predict"))
    parser.add_argument("model", type=Path)
    parser.add_argument("file", type=Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.what == "train":
        train(arguments.tool, arguments.model)
    else:
        predict(arguments.tool, arguments.model, arguments.file)


if __name__ == "__main__":
    main()
