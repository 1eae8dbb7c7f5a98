"""The note on which columns of a header are read, and the error for a column that is there already."""

from collections.abc import Callable, Container, Iterable

from rnn_names.base.errors import DataError
from rnn_names.names.columns import key


def say_columns(note: Callable[[str], None], source: str, names: list[str]) -> None:
    """Say which columns are read, unless it is just the default one."""
    if [key(name) for name in names] != ["name"]:
        note(f"{source}: the name is {' and '.join(map(repr, names))}; give --column to read another")


def check_free(header: Iterable[str], columns: Container[str], where: str) -> None:
    """Raise DataError if the header has one of these columns already."""
    taken = [each for each in header if key(each) in columns]
    if taken:
        raise DataError(
            f"{where}: there is a column {taken[0]!r} already; "
            "rename it, or give --prefix a text to put before the names of the new ones"
        )
