"""`rnn-names predict`."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rnn_names.cli.options import Model, Prior, Threshold, load, single_command
from rnn_names.errors import DataError

if TYPE_CHECKING:
    from rnn_names.classifier import NameClassifier
    from rnn_names.report import Prediction

STREAM_CHUNK = 8192  # lines read before they are answered

app = single_command()


class PredictFormat(StrEnum):
    """Values of `predict --format`."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"


@app.command()
def predict(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAMES]...", help="Names; - or none: a line each from the pipe."),
    ] = None,
    input: Annotated[
        Path | None,
        typer.Option("-i", "--input", metavar="FILE", help="A text file, one name a line; - : the pipe."),
    ] = None,
    model: Model = None,
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, help="Countries for each name.")] = 3,
    format: Annotated[
        PredictFormat | None,
        typer.Option(help="[default: table on a terminal, else jsonl]", show_default=False),
    ] = None,
    prior: Prior = None,
    threshold: Threshold = 0.0,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say which model is used.")] = False,
) -> None:
    """Say in which countries each name is common: one record for each name, in order.

    \b
      rnn-names predict Schmidt "García López"
      rnn-names predict -i names.txt --format csv > countries.csv
      cut -f 2 people.tsv | rnn-names predict
    """
    if names and input is not None:
        raise typer.BadParameter("give names or --input, not both.")
    if names and len(names) > 1 and "-" in names:
        raise typer.BadParameter("give names or -, not both.")
    lines: Iterable[str]
    if names and names != ["-"]:
        lines = names
    elif input is not None and str(input) != "-":
        lines = _file_lines(input)
    elif not names and input is None and sys.stdin.isatty():
        raise typer.BadParameter("no names; give some, or --input FILE, or pipe them in.")
    else:
        lines = _lines(sys.stdin.buffer, "standard input")
    first = list(
        islice(lines := iter(lines), STREAM_CHUNK)
    )  # so that a bad file is named before the model is read

    from rnn_names.report import write_predictions

    classifier = load(model, verbose, prior)
    top_k = min(top_k, len(classifier.countries))
    form = format.value if format else "table" if sys.stdout.isatty() else "jsonl"
    write_predictions(_answers(classifier, chain(first, lines), top_k, threshold), form, top_k, sys.stdout)


def _answers(
    classifier: "NameClassifier", names: Iterable[str], top_k: int, threshold: float
) -> "Iterator[Prediction]":
    from rnn_names.report import Prediction

    names = iter(names)
    while chunk := list(islice(names, STREAM_CHUNK)):
        for name, guesses in zip(chunk, classifier.predict(chunk, top_k), strict=True):
            yield Prediction(name, guesses, classifier.unknown_letters(name), threshold)


def _file_lines(path: Path) -> Iterator[str]:
    try:
        file = path.open("rb")
        file.peek(1)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; give a text file, one name a line") from error
    with file:
        yield from _lines(file, str(path))


def _lines(file: BinaryIO, source: str) -> Iterator[str]:
    for number, line in enumerate(file, start=1):
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise DataError(
                f"{source}, line {number}: byte 0x{line[error.start]:02x} is not UTF-8; "
                "convert the input to UTF-8"
            ) from error
        if number == 1:
            text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        yield text.removesuffix("\n").removesuffix("\r")
