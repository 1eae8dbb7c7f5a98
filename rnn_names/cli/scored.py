"""Where `evaluate` writes the names that it scored, and in which format it prints the figures."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from rnn_names.base.files import is_regular

if TYPE_CHECKING:
    from rnn_names.insight.mistakes import Mistake
    from rnn_names.model.evaluation import Run

RECORDS = (".csv", ".tsv", ".jsonl")
PACKED = tuple(f"{ending}.gz" for ending in RECORDS)


class Format(StrEnum):
    """Values of --format."""

    table = "table"
    json = "json"
    csv = "csv"


def records_file(path: Path | None) -> Path | None:
    """The value of --predictions, if its ending says how to write."""
    if path is not None and is_regular(path) and not path.name.lower().endswith(RECORDS + PACKED):
        raise typer.BadParameter(
            f"{path} does not end in {', '.join(RECORDS)}, or one of these and .gz, and is not -."
        )
    return path


def show(runs: "Sequence[Run]", format: Format, wrong: "Sequence[Sequence[Mistake]]", out: TextIO) -> None:
    """Print the figures and, where --errors asks for them, the mistakes of each run."""
    from rnn_names.base.text import printable
    from rnn_names.show import evaluation
    from rnn_names.show.mistakes import write_mistakes, write_mistakes_csv

    if format is Format.json:
        typer.echo(evaluation.evaluation_json(runs, wrong), out)
        return
    if format is Format.csv:
        if wrong:
            write_mistakes_csv(runs, wrong, out)
        else:
            evaluation.write_labels(runs, out)
        return
    if len(runs) == 1:
        evaluation.write_metrics(runs[0].evaluation, out)
    else:
        evaluation.write_comparison(runs, out)
        evaluation.write_compared(runs, out)
    for run, found in zip(runs, wrong, strict=False):  # none without --errors
        if len(runs) > 1:
            typer.echo(printable(run.title), out)
        if found:
            write_mistakes(found, out)
        else:  # not the head of a table without rows
            typer.echo("no wrong answers", out)
