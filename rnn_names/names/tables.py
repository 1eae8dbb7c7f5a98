"""Records in: lines, CSV, TSV and JSON lines, as they come and in little memory.

Every command reads by this module, by the rules in README.md.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rnn_names.base.errors import DataError
from rnn_names.names import sniffing, source, spreadsheets
from rnn_names.names.packed import ENDINGS
from rnn_names.names.records import Delimited, JsonLines, Lines, Table, unsaid

FORMS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
DELIMITERS = {"csv": ",", "tsv": "\t"}
JSON_OBJECT = re.compile(r"\s*\{\s*[\"}]")
JSON_ARRAY = re.compile(r"\s*\[\s*[\"{\[\]]")


@dataclass(frozen=True)
class Format:
    """How records are written. None: as the file's name says (kind), as its mark says (encoding).

    `column` is that of the names, `label_column` that of the labels: a name, or a number from 1. Names in
    several columns have columns.BETWEEN between these. `note` takes what a user wants to know.
    """

    kind: str | None = None  # text, csv, tsv, jsonl
    delimiter: str | None = None
    header: bool = True
    encoding: str | None = None
    errors: str = "strict"
    column: str | None = None
    label_column: str | None = None
    sheet: str | None = None
    note: Callable[[str], None] = field(default=unsaid, compare=False)

    @property
    def of_table(self) -> bool:
        """Whether it says what only a table has."""
        return self.delimiter is not None or not self.header or self.column is not None

    def kind_of(self, path: Path | None) -> str:
        """text, csv, tsv or jsonl."""
        named = self.kind or (form_of(path) if path else None)
        if named is None and path and path.suffix.lower() in spreadsheets.ENDINGS:
            return "csv"  # as which a sheet is read
        return named or ("tsv" if self.delimiter == "\t" else "csv" if self.of_table else "text")


def form_of(path: Path) -> str | None:
    """csv, tsv or jsonl, by the ending of the file's name without that of a packer; None for any other."""
    return FORMS.get((path.with_suffix("") if path.suffix.lower() in ENDINGS else path).suffix.lower())


@contextmanager
def opened(
    path: Path,
    form: Format,
    labelled: bool = False,
    mend: str = "give {} one of them, or its number from 1",
) -> Iterator[Table]:
    """The records of a file, or for `-` of standard input. Raises DataError, then and while they are read.

    `labelled`: each record has a label, too. `mend` says what to do about a column that is missing.
    """
    kind, name = form.kind_of(path), source.name_of(path)
    encoded = "give --encoding its own" + ("" if labelled else ", or --encoding-errors replace")
    with source.opened(path) as file:
        if spreadsheets.is_one(source.head(file, name)):
            sheet = spreadsheets.text_of(file.read(), form.sheet, name, form.note)
            column, label = _columns(form, labelled)
            yield Delimited(sheet, name, ",", column, form.header, label, mend, form.note)
            return
        blocks = source.blocks(file, name)
        if labelled:  # all of the bytes first: whether they are those that were packed is known at the end
            blocks = iter([b"".join(blocks)])
        text = source.decoded(blocks, name, form.encoding, form.errors, encoded)
        if kind == "text":
            if labelled:
                raise DataError(
                    f"{name}: not a .csv, .tsv or .jsonl file, nor a folder of <Label>.txt files; "
                    "rename it" + (", or say how it is written with --input-format" if "{}" in mend else "")
                )
            yield Lines(text if form.kind else _no_json(text, name))
        elif kind == "jsonl":
            yield JsonLines(
                text,
                name,
                form.column,
                (form.label_column or "country") if labelled else None,
                form.note,
            )
        else:
            column, label = _columns(form, labelled)
            separator = form.delimiter
            if separator is None:
                line, text = sniffing.first_line(text)
                separator = sniffing.delimiter(line, DELIMITERS[kind], column, form.header, name)
            yield Delimited(text, name, separator, column, form.header, label, mend, form.note)


def _columns(form: Format, labelled: bool) -> tuple[str | None, str | None]:
    """The columns of names and labels; None for those that the header names, or for no labels."""
    label = form.label_column or ("country" if form.header else "2")
    return form.column or (None if form.header else "1"), label if labelled else None


def _no_json(text: Iterator[str], name: str) -> Iterator[str]:
    """The text, unless it begins as JSON does."""
    for block in text:
        if JSON_OBJECT.match(block):
            raise DataError(f"{name}: looks like JSON lines; give --input-format jsonl")
        if JSON_ARRAY.match(block):
            raise DataError(f"{name}: looks like a JSON array; put one object in each line (jq -c '.[]')")
        yield block
        break
    yield from text
