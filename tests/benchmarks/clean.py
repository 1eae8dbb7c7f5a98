"""How much the dirt of lists costs: python -m tests.benchmarks.clean [FILE] [--rows 2000] [--seed 1]

People of FILE, a table with the columns name and country (by default data/test), get what stands beside
names in lists: titles, degrees, nicknames, roles, addresses, another order. The tables stand here, apart
from those of the package. *Known* dirt is of forms that the package is made for, *lossy* dirt takes letters
away for good, *unknown* dirt is what no table has. Each line compares the same people, clean and dirty: the
share of right answers, and how often the name is found in the dirty text.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rnn_names.base.bundled import bundled_test
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.cleaning import clean
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import fold, normalise


class Form(NamedTuple):
    """Ways to write a person, and words of which each takes one."""

    ways: Sequence[str]
    words: Sequence[str] = ("",)
    more: Sequence[str] = ("",)


TITLES = [
    "Dr.", "Mr", "Mrs.", "Ms", "Prof. Dr.", "Sir", "Herr", "Frau", "Herrn Dr.", "Sra.", "Sr.", "Mme",
    "Mlle", "Shri", "Smt.", "Sayın", "mgr inż.", "Ing.", "Hon.", "Rev.", "Lt. Col.", "Capt.", "Dott.",
    "Dhr.", "Pani", "MUDr.", "Datuk", "Bpk.", "Engr.", "Rev. Fr.", "Miss", "Drs.", "Univ.-Prof.", "Lic.",
    "Haji",
]  # fmt: skip
DEGREES = [
    ", PhD", ", Ph.D.", " PhD", " MD", ", M.D.", " Jr.", ", Jr.", " III", ", MBA", ", B.Sc., M.Sc.",
    " OBE", ", CPA", ", Esq.", " MSc",
]  # fmt: skip
NICKNAMES = ["Bob", "Kit", "Beppo", "Coco", "Tiny", "Ace"]
ROLES = ["Manager", "CEO", "Sales", "HR", "Buchhaltung", "ext.", "contractor", "Madrid"]
OTHER_TITLES = [
    "Kapellmeister", "Uncle", "Coach", "Hochwürden", "Kanonikus", "Stud.-Ass.", "Mestre", "Prezes",
    "Sołtys", "Comrade", "Hafiz", "Sardar", "Chevalier", "Ritter", "Cand.theol.", "OStR", "Kriminalrat",
    "Pfarrer", "Domherr", "Starosta", "Compañero", "Kapt.", "Nawab", "Univ.-Lekt.",
]  # fmt: skip
OTHER_ENDS = [
    " - Sales", ", LEED AP", ", Head of IT", " / Vertrieb", " #2231", " c/o Smith", " ext 12", ", Berlin",
    " & Partner", "; Zürich", ", XRTB",
]  # fmt: skip

KNOWN = {
    "title": Form(["{word} {given} {family}"], TITLES),
    "degree": Form(["{given} {family}{word}"], DEGREES),
    "title and degree": Form(["{word} {given} {family}{more}"], TITLES, DEGREES),
    "comma": Form(["{family}, {given}", "{family},{given}"]),
    "capitals": Form(["{GIVEN} {FAMILY}", "{FAMILY} {given}", "{FAMILY}, {GIVEN}"]),
    "nickname": Form(
        ['{given} "{word}" {family}', "{given} “{word}” {family}", "{given} '{word}' {family}",
         "{given} ({word}) {family}"],
        NICKNAMES,
    ),
    "role": Form(
        ["{given} {family} ({word})", "{given} {family} [{word}]", "{given} {family} | {word}"], ROLES
    ),
    "with an address": Form(
        ['"{family}, {given}" <{address}>', "{family}, {given} <{address}>", "{given} {family} <{address}>",
         "{address} ({given} {family})", "{given} {family} [mailto:{address}]"]
    ),
    "signs": Form(
        ['"{given} {family}"', "{given} {family},", " {given}\N{NO-BREAK SPACE}{family} ",
         "'{given} {family}'"]
    ),
}  # fmt: skip
ADDRESS_ALONE = {"address alone": Form(["{address}", "mailto:{address}"])}
DIGRAPHS = {"digraphs": Form(["{plain}"])}
UNKNOWN = {
    "title": Form(["{word} {given} {family}"], OTHER_TITLES),
    "what follows": Form(["{given} {family}{word}"], OTHER_ENDS),
}
LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "ß": "ss",
     "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa", "Æ": "Ae"}
)  # fmt: skip

Rows = dict[str, list[tuple[Example, str]]]


def in_ascii(name: str) -> str:
    """As forms have it that take no accents."""
    name = name.translate(LETTERS)
    return name if name.isascii() else fold(name).title()


def is_latin(example: Example) -> bool:
    return fold(example.name).isascii()


def dirty(examples: Sequence[Example], forms: dict[str, Form], seed: int) -> Rows:
    """By form, people and the dirty spelling of each; every person has one form."""
    r = random.Random(seed)
    rows: Rows = {form: [] for form in forms}
    for example in examples:
        form = r.choice([*forms])
        ways, words, more = forms[form]
        given, family = example.name.rsplit(" ", 1)
        plain = in_ascii(example.name)
        local = plain.lower().replace(" ", r.choice("._")) if plain.isascii() else "office"
        text = r.choice(ways).format(
            given=given, family=family, GIVEN=given.upper(), FAMILY=family.upper(), plain=plain,
            word=r.choice(words), more=r.choice(more), address=f"{local}{r.choice(('', '7'))}@example.org",
        )  # fmt: skip
        rows[form].append((example, text))
    return rows


def report(classifier: NameClassifier, what: str, rows: Rows, with_all: bool = True) -> None:
    """A line for each form, and one for all."""
    together = [row for some in rows.values() for row in some]
    for form, some in [*rows.items(), *([("all", together)] if with_all else [])]:
        before, after = (
            classifier.evaluate(examples)[0].accuracy
            for examples in ([e for e, _ in some], [e._replace(name=text) for e, text in some])
        )
        found = sum(normalise(clean(text)) == normalise(e.name) for e, text in some) / len(some)
        figures = (
            f"{len(some):,} | {before:.3f} | {after:.3f} | {100 * (after - before):+.1f} | {found:.1%}"
        )
        print(f"| {what} | {form} | {figures} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", default=bundled_test())
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    classifier = NameClassifier.load()
    people = [e for e in read_examples(args.file) if " " in e.name and clean(e.name) == e.name]
    marked = [e for e in people if is_latin(e) and e.name != in_ascii(e.name)]
    people = random.Random(args.seed).sample(people, min(args.rows, len(people)))
    print("| dirt | form | names | clean | dirty | points | name found |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    report(classifier, "known", dirty(people, KNOWN, args.seed))
    latin = [e for e in people if is_latin(e)]
    report(classifier, "lossy", dirty(latin, ADDRESS_ALONE, args.seed), with_all=False)
    report(classifier, "lossy", dirty(marked, DIGRAPHS, args.seed), with_all=False)
    report(classifier, "unknown", dirty(people, UNKNOWN, args.seed))


if __name__ == "__main__":
    main()
