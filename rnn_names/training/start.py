"""A start for a training: the network of another model, the base, for other letters and labels.

The cell, the n-grams and all that reads a name come from the base. Its letters keep their rows. A letter
that it lacks gets a row of its own, which begins as a copy of the row of the symbol that the base reads in
its place. The readouts of the label are solved for: each is a logistic regression on the states that the
base has for the training names. It begins at the base's columns for labels that the base knows, and at 0
for the others, or at 0 for all where cross-validation finds that better.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.base.bundled import BUNDLED, BUNDLED_MODEL, HELD_OUT
from rnn_names.base.errors import CheckpointError
from rnn_names.base.files import sha256
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.names.alphabet import SCRIPTS, Alphabet
from rnn_names.names.encoded import UNKNOWN_INDEX, Encoded
from rnn_names.names.labels import Labels
from rnn_names.names.ngrams import NGrams
from rnn_names.names.spelling import RULE
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import links
from rnn_names.network.scores import forward, step_scores
from rnn_names.network.sums import SCALE, selected, with_sums
from rnn_names.training.logistic import chosen_penalty, solved

SOLVED = 10_000  # spellings of names, at most, that a readout is solved for


@dataclass(frozen=True)
class Base:
    """A model to start from, its name, and the SHA-256 of its file.

    Raises CheckpointError for a model from which no training can start.
    """

    model: Checkpoint
    name: str
    digest: str

    def __post_init__(self) -> None:
        ngrams = self.model.network.ngrams
        if self.model.data.rule != RULE or (ngrams is not None and not ngrams.marked):
            raise CheckpointError(
                f"{self.name}: is of an older version, which read names by other rules; "
                "train it anew, or start from another model"
            )

    @classmethod
    def load(cls, path: Path) -> "Base":
        """The model in a file. Raises CheckpointError."""
        name = BUNDLED if path == BUNDLED_MODEL else path.name
        model = checkpoint.load(path)
        return cls(model, name, sha256(path))

    @property
    def bundled(self) -> bool:
        """Whether it is the bundled model, whose own split is not here."""
        return self.model.data.source == HELD_OUT

    @property
    def bits(self) -> int:
        """The bits of a model that starts from it: 8 if its rows of n-grams have 8 or 4, else 32.

        With 8 the answers are as good as with 32; with 4, some of what few names taught is lost.
        """
        return 8 if any(name.endswith(SCALE) for name in self.model.members[0]) else 32

    @property
    def recipe(self) -> dict[str, Any]:
        """The part of the recipe that a training takes from the base by default.

        It is the number of networks and, except for the bundled model, the split: the base's test part
        stays a test part.
        """
        networks = {"networks": len(self.model.members)}
        had = self.model.training
        shares = {name: getattr(had, name) for name in ("seed", "val_split", "test_split")}
        return networks if self.bundled else networks | shares

    def alphabet(self, learned: Alphabet) -> Alphabet:
        """The base's symbols, and those of the training names."""
        of_base = self.model.alphabet
        letters = "".join(sorted({*of_base.letters, *learned.letters}))
        scripts = tuple(sorted({*of_base.scripts, *learned.scripts}))
        return Alphabet(letters, scripts if len(scripts) <= SCRIPTS else of_base.scripts)

    def network(self, alphabet: Alphabet, labels: int) -> NetworkConfig:
        """The base's network for so many labels, and for an alphabet that contains all of its symbols."""
        network, ngrams = self.model.network, self.model.network.ngrams
        if ngrams is not None:
            ngrams = _over(ngrams, self._places(alphabet), alphabet)
        return replace(network, symbols=len(alphabet), countries=labels, ngrams=ngrams)

    def start(
        self,
        member: int,
        network: NetworkConfig,
        alphabet: Alphabet,
        labels: tuple[str, ...],
        names: Encoded,
        y: IntArray,
        weight: FloatArray,
    ) -> Params:
        """The parameters as they are trained, the readouts solved for names, labels and weights (2n,).

        The names stand there twice, as written and then in base letters.
        """
        of_base = self.model.members[member % len(self.model.members)]
        params = self._reading(of_base, network, alphabet)
        places = [Labels(self.model.countries).place(label) for label in labels]
        for layer in readouts(network):
            for letter in "Wb":
                columns = of_base[f"{layer}.{letter}"]
                columns = columns - columns.mean(axis=-1, keepdims=True)  # this changes no probability
                columns /= self.model.temperature  # as sure as the base answers
                params[f"{layer}.{letter}"] = np.stack(
                    [
                        np.zeros_like(columns[..., 0]) if place is None else columns[..., place]
                        for place in places
                    ],
                    axis=-1,
                )
        n = len(y) // 2
        chosen = np.linspace(0, n - 1, min(n, SOLVED // 2)).astype(np.intp)
        some = np.concatenate([chosen, chosen + n])  # both spellings of each
        return _solved(params, network, names.take(some), y[some], weight[some], some % n)

    def _places(self, alphabet: Alphabet) -> IntArray:
        """(V,): the place in the alphabet of each symbol of the base."""
        place = {symbol: k for k, symbol in enumerate(alphabet.symbols)}
        of_base = self.model.alphabet
        any_letter = [3 + alphabet.scripts.index(script) for script in of_base.scripts]
        return np.array([0, 1, UNKNOWN_INDEX, *any_letter, *(place[letter] for letter in of_base.letters)])

    def _read_as(self, alphabet: Alphabet) -> IntArray:
        """(V',): for each symbol of the alphabet, the symbol as which the base reads it."""
        read_as = np.full(len(alphabet), UNKNOWN_INDEX)
        first = len(alphabet) - len(alphabet.letters)
        read_as[first:] = [
            self.model.alphabet.encode([letter]).symbols[1] if letter.strip() else UNKNOWN_INDEX
            for letter in alphabet.letters
        ]
        read_as[self._places(alphabet)] = np.arange(len(self.model.alphabet))
        return read_as

    def _reading(self, of_base: Params, network: NetworkConfig, alphabet: Alphabet) -> Params:
        """All parameters but those of the readouts of the label."""
        old, read_as = self.model.network, self._read_as(alphabet)
        new = np.setdiff1d(np.arange(len(alphabet)), self._places(alphabet))
        rows = np.append(read_as, np.arange(old.symbols, old.inputs))
        params: Params = {}
        for name in network.shapes():
            layer, _, letter = name.rpartition(".")
            if layer in readouts(network):
                continue
            value = of_base[name]
            if name in old.row_parameters:
                assert old.ngrams is not None
                # The file holds the sums along the suffixes: training goes on with what each adds.
                value = selected(of_base, name, slice(None), old).copy()
                more = links(old.ngrams, layer)[old.symbols :]
                value[:, old.symbols :] -= value[:, more]
            if letter == "U":
                value = value[:, rows]
            elif layer.endswith("next_symbol"):
                value = value[..., read_as]
                value[..., new] = 0 if letter == "W" else value.min()
            params[name] = np.array(value, np.float32)
        return params


def readouts(network: NetworkConfig) -> list[str]:
    """The layers from which the label is read."""
    steps = [f"{d}.step_country" for d in network.directions] if "step_country" in network.readouts else []
    return [*steps, *(["country"] if "country" in network.readouts else [])]


def _over(ngrams: NGrams, places: IntArray, alphabet: Alphabet) -> NGrams:
    """The same n-grams over an alphabet with more symbols, in which the old symbols keep their order."""
    V = ngrams.symbols
    of_symbol = places[np.minimum(ngrams.parent, V - 1)]
    parent = np.where(ngrams.parent < V, of_symbol, ngrams.parent + len(alphabet) - V)
    return NGrams(len(alphabet), alphabet.symbols.find(" "), parent, places[ngrams.letter], ngrams.marked)


def _solved(
    params: Params,
    network: NetworkConfig,
    names: Encoded,
    y: IntArray,
    weight: FloatArray,
    number: IntArray,
) -> Params:
    """The parameters with the readouts solved for. Read out by an identity, the scores are the input.

    Spellings of one name have one number.
    """
    seen = with_sums(params, network)
    found: Params = {}
    penalty, kept = 0.0, True
    for layer in reversed(readouts(network)):  # first the one of the answer, which chooses the penalty
        W, b = params[f"{layer}.W"], params[f"{layer}.b"]
        plain = {f"{layer}.W": np.eye(len(W), dtype=W.dtype), f"{layer}.b": np.zeros(len(W), W.dtype)}
        wide = replace(network, countries=len(W))
        if layer == "country":
            x, of_row = forward(seen | plain, wide, names), np.arange(len(y))
        else:
            direction = layer.partition(".")[0]
            x = step_scores(seen | plain, wide, names, direction)
            of_row = np.repeat(np.arange(len(y)), names.lengths)
            if len(x) > SOLVED:
                chosen = np.linspace(0, len(x) - 1, SOLVED).astype(np.intp)
                x, of_row = x[chosen], of_row[chosen]
        learned, name = (x, y[of_row], weight[of_row]), number[of_row]
        nothing = np.zeros_like(W), np.zeros_like(b)
        if not penalty:
            penalty, loss = chosen_penalty(*learned, W, b, name)
            if W.any():  # a label may only be called like one of the base's: IT is a department, too
                of_nothing, without = chosen_penalty(*learned, *nothing, name)
                kept = loss < without
                penalty = penalty if kept else of_nothing
        begin = (W, b) if kept else nothing
        found[f"{layer}.W"], found[f"{layer}.b"] = solved(*learned, *begin, penalty / len(np.unique(name)))
    return params | {name: value.astype(np.float32) for name, value in found.items()}
