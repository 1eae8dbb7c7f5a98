"""`rnn-names evaluate`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_names.cli.options import (
    CountryColumn,
    Data,
    Model,
    NameColumn,
    Prior,
    Threshold,
    Verbose,
    load,
    single_command,
    svg_file,
)
from rnn_names.errors import DataError
from rnn_names.files import check_writable

app = single_command()


class Part(StrEnum):
    """Values of --split."""

    test = "test"
    val = "val"
    train = "train"
    all = "all"


class EvaluateFormat(StrEnum):
    """Values of `evaluate --format`."""

    table = "table"
    json = "json"


HERE = Path("-")  # on standard output


def _svg_or_here(path: Path | None) -> Path | None:
    return path if path == HERE else svg_file(path)


@app.command()
def evaluate(
    data: Data = None,
    model: Model = None,
    split: Annotated[
        Part | None,
        typer.Option(
            help="The part of DATA to score.  [default: test for the model's own data, else all]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[EvaluateFormat, typer.Option(help="json: one object.")] = EvaluateFormat.table,
    name_column: NameColumn = "name",
    country_column: CountryColumn = "country",
    prior: Prior = None,
    threshold: Threshold = 0.0,
    confusion: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg|-",
            callback=_svg_or_here,
            help="Draw which countries are taken for which, similar ones together; -: a table.",
        ),
    ] = None,
    reliability: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg",
            callback=svg_file,
            help="Draw how often answers of each probability are right.",
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Score a model on DATA, or on the test part of the data that it was trained on.

    \b
      rnn-names evaluate
      rnn-names evaluate people.csv -m names.npz
      rnn-names evaluate --format json | jq .accuracy
      rnn-names evaluate --confusion confusion.svg --reliability reliability.svg
    """
    from rnn_names import dataset, report
    from rnn_names.metrics import evaluate as measure

    if confusion == HERE and format is EvaluateFormat.json:
        raise typer.BadParameter("--confusion - is a table; give it a file with --format json.")
    if confusion and reliability and confusion.resolve() == reliability.resolve():
        raise typer.BadParameter(f"--confusion and --reliability are both {confusion}; give two names.")
    for path in (confusion, reliability):
        if path and path != HERE:
            check_writable(path)
    classifier = load(model, verbose, prior)
    trained = classifier.model.data
    if data is None:
        name_column, country_column = trained.name_column, trained.country_column
        source = Path(trained.source) if trained.source else dataset.bundled_surnames()
        if not source.is_file() and not source.is_dir():  # a stranger's model may name a device
            raise DataError(
                f"{source}: the data that the model was trained on is not here; "
                "run this where it is, or give DATA"
            )
    else:
        source = data
    examples = dataset.read_examples(source, name_column, country_column)
    own = dataset.fingerprint(examples) == trained.fingerprint
    if data is None and not own:
        raise DataError(
            f"{source}: changed since the model was trained on it; "
            "give it as DATA to score every row, or train again"
        )
    part = split.value if split else "test" if own else "all"
    if part != "all":
        config = classifier.model.training
        parts = dataset.split(dataset.unique(examples), config.val_split, config.test_split, config.seed)
        if own and [len(names) for names in parts] != [trained.train, trained.val, trained.test]:
            raise DataError(
                f"{source}: this version divides it otherwise than the one that trained; train again"
            )
        examples = parts._asdict()[part]
        if not examples:
            raise DataError(f"{source}: its {part} part is empty; give --split all, or more data")
    p, truth, unknown = classifier.score(examples)
    metrics = measure(p, truth, classifier.countries, threshold)
    where = trained.source or "bundled surnames" if data is None else str(data)
    if not own and part == "all":
        typer.echo("names that the model was trained on count too; --split test leaves them out", err=True)
    where = report.printable(where)
    typer.echo(f"{where}, {part if part == 'all' else part + ' part'}: {metrics.n:,} names", err=True)
    for label, count in sorted(unknown.items()):
        typer.echo(
            f"left out: {count:,} names of {report.printable(label)!r}, a label unknown to the model",
            err=True,
        )
    if format is EvaluateFormat.json:
        typer.echo(report.metrics_json(metrics, unknown))
    else:
        report.write_metrics(metrics, sys.stdout)
    if confusion or reliability:
        _draw(confusion, reliability, p, truth, classifier.countries)


def _draw(
    confusion: Path | None, reliability: Path | None, p: Any, truth: Any, countries: tuple[str, ...]
) -> None:
    """Draw the pictures that are asked for, of probabilities (n, C) and true countries' indices (n,)."""
    from rnn_names import metrics, pictures, report, svg
    from rnn_names.confusion import count_pairs

    guess = p.argmax(axis=1)
    if confusion:
        pairs = count_pairs(guess, truth, countries)
        if confusion == HERE:
            report.write_confusion(pairs, sys.stdout)
        else:
            svg.write(confusion, pictures.confusion_matrix(pairs), "Which countries are taken for which")
    if reliability:
        bins = metrics.calibration_bins(p.max(axis=1), guess == truth)
        svg.write(reliability, pictures.reliability_diagram(bins), "How often answers are right")
