"""`rnn-names train`."""

import os
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
from rnn_names.cli.drawing import DrawingCommand, check_outputs, parameter_name
from rnn_names.cli.options import MODEL, Data, Verbose, results
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.recipe import RECIPE, RecipeCommand
from rnn_names.model.recipe import BEFORE_FORMAT_3, BEFORE_FORMAT_4, Shape, chosen
from rnn_names.show.pictures import PICTURES

app = OneCommand()


class Bits(StrEnum):
    """Values of --bits."""

    full = "32"
    half = "16"
    quarter = "8"
    eighth = "4"


# May differ when a training is resumed.
OF_A_RUN = ("output", "rejects", "resume", "quiet", "verbose", "no_color")
UNUSABLE = (KeyError, TypeError, ValueError, OverflowError, AttributeError)  # of values of a wrong type
PATHS = ("data", "given_names", "base")  # a state keeps them, and pictures, as found from any folder


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
        bits=int(bits),
        base=model_named(base),
        folds=folds,
        options=_options(
            {
                **ctx.params,
                **ctx.meta["read_by"],
                "on_error": ctx.meta["on_error"],
                **{name: pictures.get(option) for name, option in _pictures().items()},
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
    """Raise an error of usage for a recipe that there is not, or not with a base or with folds."""
    try:
        chosen(recipe, 0)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
    of_base = [one.name for one in fields(Shape) if one.name in recipe]
    if base and of_base:
        option = of_base[0].replace("_", "-")
        raise typer.BadParameter(f"--{option} is that of the model of --from; leave it out.")
    if recipe.get("freeze") and not base:
        raise typer.BadParameter("--freeze keeps what a model has learned; give --from a model.")
    if folds and recipe.get("test_split"):
        raise typer.BadParameter(
            "--folds scores every name, so there is no --test-split; give one of them."
        )


def model_named(base: str | None) -> Path | None:
    """The file of --from."""
    return None if base is None else BUNDLED_MODEL if base == BUNDLED else Path(base)


def _of_today(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a state, with those that states of the version before have by other names or lack."""
    today = {"sheet": None, "quoting": "minimal", "on_error": "stop", "base": None, "folds": 0}
    today |= BEFORE_FORMAT_4
    options = {**dict.fromkeys(_pictures()), **today, **options}
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

    if name == "base" and value == BUNDLED:
        return value
    return place(Path(value)) if value is not None and name in (*PATHS, *_pictures()) else value
