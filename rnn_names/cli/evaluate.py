"""`rnn-names evaluate`."""

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import (
    MODEL_ORDER,
    CountryColumn,
    NameColumn,
    Prior,
    TableOrJson,
    Threshold,
    Verbose,
    finite,
    load,
    model_inputs,
    model_path,
    svg_file,
    training_source,
)
from rnn_names.errors import DataError, QualityError
from rnn_names.files import check_apart, check_writable

if TYPE_CHECKING:
    from rnn_names.classifier import NameClassifier
    from rnn_names.confusion import Confusion
    from rnn_names.dataset import Example
    from rnn_names.evaluation import Evaluation
    from rnn_names.report import Run

RECORDS = (".csv", ".tsv", ".jsonl")

app = OneCommand()


class Part(StrEnum):
    """Values of --split."""

    test = "test"
    val = "val"
    train = "train"
    all = "all"


class DataSet(NamedTuple):
    """Every row of a file or folder, what it is called, and its fingerprint."""

    name: str
    examples: "list[Example]"
    fingerprint: str


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


@app.command()
def evaluate(
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
    """Score models on DATA, or each on the test part of the data that it was trained on.

    \b
      rnn-names evaluate
      rnn-names evaluate people.csv staff.csv -m old.npz -m new.npz
      rnn-names evaluate --format json | jq .accuracy
      rnn-names evaluate people.csv --min-accuracy 0.7 --errors 20
      rnn-names evaluate --confusion confusion.svg --reliability reliability.svg
    """
    from rnn_names import report

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
        sources = [training_source(each.classifier.model.data) for each in models]
        for path in outputs:
            check_apart(path, sources)
    given = [_read(path, str(path), name_column, country_column) for path in data or []]
    runs = []
    for run in _runs(models, given, split, threshold):
        _note(run, several=len(models) > 1 or len(given) > 1)
        runs.append(run)
    _note_unlike(runs)
    if predictions is not None:
        report.save_scored_names(runs, predictions)
    _draw(confusion, reliability, runs[0].evaluation)
    failures = list(_failures(runs, min_accuracy, min_macro_f1))
    try:
        _show(runs, format, errors)
        if confusion == HERE:
            report.write_confusion(_pairs(runs[0].evaluation), sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the results has had enough, which makes them no better
        if not failures:
            raise
    if failures:
        raise QualityError(*failures)


def _named(path: Path | None, verbose: bool, prior: str | None) -> Named:
    from rnn_names.classifier import BUNDLED_MODEL

    file = model_path(path, verbose=False)
    return Named("bundled" if file == BUNDLED_MODEL else str(file), load(path, verbose, prior))


def _read(path: Path, name: str, name_column: str, country_column: str) -> DataSet:
    from rnn_names import dataset

    examples = dataset.read_examples(path, name_column, country_column)
    return DataSet(name, examples, dataset.fingerprint(examples))


def _own_data(classifier: "NameClassifier") -> DataSet:
    """What the model was trained on, if it is still there and the same."""
    trained = classifier.model.data
    source = training_source(trained)
    data = _read(source, trained.source or "bundled surnames", trained.name_column, trained.country_column)
    if data.fingerprint != trained.fingerprint:
        raise DataError(
            f"{source}: changed since the model was trained on it; "
            "give it as DATA to score every row, or train again"
        )
    return data


def _runs(
    models: Sequence[Named], given: Sequence[DataSet], split: Part | None, threshold: float
) -> "Iterator[Run]":
    """Each model on each data set, in its turn; where none is given, on what it was trained on."""
    if not given:
        for model in models:
            yield score(model, _own_data(model.classifier), split or Part.test, threshold)
    learned = {model.classifier.model.data.fingerprint for model in models}
    for data in given:
        part = split or (Part.test if data.fingerprint in learned else Part.all)
        for model in models:
            yield score(model, data, part, threshold)
        if part is Part.all and learned != {data.fingerprint}:
            typer.echo(
                "names that the model was trained on count too; --split test leaves them out", err=True
            )


def score(model: Named, data: DataSet, part: Part, threshold: float) -> "Run":
    """One model on one part of one data set: all that tables, files and pictures are made of."""
    from rnn_names.report import Run

    examples = _part(model.classifier, data, part)
    try:
        return Run(model.name, data.name, part.value, model.classifier.score(examples, threshold))
    except DataError as error:
        raise DataError(f"{model.name} on {data.name}: {error}") from error


def _part(classifier: "NameClassifier", data: DataSet, part: Part) -> "list[Example]":
    from rnn_names import dataset

    if part is Part.all:
        return data.examples
    config, trained = classifier.model.training, classifier.model.data
    parts = dataset.split(dataset.unique(data.examples), config.val_split, config.test_split, config.seed)
    own = data.fingerprint == trained.fingerprint
    if own and [len(names) for names in parts] != [trained.train, trained.val, trained.test]:
        raise DataError(
            f"{data.name}: this version divides it otherwise than the one that trained; train again"
        )
    examples: list[Example] = parts._asdict()[part.value]
    if not examples:
        raise DataError(f"{data.name}: its {part} part is empty; give --split all, or more data")
    return examples


def _note(run: "Run", several: bool) -> None:
    """Say what is scored, and what is left out."""
    from rnn_names.report import printable

    where = run.title if several else run.names
    typer.echo(f"{printable(where)}: {run.evaluation.metrics.n:,} names", err=True)
    for label, count in sorted(run.evaluation.unknown.items()):
        typer.echo(
            f"left out: {count:,} names of {printable(label)!r}, a label unknown to the model", err=True
        )


def _note_unlike(runs: "Sequence[Run]") -> None:
    """Say of which data not all models have scored the same names."""
    from rnn_names.report import printable

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
    from rnn_names.report import printable

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
    from rnn_names import report

    if format is TableOrJson.json:
        typer.echo(report.evaluation_json(runs, errors))
        return
    if len(runs) == 1:
        report.write_metrics(runs[0].evaluation.metrics, sys.stdout)
    else:
        report.write_comparison(runs, sys.stdout)
    if errors:
        report.write_mistakes(runs, errors, sys.stdout)


def _pairs(scored: "Evaluation") -> "Confusion":
    from rnn_names.confusion import count_pairs

    return count_pairs(scored.answer, scored.truth, scored.countries)


def _draw(confusion: Path | None, reliability: Path | None, scored: "Evaluation") -> None:
    """Draw the pictures that are asked for."""
    from rnn_names import metrics, pictures, svg

    if confusion and confusion != HERE:
        picture = pictures.confusion_matrix(_pairs(scored))
        svg.write(confusion, picture, "Which countries are taken for which")
    if reliability:
        bins = metrics.calibration_bins(scored.probability, scored.answer == scored.truth)
        svg.write(reliability, pictures.reliability_diagram(bins), "How often answers are right")
