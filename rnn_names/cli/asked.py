"""Where `predict` finds its names: in arguments, a file or a pipe."""

import os
import sys
from pathlib import Path

import typer

from rnn_names.base.errors import DataError
from rnn_names.cli.options import check_no_paths
from rnn_names.names.source import STDIN
from rnn_names.names.tables import Format

MOST = 8  # processes by default: the one that reads and writes keeps no more of them busy


def asked(names: list[str] | None, input: Path | None) -> Path | None:
    """The file to read, or STDIN; None if the names are arguments. Raises BadParameter and DataError."""
    if names and input is not None:
        raise typer.BadParameter("give names or --input, not both.")
    if names and len(names) > 1 and "-" in names:
        raise typer.BadParameter("give names or -, not both.")
    if not names and input is None and sys.stdin.isatty():
        raise typer.BadParameter("no names; give some, or --input FILE, or pipe them in.")
    if names and names != ["-"]:
        check_no_paths(names, "for a person of that name use a pipe: echo NAME | rnn-names predict")
        return None
    path = input or STDIN
    if path.is_dir():
        raise DataError(
            f"{path}: is a folder; give one of its files, or pipe them in: "
            f"cat {path}/*.txt | rnn-names predict"
        )
    return path


def processes(workers: int | None) -> int:
    """How many processes answer a large input: as many as asked for, else one for each core."""
    if sys.platform != "linux":  # elsewhere no process of Python can be forked safely
        return 1
    return workers or min(len(os.sched_getaffinity(0)), MOST)


def check_form(form: Format, kind: str, of_arguments: bool) -> None:
    """Raise BadParameter for options of tables where there is no table, and of CSV where there is JSON."""
    if (of_arguments and (form.of_table or form.kind)) or (kind == "text" and form.of_table):
        raise typer.BadParameter("only a table has columns; give --input a table, or --input-format.")
    if kind in ("jsonl", "json") and (form.delimiter or not form.header):
        raise typer.BadParameter("JSON has neither a delimiter nor a header.")
