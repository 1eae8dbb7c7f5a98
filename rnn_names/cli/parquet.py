"""`predict -i x.parquet -o y.parquet`: record batches in, record batches out. Needs pyarrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from rnn_names.base.errors import DataError
from rnn_names.base.files import replacing
from rnn_names.cli.tally import Tally
from rnn_names.model.arrow import answered, fields, is_text, joined
from rnn_names.model.columns import Question
from rnn_names.model.threshold import UNKNOWN
from rnn_names.names.columns import columns, found
from rnn_names.names.delimited import MEND
from rnn_names.names.header import check_free, say_columns

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.bad_records import BadRecords
    from rnn_names.names.tables import Format

ROWS = 1 << 14  # in memory at a time
# Options that say how text is read or written, or how answers are drawn.
OF_TEXT = (
    "input_format",
    "delimiter",
    "tabs",
    "no_header",
    "quoting",
    "sheet",
    "encoding",
    "encoding_errors",
    "format",
    "out_delimiter",
    "out_encoding",
    "decimal",
    "escape_formulas",
    "workers",
    "map",
)


def files(ctx: typer.Context, source: Path | None, output: Path | None) -> tuple[Path, Path]:
    """The two files. Raises BadParameter unless both are of Parquet, and for options that are OF_TEXT."""
    if source is None or output is None or source.suffix.lower() != output.suffix.lower():
        raise typer.BadParameter("Parquet is answered as Parquet: give -i and -o a .parquet file.")
    for parameter in ctx.command.params:
        given = ctx.get_parameter_source(str(parameter.name))
        if parameter.name in OF_TEXT and given and given.name != "DEFAULT":
            option = max(parameter.opts, key=len)
            raise typer.BadParameter(f"{option} has no meaning for Parquet files; leave it out.")
    return source, output


def answer(
    source: Path,
    output: Path,
    classifier: "NameClassifier",
    question: Question,
    form: "Format",
    bad: "BadRecords",
    tally: Tally,
) -> None:
    """Write and count the rows of a file with the answers to their names; columns and their types stay.

    A name that is not UTF-8 is a bad record. Raises DataError for a file that is not Parquet or has no such
    column of texts, and OutputError.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise DataError('Parquet needs pyarrow: pip install "rnn-names[arrow]"') from error
    try:
        file = pq.ParquetFile(source)
    except FileNotFoundError:
        raise DataError(f"{source}: there is no such file; give one that is there") from None
    except (pa.ArrowException, OSError) as error:
        raise _unread(source, error) from error
    with file:
        schema = file.schema_arrow
        check_free(schema.names, question.columns, str(source))
        places = _places(schema, source, form)
        full = pa.schema([*schema, *fields(question)], schema.metadata)
        row = 1
        with replacing(output) as target, pq.ParquetWriter(target, full) as writer:
            for batch in _batches(file, source, (pa.ArrowException, OSError)):
                kept, names = _named(batch, places, source, row, bad)
                found = answered(classifier, kept, names, question)
                writer.write_batch(found)
                verdict = found.column(question.prefix + ("answer" if question.groups else "country"))
                tally.records += found.num_rows
                tally.blank += verdict.null_count
                tally.below_threshold += verdict.to_pylist().count(UNKNOWN)
                row += batch.num_rows


def _places(schema: Any, source: Path, form: "Format") -> list[int]:
    """The places of the columns of the name: those that are asked for, else by the words of the header."""
    header, mend = list(schema.names), MEND.format("--column")
    chosen = None if form.column else found(header, str(source))
    places = chosen or columns(header, form.column or "name", str(source), mend)
    for place in places:
        if not is_text(schema.field(place).type):
            kind = schema.field(place).type
            raise DataError(f"{source}: column {header[place]!r} is of type {kind}; give a column of texts")
    if chosen:
        say_columns(form.note, str(source), [header[place] for place in chosen])
    return places


def _named(
    batch: Any, places: list[int], source: Path, first: int, bad: "BadRecords"
) -> tuple[Any, list[str | None]]:
    """The rows that are kept, and the name in each; the batch begins at row `first` of the file."""
    parts = [batch.column(place) for place in places]
    try:
        return batch, joined([part.to_pylist() for part in parts])
    except UnicodeDecodeError:  # row by row
        kept, names = list[int](), list[str | None]()
    for row in range(batch.num_rows):
        name = None
        try:
            (name,) = joined([[part[row].as_py()] for part in parts])
        except UnicodeDecodeError as error:
            text = error.object.decode(errors="replace")
            what, mend = "the name is not UTF-8", "write it as UTF-8"
            if not bad.found(str(source), first + row, what, mend, text, cells=True, unit="row"):
                continue
        kept.append(row)
        names.append(name)
    return batch.take(kept), names


def _batches(file: Any, source: Path, errors: tuple[type[Exception], ...]) -> Iterator[Any]:
    """The record batches. Raises DataError for a damaged one."""
    try:
        yield from file.iter_batches(ROWS)
    except errors as error:
        raise _unread(source, error) from error


def _unread(source: Path, error: Exception) -> DataError:
    what = str(error).partition("\n")[0]
    return DataError(f"{source}: is not read as Parquet ({what}); give a whole Parquet file")
