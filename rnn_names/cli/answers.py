"""The answers of `predict`: each name is answered once, drawn and written."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rnn_names.base.errors import DataError
from rnn_names.cli.tally import Tally

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.groups import Groups
    from rnn_names.names.records import Chunk
    from rnn_names.show.prediction import Prediction, Writer

MAPS = 6  # names, at most, in a picture
REMEMBERED = 1 << 15  # different names whose answers are kept for reuse


class Answers(NamedTuple):
    """A classifier and the question that it answers."""

    classifier: "NameClassifier"
    top_k: int
    threshold: float
    groups: "Groups | None" = None
    codes: bool = False

    def of(self, names: list[str]) -> "Iterator[Prediction]":
        """The answer to each name."""
        from rnn_names.show.prediction import Prediction

        found = self.classifier.answers(names, self.top_k, self.groups)
        for name, (guesses, unknown, group) in zip(names, found, strict=True):
            if self.codes:
                guesses = [g._replace(country=self.classifier.labels.code(g.country)) for g in guesses]
            yield Prediction(name, guesses, unknown, self.threshold, group[0] if group else None)


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
    draw("predict", pictures, [*answers.of([*names])])
    return chunks


def write(table: "Iterable[Chunk]", answers: Answers, out: "Writer", tally: Tally) -> None:
    """Answer and count every record; the answer to a repeated name is reused."""
    known: dict[str, Any] = {}
    for names, rows in table:
        new = [name for name in dict.fromkeys(names) if name not in known]
        for prediction in tally.learn(answers.of(new)):
            known[prediction.name] = out.render(prediction)
        out.write(rows, [known[name] for name in names])
        tally.count(names)
        if len(known) > REMEMBERED:  # the names of this chunk are likely to come again
            known = {name: known[name] for name in names}
            tally.forget(known)
    out.end()
