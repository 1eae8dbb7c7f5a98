"""The delimiter of a table, inferred from its first rows."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from rnn_names.base.errors import DataError
from rnn_names.names.columns import BETWEEN, OTHERWISE, columns, found, of_labels
from rnn_names.names.lines import LONGEST_LINE
from rnn_names.names.rows import LINE_END

CELL_BEGINS = r"(?:^|(?<=[,;\t|\r\n]))[^\S\r\n\t]*"
QUOTED = re.compile(CELL_BEGINS + r'"(?:[^"]|"")*+(?:"|\Z)')
# To the end of a row: a quoted cell may hold line breaks, and one that does not end takes in all.
ROW = re.compile(rf"(?:{QUOTED.pattern}|[^\r\n])*+")
PREAMBLE = 30  # lines
BLANK = " \t;,|\ufeff"  # of a row without anything in its cells
SEP = re.compile(r"\ufeff*\"?sep=", re.IGNORECASE)
EVIDENCE = 1 << 14  # characters in which quotes end


class First(NamedTuple):
    """The first row of a text and the second, "" for none; how the first ends; and the whole text.

    `start` is the beginning of it that was looked at.
    """

    row: str
    second: str
    ends: str
    text: Iterator[str]
    start: str


def first_lines(text: Iterator[str], quoted: bool, two: Callable[[str], bool]) -> First:
    """The first row with something in its cells, and the one behind it if the first one asks for `two`.

    No more is waited for than these rows.
    """
    start, found = "", list[tuple[str, str]]()
    for block in chain(text, [None]):
        start += block or ""
        found = [*islice(_rows(start, quoted, whole=block is None), 2)]
        if found and not two(found[0][0]):
            del found[1:]
            break
        if len(found) == 2 or len(start) > LONGEST_LINE:
            break
    (row, ends), (second, _) = [*found, ("", "\n"), ("", "")][:2]
    return First(row, second, ends, chain([start] if start else [], text), start)


def _rows(text: str, quoted: bool, whole: bool) -> Iterator[tuple[str, str]]:
    """The rows with something in them, and how each ends; the last only if the text is `whole`.

    A line break in quotes ends no row, unless these quotes do not end in what is looked at.
    """
    at = 0
    while at < len(text):
        end = at
        if quoted and (match := ROW.match(text, at)):
            end = match.end()
            if end == len(text) and not whole and end - at < EVIDENCE:
                return
        ends = LINE_END.search(text, end if end < len(text) else at)
        if ends is None and not whole and len(text) - at <= LONGEST_LINE:
            return
        row, end = (text[at : ends.start()], ends.end()) if ends else (text[at:], len(text))
        if row.strip(BLANK):
            yield row, ends[0] if ends else "\n"
        at = end


def separators(row: str, quoted: bool = True) -> dict[str, int]:
    """How often each sign that may separate columns stands in the row, but for what stands in quotes."""
    bare = QUOTED.sub("", row) if quoted else row
    return {mark: bare.count(mark) for mark in OTHERWISE if mark in bare}


def delimiter(
    line: str,
    usual: str,
    wanted: str | None,
    has_header: bool,
    source: str,
    quoted: bool = True,
    second: str = "",
) -> str:
    """What separates the columns of the first line. Raises DataError, which names the options, in doubt.

    What stands within quotes does not count. If several signs may separate columns, it is the one by which
    the header has the columns of the name; else the one that stands there twice as often as any other.
    Without a header it stands in the second line, too, if there is one.
    """
    counts = separators(line, quoted)
    if not counts or SEP.match(line) or (usual == "\t" and "\t" in counts):
        return usual
    if second and not has_header:
        again = separators(second, quoted)
        counts = {mark: n for mark, n in counts.items() if mark in again}
        if not counts:
            return usual
    if has_header and _said_by_name(wanted) and _has_names(_cells(line, usual, quoted), wanted):
        # The cell `Nom;Prénom` reads as a column of full names, too.
        parts = usual not in counts and wanted is None
        if not (parts and any(_has_parts(_cells(line, mark, quoted)) for mark in counts)):
            return usual
    if len(counts) > 1 and has_header:
        fitting = [mark for mark in counts if _has_names(_cells(line, mark, quoted), wanted)]
        if not fitting:
            return usual  # the columns are missing, which is said then
        counts = {mark: counts[mark] for mark in fitting}
    best, *others = sorted(counts, key=lambda mark: -counts[mark])
    if others and counts[best] < 2 * counts[others[0]]:
        signs = " or ".join(repr(mark) for mark in (best, *others))
        options = " or ".join(OTHERWISE[mark] for mark in (best, *others))
        raise DataError(f"{source}, line 1: {signs} may separate the columns; give {options}")
    return best


def _cells(line: str, mark: str, quoted: bool) -> list[str]:
    """The cells of the line if this sign separates them."""
    if quoted and '"' in line:
        with suppress(csv.Error, StopIteration):
            return next(csv.reader([line], delimiter=mark, skipinitialspace=True))
    return line.split(mark)


def _bare(cells: list[str]) -> list[str]:
    """The cells without blanks and quotes around them."""
    return [cell.strip().strip('"') for cell in cells]


def of_header(line: str) -> str | None:
    """What separates the columns of a line, if by it alone the line is a header with a name's columns."""
    marks = [mark for mark in OTHERWISE if mark in line and _names_in(line.split(mark))]
    return marks[0] if len(marks) == 1 else None


def alone(line: str) -> bool:
    """Whether the line is the header of a table of one column, and hardly a person's name."""
    return not any(mark in line for mark in OTHERWISE) and _names_in([line])


def later_header(text: str) -> int | None:
    """The line of the header of a table before which something else stands."""
    lines = enumerate(text.splitlines()[:PREAMBLE], start=1)
    return next((number for number, line in lines if number > 1 and of_header(line)), None)


def _names_in(cells: list[str]) -> bool:
    """Whether the cells are surely a header.

    That is two words for parts of a name, one with "name" in it, or one beside a word for the label.

    A list of names with weights is none, nor is a person whose name is a word of a header: Ho, Ten.
    """
    header = _bare(cells)
    if any(cell.isdigit() for cell in header):
        return False
    try:
        said = [header[place] for place in found(header, "") or []]
        labelled = of_labels(header, "") is not None
    except DataError:
        return False
    long = [cell for cell in said if len(cell) > 3 or not cell.isascii()]
    named = any("name" in cell.lower() for cell in said) or header.count("name") == 1
    return len(long) > 1 or named or (bool(said) and labelled)


def _said_by_name(wanted: str | None) -> bool:
    """Whether columns are not said by their numbers, which every line has."""
    return wanted is None or not any(each.strip("0123456789-") == "" for each in wanted.split(BETWEEN))


def _has_parts(cells: list[str]) -> bool:
    """Whether the cells name a column for each part of a name."""
    with suppress(DataError):
        return len(found(_bare(cells), "") or []) > 1
    return False


def _has_names(cells: list[str], wanted: str | None) -> bool:
    header = _bare(cells)
    try:
        return bool(columns(header, wanted, "") if wanted else found(header, "") or header.count("name"))
    except DataError:
        return not wanted  # there is more than one way to read them
