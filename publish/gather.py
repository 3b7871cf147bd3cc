"""What a release is made from, read from the store and held to the gate: rows, forms, who is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from clock import read_time
from errors import StoreError
from publish.body import read_file_hash
from publish.directory import Paper, read_paper
from publish.fields import list_files, see_date, see_row
from publish.former import Former
from publish.pictures import is_picture, prepare_picture
from publish.plan import FEEDS, File
from publish.shelf import Live, Stock
from publish.traditional import name_twin
from publish.views import RowView, SiteView
from store.aside import has_fresh, read_served_revisions
from store.database import Database
from store.files import find_file, read_bytes
from store.filings import find_numbered
from store.forms import Form
from store.gate import (
    Gate,
    Gated,
    read_approved,
    read_farewells,
    read_filed,
    read_forms,
    read_gate,
    read_standing,
)
from store.log import Head, read_head
from store.publishing import (
    PageRecord,
    Publication,
    are_doubted,
    read_pages,
    read_placements,
    read_publications,
    read_release_head,
)
from store.shown import find_last_number, find_last_slot, read_agencies, read_shown, read_touched

CHUNK = 200  # forms held at once
MOMENTS = 4096  # kept as read: some hundred thousand items came with some hundred releases
WITH_SUMMARY = ("front", *FEEDS, "directory", "directory json", "directory csv")
ALTERED = "its content is not what was approved"
HIDDEN = "its state was changed without a decision"
LATER = "its approval takes effect only after this moment"
BLOCKED = "a finding that nobody cleared holds it back"


@dataclass(frozen=True)
class Stores:
    """Where a publish reads from: the database, the working folder, and the portal's own view.

    A release of everything that is made beside the served one takes what is not kept from that, the `former`.
    """

    database: Database
    home: Path
    site: SiteView
    former: Former | None = None


class Overtaken(Exception):  # no error: the work is done again
    """Somebody was touched or withdrawn while a release was being made."""


@dataclass(frozen=True)
class Gathered:
    """The gate as it stood at `head`, and what earlier releases left; `refused` are words for the report.

    `records` are what is known of served pages, of some of them; `touched` are the signs that led here, row
    to item. With a `scope`, everything is of these items only: the others are as the served release shows
    them.
    """

    rows: dict[int, Gated]
    stock: Stock
    records: dict[str, PageRecord]
    filed: frozenset[int]
    refused: dict[int, str]
    head: Head
    touched: Mapping[int, int]
    pending: frozenset[int]
    agencies: Mapping[int, str | None]
    scope: frozenset[int] | None = None
    stale: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """What was read of the forms that a release needs, and the items whose form or files are not right."""

    rows: dict[int, RowView]
    files: dict[int, tuple[str, ...]]
    bad: dict[int, str]


def gather(
    stores: Stores, now: datetime, served: int | None, narrow: bool, portion: frozenset[int] | None = None
) -> Gathered:
    """Read the gate and everything that belongs to it in one view of the database.

    When `narrow`, of the items only that were touched since the served release. Of a `portion` alone, what is
    touched besides waits for the next release. Beside the served one it raises Overtaken where somebody bears
    a sign that was not taken over yet.
    """
    former = stores.former
    with stores.database.read() as connection:
        touched = read_touched(connection)
        if former is not None and has_fresh(connection, former.records):
            raise Overtaken
        if portion is not None:
            touched = {sign: item for sign, item in touched.items() if item in portion}
        scope = frozenset(touched.values()) if narrow else None
        wanted = scope if narrow else portion
        gate = read_gate(connection, now, read_head(connection), wanted)
        publications = read_publications(connection, wanted)
        records = read_pages(connection, _name_pages(publications)) if narrow else {}
        rows = {row.item: row for row in gate.open}
        standing = _find_standing(connection, stores, gate, served, publications)
        rows |= standing
        left = [item for item, one in publications.items() if one.released and item not in rows]
        farewells = read_farewells(connection, left)
        refused = _name_refused(read_approved(connection, wanted), gate, rows)
        later = {row.item for row in gate.pending}
        for item, farewell in farewells.items():
            if not farewell.decided and publications[item].tombstone_at is None:
                why = BLOCKED if farewell.blocked else LATER if item in later else HIDDEN
                refused.setdefault(item, f"item {item}: {why}")
        filed = read_filed(connection) if not narrow else {row.revision for row in rows.values()}
        slots = {column.key: find_last_slot(connection, column.key) for column in stores.site.columns}
        last = max(find_last_number(connection), former.highest if former is not None else 0)
        stock = Stock(publications, read_placements(connection, wanted), farewells, slots, last)
        agencies = read_agencies(connection, wanted)
    return Gathered(
        rows=rows,
        stock=stock,
        records=records,
        filed=frozenset(filed | {row.revision for row in standing.values()}),
        refused=refused,
        head=gate.head,
        touched=touched,
        pending=frozenset(row.item for row in gate.pending),
        agencies=agencies,
        scope=scope,
    )


def _name_pages(publications: Mapping[int, Publication]) -> list[str]:
    """Name all pages that items may have; the served release may have twins that today's has not."""
    named = [path for one in publications.values() for path in (one.path, f"/gone{one.path}")]
    return [*named, *map(name_twin, named)]


def _find_standing(
    connection: Connection,
    stores: Stores,
    gate: Gate,
    served: int | None,
    publications: Mapping[int, Publication],
) -> dict[int, Gated]:
    """Find what stands meanwhile for each public item whose newer revision waits for its hold."""
    items = [row.item for row in gate.pending]
    if stores.former is not None:
        served = stores.former.served.release
        shown = read_served_revisions(connection, stores.former.records, items)
        sure = stores.former.trusted
    else:
        shown = {item: one.revision for item, one in read_shown(connection, items).items()}
        sure = not are_doubted(connection)
    head = read_release_head(connection, served) if served is not None else None
    opened = {row.item for row in gate.open}
    standing: dict[int, Gated] = {}
    for row in gate.pending:
        one = publications.get(row.item)
        if head is not None and one is not None and one.released and row.item not in opened:
            candidates = read_standing(connection, row.item, head.seq)
            known = [one for one in candidates if one.revision == shown.get(row.item)]
            if not known and not sure:  # the one that was approved last; what is surely off stays off
                known = candidates
            if known:
                standing[row.item] = known[0]
    return standing


def _name_refused(
    approved: list[tuple[int, int, int]], gate: Gate, rows: Mapping[int, Gated]
) -> dict[int, str]:
    """Name what calls itself approved and is not let through: the log or a finding says otherwise."""
    passed = {row.revision for row in (*gate.open, *gate.pending, *rows.values())}
    return {
        item: f"item {item}@{number}: {HIDDEN}, or {BLOCKED}"
        for item, revision, number in approved
        if revision not in passed
    }


def read_checked(stores: Stores, rows: Collection[Gated]) -> Iterator[tuple[Gated, Form | None]]:
    """Read forms a few at a time, none of them held, and no transaction open while the caller works."""
    wanted = sorted(rows, key=lambda row: row.revision)
    for start in range(0, len(wanted), CHUNK):
        with stores.database.read() as connection:
            chunk = list(read_forms(connection, wanted[start : start + CHUNK]))
        yield from chunk


def read_order(stores: Stores, gathered: Gathered) -> tuple[dict[int, str], dict[int, str]]:
    """Give the stated dates of items that are new to the portal, and those among them that are not right."""
    fresh = [row for row in gathered.rows.values() if row.item not in gathered.stock.publications]
    order = read_dates(stores, fresh)
    bad = {row.item: f"item {row.item}@{row.number}: {ALTERED}" for row in fresh if row.item not in order}
    return order, bad


def read_dates(stores: Stores, rows: Collection[Gated]) -> dict[int, str]:
    """Give the stated dates of items, the day of approval where there is none; none of an altered form."""
    return {
        row.item: see_date(form["published"]) or row.approved_at.replace("T", " ")[:16]
        for row, form in read_checked(stores, rows)
        if form is not None
    }


def read_papers(stores: Stores, rows: Collection[Gated]) -> tuple[dict[int, Paper], dict[int, str]]:
    """Give the public documents among the items of these rows, and those whose form is not right."""
    if not stores.site.has_directory:
        return {}, {}
    with stores.database.read() as connection:
        numbered = find_numbered(connection, [row.revision for row in rows])
    papers, bad = {}, {}
    for row, form in read_checked(stores, [row for row in rows if row.revision in numbered]):
        if form is None:
            bad[row.item] = f"item {row.item}@{row.number}: {ALTERED}"
        elif (paper := read_paper(form)) is not None:
            papers[row.item] = paper
    return papers, bad


def read_known(
    stores: Stores, lives: Collection[Live], wanted: Collection[File], is_kept: Callable[[str], bool]
) -> Known:
    """Read the forms of live items: their rows for lists, the files they name, and what is wrong with them.

    A file that the served release does not hold (`is_kept`) must be among the kept files, whole.
    """
    with_summary = {
        item for file in wanted if file.subject.kind in WITH_SUMMARY for item in file.subject.shown
    }
    by_item = {live.item: live for live in lives}
    known = Known({}, {}, {})
    for row, form in read_checked(stores, [live.gated for live in lives]):
        if form is None:
            known.bad[row.item] = f"item {row.item}@{row.number}: {ALTERED}"
            continue
        known.rows[row.item] = _see_row(by_item[row.item], form, stores.site, row.item in with_summary)
        paths = list_files(form)
        if paths:  # most items name none, and there may be a hundred thousand
            known.files[row.item] = paths
        for path in paths:
            if not is_kept(path) and find_original(stores, path) is None:
                known.bad[row.item] = f"item {row.item}@{row.number}: its file {path} is not kept any more"
    return known


def find_original(stores: Stores, path: str) -> bytes | None:
    """Read the bytes behind an address of a file from the kept files; None when they are not there, whole."""
    digest = read_file_hash(path)
    with stores.database.read() as connection:
        file = find_file(connection, digest)
    if file is None or file.kind == "page" or file.path != path:
        return None
    try:
        return read_bytes(stores.home, file.kind, digest)
    except StoreError:
        return None


def prepare_file(stores: Stores, path: str) -> bytes | None:
    """Read the bytes that are served at an address of a file; None when its original is not kept, whole."""
    raw = find_original(stores, path)
    return prepare_picture(raw) if raw is not None and is_picture(path) else raw


def _see_row(live: Live, form: Form, site: SiteView, summary: bool) -> RowView:
    one = live.publication
    published, updated = _read_moment(one.first_published), _read_moment(live.updated)
    return see_row(live.item, form, one.path, published, updated, site.identity.name, summary)


@lru_cache(MOMENTS)
def _read_moment(text: str) -> datetime:
    """Read a moment once: what came with one release or one decision has the same."""
    return read_time(text)
