"""The findings of `check`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from rnn_names.cli.commands import app
from rnn_names.insight.doubts import doubts
from rnn_names.model.classifier import NameClassifier
from rnn_names.names import checks
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.findings import Check, Found, Label
from rnn_names.names.spelling import has_letters, normalise, split_key
from rnn_names.names.split import unique
from rnn_names.names.survey import Survey


def look(*pairs: tuple[str, str]) -> Check:
    return checks.check([Example(name, label) for name, label in pairs])


def test_counts() -> None:
    found = look(
        ("Abe", "Japan"), ("Sato", "Japan"), ("SATO", "Japan"), ("Nowak", "Poland"), ("Abe", "Poland")
    )
    assert (found.rows, found.names, found.longest) == (5, 3, 5)
    assert found.labels == {"Japan": Label(3, 2), "Poland": Label(2, 2)}
    assert found.duplicates == Found(1, ["SATO (Japan)"])
    assert found.several_labels == Found(1, ["abe (Japan, Poland)"])
    assert found.spellings.n == found.mixed_scripts.n == found.long.n == 0
    assert found.odd_characters == {}
    assert found.similar_labels == []


def test_spellings_that_fall_into_one_part_of_the_split() -> None:
    found = look(("Müller", "A"), ("Mueller", "A"), ("MULLER", "B"), ("muller", "A"), ("Noé", "A"))
    assert found.spellings == Found(1, ["müller, mueller, muller"])


@pytest.mark.parametrize(
    "name", ["García López", "O'Brien", "d’Arc", "Al-Masri", "St. John", "Łódź", "山田", "नेपाल"]
)
def test_usual_characters(name: str) -> None:
    assert look((name, "A")).odd_characters == {}


def test_odd_characters_are_counted_by_name() -> None:
    found = look(
        ("R2D2", "A"), ("C3PO", "A"), ("22", "A"), ("A&amp;B", "A"), ("\ufffdx", "A"), ("a\x1b[m", "A")
    )
    assert found.odd_characters["2"] == Found(1, ["R2D2"])
    assert set(found.odd_characters) == set("23&;\ufffd\x1b[")
    assert any("neither letters" in warning for warning in found.warnings)


def test_letters_of_several_scripts() -> None:
    found = look(("Iv\u0430nov", "A"), ("Иванов", "A"), ("Ivánov", "A"), ("山だ", "A"))
    assert found.mixed_scripts == Found(1, ["Iv\u0430nov"])
    assert any("mix letters" in warning for warning in found.warnings)


def test_warnings() -> None:
    many = [
        (f"{a}{b}{c}", "Large") for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzabcdefghijklmno"
    ]
    found = look(*many, ("Abe", "Türkiye"), ("Noe", "TURKIYE"), ("x" * 65, "Türkiye"))
    assert found.few == ["Türkiye", "TURKIYE"]
    assert found.similar_labels == [["TURKIYE", "Türkiye"]]
    said = " | ".join(found.warnings)
    for part in (
        "2 of 3 labels have fewer than 50 names",
        "Türkiye (2), TURKIYE (1)",
        "'Large' has 2,100 times as many names as 'TURKIYE'",
        "labels that are nearly the same, 'TURKIYE', 'Türkiye'",
        "1 names have more than 64 letters",
    ):
        assert part in said
    assert look(*many, *((name + "x", "Other") for name, _ in many)).warnings == []
    assert "two labels or more" in look(*many).warnings[0]
    shared = look(*many, *((name, "Other") for name, _ in many)).warnings
    assert shared == ["100% of the names stand under several labels: no model can get all of them right"]


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=4), st.sampled_from("ABC")), min_size=1, max_size=30)
)
def test_the_numbers_are_those_of_the_data(pairs: list[tuple[str, str]]) -> None:
    examples = [Example(name, label) for name, label in pairs]
    found = checks.check(examples)
    kept = unique(examples)
    assert found.no_letters.n == sum(not has_letters(name) for name, _ in pairs)
    assert found.rows == len(pairs) == sum(label.rows for label in found.labels.values())
    pairs = [(name, label) for name, label in pairs if has_letters(name)]
    names = {normalise(name) for name, _ in pairs}
    assert found.names == len(names)
    assert found.duplicates.n == len(pairs) - len(kept)
    assert sum(label.names for label in found.labels.values()) == len(kept)
    keys = [split_key(name) for name in names]
    assert found.spellings.n == sum(keys.count(key) > 1 for key in set(keys))
    of = {name: {label for other, label in pairs if normalise(other) == name} for name in names}
    assert found.several_labels.n == sum(len(labels) > 1 for labels in of.values())


def run(*args: object) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["check", *map(str, args)])
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def test_the_command(tmp_path: Path) -> None:
    data = tmp_path / "names.csv"
    data.write_text("surname,label\n[b]Abe,Japan\nabe\x07,Japan\n", encoding="utf-8")
    args = (data, "--name-column", "surname", "--country-column", "label")
    out, err = run(*args)
    assert err == ""
    assert "[b]Abe" in out
    assert "\x07" not in out
    assert "warning: every name has the label 'Japan'" in out
    found = json.loads(run(*args, "--format", "json")[0])
    assert set(found) == {
        *Survey.__dataclass_fields__,
        *Check.__dataclass_fields__,
        "bad_records",
        "commands",
    }
    assert found["labels"] == {"Japan": {"rows": 2, "names": 2}}
    assert run(*args, "-v")[1] == f"data: {data}\n"
    assert run(*args, "-v", "-q") == (out, "")


def test_the_bundled_names_give_no_warning() -> None:
    out, _ = run()
    assert "no warnings" in out
    assert "55,439" in out


def test_data_that_cannot_be_read(tmp_path: Path) -> None:
    data = tmp_path / "names.csv"
    data.write_text("nmae,country\nAbe,Japan\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "rnn_names", "check", str(data), "-q"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert (
        "line 1: no column 'name' among 'nmae', 'country'; did you mean 'nmae'? give --column"
        in done.stderr
    )


def test_what_stands_beside_names() -> None:
    found = look(("Dr. Ito", "Japan"), ("Ito, Aiko <a@x.jp>", "Japan"), ("Sir", "UK"), ("Abe", "Japan"))
    assert found.beside == Found(2, ["Dr. Ito", "Ito, Aiko <a@x.jp>"])


def test_scripts_are_counted() -> None:
    found = look(("Ito", "A"), ("Nowak", "A"), ("Иванов", "B"), ("王伟", "B"), ("O'Neil", "A"), ("7", "A"))
    assert found.scripts == {"Latin": 3, "Cyrillic": 1, "Cjk": 1}


def test_a_rare_label_that_is_nearly_a_frequent_one() -> None:
    many = [(f"name{'abcdefgh'[k]}", label) for label in ("Germany", "Niger", "Nigeria") for k in range(8)]
    found = look(*many, ("x", "Germny"), ("y", "germany "), ("z", "Atlantis"))
    assert found.misspelled == {"Germny": "Germany"}
    assert "the label 'Germny' (1) may be 'Germany' misspelled" in found.warnings


PEOPLE = {
    "Japan": ("Yamamoto", "Nakamura", "Kobayashi", "Hashimoto", "Fujiwara"),
    "Poland": ("Kowalczyk", "Wojciechowski", "Szymański", "Dąbrowski", "Grabowska"),
    "Greece": ("Papadopoulos", "Georgiou", "Konstantinidis", "Dimitriadis", "Ioannidou"),
}
PLANTED = (("Matsumoto", "Poland"), ("Lewandowski", "Greece"), ("Oikonomopoulos", "Japan"))


def people(folder: Path, *more: tuple[str, str]) -> Path:
    """A table of people under their countries, with more rows."""
    rows = [(name, label) for label, names in PEOPLE.items() for name in names]
    path = folder / "people.csv"
    lines = [f"{name},{label}\n" for name, label in [*rows, *PLANTED, *more]]
    path.write_text("name,country\n" + "".join(lines), encoding="utf-8")
    return path


def test_planted_labels_are_the_most_in_doubt(tmp_path: Path) -> None:
    found = doubts(NameClassifier.load(), read_examples(people(tmp_path)), 3)
    assert {(one.name, one.truth) for one in found.mislabelled} == {*PLANTED}
    assert {one.name: one.answer for one in found.mislabelled} == {
        "Matsumoto": "Japan",
        "Lewandowski": "Poland",
        "Oikonomopoulos": "Greece",
    }
    probabilities = [one.probability for one in found.mislabelled]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(one.ngrams for one in found.mislabelled)
    assert (found.judged, found.doubted, found.unknown) == (18, 3, {})


@pytest.mark.parametrize(
    ("rows", "doubted", "why"),
    [
        ([("Yamamoto", "Italy"), ("Rossi", "Italy")], 0, "Japan is no label of these rows"),
        ([("Yamamoto", "Italy"), ("Sato", "Japan")], 1, "Japan is one"),
        ([("Kowalski", "Greece"), ("Nowak", "Poland")], 1, "Poland is the likelier one of the two"),
        ([("Yamamoto", "ITALY"), ("Sato", "JP"), ("Rossi", "IT")], 1, "other words for the labels"),
        ([("Yamamoto", "Italy"), ("Yamamoto", "Italy"), ("Sato", "Japan")], 2, "a row twice"),
        ([("Yamamoto", "Atlantis"), ("Sato", "Japan")], 0, "a label that the model does not know"),
        ([("Yamamoto", "Italy"), ("Yamamoto", "Japan")], 1, "a name under two labels"),
        ([("7", "Italy"), ("Sato", "Japan")], 0, "a cell without a name"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_in_doubt(rows: list[tuple[str, str]], doubted: int, why: str) -> None:
    found = doubts(NameClassifier.load(), [Example(*row) for row in rows], 20)
    assert found.doubted == doubted
    assert len(found.mislabelled) == min(doubted, 1)
    assert found.judged == sum(has_letters(name) and label != "Atlantis" for name, label in rows)


def test_many_rows_are_judged_some_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    classifier, examples = NameClassifier.load(), read_examples(people(tmp_path))
    whole = doubts(classifier, examples, 2)
    monkeypatch.setattr("rnn_names.insight.doubts.TOGETHER", 4)
    in_parts = doubts(classifier, examples, 2)
    assert in_parts._replace(mislabelled=[]) == whole._replace(mislabelled=[])
    assert [one[:3] for one in in_parts.mislabelled] == [one[:3] for one in whole.mislabelled]


def test_check_with_a_model_lists_the_labels_in_doubt(tmp_path: Path) -> None:
    data = people(tmp_path, ("Quispe", "Atlantis"))
    out, err = run(data, "-m", "bundled")
    assert "not judged: 1 name of 'Atlantis', a label unknown to the model" in err
    assert "it has learned their labels, right or wrong" in err
    assert re.search(r"labels in doubt +3 +of 18 that the model judges", out)
    lines = [line.split()[:3] for line in out.splitlines() if line.split()[:1] in [[n] for n, _ in PLANTED]]
    assert sorted(lines) == [
        ["Lewandowski", "Greece", "Poland"],
        ["Matsumoto", "Poland", "Japan"],
        ["Oikonomopoulos", "Japan", "Greece"],
    ]
    found = json.loads(run(data, "-m", "bundled", "--format", "json")[0])["doubts"]
    assert list(found) == ["judged", "unknown", "doubted", "mislabelled"]
    assert found["unknown"] == {"Atlantis": 1}
    keys = ["name", "label", "answer", "probability", "ngrams", "letters"]
    assert [list(one) for one in found["mislabelled"]] == [keys] * 3
    assert "in doubt" not in run(data)[0]
    assert "doubts" not in json.loads(run(data, "--format", "json")[0])


def test_a_model_of_other_labels_cannot_judge(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("name,country\nRossi,odd\nAbe,even\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(tmp_path / "own.csv"), "-m", "bundled"])
    assert done.exit_code == 1
    assert (
        done.stderr == "error: the model knows none of the labels (odd, even), so it cannot judge them; "
        "give -m a model of these labels, or leave -m out\n"
    )
