"""Answers to the names in a record batch of Arrow: the batch with columns added. Needs pyarrow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_names.base.errors import DataError
from rnn_names.base.text import did_you_mean
from rnn_names.model.columns import answer_columns, check_free, column_names

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier


def check_columns(columns: Sequence[str], wanted: Sequence[str], top_k: int, prefix: str = "") -> None:
    """Raise DataError if a column of names is missing, or a column has the name of one that is added."""
    for name in wanted:
        if name not in columns:
            hint = did_you_mean(name, columns) or f"it has {', '.join(columns) or 'no column'}"
            raise DataError(f"there is no column {name!r}; {hint}")
        if [*columns].count(name) > 1:
            raise DataError(f"there is more than one column {name!r}; rename the others")
    check_free(columns, top_k, prefix)


def types(top_k: int, prefix: str = "") -> list[Any]:
    """The fields that are added."""
    import pyarrow as pa

    of_texts, of_numbers = pa.string(), pa.float64()
    return [
        pa.field(prefix + name, of_numbers if name.startswith("probability") else of_texts)
        for name in column_names(top_k)
    ]


def answered(
    classifier: "NameClassifier",
    batch: Any,
    wanted: Sequence[str],
    top_k: int,
    threshold: float,
    prefix: str = "",
) -> Any:
    """The record batch with the answers to its names; those of several columns are joined by blanks."""
    import pyarrow as pa

    names = joined([batch.column(batch.schema.get_field_index(name)) for name in wanted])
    answers = answer_columns(classifier, names, top_k, threshold)
    fields = types(top_k, prefix)
    added = [pa.array(values, field.type) for values, field in zip(answers.values(), fields, strict=True)]
    schema = pa.schema([*batch.schema, *fields], batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)


def joined(columns: Sequence[Any]) -> list[str | None]:
    """The names in the columns, a row's parts joined by blanks; None where all parts are missing."""
    parts = [column.to_pylist() for column in columns]
    if len(parts) == 1:
        return list(parts[0])
    return [" ".join(filter(None, row)) or None for row in zip(*parts, strict=True)]


def is_text(kind: Any) -> bool:
    """Whether a column of this Arrow type holds texts, or nothing but nulls."""
    import pyarrow.types as of

    if of.is_dictionary(kind):
        kind = kind.value_type
    return any(check(kind) for check in (of.is_string, of.is_large_string, of.is_string_view, of.is_null))
