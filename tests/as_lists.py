"""Predictions made up by a test, as the lists that writers take."""

from collections.abc import Sequence

from rnn_names.model.answered import Answered, Place
from rnn_names.show.prediction import Prediction, Predictions


def as_lists(one: Prediction, top_k: int) -> Predictions:
    """The prediction alone; what the lists hold for a name without a letter is never shown."""
    guesses: Sequence[tuple[str, float]] = one.guesses or [("never shown", 0.0)] * top_k
    return Predictions(
        Answered(
            names=[one.name],
            countries=[Place([label], [p]) for label, p in guesses],
            unknown_letters=[one.unknown_letters],
            group=None,
            nameless=[] if one.guesses else [0],
        ),
        one.threshold,
    )
