"""Shows the whole loop on the sample province: serve, crawl, decide, publish, serve the portal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from clock import read_clock, tell_day, write_time
from demo.asked import do_asked
from demo.configuration import Configured, write_configuration
from demo.editing import EDITORS, approve_clean, mark_demo, read_demo_mark
from demo.portal_server import serve_folder
from demo.province import Province, make_province
from demo.server import serve
from errors import CaibianError, UserFault
from portal import load_both
from publish.site import publish_site
from review.server import serve_desk
from sources import Paths
from store.database import Database
from store.logins import give_demo_password

Echo = Callable[[str], object]
# Both demo editors sign in with it; it is good for a demo's database only, which holds nothing but samples.
_PASSWORD = "sample-province-2026"
_PUBLISH_EVERY = 30  # seconds


@dataclass(frozen=True)
class _Stage:
    """Where one demo stands: its folder, its two files, the province of the night."""

    home: Path
    files: Configured
    province: Province
    echo: Echo

    @property
    def database_url(self) -> str:
        return _database_url(self.home)

    @property
    def paths(self) -> Paths:
        return Paths(self.home, self.database_url, self.files.sources, self.files.portal)

    @property
    def surroundings(self) -> dict[str, str]:
        """What a process of the demo's finds in its environment."""
        return {
            **os.environ,
            "CAIBIAN_HOME": str(self.home),
            "CAIBIAN_DATABASE_URL": self.database_url,
            "CAIBIAN_SOURCES": str(self.files.sources),
            "CAIBIAN_PORTAL": str(self.files.portal),
        }

    def crawl(self, moment: datetime) -> list[dict[str, Any]]:
        """Crawl as ops' timer would, and give a row a source."""
        return [json.loads(line) for line in self._run("crawl", moment).splitlines()]

    def publish(self, moment: datetime) -> dict[str, Any]:
        """Publish as ops' timer would, and give the report."""
        done: dict[str, Any] = json.loads(self._run("publish", moment))
        return done

    def _run(self, what: str, moment: datetime) -> str:
        """Run it in a process of its own, and give what it printed; raises CaibianError where it failed."""
        command = [sys.executable, "-m", f"demo.{what}_process", write_time(moment)]
        done = subprocess.run(command, env=self.surroundings, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise CaibianError(f"the {what} ended with {done.returncode}")
        return done.stdout


def show(
    home: Path, agencies: int | None, items: int | None, night: int, once: bool, port: int, echo: Echo
) -> None:
    """Show the sample province on a night, in its own folder; with `once`, stop after publishing.

    A demo goes on where it stood; a first night of another day or size starts anew. A province whose size was
    asked for has pages as heavy as real ones. Raises UserFault where the folder holds something else than a
    demo, or a port is taken.
    """
    home = home.absolute()
    now = read_clock()
    day, nights = _begin(home, f"agencies={agencies} items={items} port={port}", night, now)
    scaled = agencies is not None or items is not None
    province = make_province(day, 1, nights[0], agencies, items, port, heavy=scaled)
    stage = _Stage(home, write_configuration(province, home), province, echo)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serve(province, port, log=home / "agencies.log"))
        except OSError as error:
            raise UserFault(
                f"port {port} cannot be used: {error.strerror}; take another by --port"
            ) from error
        echo(f"serving {len(province.sites)} sample agencies on http://*.localhost:{port}/, day {day}")
        for turn in nights:
            server.set_night(turn)
            _pass_night(stage, turn, day)
        if not once:
            _serve_portal(stage, port + 1, lambda: tell_moment(day, nights[-1], read_clock()))


def _begin(home: Path, told: str, night: int, now: datetime) -> tuple[date, list[int]]:
    """Find out which day the demo plays on and which nights are to be played; mark a new one."""
    today = tell_day(now)
    mark = _find_mark(home)
    if mark is not None and night == 1 and mark != f"{today} {told}":
        shutil.rmtree(home)
        mark = None
    elif mark is not None and not mark.endswith(f" {told}"):
        raise UserFault(
            f"the demo in {home} was begun with {mark.partition(' ')[2]}: use the same, or night 1"
        )
    if mark is not None:
        return date.fromisoformat(mark.partition(" ")[0]), [night]
    with closing(Database.open(_database_url(home), home)) as database:
        mark_demo(database, f"{today} {told}", now)
    return today, list(range(1, night + 1))


def _find_mark(home: Path) -> str | None:
    """Read the mark of the demo in a folder, None where nothing is; raises UserFault for what is no demo."""
    if not home.exists() or not any(home.iterdir()):
        return None
    if not (home / "caibian.sqlite").exists():
        raise UserFault(f"{home} holds something that is no demo: move it away, or set $CAIBIAN_HOME")
    with closing(Database.open(_database_url(home), home)) as database:
        mark = read_demo_mark(database)
    if mark is None:
        raise UserFault(f"the database in {home} is no demo's: move it away, or set $CAIBIAN_HOME")
    return mark


def _database_url(home: Path) -> str:
    return f"sqlite:///{home / 'caibian.sqlite'}"


def tell_moment(day: date, night: int, now: datetime) -> datetime:
    """Say when a night of the demo is: now, or as many days on as that night lies ahead."""
    ahead = (day + timedelta(days=night - 1)) - tell_day(now)
    return now + max(ahead, timedelta())


def _pass_night(stage: _Stage, night: int, day: date) -> None:
    """One night and the morning after: crawl, decide what is clean, publish."""
    begun = time.monotonic()
    rows = stage.crawl(tell_moment(day, night, read_clock()))
    verdicts = Counter(row["verdict"] for row in rows)
    told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    new, changed = (sum(row[name] for row in rows) for name in ("new", "changed"))
    stage.echo(
        f"night {night}: crawled {len(rows)} sources in {time.monotonic() - begun:.0f} s "
        f"({told}); {new} new pages, {changed} changed"
    )
    for row in rows:
        if row["verdict"] not in {"well", "quiet"}:
            stage.echo(f"  {row['source']}: {row['verdict']}, {row['evidence']}")
    moment = tell_moment(day, night, read_clock())
    _, portal = load_both(stage.paths)
    with closing(Database.open(stage.database_url, stage.home)) as database:
        edited = approve_clean(database, portal, moment)
    stage.echo(f"{EDITORS[0]} approved {edited.approved} clean ones; {edited.left} wait for a person")
    done = stage.publish(moment)
    told = "published release {release}: {articles} articles, {written} files written"
    stage.echo(told.format_map(done))


def _serve_portal(stage: _Stage, port: int, moment: Callable[[], datetime]) -> None:
    """Serve portal and desk until somebody stops it; what the desk approves goes out as on a real evening."""
    sources, portal = load_both(stage.paths)
    with ExitStack() as stack:
        database = stack.enter_context(closing(Database.open(stage.database_url, stage.home)))
        with database.write() as connection:
            for name in EDITORS:
                give_demo_password(connection, name, _PASSWORD)
        try:
            stack.enter_context(serve_folder(stage.home / "site" / "current", port))
        except OSError as error:
            raise UserFault(
                f"port {port} cannot be used: {error.strerror}; take another by --port"
            ) from error
        hurried = Event()
        stack.enter_context(
            serve_desk(database, portal, sources, stage.home, moment, port=port + 1, hurry=hurried.set)
        )
        stage.echo(f"the portal is on http://127.0.0.1:{port}/ (Ctrl-C ends the demo)")
        stage.echo(
            f"the desk is on http://127.0.0.1:{port + 1}/: sign in as {EDITORS[0]} or {EDITORS[1]} "
            f"with the password {_PASSWORD}"
        )
        try:
            while True:
                hurried.wait(_PUBLISH_EVERY)
                hurried.clear()
                do_asked(database, stage.surroundings, moment())
                publish_site(database, portal, stage.home, moment())
        except KeyboardInterrupt:
            stage.echo("the demo has ended")
