"""New names that sound like a country, drawn letter after letter."""

import re
from collections.abc import Collection, Iterable

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import CheckpointError, DataError
from rnn_names.insight.next_symbol import next_symbols, read
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.alphabet import Alphabet, script
from rnn_names.names.encoded import END_INDEX, UNKNOWN_INDEX
from rnn_names.names.example import Example
from rnn_names.names.spelling import normalise, split_key, tidy

TEMPERATURE = 0.5
GUIDANCE = 2.0
MAX_LETTERS = 40  # after the prefix: the longest bundled surname has 40
JOINTS = (" ", ",", "-")  # between the parts of a name
BATCH = 64  # names unrolled together: they have 64 V candidates for the next symbol
TRIES = 20  # names drawn for each requested name before new names count as exhausted


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
    """At most `count` names that sound like the country, as the network spells them, all different.

    `model` is the `model` of a classifier. The same seed gives the same names, with the same NumPy on the
    same kind of machine. At a low temperature, from 0 up, likely letters are chosen more often, at 0
    always. The higher the guidance, the more a letter has to tell this country from others; 1 is Bayes'
    rule. `known` are the keys (`keys`) of names that are not new. At most 100 + TRIES · count names
    are drawn, so fewer than `count` may be found. Raises DataError for a country or a letter of the prefix
    that the model does not know, and CheckpointError for a model without the two readouts, or whose scores
    overflow.
    """
    place, begun = country_index(model, country), encode_prefix(model, prefix)
    rng = np.random.default_rng([seed, place])
    found: dict[str, str] = {}
    left = 100 + TRIES * count if temperature else 1  # at 0 all names are the same
    while left and len(found) < count:
        drawn = min(left, BATCH, max(2 * (count - len(found)), 16))
        left -= drawn
        for name in draw(model, place, begun, drawn, temperature, rng, guidance=guidance):
            # A blank or hyphen at the end would have joined a second name.
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
    """Names by p(l | s, c)^(1/temperature), normalised at each step; names may repeat.

    The symbol with the largest log p + temperature · g is taken, with g from Gumbel's distribution (Gumbel
    1954). It has these probabilities, and nothing is divided by the temperature, which may be 0. A name
    stays in the script of its first letter.
    """
    scripts = writing_systems(model.alphabet)
    states = read(model, prefix)
    begun = "".join(model.alphabet.symbols[k] for k in prefix[1:])
    names = [begun] * count
    going = np.arange(count)  # the names that have not ended
    row = np.zeros(count, np.intp)  # the row of each; equal names share a row
    written_in = scripts[prefix].max(initial=0, keepdims=True)  # of each row; 0 before its first letter
    for letters in range(max_letters + 1):
        may = allowed(model, letters, bool(begun), max_letters)
        may = may & ((scripts == 0) | (written_in[:, None] == 0) | (scripts == written_in[:, None]))
        log_p, after = next_symbols(model, states, country, may, guidance)
        V = log_p.shape[1]
        symbol = np.argmax(log_p[row] + temperature * rng.gumbel(size=(len(row), V)), axis=1)
        goes_on = symbol != END_INDEX
        going, row, symbol = going[goes_on], row[goes_on], symbol[goes_on]
        if not len(going):
            break
        for name, k in zip(going.tolist(), symbol.tolist(), strict=True):
            names[name] += model.alphabet.symbols[k]
        chosen, row = np.unique(row * V + symbol, return_inverse=True)
        written_in = np.maximum(written_in[chosen // V], scripts[chosen % V])
        states = [of_one.take(chosen) for of_one in after]
    return names


def writing_systems(alphabet: Alphabet) -> IntArray:
    """(V,): the number of each letter's script, from 1; 0 for others. Han and Kana are one script."""
    names = [script(symbol) for symbol in alphabet.symbols]
    names = ["CJK" if name in ("HIRAGANA", "KATAKANA") else name for name in names]
    numbers = {name: number for number, name in enumerate(sorted({*names, ""}))}
    return np.array([numbers[name] for name in names])


def allowed(model: Checkpoint, letters: int, begun: bool, max_letters: int) -> FloatArray:
    """The symbols that may follow this many letters after the prefix; `begun`: the prefix has letters."""
    symbols = np.arange(len(model.alphabet))
    if letters == max_letters:
        return np.asarray(symbols == END_INDEX)
    ends = (symbols == END_INDEX) & (begun or letters > 0)
    return np.asarray(ends | (symbols > UNKNOWN_INDEX + len(model.alphabet.scripts)))


def check_readouts(model: Checkpoint) -> None:
    """Raise CheckpointError if the model lacks either readout."""
    missing = [name for name in ("step_country", "next_symbol") if name not in model.network.readouts]
    if missing:
        raise CheckpointError(
            f"the model has no readout {' and no '.join(missing)}, and names are generated from both; "
            "train one with `rnn-names train --step-loss 0.3 --letter-loss 1`"
        )


def country_index(model: Checkpoint, country: str) -> int:
    """The index of the country, ignoring case and accents."""
    check_readouts(model)
    return NameClassifier(model).index(country)


def encode_prefix(model: Checkpoint, prefix: str) -> IntArray:
    """The start symbol and the letters. A blank at the end counts: it ends a word."""
    unknown = model.alphabet.unknown(prefix)
    if unknown:
        raise DataError(f"prefix: the model does not know {unknown!r}; give letters of its training names")
    symbols = model.alphabet.encode([prefix]).symbols[:-1]
    if len(symbols) > 1 and prefix[-1:].isspace() and " " in model.alphabet.letters:
        symbols = np.append(symbols, model.alphabet.symbols.index(" "))
    return symbols


def keys(examples: Iterable[Example]) -> set[str]:
    """The keys that all spellings of these names share, for `generate`."""
    return {split_key(example.name) for example in examples}


def is_known(name: str, known: Collection[str]) -> bool:
    """Whether the name is known, or joins known names, as some names in training do."""
    if not known:
        return False
    return split_key(name) in known or all(
        split_key(part) in known for part in re.split("[ ,-]", name) if part
    )
