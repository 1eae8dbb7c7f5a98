"""How the names of the training data are read: as written and in base letters, alone and in full names."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from rnn_names.base.arrays import IntArray
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.example import Example
from rnn_names.names.spelling import fold, normalise

T = TypeVar("T")

# A name as a part of a longer one: with another name of its country, and with a given name of it, where
# there is one. Each is drawn as often as it stands here: a guess, not a count of real names.
JOINED = ("{name} {other}", "{name}-{other}")
FULL = (
    *["{given} {name}"] * 6,
    *["{name} {given}"] * 2,
    *["{name}, {given}"] * 2,
    *["{given}"] * 2,
    *JOINED,
    "{given} {name} {other}",
    "{given} {name}-{other}",
)


def spellings(
    names: Sequence[Example], given: Sequence[Example], composed: int, rng: np.random.Generator
) -> list[str]:
    """All n names as written and in base letters, alone and `composed` times as a part of a longer name.

    Name i stands at i as written, at i + n in base letters, and composed for the k-th time, k = 1, 2, …,
    at i + 2 k n and i + (2 k + 1) n. Its other part is drawn from the names of its country.
    """
    n = len(names)
    fashions = ([normalise(e.name) for e in names], [fold(e.name) for e in names])
    given_names: dict[str, list[tuple[str, str]]] = {e.country: [] for e in names}
    for e in given:
        if e.country in given_names:
            given_names[e.country].append((normalise(e.name), fold(e.name)))
    by_country: dict[str, list[int]] = {}
    for i in rng.permutation(n).tolist():
        by_country.setdefault(names[i].country, []).append(i)

    written, folded = fashions
    texts = [*written, *folded]
    for shift in range(1, composed + 1):
        other = np.empty(n, np.intp)
        for places in by_country.values():
            other[places] = np.roll(places, shift)
        forms, first_names = [], []
        for e, u, v in zip(names, *rng.random((2, n)).tolist(), strict=True):
            choice = given_names[e.country] or [("", "")]
            first_names.append(_one(choice, u))
            forms.append(_one(FULL if given_names[e.country] else JOINED, v))
        for fashion, spelled in enumerate(fashions):
            texts += [
                form.format(name=name, other=spelled[k], given=first[fashion])
                for form, name, k, first in zip(forms, spelled, other.tolist(), first_names, strict=True)
            ]
    return texts


def spelling_read(n: int, config: TrainConfig, composed: int, rng: np.random.Generator) -> IntArray:
    """Which spelling of each of n names an epoch reads, see `spellings`.

    People type "Nguyen" for "Nguyễn", have two surnames, and give their first name too.
    """
    reading = np.arange(n) + n * (rng.random(n) < config.folded)
    if composed:
        reading += 2 * n * (rng.random(n) < config.join) * rng.integers(1, composed + 1, n)
    return reading


def joints(full: bool) -> str:
    """What separates names in full names, or where there are no given names."""
    return "".join(form.format(name="", other="", given="") for form in (FULL if full else JOINED))


def _one(things: Sequence[T], u: float) -> T:
    return things[int(u * len(things))]
