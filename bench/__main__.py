"""`python -m bench [--only NAME] [--scale F | --small]`: one line a figure, as docs/bench.md explains."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.process import BenchError
from bench.stage import Stage
from clock import read_clock, tell_day

GROUPS = ("collect", "night", "memory", "publish", "search", "dedupe", "desk")
SMALL = 0.01


def main() -> int:
    """Run the groups that were asked for, and print their lines as they come."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, help="run one group")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full counts")
    parser.add_argument("--small", action="store_true", help="the least counts, to see that it runs")
    asked = parser.parse_args()
    scale = SMALL if asked.small else asked.scale
    for name in [asked.only] if asked.only else GROUPS:
        run: Callable[[Stage], Iterator[str]] = import_module(f"bench.{name}").run
        with tempfile.TemporaryDirectory(prefix="caibian-bench-") as folder:
            stage = Stage(Path(folder), tell_day(read_clock()), scale)
            try:
                for line in run(stage):
                    print(line, flush=True)
            except BenchError as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
