"""One measured process: what a command cost with all its children, and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


class BenchError(Exception):
    """A command that was to be measured did not do its work."""


@dataclass(frozen=True)
class Spent:
    """What a command cost: CPU and wall seconds, the largest process in MB (0: unknown), its output."""

    cpu: float
    wall: float
    peak_mb: float
    out: str


def measure(command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Spent:
    """Run a command and measure it with all processes that it starts.

    Raises BenchError with the end of its error output when it does not leave with 0.
    """
    return _measure("meter.py", command, env, cwd)


def measure_forked(words: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT) -> Spent:
    """Measure a command of `caibian` that a process on standby forks, as those of the schedule are."""
    return _measure("keeper.py", words, env, cwd)


def _measure(script: str, words: Sequence[str], env: Mapping[str, str] | None, cwd: Path) -> Spent:
    # as installed: a program that is compiled anew at each start measures the compiler
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    os.sync()  # what was written before is not brought to the disk at its cost
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench" / script), str(report), *words],
            env={**compiled, "PYTHONPATH": str(ROOT), **(env or {})},
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{' '.join(words)} left with {done.returncode}:\n{done.stderr[-3000:]}")
        told = json.loads(report.read_text(encoding="utf-8"))
    return Spent(told["cpu"], told["wall"], told["peak_mb"], done.stdout)
