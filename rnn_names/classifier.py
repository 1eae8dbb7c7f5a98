"""Names to ranked countries: the Python API."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names import checkpoint
from rnn_names.calibration import PRIORS, adjust, trained_prior
from rnn_names.checkpoint import Checkpoint
from rnn_names.dataset import LONGEST, Example, fold, tidy
from rnn_names.encoding import Encoded, FloatArray
from rnn_names.errors import CheckpointError, DataError, did_you_mean
from rnn_names.network import forward

if TYPE_CHECKING:
    from rnn_names.evaluation import Evaluation
    from rnn_names.metrics import Metrics

ENTRIES = 1 << 22  # probabilities in memory at a time, to rank them
WORKERS = 2  # threads that score a long list; a short one takes none
LARGEST_SCORE = 1e30  # over the lowest temperature it is finite yet
CUT = "[cut]"  # what unknown_letters says of a name that was not read to its end
BUNDLED_MODEL = Path(__file__).resolve().parent / "model.npz"


Prior = str | Mapping[str, float]


def checked(z: FloatArray) -> FloatArray:
    """The scores. Raises CheckpointError where they overflow."""
    if not np.abs(z).max(initial=0) < LARGEST_SCORE:  # nor is it so for what is no number
        raise CheckpointError("a score of the model overflows; use another, or train it again")
    return z


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

    def __init__(self, model: Checkpoint, prior: Prior | None = None) -> None:
        """A classifier under a prior: how likely each country is before the name is read.

        "data": as long as its list was; "sqrt": as the square root of that; "uniform": all alike; or a
        weight for each country that is possible; None: the one that the model was calibrated for.
        Raises DataError for a country that the model does not know, and weights that are none.
        """
        self.model = model
        weights = self._weights(model.training.prior if prior is None else prior)
        weights = weights / weights.max()  # before the sum, which may be too large
        self.prior = weights / weights.sum()

    def _weights(self, prior: Prior) -> FloatArray:
        if isinstance(prior, str):
            if prior not in PRIORS:
                raise ValueError(
                    f"prior must be {', '.join(PRIORS)} or weights of countries, not {prior!r}"
                )
            return np.asarray(np.array(self.model.counts, float) ** PRIORS[prior])
        weights = np.zeros(len(self.countries))
        for country, weight in prior.items():
            place = self.index(country, "prior: ")
            if not 0 <= weight < math.inf:
                raise DataError(f"prior: the weight of {country!r} is {weight}; give a number from 0 up")
            weights[place] = weight
        if not weights.any():
            raise DataError("prior: no country has a weight above 0; give one that has")
        return weights

    @classmethod
    def load(cls, path: str | Path | None = None, prior: Prior | None = None) -> "NameClassifier":
        """The model in this file, or the one that comes with the package. Raises CheckpointError."""
        return cls(checkpoint.load(Path(path) if path is not None else BUNDLED_MODEL), prior)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that the model knows, sorted: the columns of `predict_proba`."""
        return self.model.countries

    def index(self, country: str, where: str = "") -> int:
        """The place of a country among `countries`, in whatever case and with or without its accents.

        Raises DataError, which begins with `where`.
        """
        if country not in self.countries:
            for place, known in enumerate(self.countries):
                if fold(known) == fold(country):
                    return place
            hint = did_you_mean(country, self.countries) or f"it knows {', '.join(self.countries)}"
            raise DataError(f"{where}{country!r} is no country of the model; {hint}")
        return self.countries.index(country)

    def predict_proba(self, names: Iterable[str]) -> FloatArray:
        """The probability of each country for each name: (n, C) float32, each row's sum 1.

        It is the networks' average, calibrated, under the prior. Of a name with a share u of letters
        that the model does not know, it is moved that far towards the prior: all of the way for a name
        in another script, or of no letters. Raises CheckpointError for parameters that make no numbers.
        """
        if isinstance(names, str):
            raise TypeError("names must be a list of strings; for one name write [name]")
        names = list(names)
        for place, name in enumerate(names):
            if not isinstance(name, str):
                raise TypeError(f"names must be strings; names[{place}] is {name!r}")
        encoded = self.model.alphabet.encode(names)
        return self.calibrated(self.scores(encoded), encoded, self.model.temperature)

    def scores(self, encoded: Encoded) -> FloatArray:
        """The networks' scores z (n, C), averaged. Raises CheckpointError where they overflow."""
        model = self.model
        with np.errstate(all="ignore"):
            z = sum(forward(params, model.network, encoded, WORKERS) for params in model.members)
        z = np.asarray(z / np.float32(len(model.members)))
        return checked(z)

    def calibrated(self, z: FloatArray, encoded: Encoded, temperature: float) -> FloatArray:
        """p (n, C) of the averaged scores z of these names, as `predict_proba` says, in z's precision."""
        model = self.model
        trained = trained_prior(np.array(model.counts, float), model.training.class_weight)
        own = self._weights(model.training.prior)
        p = adjust(z, trained, own, temperature, self.prior)
        u = model.alphabet.unknown_share(encoded).astype(p.dtype)[:, None]
        if u.any():
            p = (1 - u) * p + u * self.prior.astype(p.dtype)
        return p

    def unknown_letters(self, name: str) -> str:
        """The letters of the name that the model does not know; behind those of a cut name, `CUT`.

        Of a name of more than LONGEST characters, blanks collapsed, those after them are not read.
        """
        unknown = self.model.alphabet.unknown(name)
        return unknown + CUT if len(name) > LONGEST and len(tidy(name)) > LONGEST else unknown

    def predict(self, names: Iterable[str], top_k: int = 3) -> list[list[Guess]]:
        """For each name its `top_k` likeliest countries, likeliest first; none for a blank name."""
        if top_k < 1:
            raise ValueError(f"top_k must be at least 1, not {top_k}")
        names = names if isinstance(names, str) else list(names)
        guesses = []
        rows = max(1, ENTRIES // len(self.countries))
        for at in range(0, len(names), rows):
            some = names[at : at + rows]
            p = self.predict_proba(some)
            ranking = np.argsort(-p, axis=1, kind="stable")[:, :top_k]
            chosen = np.take_along_axis(p, ranking, axis=1).tolist()  # lists: their numbers are read faster
            guesses += [
                [Guess(self.countries[c], q) for c, q in zip(best, row, strict=True)]
                if name.strip()
                else []
                for name, row, best in zip(some, chosen, ranking.tolist(), strict=True)
            ]
        return guesses

    def evaluate(
        self, examples: Sequence[Example], threshold: float = 0.0
    ) -> tuple["Metrics", Counter[str]]:
        """Metrics over the examples whose country the model knows, and a count of the other labels.

        Under the threshold an answer counts as none given: see `Metrics.coverage`.
        Raises DataError when the model knows none of them.
        """
        scored = self.score(examples, threshold)
        return scored.metrics, scored.unknown

    def score(self, examples: Sequence[Example], threshold: float = 0.0) -> "Evaluation":
        """As `evaluate`, and what the model says of each name."""
        from rnn_names.evaluation import Evaluation  # not above: to predict takes neither
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
        truth = country_indices(scored, self.countries)
        return Evaluation(self.countries, scored, p, truth, unknown, threshold)
