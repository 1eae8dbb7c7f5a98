"""Do generated names sound like their country? Two judges that had no part in generating them say so.

    python -m tests.benchmarks.generation MODEL [--names N]

MODEL learned the bundled surnames: `rnn-names train -o MODEL` makes it. For each temperature and guidance N
names are drawn for each of its countries, and the same number from an n-gram model of each country's own
training names. Printed are, as means over the countries:

    distinct   the share of the names drawn that are different
    new        the share that stands in no list of the data, in any spelling, nor is made of two that do
    length     letters of the new ones
    loss       of a symbol of them under their country's n-gram model, in nats: how odd the names are
    regression, network
               the share of the new, different ones that a judge gives to the country asked for; beside it
               the same for real names of the test part, which no model here has seen

The judges: TF-IDF of character n-grams with a logistic regression (`accuracy.py`), and a smaller network
trained on the same part from another seed, both as if all countries were alike beforehand. The n-gram
models' order and smoothing are those with the smallest loss on the validation part. Training the judges
takes some minutes. Needs the extra `bench`.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from rnn_names import NameClassifier
from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import bundled_surnames
from rnn_names.insight.generation import draw, encode_prefix, is_known, keys
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import normalise, split_key
from rnn_names.network.config import NetworkConfig
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import Prepared, prepare
from tests.benchmarks.accuracy import predictor, train

TEMPERATURES = (0.8, 0.6, 0.5)
GUIDANCES = (1.0, 1.5, 2.0, 3.0)
ORDERS, SMOOTHINGS = (1, 2, 3, 4, 5), (0.5, 1.0, 2.0, 4.0)
JUDGE: dict[str, Any] = {"hidden_size": 96, "cell": "gru", "bidirectional": True, "pooling": True}
JUDGE_EPOCHS, JUDGE_SEED = 8, 2
C = 10.0  # of the regression: what `accuracy.py` chooses

Judge = Callable[[list[Example]], FloatArray]


class NGrams:
    """p(letter | the `order` before it), interpolated with shorter contexts as Witten and Bell do.

    p_k = (n(context, letter) + s d p_{k-1}) / (n(context) + s d) for d different letters after the context;
    s = 1 is theirs. p_{-1} is uniform.
    """

    def __init__(self, names: Sequence[str], order: int, smoothing: float, letters: str) -> None:
        self.order, self.smoothing, self.letters = order, smoothing, letters + "\n"
        self.index = {letter: k for k, letter in enumerate(self.letters)}
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for name in names:
            text = "\r" + name + "\n"
            for at in range(1, len(text)):
                for k in range(min(order, at) + 1):
                    counts[text[at - k : at]][text[at]] += 1
        self.counts = dict(counts)

    def following(self, text: str) -> FloatArray:
        """p of each letter, the end the last of them."""
        p = np.full(len(self.letters), 1 / len(self.letters))
        for k in range(min(self.order, len(text)) + 1):
            found = self.counts.get(text[len(text) - k :])
            if not found:
                break
            weight = self.smoothing * len(found)
            p *= weight
            for letter, n in found.items():
                p[self.index[letter]] += n
            p /= weight + found.total()
        return p

    def loss(self, names: Sequence[str]) -> float:
        """Mean of -log p of a symbol."""
        losses = []
        for name in names:
            text = "\r" + name + "\n"
            losses += [
                -np.log(self.following(text[:at])[self.index[text[at]]])
                for at in range(1, len(text))
                if text[at] in self.index
            ]
        return float(np.mean(losses))

    def draw(self, count: int, temperature: float, rng: np.random.Generator) -> list[str]:
        """Names by p^(1/temperature), normalised at each step."""
        names = []
        for _ in range(count):
            text = "\r"
            while len(text) < 41 and not text.endswith("\n"):
                p = self.following(text)
                p[-1] *= len(text) > 1
                p = p ** (1 / temperature)
                text += self.letters[rng.choice(len(p), p=p / p.sum())]
            names.append(text.strip("\r\n"))
        return names


def tuned_ngrams(data: Prepared) -> list[NGrams]:
    """One model for each country, all of the order and smoothing that do best on the validation part."""
    lists: dict[str, dict[str, list[str]]] = {"train": defaultdict(list), "val": defaultdict(list)}
    for part, names in lists.items():
        for example in getattr(data.parts, part):
            names[example.country].append(normalise(example.name))

    def models(order: int, smoothing: float) -> list[NGrams]:
        return [NGrams(lists["train"][c], order, smoothing, data.alphabet.letters) for c in data.countries]

    def loss(setting: tuple[int, float]) -> float:
        return float(
            np.mean(
                [
                    model.loss(lists["val"][c][:100])
                    for model, c in zip(models(*setting), data.countries, strict=True)
                    if lists["val"][c]
                ]
            )
        )

    losses = {setting: loss(setting) for setting in product(ORDERS, SMOOTHINGS)}
    best = min(losses, key=losses.__getitem__)
    print(f"n-grams: order {best[0]}, smoothing {best[1]:g}: {losses[best]:.3f} nats a symbol", flush=True)
    return models(*best)


def network_judge(data: Prepared, config: TrainConfig) -> Judge:
    """A smaller network of another seed, on the same training part."""
    config = replace(config, networks=1, epochs=JUDGE_EPOCHS, seed=JUDGE_SEED)
    network = NetworkConfig(
        len(data.alphabet), len(data.countries), readouts=config.objective.readouts, **JUDGE
    )
    reports = [r for r in fit(data, network, config) if isinstance(r, EpochReport) and r.members]
    best = reports[-1]
    assert best.members is not None
    bundled = NameClassifier.load().model
    y = country_indices(data.parts.train, data.countries)
    model = replace(
        bundled,
        network=network,
        training=config,
        alphabet=data.alphabet,
        countries=data.countries,
        members=best.members,
        counts=tuple(np.bincount(y, minlength=len(data.countries)).tolist()),
        temperature=best.temperature,
    )
    classifier = NameClassifier(model, "uniform")
    return lambda examples: classifier.predict_proba([example.name for example in examples])


def rate(judge: Judge, examples: list[Example], countries: tuple[str, ...]) -> float:
    """The mean over the countries of the share of their names that the judge gives to them."""
    y = country_indices(examples, countries)
    right = judge(examples).argmax(axis=1) == y
    return float(np.mean([right[y == c].mean() for c in np.unique(y)]))


def measure(
    label: str,
    drawn: list[list[str]],
    known: set[str],
    judges: list[Judge],
    ngrams: list[NGrams],
    countries: tuple[str, ...],
) -> str:
    """A row of the table for the names drawn for each country."""
    new: list[Example] = []
    distinct, novel = [], []
    for country, names in zip(countries, drawn, strict=True):
        fresh = [name for name in map(normalise, names) if name and not is_known(name, known)]
        distinct.append(len(set(map(split_key, names))) / len(names))
        novel.append(len(fresh) / len(names))
        new += [Example(name, country) for name in sorted(set(fresh))]
    rates = " | ".join(f"{rate(judge, new, countries):.3f}" for judge in judges)
    length = np.mean([len(example.name) for example in new])
    loss = oddness(ngrams, new, countries)
    shares = f"{np.mean(distinct):.3f} | {np.mean(novel):.3f}"
    return f"| {label} | {shares} | {length:.1f} | {loss:.2f} | {rates} |"


def oddness(ngrams: list[NGrams], examples: list[Example], countries: tuple[str, ...]) -> float:
    """The mean over the countries of their n-gram model's loss."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for example in examples:
        names[example.country].append(normalise(example.name))
    losses = (grams.loss(names[c]) for grams, c in zip(ngrams, countries, strict=True) if names[c])
    return float(np.mean(list(losses)))


def network_names(model: Checkpoint, count: int, temperature: float, guidance: float) -> list[list[str]]:
    """Names for each country, drawn 64 at a time."""
    begun = encode_prefix(model, "")
    found = []
    for country in range(len(model.countries)):
        rng = np.random.default_rng([1, country])
        sizes = [min(64, count - at) for at in range(0, count, 64)]
        found.append(
            [
                name
                for size in sizes
                for name in draw(model, country, begun, size, temperature, rng, guidance=guidance)
            ]
        )
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path, help="a model of the bundled surnames, from `rnn-names train`")
    parser.add_argument("--names", type=int, default=32, help="names drawn for each country")
    arguments = parser.parse_args()
    count = arguments.names

    model = NameClassifier.load(arguments.model).model
    data = prepare(read_examples(bundled_surnames()), model.training)
    assert data.countries == model.countries
    countries, known = data.countries, keys(example for part in data.parts for example in part)
    ngrams = tuned_ngrams(data)
    regression = predictor(train(data.parts.train, countries, C, "balanced"), countries)
    judges: list[Judge] = [
        lambda examples: regression([example.name for example in examples]),
        network_judge(data, model.training),
    ]

    print("| names | distinct | new | length | loss | regression | network |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    real = data.parts.test
    rates = " | ".join(f"{rate(judge, real, countries):.3f}" for judge in judges)
    length = np.mean([len(example.name) for example in real])
    loss = oddness(ngrams, real, countries)
    print(f"| real, test part | | | {length:.1f} | {loss:.2f} | {rates} |", flush=True)
    for temperature in TEMPERATURES:
        for guidance in GUIDANCES:
            label = f"network, guidance {guidance:g}, temperature {temperature:g}"
            names = network_names(model, count, temperature, guidance)
            print(measure(label, names, known, judges, ngrams, countries), flush=True)
        rng = np.random.default_rng(1)
        names = [grams.draw(count, temperature, rng) for grams in ngrams]
        print(
            measure(f"n-grams, temperature {temperature:g}", names, known, judges, ngrams, countries),
            flush=True,
        )


if __name__ == "__main__":
    main()
