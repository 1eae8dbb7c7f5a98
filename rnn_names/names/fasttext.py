"""Lines of fastText: labels as words that begin with `__label__`, and the name beside them."""

import re
from collections.abc import Iterator

from rnn_names.names.lines import Lines
from rnn_names.names.records import given

# A label ends at a blank but not at a no-break space, which separates the words of a longer label.
LABEL = re.compile(r"(?<!\S)__label__((?:\S|[\u00a0\u202f])*)")


def is_one(text: str) -> bool:
    """Whether a label stands in the text."""
    return "__label__" in text and LABEL.search(text) is not None


def labels_in(line: str) -> list[str]:
    """The different labels in the line, in their order."""
    return [*dict.fromkeys(LABEL.findall(line))]


class LabelledLines(Lines):
    """Text, a line for each name, with its labels: `__label__Italy Rossi`."""

    def names_in(self, lines: list[str]) -> list[str]:
        """The name in each of the lines: the words that are not labels."""
        return [given(LABEL.sub("", line).strip()) for line in lines]

    def labelled(self) -> Iterator[tuple[int, str, str, float]]:
        """Line, name, label, 1 of each line that is not blank, once for each of its labels; "" for none."""
        for numbers, names, lines in self.numbered():
            for number, name, line in zip(numbers, names, lines, strict=True):
                if line.strip():
                    for label in labels_in(line) or [""]:
                        yield number, name, given(label), 1.0
