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
    """What a command cost: CPU and wall seconds, the largest process in MB, its standard output."""

    cpu: float
    wall: float
    peak_mb: float
    out: str


def measure(command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Spent:
    """Run a command and measure it with all processes that it starts.

    Raises BenchError with the end of its error output when it does not leave with 0.
    """
    # as installed: a program that is compiled anew at each start measures the compiler
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench" / "meter.py"), str(report), *command],
            env={**compiled, "PYTHONPATH": str(ROOT), **(env or {})},
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{' '.join(command)} left with {done.returncode}:\n{done.stderr[-3000:]}")
        told = json.loads(report.read_text(encoding="utf-8"))
    return Spent(told["cpu"], told["wall"], told["peak_mb"], done.stdout)
