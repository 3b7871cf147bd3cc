"""One publish of the demo in a process of its own: `python -m demo.publish_process TIME`.

A night passes in minutes here, so that it must be told which moment it is, as `demo/crawl_process.py` is. The
demo's own process serves the sample sites; beside a thousand of them a publish would have no room.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from clock import read_time
from portal import load_both
from publish.site import publish_site
from sources import Paths
from store.database import Database
from store.mirror import mirror_configuration


def main() -> None:
    """Publish at the time given, and print what became of it as JSON."""
    paths, moment = Paths.from_env(os.environ, Path.cwd()), read_time(sys.argv[1])
    sources, portal = load_both(paths)
    with closing(Database.open(paths.database_url, paths.home)) as database:
        with database.write() as connection:
            mirror_configuration(connection, sources, portal, moment)
        done = publish_site(database, portal, paths.home, moment)
    print(json.dumps(asdict(done), ensure_ascii=False))


if __name__ == "__main__":
    main()
