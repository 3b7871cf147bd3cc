"""A full build and one after 100 changes, ours and Hugo's; whether both of ours make the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.hugo import HugoSite, find_hugo
from bench.ours import Office
from bench.process import Spent
from bench.seed import Seeder, name_changes
from bench.sites import World
from bench.stage import Stage
from portal import load_portal
from publish.site import publish_site

NEW = 70
_MONTHS = 36  # that the portal has stood
_RECENT = 61  # seconds


@dataclass(frozen=True)
class _Built:
    """What one portal cost: all of it, and 100 changes, forked by the schedule and started by themselves."""

    office: Office
    full: Spent
    forked: Spent
    started: Spent
    same: bool


def run(stage: Stage) -> Iterator[str]:
    """10,000 articles beside Hugo, then 100,000 of ours."""
    small, large = stage.count(10_000, least=60), stage.count(100_000, least=120)
    built = _build(stage, small)
    hugo = find_hugo()
    if hugo is None:
        told = f"no hugo on this machine; ours {_tell(built.full)}, {small} articles"
        yield f"full build: ratio unknown ({told})"
        yield f"100 changes: ratio unknown (no hugo on this machine; ours {_tell(built.forked)})"
    else:
        site = HugoSite(hugo, stage.folder / "hugo", built.office)
        site.write()
        theirs = site.build()
        site.touch()
        again = site.build()
        first = _build_from_nothing(built.office)
        yield (
            f"full build: ratio {theirs.cpu / built.full.cpu:.2f} (Hugo {_tell(theirs)}, ours, where it "
            f"stands, {_tell(built.full)}; from nothing {_tell(first)}, ratio {theirs.cpu / first.cpu:.2f}; "
            f"{small} articles)"
        )
        yield (
            f"100 changes: ratio {again.cpu / built.forked.cpu:.1f} (Hugo {_tell(again)}, ours, forked by "
            f"the schedule, {_tell(built.forked)}; started by itself {_tell(built.started)}, ratio "
            f"{again.cpu / built.started.cpu:.1f}; {small} articles of {_MONTHS} months)"
        )
    shutil.rmtree(built.office.home)
    grown = _build(stage, large)
    yield (
        f"growth: ratio {grown.forked.cpu / built.forked.cpu:.2f} (100 changes of {large} articles "
        f"{_tell(grown.forked)}, of {small} {_tell(built.forked)}; started by itself "
        f"{grown.started.cpu / built.started.cpu:.2f})"
    )
    same = "yes" if built.same and grown.same else "no"
    yield f"same bytes: {same} (after twice 100 changes, beside a full build)"


def _build(stage: Stage, total: int) -> _Built:
    """Fill a portal month by month, publish twice what 100 changes touch, then build all of it."""
    world = World("known", 20, 1, stage.day, port=8080)
    office = Office(stage.folder / f"ours-{total}")
    office.configure(world, search=False, traditional=False)
    with office.open() as database:
        seeder = Seeder.begin(office, database, world, total)
        _live_through(seeder, office, total)
        office.run("publish")  # as each before it: what it takes from portal.yaml is kept from then on
        if not stage.small:
            _rest()
        _change(seeder, total, 0)
        database.settle()  # as the desk does every two seconds
        forked = office.fork("publish")
        _change(seeder, total, 1)
        database.settle()
        started = office.run("publish")
    before = _digest(office.home / "site" / "current")
    full = office.run("publish", "--full")
    return _Built(office, full, forked, started, before == _digest(office.home / "site" / "current"))


def _build_from_nothing(office: Office) -> Spent:
    """Publish all that is approved into no portal at all, as after the loss of its folder."""
    site = office.home / "site"
    site.rename(office.home / "site-before")
    return office.run("publish")


def _live_through(seeder: Seeder, office: Office, total: int) -> None:
    """Publish what each month brought at its end, as a portal that has stood so long has done."""
    portal, end = load_portal(office.home / "portal.yaml"), datetime.now(UTC) - timedelta(days=1)
    size = -(-total // _MONTHS)
    for first in range(0, total, size):
        at = end - timedelta(days=30 * ((total - first - 1) // size))
        month = replace(seeder, at=at)
        month.fill(range(first, min(total, first + size)))
        publish_site(seeder.database, portal, office.home, at + timedelta(hours=1))


def _rest() -> None:
    """Wait until ext4 takes the places of removed files for new ones at once; else each one costs a search.

    Three years of releases have just come and gone, of which a real portal has one a night. It waits a minute
    since a file was removed, five where the disk does not know that yet (`recently_deleted` of the kernel).
    """
    os.sync()
    time.sleep(_RECENT)


def _change(seeder: Seeder, total: int, turn: int) -> None:
    """70 new, 15 edited, 5 withdrawn, 5 moved, 5 re-marked; each `turn` others."""
    seeder.fill(range(total + turn * NEW, total + (turn + 1) * NEW))
    changes = dict(name_changes(total, turn))
    seeder.change(changes["edited"])
    seeder.withdraw(changes["withdrawn"])
    for item in changes["moved"]:
        seeder.change([item], column="redian")
    seeder.change(changes["re-marked"], validity="已废止")


def _digest(folder: Path) -> str:
    """One hash of every path below a folder with its bytes."""
    whole = hashlib.sha256()
    for path in sorted(folder.resolve().rglob("*")):
        if path.is_file():
            whole.update(f"{path.relative_to(folder.resolve())}\0".encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _tell(spent: Spent) -> str:
    return f"{spent.cpu:.2f} s of CPU in {spent.wall:.2f} s"
