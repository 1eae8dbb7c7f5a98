"""The labels of a model, and the one that a text means."""

from collections.abc import Sequence
from functools import cached_property

from rnn_names.base.errors import DataError, UnknownCountryError
from rnn_names.base.text import did_you_mean
from rnn_names.names.countries import Country, all_countries, country_named, country_of
from rnn_names.names.spelling import label_key

LISTED = 20  # labels that an error names


class Labels:
    """A model's labels, in its order."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._exact = {label: place for place, label in enumerate(self.labels)}

    @cached_property
    def of_countries(self) -> bool:
        """Whether every label is a country; only then do codes, regions and populations have a meaning."""
        return all_countries(self.labels)

    @property
    def word(self) -> str:
        """What one of them is called."""
        return "country" if self.of_countries else "label"

    @property
    def words(self) -> str:
        """What several of them are called."""
        return "countries" if self.of_countries else "labels"

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """The country of each label. Raises KeyError where one is none."""
        return tuple(map(country_named, self.labels))

    def code(self, label: str) -> str:
        """The ISO 3166 code of a label, of two letters. Raises DataError if the labels are no countries."""
        if not self.of_countries:
            raise DataError("the model's labels are no countries, so they have no codes; leave codes out")
        return self.countries[self._exact[label]].alpha2

    @cached_property
    def _folded(self) -> dict[str, int]:
        return {label_key(label): place for place, label in reversed([*enumerate(self.labels)])}

    @cached_property
    def _by_code(self) -> dict[str, int]:
        return {country.alpha2: place for place, country in enumerate(self.countries)}

    def place(self, text: str) -> int | None:
        """The place of the label that the text means, or None.

        That is the label itself; else one in another case or with other accents; else, for countries, the
        one with this ISO 3166 code or other name: `TR`, `Turkey` for Türkiye.
        """
        found = self._exact.get(text)
        if found is None:
            found = self._folded.get(label_key(text))
        if found is None and self.of_countries:
            country = country_of(text)
            found = self._by_code.get(country.alpha2) if country else None
        return found

    def index(self, text: str, where: str = "") -> int:
        """As `place`. Raises UnknownCountryError for an unknown label; its message begins with `where`."""
        if not isinstance(text, str):
            raise TypeError(f"{where}a country must be a string, not {text!r}")
        place = self.place(text)
        if place is None:
            more = len(self.labels) - LISTED
            known = ", ".join(self.labels[:LISTED]) + (f" and {more:,} more" if more > 0 else "")
            hint = did_you_mean(text, self.labels) or f"it knows {known}"
            raise UnknownCountryError(f"{where}{text!r} is not a {self.word} of the model; {hint}")
        return place
