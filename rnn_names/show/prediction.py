"""The answer to a name, the columns that it takes, and the protocol of a writer of answers."""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from rnn_names.model.answer_columns import of_group
from rnn_names.model.threshold import UNKNOWN, fall_back

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnn_names.model.ranking import Guess


class Prediction(NamedTuple):
    """The answer to a name: its likeliest countries. A blank name has none."""

    name: str
    guesses: "list[Guess]"
    unknown_letters: str
    threshold: float = 0.0
    group: "Guess | None" = None

    def of_group(self, by: str) -> list[str]:
        """The group, its probability, the answer and its level: see `fall_back`."""
        if self.group is None:
            return ["", "", "", ""]
        group, p = self.group
        return [group, f"{p:.6f}", *fall_back(self.guesses[0], self.group, self.threshold, by)]

    @property
    def below_threshold(self) -> bool:
        """Whether there is an answer, and neither a country nor a group reaches the threshold."""
        if not self.threshold or not self.guesses:
            return False
        group = self.group.probability if self.group else 0.0
        return max(self.guesses[0].probability, group) < self.threshold

    @property
    def country(self) -> str | None:
        """The answer: `unknown` below the threshold, None for a blank name."""
        if not self.guesses:
            return None
        return self.guesses[0].country if self.guesses[0].probability >= self.threshold else UNKNOWN


class Added(NamedTuple):
    """The columns that are added: the prefix of their names, and the word for a group, if any.

    `delimiter` is that of CSV, if it differs from the input's; `decimal` is the mark in its numbers. With
    `escape_formulas` a cell that a spreadsheet would take for a formula gets an apostrophe.
    """

    prefix: str = ""
    by: str = ""
    delimiter: str | None = None
    decimal: str = "."
    escape_formulas: bool = False

    def named(self, columns: "Iterable[str]") -> list[str]:
        """The names of these columns, then of those of Prediction.of_group, as they are written."""
        return [self.prefix + name for name in (*columns, *of_group(self.by))]


class Writer(Protocol):
    """Writes the records of a table, each with the answer to its name."""

    def render(self, prediction: Prediction) -> Any:
        """The form in which `write` takes a prediction; a repeated name is rendered once."""

    def write(self, rows: list[Any], rendered: list[Any]) -> None:
        """Write the next records, each with its rendered prediction."""

    def end(self) -> None: ...
