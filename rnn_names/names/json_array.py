"""A JSON array as JSON lines."""

import json
import re
from collections.abc import Iterator

from rnn_names.base.errors import DataError
from rnn_names.base.text import behind
from rnn_names.names.records import CHUNK

SPACE, LINES = re.compile(r"\s*"), re.compile(r"[\r\n]+")


def blocks_of_array(text: str, source: str) -> Iterator[str]:
    """The lines of `lines_of_array`, CHUNK at a time: they are answered together."""
    lines: list[str] = []
    try:
        for line in lines_of_array(text, source):
            lines.append(line)
            if len(lines) == CHUNK:
                yield "".join(lines)
                lines = []
    except DataError:
        yield "".join(lines)  # what stands before a bad record is answered
        raise
    yield "".join(lines)


def lines_of_array(text: str, source: str) -> Iterator[str]:
    """A line for each element of a JSON array: an object as written, a string as the name of an object.

    JsonLines takes any other element for a bad record. Raises DataError for text that is not an array.
    """
    decoder, at = json.JSONDecoder(), behind(SPACE, text, 0)
    if text[at : at + 1] != "[":
        raise DataError(f"{source}: no JSON array; with an object a line it is JSON lines (.jsonl)")
    at, number = behind(SPACE, text, at + 1), 0
    while text[at : at + 1] != "]":
        number += 1
        try:
            element, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            problem = getattr(error, "msg", "nested too deeply or a number too long")
            raise DataError(f"{source}, record {number}: no JSON ({problem}); mend it there") from error
        written = LINES.sub(" ", text[at:end])
        yield (f'{{"name": {written}}}' if isinstance(element, str | None) else written) + "\n"
        at = behind(SPACE, text, end)
        if text[at : at + 1] == ",":
            at = behind(SPACE, text, at + 1)
            if text[at : at + 1] == "]":
                raise DataError(f"{source}, record {number}: a comma behind the last element; take it off")
        elif text[at : at + 1] != "]":
            raise DataError(f"{source}, record {number}: no comma or ] behind it; is the file whole?")
    if text[behind(SPACE, text, at + 1) :]:
        raise DataError(f"{source}: more behind the JSON array; give a file of one array")
