"""Who works at the desk or reads the portal has the processor first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ASK = """
import os, sys
import caibian, click
if len(sys.argv) > 2:
    os.nice(int(sys.argv[2]))
told = click.Command(sys.argv[1], callback=lambda: print(os.nice(0)))
caibian.Rooms.get_command = lambda self, ctx, name: told
sys.argv[1:] = [sys.argv[1]]
caibian.main()
"""


def ask(*words: str) -> int:
    """Give the niceness that a command of the terminal works at."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.parametrize(("name", "behind"), [("crawl", 10), ("publish", 5), ("serve", 0), ("queue", 0)])
def test_what_has_all_night_lets_others_go_first(name: str, behind: int) -> None:
    usual = ask("check")
    assert ask(name) == max(usual, behind)


def test_ops_own_priority_stays() -> None:
    assert ask("publish", "12") >= 12
