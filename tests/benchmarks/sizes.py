"""The two recipes that `train` takes by the number of names, at each size: where they should change.

    python -m tests.benchmarks.sizes DATA [--rows N...] [--most N] [--draw FILE.svg]

SCORED names of DATA are kept apart, all spellings of each. Of the others the first so many, in an order
drawn with a seed, are learned by either recipe, whatever the rule says of their number. `--most` leaves
sizes from there on to the recipe for large data, which learns them in far less time.
"""

import argparse
import math
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from rnn_names import train
from rnn_names.model.recipe import LARGE, chosen
from rnn_names.names.examples import read_examples
from rnn_names.names.split import split, unique
from rnn_names.show import svg
from rnn_names.show.charts import line_chart

SCORED = 5_000
ROWS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
RECIPES = {"small": 0, "large": LARGE}  # a number of names for which the rule takes each


def main() -> None:
    """Print a table, and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--most", type=int, default=max(ROWS), help="rows of the small recipe")
    parser.add_argument("--draw", type=Path, metavar="FILE.svg")
    arguments = parser.parse_args()

    examples = unique(read_examples(arguments.data))
    parts = split(examples, 0, min(SCORED / len(examples), 0.2), 1)
    order = np.random.default_rng(1).permutation(len(parts.train)).tolist()
    curves: dict[str, list[tuple[float, float]]] = {name: [] for name in RECIPES}
    print(f"| rows | recipe | accuracy | top-3 | NLL | seconds |\n|{' ---: |' * 6}")
    for rows in sorted({min(rows, len(order)) for rows in arguments.rows}):
        for name, size in RECIPES.items():
            if name == "small" and rows > arguments.most:
                continue
            shape, config = chosen({}, size)
            start = time.perf_counter()
            classifier = train([parts.train[i] for i in order[:rows]], **asdict(shape), **asdict(config))
            seconds = time.perf_counter() - start
            m = classifier.score(parts.test).metrics
            curves[name].append((math.log10(rows), m.accuracy))
            figures = " | ".join(f"{figure:.3f}" for figure in (m.accuracy, m.top3_accuracy, m.nll))
            print(f"| {rows:,} | {name} | {figures} | {seconds:.0f} |", flush=True)
    if arguments.draw:
        chart = line_chart(curves, "Accuracy", "names learned, as a power of ten", "accuracy")
        svg.write(arguments.draw, chart, "Accuracy of each recipe by the number of names")


if __name__ == "__main__":
    main()
