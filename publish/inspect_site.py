"""The inspection of a whole release, and of what a publish is about to serve."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from errors import PublishError
from publish.assets import read_assets
from publish.contrast import find_pale
from publish.inspection import Flaw, Inspection, look_for_twins, read_title
from publish.redirects import name_lost
from publish.trees import TreeStore
from publish.views import SiteView

TOLD = 10  # flaws in a message; `caibian inspect` lists all


def begin_inspection(site: SiteView, owed: Mapping[str, str] | None = None) -> Inspection:
    """Begin the inspection of pages of this portal; `owed` are links that were put off."""
    return Inspection(site.absolute(""), len(read_assets()["portal.css"].raw), links=dict(owed or {}))


def inspect_site(site: SiteView, home: Path, moved: Mapping[str, str]) -> list[Flaw]:
    """Inspect every page of the served release, and where old addresses lead (`moved`).

    Raises PublishError when nothing is served.
    """
    trees = TreeStore(home / "site")
    served = trees.find_served()
    if served is None:
        raise PublishError("nothing is published yet: run `caibian publish`")
    inspection = begin_inspection(site)
    known = {path for path, _ in trees.walk(served.tree)}
    titles: list[tuple[str, str]] = []
    for path in sorted(known):
        if path.endswith(".html"):
            raw = trees.locate(served.tree, path).read_bytes()
            page = raw.decode(errors="replace")
            inspection.look(path, page, len(raw))
            if not path.startswith(("/articles/", "/zh-hant/", "/gone/")):
                titles.append((path, read_title(page)))
    flaws = inspection.settle(lambda wanted: known.intersection(wanted))
    sheet = read_assets()["portal.css"]
    lost = [Flaw(words.split()[0], "redirect", words) for words in name_lost(moved, known)]
    return [*flaws, *lost, *look_for_twins(titles), *find_pale(sheet.raw.decode(), sheet.path)]


def refuse_flawed(flaws: Collection[Flaw]) -> None:
    """Raise PublishError where something grave was found, naming the first ones."""
    grave = [flaw for flaw in flaws if flaw.grave]
    if grave:
        lines = [f"  {flaw.path}: {flaw.words}" for flaw in grave[:TOLD]]
        more = [f"  and {len(grave) - TOLD} more"] if len(grave) > TOLD else []
        words = "the release before stays served. Mend it, or publish with --anyway"
        raise PublishError("\n".join([f"{len(grave)} faults of the new pages; {words}", *lines, *more]))


def count_rules(flaws: Collection[Flaw]) -> Mapping[str, int]:
    """Count the grave flaws of each rule."""
    counts: dict[str, int] = {}
    for flaw in flaws:
        if flaw.grave:
            counts[flaw.rule] = counts.get(flaw.rule, 0) + 1
    return counts
