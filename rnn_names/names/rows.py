"""Text to lines, and to the rows of CSV and TSV."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from rnn_names.names.bad_records import MARK, STOPPING, BadRecords
from rnn_names.names.lines import LONGEST_LINE, too_long

SEP = re.compile(r"\ufeff*\"?sep=([^\"\r\n])\"?[,;\t| ]*[\r\n]*", re.IGNORECASE)
LINE_END = re.compile(r"\r\n?|\n")
QUOTED = re.compile(r"\s+\"")  # the beginning of a cell that was meant to be quoted
BLANK_QUOTE = re.compile(r"[^\S\r\n]\"")  # in a text that may have such a cell


class DelimitedRows:
    """The rows of CSV or TSV text, each with the line that it ends in.

    `dry` says that the text read so far has no further row: the next one may take long to come. `together`
    gives the rest of that text at once. Without `quoted` a quote is a character like others, as in what
    databases dump. Raises DataError with file and line.
    """

    def __init__(
        self,
        text: Iterator[str],
        source: str,
        delimiter: str,
        quoted: bool = True,
        bad: BadRecords = STOPPING,
    ) -> None:
        self.source, self.dry, self.read, self.bad = source, False, 0, bad
        self.lines: list[str] = []  # of the current row
        self.block: list[str] = []  # lines that are read together
        self.at = 0  # the next one of these
        self.apart = False  # whether these come one by one
        lines = self._read(text)
        first = next(lines, "")
        if sep := SEP.fullmatch(first):
            self.lines.clear()
            delimiter, first = sep[1], next(lines, "")
        mark = re.escape(delimiter)
        blanks = rf"[^\S\r\n{mark}]+"
        self.before = re.compile(rf"(^|{mark}){blanks}(?=\")")
        self.behind = re.compile(rf"\"{blanks}(?={mark}|[\r\n]|$)")
        self.fresh = self.more = lines
        self.returned: deque[str] = deque()  # lines to be read once more
        self.options: dict[str, Any] = {"delimiter": delimiter, "strict": True}
        if not quoted:
            self.options["quoting"] = csv.QUOTE_NONE
        self.quoted = quoted
        self.reader = csv.reader(chain([first] if first else [], lines), **self.options)

    def _read(self, text: Iterator[str]) -> Iterator[str]:
        rest = ""
        passing = False  # the rest of a line that is too long
        for block in text:
            if passing:
                ending = LINE_END.search(block)
                if ending is None:
                    continue
                block, passing = block[ending.end() :], False
            rest += block
            end = max(rest.rfind("\n"), rest.rfind("\r")) + 1
            # Not splitlines, for which unit separators and other characters end a line, too.
            self.block, self.at, self.apart = list(io.StringIO(rest[:end], newline="")), 0, False
            rest = rest[end:]
            while self.at < len(self.block):
                line = self.block[self.at]
                self.at += 1
                self.read += 1
                self.lines.append(line)
                self.dry = self.at == len(self.block)
                yield line
            if len(rest) > LONGEST_LINE:
                self.read += 1
                self.bad.found(self.source, self.read, *too_long(), rest[:LONGEST_LINE])
                rest, passing = "", True
            self.dry = False
        if rest:
            self.read += 1
            self.lines.append(rest)
            yield rest

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            begins = self.read + 1 - len(self.lines)
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                try:
                    row = self._again(self.more)
                except csv.Error:
                    what, mend = str(error), "mend the quotes or the delimiter there"
                    self.bad.found(self.source, begins, what, mend, self.lines[0])
                    self._begin_behind()
                    continue
            loose = self.quoted and any(map(QUOTED.match, row))
            yield self.read, self._unquoted(row) if loose else row
            self.lines.clear()

    def together(self, width: int) -> list[list[str]]:
        """The rows of the other lines of the block, if each line is a good row of so many cells.

        Else none: then they come one by one.
        """
        if self.apart or self.returned:
            return []
        self.apart = True
        lines = self.block[self.at :]
        text = "".join(lines)
        marked = self.bad.decoding != "strict" and MARK.search(text)
        if marked or (self.quoted and '"' in text and BLANK_QUOTE.search(text)):
            return []
        try:
            rows = list(csv.reader(lines, **self.options))
        except csv.Error:
            return []
        if len(rows) < len(lines) or {*map(len, rows)} != {width}:  # a cell has several lines
            return []
        self.at, self.read, self.dry = len(self.block), self.read + len(lines), True
        return rows

    def text(self) -> str:
        """The lines of the current row."""
        return "".join(self.lines)

    def _begin_behind(self) -> None:
        """Go on behind the first line of the current row: its quotes may have swallowed whole rows."""
        again = self.lines[1:]
        self.read -= len(again)
        self.returned.extendleft(reversed(again))
        self.lines.clear()
        self.more = chain(self._once_more(), self.fresh)
        self.reader = csv.reader(self.more, **self.options)

    def _once_more(self) -> Iterator[str]:
        while self.returned:
            line = self.returned.popleft()
            self.read += 1
            self.lines.append(line)
            self.dry = not self.returned
            yield line

    def _unquoted(self, row: list[str]) -> list[str]:
        """The row without the blanks around quotes, where that makes sense; other cells stay."""
        try:
            again = self._again()
        except csv.Error:
            return row
        if len(again) != len(row):  # a delimiter stands within the quotes
            return again
        return [new if QUOTED.match(cell) else cell for cell, new in zip(row, again, strict=True)]

    def _again(self, more: Iterable[str] = ()) -> list[str]:
        """The current row, and further lines if it needs them, without the blanks around its quotes."""
        lines = (
            self.before.sub(r"\1 ", self.behind.sub('"', line)) for line in chain(list(self.lines), more)
        )
        return next(csv.reader(lines, skipinitialspace=True, **self.options))
