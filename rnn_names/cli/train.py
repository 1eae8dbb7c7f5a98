"""`rnn-names train`."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_names.base.bundled import BUNDLED, BUNDLED_MODEL
from rnn_names.base.errors import CheckpointError, RnnNamesError
from rnn_names.base.files import is_regular
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs
from rnn_names.cli.input_options import READING
from rnn_names.cli.models import MODEL
from rnn_names.cli.options import Data, Verbose, results
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.recipe import RECIPE, RecipeCommand
from rnn_names.cli.resuming import OF_A_RUN, check_base, drawn, kept, kept_options, of_today, plain
from rnn_names.model.recipe import chosen
from rnn_names.model.shape import Shape

app = OneCommand()


class Bits(StrEnum):
    """Values of --bits."""

    full = "32"
    half = "16"
    quarter = "8"
    eighth = "4"


UNUSABLE = (
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    AttributeError,
)  # raised for values of a wrong type


def _folds(value: int) -> int:
    if value == 1:
        raise typer.BadParameter("one fold leaves nothing to learn from; give 2 or more.")
    return value


def _model(value: str | None) -> str | None:
    if value is not None and value != BUNDLED and not Path(value).is_file():
        raise typer.BadParameter(f"{value!r} is no file; give a model file, or bundled.")
    return value


class TrainCommand(RecipeCommand, DrawingCommand, DataCommand):
    """Has the options of reading, of the recipe and of the pictures, and resumes."""

    reading = tuple(READING)

    def invoke(self, ctx: Any) -> Any:
        output = Path(ctx.params["output"])
        if not (is_regular(output) or output.is_dir()):
            raise typer.BadParameter(
                f"{output} is a pipe or a device, and a model goes to none; give -o a file.", ctx
            )
        if ctx.params["resume"]:
            from rnn_names.training import state

            path = state.state_path(output)
            ctx.obj = state.load(path)
            self.take(ctx, path, ctx.obj.options)
        return super().invoke(ctx)

    def take(self, ctx: Any, path: Path, options: Mapping[str, Any]) -> None:
        """Go on with these options, checked as if they were given; options that are given must agree."""
        differing = []
        options = of_today(options)
        network, training = ctx.obj.best.network, ctx.obj.best.training
        # The values that the number of names decided: giving the same value agrees, too.
        had = {
            name: getattr(of, name) for of in (network, training) for name in RECIPE if hasattr(of, name)
        }
        del had["ngrams"]
        for parameter in self.params:
            name = str(parameter.name)
            if name in OF_A_RUN:
                continue
            try:
                value = plain(parameter, options[name])
                if name == "base":
                    check_base(path, value)
                value = parameter.process_value(ctx, value)
            except (*UNUSABLE, typer.BadParameter) as error:
                raise CheckpointError(
                    f"{path}: its option {name!r} cannot be used; remove that file to train anew"
                ) from error
            given = ctx.get_parameter_source(name).name == "COMMANDLINE"
            if given and name in drawn():  # it only draws a picture
                continue
            was = had.get(name) if value is None else value
            if given and kept(name, ctx.params[name]) != was:
                differing.append(f"{parameter.opts[-1]} {'by default' if was is None else was}")
            ctx.params[name] = value
        if differing:
            raise typer.BadParameter(
                f"the interrupted training had {', '.join(differing)}; give the same, or nothing.", ctx
            )


@app.command(cls=TrainCommand)
def train(
    ctx: typer.Context,
    data: Data = None,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Where the model is written: a new file, or a model to replace; no other file, pipe or "
            "device.",
        ),
    ] = MODEL,
    given_names: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            rich_help_panel="The input",
            help="Given names of the same labels, in any format of DATA, to train on full names.  "
            "[default: the bundled ones with the bundled surnames, else none]",
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="bundled|MODEL",
            rich_help_panel="The input",
            callback=_model,
            help="A model to start from, for labels of one's own: it keeps its cell, its letters and its "
            "n-grams. Its readout is solved for first, then everything is trained at a smaller rate.",
            show_default=False,
        ),
    ] = None,
    folds: Annotated[
        int,
        typer.Option(
            metavar="K",
            min=0,
            callback=_folds,
            help="First train K models, each without another K-th of the names, and score that part: each "
            "name once, by a model that has not seen it. The model that is kept has no test part.  "
            "[default: 0, none]",
            show_default=False,
        ),
    ] = 0,
    bits: Annotated[
        Bits | None,
        typer.Option(
            help="Bits of each parameter in the file: 8 make it a quarter as large; 4, which only rows of "
            "n-grams have, an eighth.  [default: 32; 8 with --from a model of 8 or 4]",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Continue the interrupted training of -o, with its options."),
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
    verbose: Verbose = False,
) -> None:
    """Train a model on DATA, or on the bundled surnames.

    \b
      rnn-names train
      rnn-names train names.csv --label-column language -o names.npz
      rnn-names train my_labels/ --from bundled --folds 5
      rnn-names train my_labels/ --hidden-size 64 --epochs 10
      rnn-names train --resume -o names.npz
    """
    from rnn_names.base.arrays import keep_freed_memory
    from rnn_names.base.text import printable
    from rnn_names.cli.progress import Progress
    from rnn_names.training.run import Job, Training

    recipe, pictures = ctx.meta["recipe"], ctx.meta["pictures"]
    check_recipe(recipe, base, folds)
    job = Job(
        data=data,
        output=output,
        recipe=recipe,
        given_names=given_names,
        form=ctx.meta["form"],
        bad=ctx.meta["bad"],
        bits=int(bits) if bits else None,
        base=model_named(base),
        folds=folds,
        options=kept_options(
            {
                **ctx.params,
                **ctx.meta["read_by"],
                "on_error": ctx.meta["on_error"],
                **{name: pictures.get(option) for name, option in drawn().items()},
                **dict.fromkeys(RECIPE),
                **recipe,
            }
        ),
    )
    check_outputs([*pictures.values()], [*job.sources, *([job.base] if job.base else []), output])
    if verbose:
        typer.echo(f"data: {printable(str(job.sources[0]))}", err=True)
    keep_freed_memory()
    training = Training(job, ctx.obj)
    show = Progress(training, pictures, results(*pictures.values()), quiet)
    show.begin(resumed=resume)
    try:
        if folds and not resume:
            for scored in training.cross_validate():
                show.fold(scored)
            show.folds_end()
        for event in training.run():
            show.event(event)
    except (KeyboardInterrupt, SystemExit, RnnNamesError) as stop:  # SystemExit: of SIGTERM and SIGHUP
        show.stopped(stop)
        if isinstance(stop, RnnNamesError):
            raise type(stop)(f"{stop} ({show.kept()})") from stop
        raise
    show.end()


def check_recipe(recipe: Mapping[str, Any], base: str | None, folds: int) -> None:
    """Raise a usage error for an invalid recipe, or for one that a base or folds exclude."""
    try:
        chosen(recipe, 0)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
    of_base = [one.name for one in fields(Shape) if one.name in recipe]
    if base and of_base:
        option = of_base[0].replace("_", "-")
        raise typer.BadParameter(f"--{option} comes from the model of --from; leave it out.")
    if recipe.get("freeze") and not base:
        raise typer.BadParameter("--freeze keeps what a model has learned; give --from a model.")
    if folds and base and base != BUNDLED:
        typer.echo(f"note: {base} may know some of these names, and folds then look better", err=True)
    if folds and recipe.get("test_split"):
        raise typer.BadParameter(
            "--folds scores every name, so there is no --test-split; give one of them."
        )


def model_named(base: str | None) -> Path | None:
    """The file of --from."""
    return None if base is None else BUNDLED_MODEL if base == BUNDLED else Path(base)
