"""The answer to a name, the columns that it takes, and the protocol of a writer of answers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from rnn_names.model.answer_columns import of_group
from rnn_names.model.ranking import Guess
from rnn_names.model.threshold import UNKNOWN, fall_back

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnn_names.model.answered import Answered


class Prediction(NamedTuple):
    """The answer to a name: its likeliest countries. A blank name has none."""

    name: str
    guesses: list[Guess]
    unknown_letters: str
    threshold: float = 0.0
    group: Guess | None = None

    @property
    def country(self) -> str | None:
        """The answer: `unknown` below the threshold, None for a blank name."""
        if not self.guesses:
            return None
        return self.guesses[0].country if self.guesses[0].probability >= self.threshold else UNKNOWN


class Predictions(NamedTuple):
    """The answers to some names, as columns, under a threshold."""

    answered: "Answered"
    threshold: float = 0.0

    def one_by_one(self) -> Iterator[Prediction]:
        """The answer to each name."""
        answers = self.answered.one_by_one()
        for name, (guesses, unknown, group) in zip(self.answered.names, answers, strict=True):
            yield Prediction(name, guesses, unknown, self.threshold, group[0] if group else None)

    @property
    def countries(self) -> list[str]:
        """The likeliest country of each name: `unknown` below the threshold."""
        labels, probabilities = self.answered.countries[0]
        return [
            label if p >= self.threshold else UNKNOWN
            for label, p in zip(labels, probabilities, strict=True)
        ]

    def fall_back(self, by: str) -> list[tuple[str, str]]:
        """The answer to each name and its level, with groups: see `fall_back`."""
        assert self.answered.group is not None
        guesses, groups = self.answered.countries[0].guesses(), self.answered.group.guesses()
        return [fall_back(*both, self.threshold, by) for both in zip(guesses, groups, strict=True)]

    @property
    def unanswered(self) -> dict[str, bool]:
        """The names without an answer; True for one without a letter, False for one below the threshold."""
        names, countries, _, group, nameless = self.answered
        found: dict[str, bool] = {}
        if self.threshold:
            places = [countries[0], group] if group else [countries[0]]
            for name, *p in zip(names, *(place.probabilities for place in places), strict=True):
                if max(p) < self.threshold:
                    found[name] = False
        return found | {names[k]: True for k in nameless}


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
        """The names of these columns, then of those of a group, as they are written."""
        return [self.prefix + name for name in (*columns, *of_group(self.by))]


class Writer(Protocol):
    """Writes the records of a table, each with the answer to its name."""

    def render(self, predictions: Predictions) -> list[Any]:
        """The form in which `write` takes the answer to each name; a repeated name is rendered once."""

    def write(self, rows: list[Any], rendered: list[Any]) -> None:
        """Write the next records, each with its rendered answer."""

    def end(self) -> None: ...
