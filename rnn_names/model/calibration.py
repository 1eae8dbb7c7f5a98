"""Calibration: from scores to reliable probabilities, by a prior and a temperature.

    z   (n, C)   scores of a network, or the mean of several networks' scores: softmax(z) is then the
                 geometric mean of their probabilities
    π   (C,)     the prior that they were trained under;  o the one that T was fitted under;  q the one to
                 answer under
    T            temperature

        p = softmax((z + log o - log π) / T + log q - log o)

Bayes' rule gives the shift of the prior (Saerens, Latinne, Decaestecker 2002). The temperature corrects
confidence that is too high or too low overall (Guo et al. 2017, arXiv 1706.04599).
"""

import math
from collections.abc import Mapping

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import DataError, UnknownCountryError
from rnn_names.names.countries import all_countries
from rnn_names.names.labels import Labels
from rnn_names.network.layers import softmax

Prior = str | Mapping[str, float]

COLDEST, HOTTEST = 0.05, 20.0
ROWS = 512  # scores of names that are worked on at a time: they stay in the cache
CAUTION = 10.0  # names that would have to speak for another temperature than 1
# Of class_weight: in the loss, a name of a country that has n of them weighs n^(-power).
POWERS = {"none": 0.0, "cbrt": 1 / 3, "sqrt": 0.5, "balanced": 1.0}
# prior: before the name is read, a country with n names has probability ∝ n^power; with population it is
# ∝ n^power · people^PEOPLE. Both powers are the best on people of other sources than those learned from.
PRIORS = {"data": 1.0, "sqrt": 0.5, "uniform": 0.0, "population": 0.3}
PEOPLE = 0.2


def trained_prior(counts: FloatArray, mode: str) -> FloatArray:
    """The prior π_c ∝ n_c w_c that the class weights make."""
    return np.asarray(counts ** (1 - POWERS[mode]))


def prior_weights(prior: Prior, counts: FloatArray, labels: Labels) -> FloatArray:
    """How likely each label is beforehand (C,), not normalised: one of PRIORS, or the weights of a mapping.

    Raises ValueError for another text, TypeError for another type, DataError for `population` if a label is
    no country, and what `_mapped` raises.
    """
    if isinstance(prior, Mapping):
        return _mapped(prior, labels)
    if not isinstance(prior, str):
        raise TypeError(f"prior must be one of {', '.join(PRIORS)}, or weights by country")
    if prior not in PRIORS:
        raise ValueError(f"prior must be {', '.join(PRIORS)} or weights of countries, not {prior!r}")
    if prior == "population":
        if not labels.of_countries:
            odd = next(label for label in labels.labels if not all_countries([label]))
            raise DataError(f"prior population: {odd!r} is no country; give data, sqrt, uniform or a table")
        people = [max(country.population, 1) for country in labels.countries]
        return np.asarray(counts ** PRIORS[prior] * np.array(people, float) ** PEOPLE)
    return np.asarray(counts ** PRIORS[prior])


def _mapped(prior: Mapping[str, float], labels: Labels) -> FloatArray:
    """The weights (C,) of the labels, 0 for those that `prior` leaves out.

    Raises UnknownCountryError for an unknown label, for an invalid weight, for a label given twice, and if
    no label has a weight.
    """
    weights = np.zeros(len(labels.labels))
    said: dict[int, str] = {}
    for country, weight in prior.items():
        place = labels.index(country, "prior: ")
        if not isinstance(weight, int | float | np.number) or not 0 <= weight < math.inf:
            raise UnknownCountryError(
                f"prior: the weight of {country!r} is {weight!r}; give a number of at least 0"
            )
        if place in said:
            raise UnknownCountryError(
                f"prior: {said[place]!r} and {country!r} are one {labels.word}; give it one weight"
            )
        said[place], weights[place] = country, weight
    if not weights.any():
        raise UnknownCountryError(f"prior: no {labels.word} has a weight above 0; give one")
    return weights


def adjust(
    z: FloatArray,
    trained: FloatArray,
    own: FloatArray,
    temperature: float | FloatArray,
    prior: FloatArray | None = None,
) -> FloatArray:
    """p (n, C) of scores z under the prior, by default that of the fit. Where the prior is 0, p is 0.

    The temperature is one number for all names, or (n, 1).
    """
    p = np.empty_like(z)
    to_own = _shift(trained, own).astype(z.dtype)
    to_prior = None if prior is None else _shift(own, prior).astype(z.dtype)
    T = np.broadcast_to(np.asarray(temperature, z.dtype), (len(z), 1))
    for start in range(0, len(z), ROWS):
        some = slice(start, start + ROWS)
        shifted = z[some] + to_own
        shifted /= T[some]
        if to_prior is not None:
            shifted += to_prior
        p[some] = softmax(shifted)
    return p


def fit_temperature(z: FloatArray, truth: IntArray, trained: FloatArray, prior: FloatArray) -> float:
    """The T that minimises the mean of -log p(true country), plus CAUTION / n · log² T for n names.

    The second term keeps T near 1 if there are few names, or if no answer is wrong. Bisection finds where
    the derivative with respect to log β, β = 1 / T, is 0. That of the first term is β times the mean of
    Σ_c p_c z_c - z_true.
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
    with np.errstate(divide="ignore"):  # log 0 = -∞, and exp(-∞) = 0 again
        return np.asarray(np.log(prior / prior.max()) - np.log(trained / trained.max()))
