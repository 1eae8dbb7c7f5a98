"""Bad records on the command line: reported, counted, and kept in a file of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from rnn_names.base.files import check_apart, check_writable, replacing
from rnn_names.base.text import printable

if TYPE_CHECKING:
    from rnn_names.names.bad_records import BadRecords

FILES = (
    "data",
    "input",
    "output",
    "model",
    "predictions",
    "stats",
    "groups",
    "prior",
    "given_names",
    "base",
)  # of a command


@contextmanager
def bad_records(ctx: Any, action: str, rejects: str | None) -> Iterator["BadRecords"]:
    """The treatment of bad records that --on-error and --rejects ask for."""
    from rnn_names.names.bad_records import STOP, BadRecords

    if rejects and action == STOP:
        raise typer.BadParameter(
            "--rejects takes what --on-error skip or blank goes past; give one of them."
        )
    quiet = bool(ctx.params.get("quiet"))
    otherwise = ", or go past such records by --on-error skip"
    bad = BadRecords(action, lambda told: None if quiet else _tell(told), otherwise=otherwise)
    if rejects is None:
        try:
            yield bad
        finally:
            bad.end()
        return
    path, failed = Path(rejects), None
    check_writable(path)
    check_apart(path, _paths(ctx))
    with replacing(path) as file:
        bad.file = TextIOWrapper(file, "utf-8", "backslashreplace", newline="\n")
        try:
            yield bad
        except BaseException as error:  # also Ctrl-C: what was found until then stays
            if not bad.count:
                raise
            failed = error
        bad.file.detach()
    bad.end()
    if failed:
        raise failed


def _paths(ctx: Any) -> list[Path]:
    """The files of a command: those of its options and arguments, and its pictures."""
    values = [ctx.params.get(name) for name in FILES] + [*ctx.meta.get("pictures", {}).values()]
    flat = [each for value in values for each in (value if isinstance(value, list | tuple) else [value])]
    return [Path(each) for each in flat if each is not None]


def _tell(told: str) -> None:
    typer.echo(printable(told), err=True)
