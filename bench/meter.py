"""Runs one command and tells what it cost with all that it started: `meter.py REPORT COMMAND...`.

A crawl's workers are children of a fork server that outlives the crawl by a moment, so that the crawl itself
never waits for them: here they are adopted, waited for, and counted.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of Linux


def main() -> int:
    """Run the command to the end of its last process, write JSON, leave with the command's code."""
    ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    start = time.monotonic()
    child = subprocess.Popen(sys.argv[2:])
    code = child.wait()
    wall = time.monotonic() - start
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak_mb": used.ru_maxrss / 1024}
    Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
