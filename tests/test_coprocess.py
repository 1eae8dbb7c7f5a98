"""`rnn-names predict` as a coprocess: each line is answered as it comes."""

import json
import subprocess
import sys
import time
from pathlib import Path

REQUESTS = 1000


def latencies(model: Path | None, requests: int) -> list[float]:
    """Seconds to each answer, sorted; each request waits for the answer to the one before."""
    chosen = [] if model is None else ["-m", str(model)]
    command = [sys.executable, "-m", "rnn_names", "predict", "-i", "-", "--input-format", "jsonl"]
    found = []
    with subprocess.Popen(
        [*command, *chosen], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for k in range(requests):
            began = time.perf_counter()
            process.stdin.write(json.dumps({"id": k, "name": f"Schmidt {k}" if k % 10 else None}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            found.append(time.perf_counter() - began)
            assert answer["id"] == k
            assert (answer["country"] is None) == (k % 10 == 0)
        process.stdin.close()
        assert process.stdout.read() == ""
    assert process.returncode == 0
    return sorted(found[1:])  # the first one waits for the start


def test_a_thousand_requests_are_answered_one_by_one(model_file: Path) -> None:
    found = latencies(model_file, REQUESTS)
    assert len(found) == REQUESTS - 1
    assert found[len(found) // 2] < 0.1  # p50, in seconds, on a machine that has other work
    assert found[len(found) * 99 // 100] < 1  # p99


if __name__ == "__main__":
    seconds = latencies(None, REQUESTS)
    p50, p99 = (1000 * seconds[len(seconds) * share // 100] for share in (50, 99))
    print(f"p50 {p50:.1f} ms, p99 {p99:.1f} ms")
