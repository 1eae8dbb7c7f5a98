"""The network to train, as a recipe chooses it: the file of a model has the network itself.

This module loads only the standard library: help texts must be quick.
"""

from dataclasses import dataclass

from rnn_names.model.choices import Checked, choice

BY_SIZE = -1  # the number of n-grams that suits the data: see `recipe.known_ngrams`


@dataclass(frozen=True)
class Shape(Checked):
    """The network to train. `cell` is one of `cells.CELLS`. Raises ValueError for invalid values."""

    cell: str = choice("gru", "The recurrent cell.", large="rnn")
    bidirectional: bool = choice(True, "Read names from both ends.")
    hidden_size: int = choice(64, "Hidden units of each direction.", least=1, large=32)
    ngrams: int = choice(
        BY_SIZE,
        "Known n-grams, the letters of the alphabet among them: at each letter the longest one that ends "
        "there is read. 0: only letters are read; -1: a quarter of the names, but no more than fit into "
        "7.7 MB at 8 bits.",
        least=BY_SIZE,
    )
    ngram_length: int = choice(6, "Letters of the longest n-gram.", least=2, most=16)
    bag: int = choice(
        128, "Columns of the part that reads n-grams without their order; 0: none.", least=0, large=64
    )
    readout: str = choice(
        "last",
        "last: the label is read out, and its loss taken, at the end of the name; every: after every "
        "letter, and the last one is the answer (--pooling and --step-loss then have no effect).",
        choices=("last", "every"),
    )
    pooling: bool = choice(True, "Read the label out from the mean and maximum of all states too.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cell != type(self).cell:  # the default is known to be valid, and help must not load NumPy
            from rnn_names.network.cells import check_cell

            check_cell(self.cell)
