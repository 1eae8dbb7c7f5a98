"""`rnn-names evaluate`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from rnn_names.base.errors import DataError, QualityError
from rnn_names.base.files import check_apart, check_writable
from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import (
    MODEL_ORDER,
    Prior,
    TableOrJson,
    Threshold,
    Verbose,
    finite,
    load,
    model_inputs,
    model_path,
    svg_file,
)
from rnn_names.cli.reading import DataCommand

if TYPE_CHECKING:
    from rnn_names.insight.confusion import Confusion
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.model.evaluation import Evaluation, Run
    from rnn_names.model.own_data import DataSet

RECORDS = (".csv", ".tsv", ".jsonl")

app = OneCommand()


class Part(StrEnum):
    """Values of --split."""

    test = "test"
    val = "val"
    train = "train"
    all = "all"


class Named(NamedTuple):
    """A model, and what it is called."""

    name: str
    classifier: "NameClassifier"


def _least(value: float | None) -> float | None:
    return None if value is None else finite(value)


def _records_file(path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() not in RECORDS:
        raise typer.BadParameter(f"{path} does not end in {', '.join(RECORDS)}.")
    return path


HERE = Path("-")  # on standard output


def _svg_or_here(path: Path | None) -> Path | None:
    return path if path == HERE else svg_file(path)


@app.command(cls=DataCommand)
def evaluate(
    ctx: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATA]...",
            help="Folders of <Label>.txt files, or .csv or .tsv files with a header.",
        ),
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            "-m",
            "--model",
            metavar="FILE",
            help=f"A model; may be given several times.  [default: {MODEL_ORDER}]",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        Part | None,
        typer.Option(
            help="The part of DATA to score.  [default: test for what one of the models was trained on, "
            "else all]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        TableOrJson, typer.Option(help="json: one object; of several models or data, an array of them.")
    ] = TableOrJson.table,
    min_accuracy: Annotated[
        float | None,
        typer.Option(callback=_least, min=0, max=1, help="Fail, with exit code 1, under this accuracy."),
    ] = None,
    min_macro_f1: Annotated[
        float | None,
        typer.Option(callback=_least, min=0, max=1, help="Fail, with exit code 1, under this macro-F1."),
    ] = None,
    errors: Annotated[
        int, typer.Option(metavar="N", min=0, help="List the N most confident mistakes of each model.")
    ] = 0,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=_records_file,
            help="Write what is said of each name to a .csv, .tsv or .jsonl file.",
        ),
    ] = None,
    prior: Prior = None,
    threshold: Threshold = 0.0,
    known_labels: Annotated[
        bool,
        typer.Option(
            "--known-labels",
            help="Leave out names whose label the model does not know; else they are wrong answers.",
        ),
    ] = False,
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
    """Score models on DATA, or each on the test part of the data that it was trained on.

    \b
      rnn-names evaluate
      rnn-names evaluate people.csv staff.csv -m old.npz -m new.npz
      rnn-names evaluate --format json | jq .accuracy
      rnn-names evaluate people.csv --min-accuracy 0.7 --errors 20
      rnn-names evaluate --confusion confusion.svg --reliability reliability.svg
    """
    from rnn_names.model.own_data import DataSet, own_source
    from rnn_names.names.examples import read_examples
    from rnn_names.names.source import name_of
    from rnn_names.show import evaluation
    from rnn_names.show.confusion import write_confusion

    if confusion == HERE and format is TableOrJson.json:
        raise typer.BadParameter("--confusion - is a table; give it a file with --format json.")
    if (confusion or reliability) and max(len(model or []), len(data or [])) > 1:
        raise typer.BadParameter("a picture is of one model and one DATA; give one of each.")
    paths: Sequence[Path | None] = model or [None]
    outputs = [path for path in (confusion, reliability, predictions) if path and path != HERE]
    inputs = [*(data or []), *(file for each in paths for file in model_inputs(each, prior))]
    for place, path in enumerate(outputs):
        check_writable(path)
        check_apart(path, [*inputs, *outputs[:place]])
    models = [_named(path, verbose, prior) for path in paths]
    if outputs and not data:
        sources = [own_source(each.classifier.model.data) for each in models]
        for path in outputs:
            check_apart(path, sources)
    given = [DataSet(name_of(path), read_examples(path, ctx.meta["form"])) for path in data or []]
    runs = []
    for run in _runs(models, given, split, partial(_score, threshold=threshold, known_labels=known_labels)):
        _note(run, several=len(models) > 1 or len(given) > 1)
        runs.append(run)
    _note_unlike(runs)
    if predictions is not None:
        evaluation.save_scored_names(runs, predictions)
    _draw(confusion, reliability, runs[0].evaluation)
    failures = list(_failures(runs, min_accuracy, min_macro_f1))
    try:
        _show(runs, format, errors)
        if confusion == HERE:
            write_confusion(_pairs(runs[0].evaluation), sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the results has had enough, which makes them no better
        if not failures:
            raise
    if failures:
        raise QualityError(*failures)


def _named(path: Path | None, verbose: bool, prior: str | None) -> Named:
    from rnn_names.base.bundled import BUNDLED_MODEL

    file = model_path(path, verbose=False)
    return Named("bundled" if file == BUNDLED_MODEL else str(file), load(path, verbose, prior))


def _runs(
    models: Sequence[Named],
    given: "Sequence[DataSet]",
    split: Part | None,
    score: "Callable[[Named, DataSet, Part], Run]",
) -> "Iterator[Run]":
    """Each model on each data set, in its turn; where none is given, on what it was trained on."""
    from rnn_names.model.own_data import own_data, own_source

    if not given:
        for model in models:
            trained = model.classifier.model.data
            data = own_data(trained)
            if not data.taught(trained):
                raise DataError(
                    f"{own_source(trained)}: changed since the model was trained on it; "
                    "give it as DATA to score every row, or train again"
                )
            yield score(model, data, split or Part.test)
    taught = [model.classifier.model.data for model in models]
    for data in given:
        part = split or (Part.test if any(map(data.taught, taught)) else Part.all)
        for model in models:
            yield score(model, data, part)
        if part is Part.all and not all(map(data.taught, taught)):
            typer.echo(
                "names that the model was trained on count too; --split test leaves them out", err=True
            )


def _score(model: Named, data: "DataSet", part: Part, threshold: float, known_labels: bool) -> "Run":
    """One model on one part of one data set: all that tables, files and pictures are made of."""
    from rnn_names.model.evaluation import Run

    examples = data.part(model.classifier.model, part.value)
    try:
        evaluation = model.classifier.score(examples, threshold, known_labels)
        return Run(model.name, data.name, part.value, evaluation)
    except DataError as error:
        raise DataError(f"{model.name} on {data.name}: {error}") from error


def _note(run: "Run", several: bool) -> None:
    """Say what is scored, and what is left out."""
    from rnn_names.base.text import printable

    where = run.title if several else run.names
    typer.echo(f"{printable(where)}: {run.evaluation.metrics.n:,} names", err=True)
    for label, count in sorted(run.evaluation.unknown.items()):
        what = "left out" if run.evaluation.left_out else "counted as wrong"
        typer.echo(
            f"{what}: {count:,} names of {printable(label)!r}, a label unknown to the model", err=True
        )


def _note_unlike(runs: "Sequence[Run]") -> None:
    """Say of which data not all models have scored the same names."""
    from rnn_names.base.text import printable

    first = {run.data: run for run in reversed(runs)}
    for data in dict.fromkeys(
        run.data for run in runs if run.evaluation.examples != first[run.data].evaluation.examples
    ):
        typer.echo(
            f"{printable(data)}: the models score different names, for they divide it otherwise or know "
            "other labels; compare with care",
            err=True,
        )


def _failures(
    runs: "Sequence[Run]", min_accuracy: float | None, min_macro_f1: float | None
) -> Iterator[str]:
    """A line for each run and figure that is below what is asked for."""
    from rnn_names.base.text import printable

    for run in runs:
        where, metrics = printable(run.title), run.evaluation.metrics
        for figure, value, least in (
            ("accuracy", metrics.accuracy, min_accuracy),
            ("macro-F1", metrics.macro_f1, min_macro_f1),
        ):
            if least is not None and value < least:
                yield (
                    f"{where}: {figure} {value:.4f} is {least - value:.2g} below "
                    f"{least:g}; ask for less, or train a better model"
                )


def _show(runs: "Sequence[Run]", format: TableOrJson, errors: int) -> None:
    from rnn_names.show import evaluation

    if format is TableOrJson.json:
        typer.echo(evaluation.evaluation_json(runs, errors))
        return
    if len(runs) == 1:
        evaluation.write_metrics(runs[0].evaluation.metrics, sys.stdout)
    else:
        evaluation.write_comparison(runs, sys.stdout)
    if errors:
        evaluation.write_mistakes(runs, errors, sys.stdout)


def _pairs(scored: "Evaluation") -> "Confusion":
    from rnn_names.insight.confusion import count_pairs
    from rnn_names.model.metrics import UNKNOWN_LABEL

    told = scored.covered & (scored.truth != UNKNOWN_LABEL)
    return count_pairs(scored.answer[told], scored.truth[told], scored.countries)


def _draw(confusion: Path | None, reliability: Path | None, scored: "Evaluation") -> None:
    """Draw the pictures that are asked for."""
    from rnn_names.model.metrics import UNKNOWN_LABEL, calibration_bins
    from rnn_names.show import svg
    from rnn_names.show.confusion import confusion_matrix
    from rnn_names.show.reliability import reliability_diagram

    if confusion and confusion != HERE:
        picture = confusion_matrix(_pairs(scored))
        svg.write(confusion, picture, "Which countries are taken for which")
    if reliability:
        known = scored.truth != UNKNOWN_LABEL
        bins = calibration_bins(scored.probability[known], (scored.answer == scored.truth)[known])
        svg.write(reliability, reliability_diagram(bins), "How often answers are right")
