"""The sample province through the store: its reposts are found, its templates stay apart, no page is lost."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from school import read_truth
from sqlalchemy import select

from demo.configuration import write_configuration
from demo.province import make_province
from pipelines.intake import Intake
from pipelines.messages import Saved
from portal import load_portal
from sources import load_sources
from store.clusters import list_clusters
from store.database import Database
from store.tables import sightings


def test_reposts_stand_beside_their_original_and_nothing_else_is_put_together(tmp_path: Path) -> None:
    province = make_province(date(2026, 11, 5))
    files = write_configuration(province, tmp_path)
    sources, portal = load_sources(files.sources), load_portal(files.portal)
    truths = [one for one in province.truths() if one.outcome == "item"]
    database = Database.open(f"sqlite:///{tmp_path / 'caibian.sqlite'}", tmp_path)
    with closing(database), Intake(database, sources, portal) as intake:
        pages = [read_truth(one) for one in truths]
        done = [one for at in range(0, len(pages), 100) for one in intake.take(pages[at : at + 100])]
        with database.read() as connection:
            rows = connection.execute(select(sightings.c.address, sightings.c.item))
            stood = {row.address: row.item for row in rows}
            found = list_clusters(connection)
    assert set(done) <= {Saved.NEW, Saved.DUPLICATE}
    assert set(stood) == {one.address for one in truths}
    assert None not in stood.values()
    beside = {item: cluster for cluster in found for item in cluster.items}
    reposts = [one for one in truths if one.original is not None]
    assert reposts
    for one in reposts:
        mine, original = stood[one.address], stood[one.original or ""]
        assert mine == original or beside[mine].original == original, one.title
    known = {stood[one.address] for one in reposts} | {stood[one.original or ""] for one in reposts}
    assert set(beside) <= known
