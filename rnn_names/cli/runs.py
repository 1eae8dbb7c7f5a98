"""The runs of `evaluate`: which models are scored on which data, and notes on each run.

`gradients` reads its data by `examples_of`, too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from rnn_names.base.errors import DataError
from rnn_names.cli.models import load, model_name, model_path
from rnn_names.cli.options import Grouping, groups_of

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.model.evaluation import Evaluation, Run
    from rnn_names.model.own_data import DataSet
    from rnn_names.model.provenance import CrossValidation
    from rnn_names.names.bad_records import BadRecords
    from rnn_names.names.example import Example
    from rnn_names.names.tables import Format


class Part(StrEnum):
    """Values of --split."""

    test = "test"
    val = "val"
    train = "train"
    all = "all"


class Named(NamedTuple):
    """A model with its name."""

    name: str
    classifier: "NameClassifier"


def named(path: Path | None, verbose: bool, prior: str | None, raw: bool = False) -> Named:
    """The model of --model, and its name."""
    return Named(model_name(model_path(path)), load(path, verbose, prior, raw))


def runs(
    models: Sequence[Named],
    given: "Sequence[DataSet]",
    split: Part | None,
    score: "Callable[[Named, DataSet, Part], Run]",
) -> "Iterator[Run]":
    """Score each model on each data set; without data, on the data that it was trained on."""
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
            run = score(model, data, split or Part.test)
            note_left_out(data, model.classifier)
            yield run
    taught = [model.classifier.model.data for model in models]
    for data in given:
        data = replace(data, of_a_model=any(map(data.taught, taught)))
        part = split or (Part.test if data.of_a_model else Part.all)
        scored = [score(model, data, part) for model in models]
        note_left_out(data, models[0].classifier)  # only once; and an error stands alone
        yield from scored
        if part is Part.all:
            note_learned(data, models)


def own_folds(models: Sequence[Named], split: Part | None, of_names: bool) -> "CrossValidation | None":
    """The cross-validation of a single model whose training left no test part; else None.

    `of_names` says that the user asks for more than the figures.
    """
    (name, classifier), *others = models
    found = classifier.model.folds
    if others or of_names or not found or split not in (None, Part.test) or classifier.model.data.test:
        return None
    typer.echo(
        f"{name}: {found.names:,} names, each scored in training by a model of the other folds", err=True
    )
    return found


def score(
    model: Named,
    data: "DataSet",
    part: Part,
    threshold: float,
    known_labels: bool,
    by: Grouping | None = None,
    table: Path | None = None,
) -> "Run":
    """Score one model on one part of a data set. Tables, files and pictures are made from the result."""
    from rnn_names.model.evaluation import Run

    examples = data.part(model.classifier.model, part.value)
    try:
        evaluation = model.classifier.score(examples, threshold, known_labels)
        groups = groups_of(model.classifier.labels, by, table)
        evaluation = evaluation.by(groups) if groups else evaluation
        own = data.taught(model.classifier.model.data)
        return Run(model.name, data.name, part.value, evaluation, own)
    except DataError as error:
        raise DataError(f"{model.name} on {data.name}: {error}") from error


def examples_of(path: Path, form: "Format", own: "Format", bad: "BadRecords") -> "list[Example]":
    """The examples of DATA, from the columns of the model's own data if no others are found."""
    from rnn_names.names.examples import read_examples
    from rnn_names.names.source import STDIN, name_of

    try:
        return read_examples(path, form, bad)
    except DataError:
        said = form.column is not None or form.label_column is not None
        usual = own.column is None and own.label_column in (None, "country")
        if said or usual or path == STDIN:
            raise
        with suppress(DataError):
            form = replace(form, column=own.column, label_column=own.label_column)
            found = read_examples(path, form, bad)
            typer.echo(f"{name_of(path)}: read by the columns of the model's data", err=True)
            return found
        raise


def note_learned(data: "DataSet", models: Sequence[Named]) -> None:
    """Say that a model may know names of the data, and how to score the others if it has a test part."""
    of_models = [model.classifier.model for model in models]
    which = "the model" if len(models) == 1 else "a model"
    line = (
        f"this includes names that {which} was trained on"
        if data.of_a_model
        else f"{which} may have been trained on some of these names"
    )
    if all(model.training.test_split for model in of_models):
        line += "; --split test leaves them out"
    typer.echo(line, err=True)


def note_left_out(data: "DataSet", classifier: "NameClassifier") -> None:
    """Say how many rows of the data have no label or no name."""
    from rnn_names.base.text import printable
    from rnn_names.names.selection import left_out
    from rnn_names.show.training import left_out_lines

    for line in left_out_lines(left_out(data.examples, classifier.has_name)):
        typer.echo(f"{printable(data.name)}: {line}", err=True)


def note(run: "Run", several: bool) -> None:
    """Say how many names are scored, whether these are few, and which labels are unknown."""
    from rnn_names.base.text import printable
    from rnn_names.show.evaluation import warnings

    where = run.title if several else run.names
    typer.echo(f"{printable(where)}: {run.evaluation.metrics.n:,} names", err=True)
    for warning in warnings(run):
        typer.echo(f"warning: {f'{printable(where)}: ' if several else ''}{warning}", err=True)
    scored = run.evaluation
    known = () if scored.groups else scored.countries
    for label, count in sorted(scored.unknown.items()):
        what = "left out" if scored.left_out else "counted as wrong"
        typer.echo(f"{what}: {unknown_label(label, count, known)}", err=True)
    if scored.unknown and not scored.left_out:
        typer.echo("--known-labels leaves out names of labels unknown to the model", err=True)


def unknown_label(label: str, count: int, known: Sequence[str]) -> str:
    """So many names of a label that the model does not know, and the label that may be meant."""
    from rnn_names.base.text import did_you_mean, number_of, printable

    question = did_you_mean(label, known)
    line = f"{number_of(count, 'name')} of {label!r}, a label unknown to the model"
    return printable(f"{line}; {question}" if question else line)


def note_told(scored: "Evaluation", drawn: Path | None) -> None:
    """Say which names the confusion leaves out. Raises DataError if the picture of it would be empty."""
    from rnn_names.model.metrics import UNKNOWN_LABEL

    known = scored.truth != UNKNOWN_LABEL
    below, unknown = int((known & ~scored.covered).sum()), int((~known).sum())
    causes = [
        *([f"{below:,} with an answer below the threshold"] if below else []),
        *([f"{unknown:,} of labels unknown to the model"] if unknown else []),
    ]
    if causes:
        typer.echo(f"not in the confusion: {', '.join(causes)}", err=True)
    if drawn and below + unknown == len(scored.truth):
        raise DataError(f"{drawn}: no name is left to draw; lower --threshold")


def note_unlike(runs: "Sequence[Run]") -> None:
    """Name the data on which the models have scored different names."""
    from rnn_names.base.text import printable

    first = {run.data: run for run in reversed(runs)}
    for data in dict.fromkeys(
        run.data for run in runs if run.evaluation.examples != first[run.data].evaluation.examples
    ):
        typer.echo(
            f"{printable(data)}: the models score different names: they split it differently or know "
            "other labels; compare with care",
            err=True,
        )


def failures(
    scores: Iterable[tuple[str, float, float]], min_accuracy: float | None, min_macro_f1: float | None
) -> Iterator[str]:
    """A line for each figure that is too low. `scores` are titles, accuracies and macro-F1s."""
    from rnn_names.base.text import printable

    for title, accuracy, macro_f1 in scores:
        where = printable(title)
        for figure, value, least in (
            ("accuracy", accuracy, min_accuracy),
            ("macro-F1", macro_f1, min_macro_f1),
        ):
            if least is not None and value < least:
                yield (
                    f"{where}: {figure} {value:.4f} is {least - value:.2g} below "
                    f"{least:g}; ask for less, or train a better model"
                )
