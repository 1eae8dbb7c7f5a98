"""The answers of `predict`: each name is answered once, drawn and written."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rnn_names.base.errors import DataError
from rnn_names.cli.tally import Tally

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.groups import Groups
    from rnn_names.names.records import Chunk
    from rnn_names.show.prediction import Predictions, Writer

MAPS = 6  # names, at most, in a picture
REMEMBERED = 1 << 15  # different names whose answers are kept for reuse


def as_text(names: list[str]) -> Iterator[str]:
    """The names of the command line as a text, a line each."""
    yield "".join(re.sub("[\r\n]", " ", name) + "\n" for name in names)


class Answers(NamedTuple):
    """A classifier and the question that it answers."""

    classifier: "NameClassifier"
    top_k: int
    threshold: float
    groups: "Groups | None" = None
    codes: bool = False

    def of(self, names: list[str]) -> "Iterator[Predictions]":
        """The answer to each name, to some at a time."""
        from rnn_names.show.prediction import Predictions

        labels = self.classifier.labels
        codes = {label: labels.code(label) for label in labels.labels} if self.codes else {}
        for answered in self.classifier.answered(names, self.top_k, self.groups):
            if codes:
                countries = [
                    place._replace(labels=[codes[label] for label in place.labels])
                    for place in answered.countries
                ]
                answered = answered._replace(countries=countries)
            yield Predictions(answered, self.threshold)


def drawn(
    table: "Iterable[Chunk]", classifier: "NameClassifier", threshold: float, pictures: dict[str, Path]
) -> "list[Chunk]":
    """The records, after their names are drawn. Raises DataError for too many names, or other labels."""
    from rnn_names.show.pictures import draw

    if not classifier.labels.of_countries:
        raise DataError("--map: the model's labels are not all countries; leave --map out")
    chunks: list[Chunk] = []
    names: dict[str, None] = {}
    for chunk in table:
        chunks.append(chunk)
        names |= dict.fromkeys(chunk.names)
        if len(names) > MAPS:
            raise DataError(f"--map: more than {MAPS} names; give at most {MAPS} different ones")
    answers = Answers(classifier, len(classifier.countries), threshold)
    draw("predict", pictures, [one for some in answers.of([*names]) for one in some.one_by_one()])
    return chunks


def write(table: "Iterable[Chunk]", answers: Answers, out: "Writer", tally: Tally) -> None:
    """Answer and count every record; the answer to a repeated name is reused."""
    known: dict[str, Any] = {}
    for names, rows in table:
        new = [name for name in dict.fromkeys(names) if name not in known]
        for predictions in answers.of(new):
            tally.learn(predictions)
            known.update(zip(predictions.answered.names, out.render(predictions), strict=True))
        out.write(rows, [known[name] for name in names])
        tally.count(names)
        if len(known) > REMEMBERED:  # the names of this chunk are likely to come again
            known = {name: known[name] for name in names}
            tally.forget(known)
    out.end()
