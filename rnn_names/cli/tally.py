"""What `predict` counts: a line for a log, and the same as JSON."""

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rnn_names.base.files import replacing, sha256
from rnn_names.base.text import number_of
from rnn_names.cli.models import model_name, note

DIGITS = 12  # of the SHA-256 of a model's file: enough to tell models apart


class Tally:
    """The records of a run, and how many of them have no answer, for which reason."""

    def __init__(self) -> None:
        self.records = 0
        self.blank = 0  # have no name
        self.below_threshold = 0  # have neither a country nor a group that is likely enough
        self.begun = time.perf_counter()
        self._unanswered: dict[str, bool] = {}  # names, and whether they are blank

    def learn(self, unanswered: dict[str, bool]) -> None:
        """Note names without an answer, as `Predictions.unanswered` says."""
        self._unanswered |= unanswered

    def count(self, names: Sequence[str]) -> None:
        """Count records with these names, whose predictions are known."""
        self.records += len(names)
        if self._unanswered:
            without = [self._unanswered[name] for name in names if name in self._unanswered]
            self.blank += sum(without)
            self.below_threshold += len(without) - sum(without)

    def forget(self, names: Iterable[str]) -> None:
        """Forget all other names."""
        self._unanswered = {name: self._unanswered[name] for name in names if name in self._unanswered}

    def end(self, errors: int, model: Path, stats: Path | None) -> None:
        """Print the line if there was more than one record or error, and write the JSON into `stats`.

        `errors` is the number of records that could not be read.
        """
        seconds = time.perf_counter() - self.begun
        rate, logged = self.records / seconds, self.records + errors > 1
        if not logged and stats is None:
            return
        digits = fingerprint(model)
        if logged:
            note(
                f"{number_of(self.records, 'record')}: {self.blank:,} blank, "
                f"{self.below_threshold:,} below the threshold, "
                f"{number_of(errors, 'error')}; {seconds:.2f} s, {rate:,.0f} names/s; "
                f"model {model_name(model)} {digits}".rstrip()
            )
        if stats is None:
            return
        told = {
            "records": self.records,
            "blank": self.blank,
            "below_threshold": self.below_threshold,
            "errors": errors,
            "seconds": round(seconds, 3),
            "names_per_second": round(rate),
            "model": model_name(model),
            "model_fingerprint": digits,
        }
        with replacing(stats) as out:
            out.write((json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())


def fingerprint(model: Path) -> str:
    """The first digits of the SHA-256 of a model's file, as `sha256sum` prints it; "" if there is none."""
    try:
        return sha256(model)[:DIGITS]
    except OSError:
        return ""
