"""Predictions, metrics and training as tables for people and as JSON or CSV for programs."""

import csv
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

if TYPE_CHECKING:  # rich and NumPy are loaded only where they are needed: a pipe needs no table
    from rich.console import Console
    from rich.table import Table

    from rnn_names.classifier import Guess
    from rnn_names.config import TrainConfig
    from rnn_names.metrics import Metrics
    from rnn_names.training import EpochReport, StepReport


class Prediction(NamedTuple):
    """What is said of a name: its likeliest countries, or none under the threshold or for a blank name."""

    name: str
    guesses: "list[Guess]"
    unknown_letters: str
    threshold: float = 0.0

    @property
    def country(self) -> str | None:
        """The answer: `unknown` under the threshold; None for a blank name."""
        if not self.guesses:
            return None
        return self.guesses[0].country if self.guesses[0].probability >= self.threshold else UNKNOWN


UNKNOWN = "unknown"  # the answer under the threshold
BARS = 24  # in a sparkline
PAGE = 100  # columns that texts fill where there is no terminal
TABLE_ROWS = 1000  # predictions in one table, so that endless input is shown as it comes


def write_predictions(predictions: Iterable[Prediction], form: str, top_k: int, file: TextIO) -> None:
    """Write one record for each name, in order, as table, json, jsonl, csv or tsv."""
    if form == "table":
        _write_tables(predictions, top_k, file)
    elif form in ("csv", "tsv"):
        delimiter = "," if form == "csv" else "\t"
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        quoting = csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(["name", *_columns(top_k), "unknown_letters"])
        for prediction in predictions:
            cells = [prediction.name, *_cells(prediction, top_k), prediction.unknown_letters]
            # Before Python 3.13 the writer leaves \r unquoted, and there readers end the row.
            (quoting if "\r" in prediction.name else writer).writerow(cells)
    elif form == "jsonl":
        for prediction in predictions:
            file.write(json.dumps(_record(prediction), ensure_ascii=False) + "\n")
    else:
        separator = "["
        for prediction in predictions:
            file.write(f"{separator}\n  {json.dumps(_record(prediction), ensure_ascii=False)}")
            separator = ","
        file.write("[]\n" if separator == "[" else "\n]\n")


def _record(prediction: Prediction) -> dict[str, Any]:
    top = [{"country": g.country, "probability": round(g.probability, 6)} for g in prediction.guesses]
    return {
        "name": prediction.name,
        "country": prediction.country,
        "probability": top[0]["probability"] if top else None,
        "top": top,
        "unknown_letters": prediction.unknown_letters,
    }


def _columns(top_k: int) -> Iterator[str]:
    for place in range(1, top_k + 1):
        suffix = "" if place == 1 else f"_{place}"
        yield f"country{suffix}"
        yield f"probability{suffix}"


def _cells(prediction: Prediction, top_k: int) -> list[str]:
    cells = [cell for g in prediction.guesses for cell in (g.country, f"{g.probability:.6f}")]
    cells[:1] = [prediction.country] if prediction.country else []
    return cells + [""] * (2 * top_k - len(cells))


def _write_tables(predictions: Iterable[Prediction], top_k: int, file: TextIO) -> None:
    console = _console(file)
    rows = iter(predictions)
    for first in rows:
        table = _table("name", *(f"{n}." for n in range(1, top_k + 1)))
        table.add_row(*_shown(first))
        for _, prediction in zip(range(TABLE_ROWS - 1), rows, strict=False):
            table.add_row(*_shown(prediction))
        console.print(table)


def _shown(prediction: Prediction) -> list[str]:
    name, guesses, letters, threshold = prediction
    marks = [f"(unknown letters: {letters})"] if letters else []
    if prediction.country == UNKNOWN and guesses[0].probability < threshold:
        marks.append("(unsure)")
    return [
        printable(" ".join([name, *marks])),
        *(f"{printable(g.country)} {g.probability:.0%}" for g in guesses),
    ]


def metrics_json(metrics: "Metrics", unknown: Counter[str]) -> str:
    """One object: the fields of Metrics, and how many names were left out by their unknown label."""
    return json.dumps(
        {**asdict(metrics), "unknown_labels": dict(sorted(unknown.items()))},
        ensure_ascii=False,
        indent=2,
    )


def write_metrics(metrics: "Metrics", file: TextIO) -> None:
    """The metrics as a line a figure, and a table of the countries, the most frequent first."""
    console = _console(file)
    summary = _table("metric", "value")
    for label, value in (
        ("names", f"{metrics.n:,}"),
        ("accuracy", f"{metrics.accuracy:.3f}"),
        ("top-3 accuracy", f"{metrics.top3_accuracy:.3f}"),
        ("macro-F1", f"{metrics.macro_f1:.3f}"),
        ("balanced accuracy", f"{metrics.balanced_accuracy:.3f}"),
        ("NLL (nats)", f"{metrics.nll:.3f}"),
        ("ECE (15 bins)", f"{metrics.ece:.3f}"),
        ("coverage", f"{metrics.coverage:.3f}"),
        ("accuracy of what is covered", _three(metrics.covered_accuracy)),
    ):
        summary.add_row(label, value)
    console.print(summary)
    countries = _table("country", "names", "precision", "recall", "F1")
    for country, m in sorted(metrics.per_country.items(), key=lambda item: -item[1].n):
        countries.add_row(
            printable(country), f"{m.n:,}", f"{m.precision:.2f}", f"{m.recall:.2f}", f"{m.f1:.2f}"
        )
    console.print(countries)


def to_json(found: Any) -> str:
    """One object, of a dataclass or a dict."""
    values = asdict(found) if is_dataclass(found) and not isinstance(found, type) else found
    return json.dumps(values, ensure_ascii=False, indent=2)


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], file: TextIO, numbers: Collection[int] = ()
) -> None:
    """A table of texts, which are wrapped; `numbers` are the places of columns that hold such."""
    table = _table(columns[0])
    table.columns[0].overflow = "fold"  # a long word goes on in the next line, where rich would cut it
    table.show_header = any(columns)
    for place, column in enumerate(columns[1:], start=1):
        right = place in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    _console(file, PAGE).print(table)


def sparkline(values: Sequence[float]) -> str:
    """A bar for each value, the lowest of them still seen; of many values for every second or so."""
    values = values[:: -(-len(values) // BARS)]
    low, high = min(values), max(values)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (v - low) / (high - low or 1))] for v in values)


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def step_line(report: "StepReport", history: list[dict[str, float | None]]) -> str:
    """What stands behind the progress bar: this step, and the last epoch's validation."""
    line = f"loss {report.loss:.3f}  gradient {report.grad_norm:.2f}"
    accuracy = history[-1]["val_accuracy"] if history else None
    return line if accuracy is None else f"{line}  val-accuracy {accuracy:.3f}"


def epoch_name(network: float | None, epoch: float | None, config: "TrainConfig") -> str:
    """Which epoch it is, and of which network if there are several."""
    name = f"epoch {epoch}/{config.epochs}"
    return f"network {network}/{config.networks}, {name}" if config.networks > 1 else name


def epoch_line(report: "EpochReport", config: "TrainConfig") -> str:
    """One line on an epoch."""
    name = epoch_name(report.network, report.epoch, config)
    line = f"{name}  loss {report.loss:.3f}  gradient {report.grad_norm:.2f}"
    if report.validation:
        v = report.validation
        line += f"  val-loss {v.nll:.3f}  val-accuracy {v.accuracy:.3f}"
    return line + ("  *" if report.members else "")


def history_entry(report: "EpochReport") -> dict[str, float | None]:
    """What a checkpoint keeps of an epoch."""
    v = report.validation
    return {
        "network": report.network,
        "epoch": report.epoch,
        "loss": report.loss,
        "grad_norm": report.grad_norm,
        "clipped": report.clipped,
        "clip_factor": report.clip_factor,
        "lr": report.lr,
        "val_loss": v.nll if v else None,
        "val_accuracy": v.accuracy if v else None,
        "temperature": report.temperature,
        "ece_before": report.ece_before,
        "ece": v.ece if v else None,
    }


def printable(text: str) -> str:
    """The text with every control character replaced, so that it cannot steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _console(file: TextIO, piped: int = 100_000) -> "Console":
    """Where tables go: as wide as a terminal, else `piped`; plain where NO_COLOR says so."""
    import shutil  # not above: to predict in a pipe takes neither

    from rich.console import Console

    class Quiet(Console):
        """Leaves a closed pipe to the command line, where rich would exit with 1."""

        def on_broken_pipe(self) -> None:
            raise  # the BrokenPipeError that rich is handling when it calls this

    # In a file or pipe there is no width to fit: a table of records is as wide as its longest row.
    return Quiet(
        file=file,
        markup=False,
        emoji=False,
        highlight=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        width=shutil.get_terminal_size().columns if file.isatty() else piped,
        height=PAGE,  # of no account, but without it rich takes a width of 80 where TERM=dumb
    )


def _table(first: str, *others: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for column in others:
        table.add_column(column, justify="left" if column.endswith(".") else "right")
    return table
