"""One JSON object: read strictly from a text, and its keys."""

import json
from collections import Counter
from typing import Any

from rnn_names.names.columns import key


class BadObjectError(Exception):
    """What is wrong with a record, how to mend it, and the record where it is known."""

    def __init__(self, what: str, mend: str, record: dict[str, Any] | None = None) -> None:
        super().__init__(what)
        self.what, self.mend, self.record = what, mend, record


def object_in(text: str, unit: str = "line") -> dict[str, Any]:
    """The object in the text. Raises BadObjectError for anything else, and for a key that stands twice.

    `unit` says what holds the object: a line, or a record of an array.
    """
    try:
        record = json.loads(text, object_pairs_hook=_of_members)
    except (ValueError, RecursionError) as error:
        problem = getattr(error, "msg", "nested too deeply or a number too long")
        raise BadObjectError(f"no JSON ({problem})", "put one object in each line") from error
    if unit == "record" and not isinstance(record, dict):
        raise BadObjectError("neither an object nor a name", "make it one")
    if isinstance(record, list):
        raise BadObjectError("a JSON array", "give --input-format json")
    if not isinstance(record, dict):
        raise BadObjectError("no JSON object", "put one in each line")
    return record


def _of_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        twice = next(each for each, n in Counter(each for each, _ in members).items() if n > 1)
        raise BadObjectError(f"the key {twice!r} stands twice in an object", "keep one")
    return found


def key_of(record: dict[str, Any], wanted: str) -> str | None:
    """The key of the record that is the wanted one, but for what `key` does not count."""
    if wanted in record:
        return wanted
    return next((each for each in record if key(each) == key(wanted)), None)


def cell(value: Any) -> str:
    """A value as a table has it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
