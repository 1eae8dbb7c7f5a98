"""The surest wrong answers as a table, as CSV and as JSON."""

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.base.text import printable
from rnn_names.show.tables import new_console, print_table, text_table

if TYPE_CHECKING:
    from rnn_names.insight.mistakes import Mistake
    from rnn_names.model.evaluation import Run

MISTAKE = ("name", "truth", "answer", "probability")
BECAUSE = "because"  # the column of the parts that speak for an answer
TOLD, LEAST = 3, 0.05  # the most parts that are listed, and the least effect of one


def mistake_record(mistake: "Mistake", truth: str = MISTAKE[1]) -> dict[str, Any]:
    """A mistake for JSON, with every part that speaks for its answer. Effects are on the log-odds, in nats.

    `truth` is the key of the true label.
    """
    return {
        "name": mistake.name,
        truth: mistake.truth,
        "answer": mistake.answer,
        "probability": round(mistake.probability, 6),
        "ngrams": [{"ngram": part, "effect": round(effect, 6)} for part, effect in mistake.ngrams],
        "letters": [{"letter": part, "effect": round(effect, 6)} for part, effect in mistake.letters],
    }


def because(mistake: "Mistake") -> str:
    """The parts that speak most for the answer, and their effects."""
    parts = [part for part in mistake.ngrams or mistake.letters if part.effect >= LEAST][:TOLD]
    return ", ".join(f"{'␣' if part == ' ' else part} {effect:+.2f}" for part, effect in parts)


def write_mistakes(mistakes: Sequence["Mistake"], file: TextIO, truth: str = MISTAKE[1]) -> None:
    """A table of mistakes; `truth` is the title of the column of labels."""
    name, _, answer, probability = MISTAKE
    table = text_table(name, truth, answer)
    table.add_column(probability, justify="right", no_wrap=True)
    table.add_column(BECAUSE, overflow="fold")
    for mistake in mistakes:
        texts = map(printable, (mistake.name, mistake.truth, mistake.answer))
        table.add_row(*texts, f"{mistake.probability:.3f}", printable(because(mistake)))
    print_table(table, new_console(file))


def write_mistakes_csv(
    runs: Sequence["Run"], mistakes: Sequence[Sequence["Mistake"]], file: TextIO
) -> None:
    """The mistakes of each run as CSV; with several runs, model and data come first."""
    writer = csv.writer(file, lineterminator="\n")
    several = len(runs) > 1
    writer.writerow([*(("model", "data") if several else ()), *MISTAKE, BECAUSE])
    for run, found in zip(runs, mistakes, strict=True):
        for one in found:
            told = (one.name, one.truth, one.answer, f"{one.probability:.6f}", because(one))
            writer.writerow([*((run.model, run.data) if several else ()), *told])
