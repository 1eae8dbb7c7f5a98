"""What the parameters of a network follow from."""

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from reprlib import repr as brief

from rnn_names.names.ngrams import NGrams
from rnn_names.network.cells import CELLS, check_cell

READOUTS = ("country", "step_country", "next_symbol")


@dataclass(frozen=True)
class NetworkConfig:
    """What the parameters follow from.

    `ngrams` are the known n-grams, the first of which are the single symbols: x_t is one-hot over the
    longest one that ends at t, see `input`. None: x_t is one-hot over the symbols. `bag` is E, the size
    of the memoryless part: the mean over t of v(x_t), beside what the directions say.

    The readouts, each linear, are a choice of READOUTS:
        country        the final state of each direction, side by side → the country; with `pooling`,
                       the mean and the maximum of its states beside each, with `bag` that mean, too
        step_country   every state of each direction → the country so far; without `country`, the mean of
                       the directions' last scores is the answer, and there is no pooling
        next_symbol    every state of each direction → the symbol that it will read next
    """  # fmt: skip

    symbols: int
    countries: int
    hidden_size: int = 128
    cell: str = "rnn"
    bidirectional: bool = False
    readouts: tuple[str, ...] = ("country",)
    pooling: bool = False
    ngrams: NGrams | None = None
    bag: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a network that there is not."""
        check_cell(self.cell)
        for name in ("symbols", "countries", "hidden_size"):
            value = getattr(self, name)
            if not isinstance(value, Integral) or value < 1:
                raise ValueError(f"{name} cannot be {brief(value)}; give a whole number, x>=1")
        if not self.readouts or not set(self.readouts) <= set(READOUTS):
            raise ValueError(
                f"readouts cannot be {brief(self.readouts)}; give some of {'|'.join(READOUTS)}"
            )

    @property
    def directions(self) -> tuple[str, ...]:
        """The names of the directions in which a name is read."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    @property
    def inputs(self) -> int:
        """N, the size of x_t: rows of U."""
        return self.symbols if self.ngrams is None else len(self.ngrams)

    @cached_property
    def row_parameters(self) -> tuple[str, ...]:
        """The parameters of which x_t selects few rows of many, (X, N, columns) each: those of n-grams."""
        if self.ngrams is None:
            return ()
        return (*(f"{direction}.U" for direction in self.directions), *(["bag.U"] if self.bag else []))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, by its name."""
        V, H, C = self.symbols, self.hidden_size, self.countries
        cell = CELLS[self.cell]
        shapes: dict[str, tuple[int, ...]] = {}
        for direction in self.directions:
            shapes[f"{direction}.U"] = (cell.x_planes.stop - cell.x_planes.start, self.inputs, H)
            shapes[f"{direction}.W"] = (cell.h_planes.stop - cell.h_planes.start, H, H)
            shapes[f"{direction}.b"] = (cell.planes, H)
            for readout, size in (("step_country", C), ("next_symbol", V)):
                if readout in self.readouts:
                    shapes[f"{direction}.{readout}.W"] = (H, size)
                    shapes[f"{direction}.{readout}.b"] = (size,)
        if self.bag:
            shapes["bag.U"] = (1, self.inputs, self.bag)
        if "country" in self.readouts:
            of_directions = len(self.directions) * (3 if self.pooling else 1) * H
            shapes["country.W"] = (of_directions + self.bag, C)
            shapes["country.b"] = (C,)
        return shapes
