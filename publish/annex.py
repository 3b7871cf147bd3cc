"""What stands beside the columns: a page with feeds for each agency, and the 公开目录.

Of everything, or of what a change can have an effect on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from publish.directory import Directory, Paper, fill_directory
from publish.roll import list_files
from publish.shelf import Live, Shelf
from publish.traditional import has_twin, name_twin
from publish.views import AgencyView, SiteView
from store.filings import Filing, count_filed, read_filings, read_month
from store.shown import Shown, count_agencies, list_agency_numbers, read_shown


@dataclass(frozen=True)
class Annex:
    """What is laid out beside the columns.

    `agencies` holds the newest items of the agencies to lay out, `present` every agency that has something;
    `directory` is None where nothing in it changed; `vanished` are addresses that are no longer there.
    """

    agencies: Mapping[str, tuple[int, ...]]
    present: tuple[AgencyView, ...]
    directory: Directory | None
    filings: tuple[Filing, ...] = ()  # of the items that the release deals with
    vanished: tuple[str, ...] = ()

    @property
    def items(self) -> set[int]:
        """Every item that something to lay out shows."""
        named = {item for items in self.agencies.values() for item in items}
        return named | self.directory.items if self.directory is not None else named


def fill_annex(
    shelf: Shelf, papers: Mapping[int, Paper], agencies: Mapping[int, str | None], site: SiteView
) -> Annex:
    """Sort everything; `papers` are the public documents, `agencies` the agency of each item."""
    newest = sorted(shelf.live.values(), key=lambda live: -live.publication.number)
    known = {agency.key for agency in site.agencies}
    by_agency: dict[str, list[int]] = {}
    for live in newest:
        key = agencies.get(live.item)
        if key in known and len(by_agency.setdefault(key, [])) < site.page_size:
            by_agency[key].append(live.item)
    filings = tuple(_file(shelf.live.values(), papers, agencies))
    directory = fill_directory(filings, site) if site.has_directory else None
    tops = {key: tuple(items) for key, items in by_agency.items()}
    return Annex(tops, _find_present(site, tops), directory, filings)


def narrow_annex(
    connection: Connection,
    touched: Collection[int],
    shelf: Shelf,
    papers: Mapping[int, Paper],
    agencies: Mapping[int, str | None],
    site: SiteView,
) -> Annex:
    """Give the same of what a change of the `touched` items can have an effect on; `shelf` holds no other."""
    before = read_shown(connection, touched)
    counts = Counter(count_agencies(connection))
    rolled = list_files(_find_present(site, counts.keys()))
    counts.subtract(one.agency for one in before.values() if one.agency)
    counts.update(key for item in shelf.live if (key := agencies.get(item)))
    keys = {one.agency for one in before.values()} | {agencies.get(item) for item in shelf.live}
    present = _find_present(site, {key for key, count in counts.items() if count > 0})
    tops = {
        agency.key: _find_top(connection, agency.key, before, shelf, agencies, site.page_size)
        for agency in present
        if agency.key in keys
    }
    filings = tuple(_file(shelf.live.values(), papers, agencies))
    directory = None
    if site.has_directory and (filings or count_filed(connection, touched)):
        known = read_filings(connection)
        others = [one for one in known if one.item not in touched]
        directory = fill_directory([*others, *filings], site, known, touched)
    gone = [agency for agency in site.agencies if agency.key in keys and agency not in present]
    vanished = [path for one in gone for path in (f"{one.path}index.html", *one.feeds)]
    vanished += set(rolled) - set(list_files(present))
    vanished += directory.vanished if directory is not None else ()
    vanished += [name_twin(path) for path in vanished if has_twin(path)]
    return Annex(tops, present, directory, filings, tuple(vanished))


def _file(
    lives: Iterable[Live], papers: Mapping[int, Paper], agencies: Mapping[int, str | None]
) -> Iterable[Filing]:
    for live in lives:
        paper, one = papers.get(live.item), live.publication
        if paper is not None:
            agency = agencies.get(live.item)
            yield Filing(live.item, one.number, agency, paper.subject, paper.year, read_month(one.path))


def _find_present(site: SiteView, keys: Collection[str]) -> tuple[AgencyView, ...]:
    return tuple(agency for agency in site.agencies if agency.key in keys)


def _find_top(
    connection: Connection,
    key: str,
    before: Mapping[int, Shown],
    shelf: Shelf,
    agencies: Mapping[int, str | None],
    size: int,
) -> tuple[int, ...]:
    """Merge an agency's served items that nobody touched with the changed ones, the newest first."""
    left = sum(one.agency == key for one in before.values())
    served = list_agency_numbers(connection, key, size + left)
    numbers = {item: number for item, number in served if item not in before}
    numbers |= {i: live.publication.number for i, live in shelf.live.items() if agencies.get(i) == key}
    return tuple(sorted(numbers, key=lambda item: -numbers[item])[:size])
