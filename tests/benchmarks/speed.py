"""How fast this is: against PyTorch, against its own matrix products alone, and as the task grows.

    python -m tests.benchmarks.speed [--quick] [--rounds N] [--only PART] [--tasks …] [--batch …] [--full]

By default it measures what matters most, in a few minutes on two cores that do nothing else.
Needs the extra `bench`; fastText is measured where it is installed. Progress goes to stderr; stdout
gets tables, or with BENCH_FORMAT=json one object.

train     names/s of `training.fit`, each step whole: shuffle, pack, forward, backward, clip, AdamW
predict   names/s of `NameClassifier.predict_proba`, from strings to probabilities
          torch        the same network, loss and batches in PyTorch, in the fastest of its variants
                       (torch_reference.py); that loss and probabilities are ours is asserted
          ratio        ours / torch
          limit        names/s if nothing were done but the products with W and of the readouts
          limit_share  ours / limit; x U and dU are no part of the limit, they select and sum rows
cli       the start of `rnn-names predict`, against that of `import numpy`; names as arguments, against the
          same in a pipe; lists of people, beside other programs (others.py)
growth    seconds and peak memory: of the command line by its lines, of an epoch by the number and length
          of names, H and alphabet

Ours, PyTorch and the limit are a process each, driven in turn: round by round each does the same work,
an epoch of one sample or one list of strings, and what is printed are medians over the rounds; a ratio
is the median of the rounds' ratios. BLAS has one thread, as under the command line; ours and the limit
have two threads of Python where our own defaults do. PyTorch's variants are chosen by a tuning run:
the best of its modules (torch.nn) and the best of our own unrolling written in PyTorch are both timed.
`torch` is the faster of the two in each round, `modules` the first alone.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.base.bundled import BUNDLED_MODEL, bundled_surnames
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.provenance import DataInfo
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.encoded import Encoded, country_indices
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import fold, normalise
from rnn_names.names.split import Split, unique
from rnn_names.network import scores
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.objective import Objective
from rnn_names.network.prefixes import prefix_tree
from rnn_names.training.batches import batches
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import Prepared
from rnn_names.training.trainer import StepReport
from tests.benchmarks import lists, others
from tests.benchmarks.processes import environment, peak, peak_of_all, say

PARTS = ("train", "predict", "cli", "growth")
ROUNDS = 7
HIDDEN = 128
CHECKED = 300  # names on which PyTorch's loss and probabilities must be ours
WARM_UP = 5  # steps before the first round
COLD_RUNS = 15
ARGUMENTS = 8_000  # names on a command line

# Kept memory instead of fresh pages for every large result: glibc's malloc, for PyTorch alone.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 31)}
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "2"}


class Task(NamedTuple):
    """A network and its loss."""

    cell: str
    bidirectional: bool
    objective: Objective


PLAIN, ALL_READOUTS = Objective(), Objective(step_loss=0.3, letter_loss=1.0)
TASKS = {
    "rnn": Task("rnn", False, PLAIN),
    "gru": Task("gru", False, PLAIN),
    "lstm": Task("lstm", False, PLAIN),
    "bigru": Task("gru", True, PLAIN),
    "bigru3": Task("gru", True, ALL_READOUTS),  # predicts as bigru does: the country's readout alone
}


USUAL = ["rnn", "bigru"]  # tasks that are measured by default


@dataclass(frozen=True)
class Sample:
    """The data of every contestant: names in all spellings that `fit` trains on, strings to predict."""

    train: int
    predict: int
    tuning: int  # names in a run of tuning of training; in one of prediction eight times as many

    @cached_property
    def bundled(self) -> list[Example]:
        """All bundled surnames, in a fixed random order."""
        examples = read_examples(bundled_surnames())
        return [examples[i] for i in np.random.default_rng(1).permutation(len(examples))]

    @cached_property
    def examples(self) -> list[Example]:
        """`train` different spellings: every batch is full, and `fit` adds no spelling."""
        chosen: dict[tuple[str, str], Example] = {}
        for name, country, _ in self.bundled:
            spellings = {(normalise(s), country): Example(s, country) for s in (name, fold(name))}
            if len(chosen) + sum(key not in chosen for key in spellings) <= self.train:
                chosen |= spellings
        assert len(chosen) == self.train
        return unique(chosen.values())

    @cached_property
    def prepared(self) -> Prepared:
        """For `fit`: everything is for training."""
        alphabet = Alphabet.learn(example.name for example in self.examples)
        countries = tuple(sorted({example.country for example in self.bundled}))
        return Prepared(Split(self.examples, [], []), [], alphabet, countries)

    @cached_property
    def names(self) -> Encoded:
        """The examples' names."""
        return self.prepared.alphabet.encode(example.name for example in self.examples)

    @cached_property
    def y(self) -> IntArray:
        """The examples' countries."""
        return country_indices(self.examples, self.prepared.countries)

    @cached_property
    def strings(self) -> list[str]:
        """`predict` different strings, as long as names are."""
        return list(made_up([example.name for example in self.bundled], self.predict))

    def config(self, task: Task) -> NetworkConfig:
        """The network of a task on this data."""
        return NetworkConfig(
            symbols=len(self.prepared.alphabet),
            countries=len(self.prepared.countries),
            hidden_size=HIDDEN,
            cell=task.cell,
            bidirectional=task.bidirectional,
            readouts=task.objective.readouts,
        )

    def params(self, task: Task) -> Params:
        """The same random parameters for every contestant."""
        return init_params(self.config(task), np.random.default_rng(2))

    def classifier(self, task: Task) -> NameClassifier:
        """A classifier with these parameters: untrained ones take as long as trained ones."""
        return NameClassifier(
            Checkpoint(
                network=self.config(task),
                training=TrainConfig(),
                data=DataInfo(None, "name", "country", "", len(self.examples), 0, 0, 0),
                alphabet=self.prepared.alphabet,
                countries=self.prepared.countries,
                members=(self.params(task),),
                counts=(1,) * len(self.prepared.countries),
                temperature=1.0,
                history=[],
            )
        )


def made_up(names: Sequence[str], count: int) -> Iterator[str]:
    """Different strings of the lengths of names: the front half of one name, the back half of another."""
    rng = np.random.default_rng(3)
    seen: set[str] = set()
    while len(seen) < count:
        fronts, backs = rng.integers(len(names), size=(2, 4096))
        for a, b in zip(fronts.tolist(), backs.tolist(), strict=True):
            name = names[a][: (len(names[a]) + 1) // 2] + names[b][(len(names[b]) + 1) // 2 :]
            if name.casefold() not in seen and len(seen) < count:
                seen.add(name.casefold())
                yield name


def speed(work: Callable[[], object], names: int) -> float:
    """Names per second."""
    start = time.perf_counter()
    work()
    return names / (time.perf_counter() - start)


class Ours:
    """The package, as its users run it."""

    def __init__(self, sample: Sample, config: TrainConfig) -> None:
        # The same spellings for every contestant.
        self.sample, self.config = sample, replace(config, folded=0.0)
        self.loops: dict[tuple[str, int], Iterator[object]] = {}

    def train(self, name: str, batch: int) -> list[float]:
        """Names/s over an epoch's steps."""
        if (name, batch) not in self.loops:
            self.loops[name, batch] = self._steps(TASKS[name], batch)
            take(self.loops[name, batch], WARM_UP)
        steps = self.sample.train // batch
        return [speed(partial(take, self.loops[name, batch], steps), steps * batch)]

    def _steps(self, task: Task, batch: int) -> Iterator[object]:
        values = vars(self.config) | {
            "batch_size": batch,
            "step_loss": task.objective.step_loss,
            "letter_loss": task.objective.letter_loss,
        }
        for event in fit(self.sample.prepared, self.sample.config(task), TrainConfig(**values)):
            if isinstance(event, StepReport):
                assert event.steps == self.config.epochs * self.sample.train // batch
                yield event

    def predict(self, name: str) -> list[float]:
        """Names/s over all strings."""
        classifier = self.sample.classifier(TASKS[name])
        classifier.predict_proba(self.sample.strings[: scores.GROUP])
        return [speed(partial(classifier.predict_proba, self.sample.strings), self.sample.predict)]


class Torch:
    """PyTorch, in the variants that its tuning run finds the fastest."""

    def __init__(self, sample: Sample, config: TrainConfig) -> None:
        from tests.benchmarks import torch_reference

        self.reference = torch_reference
        self.sample, self.config = sample, config
        self.loops: dict[tuple[str, int], list[Iterator[float]]] = {}
        self.predictors: dict[str, list[Callable[[Sequence[str]], FloatArray]]] = {}

    def check(self, name: str) -> None:
        """Assert that the reference computes what we compute."""
        task, chosen = TASKS[name], np.arange(CHECKED)
        params, config = self.sample.params(task), self.sample.config(task)
        p = self.sample.classifier(task).predict_proba([e.name for e in self.sample.examples[:CHECKED]])
        names = self.sample.names.take(chosen)
        self.reference.check(params, config, task.objective, names, self.sample.y[chosen], p)

    def tune_train(self, name: str, batch: int) -> list[str]:
        """Choose the variants, and take the first steps with them."""
        few = batches(self.sample.names.lengths, batch, np.random.default_rng(4))
        few = few[: self.sample.tuning // batch]

        def run(variant: Any) -> Callable[[], object]:
            trainer = self._trainer(TASKS[name], variant)
            return lambda: [trainer.step(chosen) for chosen in few]

        chosen = self.reference.fastest(self.reference.OPTIMIZERS, run)
        self.loops[name, batch] = [
            self._trainer(TASKS[name], variant).epochs(batch, seed=self.config.seed) for variant in chosen
        ]
        for loop in self.loops[name, batch]:
            take(loop, WARM_UP)
        return [str(variant) for variant in chosen]

    def _trainer(self, task: Task, variant: Any) -> Any:
        return self.reference.Trainer(
            self.sample.params(task),
            self.sample.config(task),
            task.objective,
            variant,
            self.sample.names,
            self.sample.y,
            lr=self.config.lr,
            weight_decay=self.config.weight_decay,
            clip_norm=self.config.clip_norm,
        )

    def train(self, name: str, batch: int) -> list[float]:
        """Names/s of each chosen variant over an epoch's steps."""
        steps = self.sample.train // batch
        return [speed(partial(take, loop, steps), steps * batch) for loop in self.loops[name, batch]]

    def tune_predict(self, name: str) -> list[str]:
        """Choose the variants, and predict once with them."""
        task, alphabet = TASKS[name], self.sample.prepared.alphabet
        params, config = self.sample.params(task), self.sample.config(task)
        strings = self.sample.strings[: 8 * self.sample.tuning]

        def run(variant: Any) -> Callable[[], object]:
            predictor = self.reference.Predictor(params, config, alphabet, variant)
            return lambda: predictor(strings)

        chosen = self.reference.fastest(tuple(map(str, self.reference.CHUNKS)), run)
        self.predictors[name] = [
            self.reference.Predictor(params, config, alphabet, variant) for variant in chosen
        ]
        for predictor in self.predictors[name]:
            predictor(strings)
        return [str(variant) for variant in chosen]

    def predict(self, name: str) -> list[float]:
        """Names/s of each chosen variant over all strings."""
        strings = self.sample.strings
        return [speed(partial(p, strings), len(strings)) for p in self.predictors[name]]


class Shape(NamedTuple):
    """The products of one batch or chunk, by their rows."""

    steps: tuple[tuple[int, ...], ...]  # for each direction, of h_{t-1} W, step by step
    prefixes: tuple[int, ...]  # for each direction, of the readouts at every step
    names: int  # of the country's readout


class Limit:
    """The products of our algorithm, of the shapes that real batches give, and nothing else.

    Forward: h_{t-1} W for each gate and step. Backward: da_t Wᵀ and h_{t-1}ᵀ da_t likewise.
    Each readout: z, dx and dW. Results go into arrays made beforehand. As in the package, a prefix that
    names share is read once.
    """

    def __init__(self, sample: Sample, config: TrainConfig) -> None:
        self.sample, self.workers = sample, config.workers
        self.pool = ThreadPoolExecutor(2)

    def train(self, name: str, batch: int) -> list[float]:
        """Names/s with two threads, a half of every batch each, and with one."""
        names, config = self.sample.names, self.sample.config(TASKS[name])
        place = np.argsort(names.order())
        halves: tuple[list[Shape], ...] = ([], [])
        for chosen in batches(names.lengths, batch, np.random.default_rng(4)):
            parts = np.array_split(chosen[np.argsort(place[chosen], kind="stable")], 2)
            for half, part in zip(halves, parts, strict=True):
                half.append(shape(config, names.take(part)))
        return self._speeds(config, halves, True, len(names.lengths))

    def predict(self, name: str) -> list[float]:
        """Names/s with two threads, every second chunk each, and with one."""
        config = self.sample.config(TASKS[name])
        names = self.sample.prepared.alphabet.encode(self.sample.strings)
        chunks = []
        for direction in config.directions:
            read = names if direction == "forward" else names.backward()
            for chosen in np.split(read.order(), range(scores.GROUP, len(names.lengths), scores.GROUP)):
                chunks.append(shape(replace(config, bidirectional=False), read.take(chosen)))
        return self._speeds(config, (chunks[::2], chunks[1::2]), False, len(names.lengths))

    def _speeds(
        self, config: NetworkConfig, halves: tuple[list[Shape], ...], backward: bool, names: int
    ) -> list[float]:
        runs = [Products(config, half, backward) for half in halves]
        for run in runs:
            run.some(run.shapes[:2])
        two = speed(lambda: list(self.pool.map(Products.all, runs)), names)
        one = speed(lambda: list(map(Products.all, runs)), names)
        return [two, one]


def shape(config: NetworkConfig, names: Encoded) -> Shape:
    """The rows of the products that a batch takes."""
    trees = [prefix_tree(names if d == "forward" else names.backward()) for d in config.directions]
    steps = tuple(tuple(len(step.heirs) for step in tree.steps[1:]) for tree in trees)
    return Shape(steps, tuple(len(tree.symbols) for tree in trees), len(names.lengths))


class Products:
    """The products of a list of batches."""

    def __init__(self, config: NetworkConfig, shapes: list[Shape], backward: bool) -> None:
        self.shapes, self.backward = shapes, backward
        rng = np.random.default_rng(5)

        def array(*shape: int) -> FloatArray:
            return rng.random(shape, np.float32)

        H, N = config.hidden_size, max(max(shape.prefixes) for shape in shapes)
        gates = CELLS[config.cell].h_planes
        self.W = array(gates.stop - gates.start, H, H)
        self.W_T = np.ascontiguousarray(self.W.transpose(0, 2, 1))
        self.a, self.states = array(len(self.W), N, H), array(N, H)
        self.product, self.dW = self.a.copy(), self.W.copy()
        self.readouts = []  # of each: its name, x, V, z, dx, dV
        directions = len(shapes[0].steps)
        for readout, rows, inputs, outputs in (
            ("country", max(shape.names for shape in shapes), directions * H, config.countries),
            ("step_country", N, H, config.countries),
            ("next_symbol", N, H, config.symbols),
        ):
            if readout in (config.readouts if backward else ("country",)):
                x, V, z = array(rows, inputs), array(inputs, outputs), array(rows, outputs)
                self.readouts.append((readout, x, V, z, x.copy(), V.copy()))

    def all(self) -> None:
        """Every product of all batches."""
        self.some(self.shapes)

    def some(self, shapes: Iterable[Shape]) -> None:
        """Every product of these batches."""
        for shape in shapes:
            for steps in shape.steps:
                end = 0
                for n in steps:
                    rows, end = slice(end, end + n), end + n
                    np.matmul(self.states[rows], self.W, out=self.product[:, :n])
            for readout, x, V, z, dx, dV in self.readouts:
                for n in (shape.names,) if readout == "country" else shape.prefixes:
                    np.matmul(x[:n], V, out=z[:n])
                    if self.backward:
                        np.matmul(z[:n], V.T, out=dx[:n])
                        np.matmul(x[:n].T, z[:n], out=dV)
            if self.backward:
                for steps in shape.steps:
                    end = sum(steps)
                    for n in reversed(steps):
                        rows, end = slice(end - n, end), end - n
                        np.matmul(self.a[:, rows], self.W_T, out=self.product[:, :n])
                        np.matmul(self.states[rows].T, self.a[:, rows], out=self.dW)


CONTESTANTS: dict[str, type[Ours] | type[Torch] | type[Limit]] = {
    "ours": Ours,
    "torch": Torch,
    "limit": Limit,
}


def take(steps: Iterator[object], count: int) -> None:
    """Do the next steps."""
    for _ in itertools.islice(steps, count):
        pass


def serve(contestant: str, sample: Sample, config: TrainConfig, pipe: Connection) -> None:
    """A contestant's process: call the methods that are asked for, until the other end is closed."""
    subject = CONTESTANTS[contestant](sample, config)
    with suppress(EOFError):
        while True:
            method, *arguments = pipe.recv()
            pipe.send(getattr(subject, method)(*arguments))


class Contestants:
    """A process for each contestant; `ask` calls a method there."""

    def __init__(self, sample: Sample, config: TrainConfig) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipes: dict[str, Connection] = {}
        for name in CONTESTANTS:
            self.pipes[name], theirs = context.Pipe()
            with environment(THREADS | (MALLOC if name == "torch" else {})):
                context.Process(target=serve, args=(name, sample, config, theirs)).start()
            theirs.close()

    def ask(self, contestant: str, method: str, *arguments: object) -> Any:
        self.pipes[contestant].send((method, *arguments))
        return self.pipes[contestant].recv()

    def rounds(
        self, method: str, variants: dict[tuple[Any, ...], list[str]], rounds: int
    ) -> dict[str, dict[str, Any]]:
        """Each contestant's names/s, medians over the rounds; the tasks are the keys of `variants`."""
        measured: dict[tuple[Any, ...], dict[str, list[list[float]]]] = {
            task: {name: [] for name in CONTESTANTS} for task in variants
        }
        order = list(CONTESTANTS)
        for r in range(rounds):
            for task, times in measured.items():
                for name in order[r % 3 :] + order[: r % 3]:
                    times[name].append(self.ask(name, method, *task))
                say(f"{method} {label(task)}, round {r + 1}: {figures(times, -1)}")
        return {label(task): summary(times, variants[task]) for task, times in measured.items()}

    def close(self) -> None:
        """End the processes."""
        for pipe in self.pipes.values():
            pipe.close()


def label(task: tuple[Any, ...]) -> str:
    """The key of a result. A prediction's is named after the chunks that ours is cut into."""
    return f"{task[0]}@{task[1] if len(task) > 1 else scores.GROUP}"


def figures(times: dict[str, list[list[float]]], r: int) -> str:
    """A round in words."""
    return ", ".join(f"{name} {' or '.join(f'{v:,.0f}' for v in t[r])}" for name, t in times.items())


def summary(times: dict[str, list[list[float]]], variants: list[str]) -> dict[str, Any]:
    """Medians over the rounds: names/s, and ratios of the same round."""
    ours = [t[0] for t in times["ours"]]
    reference, modules = [max(t) for t in times["torch"]], [t[0] for t in times["torch"]]
    best = max(range(2), key=lambda k: statistics.median(t[k] for t in times["torch"]))
    two, one = ([t[k] for t in times["limit"]] for k in range(2))
    return {
        "ours": statistics.median(ours),
        "torch": statistics.median(reference),
        "ratio": median_ratio(ours, reference),
        "ratio_range": spread(ours, reference),
        "limit": statistics.median(two),
        "limit_share": median_ratio(ours, two),
        "limit_1_thread": statistics.median(one),
        "limit_share_1_thread": median_ratio(ours, one),
        "torch_variant": variants[best],
        "modules": statistics.median(modules),
        "ratio_modules": median_ratio(ours, modules),
        "modules_variant": variants[0],
    }


def median_ratio(a: Sequence[float], b: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(x / y for x, y in zip(a, b, strict=True))


def command_line(rounds: int, full: bool, quick: bool, model: Path) -> dict[str, Any]:
    """Cold starts beside those of `import numpy`; names as arguments; long lists beside other programs."""
    script = shutil.which("rnn-names", path=str(Path(sys.executable).parent))
    program = [script] if script else [sys.executable, "-m", "rnn_names"]
    # With the bytecode that an installation has, whatever this shell says of writing it.
    installed = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def run(command: Sequence[str], text: str | None = None) -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=installed, text=True, input=text)
        return time.perf_counter() - start

    predict = [*program, "predict", "-k", "1"]
    names = lists.full_names(ARGUMENTS)
    piped = "".join(f"{name}\n" for name in names)
    taken: dict[str, list[float]] = {name: [] for name in ("cold", "numpy", "arguments", "pipe")}
    for k in range(COLD_RUNS + 1):
        seconds = {
            "cold": run([*program, "predict", "Schmidt"]),
            "numpy": run([sys.executable, "-c", "import numpy"]),
        }
        if k <= rounds:
            seconds |= {"arguments": run([*predict, *names]), "pipe": run(predict, piped)}
        if k:  # the first reads the files from disk, and may compile them
            for name, one in seconds.items():
                taken[name].append(one)
    say(f"cli, cold start: {statistics.median(taken['cold']):.3f} s")
    tools = [tool for tool in (others.TOOLS if full else others.TOOLS[:1]) if find_spec(tool)]
    people, rows = (20_000, 50_000) if quick else (lists.PEOPLE, lists.ROWS if full else lists.ROWS // 4)
    return {
        "cold_ratio": median_ratio(taken["cold"], taken["numpy"]),
        "cold_ratio_range": spread(taken["cold"], taken["numpy"]),
        "cold_s": statistics.median(taken["cold"]),
        "numpy_s": statistics.median(taken["numpy"]),
        "arguments_ratio": median_ratio(taken["arguments"], taken["pipe"]),
        "arguments_ratio_range": spread(taken["arguments"], taken["pipe"]),
        "lists": others.compare(rounds, people, rows, tools, model),
    }


def spread(a: Sequence[float], b: Sequence[float]) -> list[float]:
    """The least and the largest of the rounds' ratios."""
    ratios = [x / y for x, y in zip(a, b, strict=True)]
    return [min(ratios), max(ratios)]


class Case(NamedTuple):
    """Names of random letters, and the network that is trained on them."""

    names: int = 10_000
    length: int = 8
    hidden: int = HIDDEN
    alphabet: int = 30


def growth(full: bool, quick: bool, model: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Seconds and peak memory of `predict` by its lines, and of an epoch, each case in its own process."""
    base = Case(names=2_000) if quick else Case()
    axes = {
        "names": [1_000, 10_000] if quick else [1_000, 10_000, 100_000, *([1_000_000] if full else [])],
        "length": [5, 20, 80],
        "hidden": [64, 128, 256, 512],
        "alphabet": [30, 300, 3000],
    }
    table: dict[str, dict[str, dict[str, float]]] = {"lines": lines_answered(full, quick, model)}
    for axis, values in axes.items():
        table[axis] = {}
        for value in values:
            case = base._replace(**{axis: value})
            with tempfile.TemporaryDirectory() as folder:
                result = Path(folder) / "seconds"
                command = [sys.executable, "-m", "tests.benchmarks.speed", "--case", json.dumps(case)]
                with environment(THREADS):
                    _, megabytes = peak([*command, "--result", result])
                seconds = float(result.read_text())
            table[axis][str(value)] = {
                "seconds": seconds,
                "names_per_s": case.names / seconds,
                "peak_mb": megabytes,
            }
            say(f"growth, {axis} {value:,}: {seconds:.2f} s an epoch, {megabytes:.0f} MB")
    return table


def lines_answered(full: bool, quick: bool, model: Path) -> dict[str, dict[str, float]]:
    """Seconds and peak memory of `predict` on so many lines, whose names repeat."""
    names, table = lists.full_names(lists.PEOPLE // 3), {}
    most = 10_000 if quick else 10_000_000 if full else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "names.txt"
        command: list[str | Path] = [sys.executable, "-m", "rnn_names", "predict", "-m", model.resolve()]
        command += ["-i", file, "-k", "1", "--format", "csv", "-q"]
        for count in (10**k for k in range(3, 8) if 10**k <= most):
            listed = lists.repeated(names, count)
            file.write_text("".join(f"{name}\n" for name in listed), encoding="utf-8")
            seconds, megabytes = peak(command)
            if sys.platform == "linux":  # there are several processes
                megabytes = peak_of_all(command)
            table[str(count)] = {
                "seconds": seconds,
                "names_per_s": count / seconds,
                "peak_mb": megabytes,
            }
            say(f"growth, lines {count:,}: {seconds:.2f} s, {megabytes:.0f} MB")
    return table


def epoch_seconds(case: Case) -> float:
    """The second epoch of Elman's network on names of a case, in batches of 128."""
    rng = np.random.default_rng(6)
    letters = "".join(chr(0x4E00 + i) for i in range(case.alphabet))  # no two fold to one
    codes = rng.integers(case.alphabet, size=(case.names, case.length))
    examples = [
        Example("".join(letters[i] for i in row), str(k % 45)) for k, row in enumerate(codes.tolist())
    ]
    countries = tuple(sorted({example.country for example in examples}))
    prepared = Prepared(Split(examples, [], []), [], Alphabet(letters), countries)
    config = TrainConfig(
        epochs=2,
        batch_size=128,
        optimizer="adamw",
        step_loss=0.0,
        letter_loss=0.0,
        networks=1,
        patience=0,
    )
    size = NetworkConfig(len(prepared.alphabet), len(countries), case.hidden)
    ends = [time.perf_counter() for event in fit(prepared, size, config) if isinstance(event, EpochReport)]
    return ends[1] - ends[0]


def tables(result: dict[str, Any]) -> Iterator[str]:
    """The result as text."""
    for part in ("train", "predict"):
        if part in result:
            yield f"\n{part + ', names/s':18} {'ours':>9} {'torch':>9} {'ratio':>6}   {'(range)':13} "
            yield f"{'limit':>9} {'share':>6} {'modules':>9} {'ratio':>6}   torch is\n"
            for task, row in result[part].items():
                low, high = row["ratio_range"]
                yield f"{task:18} {row['ours']:9,.0f} {row['torch']:9,.0f} {row['ratio']:6.2f}   "
                yield f"({low:.2f} – {high:.2f}) {row['limit']:9,.0f} {row['limit_share']:6.2f} "
                yield f"{row['modules']:9,.0f} {row['ratio_modules']:6.2f}   {row['torch_variant']}\n"
    if row := result.get("cli"):
        for what, ratio in (
            ("cold `predict Schmidt` to `import numpy`", "cold_ratio"),
            (f"{ARGUMENTS:,} names as arguments to the same in a pipe", "arguments_ratio"),
        ):
            low, high = row[f"{ratio}_range"]
            yield f"\n{what}: {row[ratio]:.2f} ({low:.2f} – {high:.2f})"
        yield f"\na cold start takes {row['cold_s']:.3f} s, import numpy {row['numpy_s']:.3f} s\n\n"
        yield "\n".join(others.table(row["lists"])) + "\n"
    if "growth" in result:
        yield f"\n{'lines; an epoch by':18} {'seconds':>9} {'names/s':>9} {'peak MB':>9}\n"
        for axis, rows in result["growth"].items():
            for value, row in rows.items():
                yield f"{axis + ' ' + value:18} {row['seconds']:9.2f} {row['names_per_s']:9,.0f} "
                yield f"{row['peak_mb']:9.0f}\n"


def against_torch(arguments: argparse.Namespace) -> dict[str, Any]:
    """The parts `train` and `predict`."""
    sample = Sample(5_120, 20_000, 512) if arguments.quick else Sample(10_240, 50_000, 1024)
    if arguments.full:
        sample = Sample(20_480, 100_000, 1024)
    config = TrainConfig(
        epochs=10_000,  # without end
        optimizer="adamw",  # PyTorch's own, too
        warmup=0.0,
        lr=0.003,
        weight_decay=0.01,
        dropout=0.0,
        letter_dropout=0.0,
        class_weight="none",
        ema_decay=0.0,
        join=0.0,
        networks=1,
        patience=0,
    )
    result: dict[str, Any] = {}
    contestants = Contestants(sample, config)
    for task in arguments.tasks:
        contestants.ask("torch", "check", task)
    if "train" in arguments.only:
        variants: dict[tuple[Any, ...], list[str]] = {}
        for key in itertools.product(arguments.tasks, arguments.batch):
            variants[key] = contestants.ask("torch", "tune_train", *key)
            say(f"tuned PyTorch, train {label(key)}: {'; '.join(variants[key])}")
        result["train"] = contestants.rounds("train", variants, arguments.rounds)
    if "predict" in arguments.only:
        variants = {}
        for task in arguments.tasks:
            if task != "bigru3":
                variants[task,] = contestants.ask("torch", "tune_predict", task)
                say(f"tuned PyTorch, predict {label((task,))}: {'; '.join(variants[task,])}")
        result["predict"] = contestants.rounds("predict", variants, arguments.rounds)
    contestants.close()
    return result


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two rounds, small samples")
    parser.add_argument("--full", action="store_true", help="all parts, tasks and tools, longer lists")
    parser.add_argument("--rounds", type=int, help=f"default: {ROUNDS}")
    parser.add_argument("--only", type=words(PARTS), help=f"of {','.join(PARTS)}; default: all but growth")
    parser.add_argument(
        "--tasks", type=words(TASKS), help=f"of {','.join(TASKS)}; default: {','.join(USUAL)}"
    )
    parser.add_argument("--batch", type=words(("128", "512")), default=["128", "512"], help="of 128,512")
    parser.add_argument("--model", type=Path, default=BUNDLED_MODEL, help="the command line's model")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        arguments.result.write_text(str(epoch_seconds(Case(*json.loads(arguments.case)))))
        return
    arguments.rounds = arguments.rounds or (2 if arguments.quick else ROUNDS)
    arguments.only = arguments.only or (PARTS if arguments.full else PARTS[:3])
    arguments.tasks = arguments.tasks or (list(TASKS) if arguments.full else USUAL)
    arguments.batch = [int(size) for size in arguments.batch]

    result: dict[str, Any] = {}
    if {"train", "predict"} & set(arguments.only):
        result |= against_torch(arguments)
    if "cli" in arguments.only:
        result["cli"] = command_line(arguments.rounds, arguments.full, arguments.quick, arguments.model)
    if "growth" in arguments.only:
        result["growth"] = growth(arguments.full, arguments.quick, arguments.model)
    if os.environ.get("BENCH_FORMAT") == "json":
        print(json.dumps(result))
    else:
        print("".join(tables(result)))


def words(allowed: Iterable[str]) -> Callable[[str], list[str]]:
    """A parser of names between commas; "limit" is measured with what it is the limit of."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := set(chosen) - set(allowed):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(allowed)}")
        return chosen

    return parse


if __name__ == "__main__":
    main()
