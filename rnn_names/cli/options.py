"""What several commands share: their options, and how a model is chosen."""

import math
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_names.cli.command import Command
from rnn_names.errors import DataError

if TYPE_CHECKING:  # loaded inside the commands, so that --help and usage errors are quick
    from rnn_names.checkpoint import DataInfo
    from rnn_names.classifier import NameClassifier

MODEL = Path("rnn-names.npz")
MODEL_VARIABLE = "RNN_NAMES_MODEL"
MODEL_ORDER = f"${MODEL_VARIABLE}, else {MODEL} in this folder, else the bundled one"


class TableOrJson(StrEnum):
    """Values of --format, where there is no other."""

    table = "table"
    json = "json"


class CellCommand(Command):
    """Lists the cells in its help; only there, since to know them is to load NumPy."""

    beside: tuple[str, ...] = ()  # values of --cell that are none

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in self.params:
            if parameter.name == "cell":
                parameter.metavar = "|".join([*cells(), *self.beside])
        super().format_help(ctx, formatter)


def cells() -> list[str]:
    """The names of the cells."""
    from rnn_names.cells import CELLS

    return list(CELLS)


def known_cell(name: str) -> str:
    """The name, if it is that of a cell."""
    return one_of(name, cells())


def one_of(value: str, values: list[str]) -> str:
    """The value, if it is one of these."""
    if value not in values:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(values)}.")
    return value


def finite(value: float) -> float:
    """The value, if it is a finite number."""
    if not math.isfinite(value):  # typer's min and max let inf and nan through
        raise typer.BadParameter(f"{value} is not a finite number.")
    return value


def share(value: float) -> float:
    """The value, if it is from 0 up and below 1."""
    if not 0 <= value < 1:
        raise typer.BadParameter(f"{value} is not in the range 0 <= x < 1.")
    return value


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
        help=f"The model.  [default: {MODEL_ORDER}]",
        show_default=False,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option("-v", "--verbose", help="Say which model, or which data, is used.", show_default=False),
]
Prior = Annotated[
    str | None,
    typer.Option(
        metavar="data|sqrt|uniform|FILE",
        autocompletion=lambda: ["data", "sqrt", "uniform"],
        help="How likely countries are beforehand: as their lists are long, as the square root of that, "
        "all alike, or by a table with the columns country and weight.  [default: the model's]",
        show_default=False,
    ),
]
Threshold = Annotated[
    float,
    typer.Option(callback=finite, min=0, max=1, help="Answer unknown where no country is this likely."),
]


def svg_file(path: Path | None) -> Path | None:
    """The path of a picture: it ends with .svg."""
    if path is not None and path.suffix.lower() != ".svg":
        raise typer.BadParameter(f"{path}: pictures are SVG; give a name that ends with .svg.")
    return path


def positive(help: str) -> Any:
    """An option of a finite number from 0 up."""
    return typer.Option(help=help, callback=finite, min=0)


def model_path(model: Path | None, verbose: bool) -> Path:
    """The file of --model, or of $RNN_NAMES_MODEL, or the default one."""
    from rnn_names.classifier import BUNDLED_MODEL
    from rnn_names.report import printable

    if model is None and (usual := os.environ.get(MODEL_VARIABLE)):
        model = Path(usual)
        if not model.is_file():
            raise DataError(f"{usual}: no such file; {MODEL_VARIABLE} names it: set that to a model's")
    path = model or (MODEL if MODEL.is_file() else BUNDLED_MODEL)
    if verbose:
        typer.echo(f"model: {'bundled' if path == BUNDLED_MODEL else printable(str(path))}", err=True)
    return path


def training_source(data: "DataInfo") -> Path:
    """The file or folder that the model was trained on. Raises DataError if it is not here."""
    from rnn_names.dataset import bundled_surnames

    source = Path(data.source) if data.source else bundled_surnames()
    try:
        here = source.is_file() or source.is_dir()  # a stranger's model may name a device
    except (OSError, ValueError):  # or what is no path
        here = False
    if not here:
        raise DataError(
            f"{source}: the data that the model was trained on is not here; "
            "run this where it is, or give DATA"
        )
    return source


def model_inputs(model: Path | None, prior: str | None = None) -> list[Path]:
    """The files that `load` reads."""
    from rnn_names.calibration import PRIORS

    return [model_path(model, verbose=False), *([] if prior is None or prior in PRIORS else [Path(prior)])]


def load(model: Path | None, verbose: bool, prior: str | None) -> "NameClassifier":
    """The classifier of --model and --prior."""
    from rnn_names.calibration import PRIORS
    from rnn_names.classifier import NameClassifier
    from rnn_names.dataset import read_prior

    path = model_path(model, verbose)
    if prior is None or prior in PRIORS:
        return NameClassifier.load(path, prior)
    if not Path(prior).is_file():
        raise DataError(f"{prior}: no such file; give --prior one, or {', '.join(PRIORS)}")
    return NameClassifier.load(path, read_prior(Path(prior)))
