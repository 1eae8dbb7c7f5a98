"""The epoch loop, as a generator of reports: it prints nothing and saves nothing."""

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnn_names.calibration import POWERS, PRIORS, adjust, fit_temperature, trained_prior
from rnn_names.config import TrainConfig
from rnn_names.dataset import Example, Split, fold, normalise, split, unique
from rnn_names.encoding import Alphabet, FloatArray, IntArray, batches, frequent_pairs
from rnn_names.errors import DataError, TooLargeError, TrainingError
from rnn_names.metrics import Metrics, evaluate
from rnn_names.network import (
    NetworkConfig,
    Params,
    forward,
    init_params,
)
from rnn_names.optim import EMA, SGD, AdamW, Muon, Optimizer, clip_by_global_norm, learning_rate
from rnn_names.spellings import joints, spellings

SHORT = 20_000  # names to read in all, below which processes are not worth their start
SHARED = 3  # at most so many letters of a batch share a state, but for tiny alphabets
PART = 1 << 16  # names whose pairs are counted at a time, so that a million take no more memory
FOLDED = 0.5  # share of the names that are read in base letters
COMPOSED = 4  # names that each name is composed with, in all epochs
DIVERGED = "lower --lr, or --clip-norm (0 clips nothing)"


@dataclass(frozen=True)
class Prepared:
    """Data made ready: the split, and the alphabet and countries that follow from it."""

    parts: Split
    given: list[Example]  # given names of the training part
    alphabet: Alphabet
    countries: tuple[str, ...]

    def pairs(self, count: int) -> tuple[int, ...]:
        """The most frequent pairs of symbols in the training names, as written and in base letters."""
        if not count:
            return ()
        examples = [*self.parts.train, *self.given]
        parts = (
            self.alphabet.encode(
                spelled(e.name) for e in examples[at : at + PART] for spelled in (normalise, fold)
            )
            for at in range(0, len(examples), PART)
        )
        return frequent_pairs(parts, len(self.alphabet), count)


@dataclass(frozen=True)
class StepReport:
    """One step of `steps` in all, counted from 1; the gradient's norm is the one before clipping."""

    step: int
    steps: int
    loss: float
    grad_norm: float


@dataclass(frozen=True)
class State:
    """Where training is to go on: `fit` given a state ends as if it had never been interrupted.

    network, epoch    the network to train, and how many of its epochs are done
    members, loss     the networks so far, of the best average, and its validation loss
    earlier           how many of the members are of networks that are done
    own_loss          the lowest validation loss of this network alone, after its epoch `own_epoch`
    slots             its parameters, and what the optimizer and the moving average keep of each; none
                      before its first epoch. Training goes on in these arrays: they are good until the
                      next event is asked for
    """

    network: int = 1
    epoch: int = 0
    members: tuple[Params, ...] = ()
    loss: float = math.inf
    earlier: int = 0
    own_loss: float = math.inf
    own_epoch: int = 0
    slots: dict[str, Params] = field(default_factory=dict)


@dataclass(frozen=True)
class EpochReport:
    """One pass of a network over the training part; networks and epochs are counted from 1.

    loss         mean over the steps, in nats
    grad_norm    mean of the norms before clipping; `clipped` is the share of steps that were clipped,
                 `clip_factor` the mean of min(1, c / ‖g‖), what clipping left of each: 1 where it left all
    temperature  fitted on the validation part, for the average of the networks so far
    validation   of that average, calibrated, under the prior; `ece_before` at temperature 1;
                 None where the validation part is empty
    members      the networks so far, if no average before was better, else None
    state        where to go on from here
    """

    network: int
    epoch: int
    loss: float
    grad_norm: float
    clipped: float
    clip_factor: float
    lr: float
    temperature: float
    validation: Metrics | None
    ece_before: float | None
    members: tuple[Params, ...] | None
    state: State


def prepare(
    examples: Sequence[Example], config: TrainConfig, given_names: Sequence[Example] = ()
) -> Prepared:
    """Unique examples, split; the alphabet of the training part; the countries, sorted.

    Of the given names those are kept that would fall into the training part, too: so no name of the
    other parts is learned as a given name.
    """
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
    given = (example for example in unique(given_names) if example.country in countries)
    kept = split(given, config.val_split, config.test_split, config.seed).train if config.join else []
    alphabet = Alphabet.learn(example.name for example in [*parts.train, *kept])
    if config.join:
        alphabet = Alphabet("".join(sorted({*alphabet.letters, *joints(full=bool(kept))})))
    return Prepared(parts, kept, alphabet, tuple(countries))


def fit(
    data: Prepared, network: NetworkConfig, config: TrainConfig, state: State = State()
) -> Iterator[StepReport | EpochReport]:
    """Train, and report each step and each epoch; the last EpochReport with members holds the result.

    From a state of the same data and configuration it goes on: what is left gives the same bytes.

    The same data and configuration give the same bytes, with the same NumPy, the same number of
    threads of its BLAS and the same kind of machine.
    Raises TrainingError when the loss or the gradient is no longer finite, TooLargeError before the first
    step when the memory cannot suffice.
    """
    _check_memory(data, network, config)
    y = country_indices(data.parts.train, data.countries)
    counts = country_counts(y, len(data.countries))
    trained, prior = trained_prior(counts, config.class_weight), counts ** PRIORS[config.prior]
    val_names = data.alphabet.encode(example.name for example in data.parts.val)
    val_y = country_indices(data.parts.val, data.countries)

    def validate(z: FloatArray) -> tuple[float, Metrics | None, float | None]:
        if not len(val_y):
            return 1.0, None, None
        temperature = fit_temperature(z, val_y, trained, prior)
        raw, calibrated = (
            evaluate(adjust(z, trained, prior, t), val_y, data.countries) for t in (1.0, temperature)
        )
        return temperature, calibrated, raw.ece

    members, lowest = state.members, state.loss
    z_members = tuple(forward(q, network, val_names, config.workers) for q in members)
    while state.network <= config.networks:
        number, own_lowest, own_best = state.network, state.own_loss, state.own_epoch
        earlier, z_earlier = members[: state.earlier], z_members[: state.earlier]
        for event in _epochs(data, network, config, state, y, class_weights(counts, config.class_weight)):
            if isinstance(event, StepReport):
                yield event
                continue
            z = forward(event.params, network, val_names, config.workers)
            temperature, validation, ece_before = validate(np.mean([*z_earlier, z], axis=0))
            own = validate(z)[1] if z_earlier else validation  # of the first network it is the same
            if own and validation and not math.isfinite(own.nll + validation.nll):
                raise TrainingError(
                    f"the validation loss is {own.nll} after epoch {event.epoch}; {DIVERGED}"
                )
            if own is None or own.nll < own_lowest:
                own_lowest, own_best = own.nll if own else math.inf, event.epoch
            # Without validation names a further network counts when it is done.
            done = number == 1 or event.epoch == config.epochs
            better = validation.nll < lowest if validation else done
            if better:
                lowest = validation.nll if validation else math.inf
                members = (*earlier, {name: q.copy() for name, q in event.params.items()})
                z_members = (*z_earlier, z)
            if event.epoch == config.epochs or 0 < config.patience <= event.epoch - own_best:
                state = State(number + 1, members=members, loss=lowest, earlier=len(members))
            else:
                state = State(
                    number, event.epoch, members, lowest, len(earlier), own_lowest, own_best, event.slots
                )
            norms, max_norm = np.array(event.norms), config.clip_norm or math.inf
            yield EpochReport(
                network=number,
                epoch=event.epoch,
                loss=float(np.mean(event.losses)),
                grad_norm=float(norms.mean()),
                clipped=float(np.mean(norms > max_norm)),
                clip_factor=float(np.mean(max_norm / norms.clip(max_norm))) if config.clip_norm else 1.0,
                lr=event.lr,
                temperature=temperature,
                validation=validation,
                ece_before=ece_before,
                members=members if better else None,
                state=state,
            )
            if state.network > number:
                break


@dataclass(frozen=True)
class _Epoch:
    epoch: int
    losses: list[float]
    norms: list[float]
    lr: float
    params: Params
    slots: dict[str, Params]


def _epochs(
    data: Prepared,
    network: NetworkConfig,
    config: TrainConfig,
    state: State,
    y: IntArray,
    weights: FloatArray,
) -> Iterator[StepReport | _Epoch]:
    """One network's training, from the state on; the arrays of an epoch are good until the next one begins.

    Each epoch draws from a generator of its own, so that no generator need be part of a state.
    """
    from rnn_names.workers import Task, Workers  # not above: `predict` loads this module, and no processes

    member = state.network - 1
    rng = np.random.default_rng([config.seed, member])
    start = init_params(network, rng, config.recurrent_init)
    optimizers: dict[str, Optimizer] = {
        "muon": Muon(config.weight_decay),
        "adamw": AdamW(config.weight_decay),
        "sgd": SGD(config.momentum, config.weight_decay),
    }
    optimizer = optimizers[config.optimizer]
    n = len(y)
    weight = weights[y] * name_weights(data.parts.train, y, len(data.countries))
    composed = COMPOSED if config.join else 0
    names = data.alphabet.encode(spellings(data.parts.train, data.given, composed, rng))
    task = Task(network, config.objective, names, np.tile(y, 2 + 2 * composed))
    steps = config.epochs * math.ceil(n / config.batch_size)
    step, max_norm = state.epoch * math.ceil(n / config.batch_size), config.clip_norm or math.inf
    start = state.slots.get("params", start)
    with Workers(task, start, config.workers, processes=config.epochs * n > SHORT) as workers:
        params = workers.params
        average = EMA(params, config.ema_decay) if config.ema_decay else None
        slots = optimizer.slots | ({"average": average.params} if average else {})
        for slot, kept in slots.items():
            kept.update({name: q.copy() for name, q in state.slots.get(slot, {}).items()})
        optimizer.steps = step
        if average:
            average.steps = step
        for epoch in range(state.epoch + 1, config.epochs + 1):
            rng = np.random.default_rng([config.seed, member, epoch])
            workers.draw_from(rng.spawn(config.workers))
            losses, norms = [], []
            # People type "Nguyen" for "Nguyễn", have two surnames, and give their first name too.
            reading = np.arange(n) + n * (rng.random(n) < FOLDED)
            if composed:
                reading += 2 * n * (rng.random(n) < config.join) * rng.integers(1, composed + 1, n)
            for batch in batches(names.lengths[reading], config.batch_size, rng):
                lr = learning_rate(config.lr, step, steps, config.warmup)
                loss, grads = workers.gradient(reading[batch], weight[batch] / len(batch))
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
                yield StepReport(member * steps + step, config.networks * steps, loss, norm)
            if not all(np.isfinite(q).all() for q in params.values()):
                raise TrainingError(f"the parameters are no longer finite after epoch {epoch}; {DIVERGED}")
            yield _Epoch(
                *(epoch, losses, norms, lr, average.params if average else params),
                slots={"params": params, **slots},
            )


def _check_memory(data: Prepared, network: NetworkConfig, config: TrainConfig) -> None:
    """Raise TooLargeError if training takes more memory than the machine has: before the system kills it.

    An estimate from below: each parameter with its gradient, optimizer and average, and for each letter of
    a batch what the recurrence and the readouts keep of it.
    """
    try:
        has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return
    parameters = sum(math.prod(shape) for shape in network.shapes().values())
    names = min(config.batch_size, len(data.parts.train))
    letters = sum(len(example.name) for example in data.parts.train) / len(data.parts.train)
    states = names * letters * len(network.directions) * 8 * network.hidden_size / SHARED
    needs = 4 * (8 * parameters + states)
    if needs > has:
        raise TooLargeError(
            f"to train takes more than {needs / 1e9:,.0f} GB of memory, and this machine has "
            f"{has / 1e9:,.0f} GB; lower --hidden-size or --batch-size"
        )


def country_indices(examples: Sequence[Example], countries: Sequence[str]) -> IntArray:
    """The place of each example's country among the countries."""
    place = {country: index for index, country in enumerate(countries)}
    return np.fromiter((place[e.country] for e in examples), dtype=np.intp, count=len(examples))


def country_counts(y: IntArray, countries: int) -> FloatArray:
    """The names of each country; 1 for none, so that nothing is impossible for want of a name."""
    return np.maximum(np.bincount(y, minlength=countries), 1).astype(float)


def name_weights(examples: Sequence[Example], y: IntArray, countries: int) -> FloatArray:
    """√weight of each name, scaled so that the mean over the names of its country is 1.

    The square root, for the rare names are to be known, too.
    """
    root = np.sqrt([example.weight for example in examples])
    return np.asarray(root * (country_counts(y, countries) / np.bincount(y, root, countries).clip(1e-9))[y])


def class_weights(counts: FloatArray, mode: str) -> FloatArray:
    """The weight w_c of each country in the loss, scaled so that the mean over the names is 1.

    w_c ∝ n_c^(-power) for a country of n_c names: power 0 for none, 1/2 for sqrt, 1 for balanced.
    """
    weights = counts ** -POWERS[mode]
    return np.asarray(weights * counts.sum() / (weights * counts).sum())
