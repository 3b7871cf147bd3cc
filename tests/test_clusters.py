"""What tells the same is shown together, what only looks alike is not, and nothing is ever dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pairs import COPIES, make_pairs
from sqlalchemy import func, select
from stores import Stores

from errors import NotAllowed, NotFound
from pipelines.cluster import mark_item
from pipelines.cluster_guard import Traits, compare
from pipelines.cluster_original import Telling, choose_original, rank
from pipelines.cluster_signature import find_bands, sign_words
from pipelines.cluster_tokens import read_numeral, tokenize
from pipelines.dedupe import core_title, find_number, squash
from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead, Saved
from portal import Portal
from reading.page import Attachment
from sample import BODY
from sources import Agency, Sources
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
from store.queue import list_waiting, tell_waiting
from store.tables import bands, items, log, sightings

MakePage = Callable[..., PageRead]
XN = "http://xn.example.gov.cn/yw/{}.html"
LINE = "编者按：此项工作与我地群众关系密切，现转发如下，供各单位参考借鉴。"


# --- thousands of pairs ---


def measure(count: int, seed: int) -> dict[tuple[bool, str], float]:
    """Give the share judged right of each kind of pair; found is a candidate that the guard let through."""
    right: dict[tuple[bool, str], list[bool]] = {}
    for pair in make_pairs(count, seed):
        joined = bool(_bands(pair.one) & _bands(pair.other)) and compare(pair.one, pair.other).together
        right.setdefault((pair.together, pair.kind), []).append(joined is pair.together)
    return {kind: sum(found) / len(found) for kind, found in right.items()}


def _bands(one: Traits) -> set[tuple[int, int]]:
    return set(find_bands(squash(one.text), one.core, one.number))


def check_bars(shares: dict[tuple[bool, str], float]) -> None:
    for kind in COPIES:
        assert shares[True, kind] >= (0.9 if kind == "cut third" else 0.99), (kind, shares)
    assert shares[False, "number"] == 1.0
    for (together, kind), share in shares.items():
        assert together or share >= 0.95, (kind, shares)


def test_copies_are_found_and_fillings_of_one_template_stay_apart() -> None:
    check_bars(measure(2200, seed=1))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 8))
def test_copies_are_found_whatever_the_chance(seed: int) -> None:
    check_bars(measure(4400, seed))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_guard_says_the_same_either_way_round(seed: int) -> None:
    for pair in make_pairs(2, seed):
        assert compare(pair.one, pair.other) == compare(pair.other, pair.one)
        assert compare(pair.one, pair.one).together


# --- the four cases that no likeness tells apart ---

NOTICE = (
    "因路面病害处治需要，省道示例线将实行全封闭施工，现将有关事项通告如下。\n"
    "施工期间，除抢险救援车辆外，禁止一切机动车和行人通行，请沿示例县道绕行，施工自{day}起至月底结束。\n"
    "施工路段两端设置告示牌和值守点，请过往驾驶员服从现场工作人员指挥，注意行车安全。\n特此通告。"
)


def test_a_repost_with_an_editors_line_is_less_alike_than_two_notices_and_yet_the_one_that_is_found() -> None:
    story = Traits("省教育厅开展冬季取暖检查", BODY)
    repost = Traits("省教育厅开展冬季取暖检查", f"{LINE}\n{BODY}")
    one, other = (Traits("封闭施工的通告", NOTICE.format(day=day)) for day in ("11月8日", "11月15日"))
    assert _likeness(story, repost) < _likeness(one, other)
    assert compare(story, repost).together
    verdict = compare(one, other)
    assert not verdict.together
    assert verdict.reason.startswith("同一位置的日期不同")


def _likeness(one: Traits, other: Traits) -> float:
    grams = [{text[at : at + 4] for at in range(len(text) - 3)} for text in (one.text, other.text)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def test_two_notices_of_one_template_with_other_numbers_stay_apart() -> None:
    same = NOTICE.format(day="11月8日")
    numbers = ("示交通告〔2026〕21号", "示交通告〔2026〕22号")
    fields = [Traits("封闭施工的通告", same, doc_number=number) for number in numbers]
    heads = [Traits("封闭施工的通告", f"{number}\n{same}") for number in numbers]
    for one, other in (fields, heads, (fields[0], heads[1])):
        assert compare(one, other).reason == "发文字号不同"
    assert compare(fields[0], heads[0]).together


def test_a_sentence_and_two_attachments_are_told_by_the_attachments() -> None:
    one = Traits("招聘公告", "现将岗位表和登记表予以公布。", files=("a", "b"))
    assert compare(one, Traits("【转发】招聘公告", "现将岗位表和登记表予以公布。", files=("a", "b"))).together
    assert not compare(one, Traits("招聘公告", "现将岗位表和登记表予以公布。", files=("a", "c"))).together
    bare = Traits("招聘公告", "现将岗位表和登记表予以公布。")
    assert compare(bare, bare).reason == "正文太短，不足以判断"


def test_a_clipped_title_is_the_whole_one() -> None:
    title = "省教育厅关于做好冬季取暖安全检查工作有关情况"
    assert compare(Traits(title, BODY), Traits(f"{title[:15]}…", BODY)).together


# --- what the guard says, case by case ---

STORY = BODY * 4


@pytest.mark.parametrize(
    ("mine", "other", "reason"),
    [
        ({"issuer": "省教育厅"}, {"issuer": "省民政厅"}, "发文机关不同（省教育厅、省民政厅）"),
        ({"agency": "jyt", "index_number": "A-1"}, {"agency": "jyt", "index_number": "A-2"}, "索引号不同"),
        ({"title": "《办法》解读"}, {"title": "关于印发办法的通知"}, "一篇是文件，一篇是解读"),
    ],
)
def test_what_keeps_apart_whatever_the_words(
    mine: dict[str, str], other: dict[str, str], reason: str
) -> None:
    blank = {"title": "冬季取暖检查", "text": STORY}
    verdict = compare(Traits(**{**blank, **mine}), Traits(**{**blank, **other}))  # type: ignore[arg-type]
    assert (verdict.together, verdict.conflict, verdict.reason) == (False, True, reason)


@pytest.mark.parametrize(
    ("before", "after", "together"),
    [
        ("本次检查", "此次检查", True),  # a story of this length may be reworded in a place or two
        ("省教育厅", "省民政厅", False),
        ("月底前", "11月20日前", True),
        ("全省各地", "我省各地", True),
    ],
)
def test_a_story_may_be_reworded_but_not_told_of_another(before: str, after: str, together: bool) -> None:
    title = "冬季取暖检查启动"
    text = "\n".join((BODY, "另悉，有关部门还将组织专题培训，邀请专家授课，帮助基层掌握设备维护知识。" * 9))
    one, other = Traits(title, text), Traits(title, text.replace(before, after))
    assert compare(one, other).together is together


def test_a_round_up_that_quotes_a_brief_is_another_item() -> None:
    others = "".join(f"第{at}条要闻说的是别的事情，与前面一条没有关系，内容各不相同。" for at in range(60))
    verdict = compare(Traits("取暖检查", BODY), Traits("一周要闻", BODY + others))
    assert (verdict.together, verdict.conflict) == (False, False)


def test_a_commentary_that_cites_a_number_stays_apart() -> None:
    document = Traits(
        "关于加强电子政务工作的通知", NOTICE.format(day="8日"), doc_number="青政办〔2005〕116号"
    )
    comment = Traits("认真贯彻电子政务通知精神", f"省政府办公厅印发通知（青政办〔2005〕116号）后，{STORY}")
    assert not compare(document, comment).together


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("2026年11月5日", ["@2026-11-05"]),
        ("二〇二六年十一月五日", ["@2026-11-05"]),
        ("２０２６-１１-５", ["@2026-11-05"]),
        ("十一月五日", ["@-11-05"]),
        ("1,200万元", ["#1200", "#10000", "元"]),
        ("三百二十个", ["#320", "个"]),
        ("K12+300", ["#K12+300"]),
        ("（记者 张三）检查", ["检", "查"]),
        ("来源：示例网\n一、检查", ["检", "查"]),
    ],
)
def test_dates_and_figures_are_one_token_and_by_lines_none(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@given(st.text(max_size=60))
def test_any_text_can_be_cut_and_signed(text: str) -> None:
    tokenize(text)
    assert all(0 <= value < 2**31 for value in sign_words(squash(text)))


def test_numerals_numbers_and_titles() -> None:
    assert [read_numeral(words) for words in ("一百零五", "两万三千", "十二", "二〇二六")] == [
        105,
        23000,
        12,
        2026,
    ]
    assert core_title("【转发】转载：招聘公告（图）") == core_title("招聘公告…") == "招聘公告"
    assert find_number("省政府文件\n青政办〔2005〕116号\n各市") == "青政办2005116号"
    assert find_number("根据青政办〔2005〕116号文件，") is None


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
        told = [tell_waiting(one)["cluster"] for one in list_waiting(connection)]
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
        first, second = list_waiting(connection)
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
        first, second = list_waiting(connection)
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


# --- the original ---


def _agency(key: str, group: str, level: str) -> Agency:
    return Agency.model_validate({"key": key, "name": f"样例{key}", "group": group, "level": level})


def test_the_nearest_to_the_origin_is_the_original() -> None:
    own = Telling(9, _agency("jyt", "department", "province"), None, "样例jyt", "2026-11-09")
    ordered = [
        own,
        Telling(8, _agency("ban", "office", "province"), None, "别处", "2026-11-08"),
        Telling(7, _agency("gwy", "office", "central"), None, "别处", "2026-11-07"),
        Telling(6, _agency("ribao", "media", "central"), None, "别处", "2026-11-06"),
        Telling(5, _agency("xn", "prefecture", "prefecture"), None, "别处", "2026-11-05"),
    ]
    assert [rank(one) for one in ordered] == [0, 1, 2, 3, 4]
    while ordered:
        assert choose_original(list(reversed(ordered))) == ordered.pop(0)
    early = Telling(10, own.agency, None, "样例jyt", "2026-11-08")
    assert choose_original([own, early]) == early
    assert rank(Telling(1, None, None, None, None)) == 4


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
            waiting = {one.item for one in list_waiting(connection)}
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
