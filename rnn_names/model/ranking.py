"""From probabilities to answers: the likeliest countries of each name."""

from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray

FEW = 8  # answers to a name; for so many the maximum is searched again and again, for more all are sorted


class Guess(NamedTuple):
    """A country, and the probability that the model gives it."""

    country: str
    probability: float


class Answer(NamedTuple):
    """The countries of a name, likeliest first; its unknown letters; its likeliest group, if asked for."""

    guesses: list[Guess]
    unknown_letters: str
    groups: list[Guess]


def likeliest(p: FloatArray, k: int) -> IntArray:
    """The places (n, k) of the k largest probabilities of each row, largest first; ties go to the first."""
    if k > FEW:
        return np.argsort(-p, axis=1, kind="stable")[:, :k]
    found = np.empty((len(p), min(k, p.shape[1])), np.intp)
    found[:, 0] = p.argmax(axis=1)
    left, rows = p.copy() if k > 1 else p, np.arange(len(p))
    for place in range(1, found.shape[1]):
        left[rows, found[:, place - 1]] = -1
        found[:, place] = left.argmax(axis=1)
    return found
