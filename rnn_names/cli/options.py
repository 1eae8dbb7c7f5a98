"""Options that several commands share."""

import math
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from rnn_names.base.bundled import BUNDLED
from rnn_names.base.files import OF_FILES, STDOUT
from rnn_names.cli.models import MODEL_ORDER

if TYPE_CHECKING:  # loaded inside the commands, so that --help and usage errors are quick
    from rnn_names.names.groups import Groups
    from rnn_names.names.labels import Labels


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
    """Raise a usage error for a name that is also a file or folder, or looks like a file's.

    It was hardly meant as a name. `otherwise` says how to ask for a person of that name.
    """
    from rnn_names.base.text import in_shell

    for name in names:
        if not os.path.exists(name):  # noqa: PTH110  # pathlib raises for a name too long for a path
            if name.lower().endswith(OF_FILES):
                raise typer.BadParameter(f"{name!r} looks like a file, and there is none; {otherwise}.")
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


def groups_of(labels: "Labels", by: Grouping | None, table: Path | None) -> "Groups | None":
    """The groups of --by or --groups; None without either."""
    if by and table:
        raise typer.BadParameter("give --by or --groups, not both.")
    if not by and not table:
        return None
    from rnn_names.names.groups import asked

    return asked(labels, by.value if by else None, table)
