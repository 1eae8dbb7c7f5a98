"""Two models on the same names: exact test, interval, and what `evaluate` says of them."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from rnn_names.cli.commands import app
from rnn_names.model.comparison import interval, mcnemar


@pytest.mark.parametrize(
    ("b", "c", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 5, 1.0),
        (6, 0, 2 / 2**6),
        (0, 6, 2 / 2**6),
        (10, 2, 2 * (1 + 12 + 66) / 2**12),
        (100_000, 98_000, 0.0000071),
    ],
)
def test_p_of_mcnemar_is_exact(b: int, c: int, p: float) -> None:
    assert mcnemar(b, c) == pytest.approx(p, rel=1e-2 if b > 1000 else 1e-9)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 500))
def test_interval_of_a_difference(b: int, c: int, others: int) -> None:
    n = b + c + others + 1
    low, high = interval(b, c, n)
    assert -1 <= low < high <= 1
    assert low <= (b - c) / (n + 2) <= high
    assert interval(c, b, n) == pytest.approx((-high, -low))
    # It agrees with the test: far from 0 where p is small, around 0 where p is large.
    if mcnemar(b, c) > 0.2:
        assert low <= 0 <= high
    if mcnemar(b, c) < 0.001:
        assert not low <= 0 <= high


def test_interval_by_hand() -> None:
    assert interval(10, 2, 98) == pytest.approx((0.08 - 1.96 * 0.0351, 0.08 + 1.96 * 0.0351), abs=1e-3)
    assert math.isclose(math.sqrt(13 - 64 / 100) / 100, 0.0351, abs_tol=1e-4)


def evaluate(*args: object) -> Any:
    done = CliRunner().invoke(app, ["evaluate", *map(str, args)])
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def names(here: Path, model_file: Path) -> Path:
    """The model under two names, and rows."""
    Path("a.npz").write_bytes(model_file.read_bytes())
    Path("b.npz").write_bytes(model_file.read_bytes())
    rows = ["Nowak,Poland", "Abe,Japan", "Papas,Greece", "Schmidt,Germany", "Nguyen,Poland"]
    Path("x.csv").write_text("name,country\n" + "\n".join(rows) + "\n")
    return Path("x.csv")


def test_models_are_compared_on_the_same_names(names: Path) -> None:
    done = evaluate(names, "-m", "a.npz", "-m", "b.npz", "--format", "json")
    first, second = json.loads(done.stdout)
    assert "against_first" not in first
    low, high = interval(0, 0, 5)
    assert second["against_first"] == {
        **{"model": "a.npz", "difference": 0, "interval": [low, high]},
        **{"only_this": 0, "only_first": 0, "p": 1.0},
    }
    lines = [line.split() for line in evaluate(names, "-m", "a.npz", "-m", "b.npz").stdout.splitlines()]
    assert ["b.npz", "a.npz", "+0.000"] in [line[:3] for line in lines]


def test_one_model_is_compared_with_none(names: Path) -> None:
    assert "McNemar" not in evaluate(names, "-m", "a.npz").stdout
    names.with_name("y.csv").write_text(names.read_text())
    assert "McNemar" not in evaluate(names, "y.csv", "-m", "a.npz").stdout
    assert "McNemar" in evaluate(names, "y.csv", "-m", "a.npz", "-m", "b.npz").stdout
