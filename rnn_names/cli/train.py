"""`rnn-names train`."""

import shlex
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import (
    MODEL,
    CellCommand,
    CountryColumn,
    Data,
    NameColumn,
    Verbose,
    cells,
    known_cell,
    positive,
    share,
    svg_file,
)
from rnn_names.errors import CheckpointError, OutputError, RnnNamesError, TrainingError
from rnn_names.files import check_apart, check_writable

app = OneCommand()


class Readout(StrEnum):
    """Values of --readout."""

    last = "last"
    every = "every"


class OptimizerName(StrEnum):
    """Values of --optimizer."""

    muon = "muon"
    adamw = "adamw"
    sgd = "sgd"


class Bits(StrEnum):
    """Values of --bits."""

    full = "32"
    half = "16"
    quarter = "8"


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


OF_A_RUN = (
    "output",
    "curves",
    "resume",
    "quiet",
    "verbose",
    "no_color",
)  # may differ when a training is resumed

SECTIONS = {
    "The data": ("name_column", "country_column", "given_names", "val_split", "test_split", "seed"),
    "The network": (
        *(
            "cell",
            "bidirectional",
            "hidden_size",
            "pairs",
            "readout",
            "pooling",
            "networks",
            "recurrent_init",
        ),
    ),
    "The training": (
        *("epochs", "patience", "batch_size", "optimizer", "lr", "warmup", "momentum", "clip_norm"),
    ),
    "The loss": ("step_loss", "letter_loss", "label_smoothing", "class_weight", "prior"),
    "Against learning by heart": ("dropout", "letter_dropout", "join", "weight_decay", "ema_decay"),
}


class TrainCommand(CellCommand):
    """Puts its options into sections, and resumes."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        panels = {name: title for title, names in SECTIONS.items() for name in names}
        options: list[Any] = list(self.params)
        for option in options:
            option.rich_help_panel = panels.get(option.name)

    def invoke(self, ctx: Any) -> Any:
        if ctx.params["resume"]:
            from rnn_names import state

            path = state.state_path(Path(ctx.params["output"]))
            ctx.obj = state.load(path)
            self.take(ctx, path, ctx.obj.options)
        return super().invoke(ctx)

    def take(self, ctx: Any, path: Path, options: Mapping[str, Any]) -> None:
        """Go on by these options, checked as if they had been given; those given must agree with them."""
        differing = []
        for parameter in self.params:
            name = str(parameter.name)
            if name in OF_A_RUN:
                continue
            try:
                value = parameter.process_value(ctx, options[name])
            except (KeyError, TypeError, ValueError, typer.BadParameter) as error:
                raise CheckpointError(
                    f"{path}: its option {name!r} cannot be used; remove that file to train anew"
                ) from error
            given = ctx.get_parameter_source(name).name == "COMMANDLINE"
            if given and ctx.params[name] != value:
                differing.append(f"{parameter.opts[-1]} {'by default' if value is None else value}")
            ctx.params[name] = value
        if differing:
            raise typer.BadParameter(
                f"the interrupted training had {', '.join(differing)}; give the same, or nothing."
            )


@app.command(cls=TrainCommand)
def train(
    ctx: typer.Context,
    data: Data = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where the model is written.")
    ] = MODEL,
    cell: Annotated[
        str, typer.Option(callback=known_cell, autocompletion=cells, help="The recurrent cell.")
    ] = "gru",
    bidirectional: Annotated[bool, typer.Option(help="Read names from both ends.")] = True,
    hidden_size: Annotated[int, typer.Option(min=1, help="Hidden units of each direction.")] = 128,
    pairs: Annotated[
        int,
        typer.Option(min=0, help="Pairs of letters to read beside the letters: the most frequent ones."),
    ] = 400,
    readout: Annotated[
        Readout,
        typer.Option(
            help="last: the label is read, and the loss taken, at the end; every: after every letter, and "
            "the answer is the one after the last (then --pooling and --step-loss have no part)."
        ),
    ] = Readout.last,
    pooling: Annotated[
        bool, typer.Option(help="Read the country from the mean and maximum of all states, too.")
    ] = True,
    networks: Annotated[
        int, typer.Option(min=1, help="Train so many, and average their probabilities.")
    ] = 2,
    recurrent_init: Annotated[
        RecurrentInit, typer.Option(help="What W starts as.")
    ] = RecurrentInit.orthogonal,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training part.")] = 20,
    batch_size: Annotated[int, typer.Option(min=1, help="Names in a step.")] = 256,
    lr: Annotated[float, positive("Highest learning rate.")] = 0.007,
    warmup: Annotated[
        float, typer.Option(callback=share, help="Share of the steps in which the rate rises.")
    ] = 0.1,
    optimizer: Annotated[
        OptimizerName,
        typer.Option(
            help="Update rule; muon is adamw but for the recurrent W, whose steps are made orthogonal."
        ),
    ] = OptimizerName.muon,
    momentum: Annotated[float, typer.Option(callback=share, help="Of sgd.")] = 0.9,
    clip_norm: Annotated[float, positive("Longest gradient, over all parameters; 0: no clipping.")] = 1.0,
    weight_decay: Annotated[float, positive("Shrinking of the parameters.")] = 0.01,
    dropout: Annotated[float, typer.Option(callback=share, help="Of the states that are read out.")] = 0.4,
    letter_dropout: Annotated[
        float, typer.Option(callback=share, help="Of the letters: they are read as unknown.")
    ] = 0.1,
    join: Annotated[
        float,
        typer.Option(
            callback=share, help="Of the names: read with a given name, or another name of their label."
        ),
    ] = 0.25,
    step_loss: Annotated[
        float, positive("Weight of the loss of the country read after every letter.")
    ] = 0.3,
    letter_loss: Annotated[float, positive("Weight of the loss of the next letter.")] = 1.0,
    label_smoothing: Annotated[
        float, typer.Option(callback=share, help="Share of the target spread over all labels.")
    ] = 0.0,
    ema_decay: Annotated[
        float, typer.Option(callback=share, help="Of a moving average of the parameters; 0: none.")
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
        typer.Option(callback=share, help="Share of names that choose the best epoch and calibrate."),
    ] = 0.1,
    test_split: Annotated[
        float, typer.Option(callback=share, help="Share of names kept for the final score.")
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
    given_names: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Given names of the same labels, in a form as DATA may have, to read full names by.  "
            "[default: the bundled ones with the bundled surnames, else none]",
            show_default=False,
        ),
    ] = None,
    curves: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg",
            callback=svg_file,
            help="Draw loss, accuracy and gradient norm of every epoch when training ends.",
        ),
    ] = None,
    bits: Annotated[
        Bits, typer.Option(help="Of each parameter in the file: with 8 a quarter of its size.")
    ] = Bits.full,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Go on with the training of -o that was interrupted, by its options."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
    verbose: Verbose = False,
) -> None:
    """Train a model on DATA, or on the bundled surnames.

    \b
      rnn-names train
      rnn-names train names.csv --country-column language -o names.npz
      rnn-names train my_labels/ --hidden-size 64 --epochs 10
      rnn-names train --resume -o names.npz
    """
    from tqdm import tqdm

    from rnn_names import checkpoint, report, state
    from rnn_names.classifier import NameClassifier
    from rnn_names.config import TrainConfig
    from rnn_names.dataset import bundled_given_names, bundled_surnames, fingerprint, read_examples
    from rnn_names.network import READOUTS, NetworkConfig
    from rnn_names.training import EpochReport, State, country_counts, country_indices, fit, prepare

    if val_split + test_split >= 1:
        raise typer.BadParameter("--val-split and --test-split leave nothing to train on.")
    source = data or bundled_surnames()
    if data is None and given_names is None:
        given_names = bundled_given_names()
    check_writable(output)
    check_apart(output, [source, given_names])
    if curves:
        check_writable(curves)
        check_apart(curves, [source, given_names, output])
    unfinished = state.state_path(output)
    if unfinished.exists() and not resume:
        raise OutputError(
            f"{unfinished}: is of a training that was interrupted; "
            f"go on with `rnn-names train --resume -o {output}`, or remove that file"
        )
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
    if verbose:
        typer.echo(f"data: {report.printable(str(source))}", err=True)
    examples = read_examples(source, name_column, country_column)
    given = read_examples(given_names, name_column, country_column) if given_names else []
    prepared = prepare(examples, config, given)
    parts = prepared.parts
    readouts = config.objective.readouts
    if readout is Readout.every:
        readouts = tuple(name for name in READOUTS[1:] if name in ("step_country", *readouts))
    network = NetworkConfig(
        symbols=len(prepared.alphabet),
        countries=len(prepared.countries),
        hidden_size=hidden_size,
        cell=cell,
        bidirectional=bidirectional,
        readouts=readouts,
        pooling=pooling and readout is Readout.last,
        pairs=prepared.pairs(pairs),
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
        given_names=len(prepared.given),
    )

    def say(text: str) -> None:
        if not quiet:
            with suppress(BrokenPipeError):  # nobody reads the progress: no reason to stop
                typer.echo(text, err=True)

    def name_of(place: int) -> str:
        return report.epoch_name(history[place]["network"], history[place]["epoch"], config)

    def draw() -> None:
        if curves:
            from rnn_names import pictures, svg

            svg.write(curves, pictures.training_curves(history, clip_norm), "Curves of the training")

    say(
        f"{len(examples):,} names read; {len(parts.train):,} to train, {len(parts.val):,} to validate, "
        f"{len(parts.test):,} to test; {network.countries} countries, {network.symbols} symbols"
    )
    if not parts.val:
        say("no name falls into the validation part: no epoch can be chosen, nor probabilities calibrated")
    history: list[dict[str, float | None]] = []
    best: checkpoint.Checkpoint | None = None
    kept, start = 0, State()  # the place of the best in the history; where to begin
    digest = state.digest(prepared)
    if resume:
        before = ctx.obj
        if digest != before.digest or (network, config) != (before.best.network, before.best.training):
            raise CheckpointError(
                f"{unfinished}: the data are not those that the training began with; "
                "put them back, or remove that file to train anew"
            )
        best, kept, start, history = before.best, before.kept, before.state, before.best.history
        say(f"resumed after {name_of(-1)}")
    options = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in ctx.params.items()
        if name not in OF_A_RUN
    }
    # disable=None: no bar where stderr is not a terminal; there each epoch prints a line instead.
    bar = tqdm(desc="training", unit="step", leave=False, disable=True if quiet else None)
    try:
        for event in fit(prepared, network, config, start):
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
                checkpoint.save(output, better, int(bits))
                best, kept = better, len(history) - 1
            assert best is not None  # the first epoch is the best so far
            run = state.Interrupted(replace(best, history=history), kept, event.state, options, digest)
            state.save(unfinished, run)
            with bar.external_write_mode(sys.stderr):
                say(report.epoch_line(event, config))
    except (KeyboardInterrupt, RnnNamesError) as stop:
        bar.close()
        where = f"the best so far, {name_of(kept)}, is in {output}" if best else "nothing was saved"
        if isinstance(stop, TrainingError):
            unfinished.unlink(missing_ok=True)  # it would end the same way
        if best:
            draw()
        if isinstance(stop, RnnNamesError):
            raise type(stop)(f"{stop} ({where})") from stop
        go_on = "; --resume goes on" if unfinished.exists() else ""
        typer.echo(f"stopped; {where}{go_on}", err=True)
        raise
    bar.close()
    assert best is not None  # every training has an epoch

    checkpoint.save(output, replace(best, history=history), int(bits))
    unfinished.unlink(missing_ok=True)
    draw()
    why = "had the lowest validation loss" if parts.val else "was the last"
    say(f"saved {output}: {name_of(kept)} {why}")
    if history[kept]["ece"] is not None:
        say(
            f"calibrated on the validation part: temperature {best.temperature:.2f}, "
            f"ECE {history[kept]['ece_before']:.3f} before, {history[kept]['ece']:.3f} after"
        )
    if parts.test and not quiet:
        metrics, _ = NameClassifier.load(output).evaluate(parts.test)
        typer.echo(
            f"test part: accuracy {metrics.accuracy:.3f}, top-3 {metrics.top3_accuracy:.3f}, "
            f"macro-F1 {metrics.macro_f1:.3f}, NLL {metrics.nll:.3f}, ECE {metrics.ece:.3f}, "
            f"{metrics.n:,} names"
        )
    example = next((e.name for part in (parts.test, parts.train) for e in part if e.name.isalpha()), "NAME")
    where = "" if output == MODEL else f"-m {shlex.quote(report.printable(str(output)))} "
    say(f"try it: rnn-names predict {where}{example}")
