"""`rnn-names predict`."""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from rnn_names import tables
from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import Model, Prior, Threshold, Verbose, load, model_inputs
from rnn_names.files import check_apart, check_writable, replacing

if TYPE_CHECKING:
    from rnn_names.classifier import NameClassifier
    from rnn_names.report import Prediction, Writer
    from rnn_names.tables import Chunk, Table

REMEMBERED = 1 << 15  # different names whose answers are kept for when they come again
PIPE = 1 << 20  # bytes

app = OneCommand()


class PredictFormat(StrEnum):
    """Values of `predict --format`."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"


class InputFormat(StrEnum):
    """Values of `predict --input-format`."""

    text = "text"
    csv = "csv"
    tsv = "tsv"
    jsonl = "jsonl"


class DecodingErrors(StrEnum):
    """Values of `predict --encoding-errors`."""

    strict = "strict"
    replace = "replace"  # type: ignore[assignment]  # hides the method of strings, which no one calls


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError):
        raise typer.BadParameter(f"{name!r} is no encoding of text; try utf-8, latin-1, cp1252.") from None
    return name


def _delimiter(text: str | None) -> str | None:
    if text is not None and (len(text) != 1 or text in '\r\n"'):
        raise typer.BadParameter(f"{text!r} is not one character that can separate; for a tab give -t.")
    return text


@app.command()
def predict(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAMES]...", help="Names; - or none: a line each from the pipe."),
    ] = None,
    input: Annotated[
        Path | None,
        typer.Option(
            "-i",
            "--input",
            metavar="FILE",
            help="Text, a name a line, or a .csv, .tsv or .jsonl table; each may end in .gz. - : the pipe.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write, in the format it ends in."),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of a table, the column of names, or its number from 1.  [default: name; with -H: 1]",
            show_default=False,
        ),
    ] = None,
    input_format: Annotated[
        InputFormat | None,
        typer.Option(
            help="What the input is.  [default: as FILE ends; else csv with --column, -d or -H, else text]",
            show_default=False,
        ),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option("-d", "--delimiter", metavar="CHAR", callback=_delimiter, help="Of CSV, if no comma."),
    ] = None,
    tabs: Annotated[bool, typer.Option("-t", "--tabs", help="Columns are separated by tabs.")] = False,
    no_header: Annotated[
        bool, typer.Option("-H", "--no-header-row", help="The first row is no header.")
    ] = False,
    encoding: Annotated[
        str, typer.Option("-e", "--encoding", metavar="NAME", callback=_encoding, help="Of the input.")
    ] = "utf-8-sig",
    encoding_errors: Annotated[
        DecodingErrors, typer.Option(help="Bytes that are none in that encoding: stop, or put \ufffd.")
    ] = DecodingErrors.strict,
    model: Model = None,
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, help="Countries for each name.")] = 3,
    format: Annotated[
        PredictFormat | None,
        typer.Option(
            help="[default: as --output ends; else table on a terminal, else as the input, for text jsonl]",
            show_default=False,
        ),
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="TEXT", help="Put before the names of the columns that are added.")
    ] = "",
    prior: Prior = None,
    threshold: Threshold = 0.0,
    verbose: Verbose = False,
) -> None:
    """Say in which countries each name is common: one record for each name, in order.

    \b
      rnn-names predict Schmidt "García López"
      rnn-names predict -i people.csv --column surname -o countries.csv
      cut -f 2 people.tsv | rnn-names predict
    """
    given = bool(names) and names != ["-"]
    if names and input is not None:
        raise typer.BadParameter("give names or --input, not both.")
    if names and len(names) > 1 and "-" in names:
        raise typer.BadParameter("give names or -, not both.")
    if not names and input is None and sys.stdin.isatty():
        raise typer.BadParameter("no names; give some, or --input FILE, or pipe them in.")
    if delimiter and tabs:
        raise typer.BadParameter("give --delimiter or --tabs, not both.")
    piped = input is None or str(input) == "-"
    separated = delimiter is not None or tabs or no_header
    ending = None if input is None else tables.form_of(input)
    kind = input_format.value if input_format else ending
    kind = kind or ("tsv" if tabs else "csv" if separated or column is not None else "text")
    if (given and (separated or column or input_format)) or (kind == "text" and (separated or column)):
        raise typer.BadParameter("columns are those of a table; give --input one, or --input-format.")
    if separated and kind == "jsonl":
        raise typer.BadParameter("JSON lines have neither a delimiter nor a header.")
    if output is not None and str(output) != "-":
        if format is None and tables.form_of(output) is None:
            raise typer.BadParameter(
                f"--output {output} ends neither in .csv, .tsv, .jsonl nor these with .gz; give --format."
            )
        check_writable(output)
        # Not the input: it is read to its end before the output takes its place.
        check_apart(output, model_inputs(model, prior))
    else:
        output = None

    with ExitStack() as stack:
        if given and names:
            table: Table = tables.Lines(re.sub("[\r\n]", " ", name) + "\n" for name in names)
        else:
            source = "standard input" if piped else str(input)
            file = _pipe() if piped else stack.enter_context(tables.opened(Path(source)))
            mend = "give --encoding its own, or --encoding-errors replace"
            blocks = tables.read_bytes(file, source)
            text = tables.read_text(blocks, source, encoding, encoding_errors.value, mend)
            if kind == "text":
                table = tables.Lines(text)
            elif kind == "jsonl":
                table = tables.JsonLines(text, source, column or "name")
            else:
                separator = "\t" if tabs else delimiter or tables.DELIMITERS[kind]
                wanted = column or ("1" if no_header else "name")
                table = tables.Delimited(text, source, separator, wanted, not no_header)

        from rnn_names.report import writer

        classifier = load(model, verbose, prior)
        top_k = min(top_k, len(classifier.countries))
        ending = tables.form_of(output) if output else "table" if sys.stdout.isatty() else None
        form = format.value if format else ending or ("jsonl" if kind == "text" else kind)
        out = stack.enter_context(_opened(output))
        _write(table, classifier, top_k, threshold, writer(table, form, top_k, prefix, out))


def _write(
    table: "Iterable[Chunk]", classifier: "NameClassifier", top_k: int, threshold: float, out: "Writer"
) -> None:
    """Answer every record; a name that comes again is not worked out again."""
    known: dict[str, Any] = {}
    for names, rows in table:
        new = [name for name in dict.fromkeys(names) if name not in known]
        for prediction in _answers(classifier, new, top_k, threshold):
            known[prediction.name] = out.render(prediction)
        out.write(rows, [known[name] for name in names])
        if len(known) > REMEMBERED:  # those of this chunk are likely to come again
            known = {name: known[name] for name in names}
    out.end()


def _answers(
    classifier: "NameClassifier", names: list[str], top_k: int, threshold: float
) -> "Iterator[Prediction]":
    from rnn_names.report import Prediction

    for name, guesses in zip(names, classifier.predict(names, top_k), strict=True):
        yield Prediction(name, guesses, classifier.unknown_letters(name), threshold)


def _pipe() -> Any:
    """Standard input; a pipe made to hold more, so that of fast input much is there at a time."""
    with suppress(ImportError, AttributeError, OSError):  # only Linux knows this
        import fcntl

        fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
    return sys.stdin.buffer


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there when all is written; what UTF-8 has not as its escape."""
    if path is None:
        with suppress(AttributeError):  # a replaced stream may not be reconfigurable
            sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        yield sys.stdout
        return
    with replacing(path) as file:
        packed: Any = file
        if path.suffix.lower() == tables.GZIP:
            import gzip  # not above: seldom needed

            packed = gzip.GzipFile("", "wb", 6, file, mtime=0)
        text = io.TextIOWrapper(packed, "utf-8", "backslashreplace", newline="\n")
        yield text
        text.flush()
        text.detach()
        if packed is not file:
            packed.close()
