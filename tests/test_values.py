"""Values from Python: what a recipe, a network, a list of names and a path may be."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_names.model import checkpoint
from rnn_names.model.arguments import missing
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.recipe import TrainConfig
from rnn_names.model.shape import Shape
from rnn_names.names.example import Example
from rnn_names.network.config import NetworkConfig
from rnn_names.network.objective import Objective
from rnn_names.training.prepared import prepare

SMALL: dict[str, Any] = {"symbols": 9, "countries": 2}


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (Shape, {"cell": "foo"}, "cell cannot be 'foo'; give rnn|relu|gru|lstm"),
        (Shape, {"hidden_size": 0}, "hidden_size cannot be 0; give a whole number, x>=1"),
        (Shape, {"readout": "none"}, "readout cannot be 'none'; give last|every"),
        (Shape, {"pooling": 1}, "pooling cannot be 1; give True or False"),
        (TrainConfig, {"epochs": 1.5}, "epochs cannot be 1.5; give a whole number, x>=1"),
        (TrainConfig, {"epochs": "3"}, "epochs cannot be '3'; give a whole number, x>=1"),
        (TrainConfig, {"epochs": True}, "epochs cannot be True; give a whole number, x>=1"),
        (TrainConfig, {"lr": "low"}, "lr cannot be 'low'; give a number, x>=0"),
        (TrainConfig, {"lr": np.float32("nan")}, "lr cannot be nan; give a number, x>=0"),
        (TrainConfig, {"dropout": 1}, "dropout cannot be 1; give a number, 0<=x<1"),
        (TrainConfig, {"optimizer": 3}, "optimizer cannot be 3; give a text"),
        (NetworkConfig, SMALL | {"cell": "foo"}, "cell cannot be 'foo'; give rnn|relu|gru|lstm"),
        (
            NetworkConfig,
            SMALL | {"hidden_size": 1.5},
            "hidden_size cannot be 1.5; give a whole number, x>=1",
        ),
        (NetworkConfig, SMALL | {"countries": 0}, "countries cannot be 0; give a whole number, x>=1"),
        (NetworkConfig, SMALL | {"readouts": ()}, r"readouts cannot be (); give some of country|"),
        (NetworkConfig, SMALL | {"readouts": ("x",)}, r"readouts cannot be ('x',); give some of country|"),
        (Objective, {"dropout": 1.0}, "dropout cannot be 1.0; give a number, 0<=x<1"),
        (Objective, {"step_loss": float("nan")}, "step_loss cannot be nan; give a number, 0<=x<inf"),
        (Objective, {"draws": 0}, "draws cannot be 0; give a whole number, x>=1"),
    ],
)
def test_what_a_field_does_not_allow(kind: Any, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is compared
        kind(**values)
    assert str(caught.value).startswith(said)


def test_an_unknown_optimizer_is_refused_before_the_training() -> None:
    rows = [Example("Kim", "Korea"), Example("Sato", "Japan")]
    with pytest.raises(ValueError, match=r"optimizer cannot be 'foo'; give muon\|"):
        prepare(rows, TrainConfig(optimizer="foo"))


def test_scalars_of_numpy_are_numbers(tmp_path: Path, model: Checkpoint) -> None:
    config = TrainConfig(epochs=np.int64(3), lr=np.float32(0.5), seed=np.uint8(7))  # type: ignore[arg-type]  # NumPy's
    assert config == TrainConfig(epochs=3, lr=0.5, seed=7)
    assert [type(value) for value in (config.epochs, config.lr, config.seed)] == [int, float, int]
    assert Shape(pooling=np.bool_(False), hidden_size=np.int32(4)) == Shape(pooling=False, hidden_size=4)  # type: ignore[arg-type]  # NumPy's
    network = replace(model.network, hidden_size=np.int64(model.network.hidden_size))  # type: ignore[arg-type]  # NumPy's
    checkpoint.save(tmp_path / "m.npz", replace(model, network=network))
    assert checkpoint.load(tmp_path / "m.npz").network == model.network


def test_paths_are_texts_or_paths(tmp_path: Path, model: Checkpoint) -> None:
    file = tmp_path / "m.npz"
    checkpoint.save(str(file), model)
    assert checkpoint.load(str(file)).countries == checkpoint.load(file).countries == model.countries
    assert NameClassifier.load(str(file)).countries == model.countries


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        np.float32("nan"),
        np.datetime64("NaT"),
        np.timedelta64("NaT"),
        Decimal("NaN"),
        Decimal("sNaN"),
    ],
    ids=repr,
)
def test_a_missing_name(value: Any, classifier: NameClassifier) -> None:
    assert missing(value)
    assert classifier.predict([value, "Nowak"])[0] == []


@pytest.mark.parametrize(
    "value", [0, 1.0, np.float64(1), np.datetime64("2020"), Decimal(1), [], np.ones(2)], ids=repr
)
def test_what_is_there_and_no_name(value: Any, classifier: NameClassifier) -> None:
    assert not missing(value)
    with pytest.raises(TypeError, match=r"names\[1\]"):
        classifier.predict(["Nowak", value])


@pytest.mark.parametrize("top_k", ["3", 3.0, None, [3]])
def test_top_k_is_a_whole_number(top_k: Any, classifier: NameClassifier) -> None:
    with pytest.raises(TypeError, match="top_k must be a whole number, not "):
        classifier.predict(["Nowak"], top_k)
    assert len(classifier.predict(["Nowak"], np.int64(2))[0]) == 2  # type: ignore[arg-type]  # NumPy's
