"""An array of records inside a JSON object: where it is."""

import json
import re

from rnn_names.base.text import behind

SPACE = re.compile(r"[ \t\r\n]*")
DEPTH = 4  # levels of objects that are searched
DECODER = json.JSONDecoder()


def keys_of_records(text: str) -> list[str]:
    """The keys that lead from the object to its first array of objects, else to its first one of strings.

    Empty if there is no such array, for JSON lines, and for any text that is not an object. The text behind
    the array may be broken.
    """
    begin = behind(SPACE, text, 0)
    if text[begin : begin + 1] != "{":
        return []
    try:
        _, end = DECODER.raw_decode(text, begin)
    except (ValueError, RecursionError):
        end = len(text)  # it is broken, or cut
    if behind(SPACE, text, end) < len(text):
        return []
    search = _Search(text)
    search.members(begin, [])
    return search.objects or search.strings


class _Search:
    """The search through the members of objects, up to the first broken one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.objects: list[str] = []
        self.strings: list[str] = []

    def members(self, at: int, keys: list[str]) -> int:
        """Search the object that begins here; return where it ends, or -1 where the search ends."""
        at = behind(SPACE, self.text, at + 1)
        while self.text[at : at + 1] == '"':
            try:
                key, at = DECODER.raw_decode(self.text, at)
                at = behind(SPACE, self.text, at)
                if self.text[at : at + 1] != ":":
                    return -1
                at = self._value(behind(SPACE, self.text, at + 1), [*keys, key])
            except (ValueError, RecursionError):
                return -1
            if at < 0:
                return -1
            at = behind(SPACE, self.text, at)
            if self.text[at : at + 1] == ",":
                at = behind(SPACE, self.text, at + 1)
        return at + 1 if self.text[at : at + 1] == "}" else -1

    def _value(self, at: int, keys: list[str]) -> int:
        """The end of the value that begins here, or -1 where the search ends."""
        if self.text[at : at + 1] == "{" and len(keys) < DEPTH:
            return self.members(at, keys)
        if self.text[at : at + 1] == "[":
            inside = behind(SPACE, self.text, at + 1)
            first = self.text[inside : inside + 1]
            if first == "{":
                self.objects = keys
                return -1
            if first == '"' and not self.strings:
                self.strings = keys
        return DECODER.raw_decode(self.text, at)[1]
