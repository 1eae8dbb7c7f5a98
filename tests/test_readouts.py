"""The country read out after every letter, with a loss at every step and no other loss."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rnn_names.cli.commands import app
from rnn_names.model import checkpoint
from rnn_names.network.layers import softmax
from rnn_names.network.loss import Targets, loss_and_gradient
from rnn_names.network.objective import Objective
from rnn_names.network.scores import forward
from tests.problems import COUNTRIES, NAMES, WEIGHTS, encoded, network, start

SMALL = ("--hidden-size", "8", "--epochs", "2", "--networks", "1", "--workers", "1", "-q")


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_loss_is_the_sum_over_the_letters_and_the_answer_the_last(bidirectional: bool) -> None:
    """The readout after t letters equals the answer to a name of those t letters."""
    config = network("gru", bidirectional, ("step_country",))
    params = start(config)
    loss = 0.0
    for name, country, weight in zip(NAMES, COUNTRIES, WEIGHTS, strict=True):
        for direction in config.directions:
            alone = network("gru", False, ("step_country",))
            one_way = {
                key.replace(direction, "forward"): q for key, q in params.items() if direction in key
            }
            read = name if direction == "forward" else name[::-1]
            prefixes = [read[: t + 1] for t in range(len(read))]
            p = softmax(forward(one_way, alone, encoded(prefixes)))
            loss -= weight * float(np.log(p[:, country]).sum()) / len(config.directions)
    found, _ = loss_and_gradient(
        params, config, encoded(NAMES), Targets(np.array(COUNTRIES), np.array(WEIGHTS)), Objective()
    )
    assert found == pytest.approx(loss, rel=1e-12)


def test_the_answer_of_both_directions_is_the_mean_of_their_scores() -> None:
    both, one = (network("lstm", bidirectional, ("step_country",)) for bidirectional in (True, False))
    params = start(both)
    forward_z = forward({k: q for k, q in params.items() if k.startswith("forward")}, one, encoded(NAMES))
    backward = {k.replace("backward", "forward"): q for k, q in params.items() if k.startswith("backward")}
    backward_z = forward(backward, one, encoded(NAMES).backward())
    np.testing.assert_allclose(
        forward(params, both, encoded(NAMES)), (forward_z + backward_z) / 2, rtol=1e-12
    )


@pytest.mark.parametrize(
    ("options", "readouts"),
    [
        ((), ("step_country", "next_symbol")),
        (("--no-bidirectional", "--letter-loss", "0", "--step-loss", "0"), ("step_country",)),
    ],
)
def test_train_predict_and_evaluate(
    options: tuple[str, ...], readouts: tuple[str, ...], few_countries: Path, tmp_path: Path
) -> None:
    runner, file = CliRunner(), tmp_path / "every.npz"
    trained = runner.invoke(
        app, ["train", str(few_countries), *SMALL, *options, "--readout", "every", "-o", str(file)]
    )
    assert trained.exit_code == 0, trained.output
    model = checkpoint.load(file)
    assert model.network.readouts == readouts
    assert not model.network.pooling
    answer = runner.invoke(app, ["predict", "-m", str(file), "Papadopoulos", "--format", "csv"])
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines()[1].startswith("Papadopoulos,")
    scored = runner.invoke(app, ["evaluate", "-m", str(file), "--format", "json"])
    assert scored.exit_code == 0, scored.output
    assert '"accuracy": 0.' in scored.stdout


def test_it_learns(few_countries: Path, tmp_path: Path) -> None:
    file = tmp_path / "every.npz"
    result = CliRunner().invoke(
        app,
        [
            *("train", str(few_countries), "--readout", "every", "--letter-loss", "0", "--networks", "1"),
            *(
                "--hidden-size",
                "16",
                "--epochs",
                "8",
                "--batch-size",
                "32",
                "--workers",
                "1",
                "-o",
                str(file),
            ),
        ],
    )
    assert result.exit_code == 0, result.output
    history = checkpoint.load(file).history
    accuracy = [entry["val_accuracy"] for entry in history]
    assert accuracy[-1] is not None
    assert accuracy[-1] > 0.6  # five countries, as many names of each: chance is 0.2
