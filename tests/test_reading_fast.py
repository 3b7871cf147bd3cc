"""The fast way says what the slow way says: learned, guarded, checked, and dropped when a site changes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reading.article import read_article
from reading.fast import read_learning
from reading.learning import CHECK, CHECK_PROVED, NOTHING, Learned, read_learned, tell_learned
from reading.page import Hints, Page, Reading
from reading.shape import Shape

PAGES = Path(__file__).parent / "pages" / "articles"
FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HOST = "https://www.example.gov.cn"

MENU = "<div class='menu'><ul>" + "<li><a href='/x/'>机构职能</a></li>" * 20 + "</ul></div>"
FOOT = "<div class='foot'><a href='/about/'>关于我们</a><p>版权所有 示例市人民政府</p></div>"
PAGE = """<html><head><meta charset="utf-8"><title>{title}</title></head><body>{menu}{before}
<div class="box"><h1>{title}</h1><p class="by">发布时间：2026-11-{day:02d} 10:08　来源：示例日报</p>
<div class="{block}">{text}</div>{under}</div>{behind}{foot}</body></html>"""
TEXT = (
    "<p>第{n}次全市供暖工作会议召开，研究部署全市供暖保障工作，要求各级各部门压实责任，确保群众温暖过冬。</p>"
    "<p>会议要求，要加强热源储备和管网巡检，对老旧小区逐户排查，发现问题当日处置；要畅通服务热线。</p>"
    "<p>会议强调，供热企业要严格执行温度标准，市住房城乡建设局每周通报一次抽检结果。</p>"
)
OTHER = f"<p>{'这里是一段不该丢的话，它说得很长，也有标点。' * 6}</p>"
DOCUMENT = '<p><a href="/files/plan.pdf">供暖保障方案</a></p>'


def draw(
    n: int,
    *,
    block: str = "abc",
    before: str = "",
    under: str = "",
    behind: str = "",
    text: str = TEXT,
    day: int = 5,
) -> Page:
    title = f"示例市召开第{n}次供暖工作会议"
    parts = {"menu": MENU, "foot": FOOT, "before": before, "under": under, "behind": behind}
    markup = PAGE.format(title=title, day=day, block=block, text=text.format(n=n), **parts)
    return Page(markup.encode(), f"{HOST}/a/{n}.html", FETCHED)


def teach(pages: list[Page], learned: Learned = NOTHING) -> tuple[Learned, list[str]]:
    """Read pages in turn by what the ones before taught; every reading must be the slow way's."""
    ways: list[str] = []
    for page in pages:
        reading, lesson = read_learning(page, Hints(), learned.shapes, learned.wants_check)
        assert reading == read_article(page)
        assert lesson is not None
        learned = learned.take(lesson)
        ways.append(lesson.way)
    return learned, ways


@pytest.fixture(scope="module")
def trained() -> Learned:
    learned, _ = teach([draw(n) for n in range(4)])
    return learned


# learning


def test_a_site_is_read_fast_once_three_pages_agree() -> None:
    learned, ways = teach([draw(n, day=n + 1) for n in range(8)])
    assert ways == ["slow", "agreed", "agreed", "fast", "fast", "fast", "fast", "fast"]
    assert learned.is_trusted


def test_a_known_cms_vouches_for_its_containers() -> None:
    marked = [draw(n, block="TRS_Editor") for n in range(4)]
    assert teach(marked)[1] == ["slow", "fast", "fast", "fast"]


def test_a_page_now_and_then_is_read_both_ways() -> None:
    _, ways = teach([draw(n) for n in range(2 * CHECK + 4)])
    assert ways.count("agreed") == 4
    assert ways[3 : CHECK + 3] == ["fast"] * (CHECK - 1) + ["agreed"]


def test_what_was_read_the_same_five_times_is_looked_at_less_often() -> None:
    _, ways = teach([draw(n) for n in range(2 * CHECK + CHECK_PROVED + 4)])
    assert ways[2 * CHECK + 3 :] == ["fast"] * (CHECK_PROVED - 1) + ["agreed", "fast"]


def test_what_was_learned_is_written_and_read_back(trained: Learned) -> None:
    assert read_learned(json.loads(json.dumps(tell_learned(trained)))) == trained


def test_a_site_that_changes_its_shape_is_learned_anew(trained: Learned) -> None:
    other = PAGE.replace('class="box"', 'class="other"').replace("<h1>{title}</h1>", "<h2>{title}</h2>")
    pages = []
    for n in range(10):
        title = f"示例市召开第{n}次供暖工作会议"
        rest = {"menu": "", "foot": FOOT, "before": "", "under": "", "behind": "", "block": "abc"}
        markup = other.format(title=title, day=5, text=TEXT.format(n=n), **rest)
        pages.append(Page(markup.encode(), f"{HOST}/a/{n}.html", FETCHED))
    _, ways = teach(pages, trained)
    assert ways[:3] == ["slow", "agreed", "agreed"]
    assert set(ways[3:]) == {"fast"}


def test_a_shape_that_misses_several_times_in_a_row_is_dropped(trained: Learned) -> None:
    strange = [
        Page(f"<html><body><p>{'这里什么也没有，' * n}</p></body></html>".encode(), HOST, FETCHED)
        for n in range(3, 9)
    ]
    learned, ways = teach(strange, trained)
    assert set(ways) == {"slow"}
    assert trained.shapes[0].key not in {shape.key for shape in learned.shapes}


def test_selectors_of_ops_go_their_own_way(trained: Learned) -> None:
    hints = Hints(selectors={"body": "div.abc"})
    reading, lesson = read_learning(draw(9), hints, trained.shapes)
    assert lesson is None
    assert reading == read_article(draw(9), hints)


# the guard


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(draw(9, behind=f"<div class='fj'>{DOCUMENT}</div>" + MENU * 3), id="behind the area"),
        pytest.param(draw(9, under=DOCUMENT), id="under the text"),
        pytest.param(draw(9, text=TEXT + DOCUMENT), id="in the text"),
        pytest.param(draw(9, before=DOCUMENT), id="before the area"),
        pytest.param(draw(9, behind=MENU * 3 + "<p><a href='/down?fileid=7'>附件：表</a></p>"), id="far off"),
    ],
)
def test_no_document_is_lost(page: Page, trained: Learned) -> None:
    reading, lesson = read_learning(page, Hints(), trained.shapes)
    assert lesson is not None
    assert reading.attachments == read_article(page).attachments


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(draw(9, before="<p>索引号：11370000-2026-001</p>"), id="a field before the area"),
        pytest.param(draw(9, before="<p>此件已废止</p>"), id="a stamp before the area"),
        pytest.param(draw(9, behind=MENU * 3 + OTHER), id="text behind the area"),
        pytest.param(draw(9, text="<p>短</p>"), id="hardly any text"),
    ],
)
def test_what_stands_elsewhere_sends_a_page_the_slow_way(page: Page, trained: Learned) -> None:
    reading, lesson = read_learning(page, Hints(), trained.shapes)
    assert lesson is not None
    assert lesson.way == "doubted"
    assert reading == read_article(page)


def test_a_page_without_its_date_or_title_goes_the_slow_way(trained: Learned) -> None:
    for wanted in (rb"<p class=.by.*?</p>", rb"<h1>.*?</h1>"):
        page = draw(9)
        page = replace(page, raw=re.sub(wanted, b"", page.raw))
        _, lesson = read_learning(page, Hints(), trained.shapes)
        assert lesson is not None
        assert lesson.way in ("doubted", "slow")


# pages broken at random, of all our own fixtures


def learn_page(name: str) -> tuple[Page, Hints, Reading, Shape] | None:
    """A page with the shape that it teaches, as if many had agreed to it; None for one that teaches none."""
    told = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    page = Page((PAGES / f"{name}.html").read_bytes(), told["url"], FETCHED)
    hints = Hints(**told.get("hints", {}))
    reading, lesson = read_learning(page, hints, ())
    if lesson is None or lesson.shape is None:
        return None
    return page, hints, reading, replace(lesson.shape, agreed=9)


LEARNED = [one for path in sorted(PAGES.glob("*.html")) if (one := learn_page(path.stem)) is not None]
PIECES = [
    '<p><a href="/files/2026/x.pdf">附件：x</a></p>',
    '<a href="/down?fileid=12">附件1：表</a>',
    "<p>发布时间：2024-02-03</p>",
    "<p>来源：示例晚报</p>",
    "<span>2023-01-02 10:00</span>",
    "<h1>另一个标题在这里出现</h1>",
    "<p>示例发〔2025〕9号</p>",
    "<div>索引号：1234-5</div>",
    "<p>本文件已废止</p>",
    OTHER,
    '<a href="t_2.html">下一页</a>',
]
NAMES = ["content", "relate", "main", "footer", "title", "", "share", "zoom"]


def break_bytes(raw: bytes, data: st.DataObject) -> bytes:
    broken = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(broken)))
        piece = bytes(broken[place : place + 20])
        new = data.draw(st.sampled_from([b"", piece * 2, b"<", b'"', b"\xff", b"\0"]))
        broken[place : place + data.draw(st.integers(0, 40))] = new
    return bytes(broken)


def break_tree(raw: bytes, data: st.DataObject) -> bytes:
    root = lxml.html.document_fromstring(raw, parser=lxml.html.HTMLParser(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        nodes = [
            node
            for node in root.iter()
            if isinstance(node, lxml.html.HtmlElement) and node.tag not in ("html", "head")
        ]
        node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
        act = data.draw(st.sampled_from(["drop", "add", "name"]))
        if act == "drop" and node.tag != "body" and node.getparent() is not None:
            node.drop_tree()
        elif act == "add":
            piece = lxml.html.fragment_fromstring(data.draw(st.sampled_from(PIECES)))
            node.insert(data.draw(st.integers(0, len(node))), piece)
        elif act == "name":
            node.set(data.draw(st.sampled_from(["class", "id"])), data.draw(st.sampled_from(NAMES)))
    return etree.tostring(root, encoding="utf-8", method="html")


def test_most_of_our_pages_teach_a_shape() -> None:
    assert len(LEARNED) >= 0.75 * len(list(PAGES.glob("*.html")))
    for page, hints, reading, shape in LEARNED:
        again, _ = read_learning(page, hints, (shape,))
        assert again == reading


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_a_broken_page_is_read_as_the_slow_way_reads_it(data: st.DataObject) -> None:
    """Without a doubt of the guard: the slow way's field, or else the one that the whole page had."""
    page, hints, whole, shape = data.draw(st.sampled_from(LEARNED))
    broken = replace(page, raw=data.draw(st.sampled_from([break_bytes, break_tree]))(page.raw, data))
    fast, lesson = read_learning(broken, hints, (shape,))
    slow = read_article(broken, hints)
    if lesson is None or lesson.way != "fast":
        assert fast == slow
        return
    for name in ("title", "published", "issued", "credit", "doc_number", "index_number", "validity"):
        assert getattr(fast, name) in (getattr(slow, name), getattr(whole, name)), name
    assert set(slow.attachments) <= set(fast.attachments)
