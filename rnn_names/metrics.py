"""Numbers from probabilities and labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnn_names.encoding import FloatArray, IntArray

ECE_BINS = 15


@dataclass(frozen=True)
class CountryMetrics:
    """How one country fared: names of it, precision, recall, F1 (0 where there is nothing to divide)."""

    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Metrics:
    """How well a model did on `n` names.

    accuracy            share of names whose likeliest country is the true one
    top3_accuracy       share of names whose true country is among the three likeliest
    macro_f1            mean F1 over the countries that are true or answered somewhere
    balanced_accuracy   mean recall over the countries that are true somewhere
    nll                 -(1/n) Σ log p(true country), in nats
    ece                 Σ_bins (n_bin / n) |accuracy - mean confidence|, 15 bins of equal width
                        (Guo et al. 2017, arXiv 1706.04599)
    coverage            share of names whose likeliest country reaches the threshold of probability
    covered_accuracy    the accuracy among these; None where there are none
    per_country         for each country that is true or answered somewhere
    """

    n: int
    accuracy: float
    top3_accuracy: float
    macro_f1: float
    balanced_accuracy: float
    nll: float
    ece: float
    coverage: float
    covered_accuracy: float | None
    per_country: dict[str, CountryMetrics]


def evaluate(
    probabilities: FloatArray, truth: IntArray, countries: Sequence[str], threshold: float = 0.0
) -> Metrics:
    """Score probabilities (n, C) against the true countries' indices (n,), n ≥ 1."""
    n, C = probabilities.shape
    p_true = probabilities[np.arange(n), truth]
    guess = probabilities.argmax(axis=1)
    correct = guess == truth
    confidence = probabilities.max(axis=1)
    covered = confidence >= threshold

    true, answered = np.bincount(truth, minlength=C), np.bincount(guess, minlength=C)
    hits = np.bincount(truth[correct], minlength=C)
    precision, recall = hits / np.maximum(answered, 1), hits / np.maximum(true, 1)
    f1 = 2 * hits / np.maximum(true + answered, 1)
    seen = (true + answered) > 0

    return Metrics(
        n=n,
        accuracy=float(correct.mean()),
        top3_accuracy=float((ranks(probabilities, truth) <= 3).mean()),
        macro_f1=float(f1[seen].mean()),
        balanced_accuracy=float(recall[true > 0].mean()),
        nll=float(-np.log(np.maximum(p_true, np.finfo(p_true.dtype).tiny)).mean()) + 0.0,  # never -0.0
        ece=calibration_bins(confidence, correct).ece,
        coverage=float(covered.mean()),
        covered_accuracy=float(correct[covered].mean()) if covered.any() else None,
        per_country={
            countries[c]: CountryMetrics(int(true[c]), float(precision[c]), float(recall[c]), float(f1[c]))
            for c in np.flatnonzero(seen).tolist()
        },
    )


def ranks(probabilities: FloatArray, truth: IntArray) -> IntArray:
    """The place of the true country (n,), the likeliest's being 1; of equals the earlier column's first."""
    p_true = probabilities[np.arange(len(truth)), truth][:, None]
    ties = (probabilities == p_true) & (np.arange(probabilities.shape[1]) < truth[:, None])
    return np.asarray(((probabilities > p_true) | ties).sum(axis=1) + 1)


class CalibrationBins(NamedTuple):
    """For each bin of confidence its names, their accuracy and mean confidence; 0 where there is none."""

    n: IntArray
    accuracy: FloatArray
    confidence: FloatArray

    @property
    def ece(self) -> float:
        """Σ_bins (n_bin / n) |accuracy - mean confidence|."""
        return float((self.n * np.abs(self.accuracy - self.confidence)).sum() / self.n.sum())


def calibration_bins(confidence: FloatArray, correct: IntArray) -> CalibrationBins:
    """ECE_BINS bins of equal width, closed above."""
    bins = np.clip(np.ceil(confidence * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
    n = np.bincount(bins, minlength=ECE_BINS)
    sums = (np.bincount(bins, weights, ECE_BINS) for weights in (correct, confidence))
    return CalibrationBins(n, *(total / np.maximum(n, 1) for total in sums))
