"""The whole way from approved items to the served portal, and what happens when something goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import ANN, PDF, Office, keep_pdf, read_site
from sqlalchemy import text
from stores import Stores

from clock import write_time
from errors import AlreadyRunning, NotFound
from portal import Portal
from publish.assets import read_assets
from publish.trees import TreeStore
from publish.verify import verify_site
from store.database import Database
from store.files import hash_bytes, locate
from store.items import Found, add_findings
from store.reviews import undo_approval


@pytest.fixture
def office(database: Database, portal: Portal) -> Office:
    return Office(database, portal)


def test_what_is_approved_is_published_and_nothing_else(office: Office) -> None:
    shown = office.approve(office.write(title="批准的信息"))
    office.write(title="没有人看过的信息")
    office.decide(office.write(title="被拒绝的信息"), "hold")
    report = office.publish()
    assert (report.release, report.articles, report.refused) == (1, 1, ())
    assert report.empty_columns == ("地区动态", "通知公告", "人事任免")
    everything = b"".join(read_site(office.site).values()).decode()
    assert "批准的信息" in everything
    assert "没有人看过" not in everything
    assert "被拒绝" not in everything
    assert office.path_of(shown) == "/articles/2026/11/1.html"
    page = office.page_of(shown).read_text()
    assert '<meta name="PubDate" content="2026-11-05 11:00">' in page
    assert verify_site(office.database, office.home, deep=True) == []


def test_a_publish_without_anything_new_makes_no_release(office: Office) -> None:
    office.approve(office.write())
    first = office.publish()
    again = office.publish()
    assert (again.release, again.written) == (first.release, 0)


def test_an_approval_waits_for_its_hold_and_the_approved_page_stands_meanwhile(office: Office) -> None:
    item = office.approve(office.write(title="先批准的文字"))
    office.publish()
    office.write(item, title="更正后的文字")
    office.approve(item, hold=90)
    other = office.approve(office.write(title="同时来的另一条"))
    report = office.publish()
    assert (report.removed, report.refused, report.articles) == (0, (), 2)
    assert "先批准的文字" in office.page_of(item).read_text()
    assert "先批准的文字" in (office.site / "index.html").read_text()
    assert office.page_of(other).is_file()
    assert verify_site(office.database, office.home) == []
    office.publish()
    assert "更正后的文字" in office.page_of(item).read_text()
    assert "先批准的文字" not in b"".join(read_site(office.site).values()).decode()


def test_what_was_taken_down_and_let_through_again_comes_back_with_its_correction(office: Office) -> None:
    """It is off the portal until then, in this release and in the next, by whatever way that is made."""
    item = office.approve(office.write(title="先批准的文字"))
    office.approve(office.write())
    office.publish()
    office.decide(item, "withdraw")
    office.decide(item, "reopen")
    office.approve(item)
    office.write(item, title="更正后的文字")
    office.approve(item, hold=200)
    for full in (False, False, True):
        assert office.publish(full=full).articles == 1
    assert office.publish().articles == 2
    assert "更正后的文字" in office.page_of(item).read_text()


def test_an_undo_before_the_release_leaves_no_trace(office: Office) -> None:
    office.approve(office.write())
    office.publish()
    before = read_site(office.site)
    item = office.approve(office.write(title="反悔的批准"), hold=5)
    with office.database.write() as connection:
        undo_approval(connection, item, 1, ANN, office.now)
    office.publish()
    assert read_site(office.site) == before


def test_a_withdrawn_item_is_nowhere_but_its_tombstone_and_no_other_article_changes(office: Office) -> None:
    attachment = keep_pdf(office)
    items = [office.approve(office.write(title=f"留下的信息{number}")) for number in range(3)]
    gone = office.approve(office.write(title="撤下的信息", attachments=[attachment]))
    office.publish()
    path = office.path_of(gone)
    before = read_site(office.site)
    assert before[attachment["path"]] == PDF
    office.decide(gone, "withdraw")
    report = office.publish()
    after = read_site(office.site)
    assert (report.removed, report.articles, report.refused) == (1, 3, ())
    assert path not in after
    assert attachment["path"] not in after
    stone = after.pop(f"/gone{path}").decode()
    assert "来源单位撤回" in stone
    assert "撤下的信息" not in stone
    for name, content in after.items():
        assert "撤下的信息".encode() not in content, name
        assert path.encode() not in content, name
    assert all(after[office.path_of(item)] == before[office.path_of(item)] for item in items)


def test_an_item_that_comes_back_has_its_old_address_and_date(office: Office) -> None:
    item = office.approve(office.write(title="去而复返"))
    office.publish()
    before = office.page_of(item).read_bytes()
    office.decide(item, "withdraw")
    office.publish()
    office.decide(item, "reopen")
    office.approve(item)
    office.publish()
    assert office.page_of(item).read_bytes() == before
    assert not (office.site / "gone").exists()


def test_a_state_changed_behind_the_application_vanishes_and_is_named(office: Office) -> None:
    item = office.approve(office.write(title="批准的信息"))
    other = office.write(title="偷改状态的信息")
    office.publish()
    office.run(f"UPDATE reviews SET state = 'approved' WHERE item = {other}")
    office.run(f"UPDATE items SET public_revision = 2 WHERE id = {other}")
    office.run(f"UPDATE reviews SET state = 'waiting' WHERE item = {item}")
    report = office.publish()
    assert report.articles == 0
    assert [line.split(":")[0] for line in report.refused] == [f"item {item}", f"item {other}@1"]
    assert "偷改状态" not in b"".join(read_site(office.site).values()).decode()
    assert not office.page_of(item).exists()


def test_a_finding_that_comes_later_takes_the_page_down_and_is_named(office: Office) -> None:
    item = office.approve(office.write())
    office.publish()
    with office.database.write() as connection:
        add_findings(connection, 1, [Found("secret", "1", "block", "html", "秘密★")])
    report = office.publish()
    assert not office.page_of(item).exists()
    assert len(report.refused) == 1
    assert "finding" in report.refused[0]


def test_content_changed_behind_the_application_is_never_rendered_and_the_sweep_takes_it_down(
    office: Office,
) -> None:
    item = office.approve(office.write(title="批准的文字"))
    office.approve(office.write(title="另一条"))
    office.publish()
    office.run("UPDATE revisions SET form = replace(form, '批准的文字', '偷换的文字') WHERE id = 1")
    altered = "item 1@1: its content is not what was approved"
    assert verify_site(office.database, office.home) == []
    assert verify_site(office.database, office.home, deep=True) == [altered]
    reviewed = office.page_of(item).read_bytes()
    office.approve(office.write(title="第三条"), "diqu")
    report = office.publish(full=True)
    assert report.refused == (altered,)
    assert "批准的文字".encode() in reviewed
    assert not office.page_of(item).exists()
    assert "偷换的文字" not in b"".join(read_site(office.site).values()).decode()
    assert office.publish().articles == 2


def test_an_item_whose_attachment_is_lost_is_refused_by_name(office: Office) -> None:
    attachment = keep_pdf(office)
    office.approve(office.write(attachments=[attachment]))
    locate(office.home, "attachment", hash_bytes(PDF)).unlink()
    report = office.publish()
    assert report.articles == 0
    assert attachment["path"] in report.refused[0]


def test_a_full_publish_sets_right_what_was_changed_on_disk(office: Office) -> None:
    attachment = keep_pdf(office)
    item = office.approve(office.write(attachments=[attachment]))
    office.publish()
    good = read_site(office.site)
    for file in (
        office.page_of(item),
        office.site / attachment["path"].lstrip("/"),
        office.site / "index.html",
    ):
        file.chmod(0o644)
        file.write_text("forged")
    (office.site / "extra.html").write_text("forged")
    problems = verify_site(office.database, office.home)
    assert sum("was changed after it was published" in one for one in problems) == 3
    assert "/extra.html: does not belong to the release" in problems
    locate(office.home, "attachment", hash_bytes(PDF)).chmod(0o644)
    report = office.publish(full=True)
    assert report.refused == ()
    assert verify_site(office.database, office.home) == []
    assert read_site(office.site) == good


def test_a_database_and_a_site_that_do_not_fit_are_named(office: Office) -> None:
    assert verify_site(office.database, office.home) == ["nothing is published yet: run `caibian publish`"]
    item = office.approve(office.write())
    office.publish()
    office.decide(item, "withdraw")
    assert any("is not approved any more" in one for one in verify_site(office.database, office.home))
    office.run("UPDATE pages SET output_hash = 'x' WHERE path = '/404.html'")
    office.run("DELETE FROM pages WHERE path = '/robots.txt'")
    problems = verify_site(office.database, office.home)
    assert sum("does not know this page" in one for one in problems) == 2
    office.run("UPDATE releases SET state = 'kept'")
    assert any("the database does not say so" in one for one in verify_site(office.database, office.home))


act = st.tuples(st.sampled_from(["new", "edit", "withdraw", "return", "move"]), st.integers(0, 7))
days = st.lists(st.lists(act, min_size=1, max_size=5), min_size=2, max_size=5)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=days)
def test_an_incremental_release_is_byte_for_byte_what_a_full_one_gives(
    story: list[list[tuple[str, int]]],
    tmp_path_factory: pytest.TempPathFactory,
    portal: Portal,
    stores: Stores,
    backend: str,
) -> None:
    small = portal.model_copy(update={"settings": portal.settings.model_copy(update={"page_size": 2})})
    home = tmp_path_factory.mktemp("office")
    database = Database.open(stores.new_url(backend, home), home)
    office = Office(database, small)
    attachment = keep_pdf(office)
    states: dict[int, tuple[str, str]] = {}
    for day in story:
        for act, number in day:
            _take_step(office, states, act, number, attachment)
        office.publish()
        incremental = read_site(office.site)
        assert verify_site(database, home, deep=True) == []
        office.publish(full=True)
        assert read_site(office.site) == incremental
        (home / "site").rename(home / f"site-{office.now:%d%H%M}")
        office.publish()
        assert read_site(office.site) == incremental
    stores.drop(database)


def _take_step(
    office: Office, states: dict[int, tuple[str, str]], act: str, number: int, attachment: dict[str, Any]
) -> None:
    item = sorted(states)[number % len(states)] if states else None
    if act == "new" or item is None:
        files = [attachment] if number % 3 == 0 else []
        item = office.approve(office.write(attachments=files))
        states[item] = ("approved", "bumen")
        return
    state, column = states[item]
    if act == "edit":
        office.write(item, title=f"改过的第{item}条，第{office.numbers[item] + 1}稿")
        office.approve(item, column)
        states[item] = ("approved", column)
    elif act == "withdraw" and state == "approved":
        office.decide(item, "withdraw")
        states[item] = ("withdrawn", column)
    elif act in ("return", "move") and state == "withdrawn":
        office.decide(item, "reopen")
        column = "diqu" if act == "move" and column == "bumen" else "bumen"
        office.approve(item, column)
        states[item] = ("approved", column)


def test_two_publishes_at_once_are_one(office: Office) -> None:
    (office.home / "locks").mkdir()
    with FileLock(office.home / "locks" / "publish.lock"), pytest.raises(AlreadyRunning):
        office.publish()


def test_older_releases_are_kept_as_many_as_configured(office: Office) -> None:
    for number in range(8):
        office.approve(office.write(title=f"第{number}条"))
        office.publish()
    assert TreeStore(office.home / "site").list_releases() == [4, 5, 6, 7, 8]
    with office.database.read() as connection:
        states = [row.state for row in connection.execute(text("SELECT state FROM releases ORDER BY id"))]
    assert states == ["removed"] * 3 + ["kept"] * 4 + ["served"]


def test_a_rollback_goes_through_the_gate_of_today(office: Office) -> None:
    first = office.approve(office.write())
    second = office.approve(office.write())
    office.publish()
    third = office.approve(office.write())
    office.publish()
    office.decide(second, "withdraw")
    report = office.publish(rollback=1)
    assert (report.release, report.articles) == (3, 1)
    assert office.page_of(first).is_file()
    assert not office.page_of(second).exists()
    assert not office.page_of(third).exists()
    assert office.publish().articles == 2
    with pytest.raises(NotFound, match="there are 1, 2, 3, 4"):
        office.publish(rollback=99)


def test_an_older_style_sheet_outlives_the_release_that_used_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approve(office.write())
    office.publish()
    old = {path for path in read_site(office.site) if path.startswith("/static/")}
    assets = {
        name: type(asset)(asset.path.replace(".css", "-new.css"), asset.raw + b"\n")
        for name, asset in read_assets().items()
    }
    for module in ("publish.site_view", "publish.plan", "publish.render"):
        monkeypatch.setattr(f"{module}.read_assets", lambda: assets)
    office.publish()
    now = {path for path in read_site(office.site) if path.startswith("/static/")}
    assert old < now
    office.publish(full=True)
    assert {path for path in read_site(office.site) if path.startswith("/static/")} == now
    assert verify_site(office.database, office.home) == []


def test_progress_is_told_file_by_file(office: Office) -> None:
    office.approve(office.write())
    told: list[tuple[int, int]] = []
    report = office.publish(progress=lambda done, total: told.append((done, total)))
    assert told == [(number, report.written) for number in range(1, report.written + 1)]


def test_numbers_are_not_given_again_after_an_older_backup_was_restored(office: Office) -> None:
    first = office.approve(office.write())
    office.publish()
    office.run("DELETE FROM pages")
    office.run("DELETE FROM publications")
    office.run("DELETE FROM placements")
    office.run("DELETE FROM releases")
    office.publish()
    assert office.path_of(first) == "/articles/2026/11/2.html"
    assert write_time(office.now) > ""
