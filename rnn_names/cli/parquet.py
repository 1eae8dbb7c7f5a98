"""`predict -i x.parquet -o y.parquet`: record batches in, record batches out. Needs pyarrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_names.base.errors import DataError
from rnn_names.base.files import replacing
from rnn_names.model.arrow import answered, check_columns, is_text, types

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier

ROWS = 1 << 14  # in memory at a time


def predict_file(
    source: Path,
    output: Path,
    classifier: "NameClassifier",
    column: str | None,
    top_k: int,
    threshold: float,
    prefix: str = "",
) -> None:
    """Write the rows of a file with the answers to their names; columns and their types stay.

    Raises DataError for what is no Parquet file or has no such column of texts, and OutputError.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise DataError('Parquet needs pyarrow: pip install "rnn-names[arrow]"') from error
    wanted = column or "name"
    try:
        file = pq.ParquetFile(source)
    except FileNotFoundError:
        raise DataError(f"{source}: there is no such file; give one that is there") from None
    except (pa.ArrowException, OSError) as error:
        raise _unread(source, error) from error
    with file:
        schema = file.schema_arrow
        try:
            check_columns(schema.names, [wanted], top_k, prefix)
        except DataError as error:
            raise DataError(f"{source}: {error}") from None
        kind = schema.field(wanted).type
        if not is_text(kind):
            raise DataError(f"{source}: column {wanted!r} is of type {kind}; give a column of texts")
        full = pa.schema([*schema, *types(top_k, prefix)], schema.metadata)
        with replacing(output) as target, pq.ParquetWriter(target, full) as writer:
            for batch in _batches(file, source, (pa.ArrowException, OSError)):
                writer.write_batch(answered(classifier, batch, [wanted], top_k, threshold, prefix))


def _batches(file: Any, source: Path, errors: tuple[type[Exception], ...]) -> Iterator[Any]:
    """The record batches. Raises DataError for a damaged one."""
    try:
        yield from file.iter_batches(ROWS)
    except errors as error:
        raise _unread(source, error) from error


def _unread(source: Path, error: Exception) -> DataError:
    what = str(error).partition("\n")[0]
    return DataError(f"{source}: is not read as Parquet ({what}); give a whole Parquet file")
