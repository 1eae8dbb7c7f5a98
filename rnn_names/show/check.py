"""What `check` found, as tables, and the commands to use."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from rnn_names.base.text import printable
from rnn_names.names.columns import key
from rnn_names.names.findings import Check, Found
from rnn_names.names.survey import Survey
from rnn_names.show.mistakes import write_mistakes
from rnn_names.show.tables import write_table

if TYPE_CHECKING:
    from rnn_names.insight.doubts import Doubts

FORMS = {
    "text": "text, a name a line",
    "csv": "CSV",
    "tsv": "TSV",
    "jsonl": "JSON lines",
    "json": "a JSON array",
    "sheet": "a sheet of a spreadsheet",
    "folder": "a folder of lists",
}
SIGNS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", " ": "blank"}
LISTED = 12  # columns


def write_check(
    survey: Survey,
    found: Check,
    doubted: "Doubts | None",
    bad: int,
    warnings: list[str],
    commands: Iterable[str],
    file: TextIO,
) -> None:
    """Write how the file is read, what it contains, which labels a model doubts, and the commands.

    `bad` is the number of records that were left out.
    """
    write_table(["", "read as"], _read_as(survey), file)
    _write_numbers(found, doubted, bad, file)
    if found.odd_characters:
        write_table(
            ["odd character", "names", "for example"],
            [
                (f"{c}  U+{ord(c):04X}", f"{some.n:,}", "; ".join(some.examples))
                for c, some in found.odd_characters.items()
            ],
            file,
            numbers=[1],
        )
    for what, counts in (("script", found.scripts), ("beside names", found.titles)):
        if len(counts) > (what == "script"):
            write_table(
                [what, "names"], [(each, f"{n:,}") for each, n in counts.items()], file, numbers=[1]
            )
    if found.labels:
        write_table(
            ["label", "rows", "names", "share"],
            [
                (label, f"{n.rows:,}", f"{n.names:,}", f"{n.rows / found.rows:.1%}")
                for label, n in found.labels.items()
            ],
            file,
            numbers=[1, 2, 3],
        )
    if doubted and doubted.mislabelled:
        write_mistakes(doubted.mislabelled, file, "label")
    for warning in warnings or ["no warnings"]:
        file.write(f"warning: {printable(warning)}\n" if warnings else f"{warning}\n")
    for command in commands:
        file.write(f"{printable(command)}\n")


def _read_as(survey: Survey) -> list[tuple[str, str]]:
    form = FORMS[survey.form] + (f", packed by {survey.packed}" if survey.packed else "")
    rows = [("file", survey.file), ("form", form)]
    if survey.delimiter:
        rows.append(("delimiter", SIGNS.get(survey.delimiter, survey.delimiter)))
    if survey.encoding:
        rows.append(("encoding", survey.encoding))
    if survey.columns:
        rows.append(("name", " and ".join(map(key, survey.columns))))
    if survey.header:
        rows.append(("label", survey.label_column or "none; --label-column names its column"))
    others = [key(each) for each in survey.header if each not in (*survey.columns, survey.label_column)]
    if others:
        rest = f" and {len(others) - LISTED} more" if len(others) > LISTED else ""
        rows.append(("not read", ", ".join(others[:LISTED]) + rest))
    return rows


def _write_numbers(found: Check, doubted: "Doubts | None", bad: int, file: TextIO) -> None:
    none = Found(0, [])
    rows: list[tuple[str, int, Found | str]] = [
        ("rows", found.rows, ""),
        ("bad records, left out", bad, ""),
        ("blank", found.blank, ""),
        ("names", found.names, f"the longest has {found.longest} letters"),
        ("labels", len(found.labels), ""),
    ]
    for what, some in (
        ("repeated rows", found.duplicates),
        ("names under several labels", found.several_labels if found.labels else none),
        ("names in several spellings", found.spellings),
        ("names in mixed scripts", found.mixed_scripts),
        ("long names", found.long),
        ("titles and the like beside names", found.beside),
    ):
        rows.append((what, some.n, "; ".join(some.examples)))
    if doubted:
        rows.append(("labels in doubt", doubted.doubted, f"of {doubted.judged:,} that the model judges"))
    write_table(
        ["", "number", "for example"], [(a, f"{n:,}", str(c)) for a, n, c in rows], file, numbers=[1]
    )
