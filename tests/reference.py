"""The help of every command, as the reference in rnn_names/cli/README.md and as a man page.

python -m tests.reference        print the reference
python -m tests.reference --man  print the man page
"""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from rnn_names import __version__
from rnn_names.cli.commands import COMMANDS, app

WIDTH = 100
ABOUT = """\
.SH EXIT STATUS
.TP
.B 0
Fine; also where the reader of a pipe has had enough, and where
\\fBcheck\\fR warns.
.TP
.B 1
The run failed. One line on standard error says what is wrong, where, and what
to do. So where a figure of \\fBevaluate\\fR is below what was asked for, and where
\\fBgenerate\\fR finds fewer names than it was asked for.
.TP
.B 2
The command line is wrong.
.TP
.B 129
Ended by SIGHUP, where the terminal was closed.
.TP
.B 130
Stopped by Ctrl-C.
.TP
.B 143
Ended by SIGTERM, as by \\fBkill\\fR or \\fBtimeout\\fR.
.SH ENVIRONMENT
.TP
.B RNN_NAMES_MODEL
The model to use where \\fB\\-m\\fR is not given.
.TP
.B NO_COLOR
If it is set and not empty, nothing is printed in colour or bold; so with
TERM=dumb.
.SH FILES
.TP
.I rnn-names.npz
In the current folder: the model that \\fBtrain\\fR writes, and that is used where
neither \\fB\\-m\\fR nor RNN_NAMES_MODEL names one. Else the model that comes with
the package is used.
"""


def contexts() -> Iterator[Any]:
    """The context of the program and of each command, in which the help is written."""
    program: Any = get_command(app)
    root = program.make_context("rnn-names", ["info"], resilient_parsing=True, terminal_width=WIDTH)
    yield root
    for name in COMMANDS:
        yield program.get_command(root, name).make_context(name, [], parent=root, resilient_parsing=True)


def reference() -> str:
    """The help of every command, each in a section that unfolds."""
    first, *others = (
        "```text\n" + re.sub(" +$", "", context.get_help().strip(), flags=re.M) + "\n```\n"
        for context in contexts()
    )
    parts = [first]
    for name, text in zip(COMMANDS, others, strict=True):
        parts.append(
            f"<details><summary><code>rnn-names {name} -h</code></summary>\n\n{text}\n</details>\n"
        )
    return "\n".join(parts)


def man_page() -> str:
    """rnn-names(1), in the man macros."""
    root, *others = contexts()
    summary, _ = paragraphs(root.command.help)[0]
    lines = [
        f'.TH RNN\\-NAMES 1 "" "rnn\\-names {__version__}" "User Commands"',
        *(
            ".SH NAME",
            f"rnn\\-names \\- {escaped(summary.rstrip('.')[:1].lower() + summary.rstrip('.')[1:])}",
        ),
        *(".SH SYNOPSIS", ".B rnn\\-names", escaped(" ".join(root.command.collect_usage_pieces(root)))),
        *(".SH DESCRIPTION", *prose(root.command)),
        *(".SH OPTIONS", *parameters(root)),
        ".SH COMMANDS",
    ]
    for context in others:
        usage = " ".join(context.command.collect_usage_pieces(context))
        lines += [f".SS {escaped(f'rnn-names {context.info_name} {usage}')}", *prose(context.command)]
        lines += parameters(context)
    return "\n".join(lines) + "\n" + ABOUT


def paragraphs(help: str) -> list[tuple[str, bool]]:
    """Each paragraph of a help text, and whether its lines are kept."""
    parts = inspect.cleandoc(help).split("\n\n")
    return [(part.removeprefix("\b\n"), part.startswith("\b")) for part in parts]


def prose(command: Any) -> Iterator[str]:
    """A command's help text."""
    for place, (text, raw) in enumerate(paragraphs(command.help)):
        if raw:
            yield from (
                ".PP",
                ".RS 4",
                ".nf",
                *map(escaped, inspect.cleandoc(text).split("\n")),
                ".fi",
                ".RE",
            )
        else:
            yield from ([".PP"] if place else [])
            yield from wrapped(text)


def parameters(context: Any) -> Iterator[str]:
    """Its arguments and options."""
    for parameter in context.command.get_params(context):
        if record := parameter.get_help_record(context):
            yield from (".TP", f".B {escaped(record[0])}", *wrapped(record[1]))


def wrapped(text: str) -> Iterator[str]:
    """The text in short lines, none of which troff reads as a request."""
    for line in textwrap.wrap(escaped(text), 80, break_long_words=False, break_on_hyphens=False):
        yield f"\\&{line}" if line.startswith(".") else line


def escaped(text: str) -> str:
    """The text in ASCII, without anything that troff reads as a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--man"]:
        print(man_page(), end="")
    else:
        print(reference(), end="")
