"""`rnn-names train`."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rnn_names.base.errors import CheckpointError, RnnNamesError
from rnn_names.base.files import is_regular
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs, parameter_name
from rnn_names.cli.options import MODEL, Data, Verbose, results
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.recipe import RECIPE, RecipeCommand
from rnn_names.model.recipe import BEFORE_FORMAT_3, chosen
from rnn_names.show.pictures import PICTURES

app = OneCommand()


class Bits(StrEnum):
    """Values of --bits."""

    full = "32"
    half = "16"
    quarter = "8"
    eighth = "4"


# May differ when a training is resumed.
OF_A_RUN = ("output", "resume", "quiet", "verbose", "no_color")
UNUSABLE = (KeyError, TypeError, ValueError, OverflowError, AttributeError)  # of values of a wrong type
PATHS = ("data", "given_names")  # a state keeps them, and pictures, as they are found from any folder


class TrainCommand(RecipeCommand, DrawingCommand, DataCommand):
    """Has the options of reading, of the recipe and of the pictures, and resumes."""

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
        """Go on by these options, checked as if they had been given; those given must agree with them."""
        differing = []
        options = _of_today(options)
        network, training = ctx.obj.best.network, ctx.obj.best.training
        # What was left to the number of names, as the training has it: to give that agrees, too.
        had = {
            name: getattr(of, name) for of in (network, training) for name in RECIPE if hasattr(of, name)
        }
        del had["ngrams"]
        for parameter in self.params:
            name = str(parameter.name)
            if name in OF_A_RUN:
                continue
            try:
                value = parameter.process_value(ctx, _plain(parameter, options[name]))
            except (*UNUSABLE, typer.BadParameter) as error:
                raise CheckpointError(
                    f"{path}: its option {name!r} cannot be used; remove that file to train anew"
                ) from error
            given = ctx.get_parameter_source(name).name == "COMMANDLINE"
            if given and name in _pictures():  # it is only drawn
                continue
            was = had.get(name) if value is None else value
            if given and _kept(name, ctx.params[name]) != was:
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
            help="Where the model is written: a new file, or a model of before; no other file, no pipe, no "
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
    bits: Annotated[
        Bits,
        typer.Option(
            help="Of each parameter in the file: with 8 a quarter of its size; with 4 an eighth, where the "
            "rest but the rows of n-grams has 8."
        ),
    ] = Bits.full,
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
      rnn-names train my_labels/ --hidden-size 64 --epochs 10
      rnn-names train --resume -o names.npz
    """
    from rnn_names.base.arrays import keep_freed_memory
    from rnn_names.base.text import printable
    from rnn_names.cli.progress import Progress
    from rnn_names.training.run import Job, Training

    recipe, pictures = ctx.meta["recipe"], ctx.meta["pictures"]
    try:
        chosen(recipe, 0)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
    job = Job(
        data=data,
        output=output,
        recipe=recipe,
        given_names=given_names,
        form=ctx.meta["form"],
        bits=int(bits),
        options=_options(
            {
                **ctx.params,
                **ctx.meta["read_by"],
                **{name: pictures.get(option) for name, option in _pictures().items()},
                **dict.fromkeys(RECIPE),
                **recipe,
            }
        ),
    )
    check_outputs([*pictures.values()], [*job.sources, output])
    if verbose:
        typer.echo(f"data: {printable(str(job.sources[0]))}", err=True)
    keep_freed_memory()
    training = Training(job, ctx.obj)
    show = Progress(training, pictures, results(*pictures.values()), quiet)
    show.begin(resumed=resume)
    try:
        for event in training.run():
            show.event(event)
    except (KeyboardInterrupt, SystemExit, RnnNamesError) as stop:  # SystemExit: of SIGTERM and SIGHUP
        show.stopped(stop)
        if isinstance(stop, RnnNamesError):
            raise type(stop)(f"{stop} ({show.kept()})") from stop
        raise
    show.end()


def _of_today(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a state, with those that states of the version before have by other names or lack."""
    options = {**dict.fromkeys([*_pictures(), "sheet"]), "quoting": "minimal", **options}
    if "name_column" in options and "country_column" in options:
        options |= {"column": options["name_column"], "label_column": options["country_column"]}
        options |= {
            "input_format": None,
            "delimiter": None,
            "tabs": False,
            "no_header": False,
            "encoding": None,
            **BEFORE_FORMAT_3,
            **{"ngrams": 0, "ngram_length": 6, "bag": 0},
        }
    return options


def _pictures() -> dict[str, str]:
    """The options of pictures, by their names in the code."""
    return {parameter_name(option): option for option in PICTURES["train"]}


def _options(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a state keeps of the options."""
    return {name: _kept(name, value) for name, value in params.items() if name not in OF_A_RUN}


def _plain(parameter: Any, value: Any) -> Any:
    """The value, if a state may have it for this option. Raises TypeError or ValueError."""
    if value is None and parameter.default is None:
        return None
    recipe = RECIPE.get(str(parameter.name))
    kind = type(recipe.metadata["large"] if recipe else parameter.default)
    allowed = {bool: (bool,), int: (int,), float: (int, float)}.get(kind, (str,))
    if not isinstance(value, allowed) or isinstance(value, bool) != (kind is bool):
        raise TypeError(f"{parameter.name} cannot be {value!r}")
    if isinstance(value, str) and b"\0" in os.fsencode(value):  # which raises for what is no text
        raise ValueError("a NUL character")
    return value.split("\n") if parameter.multiple and isinstance(value, str) else value


def _kept(name: str, value: Any) -> Any:
    from rnn_names.training.run import place

    return place(Path(value)) if value is not None and name in (*PATHS, *_pictures()) else value
