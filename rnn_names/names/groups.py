"""Labels in groups: countries in regions, or as a table has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import DataError
from rnn_names.names.examples import read_groups
from rnn_names.names.labels import Labels


@dataclass(frozen=True)
class Groups:
    """The groups of C labels: their sorted names, the place of each label's group, the word for a group."""

    names: tuple[str, ...]
    of_label: IntArray  # (C,)
    what: str = "group"

    def add_up(self, p: FloatArray) -> FloatArray:
        """The probability of each group (n, G): the sum of those of its labels (n, C)."""
        total = np.zeros((len(p), len(self.names)), p.dtype)
        for label, group in enumerate(self.of_label.tolist()):
            total[:, group] += p[:, label]
        return total


GroupsAsked = Groups | Mapping[str, str] | str | Path


def asked(labels: Labels, by: str | None = None, groups: GroupsAsked | None = None) -> Groups | None:
    """The groups that are asked for: `by` "region", or `groups` of one's own; None without either.

    `groups` maps each label to its group, or is a table of these (columns `country` and `group`). Raises
    ValueError for another `by`, or for both, and DataError for labels without a group.
    """
    if by is not None and groups is not None:
        raise ValueError("give by or groups, not both")
    if by is not None:
        if by != "region":
            raise ValueError(f"by must be 'region' or None, not {by!r}")
        return regions(labels)
    if groups is None:
        return None
    if isinstance(groups, Groups):
        if len(groups.of_label) != len(labels.labels):
            raise DataError("groups: belong to another model; make them from the labels of this one")
        return groups
    if isinstance(groups, Mapping):
        return by_table(labels, dict(groups), "groups")
    return by_table(labels, read_groups(Path(groups)), str(groups))


def grouped(groups: list[str], what: str = "group") -> Groups:
    """The groups of labels, given the group of each."""
    names = sorted(set(groups))
    return Groups(tuple(names), np.array([names.index(group) for group in groups]), what)


def regions(labels: Labels) -> Groups:
    """Countries in the subregions of the UN (M49); large subregions are divided into intermediate regions.

    Raises DataError where the labels are no countries.
    """
    if not labels.of_countries:
        raise DataError(
            "the model's labels are no countries, so they have no regions; give --groups a table"
        )
    return grouped([country.region for country in labels.countries], "region")


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
