"""How the processes end that work for the first one."""

import signal
from typing import TYPE_CHECKING

from rnn_names.base.errors import LostProcessError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

PATIENCE = 5.0  # seconds that a process has to end by itself


def lost(process: "BaseProcess", advice: str) -> LostProcessError:
    """The error of a process that has ended too early. The advice is for one that took too much memory."""
    process.join(PATIENCE)
    code = process.exitcode
    how = "" if code is None else f" by signal {-code}" if code < 0 else f" with {code}"
    why = f", perhaps for want of memory: {advice}" if code == -signal.SIGKILL else ""
    return LostProcessError(f"a worker process has ended{how}{why}")


def end(process: "BaseProcess", patience: float = PATIENCE) -> None:
    """Wait for a process whose connection has been closed, and kill it if it waits for something else."""
    process.join(patience)
    if process.is_alive():
        process.kill()
        process.join()
