"""The formats in which predictions are written."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from rnn_names.names.records import DELIMITERS
from rnn_names.show.for_people import for_people
from rnn_names.show.for_programs import Cells, Json
from rnn_names.show.prediction import Added, Writer

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

# The values of `predict --format`, each with its writer. A writer is made from the table that is read,
# top_k, the added columns and the file. To add a format, write its class and put it here.
WRITERS: dict[str, Callable[["Table", int, Added, TextIO], Writer]] = {
    "table": for_people,
    "json": lambda table, top_k, added, file: Json(table, True, added, file),
    "jsonl": lambda table, top_k, added, file: Json(table, False, added, file),
    "csv": lambda table, top_k, added, file: Cells(
        table, _separator(table, added, "csv"), top_k, added, file
    ),
    "tsv": lambda table, top_k, added, file: Cells(
        table, _separator(table, added, "tsv"), top_k, added, file
    ),
}


def _separator(table: "Table", added: Added, form: str) -> str:
    """The delimiter of CSV or TSV: that of an input of the same form, else the usual one of the form.

    A delimiter that is asked for applies to CSV only.
    """
    kept = table.delimiter if table.origin.form == form else DELIMITERS[form]
    return added.delimiter or kept if form == "csv" else kept
