"""Labels of one's own from few rows: from nothing, from the bundled model, and from n-grams.

    python -m tests.benchmarks.few RESULTS.jsonl [--data DATA] [--lists PATH...] [--draw FILE.svg]

The sets: the labels of DATA (a table, or a folder of lists), and three whose labels are no countries, made
of data/: the region of a name in Latin letters, the letters that it comes from, and whether it is a given
or a family name. A seed puts the rows of a set in order, and the first so many of them are learned.

The bundled model has read many of these names with their countries. So a name is scored only if it stands
in none of the lists that the model learned from, alone or as a word of another name, under any spelling,
and not among the rows either. Two of these lists are not in git: see data/people.py and data/compose.py,
and give them as --lists data/people/people.tsv data/people/world. What is left differs from the set in how
often it has each label. It is weighted so that the labels count as in the set.

The n-grams are TF-IDF of characters with logistic regression. Five-fold cross-validation on the rows
chooses their length and C, by NLL, and fits a temperature, as the networks have one. NLL is of the names
whose label is among the rows. The tables have means over the seeds, with their standard errors.

Each score is a line of RESULTS.jsonl as soon as it is there; a further run adds those that are missing.
Needs the extra `bench`.
"""

import argparse
import csv
import gzip
import json
import math
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.bundled import BUNDLED_MODEL, bundled_given_names, bundled_surnames, bundled_test
from rnn_names.model.calibration import fit_temperature
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.alphabet import script
from rnn_names.names.countries import country_named
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.source import STDIN
from rnn_names.names.spelling import normalise, split_key
from rnn_names.names.split import unique
from rnn_names.network.layers import softmax
from rnn_names.show import svg
from rnn_names.show.charts import line_chart
from rnn_names.training.run import Job, Training

DATA = bundled_test().parent.parent
NATIVE = [DATA / "native" / f"{kind}.tsv" for kind in ("family", "given")]
WORLD = [DATA / "world" / name for name in ("players.tsv.gz", "politicians.tsv.gz", "common.tsv")]
LEARNED = [bundled_surnames(), bundled_given_names(), *NATIVE, *WORLD]  # in git, by the bundled model
FAMILY_FIRST = ("Eastern Asia", "South-eastern Asia")  # regions in which the family name may stand first

NOTHING, BUNDLED, NGRAMS = "from nothing", "from bundled", "n-grams"
LENGTHS, CS, FOLDS = (3, 4, 5), (1.0, 3.0, 10.0, 30.0, 100.0), 5
LEAST = 1e-12  # probability that NLL is taken of


Answer = tuple[Sequence[str], FloatArray]  # labels, and the probabilities of them (n, C)
key = cache(split_key)  # words come again and again


class Scored(NamedTuple):
    """Names to score, the label of each, and how much each counts; the sum is 1."""

    names: list[str]
    labels: list[str]
    weights: FloatArray


# The sets


def latin(name: str) -> bool:
    """Whether every letter is of Latin script."""
    return all(script(c) == "LATIN" for c in name if c.isalpha())


def regions(people: Iterable[Example]) -> list[Example]:
    """Names in Latin letters with the region of their country."""
    return [Example(e.name, country_named(e.country).region) for e in people if latin(e.name)]


def origins(people: Iterable[Example], native: Iterable[Example]) -> list[Example]:
    """Names in Latin letters with the script that more than half of their country's own letters are of."""
    letters: dict[str, Counter[str]] = defaultdict(Counter)
    for name, country, _ in native:
        letters[country].update(map(script, filter(str.isalpha, name)))
    first = {country: found.most_common(1)[0] for country, found in letters.items()}
    written = {country: name for country, (name, n) in first.items() if n > letters[country].total() / 2}
    return [Example(e.name, written[e.country]) for e in people if e.country in written and latin(e.name)]


def kinds(given: Iterable[str], family: Iterable[str], people: Iterable[Example]) -> list[Example]:
    """Given and family names: those of lists, and the two words of people whose given name is the first."""
    found = {"given name": list(given), "family name": list(family)}
    for name, country, _ in people:
        words = name.split()
        if len(words) == 2 and latin(name) and country_named(country).region not in FAMILY_FIRST:
            for kind, word in zip(found, words, strict=True):
                found[kind].append(word)
    return [Example(name, kind) for kind, names in found.items() for name in names]


def full_names(path: Path) -> list[Example]:
    """The full names of data/test."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Example(row["name"], row["country"]) for row in rows if row["kind"] == "full"]


def sets(data: Path | None) -> dict[str, list[Example]]:
    """Every set by its name: unique examples, sorted."""
    test = full_names(bundled_test())
    people = [*test, *(e for path in WORLD[:2] for e in read_examples(path))]
    native = [e for path in NATIVE for e in read_examples(path)]
    given, family = (
        [e.name for e in read_examples(folder)] for folder in (bundled_given_names(), bundled_surnames())
    )
    found = {
        **({data.stem: read_examples(data)} if data else {}),
        "region": regions(people),
        "letters": origins(people, native),
        "given or family": kinds(given, family, test),
    }
    return {name: unique(examples) for name, examples in found.items()}


# What is learned, and what is scored


def cut(examples: Sequence[Example], rows: int, seed: int) -> list[Example]:
    """The first rows in the order of a seed: fewer rows are the first ones of more."""
    order = list(examples)
    random.Random(seed).shuffle(order)
    return order[:rows]


def keys_of(name: str) -> set[str]:
    """The keys of a name, and of each of its words."""
    return {key(part) for part in (name, *name.split())}


def known_keys(lists: Iterable[Path], asked: set[str]) -> set[str]:
    """Which keys are those of a name in the lists, or of a word of one."""
    known: set[str] = set()
    for path in lists:
        for example in read_examples(path):
            known |= keys_of(example.name) & asked
    return known


def unseen(examples: Sequence[Example], learned: Sequence[Example], known: set[str]) -> Scored:
    """The examples whose key is neither known nor a learned one's; the labels count as in the examples."""
    known = known.union(*(keys_of(e.name) for e in learned))
    kept = [e for e in examples if key(e.name) not in known]
    whole, left = Counter(e.country for e in examples), Counter(e.country for e in kept)
    weights = np.array([whole[e.country] / left[e.country] for e in kept])
    return Scored([e.name for e in kept], [e.country for e in kept], weights / weights.sum())


# The ways


def network(base: Path | None, learned: list[Example], seed: int, scored: list[str]) -> Answer:
    """The answer of a training by the defaults, without a test part."""
    recipe = {"seed": seed, "workers": 1, "test_split": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        job = Job(Path(STDIN), Path(folder, "model.npz"), recipe, base=base)
        training = Training(job, examples=learned)
        for _ in training.run():
            pass
    assert training.best is not None
    classifier = NameClassifier(training.best)
    return classifier.countries, classifier.predict_proba(scored)


def ngrams(learned: list[Example], seed: int, scored: list[str]) -> Answer:
    """The answer of the regression that cross-validation chooses."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    labels = tuple(sorted({e.country for e in learned}))
    texts = np.array([f" {normalise(e.name)} " for e in learned], object)
    y = np.array([labels.index(e.country) for e in learned])

    def scores(length: int, Cs: Sequence[float], train: IntArray, asked: Iterable[str]) -> list[FloatArray]:
        """The log-probabilities of the asked texts by each C; a label that is not learned has a low one."""
        vectors = TfidfVectorizer(
            analyzer="char", ngram_range=(1, length), sublinear_tf=True, dtype=np.float32
        )
        x, of_asked = vectors.fit_transform(texts[train]), vectors.transform(asked)
        # From each C to the next one, larger, it is a short way.
        model = LogisticRegression(max_iter=300, tol=1e-3, warm_start=True)
        found = []
        for C in Cs:
            model.set_params(C=C).fit(x, y[train])
            z = np.full((of_asked.shape[0], len(labels)), math.log(LEAST))
            z[:, model.classes_] = np.log(np.maximum(model.predict_proba(of_asked), LEAST))
            found.append(z)
        return found

    fold = np.random.default_rng(seed).permutation(len(y)) % FOLDS
    held_out: dict[tuple[int, float], FloatArray] = {}
    for length in LENGTHS:
        for C in CS:
            held_out[length, C] = np.empty((len(y), len(labels)))
        for k in range(FOLDS):
            of_fold = np.flatnonzero(fold == k)
            for C, z in zip(CS, scores(length, CS, np.flatnonzero(fold != k), texts[of_fold]), strict=True):
                held_out[length, C][of_fold] = z
    # Names whose label stands in no other fold say nothing.
    possible = held_out[LENGTHS[0], CS[0]][np.arange(len(y)), y] > math.log(LEAST)

    def nll(z: FloatArray) -> float:
        return float(-z[np.arange(len(y)), y][possible].mean())

    length, C = min(held_out, key=lambda chosen: nll(held_out[chosen]))
    alike = np.ones(len(labels))
    temperature = fit_temperature(held_out[length, C][possible], y[possible], alike, alike)
    (z,) = scores(length, [C], np.arange(len(y)), [f" {normalise(name)} " for name in scored])
    return labels, softmax(z / temperature)


WAYS: dict[str, Callable[[list[Example], int, list[str]], Answer]] = {
    NOTHING: partial(network, None),
    BUNDLED: partial(network, BUNDLED_MODEL),
    NGRAMS: ngrams,
}


def score(labels: Sequence[str], p: FloatArray, scored: Scored) -> dict[str, float]:
    """Accuracy, and NLL of the names of known labels."""
    place = {label: k for k, label in enumerate(labels)}
    truth = np.array([place.get(label, -1) for label in scored.labels])
    known = truth >= 0
    right = p.argmax(axis=1) == truth
    nll = -np.log(np.maximum(p[known, truth[known]].astype(float), LEAST))
    return {
        "accuracy": float(scored.weights @ right),
        "nll": float(scored.weights[known] @ nll / scored.weights[known].sum()),
    }


# The tables


def mean(values: Sequence[float], digits: int) -> str:
    """Mean and standard error."""
    error = np.std(values, ddof=1) / len(values) ** 0.5 if len(values) > 1 else math.nan
    return f"{np.mean(values):.{digits}f} ± {error:.{digits}f}"


def grouped(results: Iterable[dict[str, Any]]) -> dict[tuple[str, int], dict[int, dict[str, Any]]]:
    """The scores of each set and number of rows, by seed and way; seeds that lack a way are left out."""
    found: dict[tuple[str, int], dict[int, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for one in results:
        found[one["set"], one["rows"]][one["seed"]][one["way"]] = one
    whole = {
        key: {seed: ways for seed, ways in sorted(seeds.items()) if ways.keys() >= WAYS.keys()}
        for key, seeds in found.items()
    }
    return {key: seeds for key, seeds in whole.items() if seeds}


def tables(results: Iterable[dict[str, Any]]) -> str:
    """The scores of each way, and what starting from the bundled model gains on the others, as Markdown."""
    of_ways = [f"{way}, {figure}" for way in WAYS for figure in ("accuracy", "NLL")]
    gains = [f"{figure} to {way}" for way in (NOTHING, NGRAMS) for figure in ("accuracy", "NLL")]
    head = ("set", "rows", "seeds", "scored")
    first, second = ([[*head, *of_ways]], [[*head[:2], *gains]])
    for (name, rows), seeds in grouped(results).items():

        def of(way: str, figure: str, seeds: dict[int, dict[str, Any]] = seeds) -> list[float]:
            return [ways[way][figure] for ways in seeds.values()]

        scored = f"{np.mean(of(BUNDLED, 'scored')):,.0f}"
        figures = [mean(of(way, key), 3) for way in WAYS for key in ("accuracy", "nll")]
        first.append([name, f"{rows:,}", str(len(seeds)), scored, *figures])
        paired = [
            mean([b - a for a, b in zip(of(way, key), of(BUNDLED, key), strict=True)], 3)
            for way in (NOTHING, NGRAMS)
            for key in ("accuracy", "nll")
        ]
        second.append([name, f"{rows:,}", *paired])
    return "\n".join(markdown(lines) for lines in (first, second))


def markdown(lines: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(lines[0]) - 1)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (lines[0], rule, *lines[1:]))


def draw(results: Iterable[dict[str, Any]], path: Path) -> None:
    """The learning curves: a chart of the accuracy for each set."""
    charts: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for (name, rows), seeds in sorted(grouped(results).items()):
        series = charts.setdefault(name, {way: [] for way in WAYS})
        for way, points in series.items():
            points.append((math.log10(rows), np.mean([ways[way]["accuracy"] for ways in seeds.values()])))
    panels = [
        line_chart(series, name, "rows, as a power of ten", "accuracy") for name, series in charts.items()
    ]
    svg.write(path, svg.grid(panels, 2), "Accuracy by the number of rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("results", type=Path, metavar="RESULTS.jsonl")
    parser.add_argument("--data", type=Path, help="names with labels, a set of its own")
    parser.add_argument(
        "--lists", type=Path, nargs="+", default=[], help="what the model learned beside data/"
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[300, 1_000, 3_000])
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--only", default="", help="sets with this in their name")
    parser.add_argument("--draw", type=Path, metavar="FILE.svg", help="the learning curves")
    arguments = parser.parse_args()
    results = []
    if arguments.results.exists():
        lines = arguments.results.read_text(encoding="utf-8").splitlines()
        results = [json.loads(line) for line in lines]
    measure(arguments, results)
    print(tables(results))
    if arguments.draw:
        draw(results, arguments.draw)


def measure(arguments: argparse.Namespace, results: list[dict[str, Any]]) -> None:
    """Add the scores that are missing, to the results and to their file."""
    done = {(one["set"], one["rows"], one["seed"], one["way"]) for one in results}
    every = {name: e for name, e in sets(arguments.data).items() if arguments.only in name}
    wanted = [
        (name, rows, seed, way)
        for rows in arguments.rows
        for seed in range(1, arguments.seeds + 1)
        for name in every
        for way in WAYS
    ]
    if done.issuperset(wanted):
        return
    asked = {key(e.name) for examples in every.values() for e in examples}
    known = known_keys([*LEARNED, *arguments.lists], asked)
    for name, examples in every.items():
        new = sum(key(e.name) not in known for e in examples)
        print(f"{name}: {len(examples):,} names, {new:,} of them in no list", flush=True)
    for name, rows, seed, way in wanted:
        if (name, rows, seed, way) in done:
            continue
        began = time.perf_counter()
        learned = cut(every[name], rows, seed)
        scored = unseen(every[name], learned, known)
        figures = score(*WAYS[way](learned, seed, scored.names), scored)
        one: dict[str, Any] = {"set": name, "rows": rows, "seed": seed, "way": way, **figures}
        one |= {"scored": len(scored.names), "seconds": round(time.perf_counter() - began, 1)}
        results.append(one)
        with arguments.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(one) + "\n")


if __name__ == "__main__":
    main()
