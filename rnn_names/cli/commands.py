"""All commands, and the one place where an error becomes a line and an exit code.

Each command has a module of its name, imported on first use: no command loads the options of another.
"""

import errno
import importlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Any, NoReturn

import typer
from typer._click.exceptions import NoSuchOption, UsageError  # typer has no public name for them
from typer.core import TyperGroup
from typer.main import get_command

from rnn_names import __version__
from rnn_names.base.errors import RnnNamesError
from rnn_names.cli.command import no_color

NO_NUMBER = {"int": "is no whole number", "float": "is no number"}  # in the words of our own messages
COMMANDS = ("predict", "train", "evaluate", "check", "info", "explain", "generate", "gradients")

WELCOME = """\
Which country is a name common in? Try:

  rnn-names predict Schmidt Nguyen
      the likeliest countries of two names
  rnn-names explain Schmidt
      what the network believes, letter by letter
  rnn-names info
      the countries that the model knows, and its training

Train on names of your own: rnn-names train FILE
All commands and options:   rnn-names -h"""


class Commands(Mapping[str, Any]):
    """The commands by name, each built on first use."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        return get_command(importlib.import_module(f"rnn_names.cli.{name}").app)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


@contextmanager
def errors() -> Iterator[None]:
    """The one place where an error becomes a line on stderr and an exit code."""
    try:
        yield
        sys.stdout.flush()  # flushed here, where a closed pipe can still be told from a failure
    except RnnNamesError as error:
        from rnn_names.base.text import printable  # a message may quote an untrusted file

        for line in error.args:
            typer.echo(f"error: {printable(str(line))}", err=True)
        raise typer.Exit(1) from error
    except MemoryError as error:
        typer.echo("error: not enough memory; use a smaller network or less data", err=True)
        raise typer.Exit(1) from error
    except UsageError as error:
        from rnn_names.base.text import printable

        what = error.format_message().removeprefix("Invalid value: ")
        what = re.sub("is not a valid (int|float)(eger)?( range)?", lambda said: NO_NUMBER[said[1]], what)
        if isinstance(error, NoSuchOption) and error.possibilities:
            what = f"{error.message}. Did you mean {' or '.join(error.possibilities)}?"
        what = (
            printable(" ".join(what.split())).removesuffix(".").replace(". Did you mean", "; did you mean")
        )
        if not what.endswith("?"):
            what += f"; see {error.ctx.command_path if error.ctx else 'rnn-names'} -h"
        typer.echo(f"error: {what[:1].lower()}{what[1:]}", err=True)
        raise typer.Exit(2) from error
    except BrokenPipeError as error:
        if not _reader_left():
            raise _failed("a pipe was closed too early; run the command again") from error
        _drop_output()  # the reader has left (`| head`)
        raise typer.Exit(0) from None
    except OSError as error:  # a full disk behind standard output, or an invalid path
        if error.filename:
            raise _failed(f"{error.filename}: {error.strerror}; make room, or write elsewhere") from error
        _drop_output()
        if error.errno == errno.EBADF:
            raise _failed("standard output is closed; open it, or give -o FILE") from error
        raise _failed(f"standard output: {error.strerror}; make room, or write elsewhere") from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def end(error: OSError) -> NoReturn:
    """End the program as `errors` ends a command that raises this error."""
    try:
        with errors():
            raise error
    except typer.Exit as exit:
        raise SystemExit(exit.exit_code) from error
    raise AssertionError("errors() ends with an exit code")


def _failed(message: str) -> typer.Exit:
    typer.echo(f"error: {message}", err=True)
    return typer.Exit(1)


def _reader_left() -> bool:
    """Whether the pipe of standard output has lost its reader; True if the system cannot say."""
    import select

    if not hasattr(select, "poll"):  # Windows
        return True
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), select.POLLOUT)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    except (OSError, ValueError):  # a replaced stream has no descriptor
        return True


def _drop_output() -> None:
    """Discard the rest of the output, which Python would otherwise try to write at exit."""
    with suppress(OSError):  # a replaced stream has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Errors(TyperGroup):
    """The group of all commands; `errors` reports their errors."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = Commands()

    def make_context(self, *args: Any, **more: Any) -> Any:
        with errors():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        with errors():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer's; what is near to no command is perhaps a name, or a file of names."""
        try:
            return super().resolve_command(ctx, args)
        except UsageError as error:
            if error.message.endswith("?"):  # it suggests a command
                raise
            from rnn_names.base.text import in_shell

            what = error.message.removesuffix(".")
            names = " ".join(map(in_shell, args))
            # pathlib raises for a name too long for a path.
            a_name, a_file = "a name type rnn-names predict", "a file type rnn-names predict -i"
            which = a_file if os.path.isfile(args[0]) else a_name  # noqa: PTH113
            raise UsageError(f"{what}; for {which} {names}", ctx) from error


app = typer.Typer(
    cls=Errors,
    name="rnn-names",
    invoke_without_command=True,
    rich_markup_mode=None,  # as in Command
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"rnn-names {__version__}")
        raise typer.Exit


@app.callback(epilog="A name hints at where it is common and says nothing certain about a person.")
def _root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    no_colour: Annotated[
        bool, typer.Option("--no-color", callback=no_color, help="Print without colour or bold.")
    ] = False,
) -> None:
    """Say in which countries a name is common, by a recurrent network in NumPy.

    \b
      rnn-names predict Schmidt Nguyen
      rnn-names train names.csv -o names.npz
      rnn-names evaluate -m names.npz
      rnn-names generate Poland
    """
    if ctx.invoked_subcommand is None:
        typer.echo(WELCOME)
