"""What the parameters follow from, and what is minimised."""

from dataclasses import dataclass

from rnn_names.network.cells import CELLS

READOUTS = ("country", "step_country", "next_symbol")


@dataclass(frozen=True)
class NetworkConfig:
    """What the parameters follow from.

    `pairs` are those that the network knows, as first · V + second, rising. A symbol that makes one with
    its neighbour, the symbol read just before it, is read with it: x_t has a one at the symbol, and one at
    the pair, so V + K columns. A pair is the same in both directions: "sc", whether s or c is read first.

    The readouts, each linear, are a choice of READOUTS:
        country        the final state of each direction, side by side → the country; with `pooling`,
                       the mean and the maximum of its states beside each
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
    pairs: tuple[int, ...] = ()

    @property
    def directions(self) -> tuple[str, ...]:
        """The names of the directions in which a name is read."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, by its name."""
        V, H, C = self.symbols, self.hidden_size, self.countries
        cell = CELLS[self.cell]
        shapes: dict[str, tuple[int, ...]] = {}
        for direction in self.directions:
            shapes[f"{direction}.U"] = (cell.x.stop - cell.x.start, V + len(self.pairs), H)
            shapes[f"{direction}.W"] = (cell.h.stop - cell.h.start, H, H)
            shapes[f"{direction}.b"] = (cell.planes, H)
            for readout, size in (("step_country", C), ("next_symbol", V)):
                if readout in self.readouts:
                    shapes[f"{direction}.{readout}.W"] = (H, size)
                    shapes[f"{direction}.{readout}.b"] = (size,)
        if "country" in self.readouts:
            shapes["country.W"] = (len(self.directions) * (3 if self.pooling else 1) * H, C)
            shapes["country.b"] = (C,)
        return shapes


@dataclass(frozen=True)
class Objective:
    """The loss of a name is  country + step_loss · step_country + letter_loss · next_symbol.

    The last two are means over the name's letters and over the directions. Of a network without the readout
    `country` it is  Σ_t step_country_t + letter_loss · next_symbol:  the loss after every letter, none of
    them more than another, again a mean over the directions. The rest regularises:
    label_smoothing   share of the target spread over all countries (Szegedy et al. 2016)
    dropout           of the states, as the readouts see them (Srivastava et al. 2014)
    letter_dropout    of the letters, as the recurrence reads them: they become the unknown symbol
    draws             of the dropout of what the country is read from, for each name
    """

    step_loss: float = 0.0
    letter_loss: float = 0.0
    label_smoothing: float = 0.0
    dropout: float = 0.0
    letter_dropout: float = 0.0
    draws: int = 4

    @property
    def readouts(self) -> tuple[str, ...]:
        """The readouts that have a part in the loss."""
        weights = {"country": 1.0, "step_country": self.step_loss, "next_symbol": self.letter_loss}
        return tuple(readout for readout, weight in weights.items() if weight)
