"""Reading records: lines, CSV, TSV and JSON lines, as they come and in little memory.

Every command reads through this module, by the rules in README.md.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rnn_names.base.errors import DataError
from rnn_names.names import fasttext, sniffing, source, spreadsheets
from rnn_names.names.bad_records import STOPPING, BadRecords
from rnn_names.names.delimited import Delimited
from rnn_names.names.fasttext import LabelledLines
from rnn_names.names.json_array import blocks_of_array
from rnn_names.names.json_lines import JsonLines
from rnn_names.names.lines import Lines
from rnn_names.names.packed import ENDINGS, packed_by
from rnn_names.names.records import DELIMITERS, Origin, unsaid
from rnn_names.names.weights import weighted

FORMS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json"}
JSON_OBJECT = re.compile(r"\s*\{\s*[\"}]")
JSON_ARRAY = re.compile(r"\s*\[\s*[\"{\[\]]")

Table = Lines | LabelledLines | Delimited | JsonLines


@dataclass(frozen=True)
class Format:
    """How records are written. None: `kind` by the file's name, `encoding` by its byte order mark.

    `column` is that of the names, `label_column` that of the labels, `weight_column` that of the weights:
    a name, or a number from 1. Names in several columns have columns.BETWEEN between these. `note` takes
    messages for the user.
    """

    kind: str | None = None  # text, csv, tsv, jsonl, json
    delimiter: str | None = None
    header: bool = True
    encoding: str | None = None
    errors: str = "strict"
    column: str | None = None
    label_column: str | None = None
    weight_column: str | None = None
    sheet: str | None = None
    quoted: bool = True
    note: Callable[[str], None] = field(default=unsaid, compare=False)

    @property
    def of_table(self) -> bool:
        """Whether it has an option that only a table has."""
        return self.delimiter is not None or not self.header or self.column is not None

    def kind_of(self, path: Path | None) -> str:
        """text, csv, tsv, jsonl or json."""
        named = self.kind or (form_of(path) if path else None)
        if named is None and path and path.suffix.lower() in spreadsheets.ENDINGS:
            return "csv"  # a sheet is read as CSV
        return named or ("tsv" if self.delimiter == "\t" else "csv" if self.of_table else "text")


def form_of(path: Path) -> str | None:
    """csv, tsv, jsonl or json, by the ending of the name without that of a packer; None for any other."""
    return FORMS.get((path.with_suffix("") if path.suffix.lower() in ENDINGS else path).suffix.lower())


@contextmanager
def opened(
    path: Path,
    form: Format,
    labelled: bool = False,
    mend: str = "give {} one of them, or its number from 1",
    bad: BadRecords = STOPPING,
    waits: source.Waits | None = None,
) -> Iterator[Table]:
    """The records of a file, or of standard input for `-`. Raises DataError, now and while they are read.

    `labelled`: each record has a label, too. `mend` says what to do about a column that is missing;
    `bad` decides about bad records; `waits` is called before a read that may wait: see `source.blocks`.
    """
    from rnn_names.names import taken_out  # not above: names that are arguments need it not

    kind, name = form.kind_of(path), source.name_of(path)
    table: Table
    encoded = "give --encoding its own" + ("" if labelled else ", or --encoding-errors replace")
    with source.opened(path) as file:
        head = source.head(file, name)
        if form.kind is None:
            taken_out.check_begin(head, name, packed_by(file))
        sheet = spreadsheets.is_one(head)
        if sheet:
            text = spreadsheets.text_of(file.read(), form.sheet, name, form.note)
            encoding, kind, form = "utf-8", "csv", replace(form, delimiter=",", quoted=True)
        else:
            encoding, blocks = source.encoded(source.blocks(file, name, waits), name, form.encoding)
            if labelled:  # read to the end first: only there is it known whether a packed file is whole
                blocks = iter([b"".join(blocks)])
            errors = bad.decoding if form.errors == "strict" else form.errors
            text = source.decoded(blocks, name, encoding, errors, encoded + bad.otherwise)
        line = second = line_end = start = ""
        if kind in DELIMITERS or (kind == "text" and form.kind is None):
            usual = DELIMITERS.get(kind)
            line, second, line_end, text, start = sniffing.first_lines(
                text,
                form.quoted,
                lambda row: (
                    not (form.header or form.delimiter)
                    and bool(sniffing.separators(row, form.quoted).keys() - {usual})
                ),
            )
        of_fasttext = kind == "text" and fasttext.is_one(line)
        if kind == "text" and not of_fasttext and (separator := sniffing.of_header(line)):
            form.note(f"{name}: is read as a table; give --input-format text for a name a line")
            kind, form = "tsv" if separator == "\t" else "csv", replace(form, delimiter=separator)
        if kind == "text" and labelled:  # the first line may be one that lacks its label
            whole = "".join(text if form.kind else _no_json(text, name))
            text, of_fasttext = iter([whole]), fasttext.is_one(whole)
        if of_fasttext and form.weight_column is not None:
            raise DataError(f"{name}: its lines have labels, and no columns; leave --weight-column out")
        if of_fasttext:
            table = LabelledLines(text, name, bad)
        elif kind == "text":
            if labelled:
                raise DataError(
                    f"{name}: not a .csv, .tsv or .jsonl file, a folder of <Label>.txt files, or lines "
                    "that begin with __label__; rename it"
                    + (", or say how it is written with --input-format" if "{}" in mend else "")
                )
            # One tab may stand before a weight; commas may stand in a name.
            columns = "-d ';'" if ";" in line else "-t" if "\t" in weighted(line)[0] else ""
            if columns and not form.kind:
                no_header = "-H if line 1 is no header"
                form.note(f"{name}: line 1 has columns; give {columns} and --column, and {no_header}")
            if sniffing.alone(line) and not form.kind:
                form.note(
                    f"{name}: line 1, {line.strip()!r}, is answered as a name; if it is a header give "
                    "--input-format csv"
                )
            table = Lines(text if form.kind else _no_json(text, name), name, bad)
        elif kind in ("jsonl", "json"):
            if kind == "json":
                whole = "".join(text)
                taken_out.check_array(whole, name, packed_by(file))
                text = blocks_of_array(whole, name)
            label = (form.label_column or "") if labelled else None
            unit = "record" if kind == "json" else "line"
            weight = form.weight_column if labelled else None
            table = JsonLines(text, name, form.column, label, form.note, unit, bad, weight)
        else:
            column = form.column or (None if form.header else "1")
            label = (form.label_column or ("" if form.header else "2")) if labelled else None
            separator = form.delimiter or sniffing.delimiter(
                line, DELIMITERS[kind], column, form.header, name, form.quoted, second
            )
            try:
                table = Delimited(
                    *(text, name, separator, column, form.header, label, mend, form.note, form.quoted, bad),
                    weight=form.weight_column if labelled else None,
                )
            except DataError as error:
                if form.header and (number := sniffing.later_header(start)):
                    raise DataError(
                        f"{name}: line {number} may be the header; "
                        + (
                            "delete the rows above it"
                            if sheet
                            else "take off what stands before it: "
                            + taken_out.command(f"tail -n +{number}", name, packed_by(file), f".{kind}")
                        )
                    ) from error
                raise
            table.encoding, table.line_end = encoding, line_end
        table.origin = Origin("sheet" if sheet else kind, packed_by(file), None if sheet else encoding)
        yield table


def _no_json(text: Iterator[str], name: str) -> Iterator[str]:
    """The text. Raises DataError if it begins like JSON."""
    for block in text:
        if JSON_OBJECT.match(block):
            raise DataError(
                f"{name}: looks like JSON lines; give --input-format jsonl, or json for one whole object"
            )
        if JSON_ARRAY.match(block):
            raise DataError(f"{name}: looks like a JSON array; give --input-format json")
        yield block
        break
    yield from text
