"""How often a name counts in training: a number behind it in a list, or in a column of a table."""

import math

NUMBER = "put a number above 0 there, with a point before decimals"
MEND = NUMBER + ", or leave it blank"


def weighted(line: str) -> tuple[str, str]:
    """The name of a line, and the weight behind its tab; "" if there is no digit there."""
    name, _, weight = line.partition("\t")
    return (name, weight) if any(map(str.isdigit, weight)) else (line, "")


def weight_in(text: str) -> float | None:
    """The weight in a text: 1 for a blank one, None for anything but a number above 0."""
    try:
        weight = float(text) if text.strip() else 1.0
    except ValueError:
        return None
    return weight if 0 < weight < math.inf else None


def no_weight(column: str) -> tuple[str, str]:
    """The fault of a record without a weight in this column, and its remedy."""
    return f"what stands under {column!r} is no weight", MEND
