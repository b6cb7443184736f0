# SPDX-License-Identifier: Apache-2.0
"""What a run of a program costs, as llb-timed (timed.cpp) tells it."""
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Spent:
    """Seconds by the clock and of processor time; peak memory of the largest
    process."""
    clock: float
    processor: float
    megabytes: float


def timed(tools: Path, command: list[object], **more: object) -> Spent:
    """Runs `command`; `more` is subprocess.run's. `tools` is where llb-timed is."""
    with tempfile.NamedTemporaryFile() as result:
        words = [str(word) for word in (tools / "llb-timed", result.name, *command)]
        subprocess.run(words, check=True, **more)
        clock, user, system, peak = map(float, result.read().split())
    return Spent(clock / 1000, (user + system) / 1000, peak / 1024)
