"""Answers to the names in a record batch of Arrow: the batch with columns added. Needs pyarrow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_names.model.columns import Question, answer_columns

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier


def fields(question: Question) -> list[Any]:
    """The fields that are added."""
    import pyarrow as pa

    of = {str: pa.string(), float: pa.float64()}
    return [pa.field(name, of[kind]) for name, kind in question.columns.items()]


def answered(
    classifier: "NameClassifier", batch: Any, names: Sequence[str | None], question: Question
) -> Any:
    """The record batch with the answers to these names, one name for each row."""
    import pyarrow as pa

    answers, added = answer_columns(classifier, names, question), fields(question)
    arrays = [pa.array(values, field.type) for values, field in zip(answers.values(), added, strict=True)]
    schema = pa.schema([*batch.schema, *added], batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*batch.columns, *arrays], schema=schema)


def joined(parts: Sequence[Sequence[str | None]]) -> list[str | None]:
    """The names in columns of texts, a row's parts joined by blanks; None where all are missing."""
    if len(parts) == 1:
        return list(parts[0])
    return [
        " ".join(filter(None, (p.strip() for p in row if p))) or None for row in zip(*parts, strict=True)
    ]


def is_text(kind: Any) -> bool:
    """Whether a column of this Arrow type holds texts, or nothing but nulls."""
    import pyarrow.types as of

    if of.is_dictionary(kind):
        kind = kind.value_type
    return any(check(kind) for check in (of.is_string, of.is_large_string, of.is_string_view, of.is_null))
