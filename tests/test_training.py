import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rnn_names.checkpoint import Checkpoint
from rnn_names.config import TrainConfig
from rnn_names.dataset import Example, split_key
from rnn_names.errors import DataError, TrainingError
from rnn_names.network import NetworkConfig
from rnn_names.training import (
    EpochReport,
    Prepared,
    StepReport,
    class_weights,
    country_indices,
    fit,
    prepare,
)

Train = Callable[[Prepared, TrainConfig, int], tuple[list[EpochReport], Checkpoint]]

TOY = TrainConfig(
    epochs=12, batch_size=16, lr=0.02, dropout=0.0, weight_decay=0.0, val_split=0.2, patience=0
)


def words(place: int, count: int = 300) -> list[Example]:
    """Random words of 5 letters; the letter at `place`, a or o, decides the label."""
    rng = random.Random(1)
    names = ["".join(rng.choices("klmnprst", k=5)) for _ in range(count)]
    examples = []
    for number, name in enumerate(names):
        letters = [*name]
        letters[place] = "ao"[number % 2]
        examples.append(Example("".join(letters), ("Italy", "Congo")[number % 2]))
    return examples


# preparing


def test_the_parts_share_no_name_and_hold_every_unique_one(bundled: list[Example]) -> None:
    data = prepare(bundled, TrainConfig())
    keys = [{split_key(example.name) for example in part} for part in data.parts]
    assert keys[0].isdisjoint(keys[1] | keys[2])
    assert keys[1].isdisjoint(keys[2])
    assert data.countries == tuple(sorted({example.country for example in bundled}))
    assert list(data.alphabet.letters) == sorted(data.alphabet.letters)


def test_prepare_does_not_depend_on_order_or_duplicates() -> None:
    examples = words(0)
    assert prepare([*examples, *examples[::-1]], TOY) == prepare(examples, TOY)


def test_the_alphabet_is_that_of_the_training_part() -> None:
    examples = words(0)
    data = prepare(examples, TOY)
    for part in (data.parts.val, data.parts.test):
        odd = Example(part[0].name + "ж", part[0].country)
        kept = [e for e in examples if e != part[0]]
        seeds = (replace(TOY, seed=seed) for seed in range(50))
        outside = next(d for c in seeds if odd not in (d := prepare([*kept, odd], c)).parts.train)
        assert "ж" not in outside.alphabet.letters


def test_a_single_label_is_refused() -> None:
    with pytest.raises(DataError, match=r"every name has the label 'Peru'.*two labels or more"):
        prepare([Example("Quispe", "Peru"), Example("Mamani", "Peru")], TOY)


def test_an_empty_training_part_is_refused() -> None:
    pair = [Example("Nowak", "Poland"), Example("Abe", "Japan")]
    with pytest.raises(DataError, match="none of the 2 names falls into the training part"):
        prepare(pair, replace(TOY, val_split=0.0, test_split=0.999999))


def test_country_indices() -> None:
    examples = [Example("x", "B"), Example("y", "A"), Example("z", "B")]
    assert country_indices(examples, ("A", "B")).tolist() == [1, 0, 1]


# class weights


@pytest.mark.parametrize(
    ("mode", "ratio"),  # of a country of 4 names to one of 1
    [("none", 1.0), ("sqrt", 0.5), ("balanced", 0.25)],
)
def test_class_weights_by_hand(mode: str, ratio: float) -> None:
    y = np.array([0, 0, 2, 0, 0])
    weights = class_weights(y, 3, mode)
    assert weights[0] / weights[2] == pytest.approx(ratio)
    assert weights[y].mean() == pytest.approx(1)
    assert np.isfinite(weights).all()  # country 1 has no name
    assert weights[2] == pytest.approx(5 / (4 * ratio + 1))


def test_balanced_countries_share_the_loss_evenly() -> None:
    y = np.repeat([0, 1, 2], [7, 2, 11])
    weights = class_weights(y, 3, "balanced")[y]
    assert [weights[y == c].sum() for c in range(3)] == pytest.approx([20 / 3] * 3)


# fitting


def run(data: Prepared, config: TrainConfig, hidden_size: int = 8) -> list[StepReport | EpochReport]:
    return list(fit(data, NetworkConfig(len(data.alphabet), len(data.countries), hidden_size), config))


def params_bytes(model: Checkpoint) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in model.params.items()}


def test_one_seed_gives_the_same_bytes_and_another_other_ones(train: Train) -> None:
    config = replace(TOY, epochs=2, dropout=0.3)
    data = prepare(words(0), config)
    first, again = train(data, config, 8), train(data, config, 8)
    assert params_bytes(first[1]) == params_bytes(again[1])
    assert [epoch.loss for epoch in first[0]] == [epoch.loss for epoch in again[0]]
    other = train(data, replace(config, seed=2), 8)
    assert all(params_bytes(first[1])[name] != value for name, value in params_bytes(other[1]).items())


@pytest.mark.parametrize("place", [-1, 0], ids=["last letter", "first letter"])
def test_a_letter_that_decides_is_learned(train: Train, place: int) -> None:
    data = prepare(words(place), TOY)
    epochs, _ = train(data, TOY, 16)
    assert epochs[-1].loss < 0.2 * epochs[0].loss
    best = [epoch for epoch in epochs if epoch.params is not None][-1]
    assert best.validation is not None
    assert best.validation.n == len(data.parts.val)
    assert best.validation.accuracy >= 0.97


def test_sgd_learns_too(train: Train) -> None:
    config = replace(TOY, optimizer="sgd", lr=0.3)
    epochs, _ = train(prepare(words(-1), config), config, 16)
    assert epochs[-1].validation is not None
    assert epochs[-1].validation.accuracy >= 0.97


def test_reports_of_steps_and_epochs() -> None:
    config = replace(TOY, epochs=3, batch_size=50)
    data = prepare(words(0), config)
    events = run(data, config)
    steps = [event for event in events if isinstance(event, StepReport)]
    epochs = [event for event in events if isinstance(event, EpochReport)]
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
    per_epoch = -(-len(data.parts.train) // 50)  # these words are in base letters: each is read once
    assert [step.step for step in steps] == list(range(1, 3 * per_epoch + 1))
    assert {step.steps for step in steps} == {3 * per_epoch}
    assert isinstance(events[per_epoch], EpochReport)
    for epoch, start in zip(epochs, range(0, len(steps), per_epoch), strict=True):
        own = steps[start : start + per_epoch]
        assert epoch.loss == pytest.approx(np.mean([step.loss for step in own]))
        assert epoch.grad_norm == pytest.approx(np.mean([step.grad_norm for step in own]))
        assert epoch.clipped == np.mean([step.grad_norm > config.clip_norm for step in own])


def test_names_are_learned_as_written_and_in_base_letters() -> None:
    accented = [Example(e.name.replace("k", "ķ"), e.country) for e in words(0)]
    config = replace(TOY, epochs=1, batch_size=1)
    data = prepare(accented, config)
    with_mark = sum("ķ" in example.name for example in data.parts.train)
    steps = [event for event in run(data, config) if isinstance(event, StepReport)]
    assert with_mark > 0
    assert len(steps) == len(data.parts.train) + with_mark


def test_the_parameters_handed_out_are_copies() -> None:
    config = replace(TOY, epochs=2, val_split=0.0)
    first, second = (e for e in run(prepare(words(0), config), config) if isinstance(e, EpochReport))
    assert first.params is not None
    assert second.params is not None
    assert not np.array_equal(first.params["forward.W"], second.params["forward.W"])


def test_early_stopping_returns_the_best(train: Train) -> None:
    # Labels at random: the validation loss soon grows while the training loss falls.
    rng = random.Random(2)
    noise = [Example(e.name, rng.choice(["Italy", "Congo"])) for e in words(0)]
    config = replace(TOY, epochs=40, patience=3)
    data = prepare(noise, config)
    epochs, best = train(data, config, 16)
    losses = [epoch.validation.nll for epoch in epochs if epoch.validation is not None]
    assert len(losses) == len(epochs) < 40
    assert losses.index(min(losses)) == len(epochs) - 1 - 3
    bests = [losses[i] < min(losses[:i], default=np.inf) for i in range(len(losses))]
    assert [epoch.params is not None for epoch in epochs] == bests
    # Stopping changes nothing before the stop.
    longer, same = train(data, replace(config, patience=0), 16)
    assert len(longer) == 40
    assert [epoch.loss for epoch in longer[: len(epochs)]] == [epoch.loss for epoch in epochs]
    later = [epoch.validation.nll for epoch in longer if epoch.validation is not None]
    assert (params_bytes(same) == params_bytes(best)) == (min(later) == min(losses))


def test_without_a_validation_part_the_last_epoch_is_the_best() -> None:
    config = replace(TOY, epochs=4, val_split=0.0, patience=1)
    data = prepare(words(0), config)
    epochs = [event for event in run(data, config) if isinstance(event, EpochReport)]
    assert data.parts.val == []
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4]
    assert all(epoch.validation is None for epoch in epochs)
    assert all(epoch.params is not None for epoch in epochs)


@pytest.mark.parametrize("batch_size", [1, 7, 100_000])
def test_any_batch_size(batch_size: int) -> None:
    config = replace(TOY, epochs=1, batch_size=batch_size)
    data = prepare(words(0, 40), config)
    steps = [event for event in run(data, config) if isinstance(event, StepReport)]
    assert len(steps) == -(-len(data.parts.train) // batch_size)


@pytest.mark.parametrize(("optimizer", "lr"), [("sgd", 1e38), ("adamw", 3e38)])
def test_divergence_is_an_error(optimizer: str, lr: float) -> None:
    config = replace(TOY, optimizer=optimizer, lr=lr, clip_norm=0.0)
    with pytest.raises(TrainingError, match=r"epoch 1, step \d+; lower --lr"):
        run(prepare(words(0), config), config)


def test_clipping_bounds_the_step_but_not_the_reported_norm() -> None:
    config = replace(
        TOY, epochs=1, batch_size=1000, optimizer="sgd", momentum=0.0, lr=1.0, warmup=0.0, clip_norm=1e-3
    )
    data = prepare(words(0), config)
    step, epoch = run(data, config)
    unclipped_step, unclipped = run(data, replace(config, clip_norm=0.0))
    assert isinstance(step, StepReport)
    assert isinstance(unclipped_step, StepReport)
    assert isinstance(epoch, EpochReport)
    assert isinstance(unclipped, EpochReport)
    assert step.grad_norm == unclipped_step.grad_norm > 1e-3
    assert (epoch.clipped, unclipped.clipped) == (1, 0)
    assert epoch.params is not None
    assert unclipped.params is not None
    start = run(data, replace(config, lr=0.0))[1]
    assert isinstance(start, EpochReport)
    assert start.params is not None
    moved = sum(float(((epoch.params[q] - start.params[q]) ** 2).sum()) for q in start.params) ** 0.5
    assert moved == pytest.approx(1e-3, rel=1e-2)
