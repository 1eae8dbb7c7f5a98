"""Numbers from probabilities and labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray

ECE_BINS = 15
RESAMPLES = 1000
ROUNDING = 1e-6  # of sums of float32: draws that differ by less are the same
NORMAL_95 = 1.959964  # standard deviations that hold 95% of a normal distribution


@dataclass(frozen=True)
class CountryMetrics:
    """Number of names, precision, recall and F1 of one country (0 where the denominator is 0)."""

    n: int
    precision: float
    recall: float
    f1: float


UNKNOWN_LABEL = -1  # instead of a country's index: a label that the model does not know


@dataclass(frozen=True)
class Metrics:
    """How well a model did on `n` names.

    A name whose label the model does not know is a wrong answer. An answer below the threshold
    counts as not given in the figures of countries and their means: it lowers the recall of the true
    country, and the precision of none.

    accuracy            share of names whose likeliest country is the true one, at any threshold
    top3_accuracy       share of names whose true country is among the three likeliest, at any threshold
    macro_f1            mean F1 over the labels that are true or answered somewhere; unknown labels have 0
    balanced_accuracy   mean recall over the labels that are true somewhere; unknown labels have 0
    nll                 -(1/n) Σ log p(true country), in nats, over the n_known names of known labels
    ece                 Σ_bins (n_bin / n) |accuracy - mean confidence|, 15 bins of equal width, over the
                        same names, whatever the threshold (Guo et al. 2017, arXiv 1706.04599)
    n_known             names whose label the model knows
    coverage            share of names whose likeliest country reaches the threshold of probability
    covered_accuracy    the accuracy among these; None if there are none
    per_country         for each country that is true or answered somewhere
    """

    n: int
    accuracy: float
    top3_accuracy: float
    macro_f1: float
    balanced_accuracy: float
    nll: float
    ece: float
    n_known: int
    coverage: float
    covered_accuracy: float | None
    per_country: dict[str, CountryMetrics]


def evaluate(
    probabilities: FloatArray,
    truth: IntArray,
    countries: Sequence[str],
    threshold: float = 0.0,
    unknown_labels: int = 0,
) -> Metrics:
    """Score probabilities (n, C) against the true countries' indices (n,), n ≥ 1.

    An index may be UNKNOWN_LABEL; `unknown_labels` is the number of different unknown labels.
    """
    n, C = probabilities.shape
    known = truth != UNKNOWN_LABEL
    guess = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    covered = confidence >= threshold
    correct = guess == truth
    given = correct & covered

    true, answered = np.bincount(truth[known], minlength=C), np.bincount(guess[covered], minlength=C)
    hits = np.bincount(truth[given], minlength=C)
    precision, recall = hits / np.maximum(answered, 1), hits / np.maximum(true, 1)
    f1 = 2 * hits / np.maximum(true + answered, 1)
    seen = (true + answered) > 0
    p_true = probabilities[known, truth[known]]
    nll = -np.log(np.maximum(p_true, np.finfo(p_true.dtype).tiny)).sum() / max(len(p_true), 1)

    return Metrics(
        n=n,
        accuracy=float(correct.mean()),
        top3_accuracy=float((ranks(probabilities, truth) <= 3).mean()),
        macro_f1=float(f1[seen].sum() / max(seen.sum() + unknown_labels, 1)),
        balanced_accuracy=float(recall[true > 0].sum() / ((true > 0).sum() + unknown_labels)),
        nll=float(nll) + 0.0,  # never -0.0
        ece=calibration_bins(confidence[known], (guess == truth)[known]).ece,
        n_known=int(known.sum()),
        coverage=float(covered.mean()),
        covered_accuracy=float(correct[covered].mean()) if covered.any() else None,
        per_country={
            countries[c]: CountryMetrics(int(true[c]), float(precision[c]), float(recall[c]), float(f1[c]))
            for c in np.flatnonzero(seen).tolist()
        },
    )


def ranks(probabilities: FloatArray, truth: IntArray) -> IntArray:
    """The rank of the true country (n,), 1 for the likeliest; ties go to the smaller index.

    UNKNOWN_LABEL ranks behind all countries.
    """
    p_true = probabilities[np.arange(len(truth)), truth][:, None]
    ties = (probabilities == p_true) & (np.arange(probabilities.shape[1]) < truth[:, None])
    found = ((probabilities > p_true) | ties).sum(axis=1) + 1
    return np.asarray(np.where(truth == UNKNOWN_LABEL, probabilities.shape[1] + 1, found))


def wilson(hits: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of `hits` in n names (Wilson 1927): within 0 to 1, whatever n."""
    z = NORMAL_95
    middle, share = z * z / (2 * n), hits / n
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((share + middle + sign * half) / (1 + 2 * middle) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def bootstrapped(
    truth: IntArray, answer: IntArray, labels: int, unknown_labels: int = 0
) -> dict[str, tuple[float, float]]:
    """The 95 % intervals of macro-F1 and balanced accuracy, from RESAMPLES draws of the names (Efron 1979).

    `truth` may be UNKNOWN_LABEL; `answer` is `labels` if no answer is given. A figure has no interval if it
    is the same in all draws, as where every answer is right: they cannot tell how far it may be off.
    """
    # A draw of names changes only how often each pair of truth and answer occurs.
    cells, counts = np.unique(np.stack([truth, answer]), axis=1, return_counts=True)
    true, answered = cells
    draws = np.random.default_rng(1).multinomial(len(truth), counts / len(truth), RESAMPLES)

    def per_label(of_cell: IntArray, chosen: "np.ndarray[Any, np.dtype[np.bool_]]") -> FloatArray:
        indicator = np.zeros((int(chosen.sum()), labels), np.float32)
        indicator[np.arange(len(indicator)), of_cell[chosen]] = 1
        return np.asarray(draws[:, chosen].astype(np.float32) @ indicator)

    n_true, n_answered = per_label(true, true >= 0), per_label(answered, answered < labels)
    hits = per_label(true, (true == answered) & (true >= 0))
    seen, real = n_true + n_answered > 0, n_true > 0
    f1 = 2 * hits / np.maximum(n_true + n_answered, 1)
    recall = hits / np.maximum(n_true, 1)
    macro = f1.sum(axis=1) / np.maximum(seen.sum(axis=1) + unknown_labels, 1)
    balanced = recall.sum(axis=1) / np.maximum(real.sum(axis=1) + unknown_labels, 1)
    ends = {"macro_f1": macro, "balanced_accuracy": balanced}
    found = {
        name: np.quantile(values, [0.025, 0.975])
        for name, values in ends.items()
        if np.ptp(values) > ROUNDING
    }
    return {name: (float(low), float(high)) for name, (low, high) in found.items()}


class CalibrationBins(NamedTuple):
    """The names, accuracy and mean confidence of each bin of confidence; 0 in an empty bin."""

    n: IntArray
    accuracy: FloatArray
    confidence: FloatArray

    @property
    def ece(self) -> float:
        """Σ_bins (n_bin / n) |accuracy - mean confidence|."""
        return float((self.n * np.abs(self.accuracy - self.confidence)).sum() / max(self.n.sum(), 1))

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """The 95% interval of each bin's accuracy; 0 to 1 for an empty bin.

        Wilson's score interval (1927): it lies within 0 and 1, and is valid for few names too.
        """
        spread = NORMAL_95**2 / np.maximum(self.n, 1)
        middle = (self.accuracy + spread / 2) / (1 + spread)
        half = np.sqrt(spread * self.accuracy * (1 - self.accuracy) + spread**2 / 4) / (1 + spread)
        # If all answers are right, or none is, rounding may leave the accuracy a hair outside.
        least, most = np.minimum(middle - half, self.accuracy), np.maximum(middle + half, self.accuracy)
        return np.where(self.n, least.clip(0), 0.0), np.where(self.n, most.clip(max=1), 1.0)


def calibration_bins(confidence: FloatArray, correct: IntArray) -> CalibrationBins:
    """ECE_BINS bins of equal width, closed above."""
    bins = np.clip(np.ceil(confidence * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
    n = np.bincount(bins, minlength=ECE_BINS)
    sums = (np.bincount(bins, weights, ECE_BINS) for weights in (correct, confidence))
    return CalibrationBins(n, *(total / np.maximum(n, 1) for total in sums))
