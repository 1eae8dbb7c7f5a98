"""Text with a name a line."""

from collections.abc import Container, Iterable, Iterator, Sequence

from rnn_names.names.bad_records import MARK, STOPPING, UNDECODABLE, BadRecords, readable
from rnn_names.names.records import CHUNK, AsWritten, Chunk, all_given, json_text
from rnn_names.names.weights import weighted

LONGEST_LINE = 1 << 22  # characters


class Lines(AsWritten):
    """Text, a name a line. A line is cut after LONGEST_LINE characters."""

    header: Sequence[str] = ("name",)
    has_header = True
    name_columns = 1

    def __init__(self, text: Iterator[str], source: str = "", bad: BadRecords = STOPPING) -> None:
        self.text, self.source, self.bad = text, source, bad

    def reserve(self, columns: Container[str]) -> None:
        """A line has no columns that could clash."""

    def check_keys(self) -> None:
        """Its one key is `name`."""

    def __iter__(self) -> Iterator[Chunk]:
        for _, names, rows in self.numbered():
            yield Chunk(names, rows)

    def numbered(self) -> Iterator[tuple[list[int] | range, list[str], list[str]]]:
        """The numbers of some lines, the names in them, and the lines."""
        number = 1
        for lines in lines_of(self.text):
            for at in range(0, len(lines), CHUNK):
                rows = lines[at : at + CHUNK]
                numbers: list[int] | range = range(number, number + len(rows))
                number += len(rows)
                names = self.names_in(rows)
                if self.bad.decoding != "strict" and MARK.search("\n".join(rows)):
                    numbers, names, rows = self._sorted_out(numbers, names, rows)
                if rows:
                    yield numbers, names, rows

    def names_in(self, lines: list[str]) -> list[str]:
        """The name in each of the lines."""
        return all_given([weighted(line)[0] if "\t" in line else line for line in lines])

    def _sorted_out(
        self, numbers: Iterable[int], names: list[str], rows: list[str]
    ) -> tuple[list[int], list[str], list[str]]:
        """The same lines, where those with bad bytes are left out or lose their names."""
        kept: list[tuple[int, str, str]] = []
        for number, name, row in zip(numbers, names, rows, strict=True):
            if not MARK.search(row):
                kept.append((number, name, row))
            elif self.bad.found(self.source, number, UNDECODABLE, "", row, cells=True):
                kept.append((number, "", readable(row)))
        return [n for n, _, _ in kept], [name for _, name, _ in kept], [row for _, _, row in kept]

    def cells(self, row: str) -> list[str]:
        return [row]

    def members(self, row: str) -> str:
        return f'"name": {json_text(row)}'


def too_long() -> tuple[str, str]:
    """What is wrong with a line of more than LONGEST_LINE characters, and how to mend it."""
    return f"longer than {LONGEST_LINE:,} characters", "check that the file has the format that was said"


def lines_of(text: Iterator[str]) -> Iterator[list[str]]:
    """The lines that end in each block, without their line ends; only the beginning of the longest ones."""
    rest = ""
    for block in text:
        if "\r" in block:
            block = block.replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = (rest + block).split("\n")
        rest = rest[: LONGEST_LINE + 1]
        if lines:
            lines[0] = lines[0][: LONGEST_LINE + 1]
            yield lines
    if rest:
        yield [rest]
