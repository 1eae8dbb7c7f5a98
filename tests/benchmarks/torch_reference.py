"""The same networks in PyTorch, each in the fastest of several forms, to compare speed with.

A form says how the recurrence is computed:
    packed   torch.nn's module over one-hot rows in a PackedSequence: no padding
    padded   torch.nn's module over one-hot rows, shorter names padded to the longest of their batch
    rows     unrolled by hand over packed rows: x U selects rows of U, each step is one addmm
    script   `rows`, compiled by TorchScript
and on what:
    1 thread, 2 threads   PyTorch's own, inside each operation
    2 halves              two Python threads with a half of each batch, as our training has it

The batches come from `rnn_names.training.batches`, so both sides pay the same for them; nothing here loops
over names. A bidirectional network is two modules, one of which reads the names from their ends: so padded
names, too, are read exactly. Gradients are autograd's.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.encoded import Encoded
from rnn_names.network.config import NetworkConfig
from rnn_names.network.layers import softmax
from rnn_names.network.loss import Targets, loss_and_gradient
from rnn_names.network.objective import Objective
from rnn_names.training.batches import batches
from tests.benchmarks.packed import PackedBatch, pack

FORMS = ("packed", "padded", "rows", "script")
THREADS = ("1 thread", "2 threads", "2 halves")
OPTIMIZERS = ("fused", "foreach")
CHUNKS = (512, 2048)
MANNERS = (
    [(form, threads) for form in ("packed", "padded") for threads in THREADS],
    [(form, threads) for form in ("rows", "script") for threads in THREADS],
)
FINALISTS = 3  # of each manner, timed again after a first round of tuning


class Variant(NamedTuple):
    """One way to compute: `how` is the optimizer's kind in training, and the chunk in prediction."""

    form: str
    threads: str
    how: str

    def __str__(self) -> str:
        return ", ".join(self)


def read_rnn(x: Tensor, sizes: list[int], W: Tensor, b: Tensor) -> Tensor:
    """h_t = tanh(x_t U + b + h_{t-1} W): packed rows of x U + b → states."""
    xs = x.split(sizes)
    h = torch.tanh(xs[0])
    states = [h]
    for t in range(1, len(sizes)):
        n = sizes[t]
        h = torch.addmm(xs[t], h if n == len(h) else h[:n], W).tanh_()
        states.append(h)
    return torch.cat(states)


def read_gru(x: Tensor, sizes: list[int], W: Tensor, b: Tensor) -> Tensor:
    """PyTorch's GRU. The planes of x are r, u, n; those of W r, u, m; b is of m."""
    xs = x.split(sizes)
    H = len(W)
    h = torch.zeros(sizes[0], H)
    states: list[Tensor] = []
    for t in range(len(sizes)):
        n = sizes[t]
        if n < len(h):
            h = h[:n]
        x_ru, x_n = xs[t].split([2 * H, H], 1)
        if t == 0:
            r, u = torch.sigmoid(x_ru).chunk(2, 1)
            m = b
        else:
            h_ru, h_m = torch.mm(h, W).split([2 * H, H], 1)
            r, u = (x_ru + h_ru).sigmoid_().chunk(2, 1)
            m = h_m + b
        n_t = torch.addcmul(x_n, r, m).tanh_()
        h = torch.lerp(n_t, h, u)
        states.append(h)
    return torch.cat(states)


def read_lstm(x: Tensor, sizes: list[int], W: Tensor, b: Tensor) -> Tensor:
    """LSTM with the planes i, f, o, g."""
    xs = x.split(sizes)
    H = len(W)
    h = torch.zeros(sizes[0], H)
    c = h
    states: list[Tensor] = []
    for t in range(len(sizes)):
        n = sizes[t]
        if n < len(h):
            h, c = h[:n], c[:n]
        a = xs[t] if t == 0 else torch.addmm(xs[t], h, W)
        ifo, g = a.split([3 * H, H], 1)
        i, f, o = torch.sigmoid(ifo).chunk(3, 1)
        c = torch.addcmul(f * c, i, torch.tanh(g))
        h = o * torch.tanh(c)
        states.append(h)
    return torch.cat(states)


READERS: dict[str, Callable[..., Tensor]] = {"rnn": read_rnn, "gru": read_gru, "lstm": read_lstm}
MODULES = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
# Our planes in the order of the reference: (those of U, those of W). In torch.nn the LSTM has g third.
ROWS_ORDER = {"rnn": ([0], [0]), "gru": ([1, 2, 0], [0, 1, 2]), "lstm": ([0, 1, 2, 3], [0, 1, 2, 3])}
NN_ORDER = {**ROWS_ORDER, "lstm": ([0, 1, 3, 2], [0, 1, 3, 2])}


class Network:
    """A network of `rnn_names`, with a copy of its parameters, in one of the forms."""

    def __init__(self, params: Params, config: NetworkConfig, form: str) -> None:
        self.config = config
        self.form = form
        self.eye = torch.eye(config.symbols)
        self.weights: dict[str, Tensor] = {}
        self.modules: dict[str, Any] = {}
        for name, value in params.items():
            if name.split(".")[0] not in config.directions or name.count(".") > 1:  # a readout
                self.weights[name] = torch.tensor(value).requires_grad_()
        for direction in config.directions:
            U, W, b = (torch.tensor(params[f"{direction}.{letter}"]) for letter in "UWb")
            if form in ("packed", "padded"):
                self.modules[direction] = self._module(U, W, b)
            else:
                self._unrolled(direction, U, W, b)

    def _module(self, U: Tensor, W: Tensor, b: Tensor) -> Any:
        cell, H = self.config.cell, self.config.hidden_size
        x, h = NN_ORDER[cell]
        module = MODULES[cell](self.config.symbols, H)
        with torch.no_grad():
            module.weight_ih_l0.copy_(torch.cat([U[k].T for k in x]))
            module.weight_hh_l0.copy_(torch.cat([W[k].T for k in h]))
            module.bias_ih_l0.copy_(torch.cat([b[k] for k in x]))
            module.bias_hh_l0.zero_()
            if cell == "gru":
                module.bias_hh_l0[2 * H :] = b[3]
        return module

    def _unrolled(self, direction: str, U: Tensor, W: Tensor, b: Tensor) -> None:
        x, h = ROWS_ORDER[self.config.cell]
        parts = {
            "U": torch.cat([U[k] for k in x], 1),
            "W": torch.cat([W[k] for k in h], 1),
            "b": torch.cat([b[k] for k in x]),
            "m": b[-1],  # read by the GRU alone
        }
        for letter, value in parts.items():
            if letter != "m" or self.config.cell == "gru":
                self.weights[f"{direction}.{letter}"] = value.clone().contiguous().requires_grad_()

    def parameters(self) -> list[Tensor]:
        """All that is trained."""
        return [*self.weights.values(), *(p for m in self.modules.values() for p in m.parameters())]

    def states(self, batch: PackedBatch, direction: str, all_steps: bool) -> tuple[Tensor, Tensor]:
        """The final states (B, H), and with `all_steps` also those of every step (N, H), in packed rows."""
        last = torch.from_numpy(batch.last)
        if self.form == "padded":
            step = np.repeat(np.arange(len(batch.sizes)), batch.sizes)
            T, B = len(batch.sizes), len(batch.lengths)
            cells = step * B + batch.names  # of each packed row in the padded grid
            grid = np.zeros(T * B, np.intp)
            grid[cells] = batch.symbols
            x = self.eye[torch.from_numpy(grid)].view(T, B, -1)
            padded = self.modules[direction](x)[0].view(T * B, -1)
            if all_steps:
                states = padded[torch.from_numpy(cells)]
                return states[last], states
            return padded[torch.from_numpy((batch.lengths - 1) * B + np.arange(B))], padded
        symbols = torch.from_numpy(batch.symbols)
        if self.form == "packed":
            x = torch.nn.utils.rnn.PackedSequence(self.eye[symbols], torch.from_numpy(batch.sizes))
            states = self.modules[direction](x)[0].data
            return states[last], states
        read = READERS[self.config.cell] if self.form == "rows" else scripted(self.config.cell)
        U, W, b = (self.weights[f"{direction}.{letter}"] for letter in "UWb")
        x = functional.embedding(symbols, U + b)  # b enters V rows instead of N
        states = read(x, batch.sizes.tolist(), W, self.weights.get(f"{direction}.m", b))
        return states[last], states

    def scores(self, batch: PackedBatch) -> Tensor:
        """The country's scores (B, C), in the order of the packed batch."""
        ends = [self.states(b, direction, False)[0] for direction, b in self._readings(batch)]
        return functional.linear(torch.cat(ends, 1), self.weights["country.W"].T, self.weights["country.b"])

    def loss(self, batch: PackedBatch, country: IntArray, objective: Objective) -> Tensor:
        """The mean over the names of  country + step_loss · step_country + letter_loss · next_symbol."""
        y = torch.from_numpy(country[batch.order])
        B, steps = len(y), bool({"step_country", "next_symbol"} & set(self.config.readouts))
        losses, ends = [], []
        for direction, read in self._readings(batch):
            end, states = self.states(read, direction, steps)
            ends.append(end)
            scale = np.float32(1 / (B * len(self.config.directions)))
            if "step_country" in self.config.readouts:
                names = torch.from_numpy(read.names)
                z = self._readout(f"{direction}.step_country", states)
                each = torch.from_numpy((scale * objective.step_loss / read.lengths).astype(np.float32))
                losses.append(functional.cross_entropy(z, y[names], reduction="none") @ each[names])
            if "next_symbol" in self.config.readouts:
                z = self._readout(f"{direction}.next_symbol", states[torch.from_numpy(read.before)])
                each = torch.from_numpy(
                    (scale * objective.letter_loss / (read.lengths - 1)).astype(np.float32)
                )
                each = each[torch.from_numpy(read.names[B:])]
                target = torch.from_numpy(read.symbols[B:])
                losses.append(functional.cross_entropy(z, target, reduction="none") @ each)
        z = functional.linear(torch.cat(ends, 1), self.weights["country.W"].T, self.weights["country.b"])
        loss: Tensor = functional.cross_entropy(z, y)
        return sum(losses, loss)

    def _readings(self, batch: PackedBatch) -> list[tuple[str, PackedBatch]]:
        return [(d, batch if d == "forward" else batch.backward()) for d in self.config.directions]

    def _readout(self, readout: str, states: Tensor) -> Tensor:
        z: Tensor = functional.linear(states, self.weights[f"{readout}.W"].T, self.weights[f"{readout}.b"])
        return z


_scripted: dict[str, Callable[..., Tensor]] = {}


def scripted(cell: str) -> Callable[..., Tensor]:
    """The reader of a cell, compiled once."""
    if cell not in _scripted:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            _scripted[cell] = torch.jit.script(READERS[cell])
    return _scripted[cell]


class Threads:
    """One of THREADS in force; `halves` maps over two Python threads, or over this one."""

    def __init__(self, threads: str) -> None:
        self.count = 2 if threads == "2 halves" else 1
        self.torch_threads = 2 if threads == "2 threads" else 1
        self._pool = ThreadPoolExecutor(2, initializer=self.use) if self.count > 1 else None

    def use(self) -> None:
        """To be called before every stretch of work: the number is PyTorch's, not this object's."""
        torch.set_num_threads(self.torch_threads)

    def map(self, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._pool.map(work, items) if self._pool else map(work, items))


class Trainer:
    """A loop as a PyTorch user would write it: pack, loss, backward, clip, AdamW."""

    def __init__(
        self,
        params: Params,
        config: NetworkConfig,
        objective: Objective,
        variant: Variant,
        names: Encoded,
        country: IntArray,
        lr: float,
        weight_decay: float,
        clip_norm: float,
    ) -> None:
        self.network = Network(params, config, variant.form)
        self.objective, self.names, self.country, self.clip_norm = objective, names, country, clip_norm
        self.threads = Threads(variant.threads)
        self.parameters = self.network.parameters()
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            lr=lr,
            weight_decay=weight_decay,
            fused=variant.how == "fused",
            foreach=variant.how == "foreach",
        )

    def step(self, chosen: IntArray) -> float:
        """One update; returns the loss."""
        self.threads.use()
        if self.threads.count == 1:
            self.optimizer.zero_grad()
            loss = self._loss(chosen)
            loss.backward()
            total = float(loss.detach())
        else:
            by_length = np.argsort(self.names.lengths[chosen], kind="stable")
            halves = [chosen[by_length[k::2]] for k in range(2)]
            (loss, grads), (other_loss, other_grads) = self.threads.map(self._gradient, halves)
            torch._foreach_add_(grads, other_grads)
            for q, g in zip(self.parameters, grads, strict=True):
                q.grad = g
            total = float(loss + other_loss) / len(chosen)
            torch._foreach_div_(grads, len(chosen))
        torch.nn.utils.clip_grad_norm_(self.parameters, self.clip_norm)
        self.optimizer.step()
        return total

    def _gradient(self, chosen: IntArray) -> tuple[Tensor, list[Tensor]]:
        loss = self._loss(chosen) * len(chosen)
        return loss.detach(), list(torch.autograd.grad(loss, self.parameters))

    def _loss(self, chosen: IntArray) -> Tensor:
        return self.network.loss(pack(self.names, chosen), self.country[chosen], self.objective)

    def epochs(self, batch_size: int, seed: int) -> Iterator[float]:
        """Steps without end, over batches drawn as our training draws them."""
        rng = np.random.default_rng(seed)
        while True:
            for chosen in batches(self.names.lengths, batch_size, rng):
                yield self.step(chosen)


class Predictor:
    """Strings to probabilities, in chunks of like length."""

    def __init__(self, params: Params, config: NetworkConfig, alphabet: Alphabet, variant: Variant) -> None:
        self.network = Network(params, config, variant.form)
        self.alphabet, self.chunk = alphabet, int(variant.how)
        self.threads = Threads(variant.threads)

    def __call__(self, names: Sequence[str]) -> FloatArray:
        self.threads.use()
        encoded = self.alphabet.encode(names)
        p = np.empty((len(names), self.network.config.countries), np.float32)
        by_length = np.argsort(encoded.lengths, kind="stable")

        def score(chosen: IntArray) -> None:
            batch = pack(encoded, chosen)
            with torch.inference_mode():
                p[chosen[batch.order]] = self.network.scores(batch).softmax(1).numpy()

        self.threads.map(score, np.split(by_length, range(self.chunk, len(names), self.chunk)))
        return p


def check(
    params: Params,
    config: NetworkConfig,
    objective: Objective,
    names: Encoded,
    country: IntArray,
    p: FloatArray,
) -> None:
    """Assert that every form has our loss and our probabilities: that the same thing is compared."""
    weight = np.full(len(country), 1 / len(country), np.float32)
    loss, _ = loss_and_gradient(params, config, names, Targets(country, weight), objective)
    batch = pack(names)
    for form in FORMS:
        network = Network(params, config, form)
        reference = network.loss(batch, country, objective).item()
        assert np.isclose(loss, reference, rtol=1e-4, atol=0), (form, config, loss, reference)
        z = network.scores(batch).detach().numpy()
        np.testing.assert_allclose(softmax(z), p[batch.order], rtol=1e-3, atol=1e-6)


def fastest(hows: Sequence[str], run: Callable[[Variant], Callable[[], object]]) -> list[Variant]:
    """The variant that takes least time of the modules of torch.nn, and that of the unrolled forms.

    `run` gives what to time. Forms and threads are chosen with the first of `hows`: after a run not
    counted, then again the FINALISTS of each manner, with all `hows`.
    """
    chosen = []
    for manner in MANNERS:
        seconds: dict[Variant, float] = {}

        def measure(variants: Sequence[Variant], warm_up: int, times: int) -> list[Variant]:
            for variant in variants:
                work = run(variant)
                for k in range(warm_up + times):
                    start = time.perf_counter()
                    work()
                    taken = time.perf_counter() - start
                    if k >= warm_up:
                        seconds[variant] = min(taken, seconds.get(variant, taken))  # noqa: B023  # not kept
            return sorted(seconds, key=seconds.__getitem__)  # noqa: B023  # as above

        finalists = measure([Variant(form, threads, hows[0]) for form, threads in manner], 1, 1)[:FINALISTS]
        # TorchScript compiles for what it has seen: only the third run may be at full speed.
        chosen.append(measure([v._replace(how=how) for v in finalists for how in hows], 2, 3)[0])
    return chosen
