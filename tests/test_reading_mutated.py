"""Pages that no site meant: none crashes a reader or costs much, none comes back empty without a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CPU_SECONDS = 2.0
MEGABYTES = 256


SOAK = [pytest.param(2500, seed, marks=pytest.mark.soak) for seed in (2, 3, 4, 5)]


@pytest.mark.parametrize(("count", "seed"), [(300, 1), *SOAK])
def test_mutated_pages_are_read_or_named(count: int, seed: int) -> None:
    """In a process of its own, whose largest size counts for all its pages."""
    env = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, "-W", "error", str(TESTS / "mutations.py"), str(count), str(seed)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["pages"] == count
    assert told["wrong"] == []
    assert told["worst"] < CPU_SECONDS
    assert told["peak"] < MEGABYTES
