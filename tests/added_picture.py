"""A picture that is not part of the package: the number of names of each length."""

from collections import Counter

from rnn_names.model.evaluation import Evaluation
from rnn_names.show.charts import line_chart
from rnn_names.show.svg import Panel


def draw(scored: Evaluation) -> tuple[Panel, str]:
    """A line: the number of names by their number of letters."""
    lengths = Counter(len(example.name) for example in scored.examples)
    points = [(float(length), float(names)) for length, names in sorted(lengths.items())]
    return line_chart({"names": points}, "Lengths", "letters", "names"), "How long the names are"
