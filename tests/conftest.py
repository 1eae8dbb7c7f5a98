"""Fixtures that the test modules share: a small data set and a small model trained on it."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: what `rnn-names` does too

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from rnn_names.base.bundled import bundled_surnames
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.provenance import DataInfo
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.split import fingerprint
from rnn_names.network.config import NetworkConfig
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import Prepared, prepare
from rnn_names.training.weights import country_counts

settings.register_profile("same every time", derandomize=True, deadline=None, database=None)
settings.register_profile("fewer", settings.get_profile("same every time"), max_examples=20)
settings.load_profile("same every time")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests run first, so that no worker is left with them at the end, and without coverage."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker("no_cover")


# One small network and only the loss of the country: quick and predictable.
PLAIN = TrainConfig(
    batch_size=32,
    lr=0.003,
    step_loss=0.0,
    letter_loss=0.0,
    dropout=0.1,
    letter_dropout=0.05,
    ema_decay=0.0,
    join=0.0,
    networks=1,
)
FEW = ("Germany", "Greece", "Japan", "Poland", "Vietnam")
Train = Callable[[Prepared, TrainConfig, int], tuple[list[EpochReport], Checkpoint]]


def _train(
    data: Prepared, config: TrainConfig, hidden_size: int, ngrams: int = 0, bag: int = 0, cell: str = "rnn"
) -> tuple[list[EpochReport], Checkpoint]:
    network = NetworkConfig(
        len(data.alphabet),
        len(data.countries),
        hidden_size,
        cell=cell,
        bidirectional=bool(ngrams),
        readouts=config.objective.readouts,
        ngrams=data.ngrams(ngrams, 4, config.class_weight),
        bag=bag,
    )
    epochs = [event for event in fit(data, network, config) if isinstance(event, EpochReport)]
    members, temperature = next((e.members, e.temperature) for e in reversed(epochs) if e.members)
    train, val, test = map(len, data.parts)
    same = fingerprint(example for part in data.parts for example in part)
    info = DataInfo(None, "name", "country", same, train, val, test, given_names=0)
    history: list[dict[str, float | None]] = [{"epoch": e.epoch, "loss": e.loss} for e in epochs]
    y = country_indices(data.parts.train, data.countries)
    counts = country_counts(y, len(data.countries))
    return epochs, Checkpoint(
        network=network,
        training=config,
        data=info,
        alphabet=data.alphabet,
        countries=data.countries,
        members=members,
        counts=tuple(map(int, counts)),
        temperature=temperature,
        history=history,
    )


FLAGS = {
    "--known-labels",
    "--pooling",
    "--bidirectional",
    "--resume",
    "--quiet",
    "--verbose",
    "--no-color",
    "-q",
    "-v",
    "-t",
    "-H",
}


def once(args: Sequence[object]) -> list[str]:
    """The arguments of a command, each option once with its last value, for tests that vary a few."""
    found: dict[str, list[str]] = {}
    words = list(map(str, args))
    for place, word in enumerate(words):
        before = words[place - 1].replace("--no-", "--") if place else ""
        if before.startswith("--") and before not in FLAGS and not word.startswith("--"):
            continue  # the value of that option
        name = word.replace("--no-", "--")
        alone = not word.startswith("--") or name in FLAGS
        value = [] if alone else words[place + 1 : place + 2]
        found[name if word.startswith("--") else f"{place} {word}"] = [word, *value]
    return [word for each in found.values() for word in each]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def train() -> Train:
    """Train to the end: the reports of the epochs, and the checkpoint of the best one."""
    return _train


@pytest.fixture(scope="session")
def bundled() -> list[Example]:
    """Every row of the bundled surnames."""
    return read_examples(bundled_surnames())


@pytest.fixture(scope="session")
def few_countries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some 200 surnames of each of five countries."""
    folder = tmp_path_factory.mktemp("few") / "surnames"
    folder.mkdir()
    for country in FEW:
        names = (bundled_surnames() / f"{country}.txt").read_text(encoding="utf-8").splitlines()
        chosen = names[:: max(1, len(names) // 200)][:200]
        (folder / f"{country}.txt").write_text("\n".join(chosen) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def model(few_countries: Path) -> Checkpoint:
    """A model of one network, trained for three epochs on the five countries."""
    examples = read_examples(few_countries)
    config = replace(PLAIN, epochs=3, lr=0.01)
    _, trained = _train(prepare(examples, config), config, 16)
    return replace(
        trained, data=trained.data._replace(source=str(few_countries), fingerprint=fingerprint(examples))
    )


@pytest.fixture(scope="session")
def ensemble(few_countries: Path) -> Checkpoint:
    """A model of two networks, trained for two epochs on the five countries."""
    config = replace(PLAIN, epochs=2, networks=2)
    return _train(prepare(read_examples(few_countries), config), config, 8)[1]


@pytest.fixture(scope="session")
def knowing(few_countries: Path) -> Checkpoint:
    """A model that reads n-grams both ways and without order, with every readout."""
    config = replace(PLAIN, epochs=2, step_loss=0.3, letter_loss=1.0, ema_decay=0.9)
    return _train(prepare(read_examples(few_countries), config), config, 8, 300, 5, "gru")[1]


@pytest.fixture(scope="session")
def model_file(model: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as a file. Tests must not change it."""
    path = tmp_path_factory.mktemp("model") / "few.npz"
    checkpoint.save(path, model)
    return path


@pytest.fixture
def classifier(model: Checkpoint) -> NameClassifier:
    return NameClassifier(model)
