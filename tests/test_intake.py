"""What the crawl brings is kept once, changed items wait again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection, event, func, select

from pipelines.intake import Intake
from pipelines.messages import (
    FetchedFile,
    ListSeen,
    PageFailed,
    PageGone,
    PageRead,
    PageUnchanged,
    Saved,
)
from reading.page import Attachment, Doubt, Row
from store.database import Database
from store.known import Known
from store.queue import Waiting, walk_waiting
from store.sessions import open_session
from store.tables import items, log, readings, revisions, sightings

MakePage = Callable[..., PageRead]
ID_NUMBER = "11010519491231002X"


def _queue(database: Database) -> list[Waiting]:
    with database.read() as connection:
        return list(walk_waiting(connection))


def _count(database: Database, table: object) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def test_a_new_page_waits_with_its_column_and_reason(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    assert intake.take([make_page()]) == [Saved.NEW]
    (one,) = _queue(database)
    assert (one.state, one.column, one.number) == ("waiting", "bumen", 1)
    assert one.reasons[0] == "规则“部门的动态”"
    assert one.form["credit"] == "样例教育网"
    assert one.clean


def test_the_same_page_again_is_the_same(intake: Intake, database: Database, make_page: MakePage) -> None:
    assert intake.take([make_page(), make_page()]) == [Saved.NEW, Saved.SAME]
    assert _count(database, readings) == 1


@pytest.mark.parametrize(("minutes", "most"), [(3, 10), (11, 40)])
def test_whoever_is_at_the_desk_waits_for_few_pages_at_once(
    intake: Intake, database: Database, make_page: MakePage, now: datetime, minutes: int, most: int
) -> None:
    with database.write() as connection:
        open_session(connection, "ann", now - timedelta(minutes=minutes))
    pages = [make_page(address=f"http://jyt.example.gov.cn/dt/{n}.html", title=f"通知{n}") for n in range(45)]
    seen = [0]

    def look(connection: Connection) -> None:
        seen.append(int(connection.execute(select(func.count()).select_from(items)).scalar_one()))

    event.listen(database.engine, "begin", look)  # each sees what was saved before it
    intake.take(pages)
    event.remove(database.engine, "begin", look)
    with database.read() as connection:
        look(connection)
    sizes = [after - before for before, after in pairwise(seen)]
    assert max(sizes) == most


def test_the_same_words_elsewhere_are_another_sighting(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    repost = make_page(address="http://xn.example.gov.cn/yw/9.html", source="xn-dt")
    assert intake.take([make_page(), repost]) == [Saved.NEW, Saved.DUPLICATE]
    with database.read() as connection:
        found = connection.execute(select(sightings.c.item)).scalars().all()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_short_notices_with_the_same_words_stay_apart(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    pages = [make_page(address=f"http://jyt.example.gov.cn/dt/{n}.html", text="现予公布。") for n in (1, 2)]
    assert intake.take(pages) == [Saved.NEW, Saved.NEW]
    assert [one.field for one in map(_only_doubt, _queue(database)[1:])] == ["title"]


def _only_doubt(one: Waiting) -> Doubt:
    (doubt,) = one.doubts
    return Doubt(doubt["field"], doubt["word"])


def test_a_text_of_last_year_is_not_swallowed_by_the_new_one(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    old = make_page(published="2025-11-04")
    again = make_page(address="http://jyt.example.gov.cn/dt/2.html")
    assert intake.take([old, again]) == [Saved.NEW, Saved.NEW]
    assert "旧稿新发" in _queue(database)[1].doubts[0]["word"]


def test_a_changed_page_waits_as_a_new_revision(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    changed = make_page(text="检查组公布了第二批名单，共计四十二所学校，整改期限为三十天，逾期通报。")
    assert intake.take([make_page(), changed]) == [Saved.NEW, Saved.CHANGED]
    (one,) = _queue(database)
    assert one.number == 2
    with database.read() as connection:
        actions = connection.execute(
            select(log.c.action).where(log.c.item == one.item).order_by(log.c.seq)
        ).scalars()
        assert list(actions) == ["collect", "supersede", "source-changed"]


def test_a_new_reading_of_the_same_words_is_no_revision(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    """Invariant 4: a better reader may find the author; the item that people decide about stays."""
    assert intake.take([make_page(), make_page(author="样例作者")]) == [Saved.NEW, Saved.SAME]
    assert _count(database, readings) == 2
    assert _count(database, revisions) == 1


def test_a_failed_page_is_tried_again_less_and_less_often(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    now = make_page().at
    address = "http://jyt.example.gov.cn/dt/7.html"
    known = Known(database)
    seen = ListSeen("jyt-dt", "http://jyt.example.gov.cn/dt/", "0" * 64, (Row("题目", address),), now)
    assert intake.take([seen, PageFailed("jyt-dt", address, "time-out", now)]) == [Saved.SEEN, Saved.FAILED]
    assert known.due("jyt-dt", now + timedelta(hours=19), 10, recheck=True) == []
    (due,) = known.due("jyt-dt", now + timedelta(days=1), 10, recheck=False)
    assert (due.item, due.attempts) == (None, 1)
    intake.take([PageFailed("jyt-dt", address, "time-out", now + timedelta(days=1))])
    assert known.due("jyt-dt", now + timedelta(days=2), 10, recheck=False) == []
    assert len(known.due("jyt-dt", now + timedelta(days=3), 10, recheck=False)) == 1


def test_a_listed_address_is_due_until_it_was_read(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    """A crawl killed behind the list loses nothing: the address is known, unread and due."""
    page = make_page()
    row = Row("省教育厅开展冬季取暖检查", page.address, "2026-11-04")
    intake.take([ListSeen("jyt-dt", "http://jyt.example.gov.cn/dt/", "0" * 64, (row,), page.at)])
    known = Known(database)
    assert [one.address for one in known.due("jyt-dt", page.at, 10, recheck=False)] == [page.address]
    intake.take([page])
    assert known.due("jyt-dt", page.at, 10, recheck=False) == []
    assert known.look_up("jyt-dt", [page.address])[page.address].title == row.title


def test_rechecks_come_on_fixed_days_while_somebody_may_still_decide(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    page = make_page(row=Row("省教育厅开展冬季取暖检查", "http://jyt.example.gov.cn/dt/1.html"))
    intake.take([page])
    known = Known(database)
    days = []
    for day in range(1, 95):
        at = page.at + timedelta(days=day)
        if known.due("jyt-dt", at, 10, recheck=True):
            days.append(day)
            intake.take([PageUnchanged("jyt-dt", page.address, at)])
    assert days == [1, 3, 7, 30, 90]


def test_gone_twice_is_a_doubt_and_no_withdrawal(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    page = make_page()
    intake.take([page])
    gone = [PageGone("jyt-dt", page.address, 404, page.at + timedelta(days=day)) for day in (1, 2)]
    assert intake.take(gone[:1]) == [Saved.GONE]
    assert _queue(database)[0].doubts == ()
    intake.take(gone[1:])
    (one,) = _queue(database)
    assert one.state == "waiting"
    assert "连续两次返回 404" in one.doubts[0]["word"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("机密★1年\n" + "内容" * 60, "block"),
        ("内容" * 60 + "\n内部资料 注意保存", "block"),
        (f"转载自某报：身份证号码：{ID_NUMBER}，请核对。", "block"),
        (f"联系人身份证号码：{ID_NUMBER}，请核对。", "note"),  # masked
        ("联系人身份证号码：１１０１０５１９４９１２３１００２Ｘ。", "note"),
        ("泄露国家秘密的，依法处理。" + "内容" * 200, "note"),
    ],
)
def test_what_must_not_go_out_is_found(
    intake: Intake, database: Database, make_page: MakePage, text: str, level: str
) -> None:
    intake.take([make_page(text=text)])
    (one,) = _queue(database)
    assert {found["level"] for found in one.findings} == {level}
    assert ID_NUMBER not in str(one.findings)
    assert (ID_NUMBER in str(one.form)) == ("转载" in text)


def test_an_identity_number_inside_an_attachment_blocks(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    url = "http://jyt.example.gov.cn/dt/名单.txt"
    page = make_page(
        attachments=(Attachment("名单.txt", url),),
        files=(FetchedFile(url, f"张某 {ID_NUMBER}\n".encode()),),
    )
    intake.take([page])
    (one,) = _queue(database)
    assert [(found["rule"], found["field"]) for found in one.findings] == [
        ("identity-number", "附件：名单.txt")
    ]


def test_an_attachment_that_did_not_come_is_a_doubt_and_comes_later(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    url = "http://jyt.example.gov.cn/dt/a.txt"
    named = (Attachment("附件一", url),)
    failed = make_page(attachments=named, files=(FetchedFile(url, None, fault="超时"),))
    assert intake.take([failed]) == [Saved.NEW]
    assert _queue(database)[0].doubts[0]["word"] == "附件“附件一”未能取得：超时"
    came = make_page(attachments=named, files=(FetchedFile(url, "名单如下".encode()),))
    assert intake.take([came]) == [Saved.CHANGED]
    assert [file["name"] for file in _queue(database)[0].form["attachments"]] == ["附件一"]


def test_markup_is_stripped_to_what_an_article_needs(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    html = (
        '<p onclick="x()">甲<script>alert(1)</script><a href="javascript:x">乙</a>'
        '<img src="http://tracker.example/1.gif"><b style="position:fixed">丙\u202e</b></p>'
    )
    intake.take([make_page(html=html)])
    assert _queue(database)[0].form["html"] == "<p>甲<a>乙</a><b>丙</b></p>"


def test_a_batch_is_saved_whole_or_not_at_all(
    intake: Intake, database: Database, make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr("pipelines.batch.mark_read", fail)
    with pytest.raises(RuntimeError):
        intake.take([make_page()])
    assert _count(database, items) == _count(database, sightings) == 0


def test_the_date_of_a_list_stands_in_with_a_doubt_and_that_of_a_sitemap_never(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    """A sitemap's date is of the last change: taken for the publication it would be invented."""
    listed = Row("省教育厅开展冬季取暖检查", "http://jyt.example.gov.cn/dt/1.html", "2026-11-03")
    mapped = Row("", "http://jyt.example.gov.cn/dt/2.html", "2026-11-03")
    pages = [
        make_page(published=None, row=listed),
        make_page(address=mapped.url, text="另一篇文章的内容" * 12, published=None, row=mapped),
    ]
    intake.take(pages)
    one, two = _queue(database)
    assert (one.form["published"], two.form["published"]) == ("2026-11-03", None)
    assert "取自列表" in one.doubts[0]["word"]
    assert "没有注明发布日期" in two.doubts[0]["word"]
