"""Whether there is enough memory for a training, on the machine and in the process's control group."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rnn_names.base.errors import TooLargeError
from rnn_names.model.recipe import TrainConfig
from rnn_names.network.config import NetworkConfig
from rnn_names.training.prepared import Prepared

SHARED = 3  # at most so many letters of a batch share a state, but for tiny alphabets
GROUPS = Path("/proc/self/cgroup")
MOUNTS = {
    "": ("/sys/fs/cgroup", "memory.max"),
    "memory": ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
}


def check_memory(data: Prepared, network: NetworkConfig, config: TrainConfig) -> None:
    """Raise TooLargeError if training needs more memory than there is, before the system kills it.

    The estimate is a lower bound: each parameter with its gradient, optimizer and average, and the arrays
    that the recurrence and the readouts keep for each letter of a batch.
    """
    has = min(limits(GROUPS), default=math.inf)
    parameters = sum(math.prod(shape) for shape in network.shapes().values())
    names = min(config.batch_size, len(data.parts.train))
    letters = sum(len(example.name) for example in data.parts.train) / len(data.parts.train)
    states = names * letters * len(network.directions) * 8 * network.hidden_size / SHARED
    needs = 4 * (8 * parameters + states)
    if needs > has:
        raise TooLargeError(
            f"training takes more than {needs / 1e9:,.0f} GB of memory, and there are "
            f"{has / 1e9:,.0f} GB; lower --hidden-size or --batch-size"
        )


def limits(groups: Path) -> Iterator[float]:
    """The bytes that the machine has, and those that each control group above this process may take.

    `groups` is the file /proc/self/cgroup of Linux, lines of `number:controllers:path`: version 2 has no
    controllers, version 1 a path for `memory`. A container sees its own group at the root of the mount.
    Elsewhere only the machine's memory is known, and on Windows nothing.
    """
    with suppress(AttributeError, ValueError, OSError):
        yield float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(OSError):
        for line in groups.read_text(encoding="utf-8").splitlines():
            _, controllers, place = line.split(":", 2)
            for controller, (mount, name) in MOUNTS.items():
                if controller in controllers.split(","):
                    group = Path(mount, place.lstrip("/"))
                    for folder in (group, *group.parents):
                        with suppress(OSError, ValueError):  # none here, or "max"
                            yield float(int((folder / name).read_text(encoding="utf-8")))
