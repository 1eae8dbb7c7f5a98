"""Names by Bayes' rule, checked by enumeration and by a plain forward pass; and the command."""

import csv
import inspect
import io
import json
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import bundled_given_names
from rnn_names.base.errors import DataError
from rnn_names.cli import generate as command
from rnn_names.cli.commands import app
from rnn_names.insight import generation
from rnn_names.insight.capitals import Writing
from rnn_names.insight.generation import draw, encode_prefix, generate, is_known
from rnn_names.insight.next_symbol import bayes, next_symbols, read
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.encoded import END_INDEX
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.ngrams import MARK, NGrams
from rnn_names.names.spelling import normalise, split_key
from rnn_names.network.cells import CELLS
from rnn_names.network.config import READOUTS, NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.input import inputs
from rnn_names.network.prefixes import prefix_tree
from rnn_names.network.recurrence import unroll

LETTERS = "ab"
MAX = 3


def untrained(
    model: Checkpoint, cell: str = "gru", letters: str = LETTERS, networks: int = 2
) -> Checkpoint:
    """A model of random networks that know three countries, few letters, and n-grams of up to three."""
    alphabet = Alphabet(letters)
    V, first = len(alphabet), alphabet.symbols.index("a")
    # _a aa a_ | _aa aa_
    keys = [(MARK, first), (first, MARK), (first, first), (V, first), (V + 2, MARK)]
    ngrams = NGrams(V, alphabet.symbols.find(" "), *np.array(sorted(keys)).T)
    network = NetworkConfig(V, 3, 4, cell, True, READOUTS, ngrams=ngrams, bag=2)
    rng = np.random.default_rng(3)
    members = tuple(init_params(network, rng, dtype=np.float64) for _ in range(networks))
    for params in members:
        for q in params.values():
            q += 0.5 * rng.standard_normal(q.shape)
    return replace(
        model,
        network=network,
        alphabet=alphabet,
        countries=("Freedonia", "Lilliput", "Ruritania"),
        members=members,
        counts=(1, 2, 3),
    )


def probabilities(z: FloatArray) -> FloatArray:
    e = np.exp(z)
    return np.asarray(e / e.sum())


def read_plainly(model: Checkpoint, text: str, end: bool) -> tuple[FloatArray, FloatArray]:
    """p(l | text) and p(c | text) as the whole forward pass has them; with `end` after the end symbol."""
    names = model.alphabet.encode([text])
    letters, countries = [], []
    for params in model.members:
        tree = prefix_tree(inputs(names, model.network)["forward"])
        U, W, b = (params[f"forward.{letter}"] for letter in "UWb")
        states, _ = unroll(CELLS[model.network.cell], U, W, b, tree)
        h = states[tree.rows[-1 if end else -2]]
        letters.append(h @ params["forward.next_symbol.W"] + params["forward.next_symbol.b"])
        countries.append(h @ params["forward.step_country.W"] + params["forward.step_country.b"])
    return probabilities(np.mean(letters, axis=0)), probabilities(np.mean(countries, axis=0))


def exact(
    model: Checkpoint, country: int | None, temperature: float, guidance: float = 1.0
) -> dict[str, float]:
    """The probability of every name of up to MAX letters, name by name; without a country p(name)."""
    symbols = model.alphabet.symbols

    def following(text: str) -> dict[str, float]:
        p_letter = read_plainly(model, text, end=False)[0]
        p = {}
        for letter in [*(LETTERS if len(text) < MAX else ""), *([""] if text else [])]:
            index = symbols.index(letter) if letter else END_INDEX
            p[letter] = float(p_letter[index])
            if country is not None:
                p[letter] *= (
                    float(read_plainly(model, text + letter, end=not letter)[1][country]) ** guidance
                )
        p = {letter: value ** (1 / temperature) for letter, value in p.items()}
        return {letter: value / sum(p.values()) for letter, value in p.items()}

    names = ["".join(letters) for n in range(1, MAX + 1) for letters in product(LETTERS, repeat=n)]
    return {
        name: float(np.prod([following(name[:k])[name[k]] for k in range(len(name))]) * following(name)[""])
        for name in names
    }


def chi_square(drawn: list[str], expected: dict[str, float]) -> float:
    counts = Counter(drawn)
    assert set(counts) <= set(expected)
    n = len(drawn)
    return sum((counts[name] - n * p) ** 2 / (n * p) for name, p in expected.items())


def test_bayes_on_a_distribution_that_is_enumerated() -> None:
    # p(name, country) for all names of up to MAX letters: what the readouts would say if they were exact.
    rng = np.random.default_rng(1)
    names = ["".join(letters) + "." for n in range(MAX + 1) for letters in product("ab", repeat=n)]
    joint = rng.dirichlet(np.full(3 * len(names), 0.3)).reshape(len(names), 3)

    def mass(prefix: str) -> FloatArray:
        return np.asarray(joint[[name.startswith(prefix) for name in names]].sum(axis=0))

    for weights in (np.ones(3), np.array([0.1, 1.0, 7.0])):  # another prior changes nothing
        for name in names:
            for country in range(3):
                chain = 1.0
                for k, letter in enumerate(name):
                    s = name[:k]
                    after = np.array([mass(s + x) * weights for x in "ab."])
                    total = after.sum(axis=1)
                    with np.errstate(divide="ignore", invalid="ignore"):
                        log_letter = np.log(total / total.sum())[None]
                        log_country = np.log(np.where(total > 0, after[:, country] / total, 1))[None]
                    p = np.exp(bayes(log_letter, log_country, np.ones(3, bool)))[0]
                    assert p.sum() == pytest.approx(1)
                    chain *= p["ab.".index(letter)]
                assert chain == pytest.approx(joint[names.index(name), country] / mass("")[country])


@pytest.mark.parametrize("cell", CELLS)
def test_every_probability_is_that_of_the_forward_pass(model: Checkpoint, cell: str) -> None:
    tiny = untrained(model, cell)
    for text in ("", "a", "ba", "abba"):
        states = read(tiny, encode_prefix(tiny, text))
        may = generation.allowed(tiny, len(text), False, 9)
        log_p, _ = next_symbols(tiny, states, 1, may)
        p_letter, _ = read_plainly(tiny, text, end=False)
        expected = np.zeros(5)
        for index, letter in [(3, "a"), (4, "b"), *([(END_INDEX, "")] if text else [])]:
            expected[index] = p_letter[index] * read_plainly(tiny, text + letter, end=not letter)[1][1]
        np.testing.assert_allclose(np.exp(log_p[0]), expected / expected.sum(), rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_state_of_a_prefix_is_that_of_the_unrolled_network(model: Checkpoint, cell: str) -> None:
    tiny = untrained(model, cell)
    for text in ("", "a", "abab"):
        tree = prefix_tree(inputs(tiny.alphabet.encode([text]), tiny.network)["forward"])
        for params, (h, c, _) in zip(tiny.members, read(tiny, encode_prefix(tiny, text)), strict=True):
            U, W, b = (params[f"forward.{letter}"] for letter in "UWb")
            states, _ = unroll(CELLS[cell], U, W, b, tree)
            np.testing.assert_allclose(h, states[tree.rows[[-2]]], rtol=1e-12)
            assert c.shape == (1, 4 if cell == "lstm" else 0)


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_names_are_drawn_with_their_exact_probabilities(model: Checkpoint, temperature: float) -> None:
    tiny = untrained(model)
    rng = np.random.default_rng(5)
    drawn = draw(tiny, 2, encode_prefix(tiny, ""), 20_000, temperature, rng, MAX)
    expected = exact(tiny, 2, temperature)
    assert sum(expected.values()) == pytest.approx(1)
    assert len(expected) == 14
    assert min(expected.values()) * len(drawn) > 5
    assert chi_square(drawn, expected) < 34.5  # 13 degrees of freedom: one in a thousand is above
    for wrong in (exact(tiny, 1, temperature), exact(tiny, None, temperature), exact(tiny, 2, 0.8)):
        assert chi_square(drawn, wrong) > 100


def test_guidance_is_a_power_of_the_country(model: Checkpoint) -> None:
    tiny = untrained(model)
    begun, rng = encode_prefix(tiny, ""), np.random.default_rng(6)
    drawn = draw(tiny, 2, begun, 20_000, 1.0, rng, MAX, guidance=2.0)
    assert chi_square(drawn, exact(tiny, 2, 1.0, 2.0)) < 34.5
    assert chi_square(drawn, exact(tiny, 2, 1.0)) > 100


def test_a_prefix_is_gone_on_from(model: Checkpoint) -> None:
    tiny = untrained(model)
    expected = {name[1:]: p for name, p in exact(tiny, 0, 1.0).items() if name[0] == "b"}
    total = sum(expected.values())
    drawn = draw(tiny, 0, encode_prefix(tiny, "B"), 5000, 1.0, np.random.default_rng(2), MAX - 1)
    assert {name[0] for name in drawn} == {"b"}
    at_most_two = {rest: p / total for rest, p in expected.items()}
    assert chi_square([name[1:] for name in drawn], at_most_two) < 22.5  # 6 degrees of freedom


def test_temperature_0_takes_the_likeliest_letter_and_tiny_ones_come_near(model: Checkpoint) -> None:
    tiny, rng = untrained(model), np.random.default_rng(1)
    coldest, cold = (
        set(draw(tiny, 1, encode_prefix(tiny, ""), 20, temperature, rng, MAX))
        for temperature in (0.0, 1e-300)
    )
    assert coldest == cold
    (name,) = coldest
    text = ""
    for letter in [*name, ""]:
        states = read(tiny, encode_prefix(tiny, text))
        may = generation.allowed(tiny, len(text), False, MAX)
        log_p, _ = next_symbols(tiny, states, 1, may)
        assert np.argmax(log_p) == (tiny.alphabet.symbols.index(letter) if letter else END_INDEX)
        text += letter
    assert len(generate(tiny, "Lilliput", 5, 1, temperature=0.0)) == 1
    assert len(generate(tiny, "Lilliput", 200, 1, temperature=1e9)) == 200  # as good as any letter


def test_no_symbol_comes_that_is_no_letter_and_names_end(model: Checkpoint) -> None:
    tiny = untrained(model)
    for params in tiny.members:  # all probability for start and unknown, none for the end
        params["forward.next_symbol.b"] += np.array([50.0, -500.0, 50.0, 0.0, 0.0])
    drawn = draw(tiny, 0, encode_prefix(tiny, ""), 50, 1.0, np.random.default_rng(1), 7)
    assert {len(name) for name in drawn} == {7}
    assert set("".join(drawn)) == set(LETTERS)
    for params in tiny.members:  # all probability for the end: still one letter must come
        params["forward.next_symbol.b"] += np.array([0.0, 1000.0, 0.0, 0.0, 0.0])
    assert {len(n) for n in draw(tiny, 0, encode_prefix(tiny, ""), 50, 1.0, np.random.default_rng(1))} == {
        1
    }


def test_known_names_are_left_out_in_every_spelling(model: Checkpoint) -> None:
    tiny = untrained(model)
    everything = generate(tiny, "Ruritania", 30, 1)
    assert len(everything) == len({split_key(name) for name in everything}) == 30
    known = {split_key(name) for name in everything[::2]}
    new = generate(tiny, "Ruritania", 30, 1, known=known)
    assert not known & {split_key(name) for name in new}
    assert is_known("Mueller", {"muller"})
    assert is_known("müller-lüdenscheidt", {"muller", "ludenscheidt"})
    assert is_known("García López", {"garcia", "lopez"})
    assert not is_known("müller-li", {"muller"})
    assert not is_known("li", set())


def test_it_gives_up_where_there_is_nothing_new(model: Checkpoint) -> None:
    tiny = untrained(model, letters="a")
    for params in tiny.members:
        params["forward.next_symbol.b"] += np.array([0.0, 30.0, 0.0, 0.0])  # ends at once
    assert generate(tiny, "Lilliput", 3, 1) == ["a"]
    assert generate(tiny, "Lilliput", 3, 1, known={"a"}) == []


def test_the_same_seed_gives_the_same_names(model: Checkpoint) -> None:
    tiny = untrained(model)
    a, b, c = (generate(tiny, "Lilliput", 20, seed) for seed in (1, 1, 2))
    assert a == b != c


def test_countries_and_prefixes_that_the_model_does_not_know(model: Checkpoint) -> None:
    tiny = untrained(model, letters=" abé")
    assert generation.country_index(tiny, "ruritánia") == 2
    with pytest.raises(DataError, match="did you mean 'Ruritania'"):
        generate(tiny, "Ruretania", 1, 1)
    with pytest.raises(DataError, match="prefix: the model does not know 'xж'"):
        generate(tiny, "Lilliput", 1, 1, prefix="axbж")
    begun = "".join(
        tiny.alphabet.symbols[k] for k in encode_prefix(tiny, " BÁ  e\N{COMBINING ACUTE ACCENT} ")
    )
    assert begun[1:] == "ba é "
    names = generate(tiny, "Lilliput", 9, 1, prefix="Ba ")
    assert all(name.startswith("ba ") and normalise(name) == name for name in names)


def test_capitals_stand_where_they_stand_in_the_names() -> None:
    names = ["van der Berg", "McCoy", "McKay", "Mackey", "MacNab", "Macey", "O'Hara", "SMITH", "Ólafur"]
    writing = Writing.learn(Example(name, "x") for name in names)
    written = {"van der mcdoo": "van der McDoo", "o'toole-machin": "O'Toole-Machin", "smid": "Smid"}
    assert {name: writing.capitalise(name) for name in written} == written
    assert Writing().capitalise("éric van o'x-ßa") == "Éric Van O'x-Ssa"


# The command


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory, model: Checkpoint) -> Path:
    """A model file with both readouts; of the five countries, untrained."""
    network = replace(model.network, readouts=READOUTS)
    members = (init_params(network, np.random.default_rng(1)),)
    path = tmp_path_factory.mktemp("speaking") / "names.npz"
    checkpoint.save(path, replace(model, network=network, members=members))
    return path


def run(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["generate", *map(str, args)])
    assert result.exit_code == code, result.output
    return result


def test_the_command_prints_a_name_a_line(speaking: Path, few_countries: Path) -> None:
    names = run("Poland", "-m", speaking).stdout.splitlines()
    assert len(set(names)) == 10
    known = {
        split_key(line)
        for file in few_countries.iterdir()
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert not known & set(map(split_key, names))
    assert run("poland", "-m", speaking).stdout.splitlines() == names
    assert run("Poland", "-m", speaking, "--seed", 2).stdout.splitlines() != names


def test_several_countries_and_formats(speaking: Path) -> None:
    asked = ("Poland", "Greece", "Poland", "-n", 2, "-m", speaking)
    rows = [line.split("\t") for line in run(*asked).stdout.splitlines()]
    assert [country for _, country in rows] == ["Poland", "Poland", "Greece", "Greece"]
    # Names do not depend on the other countries asked for.
    assert [name for name, _ in rows[2:]] == run("Greece", "-n", 2, "-m", speaking).stdout.splitlines()
    records = [{"name": name, "country": country} for name, country in rows]
    assert json.loads(run(*asked, "--format", "json").stdout) == records
    assert list(map(json.loads, run(*asked, "--format", "jsonl").stdout.splitlines())) == records
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        printed = io.StringIO(run(*asked, "--format", form).stdout)
        assert list(csv.DictReader(printed, delimiter=delimiter)) == records


def test_a_prefix(speaking: Path) -> None:
    names = run("Japan", "--prefix", "mar", "-n", 5, "-m", speaking).stdout.splitlines()
    assert len(names) == 5
    assert all(name.startswith("Mar") for name in names)


def test_too_few_names_are_printed_and_said(speaking: Path) -> None:
    result = run("Poland", "--temperature", 0, "--allow-known", "-m", speaking, code=1)
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "error: too few new names: 1 of 10 for Poland; raise --temperature\n"
    nothing = run(
        "Poland", "--temperature", 0, "--prefix", "Kowalski", "-m", speaking, "--format", "json", code=1
    )
    assert len(json.loads(nothing.stdout)) == 1


def test_data_that_are_not_here_are_said_to_be(speaking: Path, tmp_path: Path) -> None:
    loaded = checkpoint.load(speaking)
    path = tmp_path / "moved.npz"
    checkpoint.save(path, replace(loaded, data=loaded.data._replace(source=str(tmp_path / "gone"))))
    result = run("Poland", "-m", path)
    assert len(result.stdout.splitlines()) == 10
    assert "names of the training data are not left out: " in result.stderr
    assert result.stderr.count("\n") == 1
    assert run("Poland", "-m", path, "--allow-known").stderr == ""


def test_data_that_have_changed_are_said_to_be(speaking: Path, tmp_path: Path) -> None:
    loaded, data = checkpoint.load(speaking), tmp_path / "data.csv"
    data.write_text("name,country\nKowalski,Poland\n")
    path = tmp_path / "changed.npz"
    checkpoint.save(path, replace(loaded, data=loaded.data._replace(source=str(data))))
    result = run("Poland", "-m", path)
    assert len(result.stdout.splitlines()) == 10
    assert result.stderr == f"not all names of the training data are left out: {data} has changed since\n"
    assert run("Poland", "-m", path, "--allow-known").stderr == ""


def test_a_model_without_the_readouts(model_file: Path) -> None:
    result = run("Poland", "-m", model_file, code=1)
    assert result.stdout == ""
    assert "no readout step_country and no next_symbol" in result.stderr
    assert "rnn-names train --step-loss 0.3 --letter-loss 1" in result.stderr


def test_wrong_usage() -> None:
    assert "BadParameter" not in run(code=2).stderr
    run("Poland", "--temperature", "nan", code=2)
    run("Poland", "--temperature", -1, code=2)
    run("Poland", "-n", 0, code=2)


def test_the_bundled_model_speaks() -> None:
    names = run("Greece", "--prefix", "Papa", "-n", 5).stdout.splitlines()
    assert len(names) == 5
    assert all(name.startswith("Papa") and name == name.strip() for name in names)
    assert [normalise(name) for name in names] == [name.lower() for name in names]


def test_the_defaults_of_the_command_are_those_of_the_library() -> None:
    parameters = inspect.signature(command.generate).parameters
    assert parameters["temperature"].default == generation.TEMPERATURE
    assert parameters["guidance"].default == generation.GUIDANCE


def test_bundled_given_names_are_known_too() -> None:
    known = generation.keys(read_examples(bundled_given_names()))
    found = run("Vietnam", "-n", 30).stdout.split("\n")[:-1]
    assert len(found) == 30
    assert not [name for name in found if is_known(name, known)]
