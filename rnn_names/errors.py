"""What a user can mend. The command line prints these on one line; anything else is a bug."""

from collections.abc import Iterable

COMPARED = 80  # characters of a word: to compare longer ones takes too long


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'Poland'?` for the known word that is nearest, whatever its capitals; or nothing."""
    from difflib import get_close_matches  # not above: it takes longer than a prediction

    folded = {each[:COMPARED].casefold(): each for each in known if each != word}
    near = get_close_matches(word[:COMPARED].casefold(), folded, 1)
    return f"did you mean {folded[near[0]]!r}?" if near else ""


class RnnNamesError(Exception):
    """Says what is wrong, where, and what to do about it; each argument is a line."""


class DataError(RnnNamesError):
    """A file of names cannot be used as it is."""


class CheckpointError(RnnNamesError):
    """A model file cannot be used, or a model does not fit into one."""


class TrainingError(RnnNamesError):
    """Training cannot go on."""


class TooLargeError(RnnNamesError):
    """Training would take more memory than there is."""


class OutputError(RnnNamesError):
    """A file that cannot be written."""


class QualityError(RnnNamesError):
    """A model does worse than was asked for."""
