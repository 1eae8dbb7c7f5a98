"""Records to examples: a table with names and labels, or a folder of lists."""

import math
from collections.abc import Iterator
from pathlib import Path

from rnn_names.base.errors import DataError
from rnn_names.names.bad_records import STOPPING, BadRecords
from rnn_names.names.example import Example
from rnn_names.names.fasttext import LabelledLines
from rnn_names.names.lines import Lines
from rnn_names.names.source import GZIP, STDIN, name_of
from rnn_names.names.spelling import label, label_key, tidy
from rnn_names.names.tables import Format, form_of, opened
from rnn_names.names.weights import NUMBER, weight_in, weighted

LIST = ".txt"
# Endings of data files that are not read from a folder: leaving them out silently would mislead.
UNREAD = (".csv", ".tsv", ".jsonl", ".json", ".xlsx", ".xls", ".zip", ".bz2", ".xz", ".zst")


def read_examples(path: Path, form: Format = Format(), bad: BadRecords = STOPPING) -> list[Example]:
    """Every name with its label, in a folder or in a table, gzipped or not.

    A folder holds a `<Label>.txt` file or a folder of .txt files for each label.
    In a .txt file a tab and a weight may follow a name; in a table `form.weight_column` has the weights.
    See Example. Blank lines are skipped.
    A missing name or label is "": training, scoring and checking leave these rows out and count them.
    Raises DataError, with file and line, for data that cannot be read or would have to be guessed.
    """
    found = _folder(path, form, bad) if path != STDIN and path.is_dir() else _table(path, form, bad)
    examples = list(found)
    if not examples:
        raise DataError(f"{name_of(path)}: there are no names in it; give a file or folder that has some")
    if not any(example.country for example in examples):
        raise DataError(f"{name_of(path)}: no name has a label; give each its label, or a folder of lists")
    return examples


def _folder(folder: Path, form: Format, bad: BadRecords) -> Iterator[Example]:
    files = sorted(file for file in folder.iterdir() if _is_list(file))
    of_label = {file: file.name[: file.name.lower().rindex(LIST)] for file in files}
    inner = {
        file: sub.name
        for sub in sorted(folder.iterdir())
        if sub.is_dir() and not sub.name.startswith(".")
        for file in sorted(sub.iterdir())
        if _is_list(file)
    }
    if of_label and inner:
        raise DataError(
            f"{folder}: holds {files[0].name} and {next(iter(inner)).relative_to(folder)}, so a label is "
            "a file here and a folder there; keep one of the two ways"
        )
    of_label |= inner
    if not of_label:
        raise DataError(
            f"{folder}: there are no .txt files in this folder; put the names into <Label>.txt files or "
            "into .txt files of a folder for each label, one a line, or give a .csv or .tsv file"
        )
    for file in sorted(
        file for place in (folder, *{one.parent for one in inner}) for file in place.iterdir()
    ):
        if file.name.lower().removesuffix(GZIP).endswith(UNREAD) and not file.name.startswith("."):
            raise DataError(
                f"{file}: is not read, for a folder holds <Label>.txt or <Label>.txt.gz files; "
                "convert it, or move it elsewhere"
            )
    for file, name in of_label.items():
        kept = label(name)
        if not kept:
            raise DataError(f"{file}: its name is the label, and is blank; rename it")
        with opened(file, Format(encoding=form.encoding), bad=bad) as table:
            if isinstance(table, LabelledLines):
                raise DataError(
                    f"{file}: has labels in its lines, where its own name is the label; give it as DATA"
                )
            if not isinstance(table, Lines):
                raise DataError(
                    f"{file}: begins with the header of a table, where a list has one name a line; give "
                    "the table as DATA"
                )
            for numbers, names, lines in table.numbered():
                for number, name, line in zip(numbers, names, lines, strict=True):
                    if tidy(line) and (example := _of_line(line, name, kept, str(file), number, bad)):
                        yield example


def _is_list(file: Path) -> bool:
    return file.name.lower().removesuffix(GZIP).endswith(LIST) and not file.name.startswith(".")


def _of_line(line: str, name: str, kept: str, file: str, number: int, bad: BadRecords) -> Example | None:
    """The example in a line; None if it is left out."""
    weight = weighted(line)[1]
    if not weight:
        return Example(tidy(name), kept)
    if not tidy(name):
        bad.found(file, number, "a weight of no name", "fill it in or remove the line", line)
        return None
    value = weight_in(weight)
    if value is None:
        what = "what stands behind the tab is no weight"
        bad.found(file, number, what, NUMBER + ", or a blank in place of the tab", line)
        return None
    return Example(tidy(name), kept, value)


def _table(path: Path, form: Format, bad: BadRecords) -> Iterator[Example]:
    with opened(path, form, labelled=True, bad=bad) as table:
        assert isinstance(table, LabelledLines) or not isinstance(table, Lines)
        for _, name, text, weight in table.labelled():
            yield Example(tidy(name), label(text), weight)


def _rows(file: Path, column: str, like: str) -> Iterator[tuple[int, str, str]]:
    """The same as _of_rows; an error of JSON ends in how a record is written, its cell like this one."""
    kind = form_of(file)
    try:
        yield from _of_rows(file, column, kind)
    except DataError as error:
        if kind not in ("json", "jsonl"):
            raise
        record = f'{{"country": "Germany", "{column}": {like}}}'
        what = str(error).partition("; give --")[0]
        raise DataError(f"{what}; write {f'[{record}, …]' if kind == 'json' else record}") from error


def _of_rows(file: Path, column: str, kind: str | None) -> Iterator[tuple[int, str, str]]:
    """Line, cell of the column, and country of each row. Raises DataError for a row without a country."""
    form = Format(kind or "text", column=column, label_column="country")
    mend = f"name two of its columns country and {column}"
    with opened(file, form, labelled=True, mend=mend) as table:
        if isinstance(table, Lines):
            raise DataError(f"{file}: not a .csv, .tsv or .jsonl file; rename it")
        for line, cell, text, _ in table.labelled():
            if not label(text):
                raise DataError(
                    f"{file}, {table.unit} {line}: 'country' is empty; fill it in or remove the row"
                )
            yield line, cell, label(text)


def read_groups(file: Path) -> dict[str, str]:
    """The group of each country, from a table with the columns `country` and `group`."""
    groups: dict[str, str] = {}
    for line, group, country in _rows(file, "group", '"West"'):
        if groups.setdefault(country, group) != group:
            raise DataError(f"{file}, line {line}: {country!r} has two groups; keep one of them")
    return groups


def read_prior(file: Path) -> dict[str, float]:
    """The weight of each country, from a table with the columns `country` and `weight`."""
    weights: dict[str, float] = {}
    lines: dict[str, tuple[int, str]] = {}
    for line, weight, country in _rows(file, "weight", "1"):
        first, other = lines.setdefault(label_key(country), (line, country))
        if first != line:
            again = (
                f"{country!r} stands in line {first} already"
                if other == country
                else f"{country!r} is the same country as {other!r} in line {first}"
            )
            raise DataError(f"{file}, line {line}: {again}; keep one of them")
        try:
            weights[country] = float(weight)
        except ValueError:
            weights[country] = math.nan
        if not 0 <= weights[country] < math.inf:
            raise DataError(
                f"{file}, line {line}: the weight of {country!r} is {weight!r}; give a number from 0 up, "
                "with a point before decimals"
            )
    return weights
