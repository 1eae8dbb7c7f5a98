"""What people use for the same: fastText, and a scikit-learn pipeline of n-grams; to compare the speed.

    python -m tests.benchmarks.others [--rounds N] [--people N] [--rows N] [--tools fasttext,sklearn]
    python -m tests.benchmarks.others fasttext|sklearn train MODEL
    python -m tests.benchmarks.others fasttext|sklearn predict MODEL FILE SECONDS > answers.csv

The first form compares `rnn-names predict -k 1` with them on the same two files, each answered in turn,
round by round, and prints a table in Markdown: medians, and the least and the largest of the rounds.
Ours counts from the start of the command. Theirs counts from when the model is loaded, which for fastText
takes a second; reading and writing are included.

Both learn the bundled surnames, on the name's characters, and answer the names of a CSV file, in the
column `name`, with the likeliest country. fastText gets all names in one call. How good they are is not
their point here: the regression is stopped early (see `accuracy` for it).
"""

import argparse
import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from rnn_names.base.bundled import BUNDLED_MODEL, bundled_surnames
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import normalise
from tests.benchmarks import lists
from tests.benchmarks.processes import peak, peak_of_all, say

TOOLS = ("fasttext", "sklearn")
ROUNDS = 7
CHUNK = 8192
TOP = 1


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
        yield from (row["name"] for row in csv.DictReader(lines))


def predict(tool: str, model: Path, file: Path) -> float:
    """Write each name with its likeliest country and its probability; the seconds without loading."""
    out = csv.writer(sys.stdout)
    if tool == "fasttext":
        import fasttext

        loaded: Any = fasttext.load_model(str(model)).f  # its wrapper does not work with NumPy 2
        start = time.perf_counter()
        names = [*names_of(file)]
        texts = [normalise(name).replace(" ", "_") + "\n" for name in names]
        probabilities, labels = loaded.multilinePredict(texts, TOP, 0.0, "strict")
        out.writerows(
            (name, *ours, *theirs) for name, ours, theirs in zip(names, labels, probabilities, strict=True)
        )
    else:
        import joblib

        pipeline = joblib.load(model)
        start, rest = time.perf_counter(), names_of(file)
        while chunk := list(islice(rest, CHUNK)):
            p = pipeline.predict_proba([f" {normalise(name)} " for name in chunk])
            best = np.argsort(-p, axis=1)[:, :TOP]
            found = np.take_along_axis(p, best, axis=1).tolist()
            countries = pipeline.classes_[best].tolist()
            out.writerows(
                (name, *ours, *theirs) for name, ours, theirs in zip(chunk, countries, found, strict=True)
            )
    sys.stdout.flush()
    return time.perf_counter() - start


def compare(
    rounds: int, people: int, rows: int, tools: Sequence[str], model: Path = BUNDLED_MODEL
) -> dict[str, Any]:
    """For each list of names and each program: names/s and peak memory (MB) of all rounds."""
    program = shutil.which("rnn-names", path=str(Path(sys.executable).parent)) or "rnn-names"
    names = lists.full_names(people)
    measured: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = {"distinct": names, "repeated": lists.repeated(names, rows)}
        for kind, listed in files.items():
            lists.write(Path(folder) / f"{kind}.csv", listed)
        this = [sys.executable, "-m", "tests.benchmarks.others"]
        for tool in tools:
            say(f"{tool} learns")
            subprocess.run([*this, tool, "train", Path(folder) / tool], check=True)
        for kind, listed in files.items():
            file, seconds = Path(folder) / f"{kind}.csv", Path(folder) / "seconds"
            ours: list[str | Path] = [
                program,
                "predict",
                "-m",
                model.resolve(),
                "-i",
                file,
                "-k",
                "1",
                "--format",
                "csv",
                "-q",
            ]
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("ours", *tools)}
            for _ in range(rounds):
                taken, megabytes = peak(ours)
                found["ours"].append((len(listed) / taken, megabytes))
                for tool in tools:
                    _, megabytes = peak([*this, tool, "predict", Path(folder) / tool, file, seconds])
                    found[tool].append((len(listed) / float(seconds.read_text()), megabytes))
                say(
                    f"{kind}: {', '.join(f'{name} {rates[-1][0]:,.0f}/s' for name, rates in found.items())}"
                )
            measured[kind] = {"rows": len(listed), **summary(found)}
            if sys.platform == "linux":  # ours are several processes
                measured[kind]["ours"]["peak_mb"] = peak_of_all(ours)
    return measured


def summary(found: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    """Medians over the rounds; a ratio is ours to another's in the same round."""
    told: dict[str, Any] = {}
    for name, rounds in found.items():
        rates, megabytes = zip(*rounds, strict=True)
        ratios = [one / other for (one, _), (other, _) in zip(found["ours"], rounds, strict=True)]
        told[name] = {
            "rows_per_s": statistics.median(rates),
            "rows_per_s_range": [min(rates), max(rates)],
            "ratio": statistics.median(ratios),
            "ratio_range": [min(ratios), max(ratios)],
            "peak_mb": max(megabytes),
        }
    return told


def table(measured: dict[str, Any]) -> Iterator[str]:
    """The comparison in Markdown."""
    yield "| names | program | names/s | (range) | ours to it | (range) | peak MB |"
    yield "| --- | --- | ---: | --- | ---: | --- | ---: |"
    for kind, programs in measured.items():
        for name, one in programs.items():
            if name != "rows":
                low, high = one["rows_per_s_range"]
                least, most = one["ratio_range"]
                yield (
                    f"| {programs['rows']:,} {kind} | {name} | {one['rows_per_s']:,.0f} | {low:,.0f} – "
                    f"{high:,.0f} | {one['ratio']:.2f} | {least:.2f} – {most:.2f} | {one['peak_mb']:.0f} |"
                )


def main() -> None:
    """Compare, train, or predict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tool", choices=TOOLS, nargs="?")
    parser.add_argument("what", choices=("train", "predict"), nargs="?")
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("seconds", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--people", type=int, default=lists.PEOPLE)
    parser.add_argument("--rows", type=int, default=lists.ROWS)
    parser.add_argument("--tools", default=",".join(TOOLS))
    arguments = parser.parse_args()
    if arguments.what == "train":
        train(arguments.tool, arguments.model)
    elif arguments.what == "predict":
        seconds = predict(arguments.tool, arguments.model, arguments.file)
        arguments.seconds.write_text(str(seconds))
    else:
        tools = [tool for tool in arguments.tools.split(",") if tool]
        print("\n".join(table(compare(arguments.rounds, arguments.people, arguments.rows, tools))))


if __name__ == "__main__":
    main()
