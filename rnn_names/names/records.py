"""Records as they come: what every form of input gives, and what stands in a cell."""

import json
from typing import Any, NamedTuple

DELIMITERS = {"csv": ",", "tsv": "\t"}
CHUNK = 3072  # records answered at a time
json_text = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each text
# What databases and spreadsheets write where there is nothing. Null, None, Nan and NA are people's names.
MISSING = frozenset(["NULL", "N/A", "#N/A", r"\N"])


def unsaid(note: str) -> None:
    """Takes notes that nobody reads."""


class Chunk(NamedTuple):
    """Some records, and the name in each."""

    names: list[str]
    rows: list[Any]


class Origin(NamedTuple):
    """A file's form (text, csv, tsv, jsonl, json, sheet), its packer and its encoding."""

    form: str = "text"
    packed: str | None = None
    encoding: str | None = None


class AsWritten:
    """How the input is written, for an output in the same form; text and JSON keep these defaults."""

    origin = Origin()
    encoding, delimiter, line_end, quoted = "utf-8", ",", "\n", True
    unit = "line"  # what a record's number counts

    def gather(self) -> None:
        """Read as many records as it takes to know the header; most forms know it at once."""


def given(cell: str) -> str:
    """What stands in a cell: nothing if it is one of MISSING."""
    return "" if cell.strip() in MISSING else cell


def all_given(cells: list[str]) -> list[str]:
    """What stands in each of the cells; nearly always they hold none of MISSING."""
    return cells if MISSING.isdisjoint(map(str.strip, cells)) else [*map(given, cells)]
