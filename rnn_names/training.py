"""The epoch loop, as a generator of reports: it prints nothing and saves nothing."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.dataset import Example, Split, fold, split, unique
from rnn_names.encoding import Alphabet, FloatArray, IntArray, batches, pack
from rnn_names.errors import DataError, TrainingError
from rnn_names.metrics import Metrics, evaluate
from rnn_names.network import (
    NetworkConfig,
    Params,
    Targets,
    init_params,
    loss_and_gradient,
    probabilities,
)
from rnn_names.optim import SGD, AdamW, Optimizer, clip_by_global_norm, learning_rate

DIVERGED = "lower --lr, or --clip-norm (0 clips nothing)"


@dataclass(frozen=True)
class TrainConfig:
    """How to train. `patience` is in epochs without a better validation loss; 0 never stops early.

    `clip_norm` 0 does not clip. `class_weight` says how a country's share in the loss grows with its
    list of n names: "none" as n, "sqrt" as √n, "balanced" not at all.
    """

    epochs: int = 30
    batch_size: int = 64
    lr: float = 0.003
    optimizer: str = "adamw"
    momentum: float = 0.9  # SGD's
    warmup: float = 0.1  # share of the steps
    clip_norm: float = 1.0
    weight_decay: float = 0.01
    dropout: float = 0.3
    class_weight: str = "sqrt"
    val_split: float = 0.1
    test_split: float = 0.1
    seed: int = 1
    patience: int = 5


@dataclass(frozen=True)
class Prepared:
    """Data made ready: the split, and the alphabet and countries that follow from it."""

    parts: Split
    alphabet: Alphabet
    countries: tuple[str, ...]


@dataclass(frozen=True)
class StepReport:
    """One step of `steps` in all, counted from 1; the gradient's norm is the one before clipping."""

    step: int
    steps: int
    loss: float
    grad_norm: float


@dataclass(frozen=True)
class EpochReport:
    """One pass over the training part, counted from 1.

    loss        mean over the steps, in nats
    grad_norm   mean of the norms before clipping; `clipped` is the share of steps that were clipped
    validation  None where the validation part is empty
    params      a copy of the parameters if they are the best so far, else None
    """

    epoch: int
    loss: float
    grad_norm: float
    clipped: float
    lr: float
    validation: Metrics | None
    params: Params | None


def prepare(examples: Sequence[Example], config: TrainConfig) -> Prepared:
    """Unique examples, split; the alphabet of the training part; the countries, sorted."""
    examples = unique(examples)
    countries = sorted({example.country for example in examples})
    if len(countries) < 2:
        raise DataError(f"every name has the label {countries[0]!r}; give names of two labels or more")
    parts = split(examples, config.val_split, config.test_split, config.seed)
    if not parts.train:
        raise DataError(
            f"none of the {len(examples)} names falls into the training part; "
            "give more names or lower --val-split and --test-split"
        )
    alphabet = Alphabet.learn(example.name for example in parts.train)
    return Prepared(parts, alphabet, tuple(countries))


def fit(data: Prepared, network: NetworkConfig, config: TrainConfig) -> Iterator[StepReport | EpochReport]:
    """Train, and report each step and each epoch; the last EpochReport with params holds the result.

    The same data, configuration and NumPy on the same kind of machine give the same bytes.
    Raises TrainingError when the loss or the gradient is no longer finite.
    """
    rng = np.random.default_rng(config.seed)
    params = init_params(network, rng)
    optimizer: Optimizer = (
        SGD(config.momentum, config.weight_decay)
        if config.optimizer == "sgd"
        else AdamW(config.weight_decay)
    )
    # A name is learned as it is written and in base letters: people type "Nguyen" for "Nguyễn".
    examples = unique([*data.parts.train, *(Example(fold(n), c) for n, c in data.parts.train)])
    names = data.alphabet.encode(example.name for example in examples)
    y = country_indices(examples, data.countries)
    weight = class_weights(y, len(data.countries), config.class_weight)[y]
    val_names = data.alphabet.encode(example.name for example in data.parts.val)
    val_y = country_indices(data.parts.val, data.countries)

    per_epoch = math.ceil(len(y) / config.batch_size)
    steps = config.epochs * per_epoch
    step, best_loss, best_epoch = 0, math.inf, 0
    for epoch in range(1, config.epochs + 1):
        losses, norms = [], []
        for chosen in batches(len(y), config.batch_size, rng):
            lr = learning_rate(config.lr, step, steps, config.warmup)
            batch = pack(names, chosen)
            targets = Targets(y[chosen], weight[chosen])
            with np.errstate(all="ignore"):  # what overflows is caught on the next lines
                loss, grads = loss_and_gradient(params, network, batch, targets, config.dropout, rng)
                norm = clip_by_global_norm(grads, config.clip_norm or math.inf)
            step += 1
            if not (math.isfinite(loss) and math.isfinite(norm)):
                raise TrainingError(
                    f"the loss is {loss:.3g} and the norm of the gradient {norm:.3g} at epoch {epoch}, "
                    f"step {step}; {DIVERGED}"
                )
            with np.errstate(all="ignore"):  # looked at when the epoch ends
                optimizer.step(params, grads, lr)
            losses.append(loss)
            norms.append(norm)
            yield StepReport(step, steps, loss, norm)

        if not all(np.isfinite(q).all() for q in params.values()):
            raise TrainingError(f"the parameters are no longer finite after epoch {epoch}; {DIVERGED}")
        validation = None
        if data.parts.val:
            p = probabilities(params, network, val_names)
            validation = evaluate(p, val_y, data.countries)
        val_loss = validation.nll if validation else -epoch  # without a validation part the last is best
        better = val_loss < best_loss
        if better:
            best_loss, best_epoch = val_loss, epoch
        yield EpochReport(
            epoch=epoch,
            loss=float(np.mean(losses)),
            grad_norm=float(np.mean(norms)),
            clipped=float(np.mean(np.array(norms) > (config.clip_norm or math.inf))),
            lr=lr,
            validation=validation,
            params={name: q.copy() for name, q in params.items()} if better else None,
        )
        if config.patience and epoch - best_epoch >= config.patience:
            return


def country_indices(examples: Sequence[Example], countries: Sequence[str]) -> IntArray:
    """The place of each example's country among the countries."""
    place = {country: index for index, country in enumerate(countries)}
    return np.fromiter((place[e.country] for e in examples), dtype=np.intp, count=len(examples))


def class_weights(y: IntArray, countries: int, mode: str) -> FloatArray:
    """The weight w_c of each country in the loss, scaled so that the mean over the names is 1.

    w_c ∝ n_c^(-power) for a country of n_c names: power 0 for none, 1/2 for sqrt, 1 for balanced.
    """
    power = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[mode]
    counts = np.maximum(np.bincount(y, minlength=countries), 1)
    weights = counts**-power
    return np.asarray(weights / weights[y].mean())
