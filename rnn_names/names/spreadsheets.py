"""Sheets of Excel and LibreOffice as the text of a CSV file, with the extra `rnn-names[tables]`."""

import csv
import datetime
import io
from collections.abc import Callable, Iterator
from typing import Any

from rnn_names.base.errors import DataError
from rnn_names.base.text import did_you_mean
from rnn_names.names.packed import EXTRA

MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # a zip archive, and what Excel wrote before 2007
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ROWS = 1 << 10  # in a block of text


def is_one(head: bytes) -> bool:
    """Whether a file with this beginning may be one."""
    return head.startswith(MAGIC)


def text_of(data: bytes, wanted: str | None, source: str, note: Callable[[str], None]) -> Iterator[str]:
    """The rows of a sheet as CSV: the wanted sheet, by its name or its number from 1, else the first.

    Raises DataError for any other file, and if the extra is missing.
    """
    try:
        import python_calamine
    except ImportError as error:
        raise DataError(
            f"{source}: is a table of Excel or LibreOffice, or a zip archive; {EXTRA}, or save it as CSV"
        ) from error
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_name(_sheet(book.sheet_names, wanted, source, note))
        rows = sheet.iter_rows()
    except python_calamine.PasswordError as error:
        raise DataError(f"{source}: has a password; save it without") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise DataError(
            f"{source}: is a zip archive or old document, and no table ({error}); save the table as CSV"
        ) from error
    return _written(rows)


def _sheet(names: list[str], wanted: str | None, source: str, note: Callable[[str], None]) -> str:
    if wanted is None:
        if len(names) > 1:
            others = ", ".join(map(repr, names[1:9]))
            note(f"{source}: the sheet {names[0]!r} is read; give --sheet for {others}")
        return names[0]
    if wanted in names:
        return wanted
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:6]) <= len(names):
        return names[int(wanted[:6]) - 1]
    question = did_you_mean(wanted, names)
    raise DataError(
        f"{source}: no sheet {wanted!r} among {', '.join(map(repr, names[:20]))}; "
        f"{question + ' ' if question else ''}give --sheet one of them, or its number from 1"
    )


def _written(rows: Iterator[list[Any]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows, start=1):
        writer.writerow(map(_cell, row))
        if number % ROWS == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _cell(value: Any) -> str:
    """A cell as the sheet shows it, or nearly: whole numbers without a point, dates as in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value).replace("\0", "")
