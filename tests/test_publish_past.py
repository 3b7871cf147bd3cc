"""What stood on the portal at a moment of the past is made again, for those alone who must know it."""

from __future__ import annotations

import csv
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from office import Office, keep_pdf, read_site

from errors import NotFound, UserFault
from portal import Portal
from publish.past import PastReport, rebuild_past
from store.database import Database
from store.items import Found, add_findings


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    plain = portal.settings.model_copy(update={"search": False, "hold_minutes": 0})
    return Office(database, portal.model_copy(update={"settings": plain}))


def rebuild(office: Office, hours: float, folder: Path) -> PastReport:
    """Make again what stood so many hours ago."""
    moment = office.now - timedelta(hours=hours)
    return rebuild_past(office.database, office.portal, office.home, moment, folder)


def test_it_is_byte_for_byte_what_was_served_then(office: Office, tmp_path: Path) -> None:
    attachment = keep_pdf(office)
    for number in range(6):
        office.approve(office.write(attachments=[attachment]), "diqu" if number % 2 else "bumen")
    office.publish()
    office.decide(6, "withdraw")
    office.publish()
    then = read_site(office.site)
    office.write(1, title="后来改的")
    office.approve(1)
    office.decide(2, "withdraw")
    office.decide(3, "withdraw")
    office.decide(3, "reopen")
    office.approve(3, "diqu")
    office.approve(office.write())
    office.publish()
    assert read_site(office.site) != then
    report = rebuild(office, 0.5, tmp_path / "then")
    assert read_site(tmp_path / "then" / "site") == then
    assert (report.release, report.articles, report.missing) == (2, 5, ())


def test_it_names_who_let_each_item_through(office: Office, tmp_path: Path) -> None:
    office.approve(office.write(title="=1+1"))
    office.publish()
    rebuild(office, 0, tmp_path / "then")
    told = json.loads((tmp_path / "then" / "approvals.json").read_text(encoding="utf-8"))
    (row,) = told["approvals"]
    assert (row["item"], row["revision"], row["title"]) == (1, 1, "=1+1")
    assert (row["approved_by"], row["path"]) == ("ann", office.path_of(1))
    with (tmp_path / "then" / "approvals.csv").open(encoding="utf-8-sig") as opened:
        assert next(csv.DictReader(opened))["title"] == "'=1+1"


def test_nobody_else_may_look_into_the_folder_and_it_is_never_the_served_one(
    office: Office, tmp_path: Path
) -> None:
    office.approve(office.write())
    office.publish()
    rebuild(office, 0, tmp_path / "then")
    assert stat.S_IMODE((tmp_path / "then").stat().st_mode) == 0o700
    before = read_site(office.site)
    for folder in (office.home / "site", office.home / "site" / "past", tmp_path / "then", office.site / "x"):
        with pytest.raises(UserFault):
            rebuild(office, 0, folder)
    assert read_site(office.site) == before


def test_before_the_first_release_nothing_stood_there(office: Office, tmp_path: Path) -> None:
    office.approve(office.write())
    office.publish()
    with pytest.raises(NotFound):
        rebuild(office, 1, tmp_path / "then")


def test_what_waited_for_its_hold_then_is_not_there_and_what_stood_meanwhile_is(
    office: Office, tmp_path: Path
) -> None:
    office.approve(office.write(title="第一稿"))
    office.publish()
    office.write(1, title="第二稿")
    office.approve(1, hold=90)
    office.publish()
    assert "第一稿" in office.page_of(1).read_text(encoding="utf-8")
    then = read_site(office.site)
    office.publish()
    assert "第二稿" in office.page_of(1).read_text(encoding="utf-8")
    rebuild(office, 1, tmp_path / "then")
    assert read_site(tmp_path / "then" / "site") == then


def test_a_finding_that_came_later_changes_nothing_of_the_past(office: Office, tmp_path: Path) -> None:
    office.approve(office.write())
    office.publish()
    with office.database.write() as connection:
        add_findings(connection, 1, [Found("secret", "1", "block", "html", "秘密★")])
    office.approve(office.write())
    office.publish()
    report = rebuild(office, 0.5, tmp_path / "then")
    assert report.articles == 1


def test_a_form_that_was_changed_since_is_named_and_left_out(office: Office, tmp_path: Path) -> None:
    office.approve(office.write())
    office.approve(office.write())
    office.publish()
    office.run("UPDATE revisions SET form = replace(form, '正文', '偷换') WHERE item = 1")
    report = rebuild(office, 0, tmp_path / "then")
    assert report.articles == 1
    assert [one.split(":")[0] for one in report.missing] == ["item 1@1"]


def test_a_publish_with_a_clock_set_back_says_why_an_item_waits(office: Office) -> None:
    office.approve(office.write(), hold=30)
    office.publish()
    office.now -= timedelta(hours=3)
    (refused,) = office.publish(full=True).refused
    assert "only after this moment" in refused
