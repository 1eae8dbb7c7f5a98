"""What is minimised."""

import math
from dataclasses import dataclass
from numbers import Integral
from reprlib import repr as brief


@dataclass(frozen=True)
class Objective:
    """The loss of a name is  country + step_loss · step_country + letter_loss · next_symbol.

    The last two are means over the name's letters and over the directions. Of a network without the readout
    `country` it is  Σ_t step_country_t + letter_loss · next_symbol:  the loss after every letter, none of
    them more than another, again a mean over the directions. The rest regularises:
    label_smoothing   share of the target spread over all countries (Szegedy et al. 2016)
    dropout           of the states, as the readouts see them (Srivastava et al. 2014)
    letter_dropout    of the letters, as the recurrence reads them: they become the unknown symbol
    ngram_dropout     of the n-grams: each is read without its farthest letter, that one again, …
    step_share        of the names of a batch, for which the losses at every step are worked out
    draws             of the dropout of what the country is read from, for each name
    """

    step_loss: float = 0.0
    letter_loss: float = 0.0
    label_smoothing: float = 0.0
    dropout: float = 0.0
    letter_dropout: float = 0.0
    ngram_dropout: float = 0.0
    draws: int = 4
    step_share: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for a loss that there is not."""
        for name in ("step_loss", "letter_loss", "label_smoothing", "dropout", "letter_dropout"):
            value, most = getattr(self, name), math.inf if name.endswith("_loss") else 1.0
            if not 0 <= value < most:
                raise ValueError(f"{name} cannot be {brief(value)}; give a number, 0<=x<{most:g}")
        if not isinstance(self.draws, Integral) or self.draws < 1:
            raise ValueError(f"draws cannot be {self.draws!r}; give a whole number, x>=1")

    @property
    def readouts(self) -> tuple[str, ...]:
        """The readouts that have a part in the loss."""
        weights = {"country": 1.0, "step_country": self.step_loss, "next_symbol": self.letter_loss}
        return tuple(readout for readout, weight in weights.items() if weight)
