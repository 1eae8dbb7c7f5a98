"""How often a name counts in training: the number behind it in a list, or in a column of a table."""

import math

MEND = "put a number above 0 there, or leave it blank"


def weighted(line: str) -> tuple[str, str]:
    """The name of a line, and the weight behind it and a tab; "" where no figure stands there."""
    name, _, weight = line.partition("\t")
    return (name, weight) if any(map(str.isdigit, weight)) else (line, "")


def weight_in(text: str) -> float | None:
    """The weight that a text says, 1 where it is blank; None if what stands there is none."""
    try:
        weight = float(text) if text.strip() else 1.0
    except ValueError:
        return None
    return weight if 0 < weight < math.inf else None


def no_weight(column: str) -> tuple[str, str]:
    """What is wrong with a record that has no weight in this column, and how to mend it."""
    return f"what stands under {column!r} is no weight", MEND
