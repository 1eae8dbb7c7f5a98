"""What every command is: help in sections, and the options -q and --no-color."""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import typer
from typer._click.exceptions import UsageError  # typer has no public name for it
from typer.core import TyperCommand, TyperOption
from typer.models import CommandFunctionType

REST = "Options"  # the section of what belongs to no other


class Command(TyperCommand):
    """A command with its options in sections, by `rich_help_panel`, and with those that all share."""

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
                help="Print without colour and bold, as NO_COLOR and TERM=dumb do.",
            ),
        )
        self.params += [option for option in shared if not taken & set(option.opts)]
        for parameter in self.params:
            parameter.metavar = parameter.metavar or metavar(parameter.type)
        self.silent = "--quiet" not in taken  # or the command sees to it itself

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer's; an option that is given twice, and can be given once, is an error."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option, times in Counter(order).items():
            if times > 1 and option.param_type_name == "option" and not option.multiple:
                raise UsageError(f"{option.opts[-1]} is given {times} times; give it once", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run it; with -q its notes go nowhere, while errors are said after it."""
        if not (self.silent and ctx.params.pop("quiet", False)):
            return super().invoke(ctx)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
            return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections in the order of their first options, arguments first, the rest last."""
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


class OneCommand(typer.Typer):
    """What a module of one command hangs it on."""

    def __init__(self) -> None:
        super().__init__(
            add_completion=False,
            rich_markup_mode=None,  # plain help starts fast, and eats no [brackets] as markup
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def command(
        self, name: str | None = None, *, cls: type[TyperCommand] | None = None, **more: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """As typer's, of the class Command."""
        return super().command(name, cls=cls or Command, **more)


def metavar(kind: Any) -> str | None:
    """What stands for a value in the help: a|b, INT, FLOAT; typer's own words change with its version."""
    if choices := getattr(kind, "choices", None):
        return "|".join(choices)
    return {"int": "INT", "float": "FLOAT"}.get(kind.name.removesuffix(" range").removesuffix("eger"))


def no_color(ctx: Any, parameter: Any, value: bool) -> None:
    """The callback of --no-color: what NO_COLOR says, for this run."""
    if value:
        os.environ["NO_COLOR"] = "1"
