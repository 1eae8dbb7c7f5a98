"""What a step of training with known n-grams costs, part by part.

    python -m tests.benchmarks.step DATA [--rows N] [--rounds N] [--experiment FILE]

One network of the default recipe for large data, but with N 60,000 n-grams: Elman both ways, H 32, E 64,
batches of 512 names, one process, one thread of BLAS. Times are of the processor, medians over the rounds
of STEPS steps; a part does not count the parts inside it.

The experiment is a file of Python with `learn_runs` and `train`, as the network with n-grams was found: in
one loop, with SciPy's sparse products. It takes turns with ours, round by round, and the ratio is the
median of the rounds' ratios. Every STEPS steps `train` calls its argument `log`. It needs SciPy, of the
extra `bench`.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is loaded

import argparse
import importlib.util
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from rnn_names.base.arrays import keep_freed_memory
from rnn_names.model.provenance import DataInfo
from rnn_names.model.recipe import LARGE, chosen
from rnn_names.names.encoded import Encoded, country_indices
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import normalise
from rnn_names.network import loss, reading
from rnn_names.training import optim, trainer
from rnn_names.training.optim import OPTIMIZERS
from rnn_names.training.plan import Plan
from rnn_names.training.rows import RowAdagrad
from rnn_names.training.trainer import StepReport

STEPS, WARM_UP = 10, 20
N = 60_000


class Clock:
    """The processor's time of each part, without that of the parts inside it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.inside = [0.0]

    def timed(self, part: str, work: Callable[..., Any], back: str = "") -> Callable[..., Any]:
        """The function, timed, and with `back` the derivative that it returns, too."""

        @wraps(work)
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.thread_time()
            self.inside.append(0.0)
            value = work(*args, **kwargs)
            taken = time.thread_time() - start
            self.seconds[part] += taken - self.inside.pop()
            self.inside[-1] += taken
            return (value[0], self.timed(back, value[1]), *value[2:]) if back else value

        return run


# Where a part is called, its name, and that of its derivative.
PARTS: list[tuple[Any, str, str, str]] = [
    (Encoded, "take", "the batch's symbols", ""),
    (loss, "drop_letters", "letters dropped", ""),
    (loss, "inputs", "n-grams found, some shortened", ""),
    (reading, "tree_of", "names in steps", ""),
    (reading, "needed", "which rows are needed", ""),
    (reading, "rows_read", "rows summed along suffixes", "gradient spread along suffixes"),
    (reading, "unroll", "recurrence", "back through time"),
    (loss, "summary", "last, mean, maximum", "derivative of last, mean, maximum"),
    (loss, "memoryless", "bag", "derivative of the bag"),
    (loss, "step_losses", "losses at every step", ""),
    (loss, "country_loss", "loss of the label", ""),
    (trainer, "clip_by_global_norm", "norm, clipping", ""),
    (RowAdagrad, "step", "Adagrad of rows", ""),
    (optim, "orthogonalised", "Newton–Schulz of Muon", ""),
]


def ours(data: Path, rows: int, clock: Clock) -> tuple[Plan, Iterator[object]]:
    """The steps of a training on so many names of the data, chosen with a seed."""
    examples = read_examples(data)
    rng = np.random.default_rng(1)
    examples = [examples[i] for i in rng.permutation(len(examples))[:rows].tolist()]
    shape, config = chosen(
        {"ngrams": N, "join": 0.0, "composed": 1, "workers": 1, "epochs": 100, "test_split": 0.0}, LARGE
    )
    plan = Plan.of(examples, [], shape, config, DataInfo(None, "name", "country", "", 0, 0, 0, 0), None)
    optimizer = type(OPTIMIZERS[config.optimizer](config))
    for owner, name, part, back in [*PARTS, (optimizer, "step", "optimizer of the rest", "")]:
        setattr(owner, name, clock.timed(part, getattr(owner, name), back))
    return plan, (event for event in plan.fit() if isinstance(event, StepReport))


class Experiment:
    """The experiment, in a thread that works when it is asked to."""

    def __init__(self, file: Path, plan: Plan) -> None:
        common = ModuleType("common")  # helpers that it imports, and a training does not call
        common.fold = lambda name: name  # type: ignore[attr-defined]
        sys.modules["common"] = common
        spec = importlib.util.spec_from_file_location("experiment", file)
        assert spec is not None
        assert spec.loader is not None
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.asked, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.seconds = 0.0
        self.thread = threading.Thread(target=self._train, args=(plan,), daemon=True)
        self.thread.start()
        self.done.acquire()

    def _train(self, plan: Plan) -> None:
        train = plan.data.parts.train
        names, K = [normalise(e.name) for e in train], len(plan.data.countries)
        runs = self.module.learn_runs(names, np.ones(len(names)), N, 6)
        y = country_indices(train, plan.data.countries)
        self.start = 0.0
        size = {"H": 32, "E": 64, "epochs": 100, "B": 512, "lru": 0.5, "ls": 0.1, "wpow": 0.3, "uinit": 0.0}
        self.module.train(names, y, K, runs, **size, log=self._wait, every=STEPS)

    def _wait(self, _: str) -> None:
        self.seconds = time.thread_time() - self.start
        self.done.release()
        self.asked.acquire()
        self.start = time.thread_time()

    def steps(self) -> float:
        """The time that its next steps take."""
        self.asked.release()
        self.done.acquire()
        return self.seconds


def main() -> None:
    """Measure, and print a line for each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--experiment", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    keep_freed_memory()
    clock = Clock()
    plan, steps = ours(arguments.data, arguments.rows, clock)
    for _ in range(WARM_UP):
        next(steps)
    experiment = Experiment(arguments.experiment, plan) if arguments.experiment else None
    totals, others, parts = [], [], []
    for _ in range(arguments.rounds):
        clock.seconds.clear()
        start = time.thread_time()
        for _ in range(STEPS):
            next(steps)
        totals.append(time.thread_time() - start)
        parts.append(dict(clock.seconds))
        if experiment:
            others.append(experiment.steps())
    medians = {part: statistics.median(r.get(part, 0.0) for r in parts) for part in parts[0]}
    whole = statistics.median(totals)
    print("| part of a step | ms | share |\n| --- | ---: | ---: |")
    rest = {"the rest": whole - sum(medians.values())}
    for part, seconds in sorted(medians.items(), key=lambda item: -item[1]) + list(rest.items()):
        print(f"| {part} | {1000 * seconds / STEPS:.2f} | {seconds / whole:.0%} |")
    print(f"| **a step of {plan.config.batch_size} names** | {1000 * whole / STEPS:.2f} | |")
    if others:
        ratios = [a / b for a, b in zip(totals, others, strict=True)]
        print(
            f"\nthe experiment's: {1000 * statistics.median(others) / STEPS:.2f} ms; ours to it: "
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
