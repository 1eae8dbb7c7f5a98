"""The command line: parse, call the library, print. Exit codes: 0 fine, 1 failed, 2 usage, 130 Ctrl-C."""

import gc
import math
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from typer.core import TyperCommand, TyperGroup

from rnn_names import __version__
from rnn_names.errors import DataError, RnnNamesError

if TYPE_CHECKING:  # loaded inside the commands, so that --help and usage errors are quick
    from rnn_names.classifier import NameClassifier
    from rnn_names.report import Prediction

MODEL = Path("rnn-names.npz")
STREAM_CHUNK = 8192  # lines read before they are answered


class Errors(TyperGroup):
    """The one place where an error becomes a line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where a closed pipe can still be told from a failure
            return result
        except RnnNamesError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from error
        except BrokenPipeError:
            # The reader has had enough (`| head`). Python would complain once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except OSError as error:  # a full disk under standard output, or a path that is none
            where = error.filename or "standard output"
            typer.echo(f"error: {where}: {error.strerror}; make room, or write elsewhere", err=True)
            raise typer.Exit(1) from error
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Errors,
    name="rnn-names",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: it starts fast, and [brackets] in it are not eaten as markup
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The entry point of `rnn-names`."""
    gc.set_threshold(100_000)  # little of what loading makes is garbage: to look for it takes 15 ms
    # The products are too small to share among threads: OpenBLAS with two is slower than with one.
    # This must be set before NumPy is loaded, and only in a process that is ours.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # the caller has closed it
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # until exit
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a replaced stream may not be reconfigurable
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    try:
        app()
    finally:
        gc.freeze()  # the process ends, and what it has need not be looked through before


def _version(value: bool) -> None:
    if value:
        typer.echo(f"rnn-names {__version__}")
        raise typer.Exit


@app.callback(epilog="A name hints at where it is common and says nothing certain about a person.")
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Say in which countries a name is common, by a recurrent network in NumPy.

    \b
      rnn-names predict Schmidt Nguyen
      rnn-names train names.csv -o names.npz
      rnn-names evaluate -m names.npz
    """


class OptimizerName(StrEnum):
    """Values of --optimizer."""

    adamw = "adamw"
    sgd = "sgd"


class RecurrentInit(StrEnum):
    """Values of --recurrent-init."""

    orthogonal = "orthogonal"
    identity = "identity"


class ClassWeight(StrEnum):
    """Values of --class-weight."""

    none = "none"
    sqrt = "sqrt"
    balanced = "balanced"


class PriorName(StrEnum):
    """Values of `train --prior`."""

    data = "data"
    sqrt = "sqrt"
    uniform = "uniform"


class Part(StrEnum):
    """Values of --split."""

    test = "test"
    val = "val"
    train = "train"
    all = "all"


class PredictFormat(StrEnum):
    """Values of `predict --format`."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"


class EvaluateFormat(StrEnum):
    """Values of `evaluate --format`."""

    table = "table"
    json = "json"


def _finite(value: float) -> float:
    if not math.isfinite(value):  # typer's min and max let inf and nan through
        raise typer.BadParameter(f"{value} is not a finite number.")
    return value


def _share(value: float) -> float:
    if not 0 <= value < 1:
        raise typer.BadParameter(f"{value} is not in the range 0 <= x < 1.")
    return value


class TrainCommand(TyperCommand):
    """Lists the cells in its help; only here, since to know them is to load NumPy."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in self.params:
            if parameter.name == "cell":
                parameter.metavar = "|".join(_cells())
        super().format_help(ctx, formatter)


def _cells() -> list[str]:
    from rnn_names.cells import CELLS

    return list(CELLS)


def _cell(name: str) -> str:
    if name not in _cells():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(_cells())}.")
    return name


Data = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DATA]",
        help="A folder of <Label>.txt files, or a .csv or .tsv file with a header.",
    ),
]
NameColumn = Annotated[str, typer.Option(metavar="NAME", help="The column of names in DATA.")]
CountryColumn = Annotated[str, typer.Option(metavar="NAME", help="The column of labels in DATA.")]
Model = Annotated[
    Path | None,
    typer.Option(
        "-m",
        "--model",
        metavar="FILE",
        help=f"The model.  [default: {MODEL} in this folder, else the bundled one]",
        show_default=False,
    ),
]


Prior = Annotated[
    str | None,
    typer.Option(
        metavar="data|sqrt|uniform|FILE",
        help="How likely countries are beforehand: as their lists are long, as the square root of that, "
        "all alike, or by a table with the columns country and weight.  [default: the model's]",
        show_default=False,
    ),
]
Threshold = Annotated[
    float,
    typer.Option(callback=_finite, min=0, max=1, help="Answer unknown where no country is this likely."),
]


def _positive(help: str) -> Any:
    return typer.Option(help=help, callback=_finite, min=0)


@app.command(cls=TrainCommand)
def train(
    data: Data = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where the model is written.")
    ] = MODEL,
    cell: Annotated[
        str, typer.Option(callback=_cell, autocompletion=_cells, help="The recurrent cell.")
    ] = "gru",
    bidirectional: Annotated[bool, typer.Option(help="Read names from both ends.")] = True,
    hidden_size: Annotated[int, typer.Option(min=1, help="Hidden units of each direction.")] = 152,
    pooling: Annotated[
        bool, typer.Option(help="Read the country from the mean and maximum of all states, too.")
    ] = True,
    networks: Annotated[
        int, typer.Option(min=1, help="Train so many, and average their probabilities.")
    ] = 2,
    recurrent_init: Annotated[
        RecurrentInit, typer.Option(help="What W starts as.")
    ] = RecurrentInit.orthogonal,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training part.")] = 24,
    batch_size: Annotated[int, typer.Option(min=1, help="Names in a step.")] = 256,
    lr: Annotated[float, _positive("Highest learning rate.")] = 0.007,
    warmup: Annotated[
        float, typer.Option(callback=_share, help="Share of the steps in which the rate rises.")
    ] = 0.1,
    optimizer: Annotated[OptimizerName, typer.Option(help="Update rule.")] = OptimizerName.adamw,
    momentum: Annotated[float, typer.Option(callback=_share, help="Of sgd.")] = 0.9,
    clip_norm: Annotated[float, _positive("Longest gradient, over all parameters; 0: no clipping.")] = 1.0,
    weight_decay: Annotated[float, _positive("Shrinking of the parameters.")] = 0.01,
    dropout: Annotated[float, typer.Option(callback=_share, help="Of the states that are read out.")] = 0.4,
    letter_dropout: Annotated[
        float, typer.Option(callback=_share, help="Of the letters: they are read as unknown.")
    ] = 0.1,
    join: Annotated[
        float, typer.Option(callback=_share, help="Of the names: read with another of their label behind.")
    ] = 0.1,
    step_loss: Annotated[
        float, _positive("Weight of the loss of the country read after every letter.")
    ] = 0.3,
    letter_loss: Annotated[float, _positive("Weight of the loss of the next letter.")] = 1.0,
    label_smoothing: Annotated[
        float, typer.Option(callback=_share, help="Share of the target spread over all labels.")
    ] = 0.0,
    ema_decay: Annotated[
        float, typer.Option(callback=_share, help="Of a moving average of the parameters; 0: none.")
    ] = 0.998,
    class_weight: Annotated[
        ClassWeight,
        typer.Option(help="How a label's share in the loss grows with its n names: n, √n, or not."),
    ] = ClassWeight.sqrt,
    prior: Annotated[
        PriorName,
        typer.Option(
            help="How likely labels are beforehand: as their lists are long, as the square root of that, "
            "or all alike; to calibrate for, and to answer under.",
        ),
    ] = PriorName.data,
    val_split: Annotated[
        float,
        typer.Option(callback=_share, help="Share of names that choose the best epoch and calibrate."),
    ] = 0.1,
    test_split: Annotated[
        float, typer.Option(callback=_share, help="Share of names kept for the final score.")
    ] = 0.1,
    patience: Annotated[
        int, typer.Option(min=0, help="Stop after so many epochs without gain; 0: never.")
    ] = 5,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="Of split, start, order and dropout.")
    ] = 1,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes; other numbers of them give other last digits.")
    ] = 2,
    name_column: NameColumn = "name",
    country_column: CountryColumn = "country",
    half: Annotated[bool, typer.Option("--half", help="Write the parameters in 16 bits.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Train a model on DATA, or on the bundled surnames.

    \b
      rnn-names train
      rnn-names train names.csv --country-column language -o names.npz
      rnn-names train my_labels/ --hidden-size 64 --epochs 10
    """
    from tqdm import tqdm

    from rnn_names import checkpoint, report
    from rnn_names.classifier import NameClassifier
    from rnn_names.config import TrainConfig
    from rnn_names.dataset import bundled_surnames, fingerprint, read_examples
    from rnn_names.network import NetworkConfig
    from rnn_names.training import EpochReport, country_counts, country_indices, fit, prepare

    if val_split + test_split >= 1:
        raise typer.BadParameter("--val-split and --test-split leave nothing to train on.")
    checkpoint.check_writable(output)
    if data is not None and output.exists() and output.resolve() == data.resolve():
        raise typer.BadParameter(f"--output {output} is the data; give another name.")
    if name_column == country_column:
        raise typer.BadParameter(f"{name_column!r} cannot be both the column of names and of labels.")
    config = TrainConfig(
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        warmup=warmup,
        optimizer=optimizer.value,
        momentum=momentum,
        clip_norm=clip_norm,
        weight_decay=weight_decay,
        step_loss=step_loss,
        letter_loss=letter_loss,
        label_smoothing=label_smoothing,
        dropout=dropout,
        letter_dropout=letter_dropout,
        ema_decay=ema_decay,
        join=join,
        networks=networks,
        recurrent_init=recurrent_init.value,
        class_weight=class_weight.value,
        prior=prior.value,
        val_split=val_split,
        test_split=test_split,
        seed=seed,
        patience=patience,
        workers=workers,
    )
    examples = read_examples(data or bundled_surnames(), name_column, country_column)
    prepared = prepare(examples, config)
    parts = prepared.parts
    network = NetworkConfig(
        symbols=len(prepared.alphabet),
        countries=len(prepared.countries),
        hidden_size=hidden_size,
        cell=cell,
        bidirectional=bidirectional,
        readouts=config.objective.readouts,
        pooling=pooling,
    )
    counts = country_counts(country_indices(parts.train, prepared.countries), network.countries)
    info = checkpoint.DataInfo(
        source=str(data) if data else None,
        name_column=name_column,
        country_column=country_column,
        fingerprint=fingerprint(examples),
        train=len(parts.train),
        val=len(parts.val),
        test=len(parts.test),
    )

    def say(text: str) -> None:
        if not quiet:
            with suppress(BrokenPipeError):  # nobody reads the progress: no reason to stop
                typer.echo(text, err=True)

    say(
        f"{len(examples):,} names read; {len(parts.train):,} to train, {len(parts.val):,} to validate, "
        f"{len(parts.test):,} to test; {network.countries} countries, {network.symbols} symbols"
    )
    history: list[dict[str, float | None]] = []
    best: checkpoint.Checkpoint | None = None
    # disable=None: no bar where stderr is not a terminal; there each epoch prints a line instead.
    bar = tqdm(desc="training", unit="step", leave=False, disable=True if quiet else None)
    try:
        for event in fit(prepared, network, config):
            if not isinstance(event, EpochReport):
                bar.total = event.steps
                bar.update(event.step - bar.n)
                bar.set_postfix_str(report.step_line(event, history), refresh=False)
                continue
            history.append(report.history_entry(event))
            if event.members is not None:
                better = checkpoint.Checkpoint(
                    network=network,
                    training=config,
                    data=info,
                    alphabet=prepared.alphabet,
                    countries=prepared.countries,
                    members=event.members,
                    counts=tuple(map(int, counts)),
                    temperature=event.temperature,
                    history=list(history),
                )
                checkpoint.save(output, better, half)
                best, kept = better, event
            with bar.external_write_mode(sys.stderr):
                say(report.epoch_line(event, config))
    except (KeyboardInterrupt, RnnNamesError) as stop:
        bar.close()
        where = (
            f"the best so far, {report.epoch_name(kept, config)}, is in {output}"
            if best
            else "nothing was saved"
        )
        if isinstance(stop, RnnNamesError):
            raise type(stop)(f"{stop} ({where})") from stop
        typer.echo(f"stopped; {where}", err=True)
        raise
    bar.close()
    assert best is not None  # every run has an epoch, and the first is the best so far

    checkpoint.save(output, replace(best, history=history), half)
    why = "had the lowest validation loss" if parts.val else "was the last"
    say(f"saved {output}: {report.epoch_name(kept, config)} {why}")
    if kept.validation and kept.ece_before is not None:
        say(
            f"calibrated on the validation part: temperature {kept.temperature:.2f}, "
            f"ECE {kept.ece_before:.3f} before, {kept.validation.ece:.3f} after"
        )
    if parts.test and not quiet:
        metrics, _ = NameClassifier.load(output).evaluate(parts.test)
        typer.echo(
            f"test part: accuracy {metrics.accuracy:.3f}, top-3 {metrics.top3_accuracy:.3f}, "
            f"macro-F1 {metrics.macro_f1:.3f}, NLL {metrics.nll:.3f}, ECE {metrics.ece:.3f}, "
            f"{metrics.n:,} names"
        )


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

    classifier = _load(model, verbose, prior)
    top_k = min(top_k, len(classifier.countries))
    form = format.value if format else "table" if sys.stdout.isatty() else "jsonl"
    write_predictions(_answers(classifier, chain(first, lines), top_k, threshold), form, top_k, sys.stdout)


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
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say which model is used.")] = False,
) -> None:
    """Score a model on DATA, or on the test part of the data that it was trained on.

    \b
      rnn-names evaluate
      rnn-names evaluate people.csv -m names.npz
      rnn-names evaluate --format json | jq .accuracy
    """
    from rnn_names import dataset, report

    classifier = _load(model, verbose, prior)
    trained = classifier.model.data
    if data is None:
        name_column, country_column = trained.name_column, trained.country_column
        source = Path(trained.source) if trained.source else dataset.bundled_surnames()
        if not source.exists():
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
    metrics, unknown = classifier.evaluate(examples, threshold)
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


def _load(model: Path | None, verbose: bool, prior: str | None) -> "NameClassifier":
    from rnn_names.calibration import PRIORS
    from rnn_names.classifier import BUNDLED_MODEL, NameClassifier
    from rnn_names.dataset import read_prior

    path = model or (MODEL if MODEL.is_file() else BUNDLED_MODEL)
    if verbose:
        typer.echo(f"model: {'bundled' if path == BUNDLED_MODEL else path}", err=True)
    if prior is None or prior in PRIORS:
        return NameClassifier.load(path, prior)
    if not Path(prior).is_file():
        raise DataError(f"{prior}: no such file; give --prior one, or {', '.join(PRIORS)}")
    return NameClassifier.load(path, read_prior(Path(prior)))


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
