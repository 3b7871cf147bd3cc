"""The portal as it stood at a moment of the past, made again for whoever must know it, not for the public."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from clock import read_time, tell_day, tell_minute, write_time
from errors import NotFound, PublishError, UserFault
from portal import Portal
from publish.annex import fill_annex
from publish.directory import Paper
from publish.gather import Known, Stores, prepare_file, read_known, read_papers
from publish.plan import Layout, choose, lay_out, lay_out_files, pair_files
from publish.render import Renderer, render_all
from publish.shelf import Live, Shelf, Stone
from publish.site_view import see_site
from publish.views import AgencyView
from store.cells import disarm
from store.database import Database
from store.past import Approval, PastRelease, find_release_at, read_past_gate, read_past_places
from store.publishing import Placement, Publication
from store.shown import list_agency_names, read_agencies

COLUMNS = ("path", "item", "revision", "title", "column", "approved_by", "approved_at", "log", "hash")


@dataclass(frozen=True)
class PastReport:
    """What was made again: the release that stood then, when that was made, and what could not be made.

    `missing` names what is not kept any more or not as it was approved.
    """

    release: int
    at: str
    articles: int
    folder: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Past:
    """Everything that stood in one release."""

    stores: Stores
    release: PastRelease
    approvals: Mapping[int, Approval]
    shelf: Shelf
    agencies: Mapping[int, str | None]
    papers: Mapping[int, Paper]


def rebuild_past(
    database: Database, portal: Portal, home: Path, moment: datetime, folder: Path
) -> PastReport:
    """Make again what stood on the portal at a moment, with a list of who approved each item.

    Pages are rendered by today's templates from the revisions that stood then, into `folder/site`; the list
    is `folder/approvals.csv` and `.json`. Only the owner may look into the folder, which must be new or empty
    and may not lie below the served site. Raises NotFound when nothing was published yet, UserFault for the
    folder.
    """
    _make_private(folder, home)
    past = _gather(database, portal, home, moment)
    lives = list(past.shelf.live.values())
    known = read_known(past.stores, lives, list(_lay_out(past).files.values()), lambda path: True)
    past = replace(past, shelf=_leave_out(past.shelf, known.bad))
    layout = _lay_out(past)
    named = lay_out_files({path for paths in known.files.values() for path in paths})
    layout = replace(layout, files={**layout.files, **named})
    missing = [*known.bad.values(), *_write(past, layout, known, folder / "site")]
    _list_approvals(past, known, folder)
    return PastReport(past.release.id, past.release.at, len(known.rows), str(folder), tuple(missing))


def _make_private(folder: Path, home: Path) -> None:
    whole, served = folder.resolve(), (home / "site").resolve()
    if whole == served or served in whole.parents:
        raise UserFault(f"{folder}: lies below the served site; name a folder that nobody serves")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserFault(f"{folder}: is not empty; name a new folder")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise UserFault(f"{folder}: cannot be made: {error.strerror}") from error


def _gather(database: Database, portal: Portal, home: Path, moment: datetime) -> _Past:
    with database.read() as connection:
        release = find_release_at(connection, write_time(moment))
        if release is None:
            raise NotFound(f"nothing was published yet at {tell_minute(moment)}")
        hold = timedelta(minutes=portal.settings.hold_minutes)
        approvals = read_past_gate(connection, release, hold)
        publications, places = read_past_places(connection, release)
        agencies = read_agencies(connection, None)
        names = tuple(AgencyView(*one) for one in list_agency_names(connection).items())
    site = replace(see_site(portal, names, tell_day(read_time(release.at))), search=False)
    known = {column.key for column in site.columns}
    shelf = _fill(release, approvals, publications, places)
    lost = sorted({live.gated.column_key for live in shelf.live.values()} - known)
    if lost:
        raise PublishError(f"portal.yaml has no column {', '.join(lost)} any more: put it back to rebuild")
    stores = Stores(database, home, site)
    papers, _ = read_papers(stores, [live.gated for live in shelf.live.values()])
    return _Past(stores, release, approvals, shelf, agencies, papers)


def _fill(
    release: PastRelease,
    approvals: Mapping[int, Approval],
    publications: Mapping[int, Publication],
    places: Iterable[Placement],
) -> Shelf:
    slots: dict[int, Placement] = {}
    last: dict[str, int] = {}
    for one in places:
        last[one.column_key] = max(one.slot, last.get(one.column_key, 0))
        if one.ends is None or one.ends > release.at:
            slots[one.item] = one
    live, stones = {}, {}
    for item, publication in publications.items():
        found, down = approvals.get(item), publication.tombstone_at
        if found is not None and item in slots and not (down is not None and down < release.at):
            place = slots[item]
            gated = replace(found.gated, column_key=place.column_key)
            live[item] = Live(gated, replace(publication, tombstone_at=None), place.slot)
        elif down is not None and down <= release.at:
            column = slots[item].column_key if item in slots else None
            stones[item] = Stone(publication, column)
    return Shelf(live, stones, last)


def _leave_out(shelf: Shelf, bad: Mapping[int, str]) -> Shelf:
    return replace(shelf, live={item: live for item, live in shelf.live.items() if item not in bad})


def _lay_out(past: _Past) -> Layout:
    annex = fill_annex(past.shelf, past.papers, past.agencies, past.stores.site)
    return lay_out(past.shelf, past.stores.site, annex=annex)


def _write(past: _Past, layout: Layout, known: Known, folder: Path) -> list[str]:
    """Write every file; give those that are not kept any more."""
    renderer = Renderer(past.stores.site, past.shelf, layout, known.rows)
    pairs = pair_files(layout, choose(layout, {}))
    missing = []
    for file, raw in render_all(past.stores, renderer, pairs, partial(prepare_file, past.stores)):
        if raw is not None:
            place = folder / file.path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(raw)
        elif file.subject.kind == "file":
            missing.append(f"{file.path}: is not kept any more")
    return missing


def _list_approvals(past: _Past, known: Known, folder: Path) -> None:
    rows = []
    for item, live in sorted(past.shelf.live.items(), key=lambda one: one[1].publication.number):
        found = past.approvals[item]
        values = (
            live.publication.path,
            item,
            live.gated.number,
            known.rows[item].title,
            live.gated.column_key,
            " / ".join(found.by),
            tell_minute(read_time(found.gated.approved_at)),
            found.seq,
            live.gated.hash,
        )
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    told = {"release": past.release.id, "at": past.release.at, "approvals": rows}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "approvals.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "approvals.csv").open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows({name: disarm(value) for name, value in row.items()} for row in rows)
