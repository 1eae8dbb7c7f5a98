"""The options that all commands with records share, and the format that they describe."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperOption

from rnn_names.cli.command import Command
from rnn_names.cli.input_options import BAD, READING
from rnn_names.cli.rejects import bad_records

if TYPE_CHECKING:
    from rnn_names.names.tables import Format

OLD_NAMES = {"--name-column": "--column", "--country-column": "--label-column"}


OF_TABLES = tuple(name for name in READING if name != "encoding")  # a folder holds lists, no table


class DataCommand(Command):
    """A command that reads records. It has the options of READING and puts the format into `ctx.meta`."""

    reading: tuple[str, ...] = tuple(name for name in READING if name != "weight_column")
    instead = (
        "; several lists go into one folder, as <Label>.txt files, and the folder is DATA; several tables "
        "must be joined into one"
    )

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
        """Make the format from the options, and run the command."""
        ctx.meta["read_by"] = {name: ctx.params.pop(name) for name in self.reading}
        check_folders(ctx, ctx.params.get("data"))
        ctx.meta["form"] = table_format(**ctx.meta["read_by"])
        ctx.meta["on_error"] = ctx.params.pop("on_error")
        with bad_records(ctx, ctx.meta["on_error"], ctx.params.pop("rejects")) as ctx.meta["bad"]:
            return super().invoke(ctx)


def check_folders(ctx: Any, data: str | Sequence[str] | None) -> None:
    """Raise BadParameter for options of tables if all data are folders: they would have no effect."""
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
    weight_column: str | None = None,
    sheet: str | None = None,
    quoting: str = "minimal",
) -> "Format":
    """The format that these options describe."""
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
        weight_column=weight_column,
        sheet=sheet,
        quoted=quoting != "none",
        note=partial(typer.echo, err=True),
    )
