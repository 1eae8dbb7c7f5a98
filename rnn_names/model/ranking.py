"""From probabilities to answers: the likeliest countries of each name."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
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


# Guess(*pair) and Answer(*triple), in a third of the time.
_guess, _answer = partial(tuple.__new__, Guess), partial(tuple.__new__, Answer)


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


def ranked(p: FloatArray, labels: Sequence[str], k: int, unnamed: Sequence[int] = ()) -> list[list[Guess]]:
    """The `k` likeliest labels of each name, by p (n, C); none of those at the places `unnamed`."""
    places = likeliest(p, k)
    chosen = np.take_along_axis(p, places, axis=1)
    of_places = map(labels.__getitem__, places.ravel().tolist())
    guesses = map(_guess, zip(of_places, chosen.ravel().tolist(), strict=True))
    found = list(map(list, zip(*[guesses] * places.shape[1], strict=True)))
    for blank in unnamed:
        found[blank] = []
    return found


def answers(
    guesses: Iterable[list[Guess]], unknown_letters: Iterable[str], groups: Iterable[list[Guess]]
) -> Iterator[Answer]:
    """An Answer of each name's guesses, unknown letters and groups."""
    return map(_answer, zip(guesses, unknown_letters, groups, strict=True))
