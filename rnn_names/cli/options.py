"""What several commands share: their options, and how a model is chosen."""

import math
import os
import re
import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_names.base.errors import DataError

if TYPE_CHECKING:  # loaded inside the commands, so that --help and usage errors are quick
    from rnn_names.model.classifier import NameClassifier

MODEL = Path("rnn-names.npz")
MODEL_VARIABLE = "RNN_NAMES_MODEL"
MODEL_ORDER = f"${MODEL_VARIABLE}, else {MODEL} in this folder, else the bundled one"


class TableOrJson(StrEnum):
    """Values of --format, where there is no other."""

    table = "table"
    json = "json"


def one_of(value: str, values: list[str]) -> str:
    """The value, if it is one of these."""
    if value not in values:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(values)}.")
    return value


def texts(names: list[str]) -> list[str]:
    """The names of the command line. Raises DataError for bytes that are no text."""
    for place, name in enumerate(names, start=1):
        if undecodable := re.search("[\udc80-\udcff]", name):  # where Python keeps such bytes
            byte = ord(undecodable[0]) & 0xFF
            raise DataError(f"name {place}: byte 0x{byte:02x} is not UTF-8; type it in UTF-8")
    return names


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
        help="A .csv, .tsv or .jsonl file with names and labels, or a folder of <Label>.txt files; "
        "each may end in .gz. - : the pipe.",
    ),
]
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
    from rnn_names.base.bundled import BUNDLED_MODEL
    from rnn_names.base.text import printable

    if model is None and (usual := os.environ.get(MODEL_VARIABLE)):
        model = Path(usual)
        if not model.is_file():
            raise DataError(f"{usual}: no such file; {MODEL_VARIABLE} names it: set that to a model's")
    path = model or (MODEL if MODEL.is_file() else BUNDLED_MODEL)
    if verbose:
        typer.echo(f"model: {'bundled' if path == BUNDLED_MODEL else printable(str(path))}", err=True)
    return path


def model_option(path: Path) -> str:
    """` -m FILE`, to go into a command that is to use this model; nothing where it does so without."""
    from rnn_names.base.text import printable

    try:
        usual = model_path(None, verbose=False)
    except DataError:  # $RNN_NAMES_MODEL names none
        usual = None
    if usual is not None and path.resolve() == usual.resolve():
        return ""
    return f" -m {shlex.quote(printable(str(path)))}"


def model_inputs(model: Path | None, prior: str | None = None) -> list[Path]:
    """The files that `load` reads."""
    from rnn_names.model.calibration import PRIORS

    return [model_path(model, verbose=False), *([] if prior is None or prior in PRIORS else [Path(prior)])]


def load(model: Path | None, verbose: bool, prior: str | None) -> "NameClassifier":
    """The classifier of --model and --prior."""
    from rnn_names.base.arrays import keep_freed_memory
    from rnn_names.model.calibration import PRIORS
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.examples import read_prior

    keep_freed_memory()
    path = model_path(model, verbose)
    if prior is None or prior in PRIORS:
        return NameClassifier.load(path, prior)
    if not Path(prior).is_file():
        raise DataError(f"{prior}: no such file; give --prior one, or {', '.join(PRIORS)}")
    return NameClassifier.load(path, read_prior(Path(prior)))
