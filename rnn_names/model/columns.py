"""Answers as columns: a dict of arrays, or a frame of the kind that the names came in."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.model.answer_columns import of_countries, of_group
from rnn_names.model.arguments import check_top_k, name_list
from rnn_names.model.threshold import UNKNOWN, check_threshold, fall_back
from rnn_names.names.groups import Groups, GroupsAsked, asked
from rnn_names.names.labels import Labels

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.model.ranking import Answer


@dataclass(frozen=True)
class Question:
    """What is asked about each name; it determines the columns of the answer.

    Raises TypeError or ValueError for a `top_k` that is no whole number from 1 up, or a threshold that is
    no number from 0 to 1.
    """

    top_k: int = 1
    threshold: float = 0.0
    groups: Groups | None = None
    codes: bool = False
    prefix: str = ""

    def __post_init__(self) -> None:
        check_top_k(self.top_k)
        check_threshold(self.threshold)

    @classmethod
    def of(
        cls,
        labels: Labels,
        top_k: int = 1,
        threshold: float = 0.0,
        by: str | None = None,
        groups: GroupsAsked | None = None,
        codes: bool = False,
        prefix: str = "",
    ) -> "Question":
        """The question in a caller's words: see `groups.asked`. Raises DataError if it has no answer."""
        question = cls(top_k, threshold, asked(labels, by, groups), codes, prefix)
        if codes:
            labels.code(labels.labels[0])  # raises if the labels have no codes
        return question

    @property
    def columns(self) -> dict[str, type]:
        """The columns of the answer in their order, each with its type: text or number."""
        kinds = of_countries(self.top_k) | of_group(self.groups.what if self.groups else "")
        return {self.prefix + name: kind for name, kind in kinds.items()}


def answer_columns(
    classifier: "NameClassifier", names: Iterable[str | None], question: Question
) -> dict[str, list[Any]]:
    """The answer to each name, one list a column; repeated names are answered once.

    A missing name, or one without a letter, has no answer: None. Below the threshold the country is
    `unknown`, beside the probability of the likeliest country.
    """
    texts = name_list(names)
    place: dict[str, int] = {}
    of_name = [place.setdefault(text, len(place)) for text in texts]
    rows = [
        _row(answer, question, classifier.labels)
        for answer in classifier.answers([*place], question.top_k, question.groups)
    ]
    return {name: [rows[k][at] for k in of_name] for at, name in enumerate(question.columns)}


def _row(answer: "Answer", question: Question, labels: Labels) -> list[Any]:
    guesses, threshold = answer.guesses, question.threshold
    if question.codes:
        guesses = [guess._replace(country=labels.code(guess.country)) for guess in guesses]
    row: list[Any] = [cell for guess in guesses for cell in guess]
    if guesses and guesses[0].probability < threshold:
        row[0] = UNKNOWN
    row += [*[None] * (2 * question.top_k - len(row)), answer.unknown_letters]
    if question.groups and answer.groups:
        (group,) = answer.groups
        row += [*group, *fall_back(guesses[0], group, threshold, question.groups.what)]
    elif question.groups:
        row += [None] * 4
    return row


def framed(columns: dict[str, list[Any]], kinds: dict[str, type], names: Any) -> Any:
    """The columns as a pandas or Polars DataFrame or an Arrow table, as `names` are; else as arrays."""
    library = type(names).__module__.partition(".")[0]
    if library == "pandas":
        frame = sys.modules["pandas"].DataFrame(columns, index=getattr(names, "index", None))
        for name, kind in kinds.items():
            if kind is float:
                frame[name] = frame[name].astype(float)
        return frame
    if library == "polars":
        polars = sys.modules["polars"]
        of = {str: polars.String, float: polars.Float64}
        return polars.DataFrame(columns, schema={name: of[kind] for name, kind in kinds.items()})
    if library == "pyarrow":
        pa = sys.modules["pyarrow"]
        types = {str: pa.string(), float: pa.float64()}
        return pa.table({name: pa.array(columns[name], types[kind]) for name, kind in kinds.items()})
    return {
        name: np.array(columns[name], float if kind is float else object) for name, kind in kinds.items()
    }
