"""`rnn-names train`."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_names.base.errors import CheckpointError, RnnNamesError
from rnn_names.base.files import check_apart, check_writable
from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import MODEL, Data, Verbose, svg_file
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.recipe import RecipeCommand
from rnn_names.model.recipe import BEFORE_FORMAT_3, Shape, TrainConfig

app = OneCommand()


class Bits(StrEnum):
    """Values of --bits."""

    full = "32"
    half = "16"
    quarter = "8"


# May differ when a training is resumed.
OF_A_RUN = ("output", "resume", "quiet", "verbose", "no_color")
UNUSABLE = (KeyError, TypeError, ValueError, OverflowError, AttributeError)  # of values of a wrong type
PATHS = ("data", "given_names", "curves")  # a state keeps them as they are found from any folder


class TrainCommand(RecipeCommand, DataCommand):
    """Has the options of reading and of the recipe, and resumes."""

    def invoke(self, ctx: Any) -> Any:
        if ctx.params["resume"]:
            from rnn_names.training import state

            path = state.state_path(Path(ctx.params["output"]))
            ctx.obj = state.load(path)
            self.take(ctx, path, ctx.obj.options)
        return super().invoke(ctx)

    def take(self, ctx: Any, path: Path, options: Mapping[str, Any]) -> None:
        """Go on by these options, checked as if they had been given; those given must agree with them."""
        differing = []
        options = _of_today(options)
        for parameter in self.params:
            name = str(parameter.name)
            if name in OF_A_RUN:
                continue
            try:
                value = parameter.process_value(ctx, options[name])
            except (
                KeyError,
                TypeError,
                ValueError,
                OverflowError,
                AttributeError,
                typer.BadParameter,
            ) as error:
                raise CheckpointError(
                    f"{path}: its option {name!r} cannot be used; remove that file to train anew"
                ) from error
            given = ctx.get_parameter_source(name).name == "COMMANDLINE"
            if given and name == "curves":  # it is only drawn
                continue
            if given and _kept(name, ctx.params[name]) != value:
                differing.append(f"{parameter.opts[-1]} {'by default' if value is None else value}")
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
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where the model is written.")
    ] = MODEL,
    given_names: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            rich_help_panel="The input",
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
            help="Draw loss and accuracy of the training and the validation part, and gradient norms, of "
            "every epoch when training ends.",
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
      rnn-names train names.csv --label-column language -o names.npz
      rnn-names train my_labels/ --hidden-size 64 --epochs 10
      rnn-names train --resume -o names.npz
    """
    if str(output) == "-":
        raise typer.BadParameter("a model does not go to standard output; give --output a file.")

    from rnn_names.base.arrays import keep_freed_memory
    from rnn_names.base.text import printable
    from rnn_names.cli.progress import Progress
    from rnn_names.training.run import Job, Training

    recipe = ctx.meta["recipe"]
    shape = {one.name: recipe[one.name] for one in fields(Shape)}
    try:
        config = TrainConfig(**{one.name: recipe[one.name] for one in fields(TrainConfig)})
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
    job = Job(
        data=data,
        output=output,
        config=config,
        shape=Shape(**shape),
        given_names=given_names,
        form=ctx.meta["form"],
        bits=int(bits),
        options=_options(ctx.params | ctx.meta["read_by"] | recipe),
    )
    if curves:
        check_writable(curves)
        check_apart(curves, [*job.sources, output])
    if verbose:
        typer.echo(f"data: {printable(str(job.sources[0]))}", err=True)
    keep_freed_memory()
    training = Training(job, ctx.obj)
    show = Progress(training, curves, quiet)
    show.begin(resumed=resume)
    try:
        for event in training.run():
            show.event(event)
    except (KeyboardInterrupt, RnnNamesError) as stop:
        show.stopped(stop)
        if isinstance(stop, RnnNamesError):
            raise type(stop)(f"{stop} ({show.kept()})") from stop
        raise
    show.end()


def _of_today(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a state, with those that states of the version before have by other names or lack."""
    options = {"curves": None, **options}
    if "name_column" in options and "country_column" in options:
        options |= {"column": options["name_column"], "label_column": options["country_column"]}
        options |= {
            "input_format": None,
            "delimiter": None,
            "tabs": False,
            "no_header": False,
            "encoding": None,
            **BEFORE_FORMAT_3,
        }
    return options


def _options(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a state keeps of the options."""
    return {name: _kept(name, value) for name, value in params.items() if name not in OF_A_RUN}


def _kept(name: str, value: Any) -> Any:
    from rnn_names.training.run import place

    return place(Path(value)) if name in PATHS and value is not None else value
