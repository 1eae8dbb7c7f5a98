"""From names to the country's scores: prediction, which needs no derivative.

The parameters are as prediction holds them, see `sums.with_sums`: a row of U is ready to be selected.

A name's scores do not depend on the names beside it. A product in 32 bits would: its last digits hang on
where a row stands among the others. So products are summed in 64 bits, over ROWS rows at least, and then
rounded to 32 bits.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.encoded import Encoded
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import inputs
from rnn_names.network.layers import linear
from rnn_names.network.prefixes import PrefixTree, tree_of
from rnn_names.network.recurrence import add_input, unroll
from rnn_names.network.sums import nodes_of, of_batch, selected

LONG, FEW = 64, 32  # names of more symbols are scored few at a time: each takes what the longest one takes
ROWS = 4  # a product has a multiple of so many rows: of fewer, or an odd number, it sums in another order
BLOCK = 512  # names whose scores are computed at a time: their summaries fit the cache
GROUP = 3072  # names that are read at a time: a chunk of the command line is one group


def forward(params: Params, config: NetworkConfig, names: Encoded, workers: int = 1) -> FloatArray:
    """The country's scores z (n, C) of any number of names, GROUP at a time, so that memory stays bounded.

    The groups are of names that begin alike, or with n-grams of names of like length, and are shared among
    threads: NumPy lets others run while it computes. The numbers do not depend on how many there are.
    """
    dtype = params["forward.W"].dtype
    z = np.empty((len(names.lengths), config.countries), dtype)

    def score(chosen: IntArray) -> None:
        with np.errstate(all="ignore"):  # what overflows shows in the scores
            z[chosen] = scores_of(params, config, inputs(names.take(chosen), config))

    order = names.order() if config.ngrams is None else np.argsort(-names.lengths, kind="stable")
    long = names.lengths[order] > LONG
    groups = [
        group
        for some, size in ((order[long], FEW), (order[~long], GROUP))
        for group in np.array_split(some, -(-len(some) // size) or 1)
        if len(group)
    ]
    if min(workers, len(groups)) < 2:
        for group in groups:
            score(group)
    else:
        from concurrent.futures import ThreadPoolExecutor  # not above: a few names need none

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(score, groups))
    return z


def scores_of(params: Params, config: NetworkConfig, read: Mapping[str, Encoded]) -> FloatArray:
    """The country's scores z (B, C) of names as each direction reads them."""
    parts, V_bag, c = country_readout(params, config)
    V = np.concatenate([*parts, V_bag], dtype=float)
    lengths = read["forward"].lengths
    trees = {direction: tree_of(names, config) for direction, names in read.items()}
    needed = {direction: nodes_of(tree.symbols, config) for direction, tree in trees.items()}
    # Names that stand apart have the same steps in both directions: these are read side by side.
    together = [[*trees]] if config.ngrams is not None else [[direction] for direction in trees]
    summary = [
        part
        for directions in together
        for part in read_out(params, config, {d: trees[d] for d in directions}, needed, lengths)
    ]
    if config.bag:  # the rows of V for it are the last ones
        nodes, at = needed["forward"]
        tree = trees["forward"]._replace(symbols=at)
        summary.append(bag(selected(params, "bag.U", nodes, config), tree, lengths))
    z = np.empty((len(lengths), len(c)), params["forward.W"].dtype)
    for start in range(0, len(z), BLOCK):
        some = slice(start, start + BLOCK)
        B = len(z[some])
        s = np.zeros((whole(B), len(V)))
        np.concatenate([part[some] for part in summary], axis=1, out=s[:B])
        np.add((s @ V)[:B], c, out=z[some], casting="same_kind")
    return z


def read_out(
    params: Params,
    config: NetworkConfig,
    trees: dict[str, PrefixTree],
    needed: Mapping[str, tuple["IntArray | slice", IntArray]],
    lengths: IntArray,
) -> Iterator[FloatArray]:
    """`pooling.summary` of the B names in D directions, whose trees have the same steps: parts (B, H).

    `needed` are the rows of U that each direction selects. No state is kept but that of one step.
    """
    cell, H, D = CELLS[config.cell], config.hidden_size, len(trees)
    tree = next(iter(trees.values()))
    n_most = max(step.rows.stop - step.rows.start for step in tree.steps)
    W_64 = np.stack([params[f"{direction}.W"] for direction in trees], axis=1, dtype=float)
    b = np.stack([params[f"{direction}.b"] for direction in trees], axis=1)[:, :, None]
    Ub, symbols = _rows_of(params, config, trees, needed)
    W = params["forward.W"]
    summary = np.empty((3 if config.pooling else 1, D, len(lengths), H), W.dtype)
    value = np.zeros((len(summary), D, n_most, H), W.dtype)  # h_t, and the sum and the maximum up to t
    c = np.zeros((D, n_most, H if cell.memory else 0), W.dtype)
    a, hW = np.empty(cell.planes * D * n_most * H, W.dtype), np.empty((D, n_most, H), W.dtype)
    h_64, product = np.zeros((2, D, whole(n_most), H))
    for step, ending in zip(tree.steps, tree.ending(), strict=True):
        n, P = step.rows.stop - step.rows.start, step.before.stop - step.before.start
        from_before = slice(n) if step.aligned else step.parent
        a_t = a[: cell.planes * D * n * H].reshape(cell.planes, D, n, H)
        a_t[cell.x_planes.stop :] = b[cell.x_planes.stop :]
        add_input(cell, Ub, symbols[:, step.rows], a_t)
        if P:  # h_{-1} = 0
            h_64[:, :P] = value[0, :, :P]
            for a_k, W_k in zip(a_t[cell.h_planes], W_64, strict=True):
                np.matmul(h_64[:, : whole(P)], W_k, out=product[:, : whole(P)])
                hW[:, :P] = product[:, :P]
                a_k += hW[:, from_before]
            if not step.aligned:
                value[:, :, :n], c[:, :n] = value[:, :, step.parent], c[:, step.parent]
        h_t = value[0, :, :n]
        _, c[:, :n], _ = cell.step(a_t, h_t, c[:, :n], h_t)
        if config.pooling:
            value[1, :, :n] += h_t
            most = value[2, :, :n]
            np.maximum(most, h_t, out=most) if P else np.copyto(most, h_t)
        summary[:, :, ending] = value[:, :, tree.leaves[ending] - step.rows.start]
    if config.pooling:
        summary[1] /= lengths[:, None]
    return (part for of_direction in summary.swapaxes(0, 1) for part in of_direction)


def _rows_of(
    params: Params,
    config: NetworkConfig,
    trees: dict[str, PrefixTree],
    needed: Mapping[str, tuple["IntArray | slice", IntArray]],
) -> tuple[FloatArray, IntArray]:
    """U + b (X, n, H), the n rows of all directions, and which of them each place selects (D, N)."""
    x_planes = CELLS[config.cell].x_planes
    rows, symbols, before = [], [], 0
    for direction in trees:
        nodes, at = needed[direction]
        U, b = selected(params, f"{direction}.U", nodes, config), params[f"{direction}.b"]
        rows.append(U + b[x_planes, None])
        symbols.append(at + before)
        before += rows[-1].shape[1]
    return np.concatenate(rows, axis=1), np.stack(symbols)


def bag(v: FloatArray, tree: PrefixTree, lengths: IntArray) -> FloatArray:
    """mean_t v(x_t) (B, E) of the names of a tree, which select the rows of v (1, n, E)."""
    mean = np.empty((len(lengths), v.shape[2]), v.dtype)
    total = np.zeros((0, v.shape[2]), v.dtype)
    for step, ending in zip(tree.steps, tree.ending(), strict=True):
        before = total[: step.before.stop - step.before.start]
        total = v[0].take(tree.symbols[step.rows], axis=0)
        if len(before):
            total += step.part(before)
        mean[ending] = total[tree.leaves[ending] - step.rows.start]
    mean /= lengths[:, None]
    return mean


def whole(rows: int) -> int:
    """So many rows, or a few more: a multiple of ROWS."""
    return -(-rows // ROWS) * ROWS


def country_readout(
    params: Params, config: NetworkConfig
) -> tuple[list[FloatArray], FloatArray, FloatArray]:
    """V of each direction, V of the memoryless part, c:  z = Σ_d summary_d V_d + bag V_bag + c.

    Without the readout `country` z is the mean of the step readouts' scores after the last letter read.
    """
    D = len(config.directions)
    if "country" in config.readouts:
        of_directions, V_bag = np.split(params["country.W"], [len(params["country.W"]) - config.bag])
        return np.split(of_directions, D), V_bag, params["country.b"]
    V: list[FloatArray] = [params[f"{direction}.step_country.W"] / D for direction in config.directions]
    c = np.mean([params[f"{direction}.step_country.b"] for direction in config.directions], axis=0)
    return V, V[0][:0], c


def step_scores(params: Params, config: NetworkConfig, read: Encoded, direction: str) -> FloatArray:
    """The scores of `step_country` (Σ lengths, C) after every input, in the order of the direction."""
    tree = tree_of(read, config)
    U, at = of_batch(params, f"{direction}.U", tree.symbols, config)
    W, b = params[f"{direction}.W"], params[f"{direction}.b"]
    states, _ = unroll(CELLS[config.cell], U, W, b, tree._replace(symbols=at))
    z, _ = linear(states, *(params[f"{direction}.step_country.{letter}"] for letter in "Wb"))
    return z[tree.rows]
