"""Two models on the same names: whether one is better, or the difference is chance."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_names.model.evaluation import Run
from rnn_names.model.metrics import NORMAL_95


class Comparison(NamedTuple):
    """A model compared with the first one on the same names.

    model         the first one
    difference    of the accuracies: above 0 where this model is better
    interval      its 95 % interval
    only_this     names that only this model answers rightly
    only_first    names that only the first one answers rightly
    p             how often chance alone gives a difference at least as large (McNemar's test, exact)
    """

    model: str
    difference: float
    interval: tuple[float, float]
    only_this: int
    only_first: int
    p: float


def compared(runs: Sequence[Run]) -> list[Comparison | None]:
    """Each run compared with the first one on its data; None for a first one, and for other names."""
    first: dict[str, Run] = {}
    return [_compared(run, first.setdefault(run.data, run)) for run in runs]


def _compared(run: Run, first: Run) -> Comparison | None:
    if run is first or run.evaluation.examples != first.evaluation.examples:
        return None
    right, before = (one.evaluation.answer == one.evaluation.truth for one in (run, first))
    b, c, n = int((right & ~before).sum()), int((before & ~right).sum()), len(right)
    return Comparison(first.model, (b - c) / n, interval(b, c, n), b, c, mcnemar(b, c))


def interval(b: int, c: int, n: int) -> tuple[float, float]:
    """The 95 % interval of (b - c) / n, for shares of the same n names (Agresti and Min 2005).

    Half a name added to each of the four cells keeps the interval valid for few names.
    """
    middle = (b - c) / (n + 2)
    half = NORMAL_95 * math.sqrt(b + c + 1 - (b - c) ** 2 / (n + 2)) / (n + 2)
    return max(middle - half, -1.0), min(middle + half, 1.0)


def mcnemar(b: int, c: int) -> float:
    """How likely b + c fair coins fall as unevenly as b and c, or more so (McNemar 1947)."""
    n, least = b + c, min(b, c)
    log = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(least + 1)]
    return min(2 * float(np.exp(np.array(log) - n * math.log(2)).sum()), 1.0)
