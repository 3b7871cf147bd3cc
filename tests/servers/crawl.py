"""Runs one crawl as a process of its own and prints its rows: Scrapy's reactor runs once a process."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from errors import CaibianError
from portal import load_portal
from sources import Paths, load_sources
from spiders import run, settings


def main() -> int:
    """Crawl with the options of the first argument (JSON); the environment names the files."""
    options = json.loads(sys.argv[1])
    logging.basicConfig(
        level=options.pop("log", "INFO"), stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s"
    )
    for name, value in options.pop("settings", {}).items():
        setattr(settings, name, value)
    now = options.pop("now", None)
    paths = Paths.from_env(os.environ, Path.cwd())
    try:
        rows = run.run_crawl(
            paths,
            load_sources(paths.sources),
            load_portal(paths.portal),
            now=datetime.fromisoformat(now) if now else None,
            **options,
        )
    except CaibianError as error:
        print(json.dumps({"error": type(error).__name__, "words": str(error)}))
        return error.exit_code
    for row in rows:
        print(json.dumps({**asdict(row), "at": None}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
