"""The 公开目录: every public document in drawers: all, by agency, by subject, by year of its 成文日期.

A drawer's pages are numbered from the oldest, so that a new document changes the newest page only. An item is
a document when its form has a 索引号 or a 发文字号.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from clock import tell_day
from publish.fields import clean, see_date
from publish.views import Pager, RowView, SiteView
from store.cells import disarm
from store.filings import Filing
from store.forms import Form

_Key = TypeVar("_Key", "Drawer", str)
PAGE = 50  # documents a page: about 40 KB
_COLUMNS = (
    ("index_number", "索引号"),
    ("title", "名称"),
    ("summary", "内容概述"),
    ("issued", "成文日期"),
    ("doc_number", "发文字号"),
    ("issuer", "发布机构"),
    ("topic", "主题分类"),
    ("published", "发布日期"),
    ("validity", "有效性"),
    ("address", "网址"),
)


@dataclass(frozen=True, order=True)
class Drawer:
    """One list of the directory: its kind, the key in its address, its name."""

    kind: str  # all, agency, subject or year
    key: str
    name: str = field(compare=False)

    @property
    def path(self) -> str:
        """The address of its newest documents."""
        return "/directory/" if self.kind == "all" else f"/directory/{self.kind}/{self.key}/"

    def page(self, number: int) -> str:
        """The address of one page, numbered from the oldest."""
        return f"{self.path}page-{number}.html"


ALL = Drawer("all", "", "全部")
Filters = tuple[tuple[str, tuple[tuple[Drawer, int], ...]], ...]


@dataclass(frozen=True)
class Paper:
    """What a document's form says of its place in the directory: its subject and the year of its 成文日期."""

    subject: str | None
    year: str | None


@dataclass(frozen=True)
class Stack:
    """One drawer to lay out: how many it holds, its newest documents, the pages to lay out, newest first."""

    total: int
    top: tuple[int, ...]
    pages: Mapping[int, tuple[int, ...]]

    @property
    def newest(self) -> int:
        """The number of the newest page."""
        return -(-self.total // PAGE)


@dataclass(frozen=True)
class Directory:
    """What of the directory is laid out: drawers and months (of publication here) that are others now.

    `counts` names every drawer that has something, `months` every month with its number of documents;
    `vanished` are the addresses of pages and files that are no longer there.
    """

    counts: Mapping[Drawer, int]
    months: Mapping[str, int]
    drawers: Mapping[Drawer, Stack]
    files: Mapping[str, tuple[int, ...]]
    vanished: tuple[str, ...] = ()

    @property
    def items(self) -> set[int]:
        """Every item that a page to lay out shows."""
        shown = [(stack.top, *stack.pages.values()) for stack in self.drawers.values()]
        return {item for parts in (*shown, tuple(self.files.values())) for part in parts for item in part}


@dataclass(frozen=True)
class DirectoryPage:
    """One page of a drawer; `total` and the filters stand on its newest page only."""

    drawer: Drawer
    rows: tuple[RowView, ...]
    pager: Pager
    total: int | None
    filters: Filters = ()


def read_paper(form: Form) -> Paper | None:
    """Say where in the directory a form stands, None when it is no document."""
    if not (clean(form["index_number"]) or clean(form["doc_number"])):
        return None
    issued = see_date(form["issued"])
    return Paper(clean(form["topic"]) or None, issued[:4] if issued else None)


def fill_directory(
    filings: Iterable[Filing],
    site: SiteView,
    before: Iterable[Filing] | None = None,
    touched: Iterable[int] = (),
) -> Directory:
    """Sort every document into its drawers.

    With what stood there `before`, only drawers and pages are laid out that hold one of the `touched` items,
    or others than before.
    """
    now, months = _sort(filings, site)
    if before is None:
        stacks = {drawer: _stack(items) for drawer, items in now.items()}
        return Directory(_count(now), _count(months), stacks, months)
    was, were = _sort(before, site)
    changed = set(touched)
    stacks = {
        drawer: _stack(items, was.get(drawer, ()), changed)
        for drawer, items in now.items()
        if items != was.get(drawer) or changed.intersection(items)
    }
    files = {
        month: items
        for month, items in months.items()
        if items != were.get(month) or changed.intersection(items)
    }
    gone = [
        path
        for drawer, items in was.items()
        for path in sorted(
            set(list_paths(drawer, len(items))) - set(list_paths(drawer, len(now.get(drawer, ()))))
        )
    ]
    gone += [path for month in sorted(were.keys() - months.keys()) for path in name_data(month)]
    return Directory(_count(now), _count(months), stacks, files, tuple(gone))


def list_paths(drawer: Drawer, total: int) -> list[str]:
    """Give the addresses of a drawer's pages; that of everything is there even when it is empty."""
    newest = -(-total // PAGE)
    pages = [drawer.page(number) for number in range(1, newest + 1)] if newest > 1 else []
    return [f"{drawer.path}index.html", *pages] if total or drawer == ALL else []


def name_data(month: str) -> tuple[str, str]:
    """Give the addresses of a month's two files."""
    return f"/directory/data/{month}.json", f"/directory/data/{month}.csv"


def _sort(
    filings: Iterable[Filing], site: SiteView
) -> tuple[dict[Drawer, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    groups: dict[str, dict[str | None, list[int]]] = {"agency": {}, "subject": {}, "year": {}, "month": {}}
    ordered = sorted(filings, key=lambda one: one.number)
    for one in ordered:
        groups["agency"].setdefault(one.agency, []).append(one.item)
        groups["subject"].setdefault(one.subject, []).append(one.item)
        groups["year"].setdefault(one.year, []).append(one.item)
        groups["month"].setdefault(one.month, []).append(one.item)
    names: dict[str | None, str] = {agency.key: agency.name for agency in site.agencies}
    names[None] = site.identity.organizer
    drawers = {ALL: tuple(one.item for one in ordered)}
    for kind in ("agency", "subject", "year"):
        for value, items in groups[kind].items():
            if kind != "subject" or value:
                drawers[_name_drawer(kind, value, names)] = tuple(items)
    return drawers, {month: tuple(items) for month, items in groups["month"].items() if month}


def _name_drawer(kind: str, value: str | None, names: Mapping[str | None, str]) -> Drawer:
    if kind == "agency":
        return Drawer(kind, value or "portal-office", names.get(value, value or ""))
    if kind == "subject":
        return Drawer(kind, hashlib.sha256((value or "").encode()).hexdigest()[:10], value or "")
    return Drawer(kind, value or "undated", f"{value} 年" if value else "未注明成文日期")


def _count(items: Mapping[_Key, tuple[int, ...]]) -> dict[_Key, int]:
    return {key: len(found) for key, found in items.items()}


def _stack(
    items: tuple[int, ...], was: tuple[int, ...] | None = None, touched: set[int] | None = None
) -> Stack:
    pages = _cut(items)
    if was is not None and touched is not None:
        old = _cut(was)
        newest = max(old, default=0)  # it links no newer page; when it is no longer the newest, it does
        pages = {
            number: page
            for number, page in pages.items()
            if page != old.get(number)
            or touched.intersection(page)
            or (number == newest and len(pages) != len(old))
            or number == len(pages) != len(old)
        }
    return Stack(len(items), tuple(reversed(items[-PAGE:])), pages)


def _cut(items: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    if len(items) <= PAGE:
        return {}
    return {at // PAGE + 1: tuple(reversed(items[at : at + PAGE])) for at in range(0, len(items), PAGE)}


def list_filters(counts: Mapping[Drawer, int]) -> Filters:
    """Give the drawers with their numbers, by kind, as pages list them: years newest first."""
    kinds = (("agency", "按发布机构"), ("subject", "按主题分类"), ("year", "按成文年份"))
    by_kind = {
        kind: [(d, count) for d, count in sorted(counts.items()) if d.kind == kind] for kind, _ in kinds
    }
    by_kind["agency"].sort(key=lambda one: (-one[1], one[0].key))
    by_kind["subject"].sort(key=lambda one: (-one[1], one[0].name))
    by_kind["year"].sort(key=lambda one: one[0].key if one[0].key != "undated" else "", reverse=True)
    return tuple((heading, tuple(by_kind[kind])) for kind, heading in kinds)


def write_json(rows: Iterable[RowView], site: SiteView) -> str:
    """Write a month of the directory as JSON, each document with the names that the CSV has."""
    entries = [{key: value for key, value in _tell(row, site).items() if value} for row in rows]
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def write_csv(rows: Iterable[RowView], site: SiteView) -> str:
    """Write a month of the directory as CSV with a byte order mark for spreadsheets, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([name for _, name in _COLUMNS])
    for row in rows:
        told = _tell(row, site)
        writer.writerow([disarm(told[key]) for key, _ in _COLUMNS])
    return "\ufeff" + out.getvalue()


def write_index(months: Mapping[str, int], site: SiteView) -> str:
    """Write the list of all data files."""
    entries = [
        {"month": month, "documents": count, **_name_files(month, site)}
        for month, count in sorted(months.items(), reverse=True)
    ]
    return json.dumps({"fields": dict(_COLUMNS), "files": entries}, ensure_ascii=False, indent=1) + "\n"


def _name_files(month: str, site: SiteView) -> dict[str, str]:
    return dict(zip(("json", "csv"), map(site.absolute, name_data(month)), strict=True))


def _tell(row: RowView, site: SiteView) -> dict[str, str]:
    return {
        "index_number": row.index_number or "",
        "title": row.title,
        "summary": row.summary,
        "issued": row.issued or "",
        "doc_number": row.doc_number or "",
        "issuer": row.issuer or row.credit,
        "topic": row.topic or "",
        "published": f"{tell_day(row.published)}",
        "validity": row.mark.tag if row.mark else "",
        "address": site.absolute(row.path),
    }
