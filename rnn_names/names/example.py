"""A name with its label."""

from typing import NamedTuple


class Example(NamedTuple):
    """A name, as it is written in the data, and the label it stands under.

    `weight` says how common the name is among those of its label, its bearers for instance.
    """

    name: str
    country: str
    weight: float = 1.0


Labelled = Example | tuple[str, str]  # a caller may give a name and its label as a pair
