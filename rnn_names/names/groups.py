"""Labels in groups: countries in regions, or as a table has them."""

from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import DataError
from rnn_names.names.labels import Labels


@dataclass(frozen=True)
class Groups:
    """The groups of C labels: of which each is, and what they are called, sorted."""

    names: tuple[str, ...]
    of_label: IntArray  # (C,)

    def add_up(self, p: FloatArray) -> FloatArray:
        """The probability of each group (n, G): the sum of those of its labels (n, C)."""
        total = np.zeros((len(p), len(self.names)), p.dtype)
        for label, group in enumerate(self.of_label.tolist()):
            total[:, group] += p[:, label]
        return total


def grouped(groups: list[str]) -> Groups:
    """The groups of labels, given the group of each."""
    names = sorted(set(groups))
    return Groups(tuple(names), np.array([names.index(group) for group in groups]))


def regions(labels: Labels) -> Groups:
    """Countries in the subregions of the UN (M49), the large ones in their intermediate regions.

    Raises DataError where the labels are no countries.
    """
    if not labels.of_countries:
        raise DataError(
            "the model's labels are no countries, so they have no regions; give --groups a table"
        )
    return grouped([country.region for country in labels.countries])


def by_table(labels: Labels, table: dict[str, str], where: str) -> Groups:
    """Labels in the groups of a table, label → group. Raises DataError for one that it lacks or repeats."""
    groups: dict[int, str] = {}
    for text, group in table.items():
        place = labels.place(text)
        if place is None:
            continue  # of another model
        if groups.setdefault(place, group) != group:
            raise DataError(f"{where}: {labels.labels[place]!r} is in {groups[place]!r} and in {group!r}")
    missing = [label for place, label in enumerate(labels.labels) if place not in groups]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise DataError(f"{where}: no group for {missing[0]!r}{more}; add a row for each label")
    return grouped([groups[place] for place in range(len(labels.labels))])
