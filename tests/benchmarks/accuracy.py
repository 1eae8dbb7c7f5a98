"""The bar: TF-IDF of character 1–5-grams and a logistic regression, beside a model of ours.

    python -m tests.benchmarks.accuracy [--model FILE] [--data PATH] [--languages PATH] [--people FILE]

All models see the same training names. The regression's C is chosen on the validation part by NLL; with
`balanced` its classes count alike. All are scored on the same test part, and, for a model of the bundled
surnames, on its names with given names that were kept for the test, and on names of another source that
stand nowhere in these:

    --languages   a folder of <Language>.txt files of surnames, such as that of the PyTorch tutorial on
                  classifying names
    --people      a table of full names with the columns name and country (a nationality), such as
                  name2nat's: at most 800 people a country, each of another last word, drawn with a fixed
                  seed; by their last word, their full name, and their last word in front

Nationality, language and country are not the same: these tables are a proxy. Needs the extra `bench`.
"""

import argparse
import html
import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from rnn_names import NameClassifier
from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import bundled_given_names, bundled_surnames
from rnn_names.model.calibration import PRIORS
from rnn_names.model.metrics import Metrics, evaluate
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import normalise, split_key
from rnn_names.names.split import split, unique

GRID = (3.0, 10.0, 30.0)
PER_COUNTRY, FEWEST = 800, 30  # last words of --people, at most and at least

LANGUAGES = {
    "Chinese": "China", "Czech": "Czechia", "Dutch": "Netherlands", "English": "United Kingdom",
    "French": "France", "German": "Germany", "Greek": "Greece", "Irish": "Ireland", "Italian": "Italy",
    "Japanese": "Japan", "Korean": "South Korea", "Polish": "Poland", "Portuguese": "Portugal",
    "Russian": "Russia", "Scottish": "United Kingdom", "Spanish": "Spain", "Vietnamese": "Vietnam",
}  # fmt: skip
# Chinese, Korean and Vietnamese are left out: there the last word is a given name.
NATIONALITIES = {
    "Algerian": "Algeria", "Armenian": "Armenia", "Azerbaijani": "Azerbaijan", "Basque": "Spain",
    "British": "United Kingdom", "Bulgarian": "Bulgaria", "Catalan": "Spain", "Czech": "Czechia",
    "Dane": "Denmark", "Dutch": "Netherlands", "English": "United Kingdom", "Estonian": "Estonia",
    "Finn": "Finland", "French": "France", "Georgian": "Georgia", "German": "Germany",
    "Ghanaian": "Ghana", "Greek": "Greece", "Hungarian": "Hungary", "Indian": "India",
    "Indonesian": "Indonesia", "Irish": "Ireland", "Italian": "Italy", "Japanese": "Japan",
    "Kazakh": "Kazakhstan", "Latvian": "Latvia", "Macedonian": "North Macedonia", "Nigerian": "Nigeria",
    "Norwegian": "Norway", "Portuguese": "Portugal", "Romanian": "Romania", "Russian": "Russia",
    "Senegalese": "Senegal", "Serb": "Serbia", "Slovak": "Slovakia", "Slovene": "Slovenia",
    "Turk": "Türkiye", "Ukrainian": "Ukraine", "Uzbek": "Uzbekistan", "Welsh": "United Kingdom",
}  # fmt: skip

Probabilities = Callable[[list[Example]], FloatArray]


def texts(examples: Iterable[Example]) -> list[str]:
    """The names with a blank on either side, so that n-grams know where a name begins and ends."""
    return [f" {normalise(example.name)} " for example in examples]


def train(
    examples: list[Example], countries: tuple[str, ...], C: float, class_weight: str | None = None
) -> Pipeline:
    """The regression with inverse regularisation C."""
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 5), sublinear_tf=True, dtype=np.float32),
        LogisticRegression(C=C, max_iter=300, class_weight=class_weight),
    )
    return pipeline.fit(texts(examples), country_indices(examples, countries))


def predictor(pipeline: Pipeline, countries: tuple[str, ...]) -> Probabilities:
    """Its probabilities of all countries; those without a training name get 0."""

    def predict(examples: list[Example]) -> FloatArray:
        p = np.zeros((len(examples), len(countries)))
        p[:, pipeline.classes_] = pipeline.predict_proba(texts(examples))
        return p

    return predict


def new_names(examples: Iterable[Example], known: set[str]) -> list[Example]:
    """Those of which no spelling is known."""
    return unique(example for example in examples if split_key(example.name) not in known)


def languages(path: Path, known: set[str]) -> list[Example]:
    """The new names of a folder of surnames by language."""
    examples = (
        Example(name, LANGUAGES[label]) for name, label, _ in read_examples(path) if label in LANGUAGES
    )
    return new_names((example for example in examples if "Page" not in example.name), known)


def people(path: Path, known: set[str]) -> list[tuple[str, Example]]:
    """People whose last word is new: their first words, and last word and country, PER_COUNTRY at most."""
    found: dict[str, dict[Example, str]] = {}
    for name, label, _ in read_examples(path):
        if country := NATIONALITIES.get(label):
            words = re.sub(r'\(.*?\)|"|,? (Jr|Sr|[IVX]+)\.?$', "", html.unescape(name)).split()
            last = words[-1].strip(",.'") if len(words) > 1 else ""
            if len(last) > 1 and last[0].isupper() and not re.search(r"\d", last):
                found.setdefault(country, {}).setdefault(Example(last, country), " ".join(words[:-1]))
    rng = random.Random(4)
    drawn: list[tuple[str, Example]] = []
    for _, firsts in sorted(found.items()):
        new = new_names(firsts, known)
        if len(new) >= FEWEST:
            chosen = rng.sample(new, min(PER_COUNTRY, len(new)))
            drawn += sorted((firsts[example], example) for example in chosen)
    return drawn


def composed(surnames: list[Example], given: list[Example], form: str) -> list[Example]:
    """Each surname with a given name of its country, drawn with a fixed seed; none where there is none."""
    first: dict[str, list[str]] = {}
    for name, country, _ in given:
        first.setdefault(country, []).append(name)
    rng = random.Random(5)
    return [
        Example(form.format(given=rng.choice(first[country]), name=name, NAME=name.upper()), country)
        for name, country, _ in surnames
        if country in first
    ]


def row(label: str, m: Metrics) -> str:
    """A line of a table."""
    return (
        f"{label:24} {m.accuracy:8.3f} {m.top3_accuracy:6.3f} {m.macro_f1:9.3f} "
        f"{m.balanced_accuracy:9.3f} {m.nll:6.3f} {m.ece:6.3f}"
    )


def main() -> None:
    """Print a table for each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, help="a model file (default: the bundled one)")
    parser.add_argument("--data", type=Path, default=bundled_surnames(), help="what it was trained on")
    parser.add_argument("--languages", type=Path)
    parser.add_argument("--people", type=Path)
    arguments = parser.parse_args()

    classifier = NameClassifier.load(arguments.model)
    countries, config = classifier.countries, classifier.model.training
    examples = unique(read_examples(arguments.data))
    parts = split(examples, config.val_split, config.test_split, config.seed)
    candidates = []
    for C in GRID:
        predict = predictor(train(parts.train, countries, C), countries)
        validation = evaluate(predict(parts.val), country_indices(parts.val, countries), countries)
        print(
            f"C {C:g}: validation accuracy {validation.accuracy:.3f}, NLL {validation.nll:.3f}", flush=True
        )
        candidates.append((validation.nll, C, predict))
    _, C, plain = min(candidates, key=lambda candidate: candidate[:2])
    models: dict[str, Probabilities] = {
        f"n-grams, C {C:g}": plain,
        "n-grams, balanced": predictor(train(parts.train, countries, C, "balanced"), countries),
    }
    for prior in PRIORS:
        model = NameClassifier(classifier.model, prior)
        models[f"rnn-names, prior {prior}"] = lambda part, model=model: model.predict_proba(  # type: ignore[misc]  # bound here
            [example.name for example in part]
        )

    known = {split_key(example.name) for example in examples}
    scored = {"validation part": parts.val, "test part": parts.test}
    if arguments.data == bundled_surnames():
        names = unique(read_examples(bundled_given_names()))
        given = split(names, config.val_split, config.test_split, config.seed).test
        for form in ("{given} {name}", "{NAME}, {given}"):
            scored[f"test part, {form}"] = composed(parts.test, given, form)
    if arguments.languages:
        scored["languages"] = languages(arguments.languages, known)
    if arguments.people:
        drawn = people(arguments.people, known)
        scored["people, last words"] = [last for _, last in drawn]
        scored["people, full names"] = [
            Example(f"{first} {last.name}", last.country) for first, last in drawn
        ]
        scored["people, LAST WORD, first words"] = [
            Example(f"{last.name.upper()}, {first}", last.country) for first, last in drawn
        ]
    for part, names in scored.items():
        print(f"\n{part}, {len(names):,} names")
        print(f"{'':24} accuracy  top-3  macro-F1  balanced    NLL    ECE")
        for label, predict in models.items():
            metrics = evaluate(predict(names), country_indices(names, countries), countries)
            print(row(label, metrics), flush=True)


if __name__ == "__main__":
    main()
