"""`rnn-names predict`."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_names.base.errors import DataError
from rnn_names.base.files import STDOUT, check_apart, check_writable, is_regular
from rnn_names.cli.answers import Answers, drawn, write
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs
from rnn_names.cli.options import (
    By,
    GroupTable,
    Model,
    Prior,
    Raw,
    Threshold,
    Verbose,
    check_no_paths,
    groups_of,
    load,
    model_inputs,
    one_of,
)
from rnn_names.cli.reading import DataCommand, one_separator, text_encoding
from rnn_names.cli.written import opened_for_text
from rnn_names.names import tables
from rnn_names.names.records import Delimited, Lines
from rnn_names.names.source import STDIN

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

app = OneCommand()
PARQUET = ".parquet"  # the ending of a file of columns


def formats() -> list[str]:
    """What --format may be."""
    from rnn_names.show.predictions import WRITERS

    return list(WRITERS)


def _decimal(value: str) -> str:
    return one_of(value, [".", ","])


def _format(name: str | None) -> str | None:
    return None if name is None else one_of(name, formats())


class PredictCommand(DrawingCommand, DataCommand):
    """Reads names without labels, can draw the answers, and lists the formats in its help."""

    reading = tuple(name for name in DataCommand.reading if name != "label_column")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with the formats."""
        for parameter in self.params:
            if parameter.name == "format":
                parameter.metavar = "|".join(formats())
        super().format_help(ctx, formatter)


class DecodingErrors(StrEnum):
    """Values of `predict --encoding-errors`."""

    strict = "strict"
    replace = "replace"  # type: ignore[assignment]  # hides the method of strings, which no one calls


@app.command(cls=PredictCommand)
def predict(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAMES]...",
            help="Names; with - or without names, one name a line from standard input.",
        ),
    ] = None,
    input: Annotated[
        Path | None,
        typer.Option(
            "-i",
            "--input",
            metavar="FILE",
            help="Text with one name a line, or a .csv, .tsv or .jsonl table; each may be packed "
            "(gzip, bzip2, xz). - reads standard input.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Where to write; the ending decides the format. - is standard output.",
        ),
    ] = None,
    encoding_errors: Annotated[
        DecodingErrors,
        typer.Option(help="What to do with bytes that the encoding does not have: stop, or put \ufffd."),
    ] = DecodingErrors.strict,
    model: Model = None,
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, help="Countries for each name.")] = 3,
    format: Annotated[
        str | None,
        typer.Option(
            callback=_format,
            autocompletion=formats,
            help="[default: by the ending of --output; else table on a terminal, else that of the input, "
            "jsonl for text]",
            show_default=False,
        ),
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="TEXT", help="Put this before the names of the added columns.")
    ] = "",
    out_delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="CHAR",
            callback=one_separator,
            help="Delimiter of CSV that is written.  [default: that of the input, else a comma]",
            show_default=False,
        ),
    ] = None,
    out_encoding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=text_encoding,
            help="Encoding of what is written; utf-8-sig has the mark that Excel looks for.  [default: in "
            "CSV that of a CSV input, else utf-8]",
            show_default=False,
        ),
    ] = None,
    decimal: Annotated[
        str,
        typer.Option(
            metavar="CHAR", callback=_decimal, help="Decimal mark of probabilities in CSV: . or ,"
        ),
    ] = ".",
    escape_formulas: Annotated[
        bool,
        typer.Option(
            "--escape-formulas",
            help="In CSV, put an apostrophe before cells that begin with = + - @, but for numbers.",
        ),
    ] = False,
    prior: Prior = None,
    raw: Raw = False,
    threshold: Threshold = 0.0,
    by: By = None,
    groups: GroupTable = None,
    codes: Annotated[
        bool, typer.Option("--codes", help="Write countries as ISO 3166 codes of two letters.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Say in which countries each name is common: one record for each name, in order.

    \b
      rnn-names predict Schmidt "García López"
      rnn-names predict -i people.csv --column surname -o countries.csv
      cut -f 2 people.tsv | rnn-names predict
      rnn-names predict Schmidt --map schmidt.svg
    """
    if names and input is not None:
        raise typer.BadParameter("give names or --input, not both.")
    if names and len(names) > 1 and "-" in names:
        raise typer.BadParameter("give names or -, not both.")
    if not names and input is None and sys.stdin.isatty():
        raise typer.BadParameter("no names; give some, or --input FILE, or pipe them in.")
    given = bool(names) and names != ["-"]
    path = None if given else input or STDIN
    form = replace(ctx.meta["form"], errors=encoding_errors.value)
    kind = form.kind_of(path)
    if (given and (form.of_table or form.kind)) or (kind == "text" and form.of_table):
        raise typer.BadParameter("columns are those of a table; give --input one, or --input-format.")
    if kind in ("jsonl", "json") and (form.delimiter or not form.header):
        raise typer.BadParameter("JSON has neither a delimiter nor a header.")
    if given:
        check_no_paths(
            names or [], "a person of that name is asked for by a pipe: echo NAME | rnn-names predict"
        )
    if path and path.is_dir():
        raise DataError(
            f"{path}: is a folder; give one of its files, or pipe them in: "
            f"cat {path}/*.txt | rnn-names predict"
        )
    if PARQUET in [file.suffix.lower() for file in (input, output) if file]:
        from rnn_names.cli.parquet import answer, files  # not above: seldom needed
        from rnn_names.model.columns import Question

        source, target = files(ctx, input, output)
        check_writable(target)
        check_apart(target, [*model_inputs(model, prior), *([groups] if groups else [])])
        classifier = load(model, verbose, prior, raw)
        top_k, sums = min(top_k, len(classifier.countries)), groups_of(classifier.labels, by, groups)
        question = Question.of(classifier.labels, top_k, threshold, None, sums, codes, prefix)
        answer(source, target, classifier, question, form, ctx.meta["bad"])
        return
    if output is not None and str(output) != "-":
        if format is None and tables.form_of(output) is None and is_regular(output):
            raise typer.BadParameter(
                f"--output {output} ends neither in .csv, .tsv, .jsonl, .json nor these packed "
                "(.gz, .bz2, .xz, .zst); give --format."
            )
        check_writable(output)
        # Not the input: it is read to its end before the output takes its place.
        check_apart(output, model_inputs(model, prior))
    else:
        output = None
    pictures: dict[str, Path] = ctx.meta["pictures"]
    if STDOUT in pictures.values() and output is None:
        raise typer.BadParameter("--map -: the answers are written there; give one of them a file.")
    if pictures:
        check_outputs([*pictures.values()], [path, output, *model_inputs(model, prior)])

    with ExitStack() as stack:
        table: Table = (
            stack.enter_context(tables.opened(path, form, bad=ctx.meta["bad"]))
            if path
            else Lines(_as_text(names or []))
        )
        if kind == "text" and isinstance(table, Delimited):  # as its first line says
            kind = "tsv" if table.delimiter == "\t" else "csv"
        from rnn_names.show.predictions import WRITERS, Added

        classifier = load(model, verbose, prior, raw)
        top_k = min(top_k, len(classifier.countries))
        ending = tables.form_of(output) if output else "table" if sys.stdout.isatty() else None
        written = format or ending or ("jsonl" if kind == "text" else kind)
        out_encoding = _encoding(out_encoding, table, written, classifier.countries)
        out = stack.enter_context(opened_for_text(output, out_encoding))
        sums = groups_of(classifier.labels, by, groups)
        added = Added(
            prefix, "group" if groups else by.value if by else "", out_delimiter, decimal, escape_formulas
        )
        writer = WRITERS[written](table, top_k, added, out)
        answers = Answers(classifier, top_k, threshold, sums, codes)
        chunks = drawn(table, classifier, threshold, pictures) if pictures else table
        write(chunks, answers, writer)
        others = len(table.header) - table.name_columns
        if written == "table" and others > 0:
            what = "another column" if others == 1 else f"{others} other columns"
            typer.echo(f"not shown: {what} of the input; --format {kind} keeps what is there", err=True)


def _encoding(asked: str | None, table: "Table", form: str, countries: Sequence[str]) -> str:
    """The encoding to write in: what is asked for, else that of a table that is written as a table.

    Raises BadParameter if what is asked for lacks a letter of a country; what is kept gives way to UTF-8.
    """
    kept = table.encoding if form in ("csv", "tsv") else "utf-8"
    try:
        "".join(countries).encode(asked or kept)
    except UnicodeEncodeError as error:
        lacks = f"{asked or kept} lacks {error.object[error.start]!r}, which a country has"
        if asked:
            raise typer.BadParameter(f"--out-encoding: {lacks}; give utf-8-sig.") from error
        typer.echo(f"written as utf-8-sig: {lacks}", err=True)
        return "utf-8-sig"
    return asked or kept


def _as_text(names: list[str]) -> Iterator[str]:
    """The names of the command line as a text, a line each."""
    yield "".join(re.sub("[\r\n]", " ", name) + "\n" for name in names)
