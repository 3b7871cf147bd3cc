"""What a new source's block would say: unit, name, column, period, drawn from what a look at it showed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from entries import read_period, write_period
from portal import Portal
from reading.heads import Head
from reading.page import Row
from sources import Agency, Sources

_SPANS = (7, 14, 30, 60, 90, 180, 365)
_SLUG = re.compile(r"[a-z][a-z0-9]{1,30}")
_FILES = frozenset(("index", "list", "default", "node", "gkmlpt", "channel", "article", "api"))


@dataclass(frozen=True)
class Proposal:
    """The keys of a source's block; None where nothing says it. `why` has a word for each that was found."""

    id: str | None
    agency: str | None
    name: str | None
    column: str | None
    every: str | None
    days: int | None
    why: dict[str, str]


def propose(url: str, head: Head, rows: Sequence[Row], sources: Sources, portal: Portal) -> Proposal:
    """Propose a block for a column page by its address, its head and the dates of its rows."""
    agency, by = find_agency(url, head, sources)
    column = find_column(head.column, portal)
    every, days = measure_pace([row.date for row in rows if row.date])
    why = {"agency": by} if agency else {}
    if column:
        why["column"] = f"its name is like {head.column}"
    if days:
        why["days"] = "from the gaps between the dates of its rows"
    id = make_id(agency, url, {source.id for source in sources.sources}) if agency else None
    there = next((source.id for source in sources.sources if source.address == url), None)
    if there:
        why["id"] = f"this address is there already, as {there}"
    return Proposal(id, agency, head.column, column, every, days, why)


def find_agency(url: str, head: Head, sources: Sources) -> tuple[str | None, str]:
    """Find the unit of a site: by its home page's host, another source's host, or the site's name."""
    host = urlsplit(url).hostname
    for agency in sources.agencies:
        if agency.home and urlsplit(agency.home).hostname == host:
            return agency.key, "its home page is on this host"
    for source in sources.sources:
        if urlsplit(source.address).hostname == host:
            return source.agency, f"{source.id} is on this host"
    named = [agency for agency in sources.agencies if head.site and _is_named(agency, head.site)]
    return (named[0].key, f"the site calls itself {head.site}") if len(named) == 1 else (None, "")


def _is_named(agency: Agency, site: str) -> bool:
    names = (agency.site_name, agency.name, agency.short_name)
    return any(name and (name == site or (len(name) > 3 and name in site)) for name in names)


def find_column(name: str | None, portal: Portal) -> str | None:
    """Find the portal's column of the same name; nothing less, since it would come before every rule."""
    if not name:
        return None
    same = [column.key for column in portal.columns if column.name == name]
    return same[0] if same else None


def measure_pace(dates: Sequence[str]) -> tuple[str | None, int | None]:
    """Say how often to look and within how many days something new appears, by the gaps between rows.

    Four days at the least must be known; a tenth of the gaps may be longer (pinned rows, holidays).
    """
    days = sorted({date.fromisoformat(text[:10]) for text in dates if len(text) >= 10}, reverse=True)
    gaps = sorted((one - other).days for one, other in pairwise(days))
    if len(gaps) < 3:
        return None, None
    longest = gaps[int(0.9 * len(gaps)) - 1]
    expected = next((span for span in _SPANS if span >= 2 * longest), _SPANS[-1])
    return ("3d" if median(gaps) > 14 else None), expected


def make_id(agency: str, url: str, taken: set[str]) -> str:
    """Make an id: the agency's key and the last word of the address that says something."""
    parts = urlsplit(url)
    words = [word for step in parts.path.lower().split("/") for word in re.split(r"[^a-z0-9]+", step)]
    words += [f"{name}{value}" for name, value in parse_qsl(parts.query.lower())]
    said = [word for word in words if _SLUG.fullmatch(word) and word not in _FILES and not _is_ending(word)]
    start = f"{agency}-{said[-1] if said else 'list'}"
    numbers = (f"{start}{number}" for number in range(2, len(taken) + 3))
    return next(id for id in (start, *numbers) if id not in taken)


def _is_ending(word: str) -> bool:
    return bool(re.fullmatch(r"s?html?|jsp|aspx?|php|do|xml|json", word))


def make_entry(chosen: dict[str, Any], default: timedelta) -> dict[str, Any]:
    """Make the mapping of a source's block in the order of the docs, without what the defaults say."""
    days, every = chosen.get("days"), chosen.get("every")
    entry = {
        **{key: chosen[key] for key in ("id", "agency", "name", "address")},
        "column": chosen.get("column"),
        "every": write_period(read_period(every)) if every and read_period(every) != default else None,
        "expects": {"days": days} if days else None,
        "browser": True if chosen.get("browser") else None,
    }
    return {key: value for key, value in entry.items() if value is not None}
