"""Names to ranked countries: the Python API."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import BUNDLED, BUNDLED_MODEL
from rnn_names.model import checkpoint
from rnn_names.model.answered import Answered, places
from rnn_names.model.arguments import check_top_k, name_list
from rnn_names.model.calibrated import CalibratedModel
from rnn_names.model.calibration import Prior
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.ranking import Answer, Guess
from rnn_names.names.dirt import suspects
from rnn_names.names.encoded import Encoded
from rnn_names.names.example import Labelled
from rnn_names.names.spelling import has_letters, is_cut

if TYPE_CHECKING:
    from rnn_names.model.evaluation import Evaluation
    from rnn_names.model.metrics import Metrics
    from rnn_names.names.groups import Groups, GroupsAsked


ENTRIES = 1 << 20  # probabilities in memory at a time
CUT = "[cut]"  # ends the unknown_letters of a name that was not read to its end


class NameClassifier(CalibratedModel):
    """Predicts in which countries a name is common.

    >>> classifier = NameClassifier.load()
    >>> classifier.predict(["Schmidt"])[0][0].country
    'Germany'
    """

    def __init__(
        self, model: Checkpoint, prior: Prior | None = None, source: str = "", raw: bool = False
    ) -> None:
        """A classifier under a prior: how likely each country is before the name is read.

        "data" is proportional to the length of a country's list, "sqrt" to its square root, "uniform" makes
        all equal, "population" favours countries with more people. A mapping gives a weight to each
        possible country. None is the prior that the model was calibrated for. The classifier reads the name
        in each text, without titles and the like, unless `raw` is true: see `names.cleaning`.
        Raises DataError for a country that the model does not know, and for an invalid weight.
        """
        super().__init__(model, prior)
        self.source = source
        self.raw = raw

    @classmethod
    def load(
        cls, path: str | Path | None = None, prior: Prior | None = None, raw: bool = False
    ) -> "NameClassifier":
        """The model in this file, or the bundled model; the other arguments are those of the constructor.

        Raises CheckpointError for any other file (MissingModelError if there is none), and what the
        constructor raises.
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
        return self.of_encoded(self.model.alphabet.encode(self.read(texts)))

    def read(self, texts: Sequence[str]) -> Sequence[str]:
        """The part of each text that is read: the name in it, or all of it if `raw` is true."""
        odd = [] if self.raw else suspects(texts)
        if not odd:
            return texts
        from rnn_names.names.cleaning import clean  # not above: seldom needed

        found = [*texts]
        for k in odd:
            found[k] = clean(texts[k])
        return found

    def has_name(self, text: str) -> bool:
        """Whether the text has a name: a letter in the part that is read."""
        return has_letters(*self.read([text]))

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
        """The answer to each name: countries, unknown letters, group. Raises what `predict` raises."""
        texts = name_list(names)
        check_top_k(top_k)
        return [one for some in self.answered(texts, top_k, groups) for one in some.one_by_one()]

    def answered(self, texts: list[str], top_k: int, groups: "Groups | None" = None) -> Iterator[Answered]:
        """The same answers to texts, as columns, for some of the texts at a time."""
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
        """The names as they are read, encoded, and p, at most ENTRIES probabilities at a time."""
        rows = max(1, ENTRIES // len(self.countries))
        for at in range(0, len(texts), rows):
            part = self.read(texts[at : at + rows])
            encoded = self.model.alphabet.encode(part)
            yield part, encoded, self.of_encoded(encoded)

    def evaluate(
        self, examples: Sequence[Labelled], threshold: float = 0.0, known_labels: bool = False
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
        self, examples: Sequence[Labelled], threshold: float = 0.0, known_labels: bool = False
    ) -> "Evaluation":
        """As `evaluate`, with the answer to each name."""
        from rnn_names.model.evaluation import score  # not above: prediction does not need it

        return score(self, examples, threshold, known_labels)
