"""Bad records: what is wrong with a record, where, and what becomes of it."""

import codecs
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from rnn_names.base.errors import DataError
from rnn_names.base.text import number_of

STOP, SKIP, BLANK = "stop", "skip", "blank"
ACTIONS = (STOP, SKIP, BLANK)
NAMED = 10  # bad records that are reported one by one
KEPT_TEXT = 1000  # characters of a record that FILE of --rejects keeps
MARKING = "rnn-names.marking"  # an error handler: a bad byte becomes a symbol that no good byte becomes
MARK = re.compile("[\0\udc00-\udcff]")  # those symbols; and NUL, which no text has
UNDECODABLE = "a byte that the encoding does not have, or a NUL"


def _ignore(told: str) -> None:
    """Tell no one."""


@dataclass(eq=False)
class BadRecords:
    """The bad records of a run: the first one stops it, or each is left out or kept without an answer.

    `tell` takes a line for a person about each of the first NAMED ones; the line quotes nothing of the
    record. `file` takes all of them as JSON lines. `otherwise` ends the error that stops the run.
    """

    action: str = STOP
    tell: Callable[[str], None] = _ignore
    file: TextIO | None = field(default=None, repr=False)
    otherwise: str = ""
    count: int = 0
    blank: int = 0  # how many of these are kept without an answer

    @property
    def decoding(self) -> str:
        """The error handler of codecs that leaves bad bytes to the record."""
        return "strict" if self.action == STOP else MARKING

    def found(
        self,
        source: str,
        line: int,
        what: str,
        mend: str,
        text: str = "",
        cells: bool = False,
        unit: str = "line",
    ) -> bool:
        """Whether the bad record is kept without an answer. `cells` says that its cells are known.

        `unit` is what `line` counts.

        Raises DataError, with the fault and its remedy, if the first bad record stops the run.
        """
        where = f"{source}, {unit} {line}"
        if self.action == STOP:
            raise DataError(f"{where}: {what}; {mend}{self.otherwise}")
        stays = self.action == BLANK and cells
        self.count += 1
        self.blank += stays
        if self.count <= NAMED:
            self.tell(f"{where}: {what}; {'no answer' if stays else 'left out'}")
        if self.file is not None:
            own = readable(text.rstrip("\r\n")[:KEPT_TEXT])
            told = {"file": source, "line": line, "reason": what, "record": own}
            self.file.write(json.dumps(told, ensure_ascii=False) + "\n")
            self.file.flush()
        return stays

    def end(self) -> None:
        """Tell how many there were."""
        if self.count:
            left = self.count - self.blank
            parts = [
                f"{n:,} {what}" for n, what in ((left, "left out"), (self.blank, "without an answer")) if n
            ]
            self.tell(f"{number_of(self.count, 'bad record')}: {', '.join(parts)}")


STOPPING = BadRecords()  # the default; it never changes


def readable(text: str) -> str:
    """The text with \ufffd in place of each bad byte."""
    return MARK.sub("\N{REPLACEMENT CHARACTER}", text)


def _marking(error: UnicodeError) -> tuple[str, int]:
    """A symbol for each bad byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(MARKING, _marking)
