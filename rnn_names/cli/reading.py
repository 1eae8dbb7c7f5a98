"""The options of every command that reads records: how its input is written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperOption

from rnn_names.base.files import check_apart, check_writable, replacing
from rnn_names.base.text import printable
from rnn_names.cli.command import Command
from rnn_names.cli.options import one_of

if TYPE_CHECKING:
    from rnn_names.names.bad_records import BadRecords
    from rnn_names.names.tables import Format

KINDS = ["text", "csv", "tsv", "jsonl", "json"]  # values of --input-format
OLD_NAMES = {"--name-column": "--column", "--country-column": "--label-column"}


def _kind(ctx: Any, parameter: Any, value: str | None) -> str | None:
    return None if value is None else one_of(value, KINDS)


def one_separator(ctx: Any, parameter: Any, value: str | None) -> str | None:
    """The value, if it is a character that may separate columns."""
    if value is not None and (len(value) != 1 or value in '\r\n"'):
        raise typer.BadParameter(f"{value!r} is not a single separating character; for a tab give -t.")
    return value


def _action(ctx: Any, parameter: Any, value: str) -> str:
    return one_of(value, ["stop", "skip", "blank"])


def _quoting(ctx: Any, parameter: Any, value: str) -> str:
    return one_of(value, ["minimal", "none"])


def _columns(ctx: Any, parameter: Any, values: tuple[str, ...] | None) -> str | None:
    return "\n".join(value.replace("\n", " ") for value in values) if values else None


def text_encoding(ctx: Any, parameter: Any, value: str | None) -> str | None:
    """The value, if it is the name of an encoding of text."""
    if value is not None:
        try:
            "".encode(value)
        except (LookupError, ValueError):
            raise typer.BadParameter(
                f"{value!r} is not a text encoding; try utf-8, latin-1, cp1252."
            ) from None
    return value


# For each option: its name in the code, its names on the command line, and its attributes.
READING: dict[str, tuple[list[str], dict[str, Any]]] = {
    "input_format": (
        ["--input-format"],
        {
            "metavar": "|".join(KINDS),
            "callback": _kind,
            "help": "Format of the input.  [default: by the ending of FILE; else csv with --column, -d "
            "or -H, or if the first line is a header, else text]",
        },
    ),
    "column": (
        ["--column"],
        {
            "metavar": "NAME",
            "multiple": True,
            "callback": _columns,
            "help": "Column of names in a table: its header, its number from 1, or a range as 2-3. Given "
            "several times, the cells are joined.  [default: name, or surname and first name in any "
            "language; with -H: 1]",
        },
    ),
    "label_column": (
        ["--label-column"],
        {
            "metavar": "NAME",
            "help": "Column of labels in a table: its header, or its number from 1.  "
            "[default: country; with -H: 2]",
        },
    ),
    "delimiter": (
        ["-d", "--delimiter"],
        {
            "metavar": "CHAR",
            "callback": one_separator,
            "help": "Delimiter of CSV.  [default: the one in the first line]",
        },
    ),
    "tabs": (
        ["-t", "--tabs"],
        {"is_flag": True, "default": False, "help": "Columns are separated by tabs."},
    ),
    "no_header": (
        ["-H", "--no-header-row"],
        {"is_flag": True, "default": False, "help": "The first row is no header."},
    ),
    "quoting": (
        ["--quoting"],
        {
            "metavar": "minimal|none",
            "default": "minimal",
            "callback": _quoting,
            "help": "Quotes around cells; none for what databases dump (COPY, mysql -B), where a quote is "
            "a character like others.",
        },
    ),
    "sheet": (
        ["--sheet"],
        {
            "metavar": "NAME",
            "help": "Sheet of an Excel or LibreOffice file: its name, or its number from 1.  [default: the "
            "first]",
        },
    ),
    "encoding": (
        ["-e", "--encoding"],
        {
            "metavar": "NAME",
            "callback": text_encoding,
            "help": "Encoding of the input.  [default: by its byte order mark, else utf-8]",
        },
    ),
}


# The options that say what becomes of bad records.
BAD: dict[str, tuple[list[str], dict[str, Any]]] = {
    "on_error": (
        ["--on-error"],
        {
            "metavar": "stop|skip|blank",
            "default": "stop",
            "callback": _action,
            "help": "What to do at a record that cannot be read: stop, leave it out, or keep its cells "
            "without an answer where they are known.  [default: stop]",
        },
    ),
    "rejects": (
        ["--rejects"],
        {
            "metavar": "FILE",
            "help": "Where to write the records that --on-error goes past, as JSON lines: file, line, "
            "reason, record.",
        },
    ),
}

FILES = (
    "data",
    "input",
    "output",
    "model",
    "predictions",
    "groups",
    "prior",
    "given_names",
    "base",
)  # of a command
OF_TABLES = tuple(name for name in READING if name != "encoding")  # a folder holds lists, no table


class DataCommand(Command):
    """A command that reads records. It has the options of READING, and finds the format in `ctx.meta`."""

    reading: tuple[str, ...] = tuple(READING)

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        added: list[Any] = []
        for name in (*self.reading, *BAD):
            names, others = (READING | BAD)[name]
            added.append(TyperOption(param_decls=[name, *names], rich_help_panel="The input", **others))
        first = next(k for k, p in enumerate(self.params) if p.param_type_name == "option")
        self.params[first:first] = added

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer's; the old names of these options still work."""
        renamed = []
        for arg in args:
            name, equals, value = arg.partition("=")
            renamed.append(OLD_NAMES.get(name, name) + equals + value)
        return super().parse_args(ctx, renamed)

    def invoke(self, ctx: Any) -> Any:
        """Run it, the format made of its options."""
        ctx.meta["read_by"] = {name: ctx.params.pop(name) for name in self.reading}
        check_folders(ctx, ctx.params.get("data"))
        ctx.meta["form"] = table_format(**ctx.meta["read_by"])
        ctx.meta["on_error"] = ctx.params.pop("on_error")
        with bad_records(ctx, ctx.meta["on_error"], ctx.params.pop("rejects")) as ctx.meta["bad"]:
            return super().invoke(ctx)


@contextmanager
def bad_records(ctx: Any, action: str, rejects: str | None) -> Iterator["BadRecords"]:
    """What --on-error and --rejects say."""
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


def check_folders(ctx: Any, data: str | Sequence[str] | None) -> None:
    """Raise BadParameter for options of tables where all data are folders: they would have no effect."""
    read_by = ctx.meta["read_by"]
    paths = [data] if isinstance(data, str) else data or []
    given = [name for name in OF_TABLES if read_by.get(name) not in (None, False, "text", "minimal")]
    if given and paths and all(Path(path).is_dir() for path in paths):
        option = READING[given[0]][0][-1]
        raise typer.BadParameter(
            f"{paths[0]} is a folder of <Label>.txt files, and {option} is for tables; leave it out.",
            ctx,
        )


def table_format(
    input_format: str | None,
    column: str | None,
    delimiter: str | None,
    tabs: bool,
    no_header: bool,
    encoding: str | None,
    label_column: str | None = None,
    sheet: str | None = None,
    quoting: str = "minimal",
) -> "Format":
    """How the input is written, by these options."""
    from rnn_names.names.tables import Format

    if delimiter and tabs:
        raise typer.BadParameter("give --delimiter or --tabs, not both.")
    if column is not None and label_column in column.split("\n"):
        raise typer.BadParameter(f"{label_column!r} cannot be both the column of names and of labels.")
    return Format(
        kind=input_format,
        delimiter="\t" if tabs else delimiter,
        header=not no_header,
        encoding=encoding,
        column=column,
        label_column=label_column,
        sheet=sheet,
        quoted=quoting != "none",
        note=partial(typer.echo, err=True),
    )
