"""A choice of a recipe: its default, its allowed values and its help.

This module loads only the standard library: help texts must be quick.
"""

import math
from dataclasses import Field, field, fields
from typing import Any

KINDS = {int: "a whole number", float: "a number", bool: "True or False", str: "a text"}


def choice(
    default: Any,
    help: str,
    *,
    large: Any = None,
    tuned: Any = None,
    choices: tuple[str, ...] = (),
    least: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
) -> Any:
    """A field of a recipe: one of `choices`, or a number from `least` to `most` and below `below`.

    `large` is its default for LARGE names and more, `tuned` for a training that starts from a model, where
    that differs.
    """
    return field(
        default=default,
        metadata={
            **{"help": help, "choices": choices, "least": least, "most": most, "below": below},
            "large": default if large is None else large,
            "tuned": default if tuned is None else tuned,
        },
    )


def allowed(one: Field[Any]) -> str:
    """The allowed values of a field, for people; "" if every value of its type is allowed."""
    about = one.metadata
    if about["choices"]:
        return "|".join(about["choices"])
    if math.isfinite(about["below"]):
        return f"{about['least']}<=x<{about['below']}"
    if math.isfinite(about["most"]):
        return f"{about['least']}<=x<={about['most']}"
    return f"x>={about['least']}" if math.isfinite(about["least"]) else ""


def check(one: Field[Any], value: Any) -> None:
    """Raise ValueError, which names the allowed values, unless the field may have this value."""
    about, kind = one.metadata, type(one.default)
    numbers = (int, float) if kind is float else (kind,)
    fits = isinstance(value, numbers) and isinstance(value, bool) == (kind is bool)
    if fits and about["choices"]:
        fits = value in about["choices"]
    elif fits and kind in (int, float):
        fits = about["least"] <= value <= about["most"] and value < about["below"] and value != math.inf
    if not fits:
        what = () if about["choices"] else (KINDS[kind],)
        raise ValueError(
            f"{one.name} cannot be {value!r}; give {', '.join((*what, allowed(one))).strip(', ')}"
        )


class Checked:
    """A recipe that raises ValueError for values that its fields do not allow."""

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # each subclass is a dataclass
            value = getattr(self, one.name)
            if getattr(value, "ndim", None) == 0:  # a scalar of NumPy
                value = value.item()
                object.__setattr__(self, one.name, value)
            check(one, value)
