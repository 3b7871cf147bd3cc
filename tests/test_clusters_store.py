"""Alike items in the store: under their original, as editors ordered, and nothing is ever dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from sqlalchemy import delete, func, select
from stores import Stores

from errors import NotAllowed, NotFound
from pipelines.cluster import mark_item
from pipelines.cluster_catchup import mark_unmarked
from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead, Saved
from portal import Portal
from reading.page import Attachment
from sample import BODY, NOTICE, STORY
from sources import Sources
from store.bands import find_alike, save_bands
from store.clusters import (
    find_cluster,
    list_clusters,
    order_apart,
    order_original,
    order_together,
)
from store.database import Database
from store.items import add_item
from store.queue import tell_waiting, walk_waiting
from store.tables import bands, clusters, items, log, members, sightings

MakePage = Callable[..., PageRead]
XN = "http://xn.example.gov.cn/yw/{}.html"
LINE = "编者按：此项工作与我地群众关系密切，现转发如下，供各单位参考借鉴。"


# --- in the store ---


def _clusters(database: Database) -> list[tuple[int, set[int]]]:
    with database.read() as connection:
        return [(one.original, set(one.items)) for one in list_clusters(connection)]


def test_a_repost_waits_under_its_original_with_reason_and_score(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    repost = make_page(
        XN.format(9), text=f"{LINE}\n{BODY}", source="xn-dt", credit="样例教育网", published="2026-11-05"
    )
    assert intake.take([repost]) == [Saved.NEW]
    assert intake.take([make_page()]) == [Saved.NEW]
    assert _clusters(database) == [(2, {1, 2})]  # the issuing agency's own, though it came later
    with database.read() as connection:
        told = [tell_waiting(one)["cluster"] for one in walk_waiting(connection)]
    assert told[1] == {
        "original": 2,
        "items": [1, 2],
        "score": 1.0,
        "reason": "与稿件 1 正文 100% 相同，标题相同",
    }
    assert told[0]["reason"] == "最先收到"


def test_alike_pages_of_one_batch_meet_too(intake: Intake, database: Database, make_page: MakePage) -> None:
    pages = [make_page(), make_page(XN.format(1), text=f"{BODY}\n{LINE}", source="xn-dt")]
    assert intake.take(pages) == [Saved.NEW, Saved.NEW]
    assert _clusters(database) == [(1, {1, 2})]


def test_a_repost_in_traditional_characters_stands_beside_its_original(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    convert = OpenCC("s2t").convert
    repost = make_page(
        XN.format(1), title=convert("省教育厅开展冬季取暖检查"), text=convert(BODY), source="xn-dt"
    )
    assert repost.reading.text != BODY
    intake.take([make_page(), repost])
    assert _clusters(database) == [(1, {1, 2})]


def test_the_same_document_elsewhere_is_another_sighting(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    number = "样教〔2026〕3号"
    text = NOTICE.format(day="8日") * 2
    first = make_page(title="封闭施工的通告", text=text, doc_number=number)
    again = make_page(
        XN.format(3), title="封闭施工的通告", text=f"{number}\n{text}", source="xn-dt", doc_number=number
    )
    cited = make_page(
        XN.format(4), title="学习封闭施工的通告", text=f"按照{number}要求，{STORY}", source="xn-dt"
    )
    assert intake.take([first]) == [Saved.NEW]
    assert intake.take([again, cited]) == [Saved.DUPLICATE, Saved.NEW]
    assert _clusters(database) == []


def test_no_cluster_holds_two_that_the_guard_keeps_apart(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    """A third one that tells no number is like both; it joins one of them, and not both."""
    text = NOTICE.format(day="11月8日")
    first, second = (
        make_page(f"http://jyt.example.gov.cn/dt/{n}.html", text=text, doc_number=f"样教〔2026〕{n}号")
        for n in (1, 2)
    )
    plain = make_page(XN.format(3), text=f"{LINE}\n{text}", source="xn-dt")
    intake.take([first])
    intake.take([plain])
    intake.take([second])
    assert _clusters(database) == [(1, {1, 2})]


def test_a_source_that_changes_its_notice_takes_it_out_of_the_cluster(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    repost = make_page(XN.format(9), text=f"{LINE}\n{NOTICE.format(day='11月8日')}", source="xn-dt")
    intake.take([make_page(text=NOTICE.format(day="11月8日")), repost])
    assert _clusters(database) == [(1, {1, 2})]
    assert intake.take([make_page(text=NOTICE.format(day="11月9日"))]) == [Saved.CHANGED]
    assert _clusters(database) == []


def test_an_old_item_put_out_as_new_is_doubted(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    old = make_page(published="2026-03-01")
    new = make_page(XN.format(1), text=f"{BODY}\n{LINE}", source="xn-dt", published="2026-11-04")
    intake.take([old, new])
    with database.read() as connection:
        first, second = list(walk_waiting(connection))
    assert [found["rule"] for found in first.findings]  # it is old by itself
    assert [doubt["word"] for doubt in first.doubts] == []
    assert [doubt["word"] for doubt in second.doubts] == [
        "与稿件 1（2026-03-01 发布）内容相同，相隔 248 天，请核对是否旧稿新发"
    ]


def test_the_later_one_is_doubted_even_when_it_came_first(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    intake.take([make_page(XN.format(1), text=f"{BODY}\n{LINE}", source="xn-dt", published="2026-11-04")])
    intake.take([make_page(published="2026-03-01")])
    with database.read() as connection:
        first, second = list(walk_waiting(connection))
    assert len(first.doubts) == 1
    assert second.doubts == ()


def test_attachments_of_another_notice_keep_two_sentences_apart(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    def page(address: str, words: bytes) -> PageRead:
        url = f"{address}.txt"
        return make_page(
            address,
            title="拟录用人员公示",
            text="现予公示。",
            attachments=(Attachment("名单", url),),
            files=(FetchedFile(url, words),),
        )

    addresses = [f"http://jyt.example.gov.cn/dt/{n}.html" for n in (1, 2)]
    pages = [
        page(address, words) for address, words in zip(addresses, (b"one list", b"two lists"), strict=True)
    ]
    assert intake.take(pages) == [Saved.NEW, Saved.NEW]
    assert _clusters(database) == []


# --- editors' orders ---


@pytest.fixture
def three(intake: Intake, database: Database, make_page: MakePage) -> Database:
    """Three items, the first two of which tell the same."""
    other = make_page("http://jyt.example.gov.cn/dt/8.html", title="别的事情", text=STORY[::-1])
    intake.take([make_page(), make_page(XN.format(1), text=f"{BODY}\n{LINE}", source="xn-dt"), other])
    return database


def test_what_was_ordered_apart_never_meets_again(
    three: Database, intake: Intake, make_page: MakePage
) -> None:
    with three.write() as connection:
        order_apart(connection, 2, 1, "ann", make_page().at)
    assert _clusters(three) == []
    longer = f"{BODY}\n{LINE}\n请各单位认真学习，结合实际抓好落实，确保各项要求落到实处。"
    assert intake.take([make_page(XN.format(1), text=longer, source="xn-dt")]) == [Saved.CHANGED]
    assert _clusters(three) == []
    third = make_page(XN.format(5), text=f"{LINE}\n{BODY}", source="xn-dt")
    assert intake.take([third]) == [Saved.NEW]
    assert len(_clusters(three)) == 1


def test_what_was_ordered_together_stays_whatever_the_text(
    three: Database, intake: Intake, make_page: MakePage
) -> None:
    with three.write() as connection:
        order_together(connection, 3, 1, "ann", make_page().at)
    assert _clusters(three) == [(1, {1, 2, 3})]
    changed = make_page("http://jyt.example.gov.cn/dt/8.html", title="又是别的", text=STORY[::-1][:200])
    assert intake.take([changed]) == [Saved.CHANGED]
    assert _clusters(three) == [(1, {1, 2, 3})]


def test_the_newest_order_stands(three: Database, make_page: MakePage) -> None:
    now = make_page().at
    with three.write() as connection:
        order_apart(connection, 2, 1, "ann", now)
        order_together(connection, 2, 1, "bo", now + timedelta(minutes=1))
    assert _clusters(three) == [(1, {1, 2})]
    with three.read() as connection:
        rows = connection.execute(select(log.c.action, log.c.actor, log.c.reason).order_by(log.c.seq)).all()
    assert [tuple(row) for row in rows[-2:]] == [
        ("cluster-apart", "ann", "apart with item 1"),
        ("cluster-together", "bo", "together with item 1"),
    ]


def test_an_order_may_not_undo_another_in_passing(three: Database, make_page: MakePage) -> None:
    with three.write() as connection:
        order_apart(connection, 3, 2, "ann", make_page().at)
        with pytest.raises(NotAllowed, match="items 3 and 2 were ordered apart"):
            order_together(connection, 3, 1, "bo", make_page().at)


def test_the_original_that_an_editor_named_stays_it(
    three: Database, intake: Intake, make_page: MakePage
) -> None:
    with three.write() as connection:
        order_original(connection, 2, "ann", make_page().at)
    intake.take(
        [make_page("http://jyt.example.gov.cn/dt/4.html", text=f"{LINE}\n{BODY}", published="2026-11-03")]
    )
    assert _clusters(three) == [(2, {1, 2, 4})]


def test_orders_about_what_does_not_exist_are_refused(three: Database, make_page: MakePage) -> None:
    now = make_page().at
    with three.write() as connection:
        with pytest.raises(NotFound, match="there is no item 99"):
            order_apart(connection, 1, 99, "ann", now)
        with pytest.raises(NotAllowed, match="name two"):
            order_together(connection, 1, 1, "ann", now)
        with pytest.raises(NotAllowed, match="no cluster"):
            order_original(connection, 3, "ann", now)


# --- nothing is dropped ---

Step = st.tuples(
    st.sampled_from(("page", "page", "page", "together", "apart", "original")),
    st.integers(0, 5),
    st.integers(0, 5),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(Step, min_size=1, max_size=4), min_size=1, max_size=5))
def test_every_page_that_was_read_stays_a_sighting_of_one_item(
    steps: list[list[tuple[str, int, int]]],
    stores: Stores,
    tmp_path_factory: pytest.TempPathFactory,
    sources: Sources,
    portal: Portal,
    make_page: MakePage,
) -> None:
    texts = [
        BODY,
        f"{LINE}\n{BODY}",
        f"{BODY}\n{LINE}",
        NOTICE.format(day="8日"),
        NOTICE.format(day="9日"),
        STORY,
    ]
    read: set[str] = set()
    home = tmp_path_factory.mktemp("pages")
    with stores.opened("sqlite", home) as database, Intake(database, sources, portal) as intake:
        for batch in steps:
            pages = [
                make_page(XN.format(at), text=texts[of], source="xn-dt")
                for kind, at, of in batch
                if kind == "page"
            ]
            intake.take(pages)
            read |= {page.address for page in pages}
            for kind, one, other in batch:
                _try_order(database, kind, one + 1, other + 1, make_page)
        with database.read() as connection:
            stood = connection.execute(select(sightings.c.address, sightings.c.item)).all()
            count = connection.execute(select(func.count()).select_from(items)).scalar_one()
            found = list_clusters(connection)
            waiting = {one.item for one in walk_waiting(connection)}
    assert {row.address for row in stood} == read
    assert {row.item for row in stood} == waiting
    assert len(waiting) <= count
    assert all(one.original in one.items and len(one.items) > 1 for one in found)
    assert sum(len(one.items) for one in found) == len({item for one in found for item in one.items})


def _try_order(database: Database, kind: str, one: int, other: int, make_page: MakePage) -> None:
    try:
        with database.write() as connection:
            if kind == "together":
                order_together(connection, one, other, "ann", make_page().at)
            elif kind == "apart":
                order_apart(connection, one, other, "ann", make_page().at)
            elif kind == "original":
                order_original(connection, one, "ann", make_page().at)
    except (NotAllowed, NotFound):
        return


# --- found again among many ---


def test_bands_are_kept_and_found_in_order_of_likeness(database: Database, tmp_path: Path) -> None:
    fields = {"title": "取暖检查", "doc_number": None, "index_number": None, "issuer": None}
    fields |= {"attachments": [], "published": None, "credit": None}  # type: ignore[dict-item]
    mine = mark_item(fields, STORY, "jyt")
    with database.write() as connection:
        numbers = [add_item(connection, "collected", None) for _ in range(60)]
        for number in numbers:
            save_bands(connection, number, mine.bands[:1])
        save_bands(connection, numbers[0], mine.bands)
        save_bands(connection, numbers[0], mine.bands)
    with database.read() as connection:
        found = find_alike(connection, mine.bands, 10)
        kept = connection.execute(
            select(func.count()).select_from(bands).where(bands.c.item == numbers[0])
        ).scalar_one()
        assert find_cluster(connection, numbers[0]) is None
        assert find_alike(connection, (), 10) == []
    assert found[0] == numbers[0]
    assert found[1:3] == [numbers[-1], numbers[-2]]
    assert kept == len(mine.bands)


def test_items_from_before_there_were_bands_meet_at_the_next_upgrade(
    intake: Intake, database: Database, make_page: MakePage, sources: Sources
) -> None:
    repost = make_page(XN.format(9), text=f"{LINE}\n{BODY}", source="xn-dt", published="2026-11-05")
    other = make_page("http://jyt.example.gov.cn/dt/8.html", title="别的事情", text=STORY[::-1])
    intake.take([make_page(), repost, other])
    with database.write() as connection:
        for table in (bands, members, clusters):
            connection.execute(delete(table))
    assert _clusters(database) == []
    assert mark_unmarked(database, sources) == 3
    assert _clusters(database) == [(1, {1, 2})]
    assert mark_unmarked(database, sources) == 0
