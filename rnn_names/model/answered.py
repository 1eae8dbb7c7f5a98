"""The answers to many names as columns, which are written without an object for each name."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.model.ranking import Answer, Guess, likeliest

# Guess(*pair) and Answer(*triple), in a third of the time.
_guess, _answer = partial(tuple.__new__, Guess), partial(tuple.__new__, Answer)


class Place(NamedTuple):
    """The labels at one place of the answers, one for each name, and their probabilities."""

    labels: list[str]
    probabilities: list[float]

    def guesses(self) -> Iterator[Guess]:
        """The guess of each name."""
        return map(_guess, zip(self.labels, self.probabilities, strict=True))


class Answered(NamedTuple):
    """The answers to some names: places of countries, likeliest first; with groups the likeliest one.

    `nameless` lists the names without a letter. They have no answer; their entries in the columns mean
    nothing.
    """

    names: Sequence[str]
    countries: list[Place]
    unknown_letters: list[str]
    group: Place | None
    nameless: list[int]

    def one_by_one(self) -> Iterator[Answer]:
        """The answer to each name; it has no guess and no group for a name without a letter."""
        guesses = [
            [*of_name] for of_name in zip(*(place.guesses() for place in self.countries), strict=True)
        ]
        groups = [[guess] for guess in self.group.guesses()] if self.group else [[] for _ in self.names]
        for k in self.nameless:
            guesses[k], groups[k] = [], []
        return map(_answer, zip(guesses, self.unknown_letters, groups, strict=True))


def places(p: FloatArray, labels: Sequence[str], k: int) -> list[Place]:
    """The `k` likeliest labels by p (n, C), place by place."""
    at = likeliest(p, k)
    chosen = np.take_along_axis(p, at, axis=1)
    return [
        Place([labels[label] for label in column], probabilities)
        for column, probabilities in zip(at.T.tolist(), chosen.T.tolist(), strict=True)
    ]
