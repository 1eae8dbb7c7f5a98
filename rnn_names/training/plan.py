"""The plan of a training: prepared examples, the network for them, and the model that results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.provenance import DataInfo
from rnn_names.model.recipe import TrainConfig, known_ngrams
from rnn_names.model.shape import BY_SIZE, Shape
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.network.config import READOUTS, NetworkConfig
from rnn_names.training.loop import EpochReport, State, fit
from rnn_names.training.prepared import Prepared, prepare
from rnn_names.training.start import Base
from rnn_names.training.trainer import StepReport
from rnn_names.training.weights import country_counts


@dataclass(frozen=True)
class Plan:
    """Data, network and recipe; `info` is what a model file keeps about the data."""

    data: Prepared
    network: NetworkConfig
    config: TrainConfig
    info: DataInfo
    base: Base | None = None

    @classmethod
    def of(
        cls,
        examples: Sequence[Example],
        given: Sequence[Example],
        shape: Shape,
        config: TrainConfig,
        info: DataInfo,
        base: Base | None,
    ) -> "Plan":
        """The plan for these names; `info` gives the rules of spelling and of the split."""
        data = prepare(examples, config, given, info.rule, info.split)
        if base:
            data = replace(data, alphabet=base.alphabet(data.alphabet))
            network = base.network(data.alphabet, len(data.countries))
        else:
            network = _network(data, shape, config, len(examples))
        train, val, test = map(len, data.parts)
        info = info._replace(train=train, val=val, test=test, given_names=len(data.given))
        return cls(data, network, config, info, base)

    def fit(self, state: State = State()) -> Iterator[StepReport | EpochReport]:
        """Train, as `loop.fit` does."""
        return fit(self.data, self.network, self.config, state, self.base)

    def model(self, event: EpochReport, history: Sequence[Mapping[str, float | None]]) -> Checkpoint:
        """The model of an epoch that has the best networks so far."""
        assert event.members is not None
        y = country_indices(self.data.parts.train, self.data.countries)
        return Checkpoint(
            network=self.network,
            training=self.config,
            data=self.info,
            alphabet=self.data.alphabet,
            countries=self.data.countries,
            members=event.members,
            counts=tuple(map(int, country_counts(y, len(self.data.countries)))),
            temperature=event.temperature,
            history=[dict(entry) for entry in history],
        )


def _network(data: Prepared, shape: Shape, config: TrainConfig, names: int) -> NetworkConfig:
    """The network of a shape for the data, which come from `names` names."""
    readouts = config.objective.readouts
    every = shape.readout == "every"
    if every:
        readouts = tuple(name for name in READOUTS[1:] if name in ("step_country", *readouts))
    network = NetworkConfig(
        symbols=len(data.alphabet),
        countries=len(data.countries),
        hidden_size=shape.hidden_size,
        cell=shape.cell,
        bidirectional=shape.bidirectional,
        readouts=readouts,
        pooling=shape.pooling and not every,
        bag=0 if every else shape.bag,
    )
    count = shape.ngrams
    if count == BY_SIZE:
        rows = [shape for name, shape in network.shapes().items() if name.endswith(".U")]
        count = known_ngrams(names, sum(planes * columns for planes, _, columns in rows))
    return replace(network, ngrams=data.ngrams(count, shape.ngram_length, config.class_weight))
