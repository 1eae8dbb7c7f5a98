"""What a command would read from a file: how it is written, which columns it has, names and labels."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from rnn_names.base.errors import DataError
from rnn_names.names import decoding, source, spreadsheets
from rnn_names.names.bad_records import STOPPING, BadRecords
from rnn_names.names.columns import called_labels, folded, key, listed, near
from rnn_names.names.delimited import Delimited
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.fasttext import LabelledLines, labels_in
from rnn_names.names.json_lines import JsonLines
from rnn_names.names.records import DELIMITERS, Chunk, given
from rnn_names.names.source import STDIN
from rnn_names.names.spelling import label, tidy
from rnn_names.names.tables import Format, Table, opened

# The words of headers for labels, the likelier first: train takes columns.LABELS alone without being told.
LIKELY_LABELS = """country, countries, country name, nationality, label, language, origin, ethnicity,
    country region, mailing country, billing country,
    nation, country of birth, land, staat, nationalität, staatsangehörigkeit, herkunft,
    herkunftsland, pays, nationalité, país, nacionalidad, país de origen, nacionalidade, paese, nazione,
    nazionalità, nationaliteit, nationalitet, kraj, narodowość, obywatelstwo, země, krajina, národnost,
    ország, țara, naționalitate, država, χώρα, εθνικότητα, ülke, uyruk, страна, гражданство, национальность,
    країна, громадянство, држава, държава, negara, quốc gia, البلد, الدولة, الجنسية, کشور, ملیت, ארץ,
    देश, 国, 国家, 国籍,
    國家, 國籍, 국가, 국적"""


@dataclass(frozen=True)
class Survey:
    """How a file is read.

    file          its path; - is standard input
    form          text, csv, tsv, jsonl, json, sheet or folder
    packed        its packer
    encoding      of its text
    guessed       whether the encoding is a guess from the text itself
    delimiter     what separates the columns of a table
    header        the names of the columns, or the keys; numbers without a header
    columns       those of the name, in the order in which their cells are joined
    label_column  that of the labels, if there is one
    warnings      what the user should know about this
    """

    file: str
    form: str
    packed: str | None = None
    encoding: str | None = None
    guessed: bool = False
    delimiter: str | None = None
    header: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    label_column: str | None = None
    warnings: list[str] = field(default_factory=list)


def survey(path: Path, form: Format = Format(), bad: BadRecords = STOPPING) -> tuple[Survey, list[Example]]:
    """How the file or folder is read, and its names; the country of one without a label is "".

    Any file that can be answered is read, with labels or without. Raises DataError for a file that cannot
    be read or has no record, and if the labels that are asked for are missing.
    """
    name = source.name_of(path)
    if path != STDIN and path.is_dir():
        return Survey(name, "folder", encoding=form.encoding), read_examples(path, form, bad)
    guess = _guess(path, form)
    if guess:
        form = replace(form, encoding=guess[0])
    with opened(path, form, labelled=form.label_column is not None, bad=bad) as table:
        chunks = iter(table)
        first = next(chunks, Chunk([], []))
        label_column, labels_of = _labels(table, form, first)
        examples = list[Example]()
        for names, rows in chain([first], chunks):
            for each, row in zip(names, rows, strict=True):
                for text in labels_of(row) or [""]:
                    examples.append(Example(tidy(each), label(given(text))))
        if not examples:
            raise DataError(f"{name}: there are no names in it; give a file or folder that has some")
        labelled = any(example.country for example in examples)
        if form.label_column and not labelled:
            header = list(table.header)
            raise DataError(
                f"{name}: no record has a label under {form.label_column!r}; "
                f"{near(form.label_column, header)}give --label-column one of {listed(header)}"
            )
        warnings = [guess[1]] if guess else []
        several = [table.header[place] for place in called_labels(table.header)]
        if len(several) > 1 and not form.label_column and form.header:
            warnings.append(
                f"more than one column may hold the label, {' or '.join(map(repr, several))}; "
                "give --label-column"
            )
        found = Survey(
            file=str(path),
            form=table.origin.form,
            packed=table.origin.packed,
            encoding=table.origin.encoding,
            guessed=guess is not None,
            delimiter=table.delimiter if table.origin.form in DELIMITERS else None,
            header=list(table.header) if isinstance(table, Delimited | JsonLines) else [],
            columns=_columns(table),
            label_column=label_column if labelled else None,
            warnings=warnings,
        )
    return found, examples


def _guess(path: Path, form: Format) -> tuple[str, str] | None:
    """The guessed encoding of a file that is not UTF-8, and a warning; standard input is read only once."""
    if form.encoding is not None or path == STDIN or not path.is_file():
        return None
    name = source.name_of(path)
    with source.opened(path) as file:
        if spreadsheets.is_one(source.head(file, name)):
            return None
        encoding, blocks = source.encoded(source.blocks(file, name), name)
        return decoding.guessed(blocks) if encoding == "utf-8" else None


def _columns(table: Table) -> list[str]:
    if isinstance(table, Delimited):
        return [table.header[place] for place in table.places]
    return list(table.wanted) if isinstance(table, JsonLines) else []


def _labels(table: Table, form: Format, first: Chunk) -> tuple[str | None, Callable[[Any], list[str]]]:
    """The column of the labels, and the function that reads the labels of a row."""
    if isinstance(table, Delimited):
        place = table.label_at if form.label_column else _place(table, form)
        if place is not None:
            return table.header[place], lambda row: [row[place]]
    elif isinstance(table, JsonLines):
        keys = list(dict.fromkeys(each for _, record, _ in first.rows for each in record))
        wanted = key(form.label_column or "")
        same = [each for each in keys if key(each) == wanted] or [form.label_column or ""]
        named = same[0] if wanted else _labelling(keys, _columns(table))
        if named is not None:
            return named, lambda row: [table.label_in(row, named) or ""]
    elif isinstance(table, LabelledLines):
        return None, labels_in
    return None, lambda row: []


def _place(table: Delimited, form: Format) -> int | None:
    """The place of the labels in a table: by its header; without one the second column, as for `train`."""
    if form.header:
        named = _labelling(table.header, _columns(table))
        return None if named is None else table.header.index(named)
    return 1 if len(table.header) > 1 and 1 not in table.places else None


def _labelling(header: list[str], taken: list[str]) -> str | None:
    """The column that the header calls a column of labels, in the order of LIKELY_LABELS."""
    free = {folded(each): each for each in reversed(header) if each not in taken}
    return next((free[word] for word in map(folded, LIKELY_LABELS.split(",")) if word in free), None)
