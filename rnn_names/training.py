"""The epoch loop, as a generator of reports: it prints nothing and saves nothing."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.config import TrainConfig
from rnn_names.dataset import Example, Split, fold, split, unique
from rnn_names.encoding import Alphabet, FloatArray, IntArray, batches
from rnn_names.errors import DataError, TrainingError
from rnn_names.metrics import Metrics, evaluate
from rnn_names.network import (
    NetworkConfig,
    Params,
    init_params,
    probabilities,
)
from rnn_names.optim import EMA, SGD, AdamW, Optimizer, clip_by_global_norm, learning_rate

SHORT = 20_000  # names to read in all, below which processes are not worth their start
DIVERGED = "lower --lr, or --clip-norm (0 clips nothing)"


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

    The same data and configuration give the same bytes, with the same NumPy, the same number of
    threads of its BLAS and the same kind of machine.
    Raises TrainingError when the loss or the gradient is no longer finite.
    """
    from rnn_names.workers import Task, Workers  # not above: `predict` loads this module, and no processes

    rng = np.random.default_rng(config.seed)
    start = init_params(network, rng, config.recurrent_init)
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

    task = Task(network, config.objective, names, y)
    steps = config.epochs * math.ceil(len(y) / config.batch_size)
    long = config.epochs * len(y) > SHORT
    max_norm = config.clip_norm or math.inf
    step, best_loss, best_epoch = 0, math.inf, 0
    with Workers(task, start, rng.spawn(config.workers), processes=long) as workers:
        params = workers.params
        average = EMA(params, config.ema_decay) if config.ema_decay else None
        result = average.params if average else params
        for epoch in range(1, config.epochs + 1):
            losses, norms = [], []
            for chosen in batches(names.lengths, config.batch_size, rng):
                lr = learning_rate(config.lr, step, steps, config.warmup)
                loss, grads = workers.gradient(chosen, weight[chosen] / len(chosen))
                norm = clip_by_global_norm(grads, max_norm)
                step += 1
                if not (math.isfinite(loss) and math.isfinite(norm)):
                    raise TrainingError(
                        f"the loss is {loss:.3g} and the norm of the gradient {norm:.3g} "
                        f"at epoch {epoch}, step {step}; {DIVERGED}"
                    )
                with np.errstate(all="ignore"):  # looked at when the epoch ends
                    optimizer.step(params, grads, lr)
                    if average:
                        average.step(params)
                losses.append(loss)
                norms.append(norm)
                yield StepReport(step, steps, loss, norm)

            if not all(np.isfinite(q).all() for q in params.values()):
                raise TrainingError(f"the parameters are no longer finite after epoch {epoch}; {DIVERGED}")
            validation = None
            if data.parts.val:
                p = probabilities(result, network, val_names, config.workers)
                validation = evaluate(p, val_y, data.countries)
                if not math.isfinite(validation.nll):
                    raise TrainingError(
                        f"the validation loss is {validation.nll} after epoch {epoch}; {DIVERGED}"
                    )
            better = validation is None or validation.nll < best_loss
            if better:
                best_loss, best_epoch = validation.nll if validation else math.inf, epoch
            yield EpochReport(
                epoch=epoch,
                loss=float(np.mean(losses)),
                grad_norm=float(np.mean(norms)),
                clipped=float(np.mean(np.array(norms) > max_norm)),
                lr=lr,
                validation=validation,
                params={name: q.copy() for name, q in result.items()} if better else None,
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
