"""One network in training: batch → gradient → clip → step → average."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.base.errors import TrainingError
from rnn_names.model.recipe import TrainConfig
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import RowGradient
from rnn_names.training.batches import batches
from rnn_names.training.optim import EMA, OPTIMIZERS, clip_by_global_norm, learning_rate
from rnn_names.training.rows import RowAdagrad, RowEMA
from rnn_names.training.start import readouts
from rnn_names.training.workers import Workers

DIVERGED = "lower --lr, or --clip-norm (0 clips nothing)"


@dataclass(frozen=True)
class StepReport:
    """One of `steps` steps, counted from 1; the gradient's norm is that before clipping."""

    step: int
    steps: int
    loss: float
    grad_norm: float


HEAVIEST = 8.0  # the largest weight of a name in a batch, in which the mean is 1


def trained_parameters(network: NetworkConfig, config: TrainConfig) -> list[str]:
    """The names of the parameters that training changes: all, or those of the readouts of the label."""
    layers = readouts(network)
    return [name for name in network.shapes() if not config.freeze or name.rpartition(".")[0] in layers]


class Trainer:
    """Trains one network: from its start, or from the slots that it had after `done` epochs.

    The n names stand in the workers' task in several spellings, the k-th of name i at i + k n: see
    `spellings`. The parameters are those of the workers.
    """

    def __init__(
        self,
        workers: Workers,
        weight: FloatArray,
        config: TrainConfig,
        member: int,
        slots: dict[str, Params],
        done: int,
    ) -> None:
        self.workers, self.config = workers, config
        self.member, self.done = member, done
        # A name of great weight occurs several times in an epoch, so that it does not dominate a batch.
        times = np.ceil(weight / HEAVIEST).astype(np.intp)
        self.names = np.repeat(np.arange(len(weight)), times)
        self.weight = (weight / times)[self.names]
        per_epoch = math.ceil(len(self.names) / config.batch_size)
        self.steps, self.taken = config.epochs * per_epoch, done * per_epoch
        self.params = workers.params
        self.trained = set(trained_parameters(workers.task.network, config))
        self.rows = {name: self.params[name] for name in workers.task.network.row_parameters}
        self.dense = {name: q for name, q in self.params.items() if name not in self.rows}
        self.optimizer = OPTIMIZERS[config.optimizer](config)
        self.row_optimizer = RowAdagrad(config.row_start)
        averaged = config.ema_decay > 0
        self.average = EMA(self.dense if averaged else {}, config.ema_decay)
        self.row_average = RowEMA(self.rows if averaged else {}, config.ema_decay)
        self.optimizer.steps = self.average.steps = self.row_average.steps = self.taken
        for slot, kept in self.slots.items():
            kept.update({name: q.copy() for name, q in slots.get(slot, {}).items()})
        self.rate = 0.0

    @property
    def slots(self) -> dict[str, Params]:
        """The arrays that the optimizers and the averages keep for each parameter, by name."""
        slots = {**self.optimizer.slots, **self.row_optimizer.slots}
        if self.config.ema_decay:
            slots |= {"average": self.average.params, "row_average": self.row_average.params}
        return slots

    def step(self, chosen: IntArray, weight: FloatArray) -> tuple[float, float]:
        """One step on the chosen spellings: the loss, and the norm of the gradient before clipping."""
        loss, grads = self.workers.gradient(chosen, weight)
        grads = {name: g for name, g in grads.items() if name in self.trained}
        norm = clip_by_global_norm(grads, self.config.clip_norm or math.inf)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise TrainingError(
                f"the loss is {loss:.3g} and the norm of the gradient {norm:.3g} "
                f"at epoch {self.done + 1}, step {self.taken + 1}; {DIVERGED}"
            )
        rows = {name: g for name, g in grads.items() if isinstance(g, RowGradient)}
        dense = {name: g for name, g in grads.items() if not isinstance(g, RowGradient)}
        self.rate = learning_rate(1.0, self.taken, self.steps, self.config.warmup)
        with np.errstate(all="ignore"):  # checked when the epoch ends
            self.optimizer.step(self.dense, dense, self.rate * self.config.lr)
            if self.config.ema_decay:
                self.average.step(self.dense)
                self.row_average.step(self.rows, {name: g.rows for name, g in rows.items()})
            self.row_optimizer.step(self.rows, rows, self.rate * self.config.row_lr)
        self.taken += 1
        return loss, norm

    def epoch(self, reading: IntArray, rng: np.random.Generator) -> Iterator[StepReport]:
        """One pass over the n names, name i in the spelling at reading[i]; some occur several times."""
        self.workers.draw_from(rng.spawn(self.config.workers))
        before, total = self.member * self.steps, self.config.networks * self.steps
        reading = reading[self.names]
        for batch in batches(self.workers.task.names.lengths[reading], self.config.batch_size, rng):
            loss, norm = self.step(reading[batch], self.weight[batch] / len(batch))
            yield StepReport(before + self.taken, total, loss, norm)
        self.done += 1
        if not all(np.isfinite(q).all() for q in self.params.values()):
            raise TrainingError(f"the parameters are no longer finite after epoch {self.done}; {DIVERGED}")

    def averaged(self) -> Params:
        """The moving average of the parameters; without one the parameters. Valid until the next step."""
        if not self.config.ema_decay:
            return self.params
        average = self.average.params | self.row_average.average(self.rows)
        return {name: average[name] for name in self.params}
