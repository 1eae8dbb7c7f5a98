"""Search for a model file that is neither read nor refused, guided by code coverage.

    pip install atheris
    python -m tests.fuzz FOLDER [-max_total_time=600]

The options are libFuzzer's. Inputs that reach something new are kept in FOLDER; one that fails is written
to `crash-…` here. More than 500 MB and more than 5 s are failures, too. `tests/fixtures/fuzz` holds some
that reach something different each, and every one that ever failed; a test tries each of them again.
"""

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rnn_names"]):
    from tests import hostile


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    with tempfile.TemporaryDirectory() as folder:
        good = hostile.good(Path(folder))
    seeds = [b"\0" + hostile.pack(good)]
    seeds += [bytes([1]) + good["header.npy"][hostile.NPY :]]
    seeds += [bytes([number]) + data for number, data in enumerate(good.values(), 1)][1:]
    corpus = next((Path(word) for word in sys.argv[1:] if not word.startswith("-")), None)
    if corpus is None:
        sys.exit("give a folder for what is found")
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    file = os.memfd_create("model")  # libFuzzer ends the process without cleaning up
    path = Path(f"/proc/self/fd/{file}")

    def once(data: bytes) -> None:
        path.write_bytes(hostile.assembled(good, data))
        hostile.answers(path)

    limits = ["-rss_limit_mb=500", "-timeout=5", "-max_len=4096"]
    ways = ["-keep_seed=1", "-len_control=0", "-use_value_profile=1", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits, *ways, *sys.argv[1:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
