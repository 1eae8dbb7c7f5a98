"""Options that several commands share, and how a model is chosen."""

import math
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from rnn_names.base.bundled import BUNDLED
from rnn_names.base.errors import DataError
from rnn_names.base.files import STDOUT

if TYPE_CHECKING:  # loaded inside the commands, so that --help and usage errors are quick
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.groups import Groups
    from rnn_names.names.labels import Labels

MODEL = Path("rnn-names.npz")
MODEL_VARIABLE = "RNN_NAMES_MODEL"
MODEL_ORDER = f"${MODEL_VARIABLE}, else {MODEL} in this folder, else {BUNDLED}"


class TableOrJson(StrEnum):
    """Values of --format in most commands."""

    table = "table"
    json = "json"


def one_of(value: str, values: list[str]) -> str:
    """The value, if it is one of these."""
    if value not in values:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(values)}.")
    return value


def check_no_paths(names: list[str], otherwise: str) -> None:
    """Raise a usage error for a name that is also a file or folder: it was hardly meant as a name.

    `otherwise` says how to ask for a person of that name.
    """
    from rnn_names.base.text import in_shell

    for name in names:
        if not os.path.exists(name):  # noqa: PTH110  # pathlib raises for a name too long for a path
            continue
        path = Path(name)
        if path.is_dir():
            what = "a folder; train, evaluate and check read those, predict -i reads one FILE"
        else:
            what = f"a file; to read it type rnn-names predict -i {in_shell(name)}"
        raise typer.BadParameter(f"{name!r} is {what}; {otherwise}.")


def finite(value: float) -> float:
    """The value, if it is a finite number."""
    if not math.isfinite(value):  # typer's min and max let inf and nan through
        raise typer.BadParameter(f"{value} is not a finite number.")
    return value


def share(value: float) -> float:
    """The value, if it is at least 0 and below 1."""
    if not 0 <= value < 1:
        raise typer.BadParameter(f"{value} is not in the range 0 <= x < 1.")
    return value


Data = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DATA]",
        help="A .csv, .tsv or .jsonl file with names and labels, a text of lines __label__LABEL NAME, or a "
        "folder of <Label>.txt files; each may be packed (gzip, bzip2, xz). - reads standard input.",
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        "-m",
        "--model",
        metavar="FILE",
        help=f"The model; {BUNDLED} is the one that comes with the package.  [default: {MODEL_ORDER}]",
        show_default=False,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option("-v", "--verbose", help="Say which model or data is used.", show_default=False),
]
Prior = Annotated[
    str | None,
    typer.Option(
        metavar="data|sqrt|uniform|population|FILE",
        autocompletion=lambda: ["data", "sqrt", "uniform", "population"],
        help="How likely each country is before the name is read: by the length of its list, by the "
        "square root of that, all equal, or by a table with the columns country and weight.  [default: "
        "the model's]",
        show_default=False,
    ),
]


Raw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="Read all that is given. Without it the name is read alone: no titles, degrees, nicknames in "
        "quotes, words in brackets or e-mail addresses, and Smith, John as John Smith.",
        show_default=False,
    ),
]


class Grouping(StrEnum):
    """Values of --by."""

    region = "region"


By = Annotated[
    Grouping | None,
    typer.Option(
        help="Add up the probabilities of the countries of each region of the United Nations. Where no "
        "country reaches --threshold, the answer is the region that does.",
        show_default=False,
    ),
]
GroupTable = Annotated[
    Path | None,
    typer.Option(
        "--groups",
        metavar="FILE",
        help="As --by, over groups of your own: a table with the columns country and group.",
        show_default=False,
    ),
]
Threshold = Annotated[
    float,
    typer.Option(callback=finite, min=0, max=1, help="Answer unknown if no country is this likely."),
]


def results(*outputs: Path | None) -> TextIO:
    """Where the results go: to standard error if one of these files is standard output."""
    if outputs.count(STDOUT) > 1:
        raise typer.BadParameter("give - once: two files would be mixed on standard output.")
    return sys.stderr if STDOUT in outputs else sys.stdout


def positive(help: str) -> Any:
    """An option for a finite number of at least 0."""
    return typer.Option(help=help, callback=finite, min=0)


def model_path(model: Path | None) -> Path:
    """The file of --model, or of $RNN_NAMES_MODEL, or the default one."""
    from rnn_names.base.bundled import BUNDLED_MODEL

    usual = os.environ.get(MODEL_VARIABLE)
    if model is None and usual:
        model = Path(usual)
        if usual != BUNDLED and not model.is_file():
            raise DataError(f"{usual}: no such file; set {MODEL_VARIABLE} to a model file")
    if model is None and MODEL.is_file():
        return MODEL
    return BUNDLED_MODEL if model is None or str(model) == BUNDLED else model


def model_name(path: Path) -> str:
    """The name by which -m takes the model in this file."""
    from rnn_names.base.bundled import BUNDLED_MODEL
    from rnn_names.base.text import printable

    return BUNDLED if path == BUNDLED_MODEL else printable(str(path))


def note_model(path: Path, model: Path | None, verbose: bool) -> None:
    """Say which model is used: if `verbose`, or if it is used because it lies in this folder.

    A scheduled job must not change its answers silently because a model lies in its folder.
    """
    if verbose:
        typer.echo(f"model: {model_name(path)}", err=True)
    elif model is None and path == MODEL and not os.environ.get(MODEL_VARIABLE):
        typer.echo(f"model: {MODEL} in this folder; give -m {BUNDLED} for the bundled one", err=True)


def model_option(path: Path) -> str:
    """` -m FILE` for a command that must use this model; empty if it does so by default."""
    from rnn_names.base.text import in_shell

    try:
        usual = model_path(None)
    except DataError:  # $RNN_NAMES_MODEL names no file
        usual = None
    if usual is not None and path.resolve() == usual.resolve():
        return ""
    return f" -m {in_shell(str(path))}"


def model_inputs(model: Path | None, prior: str | None = None) -> list[Path]:
    """The files that `load` reads."""
    from rnn_names.model.calibration import PRIORS

    return [model_path(model), *([] if prior is None or prior in PRIORS else [Path(prior)])]


def groups_of(labels: "Labels", by: Grouping | None, table: Path | None) -> "Groups | None":
    """The groups of --by or --groups; None without either."""
    if by and table:
        raise typer.BadParameter("give --by or --groups, not both.")
    if not by and not table:
        return None
    from rnn_names.names.groups import asked

    return asked(labels, by.value if by else None, table)


def load(model: Path | None, verbose: bool, prior: str | None, raw: bool = False) -> "NameClassifier":
    """The classifier of --model, --prior and --raw."""
    from rnn_names.base.arrays import keep_freed_memory
    from rnn_names.model.calibration import PRIORS
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.examples import read_prior

    keep_freed_memory()
    path = model_path(model)
    if prior is not None and prior not in PRIORS and not Path(prior).is_file():
        raise DataError(f"{prior}: no such file; give --prior a file, or {', '.join(PRIORS)}")
    usual = prior is None or prior in PRIORS
    classifier = NameClassifier.load(path, prior if usual else read_prior(Path(str(prior))), raw)
    note_model(path, model, verbose)
    return classifier
