"""A full build and one after 100 changes, ours and Hugo's; whether both of ours make the same bytes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.hugo import HugoSite, find_hugo
from bench.ours import Office
from bench.process import Spent
from bench.seed import Seeder, name_changes
from bench.sites import World
from bench.stage import Stage

NEW = 70


def run(stage: Stage) -> Iterator[str]:
    """10,000 articles beside Hugo, then 100,000 of ours."""
    small, large = stage.count(10_000, least=60), stage.count(100_000, least=120)
    full, changed, same, office = _build(stage, small)
    hugo = find_hugo()
    if hugo is None:
        yield f"full build: ratio unknown (no hugo on this machine; ours {_tell(full)}, {small} articles)"
        yield f"100 changes: ratio unknown (no hugo on this machine; ours {_tell(changed)})"
    else:
        site = HugoSite(hugo, stage.folder / "hugo", office)
        site.write()
        theirs = site.build()
        site.touch()
        again = site.build()
        yield (
            f"full build: ratio {theirs.cpu / full.cpu:.2f} (Hugo {_tell(theirs)}, ours {_tell(full)}, "
            f"{small} articles)"
        )
        yield (
            f"100 changes: ratio {again.cpu / changed.cpu:.1f} (Hugo {_tell(again)}, ours {_tell(changed)}, "
            f"{small} articles)"
        )
    shutil.rmtree(office.home)
    _, grown, grown_same, _ = _build(stage, large)
    yield (
        f"growth: ratio {grown.cpu / changed.cpu:.2f} (100 changes of {large} articles {_tell(grown)}, of "
        f"{small} {_tell(changed)})"
    )
    yield f"same bytes: {'yes' if same and grown_same else 'no'} (after 100 changes, beside a full build)"


def _build(stage: Stage, total: int) -> tuple[Spent, Spent, bool, Office]:
    """Build all, then what 100 changes touch; say whether a full build makes the same of it."""
    world = World("known", 20, 1, stage.day, port=8080)
    office = Office(stage.folder / f"ours-{total}")
    office.configure(world, search=False, traditional=False)
    with office.open() as database:
        seeder = Seeder.begin(office, database, world, total)
        seeder.fill(range(total))
        full = office.run("publish", "--full")
        seeder.fill(range(total, total + NEW))
        _change(seeder, total)
    changed = office.run("publish")
    before = _digest(office.home / "site" / "current")
    office.run("publish", "--full")
    return full, changed, before == _digest(office.home / "site" / "current"), office


def _change(seeder: Seeder, total: int) -> None:
    """15 edited, 5 withdrawn, 5 moved, 5 re-marked; the 70 new ones are there already."""
    changes = dict(name_changes(total))
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
