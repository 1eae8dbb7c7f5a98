"""The answer under a threshold: the country that reaches it, else the group that does, else `unknown`."""

from numbers import Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.model.ranking import Guess

UNKNOWN = "unknown"  # the answer below the threshold


def check_threshold(threshold: float) -> None:
    """Raise TypeError or ValueError unless it is a number from 0 to 1."""
    if isinstance(threshold, bool) or not isinstance(threshold, Real):
        raise TypeError(f"threshold must be a number from 0 to 1, not {threshold!r}")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be from 0 to 1, not {threshold}")


def fall_back(guess: "Guess", group: "Guess", threshold: float, what: str) -> tuple[str, str]:
    """The answer that reaches the threshold, and its level.

    The level is `country`, or `what` if only the group reaches it; else both are UNKNOWN.
    """
    for one, level in ((guess, "country"), (group, what)):
        if one.probability >= threshold:
            return one.country, level
    return UNKNOWN, UNKNOWN
