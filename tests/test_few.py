"""The benchmark of few rows: which names are learned, which are scored, and how much each counts."""

from pathlib import Path

import numpy as np
import pytest

from rnn_names.names.example import Example
from tests.benchmarks.few import cut, grouped, kinds, known_keys, origins, regions, score, tables, unseen

NAMES = [Example(f"{a}{b}o", "ab"[k % 2]) for k, a in enumerate("bdfglmn") for b in "aeiou"]


def test_fewer_rows_are_the_first_of_more() -> None:
    assert cut(NAMES, 5, 1) == cut(NAMES, 20, 1)[:5]
    assert sorted(cut(NAMES, len(NAMES), 1)) == NAMES
    assert cut(NAMES, 5, 1) != cut(NAMES, 5, 2)
    assert cut(NAMES, 5, 1) == [NAMES[k] for k in (33, 22, 2, 29, 19)]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Müller", True),  # MUELLER is in the table
        ("Al Masri", True),  # al-Masri is in the folder
        ("Obrien", True),  # a word of Jo O'Brien
        ("Jo O Brien", True),
        ("Brian", False),
        ("O'Brien Jo", False),
        ("González", True),  # among the rows, without its accent
    ],
)
def test_a_name_that_the_model_has_seen_is_not_scored(tmp_path: Path, name: str, seen: bool) -> None:
    (tmp_path / "table.csv").write_text("name,country\nMUELLER,Germany\nJo O'Brien,Ireland\n")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "Egypt.txt").write_text("al-Masri\n")
    lists = [tmp_path / "table.csv", tmp_path / "lists"]
    asked = {"muller", "almasri", "obrien", "joobrien", "brian", "obrienjo", "gonzalez"}
    known = known_keys(lists, asked)
    assert known == {"muller", "almasri", "obrien", "joobrien"}
    scored = unseen([Example(name, "a")], [Example("Gonzalez", "a")], known)
    assert scored.names == ([] if seen else [name])


def test_labels_count_as_in_the_set() -> None:
    examples = [*(Example(f"A{c}", "a") for c in "bcdf"), *(Example(f"O{c}", "o") for c in "gh")]
    scored = unseen(examples, [], {"ab", "ac", "ad"})
    assert scored.names == ["Af", "Og", "Oh"]
    assert scored.weights == pytest.approx([4 / 6, 1 / 6, 1 / 6])
    p = np.array([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]])
    found = score(("a", "o"), p, scored)
    assert found["accuracy"] == pytest.approx(4 / 6 + 1 / 6)
    assert found["nll"] == pytest.approx(-(4 * np.log(0.5) + np.log(0.25) + np.log(0.75)) / 6)


def test_a_label_that_is_not_learned_is_wrong_and_has_no_loss() -> None:
    scored = unseen([Example("Ab", "a"), Example("Og", "o")], [], set())
    assert score(("a", "u"), np.array([[0.5, 0.5], [0.9, 0.1]]), scored) == pytest.approx(
        {"accuracy": 0.5, "nll": np.log(2)}
    )


def test_labels_that_are_no_countries() -> None:
    people = [Example("Anna Rossi", "Italy"), Example("Иван Петров", "Russia"), Example("Ivan Li", "China")]
    people += [Example("Ivan Petrov", "Russia"), Example("Ann Mary Jones", "Kenya")]
    native = [Example("Петров", "Russia"), Example("王", "China"), Example("राम", "India")]
    native += [Example("ரா", "India")]  # no script has more than half
    assert regions(people[:2]) == [Example("Anna Rossi", "Southern Europe")]
    assert origins(people, native) == [Example("Ivan Li", "CJK"), Example("Ivan Petrov", "CYRILLIC")]
    given = [Example(name, "given name") for name in ("Eva", "Anna", "Ivan")]
    family = [Example(name, "family name") for name in ("Berg", "Rossi", "Petrov")]
    assert kinds(["Eva"], ["Berg"], people) == given + family


def test_the_tables_have_means_errors_and_paired_differences() -> None:
    results = [
        {"set": "x", "rows": 300, "seed": seed, "way": way, "accuracy": base + seed / 10, "nll": 1.0,
         "scored": 1000}
        for seed in (1, 2, 3)
        for way, base in (("from nothing", 0.1), ("from bundled", 0.3), ("n-grams", 0.2))
    ]  # fmt: skip
    figures, gains = tables(results[:-1]).split("\n\n")  # of the third seed a way is missing
    assert "| x | 300 | 2 | 1,000 | 0.250 ± 0.050 | 1.000 ± 0.000 | 0.450 ± 0.050 |" in figures
    assert (
        gains.splitlines()[2]
        == "| x | 300 | 0.200 ± 0.000 | 0.000 ± 0.000 | 0.100 ± 0.000 | 0.000 ± 0.000 |"
    )
    assert grouped(results)["x", 300].keys() == {1, 2, 3}
