"""Files with names among other things, and models: errors with the command that is meant."""

import codecs
import json
import re
from pathlib import Path

from rnn_names.base.errors import DataError
from rnn_names.base.text import in_shell
from rnn_names.names.json_envelope import keys_of_records
from rnn_names.names.source import STDIN, name_of

MODEL = re.compile(rb"PK\x03\x04.{26}header\.npy", re.DOTALL)  # a model's beginning
# The beginning of a text that holds more than names, its name, and the command.
TEXTS = [
    (
        re.compile(rb"begin:vcard\s", re.IGNORECASE),
        "a vCard file (contacts)",
        "read its names: sed -n 's/^FN[^:]*://p' FILE | rnn-names predict",
    ),
    (
        re.compile(rb"From \S+ +\w{3} \w{3} [ \d]\d [\d:]+ .*\n"),
        "a mailbox",
        "read its senders: grep '^From: ' FILE | rnn-names predict",
    ),
    (
        re.compile(rb"\+-[-+]*\+\r?\n|[^\n]*\|[^\n]*\n-+(?:\+-+)+\r?\n|\xe2\x94\x8c\xe2\x94\x80"),
        "a table drawn for people",
        "print it for programs: psql --csv, mysql -B, sqlite3 -csv -header, duckdb -csv",
    ),
]
# The command that unpacks each kind of packed file.
UNPACKED = {"gzip": "gunzip -c", "bzip2": "bunzip2 -c", "xz": "xz -dc", "zstd": "zstd -dc"}
PLAIN_KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def check_begin(head: bytes, source: str, packed: str | None = None) -> None:
    """Raise DataError if a file with this beginning, once unpacked, is a model or holds more than names."""
    if MODEL.match(head):
        first = "unpack it, and " if packed else ""
        asked = f"rnn-names predict -m {'FILE' if packed else _file(source)} Schmidt"
        raise DataError(f"{source}: is a model, and no list of names; {first}give it with -m: {asked}")
    for pattern, what, mend in TEXTS:
        if pattern.match(head.removeprefix(codecs.BOM_UTF8)):
            said, colon, program = mend.partition(": ")
            if packed in UNPACKED and " FILE" in program:
                program = f"{UNPACKED[packed]} FILE | " + program.replace(" FILE", "")
            raise DataError(f"{source}: is {what}; {said}{colon}{program.replace('FILE', _file(source))}")


def check_array(text: str, source: str, packed: str | None = None) -> None:
    """Raise DataError if the text is a JSON object with an array of records under a key.

    Many web interfaces answer so.
    """
    if keys := keys_of_records(text):
        raise DataError(
            f"{source}: the records are under {' in '.join(map(repr, reversed(keys)))}; take them out: "
            + command(f"jq {in_shell(_filter(keys))}", source, packed, ".json")
        )


def _filter(keys: list[str]) -> str:
    """The filter of jq for the value to which these keys lead."""
    parts = "".join(f".{key}" if PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key)}]" for key in keys)
    return parts if parts.startswith(".") else f".{parts}"


def command(program: str, source: str, packed: str | None, ending: str) -> str:
    """The command that takes names out of a file, into another one beside it."""
    file = _file(source)
    into = "rest" if source == name_of(STDIN) else Path(source).name.partition(".")[0] + "-rest"
    begin = f"{UNPACKED[packed]} {file} | {program}" if packed in UNPACKED else f"{program} {file}"
    return f"{begin} > {in_shell(into + ending)}"


def _file(source: str) -> str:
    """A file as a command in an error has it."""
    return "FILE" if source == name_of(STDIN) else in_shell(source)
