"""Keeps a process on standby as `caibian schedule` does, and tells what one forked command costs.

`keeper.py REPORT WORDS...`: what was imported before is not counted, since it is imported once a day.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from processes import Processes
from standby import Standby

_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Have one command forked, so that all is imported, then measure another; leave with its code."""
    processes = Processes(os.environ, Path.cwd(), Standby())
    processes.run(("publish", "--help"))
    before, begun = _count(), time.monotonic()
    code = processes.run(tuple(sys.argv[2:]))
    told = {"cpu": _count() - before, "wall": time.monotonic() - begun, "peak_mb": 0.0}
    Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")
    return code


def _count() -> float:
    """Count the CPU seconds of this process, and of its children with all that these have waited for."""
    spent = time.process_time()
    for child in Path("/proc/self/task/").glob("*/children"):
        for number in child.read_text(encoding="ascii").split():
            words = Path("/proc", number, "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            spent += sum(map(int, words[11:15])) / _TICKS
    return spent


if __name__ == "__main__":
    sys.exit(main())
