"""What the header of a model file may hold: each value is checked before it is used."""

import sys
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from reprlib import repr as brief
from typing import Any, TypeVar

LARGEST_FIGURE = 1e300  # of the history, or what draws it would overflow

_Config = TypeVar("_Config")


def config(kind: type[_Config], values: dict[str, Any]) -> _Config:
    """The dataclass with these values of its fields. Raises ValueError for others, or of other types."""
    expected = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass, which TypeVar cannot say
    found = set(values) if isinstance(values, dict) else set()
    if found != expected:
        raise ValueError(f"{kind.__name__} has other fields: {brief(sorted(expected ^ found))}")
    for field in fields(kind):  # type: ignore[arg-type]  # as above
        # Every field is of a plain type or a tuple of texts or ints, a list in JSON; an int will do
        # for a float, a bool for neither; no number is negative, or too large for a float.
        value = values[field.name]
        if field.type in (tuple[str, ...], tuple[int, ...]):
            fits = texts(value) if field.type == tuple[str, ...] else indices(value)
            values = {**values, field.name: tuple(value) if fits else value}
        else:
            kind_of = type(field.default) if field.type in ("bool", "int", "float", "str") else field.type
            allowed: Any = int | float if kind_of is float else kind_of
            fits = isinstance(value, allowed) and isinstance(value, bool) == (kind_of is bool)
            fits = fits and not (number(value) and not 0 <= value <= sys.float_info.max)
        if not fits:
            raise ValueError(f"{kind.__name__}.{field.name} cannot be {brief(value)}")
    return kind(**values)


def number(value: Any) -> bool:
    """Whether it is a number, and no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def count(value: Any) -> bool:
    """A whole number above 0 that a float holds exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53


def entry(value: Any) -> bool:
    """What the history keeps of an epoch."""
    return (
        isinstance(value, dict)
        and all(v is None or (number(v) and abs(v) <= LARGEST_FIGURE) for v in value.values())
        and all(count(value.get(name, 1)) for name in ("network", "epoch"))
        and all(0 <= (value.get(name) or 0) <= 1 for name in ("clipped", "clip_factor"))
    )


def texts(values: Any) -> bool:
    """A list of texts."""
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def indices(values: Any) -> bool:
    """A list of whole numbers from 0."""
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 53 for value in values)


def rising(values: Sequence[Any]) -> bool:
    """Whether each is larger than the one before."""
    return all(a < b for a, b in pairwise(values))
