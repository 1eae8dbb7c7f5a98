"""From what a network says to a probability that can be relied on: the prior put right, the confidence too.

    z   (n, C)   scores of a network, or the mean of several networks' scores: softmax(z) is then the
                 geometric mean of their probabilities
    π   (C,)     the prior that they were trained under;  o the one that T was fitted under;  q the one that
                 is to hold
    T            temperature

        p = softmax((z + log o - log π) / T + log q - log o)

Bayes' rule gives the shift (Saerens, Latinne, Decaestecker 2002); the
temperature evens out confidence that is too high or too low in general (Guo et al. 2017, arXiv 1706.04599).
"""

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.network.layers import softmax

COLDEST, HOTTEST = 0.05, 20.0
CAUTION = 10.0  # names that would have to speak for another temperature than 1
# Of class_weight: in the loss, a name of a country that has n of them weighs n^(-power).
POWERS = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}
# Of prior: beforehand, a country of n names is n^power likely.
PRIORS = {"data": 1.0, "sqrt": 0.5, "uniform": 0.0}


def trained_prior(counts: FloatArray, mode: str) -> FloatArray:
    """The prior π_c ∝ n_c w_c that the weights make."""
    return np.asarray(counts ** (1 - POWERS[mode]))


def adjust(
    z: FloatArray,
    trained: FloatArray,
    own: FloatArray,
    temperature: float,
    prior: FloatArray | None = None,
) -> FloatArray:
    """p (n, C) of scores z, under the prior, or that of the fit; where the prior is 0, p is too."""
    z = (z + _shift(trained, own).astype(z.dtype)) / z.dtype.type(temperature)
    return softmax(z if prior is None else z + _shift(own, prior).astype(z.dtype))


def fit_temperature(z: FloatArray, truth: IntArray, trained: FloatArray, prior: FloatArray) -> float:
    """The T that minimises the mean of -log p(true country), plus CAUTION / n · log² T for n names.

    The second part keeps T near 1 where few names, or none that is wrong, have a say. Bisected for where
    the derivative by log β, β = 1 / T, is 0: of the first part, β times the mean of Σ_c p_c z_c - z_true.
    """
    z = z + _shift(trained, prior)
    z_true = z[np.arange(len(z)), truth].mean()
    low, high = 1 / HOTTEST, 1 / COLDEST
    for _ in range(30):
        beta = (low * high) ** 0.5
        slope = beta * ((softmax(beta * z) * z).sum(axis=1).mean() - z_true)
        if slope + 2 * CAUTION / len(z) * np.log(beta) < 0:
            low = beta
        else:
            high = beta
    return float(1 / beta)


def _shift(trained: FloatArray, prior: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):  # log 0 = -∞, of which exp is 0 again
        return np.asarray(np.log(prior / prior.max()) - np.log(trained / trained.max()))
