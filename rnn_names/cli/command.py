"""What all commands share: help in sections, and the options -q and --no-color."""

import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import typer
from typer._click.exceptions import UsageError  # typer has no public name for it
from typer.core import TyperCommand, TyperOption
from typer.models import CommandFunctionType

PATHS = ("FILE", "PATH", "DATA", "MODEL")  # in the metavar of options that may be a path
UNDECODABLE = re.compile("[\udc80-\udcff]")  # the code points in which Python keeps such bytes
REST = "Options"  # the section of all other options


class Command(TyperCommand):
    """A command with the options that all share; its help has a section for each `rich_help_panel`."""

    instead = ""  # what to do with arguments that are too many

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        taken = {name for parameter in self.params for name in parameter.opts}
        shared = (
            TyperOption(
                param_decls=["-q", "--quiet"],
                is_flag=True,
                default=False,
                help="Print results and errors, and nothing else.",
            ),
            TyperOption(
                param_decls=["--no-color"],
                is_flag=True,
                default=False,
                is_eager=True,
                expose_value=False,
                callback=no_color,
                help="Print without colour or bold, as with NO_COLOR or TERM=dumb.",
            ),
        )
        self.params += [option for option in shared if not taken & set(option.opts)]
        for parameter in self.params:
            parameter.metavar = parameter.metavar or metavar(parameter.type)
        self.silent = "--quiet" not in taken  # otherwise the command handles it

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer's, but a repeated option is an error unless the option allows it."""
        given, extra, order = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in self.params:
            _check_text(ctx, parameter, given.get(str(parameter.name)))
        for option, times in Counter(order).items():
            if times > 1 and option.param_type_name == "option" and not option.multiple:
                raise UsageError(f"{option.opts[-1]} is given {times} times; give it once", ctx)
        if extra and not ctx.resilient_parsing:
            raise UsageError(f"{extra[0]!r} is one argument too many{self.instead}", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. With -q its notes are discarded, but errors are still printed."""
        if not (self.silent and ctx.params.pop("quiet", False)):
            return super().invoke(ctx)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
            return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections in the order of their first options: arguments first, REST last."""
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": []}
        for parameter in self.get_params(ctx):
            kind = "Arguments" if parameter.param_type_name == "argument" else REST
            title = getattr(parameter, "rich_help_panel", None) or kind
            if record := parameter.get_help_record(ctx):
                sections.setdefault(title, []).append(record)
        sections[REST] = sections.pop(REST)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records, col_max=min(30, formatter.width // 3))


def _check_text(ctx: Any, parameter: Any, values: Any) -> None:
    """Raise UsageError for bytes that are no text in the locale; a path may have them."""
    if any(path in (parameter.metavar or "") for path in PATHS):
        return
    for place, value in enumerate(values if isinstance(values, list | tuple) else [values], start=1):
        if isinstance(value, str) and (bad := UNDECODABLE.search(value)):
            where = parameter.opts[-1] if parameter.param_type_name == "option" else f"argument {place}"
            raise UsageError(
                f"{where}: byte 0x{ord(bad[0]) & 0xFF:02x} is not UTF-8; type it in UTF-8", ctx
            )


class OneCommand(typer.Typer):
    """The typer app of a module that holds one command."""

    def __init__(self) -> None:
        super().__init__(
            add_completion=False,
            rich_markup_mode=None,  # plain help is fast, and keeps [brackets], which are no markup here
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def command(
        self, name: str | None = None, *, cls: type[TyperCommand] | None = None, **more: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """As typer's, with the class Command."""
        return super().command(name, cls=cls or Command, **more)


def metavar(kind: Any) -> str | None:
    """How the help shows a value: a|b, INT, FLOAT. Typer's own form changes between versions."""
    if choices := getattr(kind, "choices", None):
        return "|".join(choices)
    return {"int": "INT", "float": "FLOAT"}.get(kind.name.removesuffix(" range").removesuffix("eger"))


def no_color(ctx: Any, parameter: Any, value: bool) -> None:
    """The callback of --no-color: sets NO_COLOR for this run."""
    if value:
        os.environ["NO_COLOR"] = "1"
