"""`rnn-names predict`."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_names.base.files import STDOUT, check_apart, check_writable
from rnn_names.cli.answers import Answers, Writing, as_text, drawn
from rnn_names.cli.asked import asked, check_form, processes
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs
from rnn_names.cli.input_options import one_separator, text_encoding
from rnn_names.cli.models import load, model_inputs, model_path
from rnn_names.cli.options import By, GroupTable, Model, Prior, Raw, Threshold, Verbose, groups_of, one_of
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.tally import Tally
from rnn_names.cli.written import check_output, kept_encoding, opened_for_text
from rnn_names.names import tables
from rnn_names.names.bad_records import SKIP
from rnn_names.names.delimited import Delimited
from rnn_names.names.lines import Lines

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

app = OneCommand()
PARQUET = ".parquet"  # the ending of a Parquet file


def formats() -> list[str]:
    """The values of --format."""
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
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes that answer a large input, on Linux. The answers do not depend on it.  "
            "[default: one for each core, at most 8]",
            show_default=False,
        ),
    ] = None,
    stats: Annotated[
        Path | None,
        typer.Option(
            "--stats",
            metavar="FILE",
            help="Write what the line at the end says as JSON.",
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Say in which countries each name is common: one record for each name, in order.

    \b
      rnn-names predict Schmidt "García López"
      rnn-names predict -i people.csv --column surname -o countries.csv
      cut -f 2 people.tsv | rnn-names predict
      rnn-names predict Schmidt --map schmidt.svg
    """
    path = asked(names, input)
    form = replace(ctx.meta["form"], errors=encoding_errors.value)
    kind = form.kind_of(path)
    check_form(form, kind, of_arguments=path is None)
    tally, bad = Tally(), ctx.meta["bad"]
    if PARQUET in [file.suffix.lower() for file in (input, output) if file]:
        from rnn_names.cli.parquet import answer, files  # not above: seldom needed
        from rnn_names.model.columns import Question

        source, target = files(ctx, input, output)
        check_writable(target)
        inputs = [*model_inputs(model, prior), *([groups] if groups else [])]
        check_apart(target, inputs)
        check_outputs([stats] if stats else [], [source, target, *inputs])
        classifier = load(model, verbose, prior, raw)
        top_k, sums = min(top_k, len(classifier.countries)), groups_of(classifier.labels, by, groups)
        question = Question.of(classifier.labels, top_k, threshold, None, sums, codes, prefix)
        answer(source, target, classifier, question, form, bad, tally)
        tally.end(bad.count, model_path(model), stats)
        return
    if output is not None and str(output) != "-":
        check_output(output, format, model_inputs(model, prior))
        if path and ctx.meta["on_error"] == SKIP:
            check_apart(output, [path])  # or what is left out would be lost
    else:
        output = None
    pictures: dict[str, Path] = ctx.meta["pictures"]
    beside = pictures | ({"--stats": stats} if stats else {})
    if STDOUT in beside.values() and output is None:
        option = next(option for option, file in beside.items() if file == STDOUT)
        raise typer.BadParameter(f"{option} -: the answers are written there; give one of them a file.")
    if beside:
        check_outputs([*beside.values()], [path, output, *model_inputs(model, prior)])

    writing: Writing | None = None

    def waits(ready: Callable[[float], bool]) -> None:
        if writing:  # not while the header is read
            writing.waits(ready)

    with ExitStack() as stack:
        table: Table = (
            stack.enter_context(tables.opened(path, form, bad=bad, waits=waits))
            if path
            else Lines(as_text(names or []))
        )
        if kind == "text" and isinstance(table, Delimited):  # as its first line says
            kind = "tsv" if table.delimiter == "\t" else "csv"
        from rnn_names.show.prediction import Added
        from rnn_names.show.predictions import WRITERS

        classifier = load(model, verbose, prior, raw)
        top_k = min(top_k, len(classifier.countries))
        ending = tables.form_of(output) if output else "table" if sys.stdout.isatty() else None
        written = format or ending or ("jsonl" if kind == "text" else kind)
        out_encoding = kept_encoding(out_encoding, table, written, classifier.countries)
        out = stack.enter_context(opened_for_text(output, out_encoding))
        sums = groups_of(classifier.labels, by, groups)
        added = Added(
            prefix, "group" if groups else by.value if by else "", out_delimiter, decimal, escape_formulas
        )
        writer = WRITERS[written](table, top_k, added, out)
        answers = Answers(classifier, top_k, threshold, sums, codes)
        chunks = drawn(table, classifier, threshold, pictures) if pictures else table
        writing = Writing(answers, writer, tally, processes(workers))
        writing.write(chunks)
        others = len(table.header) - table.name_columns
        if written == "table" and others > 0:
            what = "another column" if others == 1 else f"{others} other columns"
            typer.echo(f"not shown: {what} of the input; --format {kind} keeps what is there", err=True)
    tally.end(bad.count, model_path(model), stats)
