"""The options that say how an input is written, and what becomes of its bad records."""

from typing import Any

import typer

from rnn_names.cli.options import one_of

KINDS = ["text", "csv", "tsv", "jsonl", "json"]  # values of --input-format


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


# Each option by its name in the code, with its names on the command line and its attributes.
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
            "language, else text; with -H: 1]",
        },
    ),
    "label_column": (
        ["--label-column"],
        {
            "metavar": "NAME",
            "help": "Column of labels in a table: its header, or its number from 1.  "
            "[default: country or label; with -H: 2]",
        },
    ),
    "weight_column": (
        ["--weight-column"],
        {
            "metavar": "NAME",
            "help": "Column of weights in a table, how often each name counts: its header, or its number "
            "from 1.  [default: none, and each counts once]",
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
