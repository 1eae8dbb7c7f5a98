"""Bad records: what is one, what becomes of it, and who is told."""

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from rnn_names.base.errors import DataError
from rnn_names.cli.commands import app
from rnn_names.names.bad_records import BLANK, SKIP, BadRecords
from rnn_names.names.examples import read_examples
from rnn_names.names.tables import Format, opened

GOOD_CSV = b"id,name\n1,Ito\n%s4,Nowak\n"
GOOD_JSON = b'{"name": "Ito"}\n%s{"name": "Nowak"}\n'
RAGGED = "columns where the first row has 2"
BYTE = "a byte that the encoding does not have, or a NUL"

# The ending of the file, the file, a bad record for it, its line, the reason, whether `blank` keeps it.
CASES = [
    ("csv", GOOD_CSV, b"2\n", 3, f"1 {RAGGED}", True),
    ("csv", GOOD_CSV, b"2,Abe,x\n", 3, f"3 {RAGGED}", False),
    ("csv", GOOD_CSV, b'2,"Abe\n', 3, "unexpected end of data", False),
    ("csv", GOOD_CSV, b'2,"Abe"x\n', 3, "',' expected after '\"'", False),
    ("csv", GOOD_CSV, b"2,M\xfcller\n", 3, BYTE, True),
    ("csv", GOOD_CSV, b"2,A\0be\n", 3, BYTE, True),
    ("csv", GOOD_CSV, b"2," + b"x" * (1 << 23) + b"\n", 3, "longer than 4,194,304 characters", False),
    ("tsv", GOOD_CSV.replace(b",", b"\t"), b"2\tAbe\tx\n", 3, f"3 {RAGGED}", False),
    ("jsonl", GOOD_JSON, b"Abe\n", 2, "no JSON (Expecting value)", False),
    ("jsonl", GOOD_JSON, b'{"name": "Abe"\n', 2, "no JSON (Expecting ',' delimiter)", False),
    ("jsonl", GOOD_JSON, b'["Abe"]\n', 2, "a JSON array", False),
    ("jsonl", GOOD_JSON, b'"Abe"\n', 2, "no JSON object", False),
    ("jsonl", GOOD_JSON, b'{"name": 5}\n', 2, "'name' is no string", True),
    ("jsonl", GOOD_JSON, b'{"name": ["Abe"]}\n', 2, "'name' is no string", True),
    (
        "jsonl",
        GOOD_JSON,
        b'{"name": "Abe", "name": "x"}\n',
        2,
        "the key 'name' stands twice in an object",
        False,
    ),
    ("jsonl", GOOD_JSON, b'{"name": "M\xfcller"}\n', 2, BYTE, True),
    ("txt", b"Ito\n%sNowak\n", b"M\xfcller\n", 2, BYTE, True),
    ("txt", b"Ito\n%sNowak\n", b"A\0be\n", 2, BYTE, True),
]


def names_of(path: Path, bad: BadRecords) -> list[str]:
    with opened(path, Format(), bad=bad) as table:
        return [name for chunk in table for name in chunk.names]


@pytest.mark.parametrize(("ending", "around", "record", "line", "reason", "stays"), CASES)
def test_a_bad_record(
    tmp_path: Path, ending: str, around: bytes, record: bytes, line: int, reason: str, stays: bool
) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(around % record)
    before: list[str] = []
    with opened(path, Format()) as table, pytest.raises(DataError, match=f"line {line}: "):
        before.extend(name for chunk in table for name in chunk.names)
    assert before == ["Ito"]
    told: list[str] = []
    bad = BadRecords(SKIP, told.append)
    assert names_of(path, bad) == ["Ito", "Nowak"]
    assert told == [f"{path}, line {line}: {reason}; left out"]
    assert (bad.count, bad.blank) == (1, 0)
    bad = BadRecords(BLANK)
    assert names_of(path, bad) == ["Ito", *[""] * stays, "Nowak"]
    assert (bad.count, bad.blank) == (1, stays)


@pytest.mark.parametrize(
    ("name", "text", "form", "expected", "line"),
    [
        ("a.csv", "id;vorname;nachname\n1;Jo;Ito\n2;Al\n3;;Abe\n", Format(), ["Jo Ito", "Abe"], "line 3"),
        ("a.tsv", 'id\tname\n1\t"Ito\n2\n3\tAbe"\n', Format(quoted=False), ['"Ito', 'Abe"'], "line 3"),
        ("a.txt", "name;x\nIto;1\n2\nAbe;\n", Format(), ["Ito", "Abe"], "line 3"),
        ("a.json", '["Ito", 5, {"name": "Abe"}, null]', Format(), ["Ito", "Abe", ""], "record 2"),
        ("a.json", '[{"name": "Ito"}, {"name": 5}, {"id": 1}]', Format(), ["Ito", ""], "record 2"),
        (
            "a.jsonl",
            '{"id": 1}\n{"vorname": "Jo", "nachname": "Ito"}\n{"vorname": 5, "nachname": "x"}\n'
            '{"nachname": "Abe"}\n',
            Format(),
            ["", "Jo Ito", "Abe"],
            "line 3",
        ),
    ],
)
def test_bad_records_of_every_form(
    tmp_path: Path, name: str, text: str, form: Format, expected: list[str], line: str
) -> None:
    (tmp_path / name).write_text(text)
    told: list[str] = []
    file = io.StringIO()
    with opened(tmp_path / name, form, bad=BadRecords(SKIP, told.append, file)) as table:
        assert [each for chunk in table for each in chunk.names] == expected
    assert json.loads(file.getvalue())["line"] == int(line.split()[1])
    assert [each.split(": ")[0] for each in told] == [f"{tmp_path / name}, {line}"]


@given(st.lists(st.sampled_from(["1,Ito", "2", "2,a,b", '2,"Abe', '2,"Abe"x', "", ","]), max_size=40))
def test_good_rows_survive_bad_ones(rows: list[str]) -> None:
    from rnn_names.names.delimited import Delimited

    def chunks(bad: BadRecords) -> list[str]:
        text = "".join(f"{row}\n" for row in ["id,name", *rows, "9,Nowak"])
        return [
            name
            for chunk in Delimited(iter([text]), "a", ",", "name", True, bad=bad)
            for name in chunk.names
        ]

    found = [name for name in chunks(BadRecords(SKIP)) if name in ("Ito", "Nowak")]
    assert found[-1:] == ["Nowak"] or '2,"Abe' in rows  # two of these quote what is between them
    if '2,"Abe' not in rows:
        assert found == ["Ito"] * rows.count("1,Ito") + ["Nowak"]


@pytest.mark.parametrize("text", ["id,name\n1,\n\n2,Ito\n", "id,name\n , \n2,Ito\n"])
def test_blanks_are_no_bad_records(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    bad = BadRecords(SKIP)
    assert [name.strip() for name in names_of(tmp_path / "a.csv", bad)][-1] == "Ito"
    assert bad.count == 0


@pytest.mark.parametrize("label", ["3.5", "true", '["Japan"]', '{"code": "JP"}'])
@pytest.mark.parametrize("action", [SKIP, BLANK])
def test_a_label_that_is_no_text(tmp_path: Path, label: str, action: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"name":"Ito","country":"Japan"}}\n{{"name":"Abe","country":{label}}}\n')
    told: list[str] = []
    examples = read_examples(path, bad=BadRecords(action, told.append))
    assert [(e.name, e.country) for e in examples] == [("Ito", "Japan")]
    assert ["line 2: 'country' is no text" in line for line in told] == [True]
    with pytest.raises(DataError, match="line 2: 'country' is no text"):
        read_examples(path)


def test_a_line_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "Japan.txt").write_bytes(b"Ito\nAbe\t0\n\t3\nM\xfcller\nOno\t2\n")
    told: list[str] = []
    examples = read_examples(tmp_path, bad=BadRecords(SKIP, told.append))
    assert [(e.name, e.weight) for e in examples] == [("Ito", 1.0), ("Ono", 2.0)]
    assert sorted(line.split("line ")[1].split(";")[0] for line in told) == [
        "2: what stands behind the tab is no weight",
        "3: a weight of no name",
        f"4: {BYTE}",
    ]


def test_json_with_other_keys_as_csv(tmp_path: Path, model_file: Path) -> None:
    records = [{"name": "Ito", f"k{n % 3}": n} for n in range(1000)]
    text = "".join(json.dumps(each) + "\n" for each in records)
    (tmp_path / "a.jsonl").write_text(text + '{"k1": 7}\n{"name": "Abe", "other": 1}\n')
    options = ["predict", "-m", str(model_file), "-i", str(tmp_path / "a.jsonl"), "--format", "csv", "-q"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 1
    assert "line 1002: other keys than the first 1,000 records have" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("name,k0,k1,k2,country")
    assert len(lines) == 1002
    assert lines[-1].startswith(",,7,,,")
    done = CliRunner().invoke(app, [*options, "--on-error", "skip"])
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1002)


def test_the_command_line(tmp_path: Path, model_file: Path) -> None:
    path, out, rejects = (tmp_path / name for name in ("a.csv", "out.csv", "bad.jsonl"))
    path.write_text("name,x\nIto,1\n" + "Secret\n" * 12 + "Nowak,2\n")
    out.write_text("old")
    options = ["predict", "-m", str(model_file), "-i", str(path), "-o", str(out)]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 1
    assert "--on-error skip" in done.stderr
    assert out.read_text() == "old"
    done = CliRunner().invoke(app, [*options, "--on-error", "skip", "--rejects", str(rejects)])
    assert done.exit_code == 0, done.stderr
    assert "Secret" not in done.stderr
    assert done.stderr.count("; left out\n") == 10
    assert "12 bad records: 12 left out" in done.stderr
    assert [line.split(",")[0] for line in out.read_text().splitlines()] == ["name", "Ito", "Nowak"]
    found = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert len(found) == 12
    assert found[0] == {"file": str(path), "line": 3, "reason": f"1 {RAGGED}", "record": "Secret"}
    assert CliRunner().invoke(app, [*options, "--on-error", "skip", "-q"]).stderr == ""
    assert CliRunner().invoke(app, [*options, "--rejects", str(rejects)]).exit_code == 2
    same = CliRunner().invoke(app, [*options, "--on-error", "skip", "--rejects", str(path)])
    assert same.exit_code == 1
    assert path.read_text().startswith("name,x")


def test_what_is_left_out_is_not_lost(tmp_path: Path, model_file: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_bytes(GOOD_CSV % b"2,M\xfcller\n")
    options = ["-m", str(model_file), "-i", str(path), "-o", str(path), "-k", "1"]
    for how, code in (("skip", 1), ("blank", 0)):
        done = CliRunner().invoke(app, ["predict", *options, "--on-error", how])
        assert done.exit_code == code, done.stderr
        assert ("would take the place of" in done.stderr) is (how == "skip")
    assert path.read_text().count("\n") == 4


@pytest.mark.parametrize("command", ["check", "evaluate"])
def test_other_commands(tmp_path: Path, model_file: Path, command: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,country\nNowak,Poland\nAbe\nIto,Japan\n")
    model = ["-m", str(model_file)] if command == "evaluate" else []
    assert CliRunner().invoke(app, [command, str(path), *model]).exit_code == 1
    done = CliRunner().invoke(app, [command, str(path), *model, "--on-error", "skip"])
    assert done.exit_code == 0, done.stderr
    assert f"{path}, line 3: 1 {RAGGED}; left out\n" in done.stderr
    assert "1 bad record: 1 left out\n" in done.stderr


def test_rejects_of_evaluate_and_check(here: Path, model_file: Path) -> None:
    (here / "d.csv").write_text("name,country\nNowak,Poland\nAbe\nKim,Korea,x\nSato,Japan\n")
    for command in (["evaluate", "d.csv", "-m", str(model_file), "--split", "all"], ["check", "d.csv"]):
        done = CliRunner().invoke(app, [*command, "--on-error", "skip", "--rejects", "r.jsonl"])
        assert done.exit_code == 0, done.output
        assert [json.loads(line)["line"] for line in (here / "r.jsonl").read_text().splitlines()] == [3, 4]
        (here / "r.jsonl").unlink()


def test_rejects_stay_when_the_run_fails_later(here: Path, model_file: Path) -> None:
    whole = gzip.compress(b"name,x\nNowak,1\nAbe\n" + b"Kim,2\n" * 5000)
    (here / "d.csv.gz").write_bytes(whole[:-20])
    options = ["--on-error", "skip", "--rejects", "r.jsonl", "-o", "o.csv"]
    done = CliRunner().invoke(app, ["predict", "-m", str(model_file), "-i", "d.csv.gz", *options])
    assert done.exit_code == 1
    assert "1 bad record: 1 left out" in done.stderr
    assert json.loads((here / "r.jsonl").read_text())["line"] == 3
    assert not (here / "o.csv").exists()


def test_rejects_take_no_others_place(here: Path, model_file: Path) -> None:
    (here / "d.csv").write_text("name,country\nNowak,Poland\nSato,Japan\n")
    common = ["evaluate", "d.csv", "-m", str(model_file), "--on-error", "skip", "--rejects"]
    for taken, more in (("d.csv", []), ("c.svg", ["--confusion", "c.svg"]), (str(model_file), [])):
        assert CliRunner().invoke(app, [*common, taken, *more]).exit_code != 0
