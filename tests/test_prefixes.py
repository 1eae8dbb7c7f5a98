"""The tree of prefixes, checked against the set of all prefixes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.network.prefixes import PrefixTree, prefix_tree
from tests.problems import encoded

SPELLINGS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=30)
Prefix = tuple[int, ...]


def prefixes(tree: PrefixTree) -> list[Prefix]:
    """The prefix of each row, read step by step."""
    found: list[Prefix] = []
    before: list[Prefix] = []
    for t, step in enumerate(tree.steps):
        assert step.rows.start == len(found)
        symbols = tree.symbols[step.rows].tolist()
        parents = [before[p] for p in step.parent.tolist()] if t else [()] * len(symbols)
        rows = [(*parent, symbol) for parent, symbol in zip(parents, symbols, strict=True)]
        found += rows
        before = rows[: step.going]
    return found


@given(SPELLINGS)
def test_every_prefix_has_one_row(names: list[list[int]]) -> None:
    tree = prefix_tree(encoded(names))
    rows = prefixes(tree)
    wanted = [tuple(name[: t + 1]) for name in names for t in range(len(name))]
    assert len(rows) == len(set(rows))
    assert [rows[r] for r in tree.rows] == wanted
    assert set(rows) == set(wanted)
    assert [rows[r] for r in tree.leaves] == [tuple(name) for name in names]


@given(SPELLINGS)
def test_those_that_go_on_stand_first_and_each_has_one_heir(names: list[list[int]]) -> None:
    tree = prefix_tree(encoded(names))
    rows = prefixes(tree)
    longer = {row[:-1] for row in rows}
    going = 0
    for t, step in enumerate(tree.steps):
        here = rows[step.rows]
        assert [row in longer for row in here] == [k < step.going for k in range(len(here))]
        if t:
            assert sorted([*step.heirs, *step.parting]) == list(range(len(here)))
            assert step.parent[step.heirs].tolist() == list(range(going))
        going = step.going
    assert going == 0


@given(SPELLINGS)
def test_joining_is_the_derivative_of_parting(names: list[list[int]]) -> None:
    rng = np.random.default_rng(0)
    for step in prefix_tree(encoded(names)).steps[1:]:
        x, dx = rng.standard_normal((len(step.heirs), 2)), rng.standard_normal((len(step.parent), 2))
        np.testing.assert_array_equal(step.part(x), x[step.parent])
        # <dx, part(x)> = <join(dx), x>, whatever x and dx are
        np.testing.assert_allclose((dx * step.part(x)).sum(), (step.join(dx) * x).sum(), atol=1e-12)


def test_a_tree_by_hand() -> None:
    """0 → 1 → 2, 0 → 1 → 3 → 2, 0 → 2: six rows for eleven symbols, and a name that stands twice."""
    tree = prefix_tree(encoded([[0, 1, 2], [0, 1, 3, 2], [0, 2], [0, 2]]))
    assert tree.symbols.tolist() == [0, 1, 2, 3, 2, 2]
    assert tree.rows.tolist() == [0, 1, 4, 0, 1, 3, 5, 0, 2, 0, 2]
    assert tree.leaves.tolist() == [4, 5, 2, 2]
    assert [(s.going, s.parent.tolist()) for s in tree.steps] == [
        (1, []),
        (1, [0, 0]),
        (1, [0, 0]),
        (0, [0]),
    ]
