"""`rnn-names check`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_names.base.bundled import BUNDLED
from rnn_names.base.text import in_shell, printable
from rnn_names.cli.command import OneCommand
from rnn_names.cli.models import load, model_name, model_path
from rnn_names.cli.options import TableOrJson, Verbose
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.runs import unknown_label

if TYPE_CHECKING:
    from rnn_names.insight.doubts import Doubts
    from rnn_names.names.example import Example
    from rnn_names.names.findings import Check
    from rnn_names.names.survey import Survey
    from rnn_names.names.tables import Format

app = OneCommand()
PREFIX = "predicted_"  # for the columns that predict adds, if the file has one of these names
LISTED = 20  # rows whose label is most in doubt


@app.command(cls=DataCommand)
def check(
    ctx: typer.Context,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]",
            help="Any file that predict or train reads, with labels or without, or a folder of <Label>.txt "
            "files. - reads standard input.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "-m",
            "--model",
            metavar="FILE",
            help=f"A model that knows these labels, or {BUNDLED}: list the {LISTED} rows whose label it "
            "doubts most. Of rows that it was trained on it doubts too few.  [default: none]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[TableOrJson, typer.Option(help="json: one object.")] = TableOrJson.table,
    verbose: Verbose = False,
) -> None:
    """Say how DATA is read and what is in it, and print the commands to use.

    \b
      rnn-names check people.csv
      rnn-names check names.csv --label-column language
      rnn-names check names.csv -m bundled
      rnn-names check my_labels/ --format json | jq -r '.warnings[]'

    Without DATA it reads the bundled surnames. Warnings leave the exit code 0; data that cannot be
    read is an error.
    """
    from rnn_names.base.bundled import bundled_surnames
    from rnn_names.base.errors import DataError
    from rnn_names.names import checks
    from rnn_names.names.survey import survey
    from rnn_names.show import tables
    from rnn_names.show.check import write_check

    source = data or bundled_surnames()
    if verbose:
        typer.echo(f"data: {printable(str(source))}", err=True)
    if source.suffix.lower() == ".parquet" and source.is_file():
        answers = _path(str(source.with_suffix("")) + ".answers.parquet")
        raise DataError(
            f"{source}: is Parquet, which only predict reads: "
            f"rnn-names predict -i {_path(str(source))} -o {answers}"
        )
    form, bad = ctx.meta["form"], ctx.meta["bad"]
    read, examples = survey(source, form, bad)
    found = checks.check(examples)
    doubted = None if model is None else _doubts(model, examples, verbose)
    warnings = [*read.warnings, *found.warnings]
    commands = _commands(read, found, form, ctx.meta["on_error"], data)
    if format is TableOrJson.json:
        of_model = {} if doubted is None else {"doubts": _record(doubted)}
        told = {**asdict(read), "bad_records": bad.count, **asdict(found), **of_model}
        typer.echo(tables.to_json({**told, "warnings": warnings, "commands": commands}))
        return
    write_check(read, found, doubted, bad.count, warnings, commands.values(), sys.stdout)


def _doubts(model: Path, examples: "list[Example]", verbose: bool) -> "Doubts":
    """What the model says of the labels, and notes on what it cannot say."""
    from rnn_names.insight.doubts import doubts

    classifier = load(model, verbose, None)
    found = doubts(classifier, [each for each in examples if each.country], LISTED)
    for label, n in sorted(found.unknown.items()):
        typer.echo(f"not judged: {unknown_label(label, n, classifier.countries)}", err=True)
    typer.echo(
        f"{model_name(model_path(model))} doubts too few of the rows that it was trained on: "
        "it has learned their labels, right or wrong",
        err=True,
    )
    return found


def _record(doubted: "Doubts") -> dict[str, object]:
    """The doubts for JSON."""
    from rnn_names.show.mistakes import mistake_record

    listed = [mistake_record(one, "label") for one in doubted.mislabelled]
    return {**doubted._asdict(), "mislabelled": listed}


def _commands(
    read: "Survey", found: "Check", form: "Format", on_error: str, data: Path | None
) -> dict[str, str]:
    """The command lines that answer the names and train on them, except those that would be refused."""
    from rnn_names.model.answer_columns import TOP, of_countries
    from rnn_names.names.columns import called_labels, key
    from rnn_names.names.spelling import label_key

    options = _options(read, form)
    going_on = [] if on_error == "stop" else ["--on-error", on_error]
    said = {} if data is None else {"path": _path(read.file)}
    commands = {}
    if read.form != "folder":
        added = {*of_countries(3), TOP}
        taken = not added.isdisjoint(map(key, read.header))
        prefix = ["--prefix", PREFIX] if taken else []
        commands["predict"] = " ".join(["rnn-names predict -i", said["path"], *options, *prefix, *going_on])
    keys = {label_key(label) for label in found.labels}
    if len(keys) > 1 and len(keys) == len(found.labels) and "unknown" not in keys:
        by_itself = [read.header[k] for k in called_labels(read.header)] if form.header else ["2"]
        usual = read.label_column is None or by_itself == [read.label_column]
        label = [] if usual else ["--label-column", in_shell(_column(read, read.label_column or ""))]
        commands["train"] = " ".join(["rnn-names train", *said.values(), *options, *label, *going_on])
    return commands


def _column(read: "Survey", name: str) -> str:
    """What an option calls a column: its name, or its number if the name stands twice."""
    from rnn_names.names.columns import key

    names = [key(each) for each in read.header]
    return str(names.index(key(name)) + 1) if names.count(key(name)) > 1 else name


def _options(read: "Survey", form: "Format") -> list[str]:
    """The options by which the file is read in the same way; defaults are left out."""
    is_table = read.form in ("csv", "tsv", "sheet")
    options = ["--input-format", form.kind] if form.kind else []
    for column in (form.column or "").split("\n") if form.column and read.form != "text" else []:
        options += ["--column", column]
    if form.delimiter and is_table:
        options += ["-t"] if form.delimiter == "\t" else ["-d", form.delimiter]
    options += ["-H"] if is_table and not form.header else []
    options += ["--quoting", "none"] if is_table and not form.quoted else []
    options += ["--sheet", form.sheet] if form.sheet else []
    if form.encoding or (read.guessed and read.encoding):
        options += ["-e", form.encoding or read.encoding or ""]
    return [in_shell(option) for option in options]


def _path(path: str) -> str:
    """A path as the shell takes it; a leading - is not taken for an option."""
    return in_shell(f"./{path}" if path.startswith("-") and path != "-" else path)
