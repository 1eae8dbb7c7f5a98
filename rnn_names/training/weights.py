"""The weight of each name and each country in the loss."""

from collections.abc import Sequence

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model.calibration import POWERS
from rnn_names.names.example import Example


def country_counts(y: IntArray, countries: int) -> FloatArray:
    """The number of names of each country; 1 instead of 0, so that no country is impossible."""
    return np.maximum(np.bincount(y, minlength=countries), 1).astype(float)


def name_weights(examples: Sequence[Example], y: IntArray, countries: int) -> FloatArray:
    """√weight of each name, scaled so that the mean over the names of its country is 1.

    The square root keeps rare names from being ignored.
    """
    root = np.sqrt([example.weight for example in examples])
    return np.asarray(root * (country_counts(y, countries) / np.bincount(y, root, countries).clip(1e-9))[y])


def class_weights(counts: FloatArray, mode: str) -> FloatArray:
    """The weight w_c of each country in the loss, scaled so that the mean over the names is 1.

    w_c ∝ n_c^(-power) for a country of n_c names: power 0 for none, 1/2 for sqrt, 1 for balanced.
    """
    weights = counts ** -POWERS[mode]
    return np.asarray(weights * counts.sum() / (weights * counts).sum())
