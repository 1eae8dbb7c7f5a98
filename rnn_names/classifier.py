"""Names to ranked countries: the Python API."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names import checkpoint
from rnn_names.checkpoint import Checkpoint
from rnn_names.dataset import Example, normalise
from rnn_names.encoding import FloatArray
from rnn_names.errors import DataError
from rnn_names.network import probabilities

if TYPE_CHECKING:
    from rnn_names.metrics import Metrics

WORKERS = 2  # threads that score a long list; a short one takes none
BUNDLED_MODEL = Path(__file__).resolve().parent / "model.npz"


class Guess(NamedTuple):
    """A country, and the probability that the model gives it."""

    country: str
    probability: float


class NameClassifier:
    """Says in which countries a name is common.

    >>> classifier = NameClassifier.load()
    >>> classifier.predict(["Schmidt"])[0][0].country
    'Germany'
    """

    def __init__(self, model: Checkpoint) -> None:
        self.model = model

    @classmethod
    def load(cls, path: str | Path | None = None) -> "NameClassifier":
        """The model in this file, or the one that comes with the package. Raises CheckpointError."""
        return cls(checkpoint.load(Path(path) if path is not None else BUNDLED_MODEL))

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that the model knows, sorted: the columns of `predict_proba`."""
        return self.model.countries

    def predict_proba(self, names: Iterable[str]) -> FloatArray:
        """The probability of each country for each name: (n, C) float32, each row's sum 1.

        A blank name gets what the network says of no letters at all.
        """
        if isinstance(names, str):
            raise TypeError("names must be a list of strings; for one name write [name]")
        names = list(names)
        for place, name in enumerate(names):
            if not isinstance(name, str):
                raise TypeError(f"names must be strings; names[{place}] is {name!r}")
        encoded = self.model.alphabet.encode(names)
        return probabilities(self.model.params, self.model.network, encoded, workers=WORKERS)

    def predict(self, names: Iterable[str], top_k: int = 3) -> list[list[Guess]]:
        """For each name its `top_k` likeliest countries, likeliest first; none for a blank name."""
        if top_k < 1:
            raise ValueError(f"top_k must be at least 1, not {top_k}")
        names = names if isinstance(names, str) else list(names)
        p = self.predict_proba(names)
        ranking = np.argsort(-p, axis=1, kind="stable")[:, :top_k]
        return [
            [Guess(self.countries[c], float(row[c])) for c in best] if normalise(name) else []
            for name, row, best in zip(names, p, ranking, strict=True)
        ]

    def evaluate(self, examples: Sequence[Example]) -> tuple["Metrics", Counter[str]]:
        """Metrics over the examples whose country the model knows, and a count of the other labels.

        Raises DataError when the model knows none of them.
        """
        from rnn_names.metrics import evaluate  # not above: to predict takes neither
        from rnn_names.training import country_indices

        known = set(self.countries)
        scored = [example for example in examples if example.country in known]
        unknown = Counter(example.country for example in examples if example.country not in known)
        if not scored:
            labels = ", ".join(label for label, _ in unknown.most_common(3)) or "none"
            raise DataError(
                f"there is no name to score: the model knows none of the labels ({labels}); "
                "use the model's own labels, or a model trained on these"
            )
        p = self.predict_proba([example.name for example in scored])
        return evaluate(p, country_indices(scored, self.countries), self.countries), unknown
