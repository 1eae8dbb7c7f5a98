"""The answers of `predict`: each name is answered once, drawn and written."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rnn_names.base.errors import DataError
from rnn_names.cli.tally import Tally

if TYPE_CHECKING:
    from rnn_names.cli.processes import Helper
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.names.groups import Groups
    from rnn_names.names.records import Chunk
    from rnn_names.show.prediction import Predictions, Writer

MAPS = 6  # names, at most, in a picture
REMEMBERED = 1 << 15  # different names whose answers are kept for reuse
LARGE = 1 << 11  # new names in a chunk of records, from which on more processes pay for their start


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


class Rendered(NamedTuple):
    """The answers to some names, as a writer shows them."""

    cells: list[Any]
    unanswered: dict[str, bool]  # see Predictions


class Asked(NamedTuple):
    """Records whose new names wait for their answers: those of a process, or of none so far."""

    names: list[str]
    rows: list[Any]
    new: list[str]
    helper: "Helper | None"


class Writing:
    """Answers and counts every record, in order; the answer to a repeated name is reused.

    With `workers` above 1 that many processes answer, once a large chunk of records has come and another
    one after it. Each has one chunk at a time. `waiting` says whether more input is there: if not, what
    waits for its answers is written first, for whoever sends the input may wait for them.
    """

    def __init__(
        self,
        answers: Answers,
        out: "Writer",
        tally: Tally,
        workers: int = 1,
        waiting: Callable[[], bool] = lambda: True,
    ) -> None:
        self.answers, self.out, self.tally = answers, out, tally
        self.workers, self.waiting = workers, waiting
        self.known: dict[str, Any] = {}  # the cells of names; None until there is an answer
        self.asked: deque[Asked] = deque()
        self.helpers: deque[Helper] = deque()  # the one that is free, or is so first, in front

    def write(self, table: "Iterable[Chunk]") -> None:
        """Write all records."""
        try:
            for names, rows in self._until_none_waits(table):
                new = [name for name in dict.fromkeys(names) if name not in self.known]
                self.known.update(dict.fromkeys(new))
                if self.asked and not self.helpers:
                    self._start()
                if self.helpers:
                    self._ask(names, rows, new)
                elif self.workers > 1 and len(new) >= LARGE:
                    self.asked.append(Asked(names, rows, new, None))
                else:
                    self._write(names, rows, new, self._rendered(new))
        except DataError:  # what stands before a bad record is answered
            self._finish()
            raise
        finally:
            self._end()
        self.out.end()

    def _until_none_waits(self, table: "Iterable[Chunk]") -> "Iterator[Chunk]":
        """The chunks. Where none is waiting, and at the end, what has been asked is written."""
        chunks = iter(table)
        while True:
            if self.asked and not self.waiting():
                self._finish()
            try:
                chunk = next(chunks)
            except StopIteration:
                break
            yield chunk
        self._finish()

    def _start(self) -> None:
        """Start the processes, before this one needs much memory; the first has the chunk that waits."""
        from rnn_names.cli.processes import Helper  # not above: a short input needs none

        self.answers.classifier.workers = 1  # each process is one thread
        self.helpers.extend(Helper(self._rendered) for _ in range(self.workers))
        names, rows, new, _ = self.asked.popleft()
        self._ask(names, rows, new)

    def _ask(self, names: list[str], rows: list[Any], new: list[str]) -> None:
        helper = self.helpers[0]
        first = self.asked.popleft() if len(self.asked) == len(self.helpers) else None
        rendered = helper.answer() if first else None
        helper.ask(new)  # first, so that it works while this process writes
        self.helpers.rotate(-1)
        self.asked.append(Asked(names, rows, new, helper))
        if first and rendered:
            self._write(first.names, first.rows, first.new, rendered)

    def _finish(self) -> None:
        while self.asked:
            names, rows, new, helper = self.asked.popleft()
            self._write(names, rows, new, helper.answer() if helper else self._rendered(new))

    def _end(self) -> None:
        if self.helpers:
            from rnn_names.cli.processes import close

            close(self.helpers)

    def _rendered(self, names: list[str]) -> Rendered:
        """The answers, computed here."""
        rendered = Rendered([], {})
        for predictions in self.answers.of(names):
            rendered.cells.extend(self.out.render(predictions))
            rendered.unanswered.update(predictions.unanswered)
        return rendered

    def _write(self, names: list[str], rows: list[Any], new: list[str], rendered: Rendered) -> None:
        self.known.update(zip(new, rendered.cells, strict=True))
        self.tally.learn(rendered.unanswered)
        self.out.write(rows, [self.known[name] for name in names])
        self.tally.count(names)
        if len(self.known) > REMEMBERED:  # the names of these chunks are likely to come again
            kept = chain(names, *(one.names for one in self.asked))
            self.known = {name: self.known[name] for name in kept}
            self.tally.forget(self.known)
