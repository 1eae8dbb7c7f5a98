"""The answers to many names, as a list for each place: they are written without an object a name."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.model.ranking import likeliest


class Place(NamedTuple):
    """What stands at one place of the answers: a label for each name, and its probability."""

    labels: list[str]
    probabilities: list[float]


class Answered(NamedTuple):
    """The answers to some names: places of countries, likeliest first; with groups the likeliest one.

    `nameless` are the names that have no letter, and so no answer: what the lists hold there says nothing.
    """

    names: Sequence[str]
    countries: list[Place]
    unknown_letters: list[str]
    group: Place | None
    nameless: list[int]


def places(p: FloatArray, labels: Sequence[str], k: int) -> list[Place]:
    """The `k` likeliest labels by p (n, C), place by place."""
    at = likeliest(p, k)
    chosen = np.take_along_axis(p, at, axis=1)
    return [
        Place([labels[label] for label in column], probabilities)
        for column, probabilities in zip(at.T.tolist(), chosen.T.tolist(), strict=True)
    ]
