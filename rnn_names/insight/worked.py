"""One name through one network, with every number kept, to follow by hand.

The network is plain: one direction and one plane, in float64. Row vectors; dQ is ∂L/∂Q.

    forward                             backward
    a_t = x_t U + h_{t-1} W + b         dz = p - one_hot(y)
    h_t = tanh(a_t), or max(0, a_t)     dh_T = dz V_outᵀ
    z = h_T V_out + c_out               da_t = dh_t ∘ (1 - h_t²), or dh_t ∘ [h_t > 0]
    p = softmax(z), L = -log p_y        dh_{t-1} = da_t Wᵀ
"""  # fmt: skip

from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.base.errors import CheckpointError, DataError
from rnn_names.insight.explain import symbol_names
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.encoded import Encoded, one_hot
from rnn_names.network.cells import CELLS
from rnn_names.network.layers import cross_entropy, linear, softmax
from rnn_names.network.prefixes import prefix_tree
from rnn_names.network.recurrence import unroll

# Without data and an output this would train on the bundled names, and leave the folder's default model.
PLAIN = (
    "rnn-names train tiny.csv -o tiny.npz --cell rnn --no-bidirectional --no-pooling --ngrams 0 --bag 0 "
    "--networks 1 --hidden-size 2"
)


@dataclass(frozen=True)
class Worked:
    """The numbers of one name and its loss under `country`; x, a, h, dh, da have a row for each symbol."""

    name: str
    country: str
    alphabet: list[str]  # (V,)
    countries: tuple[str, ...]  # (C,)
    symbols: list[str]  # (T,)
    U: FloatArray  # (V, H)
    W: FloatArray  # (H, H)
    b: FloatArray  # (H,)
    V_out: FloatArray  # (H, C)
    c_out: FloatArray  # (C,)
    x: FloatArray  # (T, V), one-hot
    a: FloatArray  # (T, H)
    h: FloatArray  # (T, H)
    z: FloatArray  # (C,)
    p: FloatArray  # (C,)
    loss: float
    dz: FloatArray  # (C,)
    dh: FloatArray  # (T, H): from the readout at the last state, through time at the others
    da: FloatArray  # (T, H)


@np.errstate(all="ignore")  # checked at the end
def work(classifier: NameClassifier, name: str, country: str | None = None) -> Worked:
    """The numbers of a name whose true country is this one, by default the likeliest.

    As in training, but with the loss of the country alone and without dropout; nothing is calibrated.
    Raises CheckpointError for a network that is not plain or overflows, and DataError for a blank name or
    an unknown country.
    """
    model = classifier.model
    network = model.network
    if (
        len(model.members) > 1
        or network.bidirectional
        or network.pooling
        or network.ngrams is not None
        or network.bag
        or "country" not in network.readouts
        or CELLS[network.cell].planes > 1
    ):
        raise CheckpointError(
            "only a plain network can be followed by hand; rnn_names/network/README.md has an example; "
            f"train one on a table of a few names: {PLAIN}"
        )
    encoded = model.alphabet.encode(classifier.read([name]))
    symbols, T = encoded.symbols, len(encoded.symbols)
    if T == 2:
        raise DataError("a blank name has no letter to follow; give a name with letters")
    params = {key: value.astype(float) for key, value in model.members[0].items()}
    U, W, b = (params[f"forward.{letter}"] for letter in "UWb")

    # Each symbol of the name gets its own number, and its row of U. So the gradient of those rows is da,
    # symbol by symbol, even if a letter comes twice.
    rows = np.arange(T)
    tree = prefix_tree(Encoded(rows, np.array([0]), np.array([T])))
    h, d_h = unroll(CELLS[network.cell], U[:, symbols], W, b, tree)
    z, d_z = linear(h[-1:], params["country.W"], params["country.b"])
    p = softmax(z)[0]
    y = int(p.argmax()) if country is None else classifier.index(country)
    loss, dz = cross_entropy(z.copy(), np.array([0]), np.array([y]), np.array([1.0]))
    dh = np.zeros_like(h)
    dh[-1:], _, _ = d_z(dz)
    da = d_h(dh).U[0]  # this completes dh

    x = one_hot(symbols, network.symbols, float)
    a = x @ U[0] + np.vstack([np.zeros_like(h[:1]), h[:-1]]) @ W[0] + b[0]
    if not all(np.isfinite(q).all() for q in (a, h, z, p, loss, dh, da)):
        raise CheckpointError("a number of the model overflows; use another, or train it again")
    return Worked(
        name=name,
        country=model.countries[y],
        alphabet=symbol_names(model.alphabet, np.arange(network.symbols)),
        countries=model.countries,
        symbols=symbol_names(model.alphabet, symbols),
        U=U[0],
        W=W[0],
        b=b[0],
        V_out=params["country.W"],
        c_out=params["country.b"],
        x=x,
        a=a,
        h=h,
        z=z[0],
        p=p,
        loss=loss,
        dz=dz[0],
        dh=dh,
        da=da,
    )
