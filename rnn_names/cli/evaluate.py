"""`rnn-names evaluate`."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from rnn_names.base.errors import QualityError
from rnn_names.base.files import STDOUT
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs
from rnn_names.cli.models import MODEL_ORDER, model_inputs
from rnn_names.cli.options import By, GroupTable, Prior, Raw, Threshold, Verbose, finite, results
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.runs import (
    Part,
    examples_of,
    failures,
    named,
    note,
    note_told,
    note_unlike,
    own_folds,
    runs,
    score,
)
from rnn_names.cli.scored import Format, records_file, show

app = OneCommand()


def _least(value: float | None) -> float | None:
    return None if value is None else finite(value)


class EvaluateCommand(DrawingCommand, DataCommand):
    """Has the options for reading data and for drawing pictures."""


@app.command(cls=EvaluateCommand)
def evaluate(
    ctx: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATA]...",
            help="Files of names and labels (.csv, .tsv, .jsonl, lines __label__LABEL NAME), or folders of "
            "<Label>.txt files.",
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
            help="The part of DATA to score.  [default: test if one of the models was trained on DATA, "
            "else all]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        Format,
        typer.Option(
            help="json: one object, or an array of them for several models or data; csv: a row for each "
            "label, or with --errors for each of these."
        ),
    ] = Format.table,
    min_accuracy: Annotated[
        float | None,
        typer.Option(callback=_least, min=0, max=1, help="Fail with exit code 1 below this accuracy."),
    ] = None,
    min_macro_f1: Annotated[
        float | None,
        typer.Option(callback=_least, min=0, max=1, help="Fail with exit code 1 below this macro-F1."),
    ] = None,
    errors: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="List the N surest wrong answers of each model, with what in the name speaks for them.",
        ),
    ] = 0,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|-",
            callback=records_file,
            help="Write the answer to each name to a .csv, .tsv or .jsonl file, packed if it ends in "
            ".gz; as CSV to a pipe or device, or for - to standard output; then the figures go to "
            "standard error.",
        ),
    ] = None,
    prior: Prior = None,
    raw: Raw = False,
    threshold: Threshold = 0.0,
    by: By = None,
    groups: GroupTable = None,
    known_labels: Annotated[
        bool,
        typer.Option(
            "--known-labels",
            help="Leave out names whose label the model does not know, instead of counting them as wrong.",
        ),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Score models on DATA, or each on the test part of its training data.

    \b
      rnn-names evaluate
      rnn-names evaluate people.csv staff.csv -m old.npz -m new.npz
      rnn-names evaluate --format json | jq .accuracy
      rnn-names evaluate people.csv --min-accuracy 0.7 --errors 20
      rnn-names evaluate --confusion confusion.svg --reliability reliability.svg
    """
    from rnn_names.insight.confusion import confusion_of
    from rnn_names.insight.mistakes import mistakes
    from rnn_names.model.own_data import DataSet, own_source
    from rnn_names.names.source import name_of
    from rnn_names.show import evaluation
    from rnn_names.show.confusion import save_confusion, write_confusion
    from rnn_names.show.pictures import PICTURES, draw

    pictures: dict[str, Path] = ctx.meta["pictures"]
    confusion = pictures.get("--confusion")
    table = confusion == STDOUT
    counts = (
        confusion is not None and confusion.suffix.lower() in PICTURES["evaluate"]["--confusion"].figures
    )
    if table and format is not Format.table:
        raise typer.BadParameter(f"--confusion - prints a table; with --format {format} give it a file.")
    if pictures and max(len(model or []), len(data or [])) > 1:
        raise typer.BadParameter("a picture shows one model on one DATA; give one of each.")
    paths: Sequence[Path | None] = model or [None]
    files = {option: path for option, path in pictures.items() if option != "--confusion" or not table}
    outputs = [*files.values(), *([predictions] if predictions else [])]
    out = results(*outputs)
    inputs = [*(data or []), *(file for each in paths for file in model_inputs(each, prior))]
    check_outputs(outputs, inputs)
    models = [named(path, verbose, prior, raw) for path in paths]
    of_names = (
        bool(errors or predictions or pictures or threshold or by or groups or prior or raw)
        or format is Format.csv
    )
    if not data and (folds := own_folds(models, split, of_names)):
        failed = list(
            failures([(models[0].name, folds.accuracy, folds.macro_f1)], min_accuracy, min_macro_f1)
        )
        evaluation.write_folds(folds, format is Format.json, out)
        if failed:
            raise QualityError(*failed)
        return
    if outputs and not data:
        check_outputs(outputs, [own_source(each.classifier.model.data) for each in models])
    own = models[0].classifier.model.data.form
    given = [
        DataSet(name_of(path), examples_of(path, ctx.meta["form"], own, ctx.meta["bad"]))
        for path in data or []
    ]
    scored = []
    ask = partial(score, threshold=threshold, known_labels=known_labels, by=by, table=groups)
    for run in runs(models, given, split, ask):
        note(run, several=len(models) > 1 or len(given) > 1)
        scored.append(run)
    note_unlike(scored)
    if predictions is not None:
        evaluation.save_scored_names(scored, predictions)
    if "--confusion" in pictures:
        note_told(scored[0].evaluation, files.get("--confusion"))
    if counts:
        save_confusion(confusion_of(scored[0].evaluation), files.pop("--confusion"))
    draw("evaluate", files, scored[0].evaluation)
    of_name = {each.name: each.classifier for each in models}
    wrong = [mistakes(of_name[run.model], run.evaluation, errors) for run in scored] if errors else []
    figures = [
        (run.title, run.evaluation.metrics.accuracy, run.evaluation.metrics.macro_f1) for run in scored
    ]
    failed = list(failures(figures, min_accuracy, min_macro_f1))
    try:
        show(scored, format, wrong, out)
        if table:
            write_confusion(confusion_of(scored[0].evaluation), out)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has left; figures that are too low still fail
        if not failed:
            raise
    if failed:
        raise QualityError(*failed)
