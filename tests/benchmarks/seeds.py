"""The default recipe on one split, from several seeds of training: means, with their standard errors.

    python -m tests.benchmarks.seeds DATA [--seeds 5] [--validation] [--split N] [--set FIELD=VALUE ...]

The split is that of seed 1; a seed decides the initial parameters, the order and dropout. `--set` changes
fields of the recipe. With `--validation` the figures are of the validation part, by which a recipe is
chosen; the test part is for the recipe that has been chosen. Names are divided label by label; `--split 1`
divides them as models before format 4 did, whose figures are of that split.
"""

import argparse
import ast
import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnn_names.model.classifier import NameClassifier
from rnn_names.model.metrics import Metrics
from rnn_names.model.provenance import DataInfo
from rnn_names.model.recipe import chosen
from rnn_names.names.examples import read_examples
from rnn_names.names.split import VERSION
from rnn_names.training.loop import EpochReport
from rnn_names.training.plan import Plan

FIGURES = ("accuracy", "top3_accuracy", "macro_f1", "nll", "ece")


def trained(
    data: Path, changes: dict[str, Any], seeds: int, validation: bool, version: int
) -> Iterator[Metrics]:
    """The metrics of the best model of each seed on the test part, or on the validation part."""
    examples = read_examples(data)
    shape, config = chosen(changes, len(examples))
    info = DataInfo(None, "name", "country", "", 0, 0, 0, 0, split=version)
    plan = Plan.of(examples, [], shape, config, info, None)
    for seed in range(1, seeds + 1):
        best = None
        for event in replace(plan, config=replace(config, seed=seed)).fit():
            if isinstance(event, EpochReport) and event.members:
                best = event
        assert best is not None
        part = plan.data.parts.val if validation else plan.data.parts.test
        yield NameClassifier(plan.model(best, [])).score(part).metrics


def mean_and_error(values: list[float]) -> str:
    """The mean of figures that are alike, and its standard error."""
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{statistics.mean(values):.4f} ± {error:.4f}"


def setting(text: str) -> tuple[str, Any]:
    """FIELD=VALUE as a field of the recipe."""
    name, _, value = text.partition("=")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):  # a word, such as gru
        return name, value


def main() -> None:
    """Print a line for each seed, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--validation", action="store_true")
    parser.add_argument("--split", type=int, choices=range(1, VERSION + 1), default=VERSION)
    parser.add_argument("--set", type=setting, action="append", default=[], metavar="FIELD=VALUE")
    arguments = parser.parse_args()
    found: list[Metrics] = []
    start = time.process_time()
    changes = dict(arguments.set)
    for m in trained(arguments.data, changes, arguments.seeds, arguments.validation, arguments.split):
        found.append(m)
        figures = "  ".join(f"{name} {getattr(m, name):.4f}" for name in FIGURES)
        print(f"seed {len(found)}: {m.n:,} names, {figures}", flush=True)
    for name in FIGURES:
        print(f"{name:14} {mean_and_error([getattr(m, name) for m in found])}")
    print(f"{time.process_time() - start:.0f} s of this process's time")


if __name__ == "__main__":
    main()
