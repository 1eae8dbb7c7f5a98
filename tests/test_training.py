import math
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import DataError, TrainingError
from rnn_names.model.calibration import PRIORS, adjust, trained_prior
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.metrics import evaluate
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.names.spelling import split_key
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import Gradient
from rnn_names.network.layers import softmax
from rnn_names.network.scores import forward
from rnn_names.training import loop
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import Prepared, prepare
from rnn_names.training.trainer import HEAVIEST, StepReport
from rnn_names.training.weights import class_weights, country_counts, name_weights
from rnn_names.training.workers import Workers
from tests.conftest import PLAIN

Train = Callable[[Prepared, TrainConfig, int], tuple[list[EpochReport], Checkpoint]]

TOY = replace(
    PLAIN, epochs=12, batch_size=16, lr=0.02, dropout=0.0, weight_decay=0.0, val_split=0.2, patience=0
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
    assert len(prepare(pair, replace(TOY, val_split=0.0, test_split=0.999999)).parts.train) == 2
    with pytest.raises(DataError, match="none of the 2 names falls into the training part"):
        prepare(pair, replace(TOY, val_split=0.0, test_split=0.999999), version=1)


def test_country_indices() -> None:
    examples = [Example("x", "B"), Example("y", "A"), Example("z", "B")]
    assert country_indices(examples, ("A", "B")).tolist() == [1, 0, 1]


# class weights


@pytest.mark.parametrize(
    ("mode", "ratio"),  # of a country of 4 names to one of 1
    [("none", 1.0), ("sqrt", 0.5), ("balanced", 0.25)],
)
def test_class_weights_by_hand(mode: str, ratio: float) -> None:
    weights = class_weights(np.array([4.0, 1.0]), mode)
    assert weights[0] / weights[1] == pytest.approx(ratio)
    assert weights[[0, 0, 1, 0, 0]].mean() == pytest.approx(1)
    assert weights[1] == pytest.approx(5 / (4 * ratio + 1))


def test_a_country_without_a_name_counts_as_one() -> None:
    counts = country_counts(np.array([0, 0, 2, 0, 0]), 4)
    assert counts.tolist() == [4, 1, 1, 1]
    for mode in ("none", "sqrt", "balanced"):
        assert np.isfinite(class_weights(counts, mode)).all()


def test_a_name_weighs_by_its_root_within_its_country() -> None:
    examples = [Example("a", "A", 9), Example("b", "A"), Example("c", "B", 5), Example("d", "A", 4)]
    weights = name_weights(examples, np.array([0, 0, 1, 0]), 3)
    assert weights.tolist() == pytest.approx([1.5, 0.5, 1.0, 1.0])


def test_balanced_countries_share_the_loss_evenly() -> None:
    y = np.repeat([0, 1, 2], [7, 2, 11])
    weights = class_weights(np.bincount(y).astype(float), "balanced")[y]
    assert [weights[y == c].sum() for c in range(3)] == pytest.approx([20 / 3] * 3)


def test_no_name_of_another_part_is_learned_as_a_given_name() -> None:
    examples, config = words(0), replace(TOY, join=0.2)
    data = prepare(examples, config, [*examples, Example("Ça", "Italy"), Example("Pi", "Peru")])
    kept = {split_key(example.name) for example in data.given}
    assert kept >= {split_key(example.name) for example in data.parts.train}
    assert not kept & {split_key(example.name) for part in data.parts[1:] for example in part}
    assert {example.country for example in data.given} == {"Congo", "Italy"}  # of no other label
    assert {",", "ç"} <= set(data.alphabet.letters)
    assert prepare(examples, replace(config, join=0.0), examples).given == []  # nothing would read them
    assert "," not in prepare(examples, config).alphabet.letters


# reading


def recorded(monkeypatch: pytest.MonkeyPatch) -> tuple[list[IntArray], list[FloatArray]]:
    """The names of each batch of the trainings that follow, and their weights."""
    read: list[IntArray] = []
    weights: list[FloatArray] = []

    class Recording(Workers):
        def gradient(self, chosen: IntArray, weight: FloatArray) -> tuple[float, dict[str, Gradient]]:
            read.append(chosen)
            weights.append(weight * len(chosen))
            return super().gradient(chosen, weight)

    monkeypatch.setattr(loop, "Workers", Recording)
    return read, weights


@pytest.mark.parametrize("join", [0.0, 0.25])
def test_an_epoch_reads_each_name_once_in_one_of_its_spellings(
    monkeypatch: pytest.MonkeyPatch, join: float
) -> None:
    read, weights = recorded(monkeypatch)
    config = replace(TOY, epochs=2, join=join, networks=2, class_weight="none")
    heavy = {"a": 4.0}  # a name with an a in front has the weight 2 = √4
    data = prepare([Example(e.name, e.country, heavy.get(e.name[0], 1.0)) for e in words(0, 1000)], config)
    n = len(data.parts.train)
    steps = [event for event in run(data, config) if isinstance(event, StepReport)]
    assert len(steps) == len(read) == 4 * -(-n // config.batch_size)
    assert sum(map(len, read)) == 4 * n
    epochs = np.concatenate(read).reshape(4, n)
    assert {tuple(sorted(epoch % n)) for epoch in epochs} == {tuple(range(n))}
    assert len({tuple(sorted(epoch)) for epoch in epochs}) == 4  # drawn anew each time
    each = np.where([example.name.startswith("a") for example in data.parts.train], 2.0, 1.0)
    by_country = {
        e.country: np.mean(
            [w for w, x in zip(each, data.parts.train, strict=True) if x.country == e.country]
        )
        for e in data.parts.train
    }
    each /= [by_country[e.country] for e in data.parts.train]
    np.testing.assert_allclose(np.concatenate(weights), each[np.concatenate(read) % n])
    for epoch in epochs // n:
        assert np.mean(epoch % 2 == 1) == pytest.approx(0.5, abs=0.08)
        assert np.mean(epoch >= 2) == pytest.approx(join, abs=0.06 if join else 0)
    assert set(np.unique(epochs // n)) == set(range(2 + 2 * TrainConfig().composed if join else 2))


def test_a_heavy_name_stands_several_times_in_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    read, weights = recorded(monkeypatch)
    config = replace(TOY, epochs=1, class_weight="none")
    examples = words(0, 200)
    data = prepare([examples[0]._replace(weight=1e4), *examples[1:]], config)
    train = data.parts.train
    n, name = len(train), [example.name for example in train].index(examples[0].name)
    steps = [event for event in run(data, config) if isinstance(event, StepReport)]
    assert steps[-1].step == steps[-1].steps == len(read)
    times = np.bincount(np.concatenate(read) % n, minlength=n)
    total = np.bincount(np.concatenate(read) % n, np.concatenate(weights), minlength=n)
    same = [example.country == train[name].country for example in train]
    assert total[name] == pytest.approx(100 * sum(same) / (sum(same) + 99))
    assert times[name] == math.ceil(total[name] / HEAVIEST) > 1
    assert times.sum() == n - 1 + times[name]
    assert max(map(max, weights)) <= HEAVIEST


# fitting


def run(data: Prepared, config: TrainConfig, hidden_size: int = 8) -> list[StepReport | EpochReport]:
    return list(fit(data, NetworkConfig(len(data.alphabet), len(data.countries), hidden_size), config))


def params_bytes(model: Checkpoint) -> dict[str, bytes]:
    return {
        f"{k}/{name}": value.tobytes()
        for k, params in enumerate(model.members)
        for name, value in params.items()
    }


@pytest.mark.parametrize("networks", [1, 2])
def test_one_seed_gives_the_same_bytes_and_another_other_ones(train: Train, networks: int) -> None:
    config = replace(TOY, epochs=2, dropout=0.3, join=0.2, networks=networks)
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
    first, last = (epochs[k].loss for k in (0, -1))
    assert first is not None
    assert last is not None
    assert last < 0.2 * first
    best = [epoch for epoch in epochs if epoch.members is not None][-1]
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
    per_epoch = -(-len(data.parts.train) // 50)
    assert [step.step for step in steps] == list(range(1, 3 * per_epoch + 1))
    assert {step.steps for step in steps} == {3 * per_epoch}
    assert isinstance(events[per_epoch], EpochReport)
    for epoch, start in zip(epochs, range(0, len(steps), per_epoch), strict=True):
        own = steps[start : start + per_epoch]
        assert epoch.loss == pytest.approx(np.mean([step.loss for step in own]))
        assert epoch.grad_norm == pytest.approx(np.mean([step.grad_norm for step in own]))
        assert epoch.clipped == np.mean([step.grad_norm > config.clip_norm for step in own])
        left = [min(1, config.clip_norm / step.grad_norm) for step in own]
        assert epoch.clip_factor == pytest.approx(np.mean(left))


REGULAR = {
    "label_smoothing": 0.3,
    "dropout": 0.5,
    "letter_dropout": 0.3,
    "step_loss": 1.0,
    "letter_loss": 1.0,
}


@pytest.mark.parametrize("val_split", [0.0, 0.2])
@pytest.mark.parametrize("more", [{}, REGULAR, {"class_weight": "balanced", "prior": "uniform"}], ids=str)
def test_both_parts_are_scored_alike(more: dict[str, Any], val_split: float) -> None:
    """The loss of the averaged networks as they answer, whatever the objective adds or drops."""
    config = replace(TOY, epochs=2, networks=2, val_split=val_split, **more)
    data = prepare(words(0), config)
    counts = country_counts(country_indices(data.parts.train, data.countries), 2)
    trained, prior = trained_prior(counts, config.class_weight), counts ** PRIORS[config.prior]
    network = NetworkConfig(len(data.alphabet), 2, 8, readouts=config.objective.readouts)
    for event in fit(data, network, config):
        if isinstance(event, EpochReport) and event.members is not None:
            for part, metrics in ((data.parts.train, event.training), (data.parts.val, event.validation)):
                if not part:
                    assert metrics is None
                    continue
                assert metrics is not None
                names = data.alphabet.encode(example.name for example in part)
                z = np.mean([forward(params, network, names) for params in event.members], axis=0)
                p = adjust(z, trained, prior, event.temperature)
                again = evaluate(p, country_indices(part, data.countries), data.countries)
                assert (metrics.n, metrics.accuracy) == (again.n, again.accuracy)
                assert metrics.nll == pytest.approx(again.nll, rel=1e-5)


def test_what_is_learned_by_heart_shows_in_the_gap() -> None:
    """Random labels: only memorising can lower the loss."""
    rng = random.Random(2)
    noise = [Example(e.name, rng.choice(["Italy", "Congo"])) for e in words(0)]
    config = replace(TOY, epochs=40)
    epochs = [e for e in run(prepare(noise, config), config) if isinstance(e, EpochReport)]
    gaps = [e.validation.nll - e.training.nll for e in epochs if e.validation]
    assert abs(gaps[0]) < 0.1
    assert gaps[-1] > 0.3
    last = epochs[-1]
    assert last.validation is not None
    assert last.training.accuracy > 0.8 > last.validation.accuracy + 0.1


def test_of_a_large_training_part_some_are_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(TOY, epochs=1)
    data = prepare(words(0), config)
    size = len(data.parts.train)
    for most, scored in ((size, size), (size - 1, -(-size // 2)), (10, -(-size // -(-size // 10)))):
        monkeypatch.setattr(loop, "SCORED", most)
        [epoch] = (event for event in run(data, config) if isinstance(event, EpochReport))
        assert epoch.training.n == scored <= most
        assert len(epoch.training.per_country) == 2  # spread over it, not its beginning


def test_the_parameters_handed_out_are_copies() -> None:
    config = replace(TOY, epochs=2, val_split=0.0)
    first, second = (e for e in run(prepare(words(0), config), config) if isinstance(e, EpochReport))
    assert first.members is not None
    assert second.members is not None
    assert not np.array_equal(first.members[0]["forward.W"], second.members[0]["forward.W"])


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
    assert [epoch.members is not None for epoch in epochs] == bests
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
    assert all(epoch.training.n == len(data.parts.train) for epoch in epochs)
    assert all(epoch.members is not None for epoch in epochs)
    assert all((epoch.temperature, epoch.ece_before) == (1, None) for epoch in epochs)


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
    assert epoch.clip_factor == pytest.approx(1e-3 / step.grad_norm)
    assert unclipped.clip_factor == 1
    assert epoch.members is not None
    assert unclipped.members is not None
    start = run(data, replace(config, lr=0.0))[-1]
    assert isinstance(start, EpochReport)
    assert start.members is not None
    ended, begun = epoch.members[0], start.members[0]
    moved = sum(float(((ended[q] - begun[q]) ** 2).sum()) for q in begun) ** 0.5
    assert moved == pytest.approx(1e-3, rel=1e-2)


# several networks


def test_networks_are_trained_one_after_another() -> None:
    config = replace(TOY, epochs=3, networks=2, batch_size=50)
    data = prepare(words(0), config)
    events = run(data, config)
    steps = [event for event in events if isinstance(event, StepReport)]
    epochs = [event for event in events if isinstance(event, EpochReport)]
    assert [(epoch.network, epoch.epoch) for epoch in epochs] == [(k, e) for k in (1, 2) for e in (1, 2, 3)]
    each = 3 * -(-len(data.parts.train) // 50)
    assert [step.step for step in steps] == list(range(1, 2 * each + 1))
    assert {step.steps for step in steps} == {2 * each}
    assert [len(epoch.members) for epoch in epochs if epoch.members] == [
        epoch.network for epoch in epochs if epoch.members
    ]
    # The first is the one that would be trained alone; the second has a start of its own.
    alone = [e for e in run(data, replace(config, networks=1)) if isinstance(e, EpochReport)]
    best = next(e.members for e in reversed(alone) if e.members)
    both = next(e.members for e in reversed(epochs) if e.members)
    for name, q in best[0].items():
        assert both[0][name].tobytes() == q.tobytes()
        assert both[1][name].tobytes() != q.tobytes()
    assert [epoch.loss for epoch in epochs[:3]] == [epoch.loss for epoch in alone]


@pytest.mark.parametrize(("prior", "power"), [("data", 1), ("sqrt", 0.5), ("uniform", 0)])
def test_an_epoch_is_validated_by_the_calibrated_average(train: Train, prior: str, power: float) -> None:
    config = replace(TOY, epochs=2, networks=2, lr=0.01, class_weight="balanced", prior=prior)
    rng = random.Random(2)  # a label that one can only guess at, with one much more frequent
    noise = [Example(e.name, rng.choice(["Italy", "Italy", "Italy", "Congo"])) for e in words(0)]
    data = prepare(noise, config)
    epochs, model = train(data, config, 8)
    kept = [epoch for epoch in epochs if epoch.members][-1]
    assert kept.network == len(model.members)
    assert kept.validation is not None
    assert kept.ece_before is not None
    names = data.alphabet.encode(example.name for example in data.parts.val)
    p = np.prod([softmax(forward(q, model.network, names)) for q in model.members], axis=0)
    p **= 1 / len(model.members)
    p /= p.sum(axis=1, keepdims=True)
    counts = np.array(model.counts, float)
    assert model.counts == tuple(sum(e.country == c for e in data.parts.train) for c in data.countries)

    def scored(temperature: float) -> tuple[float, float]:
        adjusted = adjust(np.log(p), trained_prior(counts, "balanced"), counts**power, temperature)
        metrics = evaluate(adjusted, country_indices(data.parts.val, data.countries), data.countries)
        return metrics.nll, metrics.ece

    assert kept.temperature != 1
    assert (kept.validation.nll, kept.validation.ece) == pytest.approx(scored(kept.temperature), abs=1e-5)
    assert kept.ece_before == pytest.approx(scored(1.0)[1], abs=1e-5)
    assert kept.validation.nll < scored(1.0)[0]


def test_each_network_stops_early_for_itself() -> None:
    rng = random.Random(3)  # of this noise two networks together know more than the first alone
    noise = [Example(e.name, rng.choice(["Italy", "Congo"])) for e in words(0)]
    config = replace(TOY, epochs=40, patience=3, networks=2)
    data = prepare(noise, config)
    events = run(data, config)
    epochs = [event for event in events if isinstance(event, EpochReport)]
    each = 40 * -(-len(data.parts.train) // config.batch_size)
    for network in (1, 2):
        own = [epoch for epoch in epochs if epoch.network == network]
        assert [epoch.epoch for epoch in own] == list(range(1, len(own) + 1))
        assert len(own) < 40
        assert [epoch.epoch for epoch in own if epoch.members][-1] == len(own) - 3
        first = next(e for e in events if isinstance(e, StepReport) and e.step > (network - 1) * each)
        assert first.step == (network - 1) * each + 1  # what the one before did not need is left out
    # The second keeps the best of the first beside its own, not the last.
    best = next(e.members for e in reversed(epochs) if e.members and e.network == 1)
    for epoch in epochs:
        if epoch.network == 2 and epoch.members:
            assert all(epoch.members[0][name] is q for name, q in best[0].items())
