"""The epoch loop, as a generator of reports: it prints nothing and saves nothing."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.base.errors import TrainingError
from rnn_names.model.calibration import adjust, fit_temperature, prior_weights, trained_prior
from rnn_names.model.metrics import Metrics, evaluate
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.encoded import country_indices
from rnn_names.names.labels import Labels
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.scores import forward
from rnn_names.network.sums import with_sums
from rnn_names.training.memory import check_memory
from rnn_names.training.prepared import Prepared
from rnn_names.training.spellings import spelling_read, spellings
from rnn_names.training.start import Base
from rnn_names.training.trainer import DIVERGED, StepReport, Trainer
from rnn_names.training.weights import class_weights, country_counts, name_weights
from rnn_names.training.workers import Task, Workers

SHORT = 20_000  # names to read in all; for fewer, processes are not worth their start
SCORED = 10_000  # names of the training part, at most, that are scored after each epoch: to about 1%
CLEARLY = 2.0  # standard errors


@dataclass(frozen=True)
class State:
    """The point from which training goes on: given a state, `fit` ends as if it had never been interrupted.

    network, epoch    the network to train, and how many of its epochs are done
    members, loss     the networks so far, of the best average, and its validation loss
    earlier           how many of the members are of networks that are done
    solved            whether no member is trained: all are from a base, their readouts solved for
    own_loss          the lowest validation loss of this network alone, after its epoch `own_epoch`
    slots             its parameters, and what the optimizer and the moving average keep of each; none
                      before its first epoch. Training goes on in these arrays: they are valid until
                      the next event is asked for
    """

    network: int = 1
    epoch: int = 0
    members: tuple[Params, ...] = ()
    loss: float = math.inf
    earlier: int = 0
    solved: bool = False
    own_loss: float = math.inf
    own_epoch: int = 0
    slots: dict[str, Params] = field(default_factory=dict)


@dataclass(frozen=True)
class EpochReport:
    """One pass of a network over the training part; networks and epochs are counted from 1.

    Epoch 0 is that of a network from a base, before any training: its readouts are solved for. The fields
    of a step are None then.
    loss         the objective, averaged over the steps, in nats: all losses with their weights, on the
                 names as they are drawn, with dropout and smoothing
    grad_norm    mean of the norms before clipping; `clipped` is the share of steps that were clipped,
                 `clip_factor` the mean of min(1, c / ‖g‖), the share of each gradient that clipping left
    temperature  fitted on the validation part, for the average of the networks so far; 1 where the first
                 one is only solved for: its penalty has fitted how sure it is
    training     of that average, calibrated, under the prior, on names of the training part as they are
                 written, spread evenly over it: no dropout, no smoothing, no weights
    validation   the same on the validation part: the difference measures what was only memorised;
                 `ece_before` at temperature 1; both None where the validation part is empty
    members      the networks so far, if no average before was better, else None
    state        where to go on from here
    """

    network: int
    epoch: int
    loss: float | None
    grad_norm: float | None
    clipped: float | None
    clip_factor: float | None
    lr: float | None
    temperature: float
    training: Metrics
    validation: Metrics | None
    ece_before: float | None
    members: tuple[Params, ...] | None
    state: State


def fit(
    data: Prepared,
    network: NetworkConfig,
    config: TrainConfig,
    state: State = State(),
    base: Base | None = None,
) -> Iterator[StepReport | EpochReport]:
    """Train, and report each step and each epoch; the last EpochReport with members holds the result.

    Given a state of the same data and configuration, training goes on and ends with the same bytes. With a
    base, the networks start from those of the base, one after another. A readout that is solved for stays
    unless an epoch is clearly better on the validation names: by CLEARLY standard errors.

    The same data and configuration give the same bytes, with the same NumPy, the same number of
    threads of its BLAS and the same kind of machine.
    Raises TrainingError when the loss or the gradient is no longer finite, TooLargeError before the first
    step when the memory cannot suffice.
    """
    check_memory(data, network, config)
    y = country_indices(data.parts.train, data.countries)
    counts = country_counts(y, len(data.countries))
    trained, prior = (
        trained_prior(counts, config.class_weight),
        prior_weights(config.prior, counts, Labels(data.countries)),
    )
    scored = data.parts.val, data.parts.train[:: math.ceil(len(data.parts.train) / SCORED)]
    scored_names = [data.alphabet.encode(example.name for example in part) for part in scored]
    val_y, train_y = (country_indices(part, data.countries) for part in scored)

    def scores(params: Params) -> FloatArray:
        return np.concatenate([forward(params, network, names, config.workers) for names in scored_names])

    def measure(z: FloatArray, y: IntArray, temperature: float) -> Metrics:
        return evaluate(adjust(z, trained, prior, temperature), y, data.countries)

    def validate(z: FloatArray, fitted: bool = True) -> tuple[float, Metrics, Metrics | None, float | None]:
        z_val, z_train = np.split(z, [len(val_y)])
        if not len(val_y):
            return 1.0, measure(z_train, train_y, 1.0), None, None
        t = fit_temperature(z_val, val_y, trained, prior) if fitted else 1.0
        ece_before = measure(z_val, val_y, 1.0).ece
        return t, measure(z_train, train_y, t), measure(z_val, val_y, t), ece_before

    def losses_of(z: FloatArray, temperature: float) -> FloatArray:
        p = adjust(z[: len(val_y)], trained, prior, temperature)[np.arange(len(val_y)), val_y]
        return -np.log(np.maximum(p, np.finfo(p.dtype).tiny))

    weight = class_weights(counts, config.class_weight)[y]
    weight = weight * name_weights(data.parts.train, y, len(data.countries))
    composed = config.composed if config.join else 0
    members, lowest, solved = state.members, state.loss, state.solved
    z_members = tuple(map(scores, members))
    while state.network <= config.networks:
        number, own_lowest, own_best = state.network, state.own_loss, state.own_epoch
        earlier, z_earlier = members[: state.earlier], z_members[: state.earlier]
        # Each network and each epoch has a random generator of its own, so a state holds none.
        rng = np.random.default_rng([config.seed, number - 1])
        start = {} if base else init_params(network, rng, config.recurrent_init)
        names = data.alphabet.encode(spellings(data.parts.train, data.given, composed, rng))
        task = Task(network, config.objective, names, np.tile(y, 2 + 2 * composed), data.alphabet.fallback)
        if base and not state.slots:
            plain = np.arange(2 * len(y))  # as written and in base letters
            start = base.start(
                *(number - 1, network, data.alphabet, data.countries),
                *(names.take(plain), np.tile(y, 2), np.tile(weight, 2)),
            )
        start = state.slots.get("params", start)
        with Workers(task, start, config.workers, config.epochs * len(y) > SHORT) as workers:
            trainer = Trainer(workers, weight, config, number - 1, state.slots, state.epoch)
            while state.network == number:
                # A solved readout is scored first, if there are validation names to compare epochs on.
                begins = base is not None and len(val_y) > 0 and own_lowest == math.inf
                epoch = 0 if begins else state.epoch + 1
                rng = np.random.default_rng([config.seed, number - 1, epoch])
                losses, norms = [], []
                if epoch:
                    for event in trainer.epoch(spelling_read(len(y), config, composed, rng), rng):
                        losses.append(event.loss)
                        norms.append(event.grad_norm)
                        yield event
                params = with_sums(trainer.averaged() if epoch else trainer.params, network)
                z = scores(params)
                average = np.mean([*z_earlier, z], axis=0)
                untrained = epoch == 0 and (solved or number == 1)
                temperature, training, validation, ece_before = validate(average, not untrained)
                own = validate(z)[2] if z_earlier else validation  # for the first network it is the same
                check_finite(epoch, training=training, validation=validation, own=own)
                if own is None or own.nll < own_lowest:
                    own_lowest, own_best = own.nll if own else math.inf, epoch
                # Without validation names, a further network counts once it is trained.
                done = number == 1 or epoch == config.epochs
                better = validation.nll < lowest if validation else done
                if better and solved and epoch:
                    kept = losses_of(np.mean(z_members, axis=0), 1.0)
                    better = clearly_lower(losses_of(average, temperature), kept)
                if better:
                    solved = untrained
                    lowest = validation.nll if validation else math.inf
                    members = (*earlier, {name: q.copy() for name, q in params.items()})
                    z_members = (*z_earlier, z)
                if epoch == config.epochs or 0 < config.patience <= epoch - own_best:
                    state = State(number + 1, 0, members, lowest, len(members), solved)
                else:
                    state = State(
                        *(number, epoch, members, lowest, len(earlier), solved, own_lowest, own_best),
                        {"params": trainer.params, **trainer.slots} if epoch else {},
                    )
                yield EpochReport(
                    network=number,
                    epoch=epoch,
                    loss=float(np.mean(losses)) if epoch else None,
                    lr=trainer.rate * config.lr if epoch else None,
                    **clipping(np.array(norms), config.clip_norm),
                    temperature=temperature,
                    training=training,
                    validation=validation,
                    ece_before=ece_before,
                    members=members if better else None,
                    state=state,
                )


def clearly_lower(losses: FloatArray, before: FloatArray) -> bool:
    """Whether the losses of names sum to less than before by CLEARLY standard errors; of under 5, never.

    The standard error is that of differences of mean 0, √Σ d²: five equal ones make √5 standard errors.
    """
    gain = before - losses
    return bool(gain.sum() > CLEARLY * math.sqrt(gain @ gain))


def clipping(norms: FloatArray, clip_norm: float) -> dict[str, float | None]:
    """The fields of an EpochReport about the norms and clipping; None without a step."""
    if not len(norms):
        return dict.fromkeys(("grad_norm", "clipped", "clip_factor"))
    most = clip_norm or math.inf
    return {
        "grad_norm": float(norms.mean()),
        "clipped": float(np.mean(norms > most)),
        "clip_factor": float(np.mean(most / norms.clip(most))) if clip_norm else 1.0,
    }


def check_finite(epoch: int, **measured: Metrics | None) -> None:
    """Raise TrainingError if a loss is not finite."""
    for part, metrics in measured.items():
        if metrics and not math.isfinite(metrics.nll):
            what = "training" if part == "training" else "validation"
            raise TrainingError(f"the {what} loss is {metrics.nll} after epoch {epoch}; {DIVERGED}")
