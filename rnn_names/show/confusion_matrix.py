"""Which countries are mistaken for which: a picture."""

import numpy as np

from rnn_names.insight.confusion import Confusion, confusion_of
from rnn_names.model.evaluation import Evaluation
from rnn_names.names.labels import Labels
from rnn_names.show.charts import heat_map
from rnn_names.show.svg import SIZE, Panel

READ = 60  # up to this many countries, the squares have room for numbers


def draw(scored: Evaluation) -> tuple[Panel, str]:
    """The matrix of the answers, with its title."""
    what = Labels(scored.countries).words
    return confusion_matrix(confusion_of(scored)), f"Which {what} are taken for which"


def confusion_matrix(confusion: Confusion) -> Panel:
    """A square for each true country (row) and answer (column); a larger share of the row is darker.

    The shade is the square root of the share, so that small shares are visible.
    """
    countries, counts, shares = confusion.countries, confusion.counts, confusion.shares
    few = len(countries) <= READ

    def tip_of(r: int, c: int) -> str:
        what = "found" if r == c else f"taken for {countries[c]}"
        return f"{countries[r]} {what}: {counts[r, c]:,} of {counts[r].sum():,} names"

    places = range(len(countries))
    return heat_map(
        np.sqrt(shares).tolist(),
        countries,
        countries,
        f"{counts.trace() / counts.sum():.1%} of {counts.sum():,} names found",
        f"true {Labels(countries).word}",
        "answer, in % of the row" if few else "answer",
        texts=[[f"{share:.0%}"[:-1] if share >= 0.005 else "" for share in row] for row in shares]
        if few
        else None,
        tips=[[tip_of(r, c) for c in places] for r in places],
        side=2 * SIZE if few else SIZE,
        diagonal=True,
    )
