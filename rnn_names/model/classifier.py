"""Names to ranked countries: the Python API."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import BUNDLED, BUNDLED_MODEL
from rnn_names.base.errors import CheckpointError
from rnn_names.model import checkpoint
from rnn_names.model.answered import Answered, places
from rnn_names.model.arguments import check_top_k, name_list
from rnn_names.model.calibration import Prior, adjust, prior_weights, trained_prior
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.ranking import Answer, Guess, answers, ranked
from rnn_names.names.dirt import suspects
from rnn_names.names.encoded import Encoded
from rnn_names.names.example import Example
from rnn_names.names.labels import Labels
from rnn_names.names.spelling import is_cut
from rnn_names.network.scores import forward

if TYPE_CHECKING:
    from rnn_names.model.evaluation import Evaluation
    from rnn_names.model.metrics import Metrics
    from rnn_names.names.groups import Groups, GroupsAsked


ENTRIES = 1 << 20  # probabilities in memory at a time: they nearly stay in the cache
WORKERS = 2  # threads that score a long list; a short one takes none
LARGEST_SCORE = 1e30  # over the lowest temperature it is finite yet
CUT = "[cut]"  # what unknown_letters says of a name that was not read to its end


def checked(z: FloatArray) -> FloatArray:
    """The scores. Raises CheckpointError if they overflow."""
    if not np.abs(z).max(initial=0) < LARGEST_SCORE:  # also true of NaN
        raise CheckpointError("a score of the model overflows; use another, or train it again")
    return z


class NameClassifier:
    """Predicts in which countries a name is common.

    >>> classifier = NameClassifier.load()
    >>> classifier.predict(["Schmidt"])[0][0].country
    'Germany'
    """

    def __init__(
        self, model: Checkpoint, prior: Prior | None = None, source: str = "", raw: bool = False
    ) -> None:
        """A classifier under a prior: how likely each country is before the name is read.

        "data" is by the length of its list, "sqrt" by the square root of that, "uniform" makes all equal. A
        mapping gives a weight to each possible country. None is the prior that the model was calibrated
        for. Of each text the name in it is read, without titles and the like, unless `raw` is true: see
        `names.cleaning`.
        Raises DataError for a country that the model does not know, and for an invalid weight.
        """
        self.model = model
        self.labels = Labels(model.countries)
        self.source = source
        self.workers = WORKERS
        self.raw = raw
        counts = np.array(model.counts, float)
        self._trained = trained_prior(counts, model.training.class_weight)
        self._own = prior_weights(model.training.prior, counts, self.labels)
        weights = self._own if prior is None else prior_weights(prior, counts, self.labels)
        weights = weights / weights.max()  # first, because the sum may overflow
        self.prior = weights / weights.sum()

    @classmethod
    def load(
        cls, path: str | Path | None = None, prior: Prior | None = None, raw: bool = False
    ) -> "NameClassifier":
        """The model in this file, or the bundled model; the other arguments are those of the constructor.

        Raises CheckpointError for what is no model of rnn-names (MissingModelError where there is no file),
        and what the constructor raises.
        """
        file = BUNDLED_MODEL if path is None else Path(path)
        return cls(checkpoint.load(file), prior, BUNDLED if file == BUNDLED_MODEL else str(file), raw)

    @classmethod
    def from_bytes(cls, data: bytes, source: str, prior: Prior | None = None) -> "NameClassifier":
        """The model in the bytes of the file `source`. Raises CheckpointError."""
        return cls(checkpoint.load(source, data), prior, source)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that the model knows, sorted: the columns of `predict_proba`."""
        return self.model.countries

    def index(self, country: str, where: str = "") -> int:
        """The index of a country in `countries`, ignoring case and accents.

        Raises DataError, whose message begins with `where`.
        """
        return self.labels.index(country, where)

    def __repr__(self) -> str:
        countries, members = len(self.countries), len(self.model.members)
        network = self.model.network
        return (
            f"<NameClassifier of {countries} countries: {members} × {network.cell} of "
            f"{network.hidden_size} units, {self.source or 'not from a file'}>"
        )

    def predict_proba(self, names: Iterable[str | None]) -> FloatArray:
        """The probability of each country for each name: (n, C) float32, each row's sum 1.

        The probabilities are those of the averaged networks, calibrated, under the prior. A share u of
        unknown letters moves a name that far towards the prior: all the way for a name in a script that the
        model does not know. A missing name (None, NaN, pandas.NA) or one without a letter is a row of NaN.
        Raises TypeError for anything but a list of names, and CheckpointError if the scores overflow.
        """
        texts = name_list(names)
        found = np.empty((len(texts), len(self.countries)), np.float32)
        at = 0
        for part, encoded, p in self._in_parts(texts):
            p[self.model.alphabet.unnamed(part, encoded)] = np.nan
            found[at : at + len(p)] = p
            at += len(p)
        return found

    def of_texts(self, texts: Sequence[str]) -> FloatArray:
        """As `predict_proba`, for texts only; a text without a letter gets the prior."""
        return self._of_encoded(self.model.alphabet.encode(self.read(texts)))

    def _of_encoded(self, encoded: Encoded) -> FloatArray:
        return self.calibrated(self.scores(encoded), encoded)

    def read(self, texts: Sequence[str]) -> Sequence[str]:
        """What is read of each text: the name in it, or all of it if `raw` is true."""
        odd = [] if self.raw else suspects(texts)
        if not odd:
            return texts
        from rnn_names.names.cleaning import clean  # not above: seldom needed

        found = [*texts]
        for k in odd:
            found[k] = clean(texts[k])
        return found

    def scores(self, encoded: Encoded) -> FloatArray:
        """The scores z (n, C), averaged over the networks. Raises CheckpointError if they overflow."""
        model = self.model
        with np.errstate(all="ignore"):
            z = sum(forward(params, model.network, encoded, self.workers) for params in model.members)
        z = np.asarray(z / np.float32(len(model.members)))
        return checked(z)

    def calibrated(self, z: FloatArray, encoded: Encoded, temperature: float | None = None) -> FloatArray:
        """p (n, C) from the averaged scores z of these names, as in `predict_proba`; as precise as z.

        `temperature` takes the place of the model's own.
        """
        model = self.model
        t = self._temperatures(encoded) if temperature is None else temperature
        p = adjust(z, self._trained, self._own, t, self.prior)
        u = model.alphabet.unknown_share(encoded).astype(p.dtype)[:, None]
        if u.any():
            p = (1 - u) * p + u * self.prior.astype(p.dtype)
        return p

    def _temperatures(self, encoded: Encoded) -> float | FloatArray:
        """The temperature, or (n, 1) for each name its own: a name of one word may have another."""
        model, blank = self.model, self.model.alphabet.symbols.find(" ")
        if model.alone is None or blank < 0 or not len(encoded.lengths):
            return model.temperature
        several = np.logical_or.reduceat(encoded.symbols == blank, encoded.starts)
        return np.where(several, model.temperature, model.alone)[:, None]

    def unknown_letters(self, name: str) -> str:
        """The letters of the name that the model does not know, followed by `CUT` if the name was cut.

        A name is cut after LONGEST characters, with runs of blanks counted as one.
        """
        return self._unknown_letters(*self.read([name]))

    def _unknown_letters(self, name: str) -> str:
        unknown = self.model.alphabet.unknown(name)
        return unknown + CUT if is_cut(name) else unknown

    def predict(self, names: Iterable[str | None], top_k: int = 3) -> list[list[Guess]]:
        """The `top_k` likeliest countries of each name, likeliest first; ties go to the smaller index.

        A missing name, or one without a letter, gets an empty list. Raises what `predict_proba` raises, and
        TypeError or ValueError for a `top_k` that is no whole number from 1 up.
        """
        return [answer.guesses for answer in self.answers(names, top_k)]

    def predict_by(
        self, names: Iterable[str | None], groups: "Groups", top_k: int = 3
    ) -> list[tuple[list[Guess], list[Guess]]]:
        """For each name its countries, as `predict` has them, and its likeliest group of countries."""
        return [(answer.guesses, answer.groups) for answer in self.answers(names, top_k, groups)]

    def answers(
        self, names: Iterable[str | None], top_k: int = 3, groups: "Groups | None" = None
    ) -> list[Answer]:
        """What is said of each name: countries, unknown letters, group. Raises what `predict` raises."""
        texts = name_list(names)
        check_top_k(top_k)
        found: list[Answer] = []
        for part, encoded, p in self._in_parts(texts):
            unnamed = self.model.alphabet.unnamed(part, encoded)
            guesses = ranked(p, self.countries, top_k, unnamed)
            likeliest_group = (
                ranked(groups.add_up(p), groups.names, 1, unnamed) if groups else [[] for _ in part]
            )
            found += answers(guesses, self._unknown_in(part, encoded), likeliest_group)
        return found

    def answered(self, texts: list[str], top_k: int, groups: "Groups | None" = None) -> Iterator[Answered]:
        """The same answers to texts, as lists: to some of the texts at a time."""
        at = 0
        for part, encoded, p in self._in_parts(texts):
            names, at = texts[at : at + len(part)], at + len(part)
            yield Answered(
                names=names,
                countries=places(p, self.countries, top_k),
                unknown_letters=self._unknown_in(part, encoded),
                group=places(groups.add_up(p), groups.names, 1)[0] if groups else None,
                nameless=self.model.alphabet.unnamed(part, encoded),
            )

    def _unknown_in(self, names: Sequence[str], encoded: Encoded) -> list[str]:
        """The unknown letters of each of the names, which are as they are read."""
        unknown = [""] * len(names)
        for k in self.model.alphabet.suspects(names, encoded):
            unknown[k] = self._unknown_letters(names[k])
        return unknown

    def predict_frame(
        self,
        names: Iterable[str | None],
        top_k: int = 1,
        threshold: float = 0.0,
        by: str | None = None,
        groups: "GroupsAsked | None" = None,
        codes: bool = False,
    ) -> Any:
        """The answers as columns, a row for each name: those that `rnn-names predict` writes as CSV.

        top_k      countries for each name: `country`, `probability`, `country_2` and so on
        threshold  a probability, from 0 to 1; below it the country is `unknown`
        by         "region" adds `region`, `region_probability`, `answer` and `level`. The answer is the
                   country, or the region if only that reaches the threshold, else `unknown`; the level says
                   which: `country`, `region`, `unknown`
        groups     the same over groups of your own, called `group`: a mapping of each country to its group,
                   or the file of a table with the columns country and group
        codes      countries are ISO 3166 codes of two letters

        `unknown_letters` are those that the model does not know. Names in a pandas Series give a DataFrame
        with its index, those in a Polars Series or a pyarrow array a DataFrame or a table; all others give
        a dict of arrays. A missing name, or one without a letter, has None and NaN (null in frames that
        have it). Raises what `predict` raises, TypeError or ValueError for a threshold that is no number
        from 0 to 1 and for `by` beside `groups`, and DataError for labels that have no region, group or
        code.
        """
        from rnn_names.model.columns import Question, answer_columns, framed  # not above: seldom needed

        question = Question.of(self.labels, top_k, threshold, by, groups, codes)
        return framed(answer_columns(self, names, question), question.columns, names)

    def save(self, path: str | Path, bits: int = 32) -> None:
        """Write the model to a file, its parameters in 32, 16, 8 or 4 bits each.

        `load` reads it. The prior of this classifier is not part of the file. Raises OutputError and
        CheckpointError.
        """
        checkpoint.save(path, self.model, bits)

    def _in_parts(self, texts: list[str]) -> Iterator[tuple[Sequence[str], Encoded, FloatArray]]:
        """The names as they are read, encoded, and p: of at most ENTRIES probabilities at a time."""
        rows = max(1, ENTRIES // len(self.countries))
        for at in range(0, len(texts), rows):
            part = self.read(texts[at : at + rows])
            encoded = self.model.alphabet.encode(part)
            yield part, encoded, self._of_encoded(encoded)

    def evaluate(
        self, examples: Sequence[Example], threshold: float = 0.0, known_labels: bool = False
    ) -> tuple["Metrics", Counter[str]]:
        """The metrics of the examples, and the count of each label that the model does not know.

        Labels are compared without case and accents. An example of an unknown label counts as wrong; with
        `known_labels` it is left out. One whose name has no letter is left out. An answer below the
        threshold counts as not given: see Metrics. Raises DataError if the model knows none of the labels,
        or if there is no name.
        """
        scored = self.score(examples, threshold, known_labels)
        return scored.metrics, scored.unknown

    def score(
        self, examples: Sequence[Example], threshold: float = 0.0, known_labels: bool = False
    ) -> "Evaluation":
        """As `evaluate`, with the answer to each name."""
        from rnn_names.model.evaluation import score  # not above: prediction does not need it

        return score(self, examples, threshold, known_labels)
