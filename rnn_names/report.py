"""Predictions, metrics and training as tables for people and as JSON or CSV for programs."""

import csv
import io
import json
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, is_dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TextIO

from rnn_names.files import replacing
from rnn_names.tables import DELIMITERS

if TYPE_CHECKING:  # rich and NumPy are loaded only where they are needed: a pipe needs no table
    from rich.console import Console
    from rich.table import Table as RichTable

    from rnn_names.classifier import Guess
    from rnn_names.config import TrainConfig
    from rnn_names.confusion import Confusion
    from rnn_names.evaluation import Evaluation
    from rnn_names.metrics import Metrics
    from rnn_names.tables import Table
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
TABLE_ROWS = 1000  # predictions in one table, so that a long one is shown as it comes
EIGHTHS = " ▏▎▍▌▋▊▉█"


class Writer(Protocol):
    """Writes the records of a table, each with what is said of its name."""

    def render(self, prediction: Prediction) -> Any:
        """What `write` takes of a prediction: worked out once for a name that is there many times."""

    def write(self, rows: list[Any], rendered: list[Any]) -> None:
        """The next records, and what was rendered for each."""

    def end(self) -> None: ...


def writer(table: "Table", form: str, top_k: int, prefix: str, file: TextIO) -> Writer:
    """The writer of a form: table, json, jsonl, csv or tsv. Raises DataError if a name is taken."""
    if form == "table":
        return Bars(table, file) if file.isatty() else Tables(table, top_k, file)
    table.reserve({prefix + column for column in columns(top_k, form)})
    if form in ("csv", "tsv"):
        return Cells(table, DELIMITERS[form], top_k, prefix, file)
    return Json(table, form == "json", prefix, file)


def columns(top_k: int, form: str) -> list[str]:
    """The names of what a record gets: as cells, or as members of a JSON object."""
    if form in ("json", "jsonl"):
        return ["country", "probability", "top", "unknown_letters"]
    places = ["", *(f"_{place}" for place in range(2, top_k + 1))]
    return [*(f"{what}{k}" for k in places for what in ("country", "probability")), "unknown_letters"]


class Cells:
    """CSV or TSV: the cells of a row, and behind them the answers."""

    def __init__(self, table: "Table", delimiter: str, top_k: int, prefix: str, file: TextIO) -> None:
        self.table, self.top_k, self.prefix, self.file = table, top_k, prefix, file
        self.minimal, self.all = (
            partial(csv.writer, delimiter=delimiter, lineterminator="\n", quoting=quoting)
            for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        self.begun = False

    def render(self, prediction: Prediction) -> list[str]:
        cells = [cell for g in prediction.guesses for cell in (g.country, f"{g.probability:.6f}")]
        cells[:1] = [prediction.country] if prediction.country else []
        return [*cells, *[""] * (2 * self.top_k - len(cells)), prediction.unknown_letters]

    def write(self, rows: list[Any], rendered: list[list[str]]) -> None:
        self._head()
        cells = self.table.cells
        text = io.StringIO()
        full = [[*cells(row), *answer] for row, answer in zip(rows, rendered, strict=True)]
        self.minimal(text).writerows(full)
        if "\r" in text.getvalue():
            # Before Python 3.13 the writer leaves \r unquoted, and there readers end the row.
            text = io.StringIO()
            for row in full:
                (self.all if any("\r" in cell for cell in row) else self.minimal)(text).writerow(row)
        _put(text.getvalue(), self.file, lambda c: "\N{REPLACEMENT CHARACTER}")

    def _head(self) -> None:
        if not self.begun and self.table.has_header:
            text = io.StringIO()
            added = [self.prefix + column for column in columns(self.top_k, "csv")]
            self.minimal(text).writerow([*self.table.header, *added])
            _put(text.getvalue(), self.file, lambda c: "\N{REPLACEMENT CHARACTER}")
        self.begun = True

    def end(self) -> None:
        self._head()


class Json:
    """JSON: one object for each record, its own members first; in a line each, or in an array."""

    def __init__(self, table: "Table", array: bool, prefix: str, file: TextIO) -> None:
        self.table, self.array, self.prefix, self.file = table, array, prefix, file
        self.separator = "[\n  " if array else ""

    def render(self, prediction: Prediction) -> str:
        top = [{"country": g.country, "probability": round(g.probability, 6)} for g in prediction.guesses]
        first = top[0]["probability"] if top else None
        values = (prediction.country, first, top, prediction.unknown_letters)
        names = (self.prefix + column for column in columns(1, "json"))
        return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)[1:]

    def write(self, rows: list[Any], rendered: list[str]) -> None:
        members = self.table.members
        lines = [f"{{{members(row)}, {answer}" for row, answer in zip(rows, rendered, strict=True)]
        if self.array:
            text, self.separator = self.separator + ",\n  ".join(lines), ",\n  "
        else:
            text = "\n".join(lines) + "\n"
        _put(text, self.file, lambda c: json.dumps(c)[1:-1])

    def end(self) -> None:
        if self.array:
            self.file.write("[]\n" if self.separator.startswith("[") else "\n]\n")


def _put(text: str, file: TextIO, escape: Callable[[str], str]) -> None:
    """Write, and at once; on a terminal what is not printable is escaped, so that it cannot steer it."""
    if file.isatty() and not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else escape(c) for c in text)
    file.write(text)
    file.flush()


class Tables:
    """For people, in a file or pipe: a table of the names, TABLE_ROWS in each."""

    def __init__(self, table: "Table", top_k: int, file: TextIO) -> None:
        self.top_k, self.file, self.console = top_k, file, new_console(file)

    def render(self, prediction: Prediction) -> Prediction:
        return prediction

    def write(self, rows: list[Any], rendered: list[Prediction]) -> None:
        for at in range(0, len(rendered), TABLE_ROWS):
            table = new_table("name", *(f"{n}." for n in range(1, self.top_k + 1)))
            for prediction in rendered[at : at + TABLE_ROWS]:
                answers = (f"{printable(g.country)} {g.probability:.0%}" for g in prediction.guesses)
                table.add_row(printable(" ".join([prediction.name, *_marks(prediction)])), *answers)
            self.console.print(table)
        self.file.flush()

    def end(self) -> None:
        """The last table has ended."""


class Bars:
    """For people, on a terminal: of each name its answers under each other, each with a bar.

    The columns have the same places from the first name to the last, for names may be long in coming.
    """

    def __init__(self, table: "Table", file: TextIO) -> None:
        from shutil import get_terminal_size  # not above: only here

        self.file, width = file, get_terminal_size().columns
        self.name, self.bar = max(8, min(width // 3, 28)), max(4, min(width // 3, 40))

    def render(self, prediction: Prediction) -> str:
        from rich.cells import cell_len  # which knows the letters that take two places

        name = printable(prediction.name) or "(blank)"
        gap = self.name - cell_len(name)
        head = name + (" " * gap if gap >= 0 else "\n" + " " * self.name)
        lines = [
            f"{_bar(g.probability, self.bar)} {g.probability:4.0%}  {printable(g.country)}"
            for g in prediction.guesses
        ]
        marks = printable(" ".join(_marks(prediction)))
        if not lines:
            return f"{head.rstrip()}\n"
        if marks:
            lines.append(marks)
        return f"{head}  " + f"\n{' ' * self.name}  ".join(lines) + "\n"

    def write(self, rows: list[Any], rendered: list[str]) -> None:
        self.file.write("".join(rendered))
        self.file.flush()

    def end(self) -> None:
        """Nothing is open."""


def _bar(share: float, width: int) -> str:
    """A bar of `share` of the width, in eighths of a block, filled up with blanks."""
    eighths = round(share * width * 8)
    return f"{'█' * (eighths // 8)}{EIGHTHS[eighths % 8].strip()}".ljust(width)


def _marks(prediction: Prediction) -> list[str]:
    letters, guesses = prediction.unknown_letters, prediction.guesses
    marks = [f"(unknown letters: {letters})"] if letters else []
    if guesses and guesses[0].probability < prediction.threshold:
        marks.append("(unsure)")
    return marks


def write_names(names: Iterable[tuple[str, str]], form: str, several: bool, file: TextIO) -> None:
    """Write names and their countries as plain lines, json, jsonl, csv or tsv.

    A plain line is a name, and a tab and the country behind it where there are `several`.
    """
    if form == "plain":
        for name, country in names:
            file.write(printable(name) + (f"\t{printable(country)}\n" if several else "\n"))
    elif form in ("csv", "tsv"):
        writer = csv.writer(file, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerows([("name", "country"), *names])
    else:
        records = [
            json.dumps({"name": name, "country": country}, ensure_ascii=False) for name, country in names
        ]
        if form == "jsonl":
            file.writelines(record + "\n" for record in records)
        else:
            file.write("[\n  " + ",\n  ".join(records) + "\n]\n" if records else "[]\n")


class Run(NamedTuple):
    """A model and the part of a data set that it is scored on, as they are called, and how it did."""

    model: str
    data: str
    part: str
    evaluation: "Evaluation"

    @property
    def names(self) -> str:
        """Which names are scored."""
        return self.data if self.part == "all" else f"{self.data}, {self.part} part"

    @property
    def title(self) -> str:
        """Which model, on which names."""
        return f"{self.model} on {self.names}"


def evaluation_json(runs: Sequence[Run], errors: int = 0) -> str:
    """One object, or of several runs an array of them, each with what was scored first.

    Its members are the fields of Metrics, how many names were left out by their unknown label, and, if
    they are asked for, the most confident mistakes.
    """
    records: list[dict[str, Any]] = []
    for run in runs:
        record = asdict(run.evaluation.metrics)
        if len(runs) > 1:
            record = {"model": run.model, "data": run.data, "part": run.part, **record}
        record["unknown_labels"] = dict(sorted(run.evaluation.unknown.items()))
        if errors:
            mistakes = (_scored_name(run, i) for i in run.evaluation.mistakes(errors))
            record["errors"] = [{key: mistake[key] for key in MISTAKE} for mistake in mistakes]
        records.append(record)
    return json.dumps(records if len(runs) > 1 else records[0], ensure_ascii=False, indent=2)


MISTAKE = ("name", "truth", "answer", "probability")
SCORED_NAME = (*MISTAKE, "truth_rank", "truth_probability")
GAP = 3  # places between columns


def _scored_name(run: Run, i: int) -> dict[str, Any]:
    """What is said of the i-th name of a run, and of which run."""
    e = run.evaluation
    return {
        "model": run.model,
        "data": run.data,
        "name": e.examples[i].name,
        "truth": e.examples[i].country,
        "answer": e.countries[e.answer[i]] if e.covered[i] else UNKNOWN,
        "probability": round(float(e.probability[i]), 6),
        "truth_rank": int(e.truth_rank[i]),
        "truth_probability": round(float(e.truth_probability[i]), 6),
    }


def save_scored_names(runs: Sequence[Run], path: Path) -> None:
    """Write a record for each name of each run, in order: CSV, TSV or JSON lines, as the path ends.

    Of several runs, what was scored comes first. Raises OutputError.
    """
    columns = ("model", "data", *SCORED_NAME) if len(runs) > 1 else SCORED_NAME
    records = (_scored_name(run, i) for run in runs for i in range(len(run.evaluation.examples)))
    rows = ({column: record[column] for column in columns} for record in records)
    with replacing(path) as binary:
        # A path may have what UTF-8 has not: it is written as its escape.
        file = io.TextIOWrapper(binary, "utf-8", "backslashreplace", newline="")
        if delimiter := DELIMITERS.get(path.suffix[1:].lower()):
            # Before Python 3.13 a \r, which a path may have, is not quoted by itself.
            odd = any("\r" in run.model + run.data for run in runs)
            writer = csv.writer(
                file,
                delimiter=delimiter,
                lineterminator="\n",
                quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL,
            )
            writer.writerow(columns)
            for row in rows:
                writer.writerow(f"{v:.6f}" if isinstance(v, float) else v for v in row.values())
        else:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        file.flush()
        file.detach()


def write_comparison(runs: Sequence[Run], file: TextIO) -> None:
    """A row for each run; of the figures as many, the most telling first, as the terminal is wide."""
    told, metrics = _telling(runs), [run.evaluation.metrics for run in runs]
    figures = {
        "names": [f"{m.n:,}" for m in metrics],
        "accuracy": [f"{m.accuracy:.3f}" for m in metrics],
        "macro-F1": [f"{m.macro_f1:.3f}" for m in metrics],
        "top-3": [f"{m.top3_accuracy:.3f}" for m in metrics],
        "NLL": [f"{m.nll:.3f}" for m in metrics],
        "ECE": [f"{m.ece:.3f}" for m in metrics],
        "balanced": [f"{m.balanced_accuracy:.3f}" for m in metrics],
        "coverage": [f"{m.coverage:.3f}" for m in metrics],
        "covered": [_three(m.covered_accuracy) for m in metrics],
    }
    console, table = new_console(file), _texts(*told)
    room = console.width - sum(min(12, max(map(len, texts))) + GAP for texts in told.values())
    shown: list[list[str]] = []
    for title, cells in figures.items():
        room -= max(map(len, [title, *cells])) + GAP
        if room < 0 and shown:
            break
        table.add_column(title, justify="right", no_wrap=True)
        shown.append(cells)
    for row in zip(*told.values(), *shown, strict=True):
        table.add_row(*row)
    console.print(table)


def write_mistakes(runs: Sequence[Run], n: int, file: TextIO) -> None:
    """The most confident mistakes: a table for each run, and of several its name above."""
    console = new_console(file)
    for run in runs:
        table = _texts(*MISTAKE[:-1])
        table.add_column(MISTAKE[-1], justify="right", no_wrap=True)
        for i in run.evaluation.mistakes(n):
            mistake = _scored_name(run, i)
            texts = (printable(mistake[key]) for key in MISTAKE[:-1])
            table.add_row(*texts, f"{mistake['probability']:.3f}")
        if len(runs) > 1:
            console.print(printable(run.title))
        console.print(table)


def _telling(runs: Sequence[Run]) -> dict[str, list[str]]:
    """What tells the runs from each other: their models, or data, or both."""
    told = {
        "model": [printable(run.model) for run in runs],
        "data": [printable(run.names) for run in runs],
    }
    return {title: texts for title, texts in told.items() if len(set(texts)) > 1} or told


def write_metrics(metrics: "Metrics", file: TextIO) -> None:
    """The metrics as a line a figure, and a table of the countries, the most frequent first."""
    console = new_console(file)
    summary = new_table("metric", "value")
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
    countries = new_table("country", "names", "precision", "recall", "F1")
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
    table = _texts(columns[0])
    table.show_header = any(columns)
    for place, column in enumerate(columns[1:], start=1):
        right = place in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    new_console(file, PAGE).print(table)


def sparkline(values: Sequence[float]) -> str:
    """A bar for each value, the lowest of them still seen; of many values for every second or so."""
    values = values[:: -(-len(values) // BARS)]
    low, high = min(values), max(values)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (v - low) / (high - low or 1))] for v in values)


def write_confusion(confusion: "Confusion", file: TextIO) -> None:
    """For each country, similar ones together, how much of it was found and what the rest was taken for."""
    rows = []
    for row, (country, shares) in enumerate(zip(confusion.countries, confusion.shares, strict=True)):
        n = int(confusion.counts[row].sum())
        others = [
            f"{shares[c]:.0%} {confusion.countries[c]}"
            for c in confusion.taken_for(row)
            if shares[c] >= 0.005
        ]
        rows.append((country, f"{n:,}", f"{shares[row]:.2f}" if n else "", ", ".join(others)))
    write_table(("country", "names", "recall", "taken for"), rows, file, (1, 2))


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


def new_console(file: TextIO, piped: int = 100_000) -> "Console":
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


def _texts(first: str, *others: str) -> "RichTable":
    """A table whose columns hold texts, which go on in the next line where rich would cut them."""
    table = new_table(first)
    table.columns[0].overflow = "fold"
    for column in others:
        table.add_column(column, overflow="fold")
    return table


def new_table(first: str, *others: str) -> "RichTable":
    """A table with a column of texts, and others of numbers, or of texts where a title ends in a stop."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for column in others:
        table.add_column(column, justify="left" if column.endswith(".") else "right")
    return table
