"""What somebody at the demo's desk waits for: pages taken by hand; what is to be published, the loop does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime

from store.database import Database
from store.jobs import End, decide_end, end_job, spell_command, take_job


def do_asked(database: Database, surroundings: Mapping[str, str], now: datetime) -> int:
    """Do every job that is due, a page taken by hand as a process of its own; give how many there were."""
    done = 0
    while True:
        with database.write() as connection:
            job = take_job(connection, now, ())
        if job is None:
            return done
        end = End(None, "done")
        if job.kind == "take":
            command = [sys.executable, "-m", "caibian", *spell_command(job.kind, job.argument)]
            left = subprocess.run(command, env=dict(surroundings), stdout=subprocess.DEVNULL, check=False)
            end = decide_end(left.returncode, job.attempts, now)
        with database.write() as connection:
            end_job(connection, job, end, now)
        done += 1
