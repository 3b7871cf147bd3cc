"""One crawl of the demo in a process of its own: `python -m demo.crawl_process TIME [--no-recheck]`.

A night passes in minutes here, so that the crawl must be told which night it is; the command `caibian crawl`
knows no such option, since nobody may set the clock of a real portal.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from clock import read_time
from portal import load_both
from sources import Paths
from spiders.run import run_crawl


def main() -> None:
    """Crawl every source at the time given, and print a row a source as `caibian crawl --json` does."""
    paths = Paths.from_env(os.environ, Path.cwd())
    sources, portal = load_both(paths)
    recheck = "--no-recheck" not in sys.argv
    for row in run_crawl(paths, sources, portal, recheck=recheck, now=read_time(sys.argv[1])):
        told = {name: value for name, value in asdict(row).items() if name != "at"}
        print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
