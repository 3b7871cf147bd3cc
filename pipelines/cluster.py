"""Alike items put together: found and compared before the transaction, joined within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from pipelines.cluster_guard import Traits, Verdict, compare
from pipelines.cluster_original import Telling, choose_original
from pipelines.cluster_signature import Bands, find_bands
from pipelines.dedupe import squash
from pipelines.label import find_agency
from pipelines.screening import read_words
from pipelines.script import simplify
from sources import Sources
from store.bands import StoredText, find_alike, read_texts, save_bands
from store.clusters import (
    Cluster,
    find_apart,
    find_cluster,
    find_clusters,
    find_ordered_original,
    find_together,
    join_cluster,
    leave_cluster,
    set_original,
)
from store.items import add_doubts, find_latest

_CANDIDATES = 10  # items that one is compared with, the likeliest first


@dataclass(frozen=True)
class Mark:
    """What an item is found by, and what the guard compares."""

    traits: Traits
    bands: Bands


@dataclass(frozen=True)
class Likeness:
    """What the guard said of an item beside a stored one (`item`), or one of the same batch (`place`)."""

    verdict: Verdict
    traits: Traits
    item: int | None = None
    place: int | None = None


def mark_item(fields: Mapping[str, Any], text: str, agency: str | None) -> Mark:
    """Make what an item is found by and compared with; `fields` are those of its form."""
    traits = read_traits(fields, text, agency)
    return Mark(traits, find_bands(squash(traits.text), traits.core, traits.number))


def mark_stored(one: StoredText) -> Mark:
    """Do the same for an item that is stored already."""
    return mark_item(one.fields, _tell_text(one), one.agency)


def read_traits(fields: Mapping[str, Any], text: str, agency: str | None) -> Traits:
    """Take from a form's fields what the guard compares, in simplified characters whatever it is in."""
    issuer = fields["issuer"]
    return Traits(
        title=simplify(fields["title"] or ""),
        text=simplify(text),
        doc_number=fields["doc_number"],
        index_number=fields["index_number"],
        issuer=simplify(issuer) if issuer else issuer,
        files=tuple(str(file["hash"]) for file in fields["attachments"]),
        published=fields["published"],
        agency=agency,
    )


def find_likenesses(connection: Connection, marks: Mapping[int, Mark]) -> dict[int, list[Likeness]]:
    """Compare each item of a batch with the stored ones and with those before it, by place in the batch."""
    found = {place: find_alike(connection, mark.bands, _CANDIDATES) for place, mark in marks.items()}
    stored = read_texts(connection, {item for candidates in found.values() for item in candidates})
    known = {item: _read_traits(one) for item, one in stored.items()}
    seen: dict[tuple[int, int], list[int]] = {}
    likenesses = {}
    for place, mark in marks.items():
        compared = [
            Likeness(compare(mark.traits, known[item]), known[item], item=item) for item in found[place]
        ]
        for other in _find_earlier(seen, mark, place):
            traits = marks[other].traits
            compared.append(Likeness(compare(mark.traits, traits), traits, place=other))
        likenesses[place] = compared
    return likenesses


def _find_earlier(seen: dict[tuple[int, int], list[int]], mark: Mark, place: int) -> list[int]:
    counts: dict[int, int] = {}
    for band in mark.bands:
        for other in seen.get(band, ()):
            counts[other] = counts.get(other, 0) + 1
        seen.setdefault(band, []).append(place)
    return sorted(counts, key=lambda other: (-counts[other], -other))[:_CANDIDATES]


def find_document(traits: Traits, likenesses: Sequence[Likeness]) -> Likeness | None:
    """Find the item that is the same document at another address: number, title, words and files agree."""
    for one in likenesses:
        same = one.verdict.same_document and one.traits.core == traits.core
        if same and one.traits.files == traits.files:
            return one
    return None


def settle(
    connection: Connection,
    item: int,
    mark: Mark,
    compared: Mapping[int, Likeness],
    sources: Sources,
    fresh: bool = False,
) -> Cluster | None:
    """Put an item where it belongs: beside the stored items that the guard agreed to, as editors ordered.

    `compared` is by item; a `fresh` one stands in no cluster yet, and its bands are kept already. What was
    ordered together stays, what was ordered apart is never joined.
    """
    if not fresh:
        save_bands(connection, item, mark.bands)
    current = None if fresh else find_cluster(connection, item)
    near = find_clusters(connection, compared)
    likeliest = sorted(compared, key=lambda other: (-compared[other].verdict.score, other))
    agreed = [other for other in likeliest if compared[other].verdict.together]
    if current is None and not agreed:
        return None
    apart = {other for pair in find_apart(connection, (item,)) for other in pair}
    barred = apart | {other for other, one in compared.items() if one.verdict.conflict}
    barred -= {item}
    chosen = next((one for one in agreed if not barred & _beside(near, one)), None)
    if current is not None:
        held = {other for pair in find_together(connection, (item,)) for other in pair} - {item}
        if held & current.items or (chosen is not None and chosen in current.items):
            return _choose(connection, current, sources)
        leave_cluster(connection, item)
    if chosen is None:
        return None
    verdict = compared[chosen].verdict
    joined = join_cluster(connection, item, chosen, verdict.score, f"与稿件 {chosen} {verdict.reason}")
    return _choose(connection, joined, sources)


def doubt_old_news(
    connection: Connection,
    item: int,
    published: str | None,
    compared: Mapping[int, Likeness],
    old_after_days: int,
    now: datetime,
) -> None:
    """Say so to an editor where the same was published long before (N8): on the later one of the two."""
    for other, one in compared.items():
        if not one.verdict.together:
            continue
        days = count_days(one.traits.published, published)
        if days is None or abs(days) <= old_after_days:
            continue
        late, early = (item, other) if days > 0 else (other, item)
        told = (one.traits.published if days > 0 else published) or ""
        latest = find_latest(connection, late)
        if latest is not None:
            word = f"与稿件 {early}（{told[:10]} 发布）内容相同，相隔 {abs(days)} 天，请核对是否旧稿新发"
            add_doubts(connection, latest.id, [("published", word)], now)


def count_days(before: str | None, after: str | None) -> int | None:
    """Count the days between two dates as stated; None where one is missing or not given to the day."""
    if not before or not after or len(before) < 10 or len(after) < 10:
        return None
    return (date.fromisoformat(after[:10]) - date.fromisoformat(before[:10])).days


def _choose(connection: Connection, cluster: Cluster, sources: Sources) -> Cluster:
    """Show the cluster under the item that an editor named, else under the nearest to the origin."""
    chosen = find_ordered_original(connection, cluster.items)
    if chosen is None:
        stored = read_texts(connection, cluster.items)
        chosen = choose_original([_tell(one, sources) for one in stored.values()]).item
    if chosen != cluster.original:
        set_original(connection, cluster.id, chosen)
    return Cluster(cluster.id, chosen, cluster.members)


def _tell(one: StoredText, sources: Sources) -> Telling:
    agency = find_agency(sources, one.agency)  # where sources.yaml has lost it, the item stays
    fields = one.fields
    return Telling(one.item, agency, fields["issuer"], fields["credit"], fields["published"])


def _beside(near: Mapping[int, Cluster], item: int) -> frozenset[int]:
    cluster = near.get(item)
    return cluster.items if cluster else frozenset({item})


def _read_traits(one: StoredText) -> Traits:
    return read_traits(one.fields, _tell_text(one), one.agency)


def _tell_text(one: StoredText) -> str:
    return one.text if one.text is not None else read_words(one.fields["html"])
