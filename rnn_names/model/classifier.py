"""Names to ranked countries: the Python API."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import BUNDLED_MODEL
from rnn_names.base.errors import CheckpointError, DataError, UnknownCountryError
from rnn_names.base.text import did_you_mean
from rnn_names.model import checkpoint
from rnn_names.model.calibration import PRIORS, adjust, trained_prior
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.names.encoded import Encoded
from rnn_names.names.example import Example
from rnn_names.names.spelling import has_letters, is_cut, label_key
from rnn_names.network.scores import forward

if TYPE_CHECKING:
    from rnn_names.model.evaluation import Evaluation
    from rnn_names.model.metrics import Metrics


ENTRIES = 1 << 22  # probabilities in memory at a time, to rank them
WORKERS = 2  # threads that score a long list; a short one takes none
LARGEST_SCORE = 1e30  # over the lowest temperature it is finite yet
CUT = "[cut]"  # what unknown_letters says of a name that was not read to its end


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


def name_list(names: Iterable[str | None]) -> list[str]:
    """The names as texts in their order, missing ones as "".

    Missing are None, NaN and pandas.NA. Raises TypeError for what is no list of names: a str, of which the
    letters would be answered; a dict or a DataFrame, of which the keys or columns would; a set, which has
    no order; and for anything in the list that is neither a str nor missing, with its place.
    """
    if isinstance(names, str | bytes | bytearray):
        raise TypeError("names must be a list of strings; for one name write [name]")
    if not isinstance(names, Iterable):
        raise TypeError(f"names must be a list of strings, not {names!r}")
    if isinstance(names, Mapping) or any(hasattr(names, what) for what in ("columns", "column_names")):
        raise TypeError(f"names must be a list of strings; give one column of the {type(names).__name__}")
    if isinstance(names, Set):
        raise TypeError("names must be in an order; give sorted(names)")
    if getattr(names, "ndim", 1) != 1:
        raise TypeError("names must be an array of one dimension; give one column")
    texts = list(names)
    for place, name in enumerate(texts):
        if not isinstance(name, str):
            if not missing(name):
                raise TypeError(f"names must be strings; names[{place}] is {name!r}")
            texts[place] = ""
    return texts  # type: ignore[return-value]  # no None is left


def missing(value: object) -> bool:
    """Whether the value stands for none: None, NaN, or pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


class NameClassifier:
    """Says in which countries a name is common.

    >>> classifier = NameClassifier.load()
    >>> classifier.predict(["Schmidt"])[0][0].country
    'Germany'
    """

    def __init__(self, model: Checkpoint, prior: Prior | None = None, source: str = "") -> None:
        """A classifier under a prior: how likely each country is before the name is read.

        "data": as long as its list was; "sqrt": as the square root of that; "uniform": all alike; or a
        weight for each country that is possible; None: the one that the model was calibrated for.
        Raises DataError for a country that the model does not know, and weights that are none.
        """
        self.model = model
        self.source = source
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
        if not isinstance(prior, Mapping):
            raise TypeError(f"prior must be one of {', '.join(PRIORS)}, or weights by country")
        weights = np.zeros(len(self.countries))
        said: dict[int, str] = {}
        for country, weight in prior.items():
            place = self.index(country, "prior: ")
            if not isinstance(weight, int | float | np.number) or not 0 <= weight < math.inf:
                raise UnknownCountryError(
                    f"prior: the weight of {country!r} is {weight!r}; give a number from 0 up"
                )
            if place in said:
                raise UnknownCountryError(
                    f"prior: {said[place]!r} and {country!r} are one country; give it one weight"
                )
            said[place], weights[place] = country, weight
        if not weights.any():
            raise UnknownCountryError("prior: no country has a weight above 0; give one that has")
        return weights

    @classmethod
    def load(cls, path: str | Path | None = None, prior: Prior | None = None) -> "NameClassifier":
        """The model in this file, or the one that comes with the package. Raises CheckpointError."""
        file = BUNDLED_MODEL if path is None else Path(path)
        return cls(checkpoint.load(file), prior, "bundled" if file == BUNDLED_MODEL else str(file))

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that the model knows, sorted: the columns of `predict_proba`."""
        return self.model.countries

    def index(self, country: str, where: str = "") -> int:
        """The place of a country among `countries`, in whatever case and with or without its accents.

        Raises DataError, which begins with `where`.
        """
        if not isinstance(country, str):
            raise TypeError(f"{where}a country must be a string, not {country!r}")
        if country not in self.countries:
            for place, known in enumerate(self.countries):
                if label_key(known) == label_key(country):
                    return place
            hint = did_you_mean(country, self.countries) or f"it knows {', '.join(self.countries)}"
            raise UnknownCountryError(f"{where}{country!r} is no country of the model; {hint}")
        return self.countries.index(country)

    def __repr__(self) -> str:
        countries, members = len(self.countries), len(self.model.members)
        network = self.model.network
        return (
            f"<NameClassifier of {countries} countries: {members} × {network.cell} of "
            f"{network.hidden_size} units, {self.source or 'not from a file'}>"
        )

    def predict_proba(self, names: Iterable[str | None]) -> FloatArray:
        """The probability of each country for each name: (n, C) float32, each row's sum 1.

        It is the networks' average, calibrated, under the prior. Of a name with a share u of letters
        that the model does not know, it is moved that far towards the prior: all of the way for a name
        in another script. A missing name (None, NaN, pandas.NA) and one without a letter has a row of NaN.
        Raises TypeError for what is no list of names, CheckpointError for parameters that make no numbers.
        """
        texts = name_list(names)
        p = self.of_texts(texts)
        p[[not has_letters(text) for text in texts]] = np.nan
        return p

    def of_texts(self, texts: Sequence[str]) -> FloatArray:
        """As `predict_proba` of texts, one without a letter with the prior."""
        encoded = self.model.alphabet.encode(texts)
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
        return unknown + CUT if is_cut(name) else unknown

    def predict(self, names: Iterable[str | None], top_k: int = 3) -> list[list[Guess]]:
        """For each name its `top_k` likeliest countries, likeliest first; ties go to the first country.

        A missing name, and one without a letter, has an empty list. Raises as `predict_proba` does, and
        ValueError for a `top_k` below 1.
        """
        if top_k < 1:
            raise ValueError(f"top_k must be at least 1, not {top_k}")
        texts = name_list(names)
        guesses: list[list[Guess]] = []
        rows = max(1, ENTRIES // len(self.countries))
        for at in range(0, len(texts), rows):
            some = texts[at : at + rows]
            p = self.of_texts(some)
            ranking = np.argsort(-p, axis=1, kind="stable")[:, :top_k]
            chosen = np.take_along_axis(p, ranking, axis=1).tolist()  # lists: their numbers are read faster
            guesses += [
                [Guess(self.countries[c], q) for c, q in zip(best, row, strict=True)]
                if has_letters(text)
                else []
                for text, row, best in zip(some, chosen, ranking.tolist(), strict=True)
            ]
        return guesses

    def evaluate(
        self, examples: Sequence[Example], threshold: float = 0.0, known_labels: bool = False
    ) -> tuple["Metrics", Counter[str]]:
        """Metrics over the examples, and a count of the labels that the model does not know.

        A label is a country of the model in whatever case, with or without accents. An example of another
        label is a wrong answer, or with `known_labels` left out. Under the threshold an answer counts as
        none given: see Metrics. Raises DataError when the model knows none of the labels.
        """
        scored = self.score(examples, threshold, known_labels)
        return scored.metrics, scored.unknown

    def score(
        self, examples: Sequence[Example], threshold: float = 0.0, known_labels: bool = False
    ) -> "Evaluation":
        """As `evaluate`, and what the model says of each name."""
        from rnn_names.model.evaluation import Evaluation  # not above: to predict takes neither
        from rnn_names.model.metrics import UNKNOWN_LABEL

        for k, example in enumerate(examples):
            if not isinstance(example, Example) or not all(isinstance(text, str) for text in example[:2]):
                raise TypeError(f"examples must be of a name and a country; examples[{k}] is {example!r}")
        place = {country: k for k, country in enumerate(self.countries)}
        folded = {label_key(country): k for k, country in enumerate(self.countries)}
        column = {
            label: place.get(label, folded.get(label_key(label), UNKNOWN_LABEL))
            for label in {example.country for example in examples}
        }
        unknown = Counter(e.country for e in examples if column[e.country] == UNKNOWN_LABEL)
        if unknown.total() == len(examples):
            labels = ", ".join(label for label, _ in unknown.most_common(3)) or "none"
            raise DataError(
                f"there is no name to score: the model knows none of the labels ({labels}); "
                "use the model's own labels, or a model trained on these"
            )
        scored = [e for e in examples if not known_labels or column[e.country] != UNKNOWN_LABEL]
        truth = np.array([column[example.country] for example in scored], np.intp)
        p = self.of_texts([example.name for example in scored])
        return Evaluation(self.countries, scored, p, truth, unknown, threshold, known_labels)
