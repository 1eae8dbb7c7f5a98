"""Answers as columns: a dict of arrays, or a frame of the kind that the names came in."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.base.errors import DataError
from rnn_names.model.arguments import check_top_k, name_list

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.model.ranking import Guess

UNKNOWN = "unknown"  # the answer below the threshold


def check_threshold(threshold: float) -> None:
    """Raise TypeError or ValueError unless it is a number from 0 to 1."""
    if isinstance(threshold, bool) or not isinstance(threshold, int | float | np.number):
        raise TypeError(f"threshold must be a number from 0 to 1, not {threshold!r}")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be from 0 to 1, not {threshold}")


def column_names(top_k: int) -> list[str]:
    """The columns that are added: country, probability, country_2 and so on, unknown_letters."""
    places = ["", *(f"_{place}" for place in range(2, top_k + 1))]
    return [*(f"{what}{k}" for k in places for what in ("country", "probability")), "unknown_letters"]


def check_free(columns: Sequence[str], top_k: int, prefix: str = "") -> None:
    """Raise DataError if one of the columns has the name of one that is added."""
    taken = [prefix + name for name in column_names(top_k) if prefix + name in columns]
    if taken:
        raise DataError(f"there is a column {taken[0]!r} already; rename it")


def answer_columns(
    classifier: "NameClassifier", names: Iterable[str | None], top_k: int = 1, threshold: float = 0.0
) -> dict[str, list[Any]]:
    """The answer to each name, as a list a column; repeated names are answered once.

    A missing name, or one without a letter, has no answer: None. Of an answer below the threshold the
    country is `unknown`; its probability stays.
    """
    check_top_k(top_k)
    check_threshold(threshold)
    texts = name_list(names)
    place: dict[str, int] = {}
    of_name = [place.setdefault(text, len(place)) for text in texts]
    distinct = list(place)
    rows = [
        _row(answer.guesses, top_k, threshold, answer.unknown_letters)
        for answer in classifier.answers(distinct, top_k)
    ]
    columns = column_names(top_k)
    return {name: [rows[k][at] for k in of_name] for at, name in enumerate(columns)}


def _row(guesses: "Sequence[Guess]", top_k: int, threshold: float, unknown: str) -> list[Any]:
    row: list[Any] = [cell for guess in guesses for cell in guess]
    if guesses and guesses[0].probability < threshold:
        row[0] = UNKNOWN
    return [*row, *[None] * (2 * top_k - len(row)), unknown]


def framed(columns: dict[str, list[Any]], names: Any) -> Any:
    """The columns as a pandas or Polars DataFrame or an Arrow table, as `names` are; else as arrays."""
    library = type(names).__module__.partition(".")[0]
    if library == "pandas":
        frame = sys.modules["pandas"].DataFrame(columns, index=getattr(names, "index", None))
        for name in columns:
            if name.startswith("probability"):
                frame[name] = frame[name].astype(float)
        return frame
    if library == "polars":
        polars = sys.modules["polars"]
        return polars.DataFrame(
            columns, schema={n: polars.Float64 if _real(n) else polars.String for n in columns}
        )
    if library == "pyarrow":
        pa = sys.modules["pyarrow"]
        return pa.table(
            {
                n: pa.array(values, pa.float64() if _real(n) else pa.string())
                for n, values in columns.items()
            }
        )
    return {n: np.array(values, float if _real(n) else object) for n, values in columns.items()}


def _real(column: str) -> bool:
    return column.startswith("probability")
