"""The answers of `predict`: each name is answered once, drawn and written."""

import gc
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
LARGE = 1 << 11  # new names, from which on more processes pay for their start
AT_ONCE = 0.01  # seconds in which a program that writes as fast as it can fills its pipe again


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


class Pending(NamedTuple):
    """Records whose new names a process answers, or none so far."""

    names: list[str]
    rows: list[Any]
    new: list[str]
    helper: "Helper | None" = None


class Writing:
    """Answers and counts every record, in order; the answer to a repeated name is reused.

    Records are gathered until there are CHUNK of them. With `workers` above 1, up to so many processes
    answer, each one chunk at a time, as soon as there are two chunks. `waits` is to be called before more
    input is waited for: what is there is written first, because whoever sends the input may wait for it.
    """

    def __init__(self, answers: Answers, out: "Writer", tally: Tally, workers: int = 1) -> None:
        self.answers, self.out, self.tally, self.workers = answers, out, tally, workers
        self.names: list[str] = []  # gathered
        self.rows: list[Any] = []
        self.known: dict[str, Any] = {}  # the cells of names; None while they are pending
        self.pending: deque[Pending] = deque()
        self.helpers: deque[Helper] = deque()  # the one that is free, or is so first, in front

    def write(self, table: "Iterable[Chunk]") -> None:
        """Write all records."""
        from rnn_names.names.records import CHUNK

        chunks = iter(table)
        try:
            while True:
                try:
                    chunk = next(chunks, None)
                except DataError:
                    self._finish()  # what stands before a bad record is answered
                    raise
                if chunk is None:
                    break
                self.names += chunk.names
                self.rows += chunk.rows
                if len(self.names) >= CHUNK:
                    self._next()
            self._finish()
        except BaseException:
            self._end(at_once=True)
            raise
        self._end()
        self.out.end()

    def waits(self, ready: Callable[[float], bool]) -> None:
        """Write what is there, unless more input is ready: see `source.blocks`."""
        if self.pending or self.names:
            large = self.pending or len(self.names) >= LARGE
            if not ready(AT_ONCE if large else 0.0):
                self._finish()

    def _next(self, most: int | None = None) -> None:
        """Answer the first `most` of the gathered records (None: all), here or in a process."""
        names, rows = self.names[:most], self.rows[:most]
        del self.names[:most], self.rows[:most]
        new = [name for name in dict.fromkeys(names) if name not in self.known]
        self.known.update(dict.fromkeys(new))
        one = Pending(names, rows, new)
        if self.pending and not self.helpers:  # one has been kept for a process
            self._ask(self.pending.popleft())
            self._ask(one)
        elif self.helpers:
            self._ask(one)
        elif self.workers > 1 and len(new) >= LARGE:
            self.pending.append(one)
        else:
            self._write(one, self._rendered(new))

    def _ask(self, one: Pending) -> None:
        if len(self.pending) == len(self.helpers) < self.workers:
            self._start()
        if not self.helpers:
            self._write(one, self._rendered(one.new))
            return
        helper = self.helpers[0]
        busy = len(self.pending) == len(self.helpers)
        done = (self.pending.popleft(), helper.answer()) if busy else None
        helper.ask(one.new)  # first, so that it works while this process writes
        self.helpers.rotate(-1)
        self.pending.append(one._replace(helper=helper))
        if done:
            self._write(*done)

    def _start(self) -> None:
        from rnn_names.cli.processes import Helper, uninterrupted  # not above: a short input needs none

        if not self.helpers:
            gc.freeze()  # or each process would copy the objects that it only looks at
        try:
            with uninterrupted():
                self.helpers.appendleft(Helper(self._alone))
        except OSError:  # the system has no room for another process
            self.workers = len(self.helpers)

    def _alone(self, names: list[str]) -> Rendered:
        """What a process does, in one thread."""
        self.answers.classifier.workers = 1
        return self._rendered(names)

    def _finish(self) -> None:
        """Write all records that have come."""
        try:
            # If all processes have been started, they share the last names, and end at the same time.
            all_started = 0 < len(self.helpers) == self.workers
            share = -(-len(self.names) // self.workers) if all_started else None
            while self.names:
                self._next(share)
            while self.pending:
                one = self.pending.popleft()
                self._write(one, one.helper.answer() if one.helper else self._rendered(one.new))
        except BaseException:
            self.pending.clear()  # what stands behind a failure is not written
            self.names.clear()
            self.rows.clear()
            raise

    def _end(self, at_once: bool = False) -> None:
        if self.helpers:
            from rnn_names.cli.processes import close

            close(self.helpers, at_once)

    def _rendered(self, names: list[str]) -> Rendered:
        """The answers, computed here."""
        rendered = Rendered([], {})
        for predictions in self.answers.of(names):
            rendered.cells.extend(self.out.render(predictions))
            rendered.unanswered.update(predictions.unanswered)
        return rendered

    def _write(self, one: Pending, rendered: Rendered) -> None:
        self.known.update(zip(one.new, rendered.cells, strict=True))
        self.tally.learn(rendered.unanswered)
        self.out.write(one.rows, [self.known[name] for name in one.names])
        self.tally.count(one.names)
        if len(self.known) > REMEMBERED:  # the names of these chunks are likely to come again
            kept = chain(one.names, *(later.names for later in self.pending))
            self.known = {name: self.known[name] for name in kept}
            self.tally.forget(self.known)
