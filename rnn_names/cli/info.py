"""`rnn-names info`."""

import math
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_names.cli.command import OneCommand
from rnn_names.cli.models import model_option, model_path, note_model
from rnn_names.cli.options import Model, TableOrJson, Verbose

if TYPE_CHECKING:
    from rnn_names.model.checkpoint import Checkpoint

app = OneCommand()


@app.command()
def info(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[MODEL]", help="A model file, as of -m.", show_default=False),
    ] = None,
    model: Model = None,
    format: Annotated[
        TableOrJson, typer.Option(help="json: one object, with every epoch.")
    ] = TableOrJson.table,
    verbose: Verbose = False,
) -> None:
    """Show what a model knows, how it is built and how it was trained.

    \b
      rnn-names info
      rnn-names info -m names.npz --format json | jq .training
    """
    from rnn_names.model import checkpoint
    from rnn_names.names.labels import Labels
    from rnn_names.show import tables
    from rnn_names.show.training import mean_line

    if file and model:
        raise typer.BadParameter("give MODEL or -m, not both.")
    model = file or model
    path = model_path(model)
    loaded = checkpoint.load(path)
    facts, folds = _facts(path, loaded), loaded.folds
    note_model(path, model, verbose)
    if format is TableOrJson.json:
        typer.echo(tables.to_json(facts))
        return
    network, data, kept = facts["network"], facts["data"], facts["kept"]
    labels = Labels(facts["countries"])
    rows = {
        "file": f"{facts['file']}, format {facts['format']}, {facts['bytes']:,} bytes",
        labels.words: f"{network['countries']}: "
        + ", ".join(f"{country} {n:,}" for country, n in facts["counts"].items()),
        "letters": f"{len(facts['letters'])}: {_letters(facts['letters'])}",
        "network": f"{facts['networks']} × {network['cell']} of {network['hidden_size']} hidden units"
        + (", both directions" if network["bidirectional"] else ", forward")
        + (", pooled" if network["pooling"] else "")
        + (f", {len(network['ngrams']):,} known n-grams" if network["ngrams"] else "")
        + (f", {network['bag']} columns without order" if network["bag"] else ""),
        "readouts": ", ".join(network["readouts"]).replace("country", labels.word),
        "parameters": f"{facts['parameters']:,}",
        "training": ", ".join(f"{key} {value}" for key, value in facts["training"].items()),
        "data": f"{data['source'] or 'the bundled surnames'}: {data['train']:,} names to train, "
        f"{data['val']:,} to validate, {data['test']:,} to test",
        **({"started from": f"{data['base']}, SHA-256 {data['base_digest']}"} if data["base"] else {}),
        **(
            {"cross-validated": f"{folds.folds} folds, {folds.names:,} names: {mean_line(folds)}"}
            if folds
            else {}
        ),
        "fingerprint": data["fingerprint"],
        "temperature": f"{facts['temperature']:.3f}"
        + (f", of names of one word {facts['alone']:.3f}" if facts["alone"] else ""),
    }
    for k in range(1, facts["networks"] + 1):
        epochs = [entry for entry in facts["history"] if entry.get("network", 1) == k]
        for key, what in (
            ("train_loss", "train-loss"),
            ("val_loss", "val-loss"),
            ("loss", "objective"),
            ("grad_norm", "gradient"),
        ):
            values = [entry[key] for entry in epochs if isinstance(entry.get(key), float | int)]
            if values:
                bars = tables.sparkline(values)
                rows[f"network {k}, {what}"] = f"{values[0]:.3f} {bars} {values[-1]:.3f}"
    if kept:
        rows["kept"] = f"network {kept.get('network', 1)}, epoch {kept.get('epoch', '?')}" + "".join(
            f", {key.replace('_', ' ')} {kept[key]:.3f}"
            for key in ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
            if kept.get(key) is not None
        )
    tables.write_table(["", ""], list(rows.items()), sys.stdout)
    option = model_option(path)
    if data["test"]:
        typer.echo(f"its scores on names it has not seen: rnn-names evaluate{option}", err=True)
    else:  # without a test part it needs the names of another file
        typer.echo(f"its scores on names it has not seen: rnn-names evaluate FILE{option}", err=True)


def _letters(letters: str) -> str:
    """The letters; if there are more than MANY, the number of letters of each script."""
    from rnn_names.names.alphabet import MANY, script

    if len(letters) <= 2 * MANY:
        return letters
    scripts = Counter(script(letter).title() or "signs and marks" for letter in letters)
    return ", ".join(f"{name} {n:,}" for name, n in scripts.most_common())


def _facts(path: Path, model: "Checkpoint") -> dict[str, Any]:
    """What --format json prints; its keys are stable."""
    from rnn_names.model.checkpoint import network_header
    from rnn_names.model.container import read, read_object

    ngrams, symbols = model.network.ngrams, f"__{model.alphabet.symbols[2:]}"  # start and end as a mark
    kept = [entry for entry in model.history if entry.get("kept")]
    scored = [entry for entry in model.history if entry.get("val_loss") is not None]
    if not kept and scored:  # an older model says it by the loss
        kept = [min(scored, key=lambda entry: entry["val_loss"] or 0.0)]
    return {
        "file": str(path),
        "format": read(path, lambda archive: read_object(archive, "header")["format"], "a model"),
        "bytes": path.stat().st_size,
        "countries": model.countries,
        "counts": dict(zip(model.countries, model.counts, strict=True)),
        "letters": model.alphabet.letters,
        "network": network_header(model.network)
        | {
            "ngrams": [ngrams.spelled(n, symbols) for n in range(ngrams.symbols, len(ngrams))]
            if ngrams
            else []
        },
        "networks": len(model.members),
        "parameters": len(model.members) * sum(map(math.prod, model.network.shapes().values())),
        "training": asdict(model.training),
        "data": model.data._asdict(),
        "temperature": model.temperature,
        "alone": model.alone,
        "folds": model.folds._asdict() if model.folds else None,
        "kept": kept[-1] if kept else None,
        "history": model.history,
    }
