"""The gradient of a batch in parts, each computed by a process of its own.

Threads would share the interpreter's lock: the ufuncs of one step take microseconds, and handing over the
lock for each of them takes as long. Processes meet once a batch, over shared memory: the parameters in one
block, which only the first process writes, and each other worker's gradients in a block of its own.
"""

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params, keep_freed_memory
from rnn_names.base.processes import end, lost
from rnn_names.names.encoded import Encoded
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import Gradient, RowGradient, added
from rnn_names.network.loss import Targets, loss_and_gradient
from rnn_names.network.objective import Objective

ADVICE = "smaller batches, or --workers 1 from the start, take less"
SPAWN = get_context("spawn")  # the only start method that all systems have and that no thread disturbs


@dataclass(frozen=True)
class Task:
    """The data that stay the same from batch to batch."""

    network: NetworkConfig
    objective: Objective
    names: Encoded
    country: IntArray  # (n,), of each name
    fallback: IntArray | None = None  # (V,), see Alphabet.fallback

    def gradient(
        self, params: Params, chosen: IntArray, weight: FloatArray, rng: np.random.Generator
    ) -> tuple[float, dict[str, Gradient]]:
        """Loss and gradients of the chosen names, each with its weight in the loss."""
        targets = Targets(self.country[chosen], weight)
        with np.errstate(all="ignore"):  # an overflow shows in the loss or the norm
            return loss_and_gradient(
                params, self.network, self.names.take(chosen), targets, self.objective, rng, self.fallback
            )


class Workers:
    """Divides batches among `count` workers and adds up their gradients, always in the same order.

    Each worker has a random generator of its own, so what it draws does not depend on the others' speed.
    With `processes` False, this process does the work of all workers, one after the other: processes are
    not worth their start for short work. The numbers are the same either way.
    """

    def __init__(self, task: Task, params: Params, count: int, processes: bool) -> None:
        self.task = task
        self.place = np.argsort(task.names.order())
        self.rngs: list[np.random.Generator] = []
        self.helpers: list[Helper] = []
        self.params = {name: q.copy() for name, q in params.items()}
        if processes and count > 1:
            shared = SPAWN.RawArray("f", sum(q.size for q in params.values()))
            self.params = _views(shared, task.network)
            for name, q in params.items():
                self.params[name][...] = q
            self.helpers = [Helper(task, shared) for _ in range(count - 1)]

    def draw_from(self, rngs: list[np.random.Generator]) -> None:
        """Give each worker its generator: before the first batch, and whenever the caller likes."""
        self.rngs = rngs
        for helper, rng in zip(self.helpers, rngs[1:], strict=False):
            helper.send(rng)

    def gradient(self, chosen: IntArray, weight: FloatArray) -> tuple[float, dict[str, Gradient]]:
        """Loss and gradients of a batch of names, each with its weight in the loss."""
        # Names with a common beginning go to the same worker, which reads them together.
        sorted_names = np.argsort(self.place[chosen], kind="stable")
        parts = np.array_split(sorted_names, min(len(self.rngs), len(chosen)))
        for helper, part in zip(self.helpers, parts[1:], strict=False):
            helper.send((chosen[part], weight[part]))
        loss, grads = self.task.gradient(self.params, chosen[parts[0]], weight[parts[0]], self.rngs[0])
        for k, part in enumerate(parts[1:]):
            other_loss, other = (
                self.helpers[k].end()
                if self.helpers
                else self.task.gradient(self.params, chosen[part], weight[part], self.rngs[k + 1])
            )
            loss += other_loss
            grads = {name: added(g, other[name]) for name, g in grads.items()}
        return loss, grads

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *error: object) -> None:
        for helper in self.helpers:
            helper.close()


class Helper:
    """A process that computes the gradients of its part of each batch."""

    def __init__(self, task: Task, shared_params: Any) -> None:
        shared_grads = SPAWN.RawArray("f", len(shared_params))
        self.grads = _views(shared_grads, task.network)
        self.connection, theirs = SPAWN.Pipe()
        # Only little is passed on: `start` would wait for ever if a process died before it had read more.
        self.process = SPAWN.Process(target=_serve, args=(theirs, shared_params, shared_grads), daemon=True)
        with _uninterrupted(), self._alive():
            self.process.start()
        theirs.close()
        # A program may end in the middle of a training: then multiprocessing waits for the process.
        Finalize(self, self.connection.close, exitpriority=0)
        self.send(task)

    def send(self, message: Any) -> None:
        """Send the task, then a random generator, and for each batch its part: indices, weights."""
        with self._alive():
            self.connection.send(message)

    def end(self) -> tuple[float, dict[str, Gradient]]:
        """The loss of the part that it was sent, and the gradients, until the next part is sent."""
        with self._alive():
            loss, rows = _receive(self.connection)
        return loss, {
            name: RowGradient(rows[name], g[:, : len(rows[name])]) if name in rows else g
            for name, g in self.grads.items()
        }

    def close(self) -> None:
        """End the process, which ends when its connection is closed."""
        self.connection.close()
        end(self.process)

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """The error of a connection to a process that is gone, as one that the user can fix."""
        try:
            yield
        except (EOFError, OSError) as error:
            raise lost(self.process, ADVICE) from error


def _serve(connection: Connection, shared_params: Any, shared_grads: Any) -> None:
    # The first process reports and ends this one; `timeout` sends its signal to all of them.
    for ending in ("SIGTERM", "SIGHUP"):
        with suppress(AttributeError):  # Windows has no SIGHUP
            signal.signal(getattr(signal, ending), signal.SIG_IGN)
    keep_freed_memory()
    with suppress(EOFError, OSError):  # the other end is closed: that is the end
        task = connection.recv()
        params, grads = _views(shared_params, task.network), _views(shared_grads, task.network)
        rng = _receive(connection)
        while True:
            message = _receive(connection)
            if isinstance(message, np.random.Generator):
                rng = message
                continue
            chosen, weight = message
            loss, found = task.gradient(params, chosen, weight, rng)
            rows = {}
            for name, g in found.items():
                if isinstance(g, RowGradient):
                    rows[name] = g.rows
                    grads[name][:, : len(g.rows)] = g.values
                else:
                    grads[name][...] = g
            connection.send((loss, rows))


def _receive(connection: Connection) -> Any:
    """The next message. The process stays awake for a millisecond, as long as the rest of a batch takes.

    The system takes up to a quarter of a millisecond to wake a sleeping process.
    """
    sleep_from = time.perf_counter() + 0.001
    while not connection.poll() and time.perf_counter() < sleep_from:
        pass
    return connection.recv()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; a process started here leaves it to the first one."""
    if threading.current_thread() is not threading.main_thread():  # where no handler can be set
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _views(shared: Any, network: NetworkConfig) -> Params:
    """The network's parameters, end to end, in a block of float32."""
    flat = np.frombuffer(shared, np.float32)
    views, start = {}, 0
    for name, shape in network.shapes().items():
        views[name] = flat[start : start + math.prod(shape)].reshape(shape)
        start += math.prod(shape)
    return views
