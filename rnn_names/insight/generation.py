"""New names that sound like a country: letter after letter, by Bayes' rule.

    s, l      the symbols so far, the start symbol first; the next one: a letter, or the end symbol
    c         the country asked for
    n, V, C   prefixes; symbols; countries

Of names and countries that are distributed together, p(name, country), holds, letter by letter,

    p(l | s, c) = p(l | s) p(c | s l) / p(c | s)        p(c | s) = Σ_l p(l | s) p(c | s l)

and the product over a name's symbols, the end symbol being the last, telescopes to
p(name) p(c | name) / p(c), which is p(name | c). p(c | s) is the same for all letters, so to normalise over
them does without it. Of the forward direction, `next_symbol` after s gives p(l | s), and `step_country`
after s l gives p(c | s l). With a prefix, s begins as it does: it is read into the state.

No prior is put right, nor has it to be. Both readouts were trained under the same weights, so both belong
to the same distribution, in which a country is as likely as π_c (`calibration.trained_prior`), and
p(l | s, c) = p(s l | c) / p(s | c) does not depend on π. To shift one of them to another prior would
be wrong.

Step by step, p(c | s l) says too little: trained with dropout, it knows less of what cannot be than exact
probabilities would, and a name strays. So it is raised to a power, the guidance γ,

    p(l | s, c) ∝ p(l | s) p(c | s l)^γ

which is Bayes' rule at γ = 1; above 1 names are more typical of the country than its own (as classifier
guidance does for pictures: Dhariwal, Nichol 2021, arXiv 2105.05233).

What is approximate, besides:

-   The readouts are two estimates. They are not exactly of one distribution, so Σ_l p(l | s) p(c | s l) is
    not exactly p(c | s); each step is normalised by its own sum.
-   Of several networks the mean of the scores is taken for each readout, as the classifier does. That is no
    mixture of their distributions.
-   The temperature of `calibration` was fitted for another readout, and is not applied.
-   In training a name's losses are a mean over its symbols, so each symbol of a name of T weighs 1/T: long
    names are rarer here than in the data. And names are what was read: half of them in base letters, some
    joined to a second one (`TrainConfig.join`), common ones more often.
-   Start and unknown symbol are left out, a name has a letter at least and MAX_LETTERS behind the prefix at
    most; then only the end symbol is left. Other than 1, a temperature acts on each step, not on the name.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import CheckpointError, DataError
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier, checked
from rnn_names.names.alphabet import END_INDEX, UNKNOWN_INDEX
from rnn_names.names.example import Example
from rnn_names.names.spelling import normalise, split_key, tidy
from rnn_names.network.cells import CELLS
from rnn_names.network.pairs import paired, recurrence_of
from rnn_names.network.recurrence import advance

TEMPERATURE = 0.5
GUIDANCE = 2.0
MAX_LETTERS = 40  # behind the prefix: the longest of the bundled surnames has 40
JOINTS = (" ", ",", "-")  # between the parts of a name
BATCH = 64  # names unrolled together: they have 64 V candidates for the next symbol
TRIES = 20  # names drawn for each one asked for, before there seem to be no new ones left


class States(NamedTuple):
    """What one network is in after each of n prefixes."""

    h: FloatArray  # (n, H)
    c: FloatArray  # (n, H), of a cell without memory (n, 0)
    symbols: IntArray  # (n,), the last one read, -1 before the first

    def take(self, rows: IntArray) -> "States":
        """Those of the rows."""
        return States(self.h[rows], self.c[rows], self.symbols[rows])


def generate(
    model: Checkpoint,
    country: str,
    count: int,
    seed: int = 1,
    prefix: str = "",
    temperature: float = TEMPERATURE,
    guidance: float = GUIDANCE,
    known: Collection[str] = frozenset(),
) -> list[str]:
    """Names that sound like the country, as the network spells them, no two of one `split_key`.

    The same seed gives the same names, with the same NumPy and the same kind of machine. At a low
    temperature the likeliest letters are chosen more often, at 0 always. `known` are the keys (`keys`) of
    names that are not new. Where new names are few, fewer than `count` are found: no more than
    100 + TRIES · count are drawn.
    Raises DataError for a country or a letter of the prefix that the model does not know, CheckpointError
    for a model without the two readouts, or whose scores overflow.
    """
    place, begun = country_index(model, country), encode_prefix(model, prefix)
    rng = np.random.default_rng([seed, place])
    found: dict[str, str] = {}
    left = 100 + TRIES * count if temperature else 1  # at 0 all names are the same one
    while left and len(found) < count:
        drawn = min(left, BATCH, max(2 * (count - len(found)), 16))
        left -= drawn
        for name in draw(model, place, begun, drawn, temperature, rng, guidance=guidance):
            # A blank or hyphen with nothing behind it was to join a second name.
            if name == tidy(name) and not name.endswith(JOINTS) and not is_known(name, known):
                found.setdefault(split_key(name), normalise(name))
    return list(found.values())[:count]


def draw(
    model: Checkpoint,
    country: int,
    prefix: IntArray,
    count: int,
    temperature: float,
    rng: "np.random.Generator",
    max_letters: int = MAX_LETTERS,
    guidance: float = 1.0,
) -> list[str]:
    """Names by p(l | s, c)^(1/temperature), normalised at each step; some may be alike.

    The symbol with the largest log p + temperature · g is taken, g from Gumbel's distribution: its
    probabilities are those, and nothing is divided by the temperature, which may be 0 (Gumbel 1954).
    """
    states = read(model, prefix)
    begun = "".join(model.alphabet.symbols[k] for k in prefix[1:])
    names = [begun] * count
    going = np.arange(count)  # names that have not ended
    row = np.zeros(count, np.intp)  # the row of each of them: those that are alike have one
    for letters in range(max_letters + 1):
        log_p, after = next_symbols(
            model, states, country, allowed(model, letters, bool(begun), max_letters), guidance
        )
        V = log_p.shape[1]
        symbol = np.argmax(log_p[row] + temperature * rng.gumbel(size=(len(row), V)), axis=1)
        goes_on = symbol != END_INDEX
        going, row, symbol = going[goes_on], row[goes_on], symbol[goes_on]
        if not len(going):
            break
        for name, k in zip(going.tolist(), symbol.tolist(), strict=True):
            names[name] += model.alphabet.symbols[k]
        chosen, row = np.unique(row * V + symbol, return_inverse=True)
        states = [of_one.take(chosen) for of_one in after]
    return names


def next_symbols(
    model: Checkpoint, states: list[States], country: int, allowed: FloatArray, guidance: float = 1.0
) -> tuple[FloatArray, list[States]]:
    """log p(l | s, c) (n, V) of the symbols `allowed` (V,), -∞ of the others; and the states after each.

    The states after s l, of each network, are (n V, H): row s V + l. All candidates are read in one step.
    """
    n, V = len(states[0].h), len(allowed)
    origin, symbols = np.repeat(np.arange(n), V), np.tile(np.arange(V), n)
    after = [_advance(model, k, of_one, symbols, origin) for k, of_one in enumerate(states)]
    log_letter = log_softmax(_scores(model, states, "next_symbol"))
    log_country = log_softmax(_scores(model, after, "step_country"))[:, country].reshape(n, V)
    return bayes(log_letter, log_country, allowed, guidance), after


def bayes(
    log_letter: FloatArray, log_country: FloatArray, allowed: FloatArray, guidance: float = 1.0
) -> FloatArray:
    """log p(l | s, c) of log p(l | s) and log p(c | s l), all (n, V), over the symbols allowed."""
    return log_softmax(np.where(allowed, log_letter + guidance * log_country, -np.inf))


def log_softmax(z: FloatArray) -> FloatArray:
    """z - log Σ exp(z), over the last axis; of -∞ it is -∞."""
    z = z - z.max(axis=-1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))


def allowed(model: Checkpoint, letters: int, begun: bool, max_letters: int) -> FloatArray:
    """Which symbols may follow so many letters behind the prefix; `begun`: the prefix has some."""
    symbols = np.arange(len(model.alphabet))
    if letters == max_letters:
        return np.asarray(symbols == END_INDEX)
    ends = (symbols == END_INDEX) & (begun or letters > 0)
    return np.asarray(ends | (symbols > UNKNOWN_INDEX))


def read(model: Checkpoint, prefix: IntArray) -> list[States]:
    """The states of each network after the symbols of the prefix, the start symbol first, as one row."""
    H = model.network.hidden_size
    memory = H if CELLS[model.network.cell].memory else 0
    states = []
    for k, params in enumerate(model.members):
        dtype = params["forward.W"].dtype
        at = States(np.zeros((1, H), dtype), np.zeros((1, memory), dtype), np.array([-1]))
        for symbol in prefix:
            at = _advance(model, k, at, symbol[None], np.zeros(1, np.intp))
        states.append(at)
    return states


def _advance(model: Checkpoint, k: int, states: States, symbols: IntArray, origin: IntArray) -> States:
    network = model.network
    weights, _ = recurrence_of(model.members[k], network, "forward")
    read = paired(symbols, states.symbols[origin].astype(np.int64) * network.symbols + symbols, network)
    with np.errstate(all="ignore"):  # their scores are looked at
        h, c = advance(CELLS[network.cell], weights, read, states.h, states.c, origin)
        return States(h, c, symbols)


def _scores(model: Checkpoint, states: list[States], readout: str) -> FloatArray:
    """The mean of the networks' scores, in 64 bits. Raises CheckpointError where they overflow."""
    with np.errstate(all="ignore"):
        scores = [
            h @ params[f"forward.{readout}.W"] + params[f"forward.{readout}.b"]
            for params, (h, *_) in zip(model.members, states, strict=True)
        ]
        return checked(np.asarray(np.mean(scores, axis=0, dtype=float)))


def check_readouts(model: Checkpoint) -> None:
    """Raise CheckpointError if the model lacks one of the two readouts."""
    missing = [name for name in ("step_country", "next_symbol") if name not in model.network.readouts]
    if missing:
        raise CheckpointError(
            f"the model has no readout {' and no '.join(missing)}, and names are generated from both; "
            "train one with `rnn-names train --step-loss 0.3 --letter-loss 1`"
        )


def country_index(model: Checkpoint, country: str) -> int:
    """The place of the country, in whatever case and with or without its accents."""
    check_readouts(model)
    return NameClassifier(model).index(country)


def encode_prefix(model: Checkpoint, prefix: str) -> IntArray:
    """Start symbol and letters. A blank at its end counts: one word is done."""
    unknown = model.alphabet.unknown(prefix)
    if unknown:
        raise DataError(f"prefix: the model does not know {unknown!r}; give letters that its names have")
    symbols = model.alphabet.encode([prefix]).symbols[:-1]
    if len(symbols) > 1 and prefix[-1:].isspace() and " " in model.alphabet.letters:
        symbols = np.append(symbols, model.alphabet.symbols.index(" "))
    return symbols


def keys(examples: Iterable[Example]) -> set[str]:
    """What all spellings of these names share: for `generate`."""
    return {split_key(example.name) for example in examples}


def is_known(name: str, known: Collection[str]) -> bool:
    """Whether the name is one of those, or made of them, as some in training are."""
    if not known:
        return False
    return split_key(name) in known or all(
        split_key(part) in known for part in re.split("[ ,-]", name) if part
    )


class Writing(NamedTuple):
    """Where capitals stand in the names of a country, but at the beginnings of words."""

    small: Collection[str] = frozenset()  # words without one: van, de
    before: Collection[str] = frozenset()  # beginnings of words that one stands behind: mc, o'

    @classmethod
    def learn(cls, examples: Iterable[Example]) -> "Writing":
        """As in most of these names."""
        small = set()
        before = Counter[str]()
        for example in examples:
            for word in example.name.replace("-", " ").split():
                if word.islower():
                    small.add(word)
                if not word.isupper():
                    for k in range(1, min(len(word), 4)):
                        before[word[:k].lower()] += 1 if word[k].isupper() else -1
        return cls(small, {beginning for beginning, excess in before.items() if excess > 0})

    def capitalise(self, name: str) -> str:
        """A name of small letters as people of the country write it."""
        return re.sub(r"[^ -]+", lambda match: self._word(match[0]), name)

    def _word(self, word: str) -> str:
        if word in self.small:
            return word
        return "".join(c.title() if k == 0 or word[:k] in self.before else c for k, c in enumerate(word))
