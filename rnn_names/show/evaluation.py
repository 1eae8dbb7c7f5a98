"""Evaluations as tables and as JSON: figures, comparisons, names scored."""

import csv
import io
import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.base.files import replacing
from rnn_names.base.text import number_of, printable
from rnn_names.model.comparison import compared
from rnn_names.model.evaluation import Run
from rnn_names.model.metrics import wilson
from rnn_names.model.threshold import UNKNOWN
from rnn_names.names.labels import Labels
from rnn_names.names.packed import packing
from rnn_names.names.records import DELIMITERS
from rnn_names.names.source import GZIP
from rnn_names.names.tables import form_of
from rnn_names.show.mistakes import MISTAKE, mistake_record
from rnn_names.show.tables import new_console, new_table, print_table, text_table

if TYPE_CHECKING:
    from rnn_names.insight.mistakes import Mistake
    from rnn_names.model.evaluation import Evaluation
    from rnn_names.model.provenance import CrossValidation

SCORED_NAME = (*MISTAKE, "truth_rank", "truth_probability")
INTERVALS = ("accuracy", "top3_accuracy", "macro_f1", "balanced_accuracy", "covered_accuracy")
FEW = 50  # names: the figures of fewer are hardly known
TELLING = 12  # least width of the columns that distinguish runs


def warnings(run: Run) -> list[str]:
    """A warning if there are few names."""
    evaluation = run.evaluation
    n, (low, high) = evaluation.metrics.n, evaluation.intervals["accuracy"]
    if n >= FEW:
        return []
    folds = " (train --folds 5 scores all of its data)" if run.own and run.part != "all" else ""
    return [
        f"{number_of(n, 'name')} scored: an accuracy of {evaluation.metrics.accuracy:.2f} here means "
        f"{low:.2f} to {high:.2f} elsewhere; score more names{folds}"
    ]


def evaluation_json(runs: Sequence[Run], mistakes: Sequence[Sequence["Mistake"]] = ()) -> str:
    """One object, or for several runs an array of objects that begin with model, data and part.

    Its members are the fields of Metrics, intervals, warnings, the number of names of each unknown label,
    the comparison with the first model on the same names and, if there are lists of them, the mistakes of
    each run.
    """
    records: list[dict[str, Any]] = []
    for k, (run, comparison) in enumerate(zip(runs, compared(runs), strict=True)):
        record = asdict(run.evaluation.metrics)
        record["intervals"] = dict.fromkeys(INTERVALS) | run.evaluation.intervals
        record["warnings"] = warnings(run)
        if len(runs) > 1:
            record = {"model": run.model, "data": run.data, "part": run.part, **record}
        record["unknown_labels"] = dict(sorted(run.evaluation.unknown.items()))
        if comparison:
            record["against_first"] = comparison._asdict()
        if mistakes:
            record["errors"] = [*map(mistake_record, mistakes[k])]
        records.append(record)
    return json.dumps(records if len(runs) > 1 else records[0], ensure_ascii=False, indent=2)


def write_labels(runs: Sequence[Run], file: TextIO) -> None:
    """The figures of each label as CSV; with several runs, model and data come first."""
    writer = csv.writer(file, lineterminator="\n")
    several = len(runs) > 1
    writer.writerow([*(("model", "data") if several else ()), "label", "n", "precision", "recall", "f1"])
    for run in runs:
        for label, m in run.evaluation.metrics.per_country.items():
            figures = (f"{figure:.6f}" for figure in (m.precision, m.recall, m.f1))
            writer.writerow([*((run.model, run.data) if several else ()), label, m.n, *figures])


def _scored_name(run: Run, i: int) -> dict[str, Any]:
    """The answer to the i-th name of a run, with the names of the run."""
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
    """Write a record for each name of each run, in order: CSV, TSV or JSON lines by the path's ending.

    With several runs, model and data come first. A path that ends in .gz is packed. A pipe or a device gets
    CSV. Raises OutputError.
    """
    columns = ("model", "data", *SCORED_NAME) if len(runs) > 1 else SCORED_NAME
    records = (_scored_name(run, i) for run in runs for i in range(len(run.evaluation.examples)))
    rows = ({column: record[column] for column in columns} for record in records)
    packed = path.suffix.lower() == GZIP
    with replacing(path) as binary, packing(binary, "gzip") if packed else nullcontext(binary) as data:
        # A path may hold bytes that are not UTF-8: they are written as escapes.
        file = io.TextIOWrapper(data, "utf-8", "backslashreplace", newline="")
        if (form := form_of(path) or "csv") != "jsonl":
            # Before Python 3.13 a \r, which a path may have, is not quoted automatically.
            odd = any("\r" in run.model + run.data for run in runs)
            writer = csv.writer(
                file,
                delimiter=DELIMITERS[form],
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
    """A row for each run with its figures, the most telling first."""
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
    table = text_table(*told)
    for column, texts in zip(table.columns, told.values(), strict=True):
        column.min_width = min(TELLING, max(map(len, texts)))
    for title in figures:
        table.add_column(title, justify="right", no_wrap=True)
    for row in zip(*told.values(), *figures.values(), strict=True):
        table.add_row(*row)
    print_table(table, new_console(file))


def write_compared(runs: Sequence[Run], file: TextIO) -> None:
    """A row for each model that has scored the same names as the first one, compared with that one."""
    found = compared(runs)
    pairs = [pair for pair in found if pair]
    if not pairs:
        return
    told = {
        title: [text for text, pair in zip(texts, found, strict=True) if pair]
        for title, texts in _telling(runs).items()
    }
    figures = {
        "against": [printable(pair.model) for pair in pairs],
        "accuracy": [f"{pair.difference:+.3f}" for pair in pairs],
        "95 % interval": ["{:+.3f} to {:+.3f}".format(*pair.interval) for pair in pairs],
        "better": [f"{pair.only_this:,}" for pair in pairs],
        "worse": [f"{pair.only_first:,}" for pair in pairs],
        "p (McNemar)": [f"{pair.p:.3f}" if pair.p >= 0.001 else "< 0.001" for pair in pairs],
    }
    table = text_table(*told)
    for title in figures:
        table.add_column(title, justify="right", no_wrap=True)
    for row in zip(*told.values(), *figures.values(), strict=True):
        table.add_row(*row)
    print_table(table, new_console(file))


def _telling(runs: Sequence[Run]) -> dict[str, list[str]]:
    """What distinguishes the runs: their models, their data, or both."""
    told = {
        "model": [printable(run.model) for run in runs],
        "data": [printable(run.names) for run in runs],
    }
    return {title: texts for title, texts in told.items() if len(set(texts)) > 1} or told


def write_metrics(evaluation: "Evaluation", file: TextIO) -> None:
    """A line for each figure, then a table of the labels, the most frequent first."""
    metrics, intervals = evaluation.metrics, evaluation.intervals
    console = new_console(file)
    summary = new_table("metric", "value", "95 % interval")
    some = f", of {metrics.n_known:,} names" if metrics.n_known < metrics.n else ""
    for label, value, figure in (
        ("names", f"{metrics.n:,}", ""),
        ("accuracy", f"{metrics.accuracy:.3f}", "accuracy"),
        ("top-3 accuracy", f"{metrics.top3_accuracy:.3f}", "top3_accuracy"),
        ("macro-F1", f"{metrics.macro_f1:.3f}", "macro_f1"),
        ("balanced accuracy", f"{metrics.balanced_accuracy:.3f}", "balanced_accuracy"),
        (f"NLL (nats{some})", f"{metrics.nll:.3f}", ""),
        (f"ECE (15 bins{some})", f"{metrics.ece:.3f}", ""),
        ("coverage", f"{metrics.coverage:.3f}", ""),
        ("accuracy of covered names", _three(metrics.covered_accuracy), "covered_accuracy"),
    ):
        interval = intervals.get(figure)
        summary.add_row(label, value, f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "")
    print_table(summary, console)
    countries = new_table(Labels(evaluation.countries).word, "names", "precision", "recall", "F1")
    for country, m in sorted(metrics.per_country.items(), key=lambda item: -item[1].n):
        countries.add_row(
            printable(country), f"{m.n:,}", f"{m.precision:.2f}", f"{m.recall:.2f}", f"{m.f1:.2f}"
        )
    print_table(countries, console)


def write_folds(found: "CrossValidation", as_json: bool, file: TextIO) -> None:
    """The scores of a cross-validation: a table, or one object."""
    interval = wilson(found.accuracy * found.names, found.names)
    if as_json:
        figures = {"n": found.names, **found._asdict(), "intervals": {"accuracy": interval}}
        del figures["names"]
        print(json.dumps(figures, indent=2), file=file)
        return
    table = new_table("metric", "mean of the folds", "standard error", "95 % interval")
    table.add_row("names", f"{found.names:,}", "", "")
    table.add_row("folds", f"{found.folds}", "", "")
    low, high = interval
    for label, value, error, between_these in (
        ("accuracy", found.accuracy, found.accuracy_error, f"{low:.3f} to {high:.3f}"),
        ("macro-F1", found.macro_f1, found.macro_f1_error, ""),
        ("NLL (nats)", found.nll, found.nll_error, ""),
    ):
        table.add_row(label, f"{value:.3f}", f"{error:.3f}", between_these)
    print_table(table, new_console(file))


def between(interval: tuple[float, float]) -> str:
    """An interval of 95 %, as text."""
    return f"95 %: {interval[0]:.3f} to {interval[1]:.3f}"


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
